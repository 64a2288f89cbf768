// What a supervisor does in a conversation that is not theirs, for a colleague, and for the wall.
import { useEffect } from "react";
import { api, data, Problem, sentenceOf, wish, type Conversation } from "../api/client";
import { learn, may, myAgent, nudge } from "../desk/session";
import { toast } from "../ui/toast";
import { customer } from "../words/names";

function of(row: Conversation, seen: boolean): { params: { path: { conversation_id: string } }; headers: Record<string, string> } {
  return { params: { path: { conversation_id: row.conversation_id } }, headers: wish(seen ? row.version : undefined) };
}

/** Whether somebody else attends what a supervisor has open. Its history names whoever reads along, once for each
 * time it is opened or handed on; nobody else is told, least of all the customer. */
export function useListening(row: Conversation | null): boolean {
  const overseen = row !== null && may("conversations.oversee") && row.stage === "in_service" && row.agent_id !== null && row.agent_id !== myAgent();
  useEffect(() => {
    if (overseen) void data(api.POST("/v1/conversations/{conversation_id}/listen", of(row, false))).catch(() => undefined);
  }, [overseen, row?.conversation_id, row?.agent_id]); // eslint-disable-line react-hooks/exhaustive-deps
  return overseen;
}

export async function whisper(row: Conversation, text: string, to: string): Promise<boolean> {
  try {
    await data(api.POST("/v1/conversations/{conversation_id}/whisper", { ...of(row, false), body: { text } }));
    nudge();
    toast({ tone: "good", text: `${to} já pode ler o seu recado. O cliente não vê.` });
    return true;
  } catch (error) {
    toast({ tone: "bad", text: sentenceOf(error) });
    return false;
  }
}

export async function takeOver(row: Conversation, reason: string): Promise<boolean> {
  try {
    await data(api.POST("/v1/conversations/{conversation_id}/take-over", { ...of(row, true), body: { reason } }));
    nudge();
    toast({ tone: "good", text: `${customer(row)} agora é com você.` });
    return true;
  } catch (error) {
    nudge();
    toast({ tone: error instanceof Problem && error.status === 409 ? "conflict" : "bad", text: sentenceOf(error) });
    return false;
  }
}

export async function declareFor(agent: { agent_id: string; name: string }, availability: "available" | "paused", reason: string | null): Promise<void> {
  try {
    const params = { path: { agent_id: agent.agent_id } };
    await data(api.PUT("/v1/agents/{agent_id}/availability", { params, headers: wish(), body: { availability, reason } }));
    toast({ tone: "good", text: availability === "available" ? `${agent.name} está disponível.` : `${agent.name} está em pausa.` });
    window.setTimeout(() => void learn().catch(() => undefined), 500);
  } catch (error) {
    toast({ tone: "bad", text: sentenceOf(error) });
  }
}

const YEAR = 365 * 86_400_000;

/** The address of the wall for a television: its token sees the wall and nothing else. Told once, good for a year. */
export async function wallLink(): Promise<string | null> {
  try {
    const made = await data(api.POST("/v1/tokens", { body: { name: "Painel da TV", role: "service", scopes: ["wallboard.read"], expires_at: new Date(Date.now() + YEAR).toISOString() } }));
    return `${window.location.origin}/tv#entrar=${made.token}`;
  } catch (error) {
    toast({ tone: "bad", text: sentenceOf(error) });
    return null;
  }
}
