// The supervisor's wall: what waits, what is late, and who has how much, as it changes.
import { useEffect, useMemo } from "react";
import { useLocation } from "wouter";
import type { Conversation } from "../api/client";
import { useNow } from "../desk/clock";
import { standing } from "../desk/presence";
import { learn, lookAt, naming, useSession } from "../desk/session";
import { inOrder, useDesk } from "../desk/store";
import { openTab } from "../desk/tabs";
import { useCommands } from "../shell/commands";
import { Avatar, Empty, PriorityChip, Ring } from "../ui/parts";
import { span } from "../words/moments";
import { customer } from "../words/names";
import "./board.css";

const TOPICS = ["waiting", "in_service", "automation"];

export default function Board() {
  const rows = useDesk((state) => state.rows);
  const lists = useDesk((state) => state.lists);
  const { house } = useSession();
  const now = useNow(1_000);
  const [, go] = useLocation();
  const names = naming();
  useEffect(() => {
    lookAt("board", TOPICS);
    const timer = window.setInterval(() => void learn().catch(() => undefined), 10_000);
    return () => {
      lookAt("board", []);
      window.clearInterval(timer);
    };
  }, []);
  useCommands("board", [{ id: "desk", label: "Voltar a atender", group: "Ir para", icon: "inbox", keys: "1", run: () => go("/") }]);

  const slow = now - (now % 5_000);
  const { waiting, serving, automated } = useMemo(() => {
    const of = { rows, lists } as never;
    return { waiting: inOrder(of, "waiting", slow), serving: inOrder(of, "in_service", slow), automated: inOrder(of, "automation", slow) };
  }, [rows, lists, slow]);
  const isLate = (row: Conversation): boolean => row.due_at !== null && Date.parse(row.due_at) <= now;
  const soon = (row: Conversation): boolean => row.due_at !== null && !isLate(row) && Date.parse(row.due_at) - now < 5 * 60_000;
  const late = [...waiting, ...serving].filter(isLate);
  const longest = waiting.reduce((most, row) => Math.max(most, row.entered_at ? now - Date.parse(row.entered_at) : 0), 0);

  const queues = house.queues
    .filter((queue) => queue.active)
    .map((queue) => {
      const own = waiting.filter((row) => row.queue_id === queue.queue_id);
      const oldest = own.reduce((most, row) => Math.max(most, row.entered_at ? now - Date.parse(row.entered_at) : 0), 0);
      return { queue, waiting: own.length, late: own.filter(isLate).length, soon: own.filter(soon).length, serving: serving.filter((row) => row.queue_id === queue.queue_id).length, oldest };
    })
    .sort((a, b) => b.late - a.late || b.waiting - a.waiting || a.queue.name.localeCompare(b.queue.name));
  const agents = house.agents
    .filter((agent) => agent.active)
    .map((agent) => {
      const own = serving.filter((row) => row.agent_id === agent.agent_id);
      return { agent, all: own.length, owed: own.filter((row) => row.awaiting === "agent").length, quiet: own.filter((row) => row.awaiting !== "agent").length, late: own.filter(isLate).length };
    })
    .sort((a, b) => b.late - a.late || b.all - a.all || a.agent.name.localeCompare(b.agent.name));
  const most = Math.max(1, ...agents.map((one) => one.all));

  return (
    <div className="screen board scroll" tabIndex={0} role="region" aria-label="Painel da supervisão">
      <header className="screen-head">
        <h1>Painel</h1>
      </header>
      <dl className="figures">
        <Figure label="Esperando" value={waiting.length} tone={waiting.length > 0 ? "" : "calm"} />
        <Figure label="Atrasadas" value={late.length} tone={late.length > 0 ? "late" : "calm"} />
        <Figure label="Vencem em 5 min" value={[...waiting, ...serving].filter(soon).length} tone="" />
        <Figure label="Maior espera" value={longest === 0 ? "–" : span(longest)} tone="" />
        <Figure label="Em atendimento" value={serving.length} tone="" />
        <Figure label="Na automação" value={automated.length} tone="" />
      </dl>
      <div className="board-columns">
        <section aria-labelledby="by-queue">
          <h2 id="by-queue">Filas</h2>
          <table>
            <thead>
              <tr>
                <th scope="col">Fila</th>
                <th scope="col">Esperando</th>
                <th scope="col">Atrasadas</th>
                <th scope="col">Em atendimento</th>
                <th scope="col">Maior espera</th>
              </tr>
            </thead>
            <tbody>
              {queues.map((one) => (
                <tr key={one.queue.queue_id}>
                  <th scope="row">{one.queue.name}</th>
                  <td className="num">{one.waiting || "–"}</td>
                  <td className={`num${one.late > 0 ? " late" : ""}`}>{one.late || "–"}</td>
                  <td className="num">{one.serving || "–"}</td>
                  <td className="num">{one.oldest ? span(one.oldest) : "–"}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
        <section aria-labelledby="by-agent">
          <h2 id="by-agent">Equipe</h2>
          <table>
            <thead>
              <tr>
                <th scope="col">Atendente</th>
                <th scope="col">Situação</th>
                <th scope="col">Carga</th>
                <th scope="col">Devendo resposta</th>
                <th scope="col">Atrasadas</th>
              </tr>
            </thead>
            <tbody>
              {agents.map((one) => (
                <tr key={one.agent.agent_id}>
                  <th scope="row">
                    <span className="agent-name">
                      <Avatar name={one.agent.name} /> {one.agent.name}
                    </span>
                  </th>
                  <td>
                    <span className={`chip ${standing(one.agent).tone}`}>{standing(one.agent).word}</span>
                  </td>
                  <td>
                    <span className="load" role="img" aria-label={`${one.owed} com resposta pendente, ${one.quiet} aguardando o cliente`}>
                      <i style={{ width: `${(one.owed / most) * 100}%` }} />
                      <i className="quiet" style={{ width: `${(one.quiet / most) * 100}%` }} />
                    </span>
                    <span className="num">{one.all}</span>
                  </td>
                  <td className="num">{one.owed || "–"}</td>
                  <td className={`num${one.late > 0 ? " late" : ""}`}>{one.late || "–"}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
        <section className="board-late" aria-labelledby="late">
          <h2 id="late">Precisam de alguém</h2>
          {late.length === 0 ? (
            <Empty icon="check" title="Nenhum prazo vencido" />
          ) : (
            <ul>
              {late.slice(0, 12).map((row) => (
                <li key={row.conversation_id}>
                  <button type="button" onClick={() => openTab(row.conversation_id)}>
                    <Ring due={row.due_at} since={row.waiting_since} />
                    <span className="clip">
                      <strong>{customer(row)}</strong>
                      <small>
                        {row.stage === "waiting" ? `Na fila ${names.queue(row.queue_id)}` : `Com ${names.agent(row.agent_id)}`}
                      </small>
                    </span>
                    <PriorityChip priority={row.priority} />
                  </button>
                </li>
              ))}
            </ul>
          )}
        </section>
      </div>
    </div>
  );
}

function Figure({ label, value, tone }: { label: string; value: number | string; tone: string }) {
  return (
    <div className={tone}>
      <dt>{label}</dt>
      <dd className="num">{value}</dd>
    </div>
  );
}
