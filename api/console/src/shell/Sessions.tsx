// Where somebody is signed in; what is not theirs they end, with their password.
import { useCallback, useEffect, useState } from "react";
import { api, data, sentenceOf, type Schemas } from "../api/client";
import { Bones, Sheet } from "../ui/parts";
import { toast } from "../ui/toast";
import { moment } from "../words/moments";

type Session = Schemas["Session"];

export default function Sessions({ onClose }: { onClose: () => void }) {
  const [sessions, setSessions] = useState<readonly Session[] | null>(null);
  const [password, setPassword] = useState("");
  const learn = useCallback(async (): Promise<void> => {
    try {
      setSessions((await data(api.GET("/v1/sessions"))).items);
    } catch (error) {
      toast({ tone: "bad", text: sentenceOf(error) });
      setSessions((held) => held ?? []);
    }
  }, []);
  useEffect(() => void learn(), [learn]);
  const end = async (session: Session): Promise<void> => {
    try {
      await data(api.POST("/v1/sessions/{session_id}/end", { params: { path: { session_id: session.session_id } }, body: { password } }));
      toast({ tone: "good", text: "Essa sessão foi encerrada." });
    } catch (error) {
      toast({ tone: "bad", text: sentenceOf(error) });
    }
    await learn();
  };
  const others = (sessions ?? []).some((session) => !session.current);
  return (
    <Sheet title="Onde você entrou" open onClose={onClose}>
      <form className="body" onSubmit={(event) => event.preventDefault()}>
        {sessions === null ? (
          <Bones lines={4} />
        ) : (
          <>
            <p>{others ? "Não reconhece uma delas? Encerre com a sua senha, e troque a senha depois." : "Você entrou só aqui."}</p>
            {others && (
              <label className="field">
                <span>Senha</span>
                <input className="input" type="password" autoComplete="current-password" value={password} onChange={(event) => setPassword(event.target.value)} />
              </label>
            )}
            <ul className="sessions">
              {sessions.map((session) => (
                <li key={session.session_id}>
                  <span>
                    <strong>{session.label || "Navegador desconhecido"}</strong>
                    <small className="muted">
                      Desde {moment(new Date(session.started_at))}, usada {moment(new Date(session.used_at))}
                    </small>
                  </span>
                  {session.current ? (
                    <span className="chip good">Aqui</span>
                  ) : (
                    <button type="button" className="button small" disabled={password === ""} onClick={() => void end(session)}>
                      Encerrar
                    </button>
                  )}
                </li>
              ))}
            </ul>
          </>
        )}
      </form>
    </Sheet>
  );
}
