// Who attends: for which queues, with which skills, and how much at once.
import { useState } from "react";
import { api, data, wish, type Agent } from "../api/client";
import { useSession } from "../desk/session";
import { Avatar, Empty, Sheet } from "../ui/parts";
import { code, Form, New, Part, saved, useSheet, Versions } from "./parts";
import { Spreadsheet } from "./Spreadsheet";

type Equipment = { queues: string[] | null; skills: string; capacity: number; ceiling: string };
const USUAL: Equipment = { queues: null, skills: "", capacity: 5, ceiling: "" };

/** Whoever's name alone is changed keeps on attending as before. */
function same(a: Equipment, b: Equipment): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
/** `fibra 3, inglês 1`, as people write it. */
function written(skills: Record<string, number>): string {
  return Object.entries(skills)
    .map(([skill, level]) => `${skill} ${level}`)
    .join(", ");
}
function read(text: string): Record<string, number> {
  const found: Record<string, number> = {};
  for (const part of text.split(/[,;\n]/)) {
    const [, word, level] = /^(.*?)(?:\s+(\d{1,3}))?$/.exec(part.trim()) ?? [];
    const skill = code(word ?? "").replaceAll("-", "_");
    if (skill !== "") found[skill] = Number(level ?? 1);
  }
  return found;
}

export function Agents() {
  const { house } = useSession();
  const [open, setOpen] = useSheet<Agent>();
  const [name, setName] = useState("");
  const [active, setActive] = useState(true);
  const [form, setForm] = useState(USUAL);
  const [before, setBefore] = useState(USUAL);
  const edit = (agent: Agent | "new"): void => {
    setOpen(agent);
    setName(agent === "new" ? "" : agent.name);
    setActive(agent === "new" ? true : agent.active);
    const held = agent === "new" ? USUAL : { queues: agent.queues, skills: written(agent.skills ?? {}), capacity: agent.load.capacity, ceiling: agent.load.ceiling === agent.load.capacity * 2 ? "" : String(agent.load.ceiling) };
    setForm(held);
    setBefore(held);
  };
  const save = async (): Promise<string | null> => {
    const id = open === "new" || open === null ? code(name) : open.agent_id;
    const no = await saved(data(api.PUT("/v1/agents/{agent_id}", { params: { path: { agent_id: id } }, headers: wish(), body: { name: name.trim(), active } })).then(() => same(form, before) ? undefined : data(api.PUT("/v1/agents/{agent_id}/routing", { params: { path: { agent_id: id } }, headers: wish(), body: { queues: form.queues, skills: read(form.skills), capacity: form.capacity, ceiling: form.ceiling === "" ? null : Number(form.ceiling), shifts: null } }))), `${name.trim()} salvo na equipe.`);
    if (no === null) setOpen(null);
    return no;
  };
  return (
    <Part title="Equipe" text="Quem atende, ou já atendeu. Ninguém é apagado: a história cita as pessoas pelo nome." action={<div className="row-actions"><Spreadsheet what="agents" /><New label="Nova pessoa" onPress={() => edit("new")} /></div>}>
      {house.agents.length === 0 ? (
        <Empty icon="people" title="Ninguém na equipe ainda" />
      ) : (
        <ul className="cards">
          {house.agents.map((agent) => (
            <li key={agent.agent_id} className={agent.active ? "" : "off"}>
              <Avatar name={agent.name} />
              <span>
                <strong>{agent.name}</strong>
                <small className="muted">
                  Até {agent.load.capacity} {agent.load.capacity === 1 ? "conversa" : "conversas"}, {agent.load.ceiling} com as silenciosas · {agent.queues === null ? "todas as filas" : agent.queues.map((id) => house.queues.find((queue) => queue.queue_id === id)?.name ?? id).join(", ") || "nenhuma fila"}
                  {Object.keys(agent.skills ?? {}).length > 0 && ` · ${written(agent.skills ?? {})}`}
                </small>
              </span>
              {!agent.active && <span className="chip">Desativado</span>}
              <Versions of={`agent:${agent.agent_id}`} title={agent.name} />
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
          <div className="fields-two">
            <label className="field">
              <span>Conversas ao mesmo tempo</span>
              <input className="input" type="number" min={0} max={1000} required value={form.capacity} onChange={(event) => setForm({ ...form, capacity: Number(event.target.value) })} />
            </label>
            <label className="field">
              <span>Teto, com as silenciosas</span>
              <input className="input" type="number" min={form.capacity} max={2000} placeholder={String(form.capacity * 2)} value={form.ceiling} onChange={(event) => setForm({ ...form, ceiling: event.target.value })} />
            </label>
          </div>
          <label className="field">
            <span>Habilidades, com o nível</span>
            <input className="input" value={form.skills} placeholder="fibra 3, ingles 1" onChange={(event) => setForm({ ...form, skills: event.target.value })} />
            <small>As filas pedem habilidades; o nível vai de 1 a 100.</small>
          </label>
          <label className="choice">
            <input type="checkbox" checked={form.queues === null} onChange={(event) => setForm({ ...form, queues: event.target.checked ? null : [] })} /> Atende todas as filas
          </label>
          {form.queues !== null && (
            <fieldset className="choices two" aria-label="Filas que atende">
              {house.queues
                .filter((queue) => queue.active)
                .map((queue) => (
                  <label key={queue.queue_id} className="choice">
                    <input type="checkbox" checked={form.queues?.includes(queue.queue_id) ?? false} onChange={(event) => setForm({ ...form, queues: event.target.checked ? [...(form.queues ?? []), queue.queue_id] : (form.queues ?? []).filter((id) => id !== queue.queue_id) })} /> {queue.name}
                  </label>
                ))}
            </fieldset>
          )}
          <label className="choice">
            <input type="checkbox" checked={active} onChange={(event) => setActive(event.target.checked)} /> Pode atender
          </label>
        </Form>
      </Sheet>
    </Part>
  );
}
