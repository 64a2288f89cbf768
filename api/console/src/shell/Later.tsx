// The places of the auditor and the analyst, until their reads are there.
import { Empty } from "../ui/parts";

const PLACES = {
  auditoria: { icon: "shield", title: "Auditoria", text: "Aqui ficam a linha do tempo com a prova da corrente, a busca, a exportação e os pedidos de exclusão. Por enquanto, quem administra confere a corrente com o comando atende verify." },
  analise: { icon: "chart", title: "Análise", text: "Aqui ficam os indicadores, cada número com os acontecimentos que o formam. Eles aparecem assim que o servidor oferecer as consultas." },
} as const;

export default function Later({ what }: { what: keyof typeof PLACES }) {
  const place = PLACES[what];
  return (
    <div className="screen">
      <header className="screen-head">
        <h1>{place.title}</h1>
      </header>
      <Empty icon={place.icon} title="Esta tela ainda não tem dados">
        <p>{place.text}</p>
      </Empty>
    </div>
  );
}
