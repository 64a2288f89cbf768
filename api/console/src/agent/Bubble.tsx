// One line of a thread: a message with its ticks, a note, a call, or a turn of the conversation.
import { memo, useState, type ReactNode } from "react";
import { MenuTrigger } from "react-aria-components/Menu";
import { Popover } from "react-aria-components/Popover";
import { Button } from "react-aria-components/Button";
import { Dialog } from "react-aria-components/Dialog";
import type { Line } from "../api/client";
import type { Sending } from "../desk/store";
import { Picker } from "../ui/EmojiButton";
import { Icon } from "../ui/Icon";
import { clock } from "../words/moments";
import { kind, turn, type Naming } from "../words/names";
import { Media } from "./Media";

export type Acts = { reply: (line: Line) => void; react: (line: Line, emoji: string | null) => void; may: boolean };

export const Bubble = memo(function Bubble({ line, quoted, names, acts, follows }: { line: Line; quoted: Line | null; names: Naming; acts: Acts; follows: boolean }) {
  if (line.line === "reaction") return null;
  if (line.line === "turn") {
    const { sentence, more } = turn(line, names);
    return (
      <p className="turn" data-kind={line.kind}>
        <span>
          {sentence}
          {more ? <em>: {more}</em> : null}
          <time className="num">{clock(new Date(line.at))}</time>
        </span>
      </p>
    );
  }
  if (line.line === "call") {
    return (
      <p className="turn">
        <span>
          <Icon name="phone" small /> Ligação pelo WhatsApp{line.content?.["event"] === "missed" ? " não atendida" : ""}
          <time className="num">{clock(new Date(line.at))}</time>
        </span>
      </p>
    );
  }
  const side = line.line === "note" ? "note" : (line.side ?? "customer");
  const ours = side !== "customer";
  return (
    <div className={`line ${side}${ours ? " ours" : ""}${follows ? " follows" : ""}`} data-line={line.line_id} id={`line-${line.line_id.replace("#", "v")}`}>
      <div className="bubble">
        {!follows && ours && <span className="author">{author(line, side, names)}</span>}
        {line.forwarded && <span className="mark-small">Encaminhada</span>}
        {quoted && <Quote line={quoted} names={names} />}
        {line.deleted_at ? (
          <p className="gone">
            <Icon name="close" small /> Mensagem apagada
          </p>
        ) : (
          <Said line={line} />
        )}
        <span className="foot num">
          {line.late && <span title="Chegou atrasada do WhatsApp">atrasada</span>}
          {line.edited_at && !line.deleted_at && <Edited line={line} />}
          <time dateTime={line.at}>{clock(new Date(line.sent_at ?? line.at))}</time>
          {ours && side !== "note" && side !== "device" && <Ticks status={line.status} />}
        </span>
        {line.reactions && <Reactions of={line.reactions} />}
        {line.line === "message" && acts.may && !line.deleted_at && <Hover line={line} acts={acts} />}
      </div>
      {line.status === "failed" && (
        <p className="failure">
          <Icon name="alert" small />
          <span>
            {line.failures[0]?.sentence ?? "Não entregue."}
            {line.failures[0] && (
              <details>
                <summary>detalhes</summary> código {line.failures[0].code} do WhatsApp
              </details>
            )}
          </span>
        </p>
      )}
      {line.status === "unknown" && <p className="failure slow">Ainda não sabemos se a mensagem saiu. Estamos confirmando com o WhatsApp; não reenvie, para não duplicar.</p>}
      {line.possibly_twice && <p className="failure slow">Pode ter chegado duas vezes ao cliente.</p>}
    </div>
  );
});

function author(line: Line, side: string, names: Naming): ReactNode {
  if (side === "automation")
    return (
      <>
        <Icon name="bot" small /> Automação
      </>
    );
  if (side === "device")
    return (
      <>
        <Icon name="device" small /> Aparelho
      </>
    );
  const who = line.agent_id === names.me ? "Você" : names.agent(line.agent_id);
  if (line.kind === "whisper")
    return (
      <>
        <Icon name="eye" small /> {who} sussurrou para {line.content?.["to"] === names.me ? "você" : names.agent(line.content?.["to"])}, o cliente não vê
      </>
    );
  if (side === "note")
    return (
      <>
        <Icon name="note" small /> Nota de {line.agent_id === names.me ? "você" : who}, só a equipe vê
      </>
    );
  return who;
}

