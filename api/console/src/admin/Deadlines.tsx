// The policy of deadlines: how long a customer may wait, by priority, and who is told when it takes longer.
import { useCallback, useEffect, useState } from "react";
import { api, data, sentenceOf, wish, type Priority, type Schemas } from "../api/client";
import { Bones } from "../ui/parts";
import { toast } from "../ui/toast";
import { PRIORITY } from "../words/names";
import { Form, Part, Versions } from "./parts";

type Minutes = [number, number, number];
type Level = "supervisor" | "manager" | "director";
/** As the desk writes it. */
type Written = {
  targets: Record<Priority, Minutes>;
  automation: number;
  calendar: string;
  queues: Record<string, { calendar: string | null; targets: Record<Priority, Minutes>; automation: number | null; recipients: Partial<Record<Level, string[]>> }>;
  recipients: Partial<Record<Level, string[]>>;
  echo_stops: boolean;
  warnings: number[];
  steps: [number, Level][];
  postponed: number;
  minute?: number;
};
const PRIORITIES = ["urgent", "high", "normal", "low"] as const;
const USUAL: Written = {
  targets: { urgent: [5, 5, 240], high: [15, 15, 480], normal: [30, 30, 1440], low: [60, 60, 2880] },
  automation: 10,
  calendar: "24x7",
  queues: {},
  recipients: {},
  echo_stops: false,
  warnings: [50, 80, 95],
  steps: [
    [30, "supervisor"],
    [60, "manager"],
    [120, "director"],
  ],
  postponed: 30,
};
const LEVELS: Record<Level, string> = { supervisor: "Supervisão", manager: "Gerência", director: "Diretoria" };
const COLUMNS = ["Primeira resposta", "Próximas respostas", "Solução"];

const asked = (targets: Record<Priority, Minutes>): Record<string, { first: number; next: number; resolution: number }> => Object.fromEntries(Object.entries(targets).map(([priority, [first, next, resolution]]) => [priority, { first, next, resolution }]));

export default function Deadlines() {
  const [policy, setPolicy] = useState<Written | null>(null);
  const [version, setVersion] = useState<number | null>(null);
  const [calendars, setCalendars] = useState<readonly string[]>([]);
  const learn = useCallback(async (after?: string): Promise<void> => {
    try {
      const told: Schemas["AllRules"] = await data(api.GET("/v1/rules", { params: { query: after ? { after } : {} } }));
      setPolicy(told.policy ? (told.policy.rules as unknown as Written) : USUAL);
      setVersion(told.policy?.version ?? null);
      setCalendars(told.calendars.map((one) => one.name));
    } catch (error) {
      toast({ tone: "bad", text: sentenceOf(error) });
    }
  }, []);
  useEffect(() => void learn(), [learn]);
  if (policy === null) return <Bones lines={6} />;
  const target = (priority: Priority, at: number, minutes: number): void => {
    const changed: Minutes = [...policy.targets[priority]];
    changed[at] = minutes;
    setPolicy({ ...policy, targets: { ...policy.targets, [priority]: changed } });
  };
  const save = async (): Promise<string | null> => {
    const body = {
      calendar: policy.calendar,
      targets: asked(policy.targets),
      automation: policy.automation,
      queues: Object.fromEntries(Object.entries(policy.queues).map(([queue, own]) => [queue, { ...(own.calendar ? { calendar: own.calendar } : {}), targets: asked(own.targets), ...(own.automation === null ? {} : { automation: own.automation }), recipients: own.recipients }])),
      recipients: policy.recipients,
      echo_stops: policy.echo_stops,
      warnings: policy.warnings,
      steps: policy.steps.map(([after, level]) => ({ after, level })),
      postponed: policy.postponed,
      minute: policy.minute ?? 60,
    };
    try {
      const answer = (await data(api.PUT("/v1/policy", { headers: wish(), body }))) as { position?: string } | undefined;
      toast({ tone: "good", text: "Prazos salvos. O que está em aberto foi recalculado desde o começo." });
      await learn(answer?.position);
      return null;
    } catch (error) {
      return sentenceOf(error);
    }
  };
  return (
    <Part title="Prazos" text="Quanto tempo um cliente pode esperar, em minutos de horário aberto, e quem é avisado quando passa disso." action={version !== null && <div className="row-actions"><span className="muted num">versão {version}</span><Versions of="policy:desk" title="prazos" onRestored={(after) => void learn(after)} /></div>}>
      <div className="deadlines">
        <Form onSave={save}>
          <div className="table-box" tabIndex={0} role="region" aria-label="Tabela de prazos">
            <table>
              <thead>
                <tr>
                  <th scope="col">Prioridade</th>
                  {COLUMNS.map((column) => (
                    <th key={column} scope="col">
                      {column}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {PRIORITIES.map((priority) => (
                  <tr key={priority}>
                    <th scope="row">{PRIORITY[priority]}</th>
                    {COLUMNS.map((column, at) => (
                      <td key={column}>
                        <input className="input num" type="number" min={1} max={100_000} required aria-label={`${column}, prioridade ${PRIORITY[priority].toLowerCase()}, minutos`} value={policy.targets[priority][at]} onChange={(event) => target(priority, at, Number(event.target.value))} />
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <div className="fields-two">
            <label className="field">
              <span>Horário de quem não tem um próprio</span>
              <select className="input" value={policy.calendar} onChange={(event) => setPolicy({ ...policy, calendar: event.target.value })}>
                {["24x7", ...calendars].map((one) => (
                  <option key={one} value={one}>
                    {one === "24x7" ? "24 horas" : one}
                  </option>
                ))}
              </select>
            </label>
            <label className="field">
              <span>Automação, minutos até passar para a espera</span>
              <input className="input num" type="number" min={1} max={100_000} required value={policy.automation} onChange={(event) => setPolicy({ ...policy, automation: Number(event.target.value) })} />
            </label>
            <label className="field">
              <span>Quem assume um atraso adia o próximo aviso por (minutos)</span>
              <input className="input num" type="number" min={1} max={100_000} required value={policy.postponed} onChange={(event) => setPolicy({ ...policy, postponed: Number(event.target.value) })} />
            </label>
          </div>
          <fieldset className="escalation">
            <legend>Se ninguém responder</legend>
            {policy.steps.map(([after, level], at) => (
              <div key={level} className="fields-two">
                <label className="field">
                  <span>{LEVELS[level]}, minutos desde que o cliente espera</span>
                  <input className="input num" type="number" min={1} max={100_000} required value={after} onChange={(event) => setPolicy({ ...policy, steps: policy.steps.map((step, n) => (n === at ? [Number(event.target.value), level] : step)) })} />
                </label>
                <label className="field">
                  <span>Quem é avisado, separados por vírgula</span>
                  <input className="input" value={(policy.recipients[level] ?? []).join(", ")} placeholder="ninguém" onChange={(event) => setPolicy({ ...policy, recipients: { ...policy.recipients, [level]: event.target.value.split(",").map((one) => one.trimStart()) } })} onBlur={() => setPolicy({ ...policy, recipients: { ...policy.recipients, [level]: (policy.recipients[level] ?? []).map((one) => one.trim()).filter(Boolean) } })} />
                </label>
              </div>
            ))}
          </fieldset>
        </Form>
      </div>
    </Part>
  );
}
