// Show a conversation to the team: it goes as a card, and whoever may not see it sees that there is one.
import { useState } from "react";
import { Ask, Choice, type Props } from "../agent/Sheets";
import { open, say } from "../desk/rooms";
import { myAgent, useSession } from "../desk/session";
import { fits } from "../shell/commands";
import { Icon } from "../ui/Icon";
import { Avatar } from "../ui/parts";
import { toast } from "../ui/toast";

export default function Share({ row, onDone }: Props) {
  const { house, me } = useSession();
  const [typed, setTyped] = useState("");
  const [to, setTo] = useState("");
  const [words, setWords] = useState("");
  const queues = house.queues.filter((queue) => queue.active && (me?.queues == null || me.queues.includes(queue.queue_id)) && fits(typed, queue.name) > 0);
  const agents = house.agents.filter((agent) => agent.active && agent.agent_id !== myAgent() && fits(typed, agent.name) > 0);
  const share = async (): Promise<boolean> => {
    const id = to.slice(2);
    const room = await open(to.startsWith("q:") ? { queue_id: id } : { agent_id: id });
    if (room === null) return false;
    const ok = await say(room, words.trim(), to.startsWith("a:") ? [id] : [], row.conversation_id);
    if (ok) toast({ tone: "good", text: "Mostrado à equipe." });
    return ok;
  };
  return (
    <Ask label="Mostrar" ready={to !== "" && words.trim() !== ""} run={share} onDone={onDone}>
      <input className="input" autoFocus aria-label="Procurar fila ou pessoa" placeholder="Procurar fila ou pessoa" value={typed} onChange={(event) => setTyped(event.target.value)} />
      <fieldset className="choices scroll transfer-to" aria-label="Para quem">
        {agents.map((agent) => (
          <Choice key={agent.agent_id} name="to" value={`a:${agent.agent_id}`} chosen={to} onChoose={setTo}>
            <Avatar name={agent.name} /> {agent.name}
          </Choice>
        ))}
        {queues.map((queue) => (
          <Choice key={queue.queue_id} name="to" value={`q:${queue.queue_id}`} chosen={to} onChoose={setTo}>
            <Icon name="queue" /> {queue.name}
          </Choice>
        ))}
        {queues.length + agents.length === 0 && <p className="muted">Ninguém com esse nome.</p>}
      </fieldset>
      <label className="field">
        <span>O que você quer dizer</span>
        <input className="input" value={words} maxLength={500} placeholder="Consegue ver este caso comigo?" onChange={(event) => setWords(event.target.value)} />
        <small>A conversa continua com quem está. Para passar adiante, use Transferir.</small>
      </label>
    </Ask>
  );
}
