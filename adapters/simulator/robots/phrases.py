"""What robots write: plausible, short, and in the tone of the house."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Final

FIRST: Final[Mapping[str, Sequence[str]]] = {
    "technical": (
        "já vi o seu sinal aqui. Pode me dizer quais luzes do modem estão acesas?",
        "vou testar a sua conexão agora. O modem está ligado direto na tomada?",
        "encontrei uma oscilação no seu sinal. Pode desligar o modem por um minuto e ligar de novo?",
    ),
    "billing": (
        "já localizei a sua fatura. Quer receber por PIX ou código de barras?",
        "vou conferir o pagamento agora. Foi por PIX ou por boleto?",
        "posso gerar a 2ª via para você. É a deste mês?",
    ),
    "sales": (
        "temos planos de 300, 600 e 900 mega na sua região. Quantas pessoas usam a internet aí?",
        "vou verificar a cobertura no seu endereço. Qual é a rua e o número?",
    ),
    "cancel": (
        "vi o seu pedido de cancelamento. Ele está registrado; quer me contar o motivo?",
        "seu pedido já está valendo. Prefere que a retirada do equipamento seja de manhã ou à tarde?",
    ),
    "": (
        "já li o que você mandou. Pode me contar um pouco mais?",
        "estou com o seu atendimento. Como posso ajudar?",
    ),
}
NEXT: Final[Mapping[str, Sequence[str]]] = {
    "technical": (
        "Obrigado por verificar. Reenviei a configuração daqui; a conexão deve voltar em instantes.",
        "Certo. Deixei uma visita técnica agendada para amanhã, das 8h às 12h.",
        "Pronto, normalizei o seu sinal por aqui. Pode testar, por favor?",
    ),
    "billing": (
        "Pronto, enviei a 2ª via para o seu cadastro. O prazo de hoje continua valendo.",
        "Confirmado, o pagamento foi localizado e o acesso está liberado.",
    ),
    "sales": (
        "Temos cobertura aí. A instalação pode ser feita em até 3 dias úteis.",
        "Anotado. Um consultor confirma o horário da instalação ainda hoje.",
    ),
    "cancel": ("Entendido. O cancelamento segue como registrado, sem custo até a retirada.",),
    "": ("Certo, já registrei aqui.", "Obrigado pela informação, está tudo anotado."),
}
NOTES: Final = (
    "Cliente prefere contato pela manhã.",
    "Sinal óptico conferido, dentro do esperado.",
    "Já havia aberto chamado parecido este mês.",
)
OUTCOMES: Final[Mapping[str, tuple[str, str]]] = {
    "technical": ("technical/solved", "Sinal normalizado remotamente."),
    "billing": ("billing/solved", "2ª via enviada e pagamento orientado."),
    "sales": ("sales/interested", "Proposta enviada ao cliente."),
    "cancel": ("cancel/confirmed", "Pedido de cancelamento confirmado com o cliente."),
    "": ("question/solved", "Dúvida esclarecida."),
}
"""Closing reason and outcome, by subject."""

MOVES: Final = ("Assunto de outra equipe.", "Precisa de verificação em campo.")


def first(chance: random.Random, subject: str, agent: str, customer: str | None) -> str:
    hello = f"Oi, {customer}" if customer else "Oi"
    return f"{hello}, aqui é {agent}: {chance.choice(FIRST.get(subject) or FIRST[''])}"


def following(chance: random.Random, subject: str) -> str:
    return chance.choice(NEXT.get(subject) or NEXT[""])


def outcome(subject: str) -> tuple[str, str]:
    return OUTCOMES.get(subject) or OUTCOMES[""]
