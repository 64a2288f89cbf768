"""Every text by its key: who reads it, which part of a WhatsApp message it is, and how it is filled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from string import Formatter
from typing import Final

from domain.copy.failures import FAILURES


class Reader(StrEnum):
    CUSTOMER = "customer"
    AGENT = "agent"


class Part(StrEnum):
    """Where a text stands. The limits are WhatsApp's, in characters after filling."""

    BODY = "body"
    CLAUSE = "clause"  # a piece that another text takes in
    BUTTON = "button"
    ROW = "row"
    DESCRIPTION = "description"
    FOOTER = "footer"
    SENTENCE = "sentence"  # shown on a screen of ours, never sent

    @property
    def limit(self) -> int | None:
        return LIMITS.get(self)


LIMITS: Final[Mapping[Part, int]] = {
    Part.BODY: 1024,
    Part.BUTTON: 20,
    Part.ROW: 24,
    Part.DESCRIPTION: 72,
    Part.FOOTER: 60,
}


@dataclass(frozen=True, slots=True)
class Text:
    """`automatic`: nobody presses a button for it, so it must offer a person. `awaits` names the feature
    that will say it; until then nothing does, and a test holds the mark to that."""

    text: str
    reader: Reader = Reader.CUSTOMER
    part: Part = Part.BODY
    automatic: bool = True
    awaits: str = ""

    @property
    def variables(self) -> frozenset[str]:
        return frozenset(name for _, name, _, _ in Formatter().parse(self.text) if name is not None)


def _piece(text: str, part: Part = Part.CLAUSE, *, awaits: str = "") -> Text:
    return Text(text, part=part, automatic=False, awaits=awaits)


GREETING: Final[Mapping[str, Text]] = {
    "greeting": Text(
        "Oi! 👋 Aqui é o assistente virtual da *{company}*. Seu protocolo é *{protocol}* ({date}, {time})."
        " Se"
        " perder o número, a gente encontra pelo seu cadastro. Toque em *Ver opções* ou conte com as suas"
        " palavras o que você precisa. Para falar com uma pessoa, escreva *atendente*."
    ),
    "greeting.unnumbered": Text(
        "Oi! 👋 Aqui é o assistente virtual da *{company}*. Toque em *Ver opções* ou conte com as suas"
        " palavras"
        " o que você precisa. Para falar com uma pessoa, escreva *atendente*."
    ),
    "greeting.notice": _piece("*Aviso:* {notice}"),
    "menu": Text(
        "Certo, voltamos ao início. Toque em *Ver opções* ou conte com as suas palavras o que você precisa."
        " Para falar com uma pessoa, escreva *atendente*."
    ),
    "menu.other": Text(
        "Certo, não registrei nenhum cancelamento. Toque em *Ver opções* ou conte com as suas palavras o"
        " que"
        " você precisa. Para falar com uma pessoa, escreva *atendente*."
    ),
    "menu.button": _piece("Ver opções", Part.BUTTON),
    "menu.technical": _piece("Sem internet ou lenta", Part.ROW),
    "menu.billing": _piece("2ª via e pagamentos", Part.ROW),
    "menu.question": _piece("Tirar uma dúvida", Part.ROW),
    "menu.sales": _piece("Contratar ou mudar plano", Part.ROW),
    "menu.cancel": _piece("Cancelar serviço", Part.ROW),
    "menu.person": _piece("Falar com atendente", Part.ROW),
    "protocol": Text(
        "Seu protocolo é *{protocol}* ({date}, {time}). Se perder o número, a gente encontra pelo seu"
        " cadastro."
        " Para falar com uma pessoa, escreva *atendente*."
    ),
    "protocol.handed": Text(
        "Seu protocolo é *{protocol}* ({date}, {time}). Se perder o número, a gente encontra pelo seu"
        " cadastro."
        " Uma pessoa da equipe já vai ler o que você mandou."
    ),
    "not_understood": Text(
        "Não consegui entender. Pode me dizer em poucas palavras o que está acontecendo? Se preferir,"
        " escreva"
        " *atendente* que eu te passo para uma pessoa."
    ),
}