function Said({ line }: { line: Line }) {
  const content = line.content ?? {};
  const text = line.text ?? (typeof content["caption"] === "string" ? content["caption"] : null);
  switch (line.kind) {
    case "location":
      return (
        <p className="card-line">
          <Icon name="pin" />
          <span>
            <strong>{String(content["place_name"] ?? "Localização")}</strong>
            <small>{String(content["address"] ?? `${content["lat"] ?? ""}, ${content["lon"] ?? ""}`)}</small>
          </span>
        </p>
      );
    case "contacts": {
      const names = Array.isArray(content["names"]) ? (content["names"] as string[]).join(", ") : "Contato";
      return (
        <p className="card-line">
          <Icon name="people" /> <strong>{names}</strong>
        </p>
      );
    }
    case "unsupported":
    case "unheard":
      return <p className="gone">{kind(line.kind)}</p>;
    case "template":
      return (
        <>
          <span className="mark-small">
            <Icon name="template" small /> Modelo aprovado
          </span>
          <p className="text">{text ?? String(content["name"] ?? "")}</p>
        </>
      );
    case "list":
    case "buttons": {
      const options = (content["rows"] ?? content["buttons"]) as { title?: string }[] | undefined;
      return (
        <>
          {text && <p className="text">{styled(text)}</p>}
          {options && (
            <ul className="options">
              {options.map((option, at) => (
                <li key={at}>{option.title}</li>
              ))}
            </ul>
          )}
        </>
      );
    }
    case "list_reply":
    case "button_reply":
    case "template_button":
      return (
        <p className="text picked">
          <Icon name="check" small /> {text ?? kind(line.kind)}
        </p>
      );
    default:
      return (
        <>
          <Media line={line} />
          {text ? <p className="text">{styled(text)}</p> : line.media === null && <p className="text">{kind(line.kind)}</p>}
        </>
      );
  }
}

