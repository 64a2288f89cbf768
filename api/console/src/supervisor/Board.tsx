// The supervisor's wall: what waits, what is late, and who has how much, as it changes.
import { useEffect, useMemo, useState } from "react";
import { MenuTrigger, Menu, MenuItem } from "react-aria-components/Menu";
import { Popover } from "react-aria-components/Popover";
import { Button } from "react-aria-components/Button";
import { Link, useLocation } from "wouter";
import { Sheets } from "../agent/Sheets";
import type { Conversation } from "../api/client";
import { acknowledge } from "../desk/acts";
import { useNow } from "../desk/clock";
import { PAUSES, standing } from "../desk/presence";
import { lookAt, may, naming } from "../desk/session";
import { inOrder, useDesk } from "../desk/store";
import { openTab } from "../desk/tabs";
import type { Wallboard } from "../live/frames";
import { useCommands } from "../shell/commands";
import { Icon } from "../ui/Icon";
import { Avatar, Bones, Empty, IconButton, PriorityChip, Ring, Sheet } from "../ui/parts";
import { span } from "../words/moments";
import { customer } from "../words/names";
import { declareFor, wallLink } from "./oversight";
import { agentsOf, forecast, queuesOf, sinceWord, totals } from "./wall";
import "./board.css";

export default function Board() {
  const wall = useDesk((state) => state.wall);
  const [, go] = useLocation();
  const now = useNow(1_000);
  const [link, setLink] = useState<string | null>(null);
  const reads = may("conversations.read");
  useEffect(() => {
    lookAt("board", ["wallboard", ...(reads ? ["waiting", "in_service"] : [])]);
    return () => lookAt("board", []);
  }, [reads]);
  const shares = may("tokens.run");
  const backwards = may("conversations.look_back");
  useCommands("board", [
    { id: "desk", label: "Voltar a atender", group: "Ir para", icon: "inbox", keys: "1", run: () => go("/") },
    { id: "tv", label: "Abrir o painel em tela cheia", group: "Painel", icon: "board", keys: "v", words: "tv televisao", run: () => go("/tv") },
  ]);
  if (wall === null) {
    return (
      <div className="screen board loading">
        <Bones lines={9} />
      </div>
    );
  }
  const all = totals(wall);
  return (
    <div className="screen board scroll" tabIndex={0} role="region" aria-label="Painel da supervisão">
      <header className="screen-head">
        <h1>Painel</h1>
        <span className="spring" />
        {shares && (
          <button type="button" className="button" onClick={() => void wallLink().then(setLink)}>
            Link para a TV
          </button>
        )}
        {backwards && (
          <button type="button" className="button" aria-keyshortcuts="g" onClick={() => go("/painel/como-estava")}>
            Como estava
          </button>
        )}
        <button type="button" className="button" onClick={() => go("/tv")}>
          Tela cheia
        </button>
      </header>
      <dl className="figures">
        <Figure label="Esperando" value={all.waiting} tone={all.waiting > 0 ? "" : "calm"} />
        <Figure label="Atrasadas" value={all.breached} tone={all.breached > 0 ? "late" : "calm"} />
        <Figure label="Maior espera" value={all.oldest === null ? "–" : span(now - all.oldest)} tone="" />
        <Figure label="Em atendimento" value={all.serving} tone="" />
        <Figure label="Disponíveis" value={all.available} tone={all.available > 0 ? "" : "late"} />
        <Figure label="Em pausa" value={all.paused} tone="" />
      </dl>
      <div className={reads ? "board-columns" : "board-columns two"}>
        <Queues wall={wall} now={now} />
        <Team wall={wall} now={now} />
        {reads && <Late />}
      </div>
      {link !== null && (
        <Sheet title="Link para a TV" open onClose={() => setLink(null)}>
          <div className="body">
            <p className="muted">Abra este endereço no navegador da TV. Ele mostra só este painel, sem nenhuma conversa, e aparece uma única vez: guarde agora. Vale por um ano; para cancelar antes, revogue o token Painel da TV.</p>
            <label className="field">
              <span>Endereço</span>
              <input className="input" readOnly value={link} onFocus={(event) => event.target.select()} />
            </label>
          </div>
          <footer>
            <button type="button" className="button main" onClick={() => void navigator.clipboard?.writeText(link)}>
              Copiar
            </button>
          </footer>
        </Sheet>
      )}
    </div>
  );
}

