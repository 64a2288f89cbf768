// What a change of a setting says, in plain words: "Capacidade: 3 → 5".
import type { House } from "../desk/session";
import { moment } from "./moments";
import { PRIORITY, reason } from "./names";

export type Kind = "queue" | "agent" | "calendar" | "policy" | "canned" | "channel";
export type Change = { field: string; before?: unknown; after?: unknown };

const HIDDEN = "[dado protegido]";
const DAYS = ["Segunda", "Terça", "Quarta", "Quinta", "Sexta", "Sábado", "Domingo"];
const LEVELS: Record<string, string> = { supervisor: "supervisão", manager: "gerência", director: "diretoria" };
const TARGETS: Record<string, string> = { first: "primeira resposta", next: "próximas respostas", resolution: "solução" };
const FIELDS: Record<string, string> = {
  name: "Nome",
  active: "Situação",
  mode: "Distribuição",
  strategy: "Quem vem primeiro",
  relax_after: "Habilidades deixam de ser exigidas após",
  prefer_last: "Espera pelo último atendente",
  offer_for: "Tempo para aceitar",
  offline: "Quando o atendente sai",
  calendar_id: "Horário",
  reopening: "Reabrir em até",
  reasons: "Motivos de encerramento",
  opening_template: "Modelo da abertura",
  opening_language: "Idioma do modelo",
  "notice.text": "Aviso",
  "notice.until": "Aviso até",
  queues: "Filas",
  capacity: "Capacidade",
  ceiling: "Teto, com as silenciosas",
  shifts: "Turnos",
  zone: "Fuso",
  closed: "Dias fechados",
  automation: "Automação, até passar para a espera",
  calendar: "Horário",
  echo_stops: "Resposta pelo celular da empresa conta",
  warnings: "Avisos antes do prazo",
  steps: "Quem é avisado do atraso",
  postponed: "Assumir um atraso adia o aviso por",
  minute: "Duração de um minuto",
  title: "Título",
  text: "Texto",
  ready: "Situação",
  provider: "Provedor",
  number_id: "Número no provedor",
  queue_id: "Fila",
};
const CODES: Record<string, Record<string, string>> = {
  mode: { offer: "oferece a um atendente", assign: "entrega a um atendente", pull: "cada um pega a próxima" },
  strategy: { round_robin: "rodízio", load_balanced: "quem tem menos conversas", skill_based: "quem tem mais habilidades" },
  offline: { return_waiting: "devolve quem espera", return_all: "devolve todas", keep: "mantém as conversas" },
};
const SECONDS = new Set(["relax_after", "prefer_last", "offer_for", "minute"]);
const MINUTES = new Set(["automation", "postponed", "first", "next", "resolution"]);

const clock = (minutes: number): string => `${Math.floor(minutes / 60)}h${minutes % 60 === 0 ? "" : String(minutes % 60).padStart(2, "0")}`;
const hours = (ranges: readonly [number, number][]): string => ranges.map(([from, to]) => `${clock(from)} às ${clock(to)}`).join(", ") || "fechado";
const brazilian = (day: string): string => (/^\d{4}-\d{2}-\d{2}$/.test(day) ? day.split("-").reverse().join("/") : day);

export function fieldName(field: string, house: House): string {
  const queue = (id: string): string => house.queues.find((one) => one.queue_id === id)?.name ?? id;
  const [head = "", name = "", ...rest] = field.split(".");
  if (head === "required") return `Habilidade exigida, ${name}`;
  if (head === "preferred") return `Habilidade desejada, ${name}`;
  if (head === "skills") return `Habilidade, ${name}`;
  if (head === "weights") return `Peso, prioridade ${(PRIORITY[name as keyof typeof PRIORITY] ?? name).toLowerCase()}`;
  if (head === "week") return DAYS[Number(name)] ?? name;
  if (head === "special") return `Horário de ${brazilian(name)}`;
  if (head === "recipients") return `Avisados, ${LEVELS[name] ?? name}`;
  if (head === "targets") return `${PRIORITY[name as keyof typeof PRIORITY] ?? name}, ${TARGETS[rest[0] ?? ""] ?? ""}`;
  if (head === "queues" && name !== "") return `Fila ${queue(name)}: ${fieldName(rest.join("."), house)}`;
  return FIELDS[field] ?? field;
}

function said(kind: Kind, field: string, value: unknown, house: House): string {
  const queue = (id: unknown): string => house.queues.find((one) => one.queue_id === id)?.name ?? String(id);
  const head = field.split(".")[0] ?? "";
  const last = field.split(".").at(-1) ?? "";
  if (field === "queues") return value === null ? (kind === "agent" ? "todas" : "–") : (value as string[]).map(queue).join(", ") || (kind === "canned" ? "todas" : "nenhuma");
  if (value === null || value === undefined || value === "") return field === "ceiling" ? "o dobro da capacidade" : field === "relax_after" ? "nunca" : "–";
  if (field === "active") return kind === "agent" ? (value ? "na equipe" : "fora da equipe") : value ? "em uso" : "desativada";
  if (field === "ready") return value ? "pronta para usar" : "removida";
  if (typeof value === "boolean") return value ? "sim" : "não";
  if (field === "queue_id") return queue(value);
  if (field === "calendar" && value === "24x7") return "24 horas";
  if (field === "notice.until") return moment(new Date(String(value)));
  if (field === "reopening") return `${String(value)} h`;
  if (head === "week" || head === "special") return hours(value as [number, number][]);
  if (last === "shifts") return (value as [number, number, number][]).map(([day, from, to]) => `${(DAYS[day] ?? "").toLowerCase()} ${clock(from)} às ${clock(to)}`).join(", ") || "–";
  if (last === "steps") return (value as [number, string][]).map(([after, level]) => `${LEVELS[level] ?? level} após ${after} min`).join(", ");
  if (last === "warnings") return (value as number[]).map((one) => `${one}%`).join(", ") || "–";
  if (Array.isArray(value)) return value.map((one) => item(field, one)).join(", ") || (field === "reasons" ? "todos" : "–");
  if (SECONDS.has(last)) return `${String(value)} s`;
  if (MINUTES.has(last)) return `${String(value)} min`;
  return CODES[field]?.[String(value)] ?? String(value);
}
function item(field: string, one: unknown): string {
  return field === "reasons" ? reason(String(one)) : brazilian(String(one));
}

/** One change as people tell it: what comes and goes of a long list, else what was and what is. */
export function told(kind: Kind, change: Change, house: House): string {
  const { field, before, after } = change;
  const name = fieldName(field, house);
  if (before === HIDDEN || after === HIDDEN) return before === HIDDEN ? `${name}: mudou` : `${name}: definido`;
  if ((field === "reasons" || field === "closed") && Array.isArray(before) && Array.isArray(after) && before.length > 0 && after.length > 0) {
    const come = after.filter((one) => !before.includes(one)).map((one) => item(field, one));
    const gone = before.filter((one) => !after.includes(one)).map((one) => item(field, one));
    const parts = [come.length > 0 ? `entra ${come.join(", ")}` : "", gone.length > 0 ? `sai ${gone.join(", ")}` : ""].filter(Boolean);
    return `${name}: ${parts.join("; ") || "outra ordem"}`;
  }
  return `${name}: ${said(kind, field, before, house)} → ${said(kind, field, after, house)}`;
}
