// What somebody does to a conversation. Everything carries the version that was seen; what cannot be done is
// told as the API tells it; what can be taken back offers to.
import { aKey, api, data, Problem, sentenceOf, wish, type Conversation, type Priority, type Schemas } from "../api/client";
import { toast } from "../ui/toast";
import { customer } from "../words/names";
import { myAgent, nudge } from "./session";
import { now, sending, sent, type Sending } from "./store";
import { openTab } from "./tabs";

type Path = { params: { path: { conversation_id: string } }; headers: Record<string, string> };

function about(row: Conversation, seen: boolean = true): Path {
  return { params: { path: { conversation_id: row.conversation_id } }, headers: wish(seen ? row.version : undefined) };
}
function latest(id: string): Conversation | undefined {
  return now().rows.get(id);
}
async function done(wanted: Promise<unknown>, quietly = false): Promise<boolean> {
  try {
    await wanted;
    nudge();
    return true;
  } catch (error) {
    nudge();
    if (quietly && error instanceof Problem && error.status === 409) return false;
    toast({ tone: error instanceof Problem && error.status === 409 ? "conflict" : "bad", text: sentenceOf(error) });
    return false;
  }
}

const ABOVE = "Por escolha própria, acima da capacidade.";
/** `quietly`: that somebody else was first is nothing to tell. Without room it is taken with a reason alone. */
export async function claim(row: Conversation, quietly = false, reason: string | null = null): Promise<boolean> {
  const wanted = data(api.POST("/v1/conversations/{conversation_id}/claim", { ...about(row), body: { reason } }));
  try {
    await wanted;
  } catch (error) {
    if (error instanceof Problem && error.rule === "NeedsGround" && reason === null) {
      toast({ tone: "conflict", text: sentenceOf(error), action: { label: "Assumir mesmo assim", run: () => void claim(row, quietly, ABOVE) } });
      return false;
    }
  }
  return done(wanted, quietly);
}
/** The next in order, as the desk sees it. Answers whose it is; null when nothing came of it. */
export async function pull(reason: string | null = null): Promise<string | null> {
  try {
    const told = await data(api.POST("/v1/conversations/next", { headers: wish(), body: { reason } }));
    nudge();
    return (told as { conversation_id?: string | null } | undefined)?.conversation_id ?? null;
  } catch (error) {
    nudge();
    const full = error instanceof Problem && error.rule === "NeedsGround" && reason === null;
    const again = { label: "Pegar mesmo assim", run: () => void pull(ABOVE).then((id) => id && openTab(id)) };
    toast({ tone: error instanceof Problem && error.rule === "NothingWaits" ? "plain" : "conflict", text: sentenceOf(error), ...(full ? { action: again } : {}) });
    return null;
  }
}
/** Open a conversation with somebody's phone. Answers whose it is; null when nothing came of it. */
export async function begin(channel: string, phone: string): Promise<string | null> {
  try {
    const told = await data(api.POST("/v1/conversations", { headers: wish(), body: { channel_id: channel, phone } }));
    nudge();
    return (told as { conversation_id?: string | null } | undefined)?.conversation_id ?? null;
  } catch (error) {
    toast({ tone: error instanceof Problem && error.status === 409 ? "conflict" : "bad", text: sentenceOf(error) });
    return null;
  }
}
export async function accept(row: Conversation): Promise<boolean> {
  return done(data(api.POST("/v1/conversations/{conversation_id}/accept", { ...about(row, false), body: {} })));
}
export async function decline(row: Conversation): Promise<boolean> {
  return done(data(api.POST("/v1/conversations/{conversation_id}/decline", { ...about(row, false), body: {} })));
}
export async function release(row: Conversation, reason: string, note: string | null): Promise<boolean> {
  const ok = await done(data(api.POST("/v1/conversations/{conversation_id}/release", { ...about(row), body: { reason, ...(note ? { note } : {}) } })));
  if (ok) undoable(`${customer(row)} voltou para a fila.`, () => take(row.conversation_id));
  return ok;
}
export async function transfer(row: Conversation, to: { to_agent: string } | { to_queue: string }, name: string, reason: string): Promise<boolean> {
  const body = { ...to, ...(reason.trim() ? { reason: reason.trim() } : {}) };
  const ok = await done(data(api.POST("/v1/conversations/{conversation_id}/transfer", { ...about(row), body })));
  if (ok) undoable(`Transferido para ${name}.`, () => takeBack(row));
  return ok;
}
export async function close(row: Conversation, reason: string, outcome: string): Promise<boolean> {
  const ok = await done(data(api.POST("/v1/conversations/{conversation_id}/close", { ...about(row), body: { reason, outcome } })));
  if (ok) undoable(`Atendimento de ${customer(row)} encerrado.`, () => takeBack(row));
  return ok;
}
export async function reopen(id: string): Promise<boolean> {
  const row = latest(id);
  if (!row) return false;
  const ok = await done(data(api.POST("/v1/conversations/{conversation_id}/reopen", about(row, false))));
  if (ok) openTab(id);
  return ok;
}
export async function newDemand(row: Conversation): Promise<boolean> {
  const ok = await done(data(api.POST("/v1/conversations/{conversation_id}/new-demand", about(row))));
  if (ok) toast({ tone: "good", text: "Nova demanda aberta, com protocolo próprio." });
  return ok;
}
export async function prioritise(row: Conversation, priority: Priority, reason: string): Promise<boolean> {
  return done(data(api.POST("/v1/conversations/{conversation_id}/priority", { ...about(row), body: { priority, reason } })));
}
export async function snooze(row: Conversation, until: Date, reason: string): Promise<boolean> {
  const ok = await done(data(api.POST("/v1/conversations/{conversation_id}/snooze", { ...about(row), body: { until: until.toISOString(), reason } })));
  if (ok) undoable("Adiado. Volta no horário, ou assim que o cliente escrever.", () => wake(row));
  return ok;
}
export async function wake(row: Conversation): Promise<boolean> {
  return done(data(api.POST("/v1/conversations/{conversation_id}/wake", about(row, false))));
}
export async function react(row: Conversation, target: string, emoji: string | null): Promise<boolean> {
  return done(data(api.POST("/v1/conversations/{conversation_id}/reactions", { ...about(row, false), body: { target, emoji } })));
}
export async function tag(row: Conversation, add: string[], remove: string[]): Promise<boolean> {
  const ok = await tagged(row, add, remove);
  if (ok) undoable(add.length > 0 ? `Etiqueta ${add.join(", ")} colocada.` : `Etiqueta ${remove.join(", ")} retirada.`, () => tagged(row, remove, add));
  return ok;
}
async function tagged(row: Conversation, add: string[], remove: string[]): Promise<boolean> {
  return done(data(api.POST("/v1/conversations/{conversation_id}/tags", { ...about(row, false), body: { add, remove } })));
}
export async function block(row: Conversation, reason: string, spam: boolean): Promise<boolean> {
  const ok = await done(data(api.POST("/v1/conversations/{conversation_id}/block", { ...about(row), body: { reason, spam } })));
  if (ok) undoable(`${customer(row)} não é mais atendido.`, () => unblock(row));
  return ok;
}
export async function unblock(row: Conversation): Promise<boolean> {
  return done(data(api.POST("/v1/conversations/{conversation_id}/unblock", about(row, false))));
}
/** What is wrong with which field; null when it is done. */
export type Faults = Readonly<Record<string, string>>;
async function faultsOf(wanted: Promise<unknown>, field: string): Promise<Faults | null> {
  try {
    await wanted;
    nudge();
    return null;
  } catch (error) {
    if (!(error instanceof Problem) || error.status === 0 || error.status >= 500) {
      toast({ tone: "bad", text: sentenceOf(error) });
      return {};
    }
    return Object.keys(error.byField).length > 0 ? error.byField : { [field]: error.sentence };
  }
}
export type Card = Schemas["EditContact"];
/** `before`: how it is taken back; null when nobody could, such as a document that is never shown whole. */
export async function editContact(row: Conversation, change: Card, before: Card | null): Promise<Faults | null> {
  const faults = await edited(row, change);
  if (faults !== null) return faults;
  if (before === null) toast({ tone: "good", text: "Contato atualizado." });
  else undoable("Contato atualizado.", async () => (await edited(row, before)) === null);
  return null;
}
async function edited(row: Conversation, change: Card): Promise<Faults | null> {
  return faultsOf(data(api.PATCH("/v1/conversations/{conversation_id}/contact", { ...about(row, false), body: change })), "name");
}
export async function linkContract(row: Conversation, number: string, label: string | null): Promise<Faults | null> {
  let id: string | null = null;
  const wanted = data(api.POST("/v1/conversations/{conversation_id}/contracts", { ...about(row, false), body: { number, label } }));
  const faults = await faultsOf(
    wanted.then((told) => {
      id = (told as { contract_id?: string | null } | undefined)?.contract_id ?? null;
    }),
    "number",
  );
  if (faults !== null) return faults;
  undoable(`Contrato ${number} vinculado.`, async () => id !== null && unlinked(row, id));
  return null;
}
export async function unlinkContract(row: Conversation, contract: Schemas["Contract"]): Promise<boolean> {
  const ok = await unlinked(row, contract.contract_id);
  if (ok) undoable(`Contrato ${contract.number} desvinculado.`, async () => (await linkContract(row, contract.number, contract.label)) === null);
  return ok;
}
async function unlinked(row: Conversation, id: string): Promise<boolean> {
  const { params, headers } = about(row, false);
  return done(data(api.DELETE("/v1/conversations/{conversation_id}/contracts/{contract_id}", { params: { path: { ...params.path, contract_id: id } }, headers })));
}
export async function settle(row: Conversation): Promise<boolean> {
  const ok = await done(data(api.POST("/v1/conversations/{conversation_id}/no-answer-needed", { ...about(row), body: {} })));
  if (ok) toast({ tone: "good", text: "Marcado: não precisa de resposta." });
  return ok;
}
export async function acknowledge(row: Conversation): Promise<boolean> {
  const ok = await done(data(api.POST("/v1/conversations/{conversation_id}/acknowledge", about(row))));
  if (ok) toast({ tone: "good", text: "Você está cuidando deste atraso. O próximo aviso espera 30 minutos." });
  return ok;
}
/** What was just done to it: closing, or handing on. All is as it was. */
async function takeBack(row: Conversation): Promise<boolean> {
  const ok = await done(data(api.POST("/v1/conversations/{conversation_id}/undo", about(row, false))));
  if (ok && row.agent_id === myAgent()) openTab(row.conversation_id);
  return ok;
}
async function take(id: string): Promise<boolean> {
  const row = latest(id);
  return row ? claim(row) : false;
}
function undoable(text: string, undo: () => Promise<boolean>): void {
  toast({ tone: "good", text, action: { label: "Desfazer", run: () => void undo() }, ms: 10_000 });
}

