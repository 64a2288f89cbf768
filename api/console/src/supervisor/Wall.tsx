// The wall for a television: large, with nothing to press but the way out, and honest when it is behind.
import { useEffect } from "react";
import { useNow } from "../desk/clock";
import { beat, standing } from "../desk/presence";
import { leave, lookAt, may, myAgent } from "../desk/session";
import { useDesk } from "../desk/store";
import { ConnectionBanner } from "../shell/Connection";
import { Bones, IconButton } from "../ui/parts";
import { clock, span } from "../words/moments";
import { agentsOf, forecast, queuesOf, sinceWord, totals } from "./wall";
import "./wall.css";

export default function Wall() {
  const wall = useDesk((state) => state.wall);
  const now = useNow(1_000);
  const attends = myAgent() !== null && may("conversations.attend");
  useEffect(() => (attends ? beat() : undefined), [attends]); // whoever opened it from their desk is still there
  useEffect(() => {
    lookAt("wall", ["wallboard"]);
    const back = (event: KeyboardEvent): void => {
      if (event.key === "Escape") history.back();
    };
    window.addEventListener("keydown", back);
    return () => {
      window.removeEventListener("keydown", back);
      lookAt("wall", []);
    };
  }, []);
  if (wall === null) {
    return (
      <main className="wall">
        <ConnectionBanner />
        <h1 className="sr">Painel</h1>
        <Bones lines={8} />
      </main>
    );
  }
  const all = totals(wall);
  return (
    <main className="wall">
      <ConnectionBanner />
      <header>
        <h1>Painel do atendimento</h1>
        <time className="num">{clock(new Date(now))}</time>
        <IconButton icon="out" label="Sair" onPress={() => leave()} />
      </header>
      <dl className="wall-figures">
        <Big label="Esperando" value={all.waiting} tone={all.waiting > 0 ? "" : "calm"} />
        <Big label="Atrasadas" value={all.breached} tone={all.breached > 0 ? "late" : "calm"} />
        <Big label="Maior espera" value={all.oldest === null ? "–" : span(now - all.oldest)} tone="" />
        <Big label="Em atendimento" value={all.serving} tone="" />
        <Big label="Disponíveis" value={all.available} tone={all.available > 0 ? "" : "late"} />
      </dl>
      <section aria-labelledby="wall-queues">
        <h2 id="wall-queues">Filas</h2>
        <ul className="wall-queues">
          {queuesOf(wall).map((one) => (
            <li key={one.queue_id} className={one.breached > 0 ? "late" : ""}>
              <h3 className="clip">{one.name}</h3>
              <p className="num">
                <strong>{one.waiting}</strong> esperando
              </p>
              <p className="num">
                {one.oldest_at ? `há ${span(now - Date.parse(one.oldest_at))}` : "ninguém na espera"}
                {forecast(one) !== "–" && `, vazia em ${forecast(one)}`}
              </p>
              <p className="num">
                {one.in_service} em atendimento{one.breached > 0 && <b>, {one.breached === 1 ? "1 atrasada" : `${one.breached} atrasadas`}</b>}
              </p>
            </li>
          ))}
        </ul>
      </section>
      <section aria-labelledby="wall-team">
        <h2 id="wall-team">Equipe</h2>
        <ul className="wall-team">
          {agentsOf(wall)
            .filter((one) => one.availability !== "offline" || one.in_service > 0)
            .map((one) => (
              <li key={one.agent_id}>
                <strong className="clip">{one.name}</strong>
                <span className={`chip ${standing(one).tone}`}>{standing(one).word}</span>
                <small className="num">{sinceWord(one, now)}</small>
                <span className={`num${one.breached > 0 ? " late" : ""}`}>{one.in_service}</span>
              </li>
            ))}
        </ul>
      </section>
    </main>
  );
}

function Big({ label, value, tone }: { label: string; value: number | string; tone: string }) {
  return (
    <div className={tone}>
      <dt>{label}</dt>
      <dd className="num">{value}</dd>
    </div>
  );
}
