// Opening hours by name: the clocks of a queue run while its calendar is open.
import { useCallback, useEffect, useState } from "react";
import { api, data, sentenceOf, wish, type Schemas } from "../api/client";
import { Bones, Empty, Sheet } from "../ui/parts";
import { toast } from "../ui/toast";
import { code, Form, New, Part, useSheet, Versions } from "./parts";

type Rules = Schemas["Rules"];
/** As the desk writes it: minutes of the day, Monday first. */
type Written = { week: [number, number][][]; zone: string; closed: string[]; special: Record<string, [number, number][]> };

const DAYS = [
  ["mon", "Segunda"],
  ["tue", "Terça"],
  ["wed", "Quarta"],
  ["thu", "Quinta"],
  ["fri", "Sexta"],
  ["sat", "Sábado"],
  ["sun", "Domingo"],
] as const;
const STATES = ["AC", "AL", "AM", "AP", "BA", "CE", "DF", "ES", "GO", "MA", "MG", "MS", "MT", "PA", "PB", "PE", "PI", "PR", "RJ", "RN", "RO", "RR", "RS", "SC", "SE", "SP", "TO"];
const USUAL = ["08:00-12:00, 13:00-18:00", "08:00-12:00, 13:00-18:00", "08:00-12:00, 13:00-18:00", "08:00-12:00, 13:00-18:00", "08:00-12:00, 13:00-18:00", "", ""];

const clock = (minutes: number): string => `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
const hours = (ranges: [number, number][]): string => ranges.map(([from, to]) => `${clock(from)}-${clock(to)}`).join(", ");
/** `8h-12h` is understood as well as `08:00-12:00`. */
const ranges = (text: string): string[] =>
  text
    .split(/[,;]| e /)
    .map((range) => range.trim())
    .filter(Boolean)
    .map((range) =>
      range
        .split(/\s*(?:-|–|às|a)\s*/)
        .map((time) => {
          const [, hour = "0", minute = "00"] = /^(\d{1,2})(?:[:h](\d{2})?)?$/.exec(time) ?? [];
          return `${hour.padStart(2, "0")}:${minute}`;
        })
        .join("-"),
    );
const brazilian = (day: string): string => day.split("-").reverse().join("/");
const iso = (day: string): string => (/^\d{2}\/\d{2}\/\d{4}$/.test(day) ? day.split("/").reverse().join("-") : day);

export default function Calendars() {
  const [calendars, setCalendars] = useState<readonly Rules[] | null>(null);
  const [open, setOpen] = useSheet<Rules>();
  const [form, setForm] = useState({ name: "", week: USUAL, holidays: "BR", closed: "" });
  const learn = useCallback(async (after?: string): Promise<void> => {
    try {
      setCalendars((await data(api.GET("/v1/rules", { params: { query: after ? { after } : {} } }))).calendars);
    } catch (error) {
      setCalendars((held) => held ?? []);
      toast({ tone: "bad", text: sentenceOf(error) });
    }
  }, []);
  useEffect(() => void learn(), [learn]);
  const edit = (one: Rules | "new"): void => {
    setOpen(one);
    if (one === "new") setForm({ name: "", week: USUAL, holidays: "BR", closed: "" });
    else {
      const told = one.rules as unknown as Written;
      setForm({ name: one.name, week: told.week.map(hours), holidays: "", closed: told.closed.map(brazilian).join("\n") });
    }
  };
  const save = async (): Promise<string | null> => {
    const id = open === "new" || open === null ? code(form.name) : open.name;
    const told = open === "new" || open === null ? null : (open.rules as unknown as Written);
    const special = Object.fromEntries(Object.entries(told?.special ?? {}).map(([day, of]) => [day, of.map(([from, to]) => `${clock(from)}-${clock(to)}`)]));
    const body = {
      zone: told?.zone ?? "America/Sao_Paulo",
      week: Object.fromEntries(DAYS.map(([day], at) => [day, ranges(form.week[at] ?? "")]).filter(([, of]) => (of as string[]).length > 0)),
      closed: form.closed.split(/[\s,;]+/).filter(Boolean).map(iso),
      special,
      ...(form.holidays ? { holidays: form.holidays } : {}),
    };
    try {
      const answer = (await data(api.PUT("/v1/calendars/{calendar_id}", { params: { path: { calendar_id: id } }, headers: wish(), body }))) as { position?: string } | undefined;
      toast({ tone: "good", text: `Horário ${id} salvo. Os prazos em aberto foram recalculados.` });
      setOpen(null);
      await learn(answer?.position);
      return null;
    } catch (error) {
      return sentenceOf(error);
    }
  };
  return (
    <Part title="Horários" text="Os prazos de uma fila só correm enquanto o horário dela está aberto. Quem não tem horário atende 24 horas." action={<New label="Novo horário" onPress={() => edit("new")} />}>
      {calendars === null ? (
        <Bones lines={4} />
      ) : calendars.length === 0 ? (
        <Empty icon="clock" title="Nenhum horário ainda">
          <p>Sem horário, os prazos correm 24 horas por dia.</p>
        </Empty>
      ) : (
        <ul className="cards">
          {calendars.map((one) => {
            const told = one.rules as unknown as Written;
            return (
              <li key={one.name}>
                <span className="hours">
                  <strong>{one.name}</strong>
                  {DAYS.map(([day, label], at) => (
                    <small key={day} className="muted num">
                      {label}: {hours(told.week[at] ?? []) || "fechado"}
                    </small>
                  ))}
                  <small className="muted">{told.closed.length === 1 ? "1 dia fechado" : `${told.closed.length} dias fechados`}</small>
                </span>
                <Versions of={`calendar:${one.name}`} title={`horário ${one.name}`} onRestored={(after) => void learn(after)} />
                <button type="button" className="button small" onClick={() => edit(one)} aria-label={`Editar horário ${one.name}`}>
                  Editar
                </button>
              </li>
            );
          })}
        </ul>
      )}
      <Sheet title={open === "new" ? "Novo horário" : "Editar horário"} open={open !== null} onClose={() => setOpen(null)}>
        <Form onSave={save}>
          {open === "new" && (
            <label className="field">
              <span>Nome</span>
              <input className="input" autoFocus required maxLength={40} placeholder="comercial" value={form.name} onChange={(event) => setForm({ ...form, name: event.target.value })} />
            </label>
          )}
          <div className="fields-two">
            {DAYS.map(([day, label], at) => (
              <label key={day} className="field">
                <span>{label}</span>
                <input className="input num" placeholder="fechado" value={form.week[at] ?? ""} onChange={(event) => setForm({ ...form, week: form.week.map((old, n) => (n === at ? event.target.value : old)) })} />
              </label>
            ))}
            <label className="field">
              <span>Fechar nos feriados</span>
              <select className="input" value={form.holidays} onChange={(event) => setForm({ ...form, holidays: event.target.value })}>
                <option value="">{open === "new" ? "Não" : "Só os que já estão abaixo"}</option>
                <option value="BR">Nacionais</option>
                {STATES.map((state) => (
                  <option key={state} value={`BR-${state}`}>
                    Nacionais e de {state}
                  </option>
                ))}
              </select>
            </label>
          </div>
          <label className="field">
            <span>Outros dias fechados, um por linha</span>
            <textarea className="input num" rows={4} placeholder="19/03/2026" value={form.closed} onChange={(event) => setForm({ ...form, closed: event.target.value })} />
          </label>
        </Form>
      </Sheet>
    </Part>
  );
}
