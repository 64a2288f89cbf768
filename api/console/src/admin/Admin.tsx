// Who runs the desk: its queues, its agents, its numbers.
import { lazy, Suspense, useState } from "react";
import { Link, useParams } from "wouter";
import { api, data, sentenceOf, wish, type Agent, type Channel, type Queue } from "../api/client";
import { learn, useSession } from "../desk/session";
import { Icon } from "../ui/Icon";
import { Avatar, Bones, Empty, Sheet } from "../ui/parts";
import { toast } from "../ui/toast";
import { PRIORITY } from "../words/names";
import { code, Form, New, Part } from "./parts";
import "./admin.css";

const Users = lazy(() => import("./Users"));
const Canned = lazy(() => import("./Canned"));

const PARTS = [
  { what: "filas", label: "Filas" },
  { what: "equipe", label: "Equipe" },
  { what: "canais", label: "Números" },
  { what: "respostas", label: "Respostas" },
  { what: "usuarios", label: "Usuários" },
] as const;

export default function Admin() {
  const { what = "filas" } = useParams<{ what?: string }>();
  return (
    <div className="screen admin scroll" tabIndex={0} role="region" aria-label="Administração">
      <header className="screen-head">
        <h1>Administração</h1>
        <nav aria-label="Partes da administração">
          {PARTS.map((part) => (
            <Link key={part.what} href={`/administracao/${part.what}`} className={what === part.what ? "here" : ""} aria-current={what === part.what ? "page" : undefined}>
              {part.label}
            </Link>
          ))}
        </nav>
      </header>
      <Suspense fallback={<Bones lines={6} />}>{what === "usuarios" ? <Users /> : what === "respostas" ? <Canned /> : what === "equipe" ? <Agents /> : what === "canais" ? <Channels /> : <Queues />}</Suspense>
    </div>
  );
}

function useSheet<T>(): [T | "new" | null, (of: T | "new" | null) => void] {
  return useState<T | "new" | null>(null);
}

