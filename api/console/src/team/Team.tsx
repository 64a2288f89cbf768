// The team among itself: a room for each queue, one for each colleague.
import { useEffect } from "react";
import { useLocation, useParams } from "wouter";
import { open, useRooms, type Room as RoomOf } from "../desk/rooms";
import { lookAt, myAgent, naming, useSession } from "../desk/session";
import { Icon } from "../ui/Icon";
import { Avatar, Empty, useWide } from "../ui/parts";
import { short } from "../words/moments";
import { Room } from "./Room";
import "./team.css";

export default function Team() {
  const { id } = useParams<{ id?: string }>();
  const { house, me } = useSession();
  const [, go] = useLocation();
  const rooms = useRooms();
  const wide = useWide(860);
  const mine = myAgent() ?? "";
  useEffect(() => lookAt("threads", []), []);

  const queues = house.queues.filter((queue) => queue.active && (me?.queues == null || me.queues.includes(queue.queue_id)));
  const colleagues = house.agents.filter((agent) => agent.active && agent.agent_id !== mine);
  const ofQueue = (queue: string): RoomOf | undefined => rooms.find((room) => room.queue_id === queue);
  const withOne = (agent: string): RoomOf | undefined => rooms.find((room) => room.kind === "direct" && room.members.includes(agent) && room.members.includes(mine));
  const enter = async (who: { agent_id: string } | { queue_id: string }): Promise<void> => {
    const room = await open(who);
    if (room) go(`/equipe/${room}`);
  };
  const chosen = rooms.find((room) => room.room_id === id);
  const latest = (agent: string): string => withOne(agent)?.last_at ?? "";
  return (
    <div className="team">
      {!chosen && <h1 className="sr">Equipe</h1>}
      {(wide || !id) && (
        <section className="team-rooms scroll" tabIndex={0} aria-label="Salas da equipe">
          <h2>Filas</h2>
          <ul>
            {queues.map((queue) => (
              <Entry key={queue.queue_id} name={queue.name} room={ofQueue(queue.queue_id)} chosen={chosen?.queue_id === queue.queue_id} onEnter={() => void enter({ queue_id: queue.queue_id })} queue />
            ))}
          </ul>
          <h2>Colegas</h2>
          {colleagues.length === 0 && <p className="muted">Ainda não há mais ninguém na equipe.</p>}
          <ul>
            {[...colleagues]
              .sort((a, b) => latest(b.agent_id).localeCompare(latest(a.agent_id)) || a.name.localeCompare(b.name))
              .map((agent) => (
                <Entry key={agent.agent_id} name={agent.name} room={withOne(agent.agent_id)} chosen={chosen !== undefined && chosen === withOne(agent.agent_id)} onEnter={() => void enter({ agent_id: agent.agent_id })} />
              ))}
          </ul>
        </section>
      )}
      {(wide || id) && (
        <section className="team-room" aria-label="Sala aberta">
          {chosen ? <Room key={chosen.room_id} room={chosen} onBack={wide ? null : () => go("/equipe")} /> : <Empty icon="people" title={id ? "Esta sala não foi encontrada" : "Escolha uma fila ou um colega"} />}
        </section>
      )}
    </div>
  );
}

function Entry({ name, room, chosen, onEnter, queue = false }: { name: string; room: RoomOf | undefined; chosen: boolean; onEnter: () => void; queue?: boolean }) {
  const author = room?.last_author ? (room.last_author === myAgent() ? "Você" : naming().agent(room.last_author)) : null;
  return (
    <li>
      <button type="button" className={`team-entry${chosen ? " chosen" : ""}${room && room.unread > 0 ? " unread" : ""}`} aria-current={chosen ? "true" : undefined} onClick={onEnter}>
        {queue ? (
          <span className="avatar">
            <Icon name="queue" small />
          </span>
        ) : (
          <Avatar name={name} />
        )}
        <span className="team-text">
          <span className="row-head">
            <strong className="clip">{name}</strong>
            <time className="num">{room?.last_at ? short(new Date(room.last_at)) : ""}</time>
          </span>
          <span className="row-last">
            <span className="clip">{room?.last_preview ? `${author}: ${room.last_preview}` : "Nada por aqui ainda"}</span>
            {room?.mentioned && (
              <span className="chip high" title="Alguém falou com você">
                @
              </span>
            )}
            {room !== undefined && room.unread > 0 && (
              <span className="badge" aria-label={room.unread === 1 ? "1 não lida" : `${room.unread} não lidas`}>
                {room.unread > 99 ? "99+" : room.unread}
              </span>
            )}
          </span>
        </span>
      </button>
    </li>
  );
}
