// What the screens of the administration are made of.
import { lazy, Suspense, useState, type FormEvent, type ReactNode } from "react";
import { sentenceOf } from "../api/client";
import { learn, may } from "../desk/session";
import { Icon } from "../ui/Icon";
import { toast } from "../ui/toast";

const VersionList = lazy(() => import("./VersionList"));

/** The way to how something was set before: `of` as the API names it, `queue:suporte`. */
export function Versions({ of, title, onRestored = () => undefined }: { of: string; title: string; onRestored?: (after?: string) => void }) {
  const [open, setOpen] = useState(false);
  if (!may("desk.run")) return null;
  return (
    <>
      <button type="button" className="button small" onClick={() => setOpen(true)} aria-label={`Versões de ${title}`}>
        Versões
      </button>
      {open && (
        <Suspense fallback={null}>
          <VersionList of={of} title={title} onClose={() => setOpen(false)} onRestored={onRestored} />
        </Suspense>
      )}
    </>
  );
}

export function Part({ title, text, action, children }: { title: string; text: string; action: ReactNode; children: ReactNode }) {
  return (
    <section className="admin-part">
      <header>
        <div>
          <h2>{title}</h2>
          <p className="muted">{text}</p>
        </div>
        {action}
      </header>
      {children}
    </section>
  );
}

/** Rows below these heads, in a box that scrolls by itself. `acts`: each row ends in what can be done with it. */
export function Table({ label, heads, acts = false, long = false, children }: { label: string; heads: readonly string[]; acts?: boolean; long?: boolean; children: ReactNode }) {
  return (
    <div className={`table-box${long ? " scroll" : ""}`} tabIndex={0} role="region" aria-label={label}>
      <table>
        <thead>
          <tr>
            {heads.map((head) => (
              <th scope="col" key={head}>
                {head}
              </th>
            ))}
            {acts && (
              <th scope="col">
                <span className="sr">Ações</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

export function New({ label, onPress }: { label: string; onPress: () => void }) {
  return (
    <button type="button" className="button main" onClick={onPress}>
      <Icon name="plus" small /> {label}
    </button>
  );
}

export function Form({ children, onSave, extra, label = "Salvar" }: { children: ReactNode; onSave: () => Promise<string | null>; extra?: ReactNode; label?: string }) {
  const [no, setNo] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setNo(await onSave());
    setBusy(false);
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <div className="body">
        {children}
        {no && (
          <p className="no" role="alert">
            {no}
          </p>
        )}
      </div>
      <footer>
        {extra}
        <button type="submit" className="button main" disabled={busy}>
          {label}
        </button>
      </footer>
    </form>
  );
}

/** What a name is in addresses: short, without accents, small. */
export function code(name: string): string {
  return name
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 40);
}

/** What is being edited: one, or one that is to be made. */
export function useSheet<T>(): [T | "new" | null, (of: T | "new" | null) => void] {
  return useState<T | "new" | null>(null);
}

/** Told as done, and read again; else the reason why not. */
export async function saved(wanted: Promise<unknown>, told: string): Promise<string | null> {
  try {
    await wanted;
    toast({ tone: "good", text: told });
    window.setTimeout(() => void learn().catch(() => undefined), 400);
    await learn();
    return null;
  } catch (error) {
    return sentenceOf(error);
  }
}
