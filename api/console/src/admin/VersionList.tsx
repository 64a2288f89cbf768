// How something was set, version by version, read from its own history; and one of them again.
import { useCallback, useEffect, useState } from "react";
import { api, data, sentenceOf, wish, type Schemas } from "../api/client";
import { learn as learnHouse, useSession } from "../desk/session";
import { Bones, Empty, Sheet } from "../ui/parts";
import { toast } from "../ui/toast";
import { moment } from "../words/moments";
import { told, type Kind } from "../words/versions";

type Version = Schemas["SettingVersion"];

function who(by: Version["by"]): string {
  return by.name ?? (by.actor.startsWith("token:") ? "um programa" : by.actor === "system" ? "o próprio Atende" : "alguém que não está mais aqui");
}

export default function VersionList({ of, title, onClose, onRestored }: { of: string; title: string; onClose: () => void; onRestored: (after?: string) => void }) {
  const { house } = useSession();
  const kind = of.split(":")[0] as Kind;
  const [versions, setVersions] = useState<readonly Version[] | null>(null);
  const [older, setOlder] = useState<number | null>(null);
  const [chosen, setChosen] = useState<Version | null>(null);
  const [busy, setBusy] = useState(false);
  const learn = useCallback(
    async (more: { after?: string; before?: number } = {}): Promise<void> => {
      try {
        const page = await data(api.GET("/v1/settings/history", { params: { query: { of, limit: 20, ...more } } }));
        setVersions((held) => (more.before === undefined ? page.items : [...(held ?? []), ...page.items]));
        setOlder(page.before ?? null);
      } catch (error) {
        toast({ tone: "bad", text: sentenceOf(error) });
        setVersions((held) => held ?? []);
      }
    },
    [of],
  );
  useEffect(() => void learn(), [learn]);
  const restore = async (version: Version): Promise<void> => {
    setBusy(true);
    try {
      const answer = (await data(api.POST("/v1/settings/restore", { headers: wish(), body: { of, number: version.number } }))) as { position?: string } | undefined;
      toast({ tone: "good", text: `Versão ${version.number} restaurada, como uma versão nova.` });
      setChosen(null);
      window.setTimeout(() => void learnHouse().catch(() => undefined), 400);
      onRestored(answer?.position);
      await learn(answer?.position ? { after: answer.position } : {});
    } catch (error) {
      toast({ tone: "bad", text: sentenceOf(error) });
    }
    setBusy(false);
  };
  const lines = (changes: Version["changes"]) => changes.map((change) => <li key={change.field}>{told(kind, change, house)}</li>);
  return (
    <Sheet title={chosen ? `Restaurar a versão ${chosen.number}?` : `Versões: ${title}`} open onClose={onClose} wide>
      {chosen ? (
        <>
          <div className="body">
            <p>Muda agora, como uma versão nova. O que veio depois continua na história.</p>
            <ul className="changes">{lines(chosen.restores ?? [])}</ul>
          </div>
          <footer>
            <button type="button" className="button" onClick={() => setChosen(null)}>
              Voltar
            </button>
            <button type="button" className="button main" disabled={busy} autoFocus onClick={() => void restore(chosen)}>
              Restaurar
            </button>
          </footer>
        </>
      ) : (
        <div className="body">
          {versions === null ? (
            <Bones lines={5} />
          ) : versions.length === 0 ? (
            <Empty icon="clock" title="Nenhuma mudança ainda">
              <p>Está como veio de fábrica.</p>
            </Empty>
          ) : (
            <ol className="versions scroll" tabIndex={0} aria-label="Versões, da mais nova à mais antiga">
              {versions.map((version) => (
                <li key={version.number}>
                  <div>
                    <strong>Versão {version.number}</strong> <span className="muted">{`${moment(new Date(version.at))}, por ${who(version.by)}`}</span>
                    <ul className="changes">{version.changes.length === 0 ? <li>Dito de novo, sem mudança</li> : lines(version.changes)}</ul>
                  </div>
                  {(version.restores?.length ?? 0) > 0 && (
                    <button type="button" className="button small" aria-label={`Restaurar esta versão: ${version.number}`} onClick={() => setChosen(version)}>
                      Restaurar esta versão
                    </button>
                  )}
                </li>
              ))}
            </ol>
          )}
          {older !== null && (
            <button type="button" className="button small" onClick={() => void learn({ before: older })}>
              Mais antigas
            </button>
          )}
        </div>
      )}
    </Sheet>
  );
}
