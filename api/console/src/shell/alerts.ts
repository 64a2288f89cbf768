// What calls somebody back: a sound per kind of news, a notification when they allow it, a number on the icon.
import { preferred } from "../desk/preferences";
import { myAgent, naming } from "../desk/session";
import { now, onArrival, onNews } from "../desk/store";
import { openTab } from "../desk/tabs";
import { toast } from "../ui/toast";
import { customer } from "../words/names";

let audio: AudioContext | null = null;
let lastAt = 0;

/** Two soft notes; higher for a customer who answers, lower for one who comes to wait. */
function ring(kind: "waiting" | "customer"): void {
  if (Date.now() - lastAt < 1_500) return;
  lastAt = Date.now();
  try {
    audio ??= new AudioContext();
    const notes = kind === "customer" ? [660, 880] : [440, 550];
    notes.forEach((frequency, at) => {
      if (!audio) return;
      const [tone, gain] = [audio.createOscillator(), audio.createGain()];
      const from = audio.currentTime + at * 0.11;
      tone.frequency.value = frequency;
      gain.gain.setValueAtTime(0, from);
      gain.gain.linearRampToValueAtTime(0.06, from + 0.015);
      gain.gain.exponentialRampToValueAtTime(0.0001, from + 0.22);
      tone.connect(gain).connect(audio.destination);
      tone.start(from);
      tone.stop(from + 0.24);
    });
  } catch {
    // no sound here
  }
}

export function watch(): () => void {
  const stop = onNews(({ kind, row }) => {
    const mine = row.agent_id !== null && row.agent_id === myAgent();
    if (kind === "customer" && !mine) return;
    if (document.visibilityState === "visible" && kind === "waiting") return;
    if (preferred().sounds) ring(kind);
    if (preferred().notify && document.visibilityState === "hidden" && "Notification" in window && Notification.permission === "granted") {
      const told = new Notification(kind === "customer" ? `${customer(row)} respondeu` : "Nova conversa na espera", { tag: row.conversation_id, silent: true });
      told.onclick = () => {
        window.focus();
        openTab(row.conversation_id);
      };
    }
  });
  const stopTelling = onArrival((line, id) => {
    const [me, said, row] = [myAgent(), line.content ?? {}, now().rows.get(id)];
    if (me === null || row === undefined) return;
    const by = said["by"] ?? line.agent_id;
    if (by === me) return;
    const action = { label: "Ver", run: () => openTab(id) };
    if (line.kind === "transferred" && said["from_agent"] === me) toast({ tone: "conflict", text: `${naming().agent(by)} ${said["to_agent"] === by ? "assumiu" : "transferiu"} o atendimento de ${customer(row)}: ${line.text ?? ""}`, action });
    else if (line.kind === "whisper" && said["to"] === me) toast({ tone: "plain", text: `${naming().agent(line.agent_id)} sussurrou: ${line.text ?? ""}`, action, ms: 12_000 });
  });
  return () => {
    stop();
    stopTelling();
  };
}

let drawn = -1;
/** The number of my conversations with something unread, on the page's icon and title. */
export function badge(): void {
  const me = myAgent();
  const unread = [...now().rows.values()].filter((row) => me !== null && row.agent_id === me && row.stage === "in_service" && row.unread > 0).length;
  if (unread === drawn) return;
  drawn = unread;
  document.title = unread > 0 ? `(${unread}) Atende` : "Atende";
  const link = document.querySelector<HTMLLinkElement>("#favicon");
  if (!link) return;
  if (unread === 0) {
    link.type = "image/svg+xml";
    link.href = "/favicon.svg";
    return;
  }
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 64;
  const pen = canvas.getContext("2d");
  if (!pen) return;
  pen.fillStyle = "#0c6b69";
  pen.beginPath();
  pen.roundRect(0, 0, 64, 64, 18);
  pen.fill();
  pen.fillStyle = "#d92d20";
  pen.beginPath();
  pen.arc(42, 22, 21, 0, 2 * Math.PI);
  pen.fill();
  pen.fillStyle = "#fff";
  pen.font = "bold 30px sans-serif";
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(unread > 9 ? "9+" : String(unread), 42, 24);
  link.type = "image/png";
  link.href = canvas.toDataURL("image/png");
}
