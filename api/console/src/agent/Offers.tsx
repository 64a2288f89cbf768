// What the desk offers me, for as long as the offer stands.
import { useEffect, useRef } from "react";
import { accept, decline } from "../desk/acts";
import { useNow } from "../desk/clock";
import { myAgent, naming } from "../desk/session";
import { sameItems, useDesk } from "../desk/store";
import { openToWrite } from "../desk/tabs";
import { useCommands, WRITES, type Command } from "../shell/commands";
import { PriorityChip } from "../ui/parts";
import { span } from "../words/moments";
import { customer, subject } from "../words/names";

export function Offers() {
  const me = myAgent();
  const rows = useDesk((state) => (me === null ? [] : [...state.rows.values()].filter((row) => row.stage === "waiting" && row.offered_to === me)), sameItems);
  const now = useNow(1_000);
  const row = rows.find((one) => one.offer_expires_at == null || Date.parse(one.offer_expires_at) > now);
  const take = async (): Promise<void> => {
    if (row && (await accept(row))) openToWrite(row.conversation_id);
  };
  const commands: Command[] = row
    ? [
        { id: "accept", label: "Aceitar a conversa oferecida", group: "Conversa", icon: "check", keys: "a", first: true, run: () => void take() },
        { id: "decline", label: "Recusar a conversa oferecida", group: "Conversa", icon: "close", run: () => void decline(row) },
      ]
    : [];
  useCommands("offers", commands);
  // whoever does not write just now has the answer under Enter
  const button = useRef<HTMLButtonElement>(null);
  const id = row?.conversation_id;
  useEffect(() => {
    if (id !== undefined && !document.activeElement?.matches(WRITES) && document.querySelector("[role=dialog]") === null) button.current?.focus();
  }, [id]);
  if (!row) return null;
  const left = row.offer_expires_at ? Date.parse(row.offer_expires_at) - now : null;
  return (
    <div className="offered" role="alertdialog" aria-label="Conversa oferecida a você">
      <div>
        <strong>{customer(row)}</strong>
        <span className="muted clip">{[naming().queue(row.queue_id), subject(row.subject)].filter(Boolean).join(" · ")}</span>
      </div>
      <PriorityChip priority={row.priority} />
      {left !== null && <span className="num muted">{span(left)}</span>}
      <button type="button" className="button quiet" onClick={() => void decline(row)}>
        Recusar
      </button>
      <button ref={button} type="button" className="button main" aria-keyshortcuts="A" onClick={() => void take()}>
        Aceitar <kbd aria-hidden="true">Enter</kbd>
      </button>
    </div>
  );
}
