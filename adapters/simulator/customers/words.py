"""The words of customers, as they write them: short, hurried, without accents, one thought per message."""

from __future__ import annotations

from typing import Final

Lines = tuple[str, ...]

HELLO: Final[Lines] = (
    "oi", "Oi", "olá", "bom dia", "Boa tarde", "boa noite", "oii", "Bom diaa", "opa", "ola tudo bem?",
    "oi bom dia tudo bem",
)  # fmt: skip

DOWN: Final[tuple[Lines, ...]] = (
    ("minha internet caiu", "desde cedo"),
    ("to sem net", "ja desliguei e liguei o modem", "e nada"),
    ("sem internet aqui", "a luz LOS ta vermelha"),
    ("caiu a internet de novo", "terceira vez essa semana"),
    ("Estou sem sinal nenhum", "trabalho em casa preciso urgente"),
    ("net nao funciona", "no wifi nem no cabo"),
    ("acabou a internet", "o vizinho tbm ta sem"),
)
SLOW: Final[tuple[Lines, ...]] = (
    ("internet muito lenta", "nao carrega nem video"),
    ("ta travando tudo", "netflix nao abre"),
    ("pago 500 mega e so chega 40 mega", "fiz o teste agora"),
    ("ping alto demais", "nao consigo jogar"),
    ("a internet fica caindo toda hora", "cai e volta"),
)
WIFI: Final[tuple[Lines, ...]] = (
    ("o wifi nao chega no quarto", "sinal fraco"),
    ("wifi fraco aqui nos fundos", "tem como melhorar?"),
)
EQUIPMENT: Final[tuple[Lines, ...]] = (
    ("o roteador nao liga", "acho que queimou com a chuva"),
    ("cortaram o cabo na rua", "ta pendurado no poste"),
    ("a fonte do modem queimou",),
)
INVOICE: Final[tuple[Lines, ...]] = (
    ("preciso da segunda via do boleto",),
    ("me manda o pix desse mes",),
    ("nao recebi a fatura", "venceu ontem"),
    ("2a via por favor", "vence hoje"),
    ("Boa tarde, podem enviar o código de barras do boleto deste mês?",),
)
PAID: Final[tuple[Lines, ...]] = (
    ("ja paguei e continua bloqueada", "segue o comprovante"),
    ("paguei ontem", "quando libera?"),
)
AGREEMENT: Final[tuple[Lines, ...]] = (
    ("quero negociar", "to com duas contas atrasadas"),
    ("da pra parcelar a fatura?",),
)
SALES: Final[tuple[Lines, ...]] = (
    ("quais planos vcs tem?",),
    ("quanto custa a fibra de 600 mega", "moro no jardim das flores"),
    ("atende no bairro santa clara?",),
    ("queria contratar internet pra minha casa",),
    ("quero aumentar minha velocidade", "tem promoção?"),
)
QUESTION: Final[tuple[Lines, ...]] = (
    ("vcs abrem sabado?",),
    ("como faço pra trocar a senha do wifi",),
    ("vou me mudar mes que vem", "como faço pra mudar o endereço"),
    ("tenho uma dúvida sobre meu contrato",),
    ("queria saber sobre ip fixo",),
)
CANCEL: Final[tuple[Lines, ...]] = (
    ("quero cancelar",),
    ("quero cancelar minha internet", "vou mudar de cidade"),
    ("como faço o cancelamento do contrato",),
)
PERSON: Final[Lines] = (
    "atendente",
    "quero falar com uma pessoa",
    "falar com atendente por favor",
    "Atendente!",
)
PUZZLING: Final[Lines] = (
    "então né",
    "aquilo que falei outro dia",
    "é sobre aquele negócio lá",
    "hmm",
    "kkkk",
)
IMPATIENT: Final[Lines] = ("???", "alguém?", "oi??", "ninguém responde", "estou aguardando", "alô")
DETAILS: Final[tuple[Lines, ...]] = (
    ("luz do PON piscando", "e a LOS vermelha"),
    ("ja reiniciei duas vezes",),
    ("sim está ligado na tomada",),
    ("é no endereço de sempre",),
    ("contrato 4471",),
    ("os 4 ultimos do cpf são 0192",),
    ("pode ser amanhã de manhã",),
    ("isso mesmo",),
)
THANKS: Final[Lines] = (
    "obrigada", "obrigado!", "valeu", "Muito obrigada pela atenção", "vlw", "🙏", "obg", "brigado mesmo",
    "Deus abençoe",
)  # fmt: skip
BACK_ON: Final[Lines] = ("voltou aqui!", "agora foi", "funcionou", "deu certo agora", "recebi aqui")
REACTIONS: Final[Lines] = ("👍", "❤️", "🙏", "😂", "👏")
CAPTIONS: Final[Lines] = ("olha as luzes do modem", "ta assim", "", "foto do roteador", "")
TYPOS: Final[tuple[tuple[str, str], ...]] = (
    ("minha intrnet ta lenat", "minha internet ta lenta"),
    ("caiu aki dnovo a itnernet", "caiu aqui de novo a internet"),
    ("preciso do bolteo", "preciso do boleto"),
)
"""What was written, and what it was changed to a moment later."""
