// Every emoji by its group or by Portuguese words, with the keyboard alone: arrows, Enter, Esc.
import { useId, useMemo, useRef, useState, type KeyboardEvent } from "react";
import packed from "virtual:emojis";
import { prefer, usePreferences, type Tone } from "../desk/preferences";
import { fold } from "../shell/commands";
import "./emojis.css";

type Emoji = { sign: string; label: string; found: string; group: number; toned: boolean };
const ALL: readonly Emoji[] = packed.map(([sign, label, words, group, toned]) => ({ sign, label, found: ` ${fold(`${label} ${words}`)}`, group, toned: toned === 1 }));
const BY_SIGN = new Map(ALL.map((one) => [one.sign, one]));
const RECENT = -1;
const GROUPS: readonly { group: number; label: string; sign: string }[] = [
  { group: RECENT, label: "Recentes", sign: "🕘" },
  { group: 0, label: "Sorrisos e emoções", sign: "😀" },
  { group: 1, label: "Pessoas e gestos", sign: "👋" },
  { group: 3, label: "Animais e natureza", sign: "🐶" },
  { group: 4, label: "Comida e bebida", sign: "🍎" },
  { group: 5, label: "Viagens e lugares", sign: "🏠" },
  { group: 6, label: "Atividades", sign: "⚽" },
  { group: 7, label: "Objetos", sign: "💡" },
  { group: 8, label: "Símbolos", sign: "✅" },
  { group: 9, label: "Bandeiras", sign: "🇧🇷" },
];
const TONES: readonly string[] = ["Tom padrão", "Pele clara", "Pele morena clara", "Pele morena", "Pele morena escura", "Pele escura"];
const COLUMNS = 9;
const MOST_FOUND = 90;
const MOST_RECENT = 27;

function inTone(one: Emoji, tone: Tone): string {
  if (!one.toned || tone === 0) return one.sign;
  const [first = "", ...rest] = one.sign;
  return first + String.fromCodePoint(0x1f3fa + tone) + (rest[0] === "\ufe0f" ? rest.slice(1) : rest).join("");
}
/** Those with words that begin with all the words typed, called so before those only found so. */
function fitting(typed: string): readonly Emoji[] {
  const words = fold(typed).trim().split(/\s+/);
  const named = (one: Emoji): number => (one.found.startsWith(` ${words[0]}`) ? 0 : 1);
  return ALL.filter((one) => words.every((word) => one.found.includes(` ${word}`)))
    .sort((a, b) => named(a) - named(b))
    .slice(0, MOST_FOUND);
}

export default function Emojis({ onPick }: { onPick: (sign: string) => void }) {
  const { emojis: recent, tone } = usePreferences();
  const [lately] = useState(() => recent.map((sign) => BY_SIGN.get(sign)).filter((one): one is Emoji => one !== undefined));
  const [group, setGroup] = useState(lately.length > 0 ? RECENT : 0);
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  const shown = useMemo(() => (typed.trim() !== "" ? fitting(typed) : group === RECENT ? lately : ALL.filter((one) => one.group === group)), [typed, group, lately]);
  const rows = useMemo(() => Array.from({ length: Math.ceil(shown.length / COLUMNS) }, (_, row) => shown.slice(row * COLUMNS, (row + 1) * COLUMNS)), [shown]);
  const chosen = shown[at];

  const pick = (one: Emoji): void => {
    prefer({ emojis: [one.sign, ...recent.filter((sign) => sign !== one.sign)].slice(0, MOST_RECENT) });
    onPick(inTone(one, tone));
  };
  const go = (to: number): void => {
    const next = Math.max(0, Math.min(shown.length - 1, to));
    setAt(next);
    list.current?.querySelector(`[data-at="${next}"]`)?.scrollIntoView({ block: "nearest" });
  };
  const key = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "ArrowRight") go(at + 1);
    else if (event.key === "ArrowLeft") go(at - 1);
    else if (event.key === "ArrowDown") go(at + COLUMNS > shown.length - 1 && Math.floor(at / COLUMNS) === rows.length - 1 ? at : at + COLUMNS);
    else if (event.key === "ArrowUp") go(at < COLUMNS ? at : at - COLUMNS);
    else if (event.key === "Enter" && chosen) pick(chosen);
    else return;
    event.preventDefault();
  };
  const turn = (to: number): void => {
    setGroup(to);
    setTyped("");
    setAt(0);
    list.current?.scrollTo(0, 0);
  };
  return (
    <div className="emoji-picker">
      <input
        className="input"
        role="combobox"
        aria-expanded="true"
        aria-haspopup="grid"
        aria-controls={`${id}-grid`}
        aria-activedescendant={chosen ? `${id}-${at}` : undefined}
        aria-autocomplete="list"
        aria-label="Procurar emoji"
        placeholder="Procurar: joinha, coração, internet"
        autoComplete="off"
        autoFocus
        value={typed}
        onChange={(event) => (setTyped(event.target.value), setAt(0), list.current?.scrollTo(0, 0))}
        onKeyDown={key}
      />
      <div className="emoji-groups" role="group" aria-label="Grupos">
        {GROUPS.filter((one) => one.group !== RECENT || lately.length > 0).map((one) => (
          <button key={one.group} type="button" aria-label={one.label} title={one.label} aria-pressed={typed.trim() === "" && one.group === group} onClick={() => turn(one.group)}>
            {one.sign}
          </button>
        ))}
      </div>
      <div className="emoji-list scroll" id={`${id}-grid`} role="grid" aria-label="Emojis" ref={list} tabIndex={-1}>
        {rows.map((row, y) => (
          <div key={y} role="row">
            {row.map((one, x) => {
              const n = y * COLUMNS + x;
              return (
                <span key={one.sign} id={`${id}-${n}`} data-at={n} role="gridcell" aria-label={one.label} aria-selected={n === at} title={one.label} onPointerMove={() => n !== at && setAt(n)} onClick={() => pick(one)}>
                  {inTone(one, tone)}
                </span>
              );
            })}
          </div>
        ))}
      </div>
      <div className="emoji-foot">
        <p className="clip" role="status">
          {chosen ? chosen.label : "Nenhum emoji com essas palavras."}
        </p>
        <div className="emoji-tones" role="group" aria-label="Tom de pele">
          {TONES.map((label, n) => (
            <button key={label} type="button" aria-label={label} title={label} aria-pressed={tone === n} onClick={() => prefer({ tone: n as Tone })}>
              {inTone({ sign: "✋", label: "", found: "", group: 1, toned: true }, n as Tone)}
            </button>
          ))}
        </div>
      </div>
    </div>
  );
}
