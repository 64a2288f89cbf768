// Rooms of the team: which there are, what is unread in them. Words are asked for, the stream says only that there are some.
import { useSyncExternalStore } from "react";
import { api, data, sentenceOf, wish, type Schemas } from "../api/client";
import { toast } from "../ui/toast";
import { may, myAgent } from "./session";
import { now, onRoom, subscribe } from "./store";

export type Room = Schemas["Room"];
export type Said = Schemas["Message"];

const AGAIN = 60_000;
let rooms: readonly Room[] = [];
let asking: Promise<void> | null = null;
const listeners = new Set<() => void>();

export function useRooms(): readonly Room[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => rooms,
  );
}
/** How much of it is unread, and whether something calls me. */
export function useUnread(): { count: number; called: boolean } {
  const held = useRooms();
  return { count: held.reduce((sum, room) => sum + room.unread, 0), called: held.some((room) => room.mentioned) };
}
export async function learnRooms(after?: string): Promise<void> {
  rooms = (await data(api.GET("/v1/chat/rooms", { params: { query: after ? { after } : {} } }))).items;
  for (const listener of listeners) listener();
}

/** Keep them true for as long as somebody who talks here is signed in. */
export function keepRooms(): () => void {
  const learn = (after?: string): void => {
    asking ??= learnRooms(after)
      .catch(() => undefined)
      .finally(() => {
        asking = null;
      });
  };
  learn();
  // a word may be lost, and so may what was said while the connection was
  const timer = window.setInterval(() => document.visibilityState === "visible" && learn(), AGAIN);
  let was = now().connection.is;
  const stopConnection = subscribe(() => {
    const is = now().connection.is;
    if (is === "live" && was !== "live") learn();
    was = is;
  });
  const stop = onRoom((_, position) => void (asking ?? Promise.resolve()).then(() => learn(position)));
  return () => {
    window.clearInterval(timer);
    stopConnection();
    stop();
  };
}

export async function said(roomId: string, query: { after?: string; before?: number } = {}): Promise<Schemas["Messages"]> {
  return data(api.GET("/v1/chat/rooms/{room_id}/messages", { params: { path: { room_id: roomId }, query } }));
}
/** The room with a colleague or of a queue, opened if it is not there yet. Null: it could not be. */
export async function open(who: { agent_id: string } | { queue_id: string }): Promise<string | null> {
  const known = rooms.find((room) => ("queue_id" in who ? room.queue_id === who.queue_id : room.kind === "direct" && room.members.includes(who.agent_id) && room.members.includes(myAgent() ?? "")));
  if (known) return known.room_id;
  try {
    const told = (await data(api.POST("/v1/chat/rooms", { headers: wish(), body: who }))) as { room_id?: string; position?: string };
    await learnRooms(told.position);
    return told.room_id ?? null;
  } catch (error) {
    toast({ tone: "bad", text: sentenceOf(error) });
    return null;
  }
}
export async function say(roomId: string, text: string, mentions: string[] = [], card: string | null = null): Promise<boolean> {
  try {
    await data(api.POST("/v1/chat/rooms/{room_id}/messages", { params: { path: { room_id: roomId } }, headers: wish(), body: { text, mentions, ...(card ? { conversation_id: card } : {}) } }));
    return true;
  } catch (error) {
    toast({ tone: "bad", text: sentenceOf(error) });
    return false;
  }
}
export async function readThrough(room: Room, through: number): Promise<void> {
  await data(api.POST("/v1/chat/rooms/{room_id}/read", { params: { path: { room_id: room.room_id } }, headers: wish(), body: { through } })).catch(() => undefined);
}
export function talks(): boolean {
  return may("chat.use") && myAgent() !== null;
}