async function saved(wanted: Promise<unknown>, told: string): Promise<string | null> {
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

function Queues() {
  const { house } = useSession();
  const [open, setOpen] = useSheet<Queue>();
  const [name, setName] = useState("");
  const edit = (queue: Queue | "new"): void => {
    setOpen(queue);
    setName(queue === "new" ? "" : queue.name);
  };
  const save = async (): Promise<string | null> => {
    const id = open === "new" || open === null ? code(name) : open.queue_id;
    const no = await saved(data(api.PUT("/v1/queues/{queue_id}", { params: { path: { queue_id: id } }, headers: wish(), body: { name: name.trim() } })), `Fila ${name.trim()} salva.`);
    if (no === null) setOpen(null);
    return no;
  };
  const retire = async (queue: Queue): Promise<void> => {
    const no = await saved(data(api.DELETE("/v1/queues/{queue_id}", { params: { path: { queue_id: queue.queue_id } }, headers: wish() })), `Fila ${queue.name} desativada.`);
    if (no) toast({ tone: "bad", text: no });
    setOpen(null);
  };
  return (
    <Part title="Filas" text="Para onde cada assunto vai. Uma fila desativada continua na história, e nada mais é enviado a ela." action={<New label="Nova fila" onPress={() => edit("new")} />}>
      <div className="table-box" tabIndex={0} role="region" aria-label="Tabela de filas">
        <table>
          <thead>
            <tr>
              <th scope="col">Nome</th>
              <th scope="col">Código</th>
              {(["urgent", "high", "normal", "low"] as const).map((priority) => (
                <th scope="col" key={priority}>
                  {PRIORITY[priority]}
                </th>
              ))}
              <th scope="col">Situação</th>
              <th scope="col">
                <span className="sr">Ações</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {house.queues.map((queue) => (
              <tr key={queue.queue_id} className={queue.active ? "" : "off"}>
                <th scope="row">{queue.name}</th>
                <td>
                  <code>{queue.queue_id}</code>
                </td>
                {(["urgent", "high", "normal", "low"] as const).map((priority) => (
                  <td key={priority} className="num">
                    {queue.targets[priority] === undefined ? "–" : `${queue.targets[priority]} min`}
                  </td>
                ))}
                <td>{queue.active ? <span className="chip good">Ativa</span> : <span className="chip">Desativada</span>}</td>
                <td>
                  <button type="button" className="button small" onClick={() => edit(queue)} aria-label={`Editar fila ${queue.name}`}>
                    Editar
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Sheet title={open === "new" ? "Nova fila" : "Editar fila"} open={open !== null} onClose={() => setOpen(null)}>
        <Form
          onSave={save}
          extra={
            open !== null &&
            open !== "new" &&
            open.active && (
              <button type="button" className="button quiet" onClick={() => void retire(open)}>
                Desativar
              </button>
            )
          }
        >
          <label className="field">
            <span>Nome, como a equipe e os clientes leem</span>
            <input className="input" autoFocus required maxLength={80} value={name} onChange={(event) => setName(event.target.value)} />
            {open === "new" && code(name) && <small>Código: {code(name)}</small>}
          </label>
        </Form>
      </Sheet>
    </Part>
  );
}

function Agents() {
  const { house } = useSession();
  const [open, setOpen] = useSheet<Agent>();
  const [name, setName] = useState("");
  const [active, setActive] = useState(true);
  const edit = (agent: Agent | "new"): void => {
    setOpen(agent);
    setName(agent === "new" ? "" : agent.name);
    setActive(agent === "new" ? true : agent.active);
  };
  const save = async (): Promise<string | null> => {
    const id = open === "new" || open === null ? code(name) : open.agent_id;
    const no = await saved(data(api.PUT("/v1/agents/{agent_id}", { params: { path: { agent_id: id } }, headers: wish(), body: { name: name.trim(), active } })), `${name.trim()} salvo na equipe.`);
    if (no === null) setOpen(null);
    return no;
  };
  return (
    <Part title="Equipe" text="Quem atende, ou já atendeu. Ninguém é apagado: a história cita as pessoas pelo nome." action={<New label="Nova pessoa" onPress={() => edit("new")} />}>
      {house.agents.length === 0 ? (
        <Empty icon="people" title="Ninguém na equipe ainda" />
      ) : (
        <ul className="cards">
          {house.agents.map((agent) => (
            <li key={agent.agent_id} className={agent.active ? "" : "off"}>
              <Avatar name={agent.name} />
              <span>
                <strong>{agent.name}</strong>
                <code>{agent.agent_id}</code>
              </span>
              {!agent.active && <span className="chip">Desativado</span>}
              <button type="button" className="button small" onClick={() => edit(agent)} aria-label={`Editar ${agent.name}`}>
                Editar
              </button>
            </li>
          ))}
        </ul>
      )}
      <Sheet title={open === "new" ? "Nova pessoa" : "Editar pessoa"} open={open !== null} onClose={() => setOpen(null)}>
        <Form onSave={save}>
          <label className="field">
            <span>Nome, como os clientes leem</span>
            <input className="input" autoFocus required maxLength={80} value={name} onChange={(event) => setName(event.target.value)} />
            {open === "new" && code(name) && <small>Código: {code(name)}</small>}
          </label>
          <label className="choice">
            <input type="checkbox" checked={active} onChange={(event) => setActive(event.target.checked)} /> Pode atender
          </label>
        </Form>
      </Sheet>
    </Part>
  );
}

function Channels() {
  const { house } = useSession();
  const [open, setOpen] = useSheet<Channel>();
  const [form, setForm] = useState({ name: "", number: "", queue: "geral" });
  const edit = (channel: Channel | "new"): void => {
    setOpen(channel);
    setForm(channel === "new" ? { name: "", number: "", queue: house.queues.find((queue) => queue.active)?.queue_id ?? "geral" } : { name: channel.name, number: channel.number_id, queue: channel.queue_id });
  };
  const save = async (): Promise<string | null> => {
    const id = open === "new" || open === null ? code(form.name) : open.channel_id;
    const body = { name: form.name.trim(), provider: "meta" as const, number_id: form.number.trim(), queue_id: form.queue };
    const no = await saved(data(api.PUT("/v1/channels/{channel_id}", { params: { path: { channel_id: id } }, headers: wish(), body })), `Número ${body.name} salvo.`);
    if (no === null) setOpen(null);
    return no;
  };
  const queue = (id: string): string => house.queues.find((one) => one.queue_id === id)?.name ?? id;
  return (
    <Part title="Números do WhatsApp" text="Por onde os clientes escrevem. As chaves de cada número são ajustes do servidor e nunca passam por aqui." action={<New label="Novo número" onPress={() => edit("new")} />}>
      <ul className="cards">
        {house.channels.map((channel) => (
          <li key={channel.channel_id}>
            <span className="avatar">
              <Icon name="phone" small />
            </span>
            <span>
              <strong>{channel.name}</strong>
              <small className="muted">
                Meta, {channel.number_id} · fila {queue(channel.queue_id)}
              </small>
            </span>
            <button type="button" className="button small" onClick={() => edit(channel)} aria-label={`Editar ${channel.name}`}>
              Editar
            </button>
          </li>
        ))}
      </ul>
      <Sheet title={open === "new" ? "Novo número" : "Editar número"} open={open !== null} onClose={() => setOpen(null)}>
        <Form onSave={save}>
          <label className="field">
            <span>Nome</span>
            <input className="input" autoFocus required maxLength={80} value={form.name} onChange={(event) => setForm({ ...form, name: event.target.value })} />
          </label>
          <label className="field">
            <span>Identificador do número na Meta</span>
            <input className="input" required pattern="[0-9A-Za-z]{1,64}" value={form.number} onChange={(event) => setForm({ ...form, number: event.target.value })} />
            <small>O phone_number_id do painel da Meta, não o número de telefone.</small>
          </label>
          <label className="field">
            <span>Fila de quem não tem assunto claro</span>
            <select className="input" value={form.queue} onChange={(event) => setForm({ ...form, queue: event.target.value })}>
              {house.queues
                .filter((one) => one.active)
                .map((one) => (
                  <option key={one.queue_id} value={one.queue_id}>
                    {one.name}
                  </option>
                ))}
            </select>
          </label>
        </Form>
      </Sheet>
    </Part>
  );
}
