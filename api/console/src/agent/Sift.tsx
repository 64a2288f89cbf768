// Choosing which part of a list to see, and keeping it under a name.
import { useState } from "react";
import type { Priority } from "../api/client";
import { prefer, usePreferences } from "../desk/preferences";
import { ALL, same, type Sieve } from "../desk/sieve";
import { IconButton, Sheet } from "../ui/parts";
import { QueueOptions } from "../ui/QueueOptions";
import { PRIORITY } from "../words/names";
import { Ask } from "./Sheets";

export default function Sift({ sieve, onSieve, onDone }: { sieve: Sieve; onSieve: (sieve: Sieve) => void; onDone: () => void }) {
  const { views } = usePreferences();
  const [want, setWant] = useState(sieve);
  const [name, setName] = useState("");
  const run = async (): Promise<boolean> => {
    const called = name.trim();
    if (called !== "" && !same(want, ALL)) prefer({ views: [...views.filter((one) => one.name !== called), { ...want, name: called }].sort((a, b) => a.name.localeCompare(b.name)) });
    onSieve(want);
    return true;
  };
  return (
    <Sheet title="Filtrar a lista" open onClose={onDone}>
      <Ask label="Mostrar" ready run={run} onDone={onDone}>
        <label className="field">
          <span>Fila</span>
          <select className="input" autoFocus value={want.queue} onChange={(event) => setWant({ ...want, queue: event.target.value })}>
            <option value="">Todas as filas</option>
            <QueueOptions />
          </select>
        </label>
        <label className="field">
          <span>Prioridade</span>
          <select className="input" value={want.priority} onChange={(event) => setWant({ ...want, priority: event.target.value as Priority | "" })}>
            <option value="">Todas</option>
            {Object.entries(PRIORITY).map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <label className="choice">
          <input type="checkbox" checked={want.late} onChange={(event) => setWant({ ...want, late: event.target.checked })} />
          Só as que passaram do prazo
        </label>
        <label className="field">
          <span>Guardar com o nome (opcional)</span>
          <input className="input" autoComplete="off" maxLength={40} placeholder="Urgentes do suporte" value={name} disabled={same(want, ALL)} onChange={(event) => setName(event.target.value)} />
        </label>
        {views.length > 0 && (
          <ul className="kept-views" aria-label="Filtros guardados">
            {views.map((one) => (
              <li key={one.name}>
                <span className="clip">{one.name}</span>
                <IconButton icon="close" small label={`Apagar o filtro ${one.name}`} onPress={() => prefer({ views: views.filter((other) => other.name !== one.name) })} />
              </li>
            ))}
          </ul>
        )}
      </Ask>
    </Sheet>
  );
}
