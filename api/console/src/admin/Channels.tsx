// The numbers of ours that customers write to.
import { useState } from "react";
import { api, data, wish, type Channel } from "../api/client";
import { useSession } from "../desk/session";
import { QueueOptions } from "../ui/QueueOptions";
import { Icon } from "../ui/Icon";
import { Sheet } from "../ui/parts";
import { code, Form, New, Part, saved, useSheet, Versions } from "./parts";

export function Channels() {
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
            <Versions of={`channel:${channel.channel_id}`} title={`número ${channel.name}`} />
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
              <QueueOptions />
            </select>
          </label>
        </Form>
      </Sheet>
    </Part>
  );
}
