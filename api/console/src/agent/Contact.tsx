// What the desk knows of a contact by hand: its own name for them, how else they are reached, their contracts.
import { useEffect, useId, useState, type InputHTMLAttributes } from "react";
import { editContact, linkContract, type Card, type Faults } from "../desk/acts";
import { phone } from "../words/names";
import { Ask, type Props } from "./Sheets";

const FIELDS = ["name", "email", "phone", "document", "remark"] as const;

export function EditContact({ row, onDone }: Props) {
  const known = row.contact;
  const [was] = useState({ name: known.name !== known.profile_name ? (known.name ?? "") : "", email: known.email ?? "", phone: dialled(known.second_phone ?? null), document: "", remark: known.remark ?? "" });
  const [now, setNow] = useState(was);
  const [without, setWithout] = useState(false);
  const changed = FIELDS.filter((field) => now[field].trim() !== was[field]);
  const { faults, run } = useTrying(async () => {
    const change: Card = {};
    const before: Card = {};
    for (const field of changed) {
      change[field] = now[field].trim() || null;
      before[field] = was[field] || null;
    }
    if (without && !change.document) change.document = null;
    return editContact(row, change, "document" in change ? null : before);
  });
  const of = (field: (typeof FIELDS)[number]): { name: string; value: string; onValue: (value: string) => void } => ({ name: field, value: now[field], onValue: (value) => setNow({ ...now, [field]: value }) });
  return (
    <Ask label="Salvar" ready={changed.length > 0 || without} run={run} onDone={onDone}>
      <Field {...of("name")} faults={faults} label="Como chamar" autoFocus maxLength={80} autoComplete="off" placeholder={known.profile_name ?? "Nome do cliente"} hint={known.profile_name ? `No WhatsApp: ${known.profile_name}` : undefined} />
      <Field {...of("phone")} faults={faults} label="Outro telefone, com DDD" type="tel" inputMode="tel" maxLength={30} autoComplete="off" />
      <Field {...of("email")} faults={faults} label="E-mail" inputMode="email" maxLength={254} autoComplete="off" spellCheck={false} />
      <Field {...of("document")} faults={faults} label="CPF ou CNPJ (opcional)" maxLength={20} autoComplete="off" spellCheck={false} disabled={without} hint={known.document ? `Guardado: ${known.document}. Em branco, continua o mesmo.` : "Depois de salvo, aparece só em parte."} />
      {known.document && (
        <label className="choice">
          <input type="checkbox" checked={without} onChange={(event) => (setWithout(event.target.checked), setNow({ ...now, document: "" }))} /> Tirar o CPF ou CNPJ guardado
        </label>
      )}
      <Field {...of("remark")} faults={faults} label="Observação" maxLength={280} placeholder="Prefere ser atendido à tarde" />
    </Ask>
  );
}

/** As it can be read again: what is not of here with its plus. */
function dialled(digits: string | null): string {
  const told = phone(digits) ?? "";
  return told === digits ? `+${told}` : told;
}

export function LinkContract({ row, onDone }: Props) {
  const [number, setNumber] = useState("");
  const [label, setLabel] = useState("");
  const { faults, run } = useTrying(() => linkContract(row, number.trim(), label.trim() || null));
  return (
    <Ask label="Vincular" ready={number.trim() !== ""} run={run} onDone={onDone}>
      <Field name="number" value={number} onValue={setNumber} faults={faults} label="Número do contrato" autoFocus maxLength={30} autoComplete="off" spellCheck={false} />
      <Field name="label" value={label} onValue={setLabel} faults={faults} label="Endereço ou plano (opcional)" maxLength={120} autoComplete="off" placeholder="Fibra 500, Rua das Flores, 12" hint="Ajuda a saber qual é, quando há mais de um." />
    </Ask>
  );
}

/** What was wrong when it was last tried; the first field of it has the focus then. */
function useTrying(run: () => Promise<Faults | null>): { faults: Faults; run: () => Promise<boolean> } {
  const [faults, setFaults] = useState<Faults>({});
  useEffect(() => document.querySelector<HTMLInputElement>("[role=dialog] [aria-invalid=true]")?.focus(), [faults]);
  const once = async (): Promise<boolean> => {
    const found = await run();
    setFaults(found ?? {});
    return found === null;
  };
  return { faults, run: once };
}

type FieldProps = Omit<InputHTMLAttributes<HTMLInputElement>, "value" | "name"> & { name: string; value: string; onValue: (value: string) => void; label: string; faults: Faults; hint?: string | undefined };
function Field({ name, onValue, label, faults, hint, ...input }: FieldProps) {
  const id = useId();
  const fault = faults[name];
  const told = fault ?? hint;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input {...input} id={id} name={name} className="input" aria-invalid={fault !== undefined} aria-describedby={told ? `${id}-told` : undefined} onChange={(event) => onValue(event.target.value)} />
      {told && (
        <small id={`${id}-told`} className={fault ? "late" : ""} role={fault ? "alert" : undefined}>
          {told}
        </small>
      )}
    </div>
  );
}