/** WhatsApp's own marks: *bold*, _italic_, ~struck~. Nothing else is understood. */
export function styled(text: string): ReactNode[] {
  return text.split(/(\*[^*\n]+\*|_[^_\n]+_|~[^~\n]+~|https?:\/\/[^\s<>]+)/g).map((piece, at) => {
    const inner = piece.slice(1, -1);
    if (/^\*[^*\n]+\*$/.test(piece)) return <strong key={at}>{inner}</strong>;
    if (/^_[^_\n]+_$/.test(piece)) return <em key={at}>{inner}</em>;
    if (/^~[^~\n]+~$/.test(piece)) return <s key={at}>{inner}</s>;
    if (/^https?:\/\//.test(piece))
      return (
        <a key={at} href={piece} target="_blank" rel="noreferrer noopener">
          {piece}
        </a>
      );
    return piece;
  });
}

function Quote({ line, names }: { line: Line; names: Naming }) {
  const who = line.side === "customer" ? "Cliente" : line.side === "automation" ? "Automação" : line.agent_id === names.me ? "Você" : names.agent(line.agent_id);
  return (
    <a className="quote" href={`#line-${line.line_id}`} onClick={(event) => {
      event.preventDefault();
      document.getElementById(`line-${line.line_id}`)?.scrollIntoView({ block: "center" });
    }}>
      <strong>{who}</strong>
      <span className="clip">{line.deleted_at ? "Mensagem apagada" : (line.text ?? kind(line.kind))}</span>
    </a>
  );
}

function Edited({ line }: { line: Line }) {
  const [open, setOpen] = useState(false);
  if (!line.original) return <span>editada</span>;
  return (
    <>
      {open && <span className="original">antes: {line.original}</span>}
      <button type="button" className="edited" aria-expanded={open} onClick={() => setOpen(!open)}>
        editada
      </button>
    </>
  );
}

const STATUS: Record<string, string> = {
  requested: "Na fila de envio",
  started: "Enviando",
  unknown: "Confirmando se saiu",
  queued: "Aceita pelo WhatsApp",
  sent: "Enviada",
  failed: "Não entregue",
  delivered: "Entregue",
  read: "Lida",
  played: "Ouvida",
};
export function Ticks({ status }: { status: Line["status"] }) {
  if (status === null) return null;
  const label = STATUS[status] ?? "";
  const two = status === "delivered" || status === "read" || status === "played";
  const path =
    status === "requested" || status === "started" || status === "unknown"
      ? "M9 14.5a6 6 0 1 0 0-12 6 6 0 0 0 0 12M9 5.500V9l2.2 1.5"
      : status === "failed"
        ? "M9 14.500a6 6 0 1 0 0-12 6 6 0 0 0 0 12M9 5.500V9M9 11.500v.01"
        : two
          ? "M1.5 9 5 12.5 12 4.500M8.5 12.2 9 12.5 16 4.5"
          : "M3 9l3.5 3.500L14 4.5";
  return (
    <svg className={`ticks ${status}`} viewBox="0 0 18 17" role="img" aria-label={label}>
      <title>{label}</title>
      <path d={path} />
    </svg>
  );
}

function Reactions({ of }: { of: Record<string, unknown> }) {
  const emojis = Object.values(of).filter((emoji): emoji is string => typeof emoji === "string" && emoji !== "");
  if (emojis.length === 0) return null;
  return (
    <span className="reactions" role="img" aria-label={`Reações: ${emojis.join(" ")}`}>
      {[...new Set(emojis)].join(" ")}
    </span>
  );
}

function Choices({ mine, onChoose }: { mine: unknown; onChoose: (emoji: string) => void }) {
  const [all, setAll] = useState(false);
  if (all) return <Picker onPick={onChoose} />;
  const offered = typeof mine === "string" && mine !== "" && !EMOJIS.includes(mine) ? [...EMOJIS, mine] : EMOJIS;
  return (
    <div className="emojis">
      {offered.map((emoji) => (
        <button key={emoji} type="button" aria-label={`Reagir com ${emoji}`} aria-pressed={mine === emoji} onClick={() => onChoose(emoji)}>
          {emoji}
        </button>
      ))}
      <button type="button" aria-label="Outros emojis" title="Outros emojis" onClick={() => setAll(true)}>
        <Icon name="plus" small />
      </button>
    </div>
  );
}

const EMOJIS = ["👍", "❤️", "🙏", "😊", "✅", "👀"];
function Hover({ line, acts }: { line: Line; acts: Acts }) {
  const mine = line.reactions?.["agent"];
  return (
    <span className="hover">
      <button type="button" className="icon-button small" aria-label="Responder a esta mensagem" title="Responder a esta mensagem" onClick={() => acts.reply(line)}>
        <Icon name="reply" small />
      </button>
      {line.side === "customer" && (
        <MenuTrigger>
          <Button className="icon-button small" aria-label="Reagir">
            <Icon name="smile" small />
          </Button>
          <Popover className="popover emoji-popover" placement="top">
            <Dialog aria-label="Reagir" className="reacting">
              {({ close }) => {
                const choose = (emoji: string): void => {
                  acts.react(line, mine === emoji ? null : emoji);
                  close();
                };
                return <Choices mine={mine} onChoose={choose} />;
              }}
            </Dialog>
          </Popover>
        </MenuTrigger>
      )}
    </span>
  );
}

/** A message of ours before the desk has told of it. */
export function SendingBubble({ one, acts }: { one: Sending; acts: { retry: () => void; anyway: () => void; again: () => void; take: () => void; discard: () => void; edit: () => void } }) {
  return (
    <div className={`line ours ${one.line === "note" ? "note" : "agent"} sending`} data-sending={one.state}>
      <div className="bubble">
        <p className="text">{styled(one.text)}</p>
        <span className="foot num">
          <time>{clock(new Date(one.at))}</time>
          {one.line === "message" && <Ticks status={one.state === "sending" ? "requested" : "failed"} />}
        </span>
      </div>
      {one.state === "asking" && (
        <div className="asking" role="alertdialog" aria-label="Confirmar envio">
          <p>{one.sentence}</p>
          <span>
            {one.rule === "NotOwner" ? (
              <button type="button" className="button main small" onClick={acts.take}>
                Assumir e enviar
              </button>
            ) : (
              <button type="button" className="button main small" onClick={acts.anyway}>
                Enviar assim mesmo <kbd aria-hidden="true">Ctrl Enter</kbd>
              </button>
            )}
            {"text" in one.body && (
              <button type="button" className="button small" onClick={acts.edit}>
                Editar
              </button>
            )}
            <button type="button" className="button quiet small" onClick={acts.discard}>
              Descartar
            </button>
          </span>
        </div>
      )}
      {one.state === "failed" && (
        <div className="asking" role="alert">
          <p>{one.sentence}</p>
          <span>
            <button type="button" className="button main small" onClick={one.rule === "Offline" || one.rule === "Unavailable" || one.rule === "Busy" || one.rule === "Unexpected" ? acts.retry : acts.again}>
              Tentar de novo
            </button>
            {"text" in one.body && (
              <button type="button" className="button small" onClick={acts.edit}>
                Editar
              </button>
            )}
            <button type="button" className="button quiet small" onClick={acts.discard}>
              Descartar
            </button>
          </span>
        </div>
      )}
    </div>
  );
}
