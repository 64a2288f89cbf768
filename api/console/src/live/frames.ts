// What a source tells, whichever it is: the live stream says these by itself, polling makes them from reads.
import type { Conversation, ConversationWithEpisodes, Line, Schemas } from "../api/client";

export type Viewer = { agent_id: string; state: "viewing" | "typing" };

export type Wallboard = Schemas["Wallboard"];

export type Frame =
  | { event: "wallboard"; data: Wallboard }
  | { event: "list"; data: { topic: string; items: Conversation[]; next: string | null } }
  | {
      event: "transcript";
      data: {
        topic: string;
        conversation: ConversationWithEpisodes | null;
        items: Line[];
        previous: string | null;
        viewers: Viewer[];
      };
    }
  | { event: "conversation"; data: { position: string; lists: string[]; conversation: Conversation } }
  | { event: "gone"; data: { position: string; conversation_id: string } }
  | { event: "line"; data: { position: string; conversation_id: string; line: Line } }
  | { event: "presence"; data: { conversation_id: string; viewers: Viewer[] } }
  | { event: "room"; data: { room_id: string; position: string } }
  | { event: "counts"; data: Record<string, unknown> }
  | { event: "reset"; data: { topics: string[] } }
  | { event: "degraded"; data: { detail: string } }
  | { event: "recovered"; data: Record<string, never> };

export type Connection =
  | { is: "connecting" }
  /** Nothing on this screen changes by itself. */
  | { is: "idle" }
  | { is: "live"; every: number | null }
  | { is: "behind"; detail: string }
  | { is: "offline"; since: number; detail: string }
  | { is: "signed_out"; detail: string };

export interface Listener {
  frame(frame: Frame): void;
  connection(connection: Connection): void;
}

/** Something that tells a desk what happens. `want` names all topics from here on. */
export interface Source {
  start(listener: Listener): void;
  want(topics: readonly string[]): void;
  /** Something was just done here: look now, if looking is what it does. */
  nudge(): void;
  stop(): void;
}
