// Doors that this console knows and that this desk may not have yet. They answer null when they are not there.
import { knock, Problem, wish } from "./client";

const missing = new Set<string>();

export async function ahead<T>(method: "GET" | "POST" | "PUT" | "DELETE", path: string, body?: unknown, headers: Record<string, string> = {}): Promise<T | null> {
  const door = `${method} ${path.replace(/[0-9a-f-]{32,36}/g, "{id}")}`;
  if (missing.has(door)) return null;
  let answer: Response;
  try {
    answer = await knock(`${window.location.origin}${path}`, {
      method,
      headers: { ...(method === "GET" ? {} : wish()), ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...headers },
      body: body === undefined ? null : JSON.stringify(body),
    });
  } catch {
    throw new Problem(0, { rule: "Offline", detail: "Sem conexão com o servidor. Tente de novo em instantes." });
  }
  if (answer.ok) return (answer.status === 204 ? {} : await answer.json()) as T;
  const told = (await answer.json().catch(() => ({}))) as { rule?: string };
  if (answer.status === 405 || told.rule === "NotFound" || told.rule === undefined) {
    missing.add(door);
    return null;
  }
  throw new Problem(answer.status, told);
}
