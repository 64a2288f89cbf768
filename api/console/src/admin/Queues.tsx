// Where each subject goes, whose hours it keeps, and what it is closed with.
import { useEffect, useState } from "react";
import { api, data, wish, type Queue } from "../api/client";
import { useSession } from "../desk/session";
import { Sheet } from "../ui/parts";
import { toast } from "../ui/toast";
import { PRIORITY, REASONS } from "../words/names";
import { code, Form, New, Part, saved, Table, useSheet, Versions } from "./parts";
import { Spreadsheet } from "./Spreadsheet";

type Service = { calendar_id: string | null; reopening: number; reasons: string[]; opening_template: string | null; opening_language: string };
const USUAL: Service = { calendar_id: null, reopening: 24, reasons: [], opening_template: null, opening_language: "pt_BR" };

export function Queues() {
  const { house } = useSession();
  const [open, setOpen] = useSheet<Queue>();
  const [name, setName] = useState("");
  const [service, setService] = useState(USUAL);
  const [calendars, setCalendars] = useState<readonly string[]>([]);
  useEffect(() => void data(api.GET("/v1/rules")).then((told) => setCalendars(told.calendars.map((one) => one.name)), () => undefined), []);
  const edit = (queue: Queue | "new"): void => {
    setOpen(queue);
    setName(queue === "new" ? "" : queue.name);
    setService(queue === "new" ? USUAL : { calendar_id: queue.calendar_id ?? null, reopening: queue.reopening, reasons: queue.reasons ?? [], opening_template: queue.opening_template ?? null, opening_language: queue.opening_language });
  };
  const save = async (): Promise<string | null> => {
    const id = open === "new" || open === null ? code(name) : open.queue_id;
    const no = await saved(data(api.PUT("/v1/queues/{queue_id}", { params: { path: { queue_id: id } }, headers: wish(), body: { name: name.trim() } })).then(() => (open === "new" ? undefined : data(api.PUT("/v1/queues/{queue_id}/service", { params: { path: { queue_id: id } }, headers: wish(), body: service })))), `Fila ${name.trim()} salva.`);
    if (no === null) setOpen(null);
    return no;
  };
  const retire = async (queue: Queue): Promise<void> => {
    const no = await saved(data(api.DELETE("/v1/queues/{queue_id}", { params: { path: { queue_id: queue.queue_id } }, headers: wish() })), `Fila ${queue.name} desativada.`);
    if (no) toast({ tone: "bad", text: no });
    setOpen(null);
  };
  return (
    <Part title="Filas" text="Para onde cada assunto vai. Uma fila desativada continua na história, e nada mais é enviado a ela." action={<div className="row-actions"><Spreadsheet what="queues" /><New label="Nova fila" onPress={() => edit("new")} /></div>}>
      <Table label="Tabela de filas" heads={["Nome", "Código", ...Object.values(PRIORITY), "Situação"]} acts>
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
              <Versions of={`queue:${queue.queue_id}`} title={`fila ${queue.name}`} />{" "}
              <button type="button" className="button small" onClick={() => edit(queue)} aria-label={`Editar fila ${queue.name}`}>
                Editar
              </button>
            </td>
          </tr>
        ))}
      </Table>
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
          {open !== "new" && <ServiceFields service={service} calendars={calendars} onChange={setService} />}
        </Form>
      </Sheet>
    </Part>
  );
}

function ServiceFields({ service, calendars, onChange }: { service: Service; calendars: readonly string[]; onChange: (service: Service) => void }) {
  const known = new Set(REASONS.flatMap((group) => group.of.map(([one]) => one)));
  const own = service.reasons.filter((one) => !known.has(one));
  const toggle = (one: string, on: boolean): void => onChange({ ...service, reasons: on ? [...service.reasons, one] : service.reasons.filter((other) => other !== one) });
  return (
    <>
      <div className="fields-two">
        <label className="field">
          <span>Horário</span>
          <select className="input" value={service.calendar_id ?? ""} onChange={(event) => onChange({ ...service, calendar_id: event.target.value || null })}>
            <option value="">O da política de prazos</option>
            {calendars.map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
        </label>
        <label className="field">
          <span>Reabrir em até (horas)</span>
          <input className="input" type="number" min={0} max={24} required value={service.reopening} onChange={(event) => onChange({ ...service, reopening: Number(event.target.value) })} />
        </label>
      </div>
      <label className="field">
        <span>Modelo para quem pediu para ser chamado na abertura</span>
        <input className="input" value={service.opening_template ?? ""} maxLength={512} spellCheck={false} placeholder="equipe_de_volta" onChange={(event) => onChange({ ...service, opening_template: event.target.value.trim().toLowerCase() || null })} />
        <small>O nome de um modelo aprovado, de utilidade e sem variáveis. Sem ele, a fila não chama ninguém.</small>
      </label>
      <details className="reasons">
        <summary>Motivos de encerramento: {service.reasons.length === 0 ? "todos" : service.reasons.length}</summary>
        {REASONS.map((group) => (
          <fieldset key={group.group} className="choices two">
            <legend>{group.label}</legend>
            {group.of.map(([one, label]) => (
              <label key={one} className="choice">
                <input type="checkbox" checked={service.reasons.includes(one)} onChange={(event) => toggle(one, event.target.checked)} /> {label}
              </label>
            ))}
          </fieldset>
        ))}
        {own.length > 0 && (
          <fieldset className="choices two">
            <legend>Próprios</legend>
            {own.map((one) => (
              <label key={one} className="choice">
                <input type="checkbox" checked onChange={() => toggle(one, false)} /> <code>{one}</code>
              </label>
            ))}
          </fieldset>
        )}
        <small className="muted">Sem nenhum marcado, a fila encerra com qualquer motivo.</small>
      </details>
    </>
  );
}
