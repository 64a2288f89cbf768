// Where answers are written: ready ones behind a slash, notes behind a switch, and the window's end in view.
import { useEffect, useLayoutEffect, useRef, useState, type RefObject } from "react";
import type { Conversation, Line } from "../api/client";
import { anyway, note, writeAll } from "../desk/acts";
import { attach, messagesOf, useAttached } from "../desk/attachments";
import { filled, fitting, useCanned, type Canned } from "../desk/canned";
import { useNow } from "../desk/clock";
import { begun, draftOf, keepDraft, saveNow } from "../desk/drafts";
import { present, seen } from "../desk/seen";
import { now, sameItems, useDesk } from "../desk/store";
import { useCommands } from "../shell/commands";
import { Icon } from "../ui/Icon";
import { EmojiButton } from "../ui/EmojiButton";
import { IconButton } from "../ui/parts";
import { moment, span } from "../words/moments";
import { kind } from "../words/names";
import { AttachButton, Attached, Recorder } from "./Attached";

const LONGEST = 4096;

export function Composer({ row, field, onTemplate, reply, onReply, restored }: { row: Conversation; field: RefObject<HTMLTextAreaElement | null>; onTemplate: () => void; reply: Line | null; onReply: (line: Line | null) => void; restored: { text: string; at: number } | null }) {
  const id = row.conversation_id;
  const [text, setText] = useState(() => draftOf(id).text);
  const [noting, setNoting] = useState(() => draftOf(id).note);
  const [at, setAt] = useState(0);
  const [shut, setShut] = useState(false);
  const [due, setDue] = useState(false);
  const [choosing, setChoosing] = useState(false);
  const caret = useRef<number | null>(null);
  const time = useNow(1_000);
  const asking = useDesk((state) => state.sendings.filter((one) => one.conversationId === id && one.state === "asking"), sameItems);
  const typedAt = useRef(0);

  useEffect(() => keepDraft(id, { text, note: noting }), [id, text, noting]);
  useEffect(() => {
    let here = true;
    void begun(id).then((draft) => {
      if (!here || draft === null) return;
      setText((now) => (now === "" ? draft.text : now));
      setNoting((now) => now || draft.note);
    });
    const leave = (): void => saveNow(id);
    window.addEventListener("pagehide", leave);
    return () => {
      here = false;
      window.removeEventListener("pagehide", leave);
      leave();
    };
  }, [id]);
  useEffect(() => {
    if (restored) setText(restored.text);
  }, [restored]);
  useEffect(() => {
    const box = field.current;
    if (!box) return;
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight, 180)}px`;
  }, [text, field]);

  const left = row.window_until === null ? null : Date.parse(row.window_until) - time;
  const closed = (left === null || left <= 0) && !noting; // who never wrote to us has not opened it
  const slash = !shut && !noting ? /(?:^|\s)\/([\p{L}\d-]*)$/u.exec(text) : null;
  const ready = useCanned();
  const options = slash ? fitting(ready, slash[1] ?? "", row) : [];

  const insert = (canned: Canned): void => {
    setText(text.slice(0, text.length - (slash?.[1]?.length ?? 0) - 1) + filled(canned, row));
    setAt(0);
    field.current?.focus();
  };
  const files = useAttached(id);
  const going = !noting && files.some((one) => one.state === "going");
  const empty = text.trim() === "" && (noting || !files.some((one) => one.state === "ready"));
  const submit = (): void => {
    const said = text.trim();
    setDue(going && !closed);
    if (empty || closed || going) return;
    if (noting) note(row, said);
    else {
      const { messages, rest } = messagesOf(id, said);
      if (rest !== "") messages.push({ body: { kind: "text", text: rest }, shown: rest });
      const [first] = messages;
      if (first && reply) first.body = { ...first.body, reply_to: reply.line_id } as typeof first.body;
      void writeAll(row, messages);
    }
    setText("");
    onReply(null);
    if (noting) setNoting(false);
  };
  useEffect(() => setDue(false), [text, noting, files.length]);
  useEffect(() => {
    if (!due || going) return;
    if (files.some((one) => one.state === "failed")) setDue(false);
    else submit();
  });
  const typed = (value: string): void => {
    setText(value);
    setShut(false);
    setAt(0);
    if (!noting && value !== "" && Date.now() - typedAt.current > 5_000) {
      typedAt.current = Date.now();
      seen(id, true);
      present(id, "typing");
    }
  };

  /** Where the caret stands, in place of what is marked. */
  const put = (sign: string): void => {
    const box = field.current;
    const [from, to] = box ? [box.selectionStart, box.selectionEnd] : [text.length, text.length];
    const after = text.slice(0, from) + sign + text.slice(to);
    if (after.length > LONGEST) return;
    caret.current = from + sign.length;
    typed(after);
  };
  const choose = (is: boolean): void => {
    setChoosing(is);
    if (!is) window.setTimeout(() => field.current?.focus(), 60); // after the picker has given the focus back to its button
  };
  useLayoutEffect(() => {
    if (caret.current === null) return;
    field.current?.setSelectionRange(caret.current, caret.current);
    caret.current = null;
  }, [text, field]);

  useCommands("composer", [
    { id: "write", label: "Escrever ao cliente", group: "Conversa", icon: "reply", keys: "r", run: () => (setNoting(false), field.current?.focus()) },
    { id: "note", label: "Escrever uma nota interna", group: "Conversa", icon: "note", keys: "o", run: () => (setNoting(true), field.current?.focus()) },
    { id: "canned", label: "Inserir resposta pronta", group: "Conversa", icon: "zap", keys: "/", run: () => (setNoting(false), setText((before) => (before === "" ? "/" : `${before} /`)), setShut(false), field.current?.focus()) },
    { id: "emoji", label: "Inserir emoji", group: "Conversa", icon: "smile", keys: "mod+e", words: "carinha reação", always: true, run: () => (choosing || !document.querySelector("[role=dialog]")) && choose(!choosing && !closed) },
    { id: "template", label: "Enviar modelo aprovado", group: "Conversa", icon: "template", keys: "m", run: onTemplate },
    { id: "anyway", label: "Enviar assim mesmo", group: "Conversa", icon: "send", keys: "mod+enter", always: true, run: () => (asking[0] ? anyway(asking[0]) : submit()) },
  ]);

  return (
    <div className={`composer${noting ? " noting" : ""}`}>
      {slash && options.length > 0 && (
        <div className="canned" role="listbox" id="canned" aria-label="Respostas prontas">
          {options.map((canned, index) => (
            <div key={canned.canned_id} id={`canned-${index}`} role="option" aria-selected={index === at} data-focused={index === at || undefined} className="menu-item" onPointerDown={(event) => event.preventDefault()} onClick={() => insert(canned)} onPointerMove={() => setAt(index)}>
              <kbd>/{canned.canned_id}</kbd>
              <span className="canned-text">
                <strong>{canned.title}</strong>
                <span className="clip">{filled(canned, row)}</span>
              </span>
            </div>
          ))}
        </div>
      )}
      {slash && ready.length === 0 && <p className="canned muted">Ainda não há respostas prontas. Quem administra o Atende cadastra em Gestão, Respostas.</p>}
      {reply && (
        <div className="replying">
          <Icon name="reply" small />
          <span className="clip">{reply.text ?? kind(reply.kind)}</span>
          <IconButton icon="close" label="Não citar" small onPress={() => onReply(null)} />
        </div>
      )}
      {!closed && !noting && <Attached id={id} />}
      {closed ? (
        <div className="window-closed">
          {row.window_until === null ? (
            <p>O cliente ainda não escreveu nesta conversa, e o WhatsApp só aceita um modelo aprovado para começar. Assim que ele responder, você escreve normalmente.</p>
          ) : (
            <p>O WhatsApp só aceita mensagem livre até 24 horas depois da última mensagem do cliente, que foi {moment(new Date(Date.parse(row.window_until) - 86_400_000), new Date(time))}. Escolha um modelo aprovado para retomar. Assim que ele responder, você volta a escrever normalmente.</p>
          )}
          <div>
            <button type="button" className="button main" onClick={onTemplate}>
              <Icon name="template" /> Escolher modelo
            </button>
            <button type="button" className="button quiet" onClick={() => setNoting(true)}>
              Escrever nota
            </button>
          </div>
        </div>
      ) : (
        <textarea
          ref={field}
          rows={1}
          value={text}
          aria-label={noting ? "Nota interna" : "Mensagem ao cliente"}
          placeholder={noting ? "Nota que só a equipe vê" : "Escreva ao cliente, ou / para respostas prontas"}
          aria-controls={slash ? "canned" : undefined}
          aria-activedescendant={slash && options.length > 0 ? `canned-${at}` : undefined}
          maxLength={LONGEST}
          onPaste={(event) => {
            if (noting || event.clipboardData.files.length === 0) return;
            event.preventDefault();
            attach(id, event.clipboardData.files);
          }}
          onChange={(event) => typed(event.target.value)}
          onKeyDown={(event) => {
            if (event.nativeEvent.isComposing) return;
            if (slash && options.length > 0) {
              const canned = options[at];
              if (event.key === "ArrowDown") setAt((at + 1) % options.length);
              else if (event.key === "ArrowUp") setAt((at - 1 + options.length) % options.length);
              else if ((event.key === "Enter" || event.key === "Tab") && canned && !event.shiftKey && !event.ctrlKey) insert(canned);
              else if (event.key === "Escape") setShut(true);
              else return;
              event.preventDefault();
              return;
            }
            if (event.key === "Enter" && !event.shiftKey && !event.ctrlKey && !event.metaKey) {
              event.preventDefault();
              submit();
            } else if (event.key === "Escape") {
              if (reply) onReply(null);
              else if (noting && text === "") setNoting(false);
              else event.currentTarget.blur();
            } else if (event.key === "ArrowUp" && text === "" && reply === null) {
              const lines = now().threads.get(id)?.lines ?? [];
              const newest = lines.findLast((line) => line.side === "customer" && line.line === "message" && !line.deleted_at);
              if (newest) onReply(newest);
            }
          }}
        />
      )}
      <div className="composer-foot">
        <div className="switch" role="group" aria-label="O que você escreve">
          <button type="button" aria-pressed={!noting} onClick={() => (setNoting(false), field.current?.focus())}>
            Mensagem
          </button>
          <button type="button" aria-pressed={noting} onClick={() => (setNoting(true), window.setTimeout(() => field.current?.focus(), 0))}>
            Nota
          </button>
        </div>
        {!closed && <EmojiButton open={choosing} onOpen={choose} onPick={put} />}
        {!closed && !noting && (
          <>
            <AttachButton id={id} />
            <Recorder id={id} />
          </>
        )}
        {!closed && (
          <>
            <IconButton icon="zap" label="Respostas prontas" keys="/" onPress={() => (setNoting(false), setText((before) => (before === "" ? "/" : `${before} /`)), setShut(false), field.current?.focus())} />
            <IconButton icon="template" label="Modelo aprovado" keys="M" onPress={onTemplate} />
          </>
        )}
        <span className="spring" role="status">
          {due && "Envio assim que os arquivos carregarem."}
        </span>
        {left !== null && left > 0 && (
          <span className={`window-left num${left < 3_600_000 ? " short" : ""}`} title="Até quando o WhatsApp aceita mensagem livre">
            <Icon name="clock" small /> <span>janela</span> {span(left)}
          </span>
        )}
        <button type="button" className="button main" aria-label={noting ? "Guardar nota" : "Enviar"} disabled={closed || due || (empty && !going)} onClick={submit}>
          <span className="word">{noting ? "Guardar nota" : "Enviar"}</span> <Icon name={noting ? "note" : "send"} small />
        </button>
      </div>
    </div>
  );
}
