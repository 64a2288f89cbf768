// In the composer's place while somebody else, or nobody, has the conversation.
import { useState } from "react";
import type { Conversation } from "../api/client";
import { note } from "../desk/acts";
import { useNow } from "../desk/clock";
import { Icon } from "../ui/Icon";
import { Kbd } from "../ui/parts";

export function Unowned({ row, onTake, onReopen, owner, attends }: { row: Conversation; onTake: () => Promise<void>; onReopen: () => void; owner: string; attends: boolean }) {
  const [busy, setBusy] = useState(false);
  const [noting, setNoting] = useState<string | null>(null);
  const at = useNow(10_000);
  if (!attends) return null;
  if (noting !== null) {
    return (
      <form
        className="composer noting"
        onSubmit={(event) => {
          event.preventDefault();
          if (noting.trim()) note(row, noting.trim());
          setNoting(null);
        }}
      >
        <textarea rows={2} autoFocus aria-label="Nota interna" placeholder="Nota que só a equipe vê" value={noting} onChange={(event) => setNoting(event.target.value)} />
        <div className="composer-foot">
          <span className="spring" />
          <button type="button" className="button quiet" onClick={() => setNoting(null)}>
            Cancelar
          </button>
          <button type="submit" className="button main" disabled={noting.trim() === ""}>
            Guardar nota
          </button>
        </div>
      </form>
    );
  }
  const closed = row.stage === "closed";
  const late = closed && row.closed_at !== null && at - Date.parse(row.closed_at) > 86_400_000;
  const words = closed ? (late ? "Encerrado há mais de 24 horas." : "Encerrado. Dá para reabrir com o mesmo protocolo.") : row.stage === "in_service" ? `${owner} está com esta conversa.` : row.stage === "automation" ? "A automação está atendendo." : "Ninguém assumiu ainda.";
  return (
    <div className="offer">
      <span>{words}</span>
      <button type="button" className="button quiet" onClick={() => setNoting("")}>
        <Icon name="note" /> Nota
      </button>
      {closed
        ? !late && (
            <button type="button" className="button" onClick={onReopen}>
              Reabrir <Kbd>A</Kbd>
            </button>
          )
        : (
            <button
              type="button"
              className={row.stage === "in_service" ? "button" : "button main"}
              disabled={busy}
              onClick={() => {
                setBusy(true);
                void onTake().finally(() => setBusy(false));
              }}
            >
              Assumir <Kbd>A</Kbd>
            </button>
          )}
    </div>
  );
}