// ── writing ──────────────────────────────────────────────────────────────────────────────────────

export type Writing = { kind: "text"; text: string; reply_to?: string } | { kind: "image" | "video" | "audio" | "document"; key: string; caption?: string; filename?: string; voice?: boolean; reply_to?: string } | { kind: "template"; name: string; language: string; components?: Record<string, unknown>[] };

function fresh(row: Conversation, line: Sending["line"], body: Record<string, unknown>, text: string): Sending {
  return {
    key: aKey(),
    conversationId: row.conversation_id,
    body,
    text,
    at: new Date().toISOString(),
    line,
    seen: row.version,
    state: "sending",
    rule: null,
    sentence: null,
    lineId: null,
  };
}
/** On the screen at once; the same key however often it is tried. */
export function write(row: Conversation, body: Writing, shown: string): void {
  void post(fresh(row, "message", body, shown));
}
/** One after the other, so that they leave in this order. */
export async function writeAll(row: Conversation, messages: readonly { body: Writing; shown: string }[]): Promise<void> {
  const wanted = messages.map(({ body, shown }) => fresh(row, "message", body, shown));
  for (const one of wanted) sending(one);
  for (const one of wanted) await post(one);
}
export function note(row: Conversation, text: string): void {
  void post(fresh(row, "note", { text }, text));
}
export function retry(one: Sending): void {
  void post(one);
}
/** Send although the customer wrote meanwhile: another wish, so another key. */
export function anyway(one: Sending): void {
  sent(one.key);
  void post({ ...one, key: aKey(), body: { ...one.body, anyway: true } });
}
/** Send after having read what arrived meanwhile. */
export function sendAgain(one: Sending): void {
  sent(one.key);
  void post({ ...one, key: aKey(), seen: latest(one.conversationId)?.version ?? one.seen });
}
export function takeAndSend(one: Sending): void {
  sent(one.key);
  void post({ ...one, key: aKey(), seen: latest(one.conversationId)?.version ?? one.seen, body: { ...one.body, takeover: true } });
}
export function discard(one: Sending): void {
  sent(one.key);
}

const ASKS = new Set(["CustomerWrote", "NotOwner"]);

async function post(one: Sending): Promise<void> {
  sending({ ...one, state: "sending", rule: null, sentence: null });
  const params = { path: { conversation_id: one.conversationId } };
  try {
    const told =
      one.line === "note"
        ? await data(api.POST("/v1/conversations/{conversation_id}/notes", { params, headers: wish(undefined, one.key), body: one.body as { text: string } }))
        : await data(api.POST("/v1/conversations/{conversation_id}/messages", { params, headers: wish(one.seen, one.key), body: one.body as never }));
    const lineId = (told as { line_id?: string | null } | undefined)?.line_id ?? null;
    const lines = now().threads.get(one.conversationId)?.lines ?? [];
    if (lineId !== null && lines.some((line) => line.line_id === lineId)) sent(one.key);
    else sending({ ...one, state: "sending", rule: null, sentence: null, lineId });
  } catch (error) {
    const rule = error instanceof Problem ? error.rule : "Unexpected";
    sending({ ...one, state: ASKS.has(rule) ? "asking" : "failed", rule, sentence: sentenceOf(error) });
  }
  nudge();
}
