// What was: asked of the desk once whoever moves the bar rests for a moment.
import { useEffect, useState } from "react";
import { api, data, sentenceOf, type Line, type Schemas } from "../api/client";
import { naming } from "../desk/session";
import { date, moment } from "../words/moments";

export type QueueAt = Schemas["QueueAt"];
export type Stint = Schemas["Stint"];
type State = Stint["state"];

const REST = 140; // milliseconds
const PAGES = 20;

/** The answer to the last question that was asked, and while another is on its way the one before. */
export function useAnswer<T>(question: string | null, ask: (signal: AbortSignal) => Promise<T>): { answer: T | null; of: string | null; no: string | null } {
  const [told, setTold] = useState<{ answer: T | null; of: string | null; no: string | null }>({ answer: null, of: null, no: null });
  useEffect(() => {
    if (question === null) return;
    const asking = new AbortController();
    const timer = window.setTimeout(() => {
      ask(asking.signal).then(
        (answer) => !asking.signal.aborted && setTold({ answer, of: question, no: null }),
        (error: unknown) => !asking.signal.aborted && setTold({ answer: null, of: question, no: sentenceOf(error) }),
      );
    }, REST);
    return () => {
      window.clearTimeout(timer);
      asking.abort();
    };
  }, [question]); // eslint-disable-line react-hooks/exhaustive-deps
  return told;
}

export function queueAt(queue: string, at: number, changes: boolean, cursor: string | null, signal?: AbortSignal): Promise<QueueAt> {
  const query = { moment: new Date(at).toISOString(), changes, limit: 100, ...(cursor === null ? {} : { cursor }) };
  return data(api.GET("/v1/queues/{queue_id}/at", { params: { path: { queue_id: queue }, query }, ...(signal ? { signal } : {}) }));
}

export async function stintsOf(id: string, signal: AbortSignal): Promise<readonly Stint[]> {
  const all: Stint[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < PAGES; page += 1) {
    const told: Schemas["Stints"] = await data(api.GET("/v1/conversations/{conversation_id}/stints", { params: { path: { conversation_id: id }, query: { limit: 1000, ...(cursor === null ? {} : { cursor }) } }, signal }));
    all.push(...told.items);
    cursor = told.next;
    if (cursor === null) break;
  }
  return all;
}

export function linesAt(id: string, at: number, signal: AbortSignal): Promise<Schemas["Transcript"]> {
  return data(api.GET("/v1/conversations/{conversation_id}/transcript", { params: { path: { conversation_id: id }, query: { moment: new Date(at).toISOString(), limit: 100 } }, signal }));
}

export async function linesBefore(id: string, cursor: string): Promise<{ items: readonly Line[]; previous: string | null }> {
  return data(api.GET("/v1/conversations/{conversation_id}/transcript", { params: { path: { conversation_id: id }, query: { cursor, limit: 100 } } }));
}

export function stintAt(stints: readonly Stint[], at: number): Stint | null {
  return stints.find((one) => Date.parse(one.since) <= at && (one.until === null || at < Date.parse(one.until))) ?? null;
}

/** Where it was, in words. */
export function stood(state: State, queue: string | null, agent: string | null): string {
  const names = naming();
  const who = agent === null ? "alguém" : agent === names.me ? "você" : names.agent(agent);
  switch (state) {
    case "automation":
      return "Com a automação";
    case "waiting":
      return queue === null ? "Esperando" : `Esperando na fila ${names.queue(queue)}`;
    case "offered":
      return queue === null ? `Oferecida a ${who}` : `Na fila ${names.queue(queue)}, oferecida a ${who}`;
    case "in_service":
      return `Com ${who}`;
    case "snoozed":
      return `Adiada, com ${who}`;
    case "closed":
      return "Encerrada";
  }
}

/** `hoje às 14h32`; with its year when it is another one. */
export function when(at: number): string {
  const day = new Date(at);
  const told = moment(day);
  return day.getFullYear() === new Date().getFullYear() ? told : told.replace(/\d{2}\/\d{2}/, date(day));
}
