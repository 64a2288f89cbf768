// Above a thread that somebody else attends: that I read along, and what I can do about it.
import { useState, type FormEvent } from "react";
import type { Conversation } from "../api/client";
import { naming } from "../desk/session";
import { Icon } from "../ui/Icon";
import { Sheet } from "../ui/parts";
import { takeOver, useListening, whisper } from "./oversight";
import "./oversight.css";

export function Oversight({ row }: { row: Conversation }) {
  const names = naming();
  const overseen = useListening(row);
  const [asked, setAsked] = useState<"whisper" | "take-over" | null>(null);
  if (!overseen) return null;
  const owner = names.agent(row.agent_id);
  const done = (): void => setAsked(null);
  return (
    <div className="oversight">
      <Icon name="eye" small />
      <span className="clip">Você está acompanhando. Isso fica no histórico; o cliente não vê.</span>
      <button type="button" className="button" onClick={() => setAsked("whisper")}>
        Sussurrar
      </button>
      <button type="button" className="button" onClick={() => setAsked("take-over")}>
        Assumir no lugar
      </button>
      {asked === "whisper" && (
        <Sheet title={`Sussurrar para ${owner}`} open onClose={done}>
          <Line
            label="Sussurrar"
            field={`Só ${owner} e a equipe leem; o cliente não recebe`}
            hint="Ofereça a visita de hoje à tarde"
            run={(text) => whisper(row, text, owner)}
            onDone={done}
          />
        </Sheet>
      )}
      {asked === "take-over" && (
        <Sheet title={`Assumir no lugar de ${owner}`} open onClose={done}>
          <Line
            label="Assumir"
            field={`Motivo, que ${owner} vai ler`}
            hint="O cliente pediu para falar com a supervisão"
            run={(text) => takeOver(row, text)}
            onDone={done}
          />
        </Sheet>
      )}
    </div>
  );
}

function Line({ label, field, hint, run, onDone }: { label: string; field: string; hint: string; run: (text: string) => Promise<boolean>; onDone: () => void }) {
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (text.trim() === "" || busy) return;
    setBusy(true);
    const done = await run(text.trim());
    setBusy(false);
    if (done) onDone();
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <div className="body">
        <label className="field">
          <span>{field}</span>
          <input className="input" autoFocus value={text} maxLength={500} placeholder={hint} onChange={(event) => setText(event.target.value)} />
        </label>
      </div>
      <footer>
        <button type="submit" className="button main" disabled={text.trim() === "" || busy}>
          {label} <kbd aria-hidden="true">Enter</kbd>
        </button>
      </footer>
    </form>
  );
}
