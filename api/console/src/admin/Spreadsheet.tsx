// Everything at once, as a table that any spreadsheet opens: down, changed, and up again.
import { useRef, useState } from "react";
import { knock, OFFLINE, wish } from "../api/client";
import { learn } from "../desk/session";
import { Sheet } from "../ui/parts";
import { toast } from "../ui/toast";

type Fault = { field: string; message: string };
const NAMES = { queues: "filas", agents: "equipe" } as const;

/** Where a fault stands, as whoever reads the table finds it. */
function place(field: string): string {
  const found = /^line\.(\d+)(?:\.(.+))?$/.exec(field);
  return found ? `Linha ${found[1]}${found[2] ? `, coluna ${found[2]}` : ""}` : "Planilha";
}

export function Spreadsheet({ what }: { what: keyof typeof NAMES }) {
  const input = useRef<HTMLInputElement>(null);
  const [faults, setFaults] = useState<readonly Fault[] | null>(null);
  const address = `${window.location.origin}/v1/settings/${what}`;

  const down = async (): Promise<void> => {
    try {
      const answer = await knock(address);
      if (!answer.ok) throw new Error(String(answer.status));
      const link = document.createElement("a");
      link.href = URL.createObjectURL(await answer.blob());
      link.download = `atende-${NAMES[what]}.csv`;
      link.click();
      URL.revokeObjectURL(link.href);
    } catch {
      toast({ tone: "bad", text: "A planilha não veio. Tente de novo em instantes." });
    }
  };
  const up = async (file: File): Promise<void> => {
    const answer = await knock(address, { method: "POST", body: file, headers: { "Content-Type": "text/csv", ...wish() } }).catch(() => null);
    if (answer === null) {
      toast({ tone: "bad", text: OFFLINE });
      return;
    }
    const told = (await answer.json().catch(() => ({}))) as { lines?: number; changed?: string[]; detail?: string; errors?: Fault[] };
    if (answer.ok) {
      const changed = told.changed?.length ?? 0;
      toast({ tone: "good", text: changed === 0 ? "Nada mudou: a planilha já valia." : `Planilha aplicada: ${changed} de ${told.lines ?? changed} ${changed === 1 ? "mudou" : "mudaram"}.` });
      window.setTimeout(() => void learn().catch(() => undefined), 400);
    } else if (told.errors && told.errors.length > 0) setFaults(told.errors);
    else toast({ tone: "bad", text: told.detail ?? "A planilha não pôde ser lida." });
  };
  return (
    <>
      <button type="button" className="button" onClick={() => void down()}>
        Baixar planilha
      </button>
      <button type="button" className="button" onClick={() => input.current?.click()}>
        Enviar planilha
      </button>
      <input
        ref={input}
        type="file"
        hidden
        accept=".csv,text/csv"
        aria-label="Planilha para enviar"
        onChange={(event) => {
          const file = event.target.files?.[0];
          event.target.value = "";
          if (file) void up(file);
        }}
      />
      <Sheet title="A planilha não foi aplicada" open={faults !== null} onClose={() => setFaults(null)}>
        <div className="body">
          <p>Nada mudou. Corrija estas células e envie de novo.</p>
          <ul className="sheet-faults">
            {(faults ?? []).map((fault) => (
              <li key={fault.field}>
                <strong>{place(fault.field)}</strong> {fault.message}
              </li>
            ))}
          </ul>
        </div>
      </Sheet>
    </>
  );
}
