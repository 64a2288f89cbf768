"""The answers a desk that is tried out has ready: what an internet provider's agents say every day."""

from __future__ import annotations

from typing import Final

_TECHNICAL, _MONEY, _SALES, _CANCEL = ["suporte-tecnico"], ["financeiro"], ["comercial"], ["cancelamento"]

ANSWERS: Final[tuple[tuple[str, str, str, list[str]], ...]] = (
    ("oi", "Apresentação", "Oi, {nome}, aqui é {agente}. Já li o que você mandou, não precisa repetir.", []),
    (
        "luzes",
        "Pedir foto do modem",
        "Pode me mandar uma foto das luzes do modem? Ajuda a ver de onde vem o problema.",
        _TECHNICAL,
    ),
    (
        "reiniciar",
        "Reiniciar o modem",
        "Vamos reiniciar o modem: tire da tomada, espere 30 segundos e ligue de novo. Em uns 3 minutos as"
        " luzes voltam ao normal. Me conta como ficou?",
        _TECHNICAL,
    ),
    (
        "visita",
        "Agendar visita técnica",
        "Vou agendar a visita de um técnico. Qual período fica melhor para você: manhã (8h às 12h) ou tarde"
        " (13h às 18h)?",
        _TECHNICAL,
    ),
    (
        "regiao",
        "Falha na região",
        "Identificamos uma falha que atinge a sua região, e a equipe já está trabalhando nela. Aviso por aqui"
        " assim que voltar.",
        _TECHNICAL,
    ),
    (
        "resolvido",
        "Confirmar solução",
        "Aqui aparece tudo normal, {nome}. Por aí voltou a funcionar?",
        _TECHNICAL,
    ),
    (
        "boleto",
        "2ª via",
        "Aqui está a 2ª via da sua fatura, {nome}. O pagamento por Pix é reconhecido em poucos minutos; por"
        " boleto, em até 2 dias úteis.",
        _MONEY,
    ),
    (
        "comprovante",
        "Pedir comprovante",
        "Pode me mandar o comprovante do pagamento? Com ele eu localizo e dou baixa.",
        _MONEY,
    ),
    (
        "plano",
        "Mudança de plano",
        "Posso mudar o seu plano por aqui. Você quer mais velocidade ou um valor menor por mês?",
        _SALES,
    ),
    (
        "cobertura",
        "Consultar cobertura",
        "Para consultar a cobertura, me diga o CEP e o número da casa, por favor.",
        _SALES,
    ),
    (
        "cancelar",
        "Pedido de cancelamento",
        "Seu pedido está registrado com o protocolo {protocolo}. Antes de concluir, vou confirmar alguns"
        " detalhes com você por aqui.",
        _CANCEL,
    ),
    ("momento", "Só um momento", "Vou verificar e já te respondo, {nome}. Leva uns 5 minutos.", []),
    (
        "tchau",
        "Despedida",
        "Que bom que deu certo, {nome}. Se precisar, é só escrever por aqui. O protocolo deste atendimento é"
        " {protocolo}.",
        [],
    ),
)
"""By what is typed behind the slash: title, text, and the queues whose agents need it (none: everybody)."""