function Queues({ wall, now }: { wall: Wallboard; now: number }) {
  const backwards = may("conversations.look_back");
  return (
    <section aria-labelledby="by-queue" tabIndex={0}>
      <h2 id="by-queue">Filas</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">Fila</th>
            <th scope="col">Esperando</th>
            <th scope="col">Mais antiga</th>
            <th scope="col">Em atendimento</th>
            <th scope="col">Atrasadas</th>
            <th scope="col" title="Quem espera vezes o tempo dos últimos atendimentos, dividido por quem está disponível">
              Previsão
            </th>
          </tr>
        </thead>
        <tbody>
          {queuesOf(wall).map((one) => (
            <tr key={one.queue_id}>
              <th scope="row">
                {backwards ? <Link href={`/painel/como-estava/${one.queue_id}`}>{one.name}</Link> : one.name}
                <small className={one.available === 0 && one.waiting > 0 ? "late" : ""}>{one.available === 0 ? "ninguém disponível" : one.available === 1 ? "1 disponível" : `${one.available} disponíveis`}</small>
              </th>
              <td className="num">{one.waiting || "–"}</td>
              <td className="num">{one.oldest_at ? span(now - Date.parse(one.oldest_at)) : "–"}</td>
              <td className="num">{one.in_service || "–"}</td>
              <td className={`num${one.breached > 0 ? " late" : ""}`}>{one.breached || "–"}</td>
              <td className="num">{forecast(one)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Team({ wall, now }: { wall: Wallboard; now: number }) {
  const sets = may("agents.set_availability");
  return (
    <section aria-labelledby="by-agent" tabIndex={0}>
      <h2 id="by-agent">Equipe</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">Atendente</th>
            <th scope="col">Situação</th>
            <th scope="col">Carga</th>
            <th scope="col">Atrasadas</th>
            {sets && (
              <th scope="col">
                <span className="sr">Ações</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {agentsOf(wall).map((one) => (
            <tr key={one.agent_id}>
              <th scope="row">
                <span className="agent-name">
                  <Avatar name={one.name} /> {one.name}
                </span>
              </th>
              <td>
                <span className={`chip ${standing(one).tone}`}>{standing(one).word}</span> <small className="muted num">{sinceWord(one, now)}</small>
              </td>
              <td>
                <span className="load" role="img" aria-label={`${one.active} de ${one.capacity} lugares ocupados, ${one.offered} oferecidas, ${one.silent} aguardando o cliente`}>
                  <i style={{ width: `${Math.min(100, (one.active / Math.max(1, one.capacity)) * 100)}%` }} />
                  <i className="quiet" style={{ width: `${Math.min(100, (one.offered / Math.max(1, one.capacity)) * 100)}%` }} />
                </span>
                <span className="num">{one.in_service}</span>
              </td>
              <td className={`num${one.breached > 0 ? " late" : ""}`}>{one.breached || "–"}</td>
              {sets && (
                <td>
                  <MenuTrigger>
                    <Button className="icon-button small" aria-label={`Situação de ${one.name}`}>
                      <Icon name="more" small />
                    </Button>
                    <Popover className="popover" placement="bottom end">
                      <Menu className="menu" aria-label={`Situação de ${one.name}`}>
                        <MenuItem id="available" textValue="Marcar como disponível" className="menu-item" onAction={() => void declareFor(one, "available", null)}>
                          <i className="lamp good" aria-hidden="true" /> Marcar como disponível
                        </MenuItem>
                        {PAUSES.map(([code, name]) => (
                          <MenuItem key={code} id={code} textValue={`Pausa: ${name}`} className="menu-item" onAction={() => void declareFor(one, "paused", code)}>
                            <i className="lamp high" aria-hidden="true" /> Pausa: {name}
                          </MenuItem>
                        ))}
                      </Menu>
                    </Popover>
                  </MenuTrigger>
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** What is past its time, first in the one order: open it, say that one acts on it, or hand it on. */
function Late() {
  const rows = useDesk((state) => state.rows);
  const lists = useDesk((state) => state.lists);
  const slow = useNow(5_000);
  const [moving, setMoving] = useState<Conversation | null>(null);
  const names = naming();
  const moves = may("conversations.move_for_another");
  const late = useMemo(() => {
    const of = { rows, lists } as never;
    const is = (row: Conversation): boolean => row.due_at !== null && Date.parse(row.due_at) <= slow;
    return [...inOrder(of, "waiting", slow), ...inOrder(of, "in_service", slow)].filter(is);
  }, [rows, lists, slow]);
  return (
    <section className="board-late" aria-labelledby="late">
      <h2 id="late">Precisam de alguém</h2>
      {late.length === 0 ? (
        <Empty icon="check" title="Nenhum prazo vencido" />
      ) : (
        <ul>
          {late.slice(0, 12).map((row) => (
            <li key={row.conversation_id}>
              <button type="button" className="open" onClick={() => openTab(row.conversation_id)}>
                <Ring due={row.due_at} since={row.waiting_since} />
                <span className="clip">
                  <strong>{customer(row)}</strong>
                  <small>{row.stage === "waiting" ? `Na fila ${names.queue(row.queue_id)}` : `Com ${names.agent(row.agent_id)}`}</small>
                  {(row.priority === "urgent" || row.priority === "high") && <PriorityChip priority={row.priority} />}
                </span>
              </button>
              {moves && (
                <>
                  <IconButton icon="eye" small label={`Estou cuidando do atraso de ${customer(row)}`} onPress={() => void acknowledge(row)} />
                  <IconButton icon="move" small label={`Passar ${customer(row)} adiante`} onPress={() => setMoving(row)} />
                </>
              )}
            </li>
          ))}
        </ul>
      )}
      {moving !== null && <Sheets asked="transfer" row={moving} onDone={() => setMoving(null)} />}
    </section>
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
