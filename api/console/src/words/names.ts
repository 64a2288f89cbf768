// What codes of the API are called on the screen.
import type { Conversation, Line, Priority } from "../api/client";
import { moment } from "./moments";

export const PRIORITY: Record<Priority, string> = { urgent: "Urgente", high: "Alta", normal: "Normal", low: "Baixa" };

const SUBJECT: Record<string, string> = {
  technical: "Sem internet ou lenta",
  billing: "2ª via e pagamentos",
  question: "Dúvida",
  sales: "Contratar ou mudar plano",
  cancel: "Cancelamento",
  cancel_contract: "Cancelamento",
  person: "Pediu um atendente",
  media: "Enviou um arquivo",
  other: "Outro assunto",
};
export function subject(code: string | null): string | null {
  return code === null ? null : (SUBJECT[code] ?? null);
}

const WHY: Record<string, string> = {
  subject: "pelo assunto",
  asked_for_person: "pediu uma pessoa",
  silence: "parou de responder à automação",
  returned: "devolvida à fila",
  reopened: "o cliente voltou a escrever",
  media: "enviou um arquivo",
  not_understood: "a automação não entendeu",
  cancellation: "pedido de cancelamento",
  cancel_contract: "pedido de cancelamento",
  out_of_hours: "chegou fora do horário",
  no_automation: "sem automação",
  late: "mensagem chegou atrasada",
  device: "respondida pelo aparelho",
  call: "ligação não atendida",
  end_of_shift: "fim de turno",
  break: "pausa",
  wrong_queue: "outra equipe resolve",
  too_many: "muitas conversas abertas",
  offline: "atendente desconectado",
  transferred: "por transferência",
  undone: "a transferência foi desfeita",
};
export function why(code: string | null): string | null {
  return code === null ? null : (WHY[code] ?? null);
}

export const RELEASES: readonly (readonly [string, string])[] = [
  ["returned", "Não consigo continuar agora"],
  ["wrong_queue", "Outra equipe resolve melhor"],
  ["end_of_shift", "Fim do meu turno"],
  ["break", "Vou entrar em pausa"],
];

