// What WhatsApp lets us begin with: the models of each number, and why one may not be sent.
import { useEffect, useState } from "react";
import { api, data, sentenceOf, type Channel, type Schemas } from "../api/client";
import { useSession } from "../desk/session";
import { Bones, Empty } from "../ui/parts";
import { moment } from "../words/moments";
import { Part } from "./parts";

type Template = Schemas["Template"];

const STATUS: Record<Template["status"], string> = { approved: "Aprovado", pending: "Em análise na Meta", rejected: "Recusado pela Meta", paused: "Pausado pela qualidade", disabled: "Desativado pela Meta", other: "Em mudança na Meta" };
const TONE: Record<Template["status"], string> = { approved: "good", pending: "high", rejected: "", paused: "high", disabled: "", other: "high" };
const CATEGORY: Record<Template["category"], string> = { utility: "Utilidade", marketing: "Marketing", authentication: "Autenticação", other: "Outra" };
const QUALITY: Record<string, string> = { green: "qualidade boa", yellow: "qualidade média", red: "qualidade baixa" };

export default function Templates() {
  const { house } = useSession();
  return (
    <Part title="Modelos" text="Criados e aprovados no Gerenciador do WhatsApp. O Atende acompanha cada mudança que a Meta informa." action={null}>
      {house.channels.map((channel) => (
        <OfNumber key={channel.channel_id} channel={channel} />
      ))}
    </Part>
  );
}

function OfNumber({ channel }: { channel: Channel }) {
  const [all, setAll] = useState<readonly Template[] | null>(null);
  const [no, setNo] = useState<string | null>(null);
  useEffect(() => {
    let here = true;
    data(api.GET("/v1/channels/{channel_id}/templates", { params: { path: { channel_id: channel.channel_id } } })).then(
      (told) => here && setAll(told.items),
      (error: unknown) => here && (setAll([]), setNo(sentenceOf(error))),
    );
    return () => {
      here = false;
    };
  }, [channel.channel_id]);
  return (
    <section aria-label={channel.name}>
      <h3>{channel.name}</h3>
      {all === null ? (
        <Bones lines={4} />
      ) : all.length === 0 ? (
        <Empty icon="template" title={no ?? "Este número ainda não tem modelos"}>
          {no === null && <p>Assim que um modelo é criado no Gerenciador do WhatsApp, ele aparece aqui.</p>}
        </Empty>
      ) : (
        <ul className="cards">
          {all.map((one) => (
            <li key={`${one.name}.${one.language}`}>
              <i className={`lamp ${TONE[one.status]}`} aria-hidden="true" />
              <span>
                <strong>{one.name}</strong>
                <small className="muted">
                  {[STATUS[one.status], CATEGORY[one.category], one.language, QUALITY[one.quality]].filter(Boolean).join(" · ")}, desde {moment(new Date(one.changed_at))}
                </small>
                {one.reason !== null && one.status !== "approved" && <small className="muted">Motivo informado pela Meta: {one.reason}</small>}
                <small>{one.body}</small>
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
