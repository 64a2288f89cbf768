// A conversation that we open: whom, and from which of our numbers. It is the agent's at once.
import { useState } from "react";
import { begin } from "../desk/acts";
import { useSession } from "../desk/session";
import { openTab } from "../desk/tabs";
import { Sheet } from "../ui/parts";
import { Ask } from "./Sheets";

/** As people write it here, with the country's code; null when it cannot be a number. */
function dialled(typed: string): string | null {
  const digits = typed.replace(/\D/g, "").replace(/^00?/, "");
  if (typed.trim().startsWith("+")) return digits.length >= 8 && digits.length <= 15 ? digits : null;
  if (digits.length === 10 || digits.length === 11) return `55${digits}`;
  return /^55\d{10,11}$/.test(digits) ? digits : null;
}

export default function Begin({ onDone }: { onDone: () => void }) {
  const { house } = useSession();
  const [typed, setTyped] = useState("");
  const [channel, setChannel] = useState(house.channels[0]?.channel_id ?? "");
  const phone = dialled(typed);
  const run = async (): Promise<boolean> => {
    const id = phone === null ? null : await begin(channel, phone);
    if (id !== null) openTab(id);
    return id !== null;
  };
  return (
    <Sheet title="Nova conversa" open onClose={onDone}>
      <Ask label="Começar" ready={phone !== null && channel !== ""} run={run} onDone={onDone}>
        <label className="field">
          <span>Telefone do cliente, com DDD</span>
          <input className="input" type="tel" inputMode="tel" autoComplete="off" autoFocus placeholder="(11) 90000-0000" value={typed} onChange={(event) => setTyped(event.target.value)} />
        </label>
        {house.channels.length > 1 && (
          <label className="field">
            <span>Pelo número</span>
            <select className="input" value={channel} onChange={(event) => setChannel(event.target.value)}>
              {house.channels.map((one) => (
                <option key={one.channel_id} value={one.channel_id}>
                  {one.name}
                </option>
              ))}
            </select>
          </label>
        )}
        <p className="muted">A conversa fica com você. Se o cliente não escreveu nas últimas 24 horas, o WhatsApp só aceita um modelo aprovado para começar.</p>
      </Ask>
    </Sheet>
  );
}
