// Everything at once, as a table that any spreadsheet opens: down, changed, and up again.
import { useRef, useState } from "react";
import { knock, OFFLINE, wish } from "../api/client";
import { learn } from "../desk/session";
import { Sheet } from "../ui/parts";
import { toast } from "../ui/toast";

export type Fault = { field: string; message: string };
export const TABLE = { "Content-Type": "text/csv" };
const NAMES = { queues: "filas", agents: "equipe", users: "usuarios" } as const;
type What = keyof typeof NAMES;

export function address(what: What): string {
  return `${window.location.origin}/v1/settings/${what}`;
}

/** Where a fault stands, as whoever reads the table finds it. */
function place(field: string): string {
  const found = /^line\.(\d+)(?:\.(.+))?$/.exec(field);
  return found ? `Linha ${found[1]}${found[2] ? `, coluna ${found[2]}` : ""}` : "Planilha";
}

export function keep(name: string, content: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = `atende-${name}.csv`;
  link.click();
  URL.revokeObjectURL(link.href);
}

export function UpAndDown({ what, onFile }: { what: What; onFile: (file: File) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const down = async (): Promise<void> => {
    try {
      const answer = await knock(address(what));
      if (!answer.ok) throw new Error(String(answer.status));
      keep(NAMES[what], await answer.blob());
    } catch {
      toast({ tone: "bad", text: "A planilha não veio. Tente de novo em instantes." });
    }
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
          if (file) onFile(file);
        }}
      />
    </>
  );
}

export function Faults({ faults, onClose }: { faults: readonly Fault[] | null; onClose: () => void }) {
  return (
    <Sheet title="A planilha não foi aplicada" open={faults !== null} onClose={onClose}>
      <div className="body">
        <p>Nada mudou. Corrija estas células e envie de novo.</p>
        <ul className="sheet-faults">
          {(faults ?? []).map((fault, n) => (
            <li key={n}>
              <strong>{place(fault.field)}</strong> {fault.message}
            </li>
          ))}
        </ul>
      </div>
    </Sheet>
  );
}

export function Spreadsheet({ what }: { what: "queues" | "agents" }) {
  const [faults, setFaults] = useState<readonly Fault[] | null>(null);
  const up = async (file: File): Promise<void> => {
    const answer = await knock(address(what), { method: "POST", body: file, headers: { ...TABLE, ...wish() } }).catch(() => null);
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
      <UpAndDown what={what} onFile={(file) => void up(file)} />
      <Faults faults={faults} onClose={() => setFaults(null)} />
    </>
  );
}
