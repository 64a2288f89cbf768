// Ready answers, until the desk keeps its own. {nome}, {protocolo} and {agente} are filled when inserted.
import type { Conversation } from "../api/client";
import { firstName } from "./session";

export type Canned = { short: string; title: string; text: string; subjects: readonly string[] };

export const CANNED: readonly Canned[] = [
  { short: "oi", title: "Apresentação", text: "Oi, {nome}, aqui é {agente}. Já li o que você mandou, não precisa repetir.", subjects: [] },
  { short: "luzes", title: "Pedir foto do modem", text: "Pode me mandar uma foto das luzes do modem? Ajuda a ver de onde vem o problema.", subjects: ["technical", "media"] },
  { short: "reiniciar", title: "Reiniciar o modem", text: "Vamos reiniciar o modem: tire da tomada, espere 30 segundos e ligue de novo. Em uns 3 minutos as luzes voltam ao normal. Me conta como ficou?", subjects: ["technical"] },
  { short: "visita", title: "Agendar visita técnica", text: "Vou agendar a visita de um técnico. Qual período fica melhor para você: manhã (8h às 12h) ou tarde (13h às 18h)?", subjects: ["technical"] },
  { short: "regiao", title: "Falha na região", text: "Identificamos uma falha que atinge a sua região, e a equipe já está trabalhando nela. Aviso por aqui assim que voltar.", subjects: ["technical"] },
  { short: "boleto", title: "2ª via", text: "Aqui está a 2ª via da sua fatura, {nome}. O pagamento por Pix é reconhecido em poucos minutos; por boleto, em até 2 dias úteis.", subjects: ["billing"] },
  { short: "comprovante", title: "Pedir comprovante", text: "Pode me mandar o comprovante do pagamento? Com ele eu localizo e dou baixa.", subjects: ["billing"] },
  { short: "plano", title: "Mudança de plano", text: "Posso mudar o seu plano por aqui. Você quer mais velocidade ou um valor menor por mês?", subjects: ["sales", "question"] },
  { short: "cobertura", title: "Consultar cobertura", text: "Para consultar a cobertura, me diga o CEP e o número da casa, por favor.", subjects: ["sales"] },
  { short: "cancelar", title: "Pedido de cancelamento", text: "Seu pedido está registrado com o protocolo {protocolo}. Antes de concluir, vou confirmar alguns detalhes com você por aqui.", subjects: ["cancel", "cancel_contract"] },
  { short: "momento", title: "Só um momento", text: "Vou verificar e já te respondo, {nome}. Leva uns 5 minutos.", subjects: [] },
  { short: "resolvido", title: "Confirmar solução", text: "Aqui aparece tudo normal, {nome}. Por aí voltou a funcionar?", subjects: ["technical"] },
  { short: "tchau", title: "Encerrar", text: "Que bom que deu certo, {nome}. Se precisar, é só escrever por aqui. O protocolo deste atendimento é {protocolo}.", subjects: [] },
];

export function filled(canned: Canned, row: Conversation): string {
  const name = row.contact.name?.split(" ")[0] ?? "";
  const text = name === "" ? canned.text.replace(/, \{nome\}/g, "").replaceAll("{nome}", "") : canned.text.replaceAll("{nome}", name);
  return text.replaceAll("{agente}", firstName()).replaceAll("{protocolo}", row.protocol ?? "deste atendimento");
}

const fold = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Those that fit what was typed after the slash; those of the conversation's subject first. */
export function fitting(typed: string, row: Conversation): Canned[] {
  const word = fold(typed.trim());
  const score = (canned: Canned): number => {
    const own = row.subject !== null && canned.subjects.includes(row.subject) ? 4 : canned.subjects.length === 0 ? 1 : 0;
    if (word === "") return 1 + own;
    if (fold(canned.short).startsWith(word)) return 20 + own;
    if (fold(canned.title).includes(word)) return 10 + own;
    return fold(canned.text).includes(word) ? 2 + own : 0;
  };
  return CANNED.map((canned) => ({ canned, score: score(canned) }))
    .filter((one) => one.score > 0)
    .sort((a, b) => b.score - a.score)
    .map((one) => one.canned)
    .slice(0, 7);
}
