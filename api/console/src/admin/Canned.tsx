// Answers kept ready: what agents insert by typing a word behind a slash.
import { useEffect, useState } from "react";
import { api, data, sentenceOf, wish } from "../api/client";
import { filled, learnCanned, useCanned, type Canned as Answer } from "../desk/canned";
import { useSession } from "../desk/session";
import { Empty, Sheet } from "../ui/parts";
import { toast } from "../ui/toast";
import { code, Form, New, Part, Versions } from "./parts";

const VARIABLES = ["nome", "protocolo", "agente", "fila"] as const;
const EXAMPLE = { contact: { name: "Maria Souza" }, protocol: "20260000012345" };
const BLANK = { word: "", title: "", text: "", queues: [] as string[] };

export default function Canned() {
  const { house } = useSession();
  const answers = useCanned();
  const [open, setOpen] = useState<Answer | "new" | null>(null);
  const [form, setForm] = useState(BLANK);
  useEffect(() => void learnCanned().catch((error: unknown) => toast({ tone: "bad", text: sentenceOf(error) })), []);

  const edit = (answer: Answer | "new"): void => {
    setOpen(answer);
    setForm(answer === "new" ? BLANK : { word: answer.canned_id, title: answer.title, text: answer.text, queues: answer.queues });
  };
  const word = code(form.word);
  const done = async (wanted: Promise<unknown>, told: string): Promise<string | null> => {
    try {
      const answer = (await wanted) as { position?: string } | undefined;
      toast({ tone: "good", text: told });
      await learnCanned(answer?.position);
      setOpen(null);
      return null;
    } catch (error) {
      return sentenceOf(error);
    }
  };
  const path = { params: { path: { canned_id: word } }, headers: wish() };
  const save = async (): Promise<string | null> => {
    if (open === "new" && answers.some((one) => one.canned_id === word)) return `Já existe uma resposta em /${word}. Escolha outro atalho, ou edite aquela.`;
    return done(data(api.PUT("/v1/canned-answers/{canned_id}", { ...path, body: { title: form.title.trim(), text: form.text.trim(), queues: form.queues } })), `Resposta /${word} salva.`);
  };
  const withdraw = async (): Promise<void> => {
    const no = await done(data(api.DELETE("/v1/canned-answers/{canned_id}", path)), `Resposta /${word} removida.`);
    if (no !== null) toast({ tone: "bad", text: no });
  };
  const queue = (id: string): string => house.queues.find((one) => one.queue_id === id)?.name ?? id;
  return (
    <Part title="Respostas prontas" text="Na conversa, o atendente digita / e o atalho, e Enter coloca o texto. O que já foi enviado não muda." action={<New label="Nova resposta" onPress={() => edit("new")} />}>
      {answers.length === 0 ? (
        <Empty icon="zap" title="Nenhuma resposta pronta ainda" />
      ) : (
        <ul className="cards answers">
          {answers.map((answer) => (
            <li key={answer.canned_id}>
              <kbd>/{answer.canned_id}</kbd>
              <span>
                <strong>{answer.title}</strong>
                <span className="muted">{answer.text}</span>
                <small className="muted">{answer.queues.length === 0 ? "Todas as filas" : answer.queues.map(queue).join(", ")}</small>
              </span>
              <Versions of={`canned:${answer.canned_id}`} title={`resposta ${answer.title}`} onRestored={(after) => void learnCanned(after)} />
              <button type="button" className="button small" onClick={() => edit(answer)} aria-label={`Editar resposta ${answer.title}`}>
                Editar
              </button>
            </li>
          ))}
        </ul>
      )}
      <Sheet title={open === "new" ? "Nova resposta" : "Editar resposta"} open={open !== null} onClose={() => setOpen(null)}>
        <Form
          onSave={save}
          extra={
            open !== null &&
            open !== "new" && (
              <button type="button" className="button quiet" onClick={() => void withdraw()}>
                Remover
              </button>
            )
          }
        >
          {open === "new" && (
            <label className="field">
              <span>Atalho, o que se digita depois da barra</span>
              <input className="input" autoFocus required maxLength={40} value={form.word} placeholder="luzes" onChange={(event) => setForm({ ...form, word: event.target.value })} />
              {word !== "" && word !== form.word && <small>Fica /{word}</small>}
            </label>
          )}
          <label className="field">
            <span>Título, como aparece na lista</span>
            <input className="input" required maxLength={80} value={form.title} onChange={(event) => setForm({ ...form, title: event.target.value })} />
          </label>
          <label className="field">
            <span>Texto</span>
            <textarea className="input" required rows={5} maxLength={2000} value={form.text} onChange={(event) => setForm({ ...form, text: event.target.value })} />
          </label>
          <div className="row-actions" role="group" aria-label="Colocar uma variável">
            {VARIABLES.map((name) => (
              <button key={name} type="button" className="button small" onClick={() => setForm({ ...form, text: `${form.text}{${name}}` })}>
                {`{${name}}`}
              </button>
            ))}
          </div>
          {form.text.includes("{") && <p className="muted">Exemplo: {filled(form, { ...EXAMPLE, queue_id: form.queues[0] ?? null })}</p>}
          <fieldset className="choices two" aria-label="Para quais filas">
            {house.queues
              .filter((one) => one.active || form.queues.includes(one.queue_id))
              .map((one) => (
                <label key={one.queue_id} className="choice">
                  <input type="checkbox" checked={form.queues.includes(one.queue_id)} onChange={(event) => setForm({ ...form, queues: event.target.checked ? [...form.queues, one.queue_id] : form.queues.filter((id) => id !== one.queue_id) })} />
                  {one.name}
                </label>
              ))}
          </fieldset>
          <small className="muted">Sem nenhuma marcada, vale para todas as filas.</small>
        </Form>
      </Sheet>
    </Part>
  );
}