/** Closing reasons: code of two levels, and how it is told. */
export const REASONS: readonly { group: string; label: string; of: readonly (readonly [string, string])[] }[] = [
  {
    group: "technical",
    label: "Suporte técnico",
    of: [
      ["technical/solved", "Resolvido na hora"],
      ["technical/visit", "Visita técnica agendada"],
      ["technical/outage", "Falha na região"],
      ["technical/equipment", "Equipamento do cliente"],
    ],
  },
  {
    group: "billing",
    label: "Financeiro",
    of: [
      ["billing/second_copy", "2ª via enviada"],
      ["billing/paid", "Pagamento confirmado"],
      ["billing/negotiated", "Acordo combinado"],
      ["billing/disputed", "Cobrança contestada"],
    ],
  },
  {
    group: "sales",
    label: "Comercial",
    of: [
      ["sales/sold", "Plano contratado"],
      ["sales/changed", "Plano alterado"],
      ["sales/no_coverage", "Sem cobertura no endereço"],
      ["sales/lost", "Não quis contratar"],
    ],
  },
  {
    group: "cancel",
    label: "Cancelamento",
    of: [
      ["cancel/done", "Cancelado"],
      ["cancel/kept", "Decidiu continuar"],
    ],
  },
  {
    group: "question",
    label: "Dúvidas e outros",
    of: [
      ["question/answered", "Dúvida respondida"],
      ["question/no_answer", "O cliente não respondeu"],
      ["other/mistake", "Contato por engano"],
      ["other/spam", "Propaganda"],
    ],
  },
];
const REASON = new Map(REASONS.flatMap((group) => group.of.map(([code, label]) => [code, `${group.label}, ${lower(label)}`])));
function lower(label: string): string {
  return label.charAt(0).toLowerCase() + label.slice(1);
}
export type ReasonGroup = { group: string; label: string; of: readonly (readonly [string, string])[] };
/** What a queue is closed with, by area; a queue that names nothing is closed with anything known here. */
export function reasonsOf(codes: readonly string[]): readonly ReasonGroup[] {
  if (codes.length === 0) return REASONS;
  const groups = new Map<string, [string, string][]>();
  for (const code of codes) {
    const [group = "", own = ""] = code.split("/");
    const known = REASONS.find((one) => one.group === group)?.of.find(([one]) => one === code)?.[1];
    groups.set(group, [...(groups.get(group) ?? []), [code, known ?? spoken(own)]]);
  }
  return [...groups].map(([group, of]) => ({ group, label: REASONS.find((one) => one.group === group)?.label ?? spoken(group), of }));
}
/** A code nobody gave a name to, as words. */
function spoken(code: string): string {
  const words = code.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
const CLOSED_BY_ITSELF: Record<string, string> = {
  silence: "Sem resposta do cliente",
  quiet: "Resolvido pela automação",
  new_demand: "Virou uma nova demanda",
};
export function reason(code: string | null): string {
  return code === null ? "Sem motivo" : (REASON.get(code) ?? CLOSED_BY_ITSELF[code] ?? (code.includes("/") ? spoken(code.slice(code.indexOf("/") + 1)) : "Outro motivo"));
}

export function phone(digits: string | null): string | null {
  if (digits === null) return null;
  const own = digits.match(/^\+?55(\d{2})(\d{4,5})(\d{4})$/);
  return own ? `(${own[1]}) ${own[2]}-${own[3]}` : digits;
}
export function customer(row: Pick<Conversation, "contact" | "protocol">): string {
  return row.contact.name ?? phone(row.contact.phone) ?? (row.protocol ? `Protocolo ${row.protocol}` : "Cliente");
}
export function initials(name: string): string {
  const parts = name.split(/\s+/).filter((part) => /^\p{L}/u.test(part));
  return ((parts[0]?.charAt(0) ?? "") + (parts.length > 1 ? (parts.at(-1)?.charAt(0) ?? "") : "")).toUpperCase() || "·";
}

const KIND: Record<string, string> = {
  image: "Foto",
  video: "Vídeo",
  audio: "Áudio",
  document: "Documento",
  sticker: "Figurinha",
  location: "Localização",
  contacts: "Contato",
  order: "Pedido",
  template: "Modelo aprovado",
  buttons: "Mensagem com botões",
  list: "Mensagem com opções",
  reaction: "Reação",
  call: "Ligação",
  unsupported: "Mensagem de um tipo que o WhatsApp não entrega aqui",
  unheard: "Mensagem que não chegou até nós",
  button_reply: "Resposta por botão",
  list_reply: "Opção escolhida",
  template_button: "Resposta por botão",
  flow_reply: "Formulário respondido",
  call_permission_reply: "Resposta sobre ligações",
};
export function kind(code: string | null): string {
  return code === null ? "Mensagem" : (KIND[code] ?? "Mensagem");
}

const CLOCK: Record<string, string> = { first: "da primeira resposta", next: "da resposta", resolution: "da solução", automation: "da automação" };
const DETAIL: Record<string, string> = { name: "nome", phone: "outro telefone", email: "e-mail", document: "CPF ou CNPJ", remark: "observação" };
const LEVEL: Record<string, string> = { supervisor: "a supervisão", manager: "a gerência", director: "a diretoria" };

export type Naming = { agent(id: unknown): string; queue(id: unknown): string; me: string | null };

/** A turn of a conversation, as one sentence. */
export function turn(line: Line, names: Naming): { sentence: string; more: string | null } {
  const said = line.content ?? {};
  const more = line.text;
  const plain = (sentence: string): { sentence: string; more: string | null } => ({ sentence, more });
  const who = (id: unknown): string => (id === names.me ? "Você" : names.agent(id));
  switch (line.kind) {
    case "opened":
      if (said["by"] === "agent") return plain(`${who(said["agent_id"])} iniciou o atendimento`);
      if (said["by"] === "device") return plain("Atendimento iniciado pelo aparelho");
      if (said["by"] === "call") return plain("Atendimento iniciado por uma ligação");
      return plain("O cliente iniciou o atendimento");
    case "offered":
      return plain(`Oferecido a ${said["agent_id"] === names.me ? "você" : names.agent(said["agent_id"])}`);
    case "offer_declined":
      return plain(`${who(said["agent_id"])} recusou a oferta`);
    case "offer_expired":
      return plain(`${who(said["agent_id"])} não respondeu à oferta a tempo`);
    case "offer_withdrawn":
      return plain(`A oferta a ${said["agent_id"] === names.me ? "você" : names.agent(said["agent_id"])} foi retirada`);
    case "breached":
      return plain(`Venceu o prazo ${CLOCK[String(said["kind"])] ?? "combinado"}`);
    case "escalated":
      return plain(`Espera de mais de ${String(said["minutes"])} min: ${said["reached"] ? `${LEVEL[String(said["reached"])] ?? "a chefia"} foi avisada` : "não havia quem avisar"}`);
    case "acknowledged":
      return plain(`${who(said["by"])} está cuidando desta espera`);
    case "consent":
      return plain(said["agreed"] ? "O cliente autorizou mensagens nossas" : "O cliente retirou a autorização de mensagens");
    case "rated":
      return plain(`O cliente deu nota ${String(said["score"])}`);
    case "scheduled":
      return plain(`${who(said["agent_id"])} agendou uma mensagem para ${moment(new Date(String(said["send_at"])))}`);
    case "schedule_cancelled":
      return plain(said["by"] ? `${who(said["by"])} cancelou uma mensagem agendada` : "A mensagem agendada foi cancelada");
    case "schedule_dropped":
      return plain("A mensagem agendada não foi enviada");
    case "round_ended":
      return plain("Todos foram chamados e ninguém aceitou; a supervisão foi avisada");
    case "protocol":
      return plain(`Protocolo ${String(said["number"] ?? "")}`);
    case "closed":
      return plain(
        said["by"] == null
          ? `Encerrado pela automação (${lower(reason(String(said["reason"] ?? "")))})`
          : `${who(said["by"])} encerrou (${lower(reason(String(said["reason"] ?? "")))})`,
      );
    case "reopened":
      return plain(said["agent_id"] ? `Reaberto e entregue a ${said["agent_id"] === names.me ? "você" : names.agent(said["agent_id"])}` : "Reaberto: o cliente voltou a escrever");
    case "number_changed":
      return plain("O cliente mudou de número");
    case "waiting": {
      const because = why(typeof said["reason"] === "string" ? said["reason"] : null);
      return plain(`Entrou na fila ${names.queue(said["queue_id"])}${because ? `, ${because}` : ""}`);
    }
    case "assigned": {
      const taker = who(said["agent_id"]);
      if (said["how"] === "claimed") return plain(`${taker} assumiu`);
      if (said["how"] === "taken") return plain(`${taker} assumiu no lugar de quem atendia`);
      if (said["how"] === "transferred") return plain(`${taker} recebeu por transferência`);
      if (said["how"] === "reopened") return plain(`${taker} retomou`);
      return plain(`Entregue a ${said["agent_id"] === names.me ? "você" : names.agent(said["agent_id"])}`);
    }
    case "released": {
      const because = why(typeof said["reason"] === "string" ? said["reason"] : null);
      return plain(`${who(said["agent_id"])} devolveu à fila${because && said["reason"] !== "returned" ? ` (${because})` : ""}`);
    }
    case "transferred":
      if (said["by"] && said["by"] === said["to_agent"]) return plain(`${who(said["by"])} assumiu ${said["from_agent"] === names.me ? "no seu lugar" : `no lugar de ${names.agent(said["from_agent"])}`}`);
      return plain(
        said["to_agent"]
          ? `${who(said["by"] ?? said["from_agent"])} transferiu para ${said["to_agent"] === names.me ? "você" : names.agent(said["to_agent"])}`
          : `${who(said["by"] ?? said["from_agent"])} transferiu para a fila ${names.queue(said["to_queue"])}`,
      );
    case "listened":
      return plain(`${who(said["by"])} abriu para acompanhar`);
    case "undone":
      return plain(said["what"] === "closed" ? `${who(said["by"])} desfez o encerramento` : `${who(said["by"])} desfez a transferência`);
    case "priority":
      return plain(`${said["by"] ? who(said["by"]) : "A automação"} mudou a prioridade para ${PRIORITY[said["priority"] as Priority]?.toLowerCase() ?? "outra"}`);
    case "snoozed":
      return plain(`Adiado até ${moment(new Date(String(said["until"])))}`);
    case "woke":
      return plain("Retomado");
    case "cancellation":
      return plain("Pedido de cancelamento registrado");
    case "tagged":
      return plain(`${who(said["by"])} pôs a etiqueta ${String(said["tag"])}`);
    case "untagged":
      return plain(`${who(said["by"])} tirou a etiqueta ${String(said["tag"])}`);
    case "contact_edited": {
      const told: unknown[] = Array.isArray(said["details"]) ? said["details"] : [];
      const details = Object.entries(DETAIL).flatMap(([code, word]) => (told.includes(code) ? [word] : []));
      return plain(`${who(said["by"])} editou o contato${details.length > 0 ? ` (${details.join(", ")})` : ""}`);
    }
    case "contract_linked":
      return plain(`${who(said["by"])} vinculou o contrato ${String(said["number"] ?? "")}`.trimEnd());
    case "contract_unlinked":
      return plain(said["number"] ? `${who(said["by"])} desvinculou o contrato ${String(said["number"])}` : `${who(said["by"])} desvinculou um contrato`);
    case "blocked":
      return plain(`${who(said["by"])} bloqueou este contato${said["spam"] ? " por propaganda" : ""}`);
    case "unblocked":
      return plain(`${who(said["by"])} desbloqueou este contato`);
    case "silenced":
      return plain("Alguém respondeu pelo aparelho; a automação não escreve mais");
    default:
      return plain("Algo aconteceu neste atendimento");
  }
}
