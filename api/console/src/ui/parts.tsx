// The pieces every screen is made of.
import { useEffect, useState, type ReactNode } from "react";
import { Dialog, Heading, Modal, ModalOverlay } from "react-aria-components/Modal";
import type { Priority } from "../api/client";
import { useNow } from "../desk/clock";
import { span } from "../words/moments";
import { initials, PRIORITY } from "../words/names";
import { Icon, type IconName } from "./Icon";
import { dismiss, useToasts } from "./toast";

export function Kbd({ children }: { children: string }) {
  return <kbd aria-hidden="true">{children}</kbd>;
}

export function IconButton({ icon, label, keys, onPress, small, pressed, disabled }: { icon: IconName; label: string; keys?: string; onPress: () => void; small?: boolean; pressed?: boolean; disabled?: boolean }) {
  return (
    <button type="button" className={small ? "icon-button small" : "icon-button"} aria-label={label} title={keys ? `${label} (${keys})` : label} aria-pressed={pressed} aria-keyshortcuts={keys} disabled={disabled} onClick={onPress}>
      <Icon name={icon} small={small ?? false} />
    </button>
  );
}

export function Avatar({ name, big = false }: { name: string; big?: boolean }) {
  return (
    <span className={big ? "avatar big" : "avatar"} aria-hidden="true">
      {initials(name)}
    </span>
  );
}

export function PriorityChip({ priority }: { priority: Priority }) {
  return <span className={`chip ${priority}`}>{PRIORITY[priority]}</span>;
}

/** Time left, as an arc that shrinks and a number; never colour alone. */
export function Ring({ due, since, size = 34 }: { due: string | null; since: string | null; size?: number }) {
  const now = useNow(1_000);
  const r = size / 2 - 2.5;
  const round = 2 * Math.PI * r;
  if (due === null) {
    return (
      <svg className="ring rest" width={size} height={size} viewBox={`0 0 ${size} ${size}`} role="img" aria-label="Sem prazo correndo">
        <circle className="track" cx={size / 2} cy={size / 2} r={r} fill="none" strokeWidth="2.5" strokeDasharray="2 4" />
      </svg>
    );
  }
  const end = Date.parse(due);
  const start = since === null ? end - 30 * 60_000 : Date.parse(since);
  const left = end - now;
  const part = Math.max(0, Math.min(1, left / Math.max(1, end - start)));
  const late = left <= 0;
  const tone = late ? "late" : part < 0.25 || left < 60_000 ? "soon" : "calm";
  const told = span(Math.abs(left));
  const label = late ? `Atrasado há ${told}` : `Responder em ${told}`;
  return (
    <svg className={`ring ${tone}`} width={size} height={size} viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label}>
      <title>{label}</title>
      <circle className="track" cx={size / 2} cy={size / 2} r={r} fill="none" strokeWidth="2.5" />
      <circle cx={size / 2} cy={size / 2} r={r} fill={late ? "var(--urgent-soft)" : "none"} stroke="currentColor" strokeWidth="2.5" strokeLinecap="round" strokeDasharray={`${(late ? 1 : part) * round} ${round}`} transform={`rotate(-90 ${size / 2} ${size / 2})`} />
      {size >= 30 && (
        <text x={size / 2} y={size / 2 + 3.6} className={late ? "long" : ""}>
          {late ? `+${shortest(-left)}` : shortest(left)}
        </text>
      )}
    </svg>
  );
}
function shortest(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 6000) return `${Math.floor(seconds / 60)}m`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`;
}

export function Sheet({ title, open, onClose, children, wide = false }: { title: string; open: boolean; onClose: () => void; children: ReactNode; wide?: boolean }) {
  return (
    <ModalOverlay className="veil" isOpen={open} onOpenChange={(is) => !is && onClose()} isDismissable>
      <Modal className={wide ? "dialog wide" : "dialog"}>
        <Dialog>
          <header>
            <Heading slot="title" level={2}>
              {title}
            </Heading>
            <IconButton icon="close" label="Fechar" onPress={onClose} />
          </header>
          {children}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

export function Toasts() {
  const toasts = useToasts();
  return (
    <div className="toasts" role="region" aria-label="Avisos">
      <div aria-live="polite" aria-relevant="additions" className="sr">
        {toasts.map((one) => (
          <p key={one.id}>{one.text}</p>
        ))}
      </div>
      {toasts.map((one) => (
        <div key={one.id} className={`toast ${one.tone}`}>
          <p>{one.text}</p>
          {one.action && (
            <button
              type="button"
              className="undo"
              aria-keyshortcuts="z"
              onClick={() => {
                dismiss(one.id);
                one.action?.run();
              }}
            >
              {one.action.label}
            </button>
          )}
          <IconButton icon="close" label="Dispensar aviso" onPress={() => dismiss(one.id)} small />
        </div>
      ))}
    </div>
  );
}

export function Empty({ icon, title, children }: { icon: IconName; title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <Icon name={icon} />
      <strong>{title}</strong>
      {children}
    </div>
  );
}

export function Bones({ lines = 3 }: { lines?: number }) {
  return (
    <div className="bones" aria-hidden="true">
      {Array.from({ length: lines }, (_, at) => (
        <i key={at} style={{ width: `${90 - ((at * 23) % 45)}%` }} />
      ))}
    </div>
  );
}

/** Whether the screen is at least so wide. */
export function useWide(px: number): boolean {
  const [wide, setWide] = useState(() => window.matchMedia(`(min-width: ${px}px)`).matches);
  useEffect(() => {
    const query = window.matchMedia(`(min-width: ${px}px)`);
    const told = (): void => setWide(query.matches);
    query.addEventListener("change", told);
    return () => query.removeEventListener("change", told);
  }, [px]);
  return wide;
}
