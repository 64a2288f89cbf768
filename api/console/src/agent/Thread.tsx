// What was said, with the day between days and the latest at the bottom.
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { api, data, type Conversation, type Line } from "../api/client";
import { anyway, discard, react, retry, sendAgain, takeAndSend } from "../desk/acts";
import { may, naming, useSession } from "../desk/session";
import { earlier, NO_THREAD, sameItems, useDesk, type Sending } from "../desk/store";
import { Icon } from "../ui/Icon";
import { Bones } from "../ui/parts";
import { customer } from "../words/names";
import { SendingBubble } from "./Bubble";
import { Lines } from "./Lines";

export function Thread({ row, onReply, onEdit }: { row: Conversation; onReply: (line: Line) => void; onEdit: (one: Sending) => void }) {
  const id = row.conversation_id;
  const thread = useDesk((state) => state.threads.get(id) ?? NO_THREAD);
  const sendings = useDesk((state) => state.sendings.filter((one) => one.conversationId === id), sameItems);
  const { house } = useSession();
  const names = useMemo(naming, [house]);
  const view = useRef<HTMLDivElement>(null);
  const [below, setBelow] = useState(0);
  const bottom = useRef(true);
  const height = useRef(0);
  const loading = useRef(false);
  const mayWrite = may("conversations.attend") && row.stage === "in_service" && row.agent_id === names.me;

  const last = thread.lines.at(-1)?.line_id;

  const down = useCallback((smooth = false) => {
    view.current?.scrollTo({ top: view.current.scrollHeight, behavior: smooth ? "smooth" : "instant" });
    setBelow(0);
  }, []);
  useLayoutEffect(() => {
    bottom.current = true;
    down();
  }, [id, thread.loaded, down]);
  useLayoutEffect(() => {
    if (bottom.current) down();
    else setBelow((count) => count + 1);
  }, [last, down]);
  useLayoutEffect(() => {
    if (sendings.length > 0) down();
  }, [sendings.length, down]);
  // lines that came in above push nothing down
  const first = thread.lines[0]?.line_id;
  useLayoutEffect(() => {
    const box = view.current;
    if (!box) return;
    if (!bottom.current && box.scrollTop < 400 && height.current > 0) box.scrollTop += box.scrollHeight - height.current;
    height.current = box.scrollHeight;
  }, [first]);
  // pictures that arrive, or a narrower box: stay where the reader is
  useEffect(() => {
    const box = view.current;
    if (!box?.firstElementChild) return;
    const watching = new ResizeObserver(() => bottom.current && down());
    watching.observe(box);
    watching.observe(box.firstElementChild);
    return () => watching.disconnect();
  }, [id, down]);

  const scrolled = (): void => {
    const box = view.current;
    if (!box) return;
    bottom.current = box.scrollHeight - box.scrollTop - box.clientHeight < 60;
    if (bottom.current && below > 0) setBelow(0);
    if (box.scrollTop < 200 && thread.previous && !loading.current) {
      loading.current = true;
      height.current = box.scrollHeight;
      void load(id, thread.previous).finally(() => {
        loading.current = false;
      });
    }
  };

  const acts = useMemo(
    () => ({
      may: mayWrite,
      reply: onReply,
      react: (line: Line, emoji: string | null) => void react(row, line.line_id, emoji),
    }),
    [mayWrite, onReply, row],
  );

  return (
    <div className="thread-box">
      <div className="thread scroll" ref={view} onScroll={scrolled} tabIndex={0} role="log" aria-label={`Conversa com ${customer(row)}`} aria-live="off">
        <div className="thread-lines">
          {!thread.loaded && <Bones lines={8} />}
          {thread.previous && <p className="turn"><span>Carregando o que veio antes…</span></p>}
          <Lines lines={thread.lines} names={names} acts={acts} />
          {sendings.map((one) => (
            <SendingBubble
              key={one.key}
              one={one}
              acts={{
                retry: () => retry(one),
                anyway: () => anyway(one),
                again: () => sendAgain(one),
                take: () => takeAndSend(one),
                discard: () => discard(one),
                edit: () => {
                  discard(one);
                  onEdit(one);
                },
              }}
            />
          ))}
        </div>
      </div>
      {below > 0 && (
        <button type="button" className="below" onClick={() => down(true)}>
          <Icon name="down" small /> {below === 1 ? "1 nova" : `${below} novas`}
        </button>
      )}
      <Newest lines={thread.lines} />
    </div>
  );
}

/** What the customer just wrote, said to whoever listens instead of looking. */
function Newest({ lines }: { lines: readonly Line[] }) {
  const said = useRef(lines.length);
  const [text, setText] = useState("");
  useEffect(() => {
    const newest = lines.at(-1);
    if (lines.length > said.current && said.current > 0 && newest?.side === "customer") setText(`Cliente: ${newest.text ?? "enviou um arquivo"}`);
    said.current = lines.length;
  }, [lines]);
  return (
    <p className="sr" aria-live="polite">
      {text}
    </p>
  );
}

async function load(id: string, cursor: string): Promise<void> {
  try {
    const page = await data(api.GET("/v1/conversations/{conversation_id}/transcript", { params: { path: { conversation_id: id }, query: { cursor, limit: 60 } } }));
    earlier(id, page.items, page.previous);
  } catch {
    // scrolling asks again
  }
}