HANDOFF: Final[Mapping[str, Text]] = {
    "told": Text("{heard}. Já passei para a {team}, protocolo *{protocol}* ({date}, {time}). {ask}"),
    "told.unnumbered": Text("{heard}. Já passei para a {team}. {ask}"),
    "heard.technical": _piece("Entendi, é um problema com a internet"),
    "heard.technical.down": _piece("Entendi, você está sem internet"),
    "heard.technical.slow": _piece("Entendi, sua internet está lenta"),
    "heard.technical.unstable": _piece("Entendi, sua internet está caindo"),
    "heard.technical.wifi": _piece("Entendi, o problema é com o Wi-Fi"),
    "heard.technical.equipment": _piece("Entendi, o problema é com o aparelho ou o cabo"),
    "heard.billing": _piece("Entendi, é sobre fatura ou pagamento"),
    "heard.billing.invoice": _piece("Entendi, você precisa da fatura ou da 2ª via"),
    "heard.billing.paid": _piece("Entendi, é sobre um pagamento que você fez"),
    "heard.billing.blocked": _piece("Entendi, é sobre o bloqueio da sua internet"),
    "heard.billing.agreement": _piece("Entendi, você quer negociar um pagamento"),
    "heard.sales": _piece("Entendi, você quer contratar ou mudar de plano"),
    "heard.question": _piece("Entendi, você tem uma dúvida"),
    "ask.technical": _piece("Se puder, mande uma foto das luzes do modem: ajuda a adiantar."),
    "ask.billing": _piece("Se puder, diga de qual mês é a fatura: ajuda a adiantar."),
    "ask.sales": _piece("Se puder, diga o bairro e o que você procura: ajuda a adiantar."),
    "ask.question": _piece("Pode ir mandando detalhes, áudio ou foto: quem te atender vai ler tudo."),
    "queued": Text(
        "{opening} Você está na fila da equipe *{queue}*, protocolo *{protocol}* ({date}, {time}). Pode ir"
        " mandando detalhes, áudio ou foto: quem te atender vai ler tudo."
    ),
    "queued.unnumbered": Text(
        "{opening} Você está na fila da equipe *{queue}*. Pode ir mandando detalhes, áudio ou foto: quem te"
        " atender vai ler tudo."
    ),
    "opening.person": _piece("Certo, {name}."),
    "opening.person.nameless": _piece("Certo."),
    "opening.media": _piece("Recebi o que você mandou."),
    "opening.not_understood": _piece("Ainda não consegui entender, então passei para uma pessoa."),
    "opening.silence": _piece("Passei o que você escreveu para uma pessoa."),
    "opening.delay": _piece("Demorei para responder, então passei seu atendimento para uma pessoa."),
    "queued.estimate": Text(
        "Você está na fila da equipe *{queue}*; o atendimento costuma começar entre *{from} e {to} minutos*."
        " Pode ir mandando detalhes, áudio ou foto: quem te atender vai ler tudo."
    ),
    "queued.apology": Text(
        "Desculpe a demora: está levando mais tempo do que a gente disse. Você continua na fila, e uma pessoa"
        " vai te atender por aqui."
    ),
    "queued.position": Text(
        "Antes de você há *{ahead}* na fila. Uma pessoa da equipe vai te atender por aqui.",
    ),
    "queued.next": Text(
        "Você é o próximo atendimento da fila. Uma pessoa da equipe já vai te atender por aqui."
    ),
    "closed_hours": Text(
        "Nossa equipe volta *{opening}*. Seu pedido está registrado no protocolo *{protocol}* e será"
        " respondido a partir desse horário. Se for urgente, ligue para {phone}. Podemos te chamar por aqui"
        " quando a equipe voltar?"
    ),
    "closed_hours.unnumbered": Text(
        "Nossa equipe volta *{opening}*. Seu pedido está registrado e será respondido a partir desse horário."
        " Se for urgente, ligue para {phone}. Podemos te chamar por aqui quando a equipe voltar?"
    ),
    "closed_hours.plain": Text(
        "Nossa equipe volta *{opening}*. Seu pedido está registrado no protocolo *{protocol}* e será"
        " respondido a partir desse horário. Se for urgente, ligue para {phone}."
    ),
    "closed_hours.plain.unnumbered": Text(
        "Nossa equipe volta *{opening}*. Seu pedido está registrado e será respondido a partir desse horário."
        " Se for urgente, ligue para {phone}."
    ),
    "closed_hours.call_me": _piece("Pode me chamar aqui", Part.BUTTON),
    "closed_hours.no_need": _piece("Não precisa", Part.BUTTON),
}

TEAMS: Final[Mapping[str, Text]] = {
    "queue.technical": _piece("Suporte técnico"),
    "queue.billing": _piece("Financeiro"),
    "queue.general": _piece("Geral"),
    "queue.sales": _piece("Comercial"),
    "queue.cancel": _piece("Cancelamento"),
    "pause.almoco": _piece("Almoço"),
    "pause.nr17": _piece("Descanso (NR-17)"),
    "pause.banheiro": _piece("Banheiro"),
    "pause.treinamento": _piece("Treinamento"),
    "pause.nao_respondeu": _piece("Não respondeu"),
    "sheet.yes": _piece("sim"),
    "sheet.no": _piece("não"),
    "team.technical": _piece("equipe técnica"),
    "team.billing": _piece("equipe financeira"),
    "team.general": _piece("equipe de atendimento"),
    "team.sales": _piece("equipe comercial"),
    "team.cancel": _piece("equipe de cancelamento"),
}
"""The queues a deployment starts with, as customers read their names."""

