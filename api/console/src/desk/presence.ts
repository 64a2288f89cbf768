// Whether I am here, and whether I take what waits.
import { api, data, sentenceOf, wish } from "../api/client";
import { toast } from "../ui/toast";
import { learn } from "./session";

export const PAUSES = [
  ["almoco", "Almoço"],
  ["nr17", "Descanso (NR-17)"],
  ["banheiro", "Banheiro"],
  ["treinamento", "Treinamento"],
] as const;

/** Tell the desk that I am connected, for as long as somebody who attends is signed in. */
export function beat(): () => void {
  const tell = (): void => void api.POST("/v1/me/heartbeat", { headers: wish() }).catch(() => undefined);
  const worker = new Worker(new URL("./beat.worker.ts", import.meta.url), { type: "module" });
  worker.onmessage = tell;
  tell();
  return () => worker.terminate();
}

export async function declare(availability: "available" | "paused", reason: string | null): Promise<void> {
  try {
    await data(api.PUT("/v1/me/availability", { headers: wish(), body: { availability, reason } }));
    toast({ tone: "good", text: availability === "available" ? "Você está disponível." : "Você está em pausa. Nada novo chega até você voltar.", ms: 3_000 });
    window.setTimeout(() => void learn().catch(() => undefined), 500);
  } catch (error) {
    toast({ tone: "bad", text: sentenceOf(error) });
  }
}

export function pauseName(code: string | null | undefined): string {
  if (code === "nao_respondeu") return "Não respondeu";
  return PAUSES.find(([one]) => one === code)?.[1] ?? "Pausa";
}

/** How somebody is, in a word: what they declared, and whether they are there. */
export function standing(agent: { availability: string; pause_reason?: string | null; connected: boolean }): { word: string; tone: "good" | "high" | "low" } {
  if (agent.availability === "paused") return { word: pauseName(agent.pause_reason), tone: "high" };
  if (agent.availability === "offline") return { word: "Offline", tone: "low" };
  return agent.connected ? { word: "Disponível", tone: "good" } : { word: "Sem conexão", tone: "high" };
}
