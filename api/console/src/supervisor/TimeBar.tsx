// A day to move in: by hand, by keys, or by writing the moment down; behind it what there was.
import { useId, type KeyboardEvent, type ReactNode } from "react";
import { latest, written } from "../desk/past";
import { clock } from "../words/moments";
import type { Command } from "../shell/commands";

export const MINUTE = 60_000;
const QUARTER = 15;

export function dayOf(at: number): { from: number; to: number } {
  const day = new Date(at);
  return { from: new Date(day.getFullYear(), day.getMonth(), day.getDate()).getTime(), to: new Date(day.getFullYear(), day.getMonth(), day.getDate() + 1).getTime() };
}

/** `says`: what the moment is like, for whoever hears it instead of looking. */
export function TimeBar({ at, onAt, says, children, before }: { at: number; onAt: (at: number) => void; says: string; children: ReactNode; before?: ReactNode }) {
  const { from, to } = dayOf(at);
  const scale = useId();
  const go = (moment: number): void => {
    if (!Number.isNaN(moment)) onAt(Math.min(moment, latest()));
  };
  const key = (event: KeyboardEvent): void => {
    const by = { PageUp: QUARTER, PageDown: -QUARTER }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    go(Math.max(from, Math.min(at + by * MINUTE, to - MINUTE)));
  };
  const [day = "", time = ""] = written(at).split("T");
  return (
    <div className="time-bar">
      <div className="time-fields">
        {before}
        <label className="field">
          <span>Dia</span>
          <input className="input" type="date" value={day} max={written(latest()).slice(0, 10)} onChange={(event) => go(Date.parse(`${event.target.value}T${time}`))} />
        </label>
        <label className="field">
          <span>Horário</span>
          <input className="input num" type="time" value={time} onChange={(event) => go(Date.parse(`${day}T${event.target.value}`))} />
        </label>
      </div>
      <div className="time-track">
        <svg viewBox="0 0 1440 48" preserveAspectRatio="none" aria-hidden="true">
          {children}
          {to > latest() && <rect className="ahead" x={(latest() - from) / MINUTE} y="0" width={(to - latest()) / MINUTE} height="48" />}
        </svg>
        <input
          type="range"
          className="time-range"
          aria-label="Momento que você está vendo"
          aria-describedby={scale}
          aria-valuetext={`${clock(new Date(at))}. ${says}`}
          min={0}
          max={(to - from) / MINUTE - 1}
          step={1}
          value={Math.round((at - from) / MINUTE)}
          autoFocus
          onChange={(event) => go(from + Number(event.target.value) * MINUTE)}
          onKeyDown={key}
        />
        <p className="time-scale num" aria-hidden="true">
          {[0, 6, 12, 18, 24].map((hour) => (
            <span key={hour}>{hour}h</span>
          ))}
        </p>
        <p className="sr" id={scale}>
          Setas andam um minuto, Page Up e Page Down andam quinze.
        </p>
      </div>
    </div>
  );
}

/** Keys that work wherever one is on such a screen; those of the bar alone are only shown. */
export function timeCommands(at: number, onAt: (at: number) => void, leave: () => void): Command[] {
  const by = (minutes: number) => (): void => onAt(Math.min(at + minutes * MINUTE, latest()));
  const group = "No passado";
  return [
    { id: "present", label: "Voltar ao presente", group, icon: "undo", keys: "escape", always: true, run: () => document.querySelector("[role=dialog]") === null && leave() },
    { id: "minute-before", label: "Um minuto antes", group, icon: "left", keys: "arrowleft", run: by(-1) },
    { id: "minute-after", label: "Um minuto depois", group, icon: "clock", keys: "arrowright", run: by(1) },
    { id: "quarter-before", label: "Quinze minutos antes", group, icon: "left", keys: "pagedown", there: true, run: by(-QUARTER) },
    { id: "quarter-after", label: "Quinze minutos depois", group, icon: "clock", keys: "pageup", there: true, run: by(QUARTER) },
  ];
}