CANCELLATION: Final[Mapping[str, Text]] = {
    "cancel.question": Text(
        "Entendi que você quer cancelar. Posso registrar agora o pedido de cancelamento do contrato? Se"
        " preferir, escreva *atendente* que eu te passo para uma pessoa."
    ),
    "cancel.contract": _piece("Cancelar o contrato", Part.BUTTON),
    "cancel.other": _piece("É outra coisa", Part.BUTTON),
    "cancellation": Text(
        "Seu pedido de cancelamento foi registrado em {date}, {at_time}, protocolo *{protocol}*. Um"
        " atendente"
        " vai confirmar por aqui. Se ninguém confirmar antes, ele vale automaticamente em até 2 dias úteis."
    ),
    "cancellation.unnumbered": Text(
        "Seu pedido de cancelamento foi registrado em {date}, {at_time}. Um atendente vai confirmar por"
        " aqui."
        " Se ninguém confirmar antes, ele vale automaticamente em até 2 dias úteis."
    ),
}

SERVICE: Final[Mapping[str, Text]] = {
    "service.arrival": Text(
        "Oi, {name}, aqui é a *{agent}*, da {team}. Já li o que você mandou, não precisa repetir.",
        automatic=False,
        awaits="canned answers",
    ),
    "service.nudge": Text(
        "{opening} Se não der para responder agora, encerro {moment}. Escrevendo em até 24 horas, a gente"
        " continua no mesmo protocolo.",
        automatic=False,  # said in service, where a person is there already
    ),
    "nudge.opening": _piece("{name}, ainda precisa de ajuda?"),
    "nudge.opening.nameless": _piece("Você ainda precisa de ajuda?"),
    "nudge.today": _piece("às *{time}*"),
    "nudge.later": _piece("*{moment}*"),
    "service.closing": Text(
        "Encerramos o atendimento *{protocol}*: {outcome}. Se o problema voltar nas próximas 24 horas, é só"
        " escrever aqui.",
        automatic=False,
        awaits="closing messages",
    ),
    "service.satisfaction": Text(
        "{closing} Se o problema voltar nas próximas 24 horas, é só escrever aqui. De 1 a 5, que nota você dá"
        " para este atendimento? (1 = muito ruim, 5 = muito bom)",
        automatic=False,
    ),
    "closing": _piece("Encerramos o atendimento *{protocol}*."),
    "closing.outcome": _piece("Encerramos o atendimento *{protocol}*: {outcome}."),
    "closing.unnumbered": _piece("Encerramos o atendimento."),
    "closing.outcome.unnumbered": _piece("Encerramos o atendimento: {outcome}."),
    "satisfaction.button": _piece("Dar uma nota", Part.BUTTON),
    "satisfaction.5": _piece("5 · Muito bom", Part.ROW),
    "satisfaction.4": _piece("4 · Bom", Part.ROW),
    "satisfaction.3": _piece("3 · Mais ou menos", Part.ROW),
    "satisfaction.2": _piece("2 · Ruim", Part.ROW),
    "satisfaction.1": _piece("1 · Muito ruim", Part.ROW),
}

ALARMS: Final[Mapping[str, Text]] = {
    key: Text(sentence, Reader.AGENT, Part.SENTENCE, automatic=False)
    for key, sentence in {
        "alarm.subject": "Prazo vencido na fila {queue}",
        "alarm.answer": (
            "Um cliente da fila {queue} espera resposta e o prazo venceu {due}. Abra a conversa"
            " {conversation} e responda."
        ),
        "alarm.resolution": (
            "Um atendimento da fila {queue} passou do prazo de solução, que venceu {due}. Abra a conversa"
            " {conversation} e combine com o cliente o que falta."
        ),
        "alarm.subject.round": "Ninguém aceitou na fila {queue}",
        "alarm.round": (
            "Todos os atendentes livres da fila {queue} foram chamados e ninguém aceitou a conversa"
            " {conversation}. Em 1 minuto eles serão chamados de novo. Abra a conversa e entregue a alguém."
        ),
        "alarm.step": (
            "Um cliente da fila {queue} espera resposta desde {since} e ninguém respondeu. Abra a conversa"
            " {conversation} e assuma o aviso."
        ),
    }.items()
}

_FAILURES: Final[Mapping[str, Text]] = {
    key: Text(
        sentence,
        Reader.AGENT,
        Part.SENTENCE,
        automatic=False,
        awaits="the console" if key == "failure.unknown" else "",
    )
    for key, sentence in FAILURES.items()
}

TEXTS: Final[Mapping[str, Text]] = {
    **GREETING,
    **HANDOFF,
    **TEAMS,
    **CANCELLATION,
    **SERVICE,
    **ALARMS,
    **_FAILURES,
}


def say(key: str, **variables: str) -> str:
    """The text of a key, filled. Exactly its variables: one missing or too many is a `TypeError`."""
    text = TEXTS[key]
    if variables.keys() != text.variables:
        raise TypeError(f"{key} is told with {sorted(text.variables)}, not with {sorted(variables)}")
    return text.text.format_map(variables)
