// The first visit, in five steps; once per browser.
import { useState } from "react";
import { prefer } from "../desk/preferences";
import { Sheet } from "../ui/parts";
import { Icon, type IconName } from "../ui/Icon";

const STEPS: readonly { icon: IconName; title: string; text: string }[] = [
  { icon: "clock", title: "Quem vence antes, vem antes", text: "A lista tem uma ordem só: o prazo de resposta. O anel ao lado de cada cliente vai encolhendo; vermelho é atraso." },
  { icon: "hand", title: "Assumir é uma tecla", text: "Abra uma conversa da Espera e aperte A. Ou aperte N, de qualquer lugar, para pegar a próxima." },
  { icon: "zap", title: "Barra para responder", text: "Comece a mensagem com / e escolha uma resposta pronta. Enter envia; se o cliente escreveu enquanto você digitava, a gente avisa antes." },
  { icon: "copy", title: "O protocolo está à mão", text: "P copia o número. No painel da direita ficam o cliente, os prazos, a janela do WhatsApp e os atendimentos anteriores." },
  { icon: "search", title: "O resto, em Ctrl K", text: "Toda ação tem nome e atalho. Aperte ? para ver todas as teclas." },
];

export default function Tour() {
  const [at, setAt] = useState(0);
  const done = (): void => prefer({ toured: true });
  const step = STEPS[at];
  if (!step) return null;
  const last = at === STEPS.length - 1;
  return (
    <Sheet title={at === 0 ? "Boas-vindas ao Atende" : step.title} open onClose={done}>
      <div className="body tour">
        <Icon name={step.icon} />
        {at === 0 && <h3>{step.title}</h3>}
        <p>{step.text}</p>
      </div>
      <footer>
        <span className="muted num tour-at">
          {at + 1} de {STEPS.length}
        </span>
        {!last && (
          <button type="button" className="button quiet" onClick={done}>
            Pular
          </button>
        )}
        <button type="button" className="button main" autoFocus onClick={() => (last ? done() : setAt(at + 1))}>
          {last ? "Começar" : "Continuar"}
        </button>
      </footer>
    </Sheet>
  );
}
