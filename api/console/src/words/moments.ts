// Dates and times as people here write them: 14h32, ontem às 14h32, segunda, 16/03, às 8h.
const DAYS = ["domingo", "segunda", "terça", "quarta", "quinta", "sexta", "sábado"];
const two = (value: number): string => String(value).padStart(2, "0");

export function clock(at: Date): string {
  return at.getMinutes() === 0 ? `${at.getHours()}h` : `${at.getHours()}h${two(at.getMinutes())}`;
}
function atClock(at: Date): string {
  return `${at.getHours() === 1 ? "à" : "às"} ${clock(at)}`;
}
function midnight(at: Date): number {
  return new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();
}
function daysBetween(at: Date, now: Date): number {
  return Math.round((midnight(now) - midnight(at)) / 86_400_000);
}
export function date(at: Date): string {
  return `${two(at.getDate())}/${two(at.getMonth() + 1)}/${at.getFullYear()}`;
}
export function moment(at: Date, now: Date = new Date()): string {
  const days = daysBetween(at, now);
  if (days === 0) return `hoje ${atClock(at)}`;
  if (days === 1) return `ontem ${atClock(at)}`;
  if (days === -1) return `amanhã ${atClock(at)}`;
  return `${DAYS[at.getDay()]}, ${two(at.getDate())}/${two(at.getMonth() + 1)}, ${atClock(at)}`;
}
/** The line between two days of a thread. */
export function day(at: Date, now: Date = new Date()): string {
  const days = daysBetween(at, now);
  if (days === 0) return "Hoje";
  if (days === 1) return "Ontem";
  const name = DAYS[at.getDay()] ?? "";
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}, ${date(at)}`;
}
export function sameDay(a: Date, b: Date): boolean {
  return midnight(a) === midnight(b);
}
/** In a list: the time today, else the day. */
export function short(at: Date, now: Date = new Date()): string {
  const days = daysBetween(at, now);
  if (days === 0) return clock(at);
  return days === 1 ? "ontem" : `${two(at.getDate())}/${two(at.getMonth() + 1)}`;
}
/** 45s · 4min · 2h · 3d; how long something is, not when. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}min`;
  if (seconds < 86_400) {
    const minutes = Math.floor((seconds % 3600) / 60);
    return minutes === 0 || seconds >= 36_000 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 3600)}h${two(minutes)}`;
  }
  return `${Math.floor(seconds / 86_400)}d`;
}
/** há 2 segundos, há 1 minuto … */
export function ago(ms: number): string {
  const seconds = Math.max(1, Math.floor(ms / 1000));
  for (const [size, one, many] of [
    [86_400, "dia", "dias"],
    [3600, "hora", "horas"],
    [60, "minuto", "minutos"],
  ] as const) {
    if (seconds >= size) {
      const count = Math.floor(seconds / size);
      return `há ${count} ${count === 1 ? one : many}`;
    }
  }
  return `há ${seconds} ${seconds === 1 ? "segundo" : "segundos"}`;
}
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${two(whole % 60)}`;
}
