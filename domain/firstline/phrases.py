"""Whole messages that are nothing but a greeting, a thank you, a yes, a no, a way back or a number."""

from __future__ import annotations

import re
from typing import Final

BACK: Final = frozenset(
    {
        "0", "zero", "voltar", "volta", "voltar ao menu", "voltar para o menu", "voltar ao inicio",
        "voltar para o inicio", "menu", "menu inicial", "menu principal", "inicio", "ver menu", "ver"
        " opcoes",
        "opcoes", "quero voltar",
    }
)  # fmt: skip


class Phrases:
    """Whole texts made of nothing but these phrases, in any order and number; judged in linear time."""

    def __init__(self, *lines: str) -> None:
        phrases = [phrase.strip() for line in lines for phrase in line.split(",")]
        self._phrases = frozenset(tuple(phrase.split()) for phrase in phrases)
        self._longest = max(map(len, self._phrases))

    def make(self, words: str) -> bool:
        """Whether the text says something, and nothing else than these phrases say."""
        tokens = tuple(words.split())
        reached = {0}
        for end in range(1, len(tokens) + 1):
            starts = range(max(0, end - self._longest), end)
            if any(start in reached and tokens[start:end] in self._phrases for start in starts):
                reached.add(end)
        return bool(tokens) and len(tokens) in reached


YES: Final = Phrases(
    "sim, s, isso, isso mesmo, exato, pode, pode sim, confirmo, confirmar, confirmado, ok, certo, com"
    " certeza",
    "claro, positivo, quero, por favor, pode registrar, registra, registre, e isso, fechado",
)
CANCEL_WISH: Final = Phrases(
    "sim, isso, eu, quero, queria, desejo, gostaria de, vou, preciso, pode, podem, confirmo, ok, solicito,"
    " fazer",
    "pedir, mesmo, por favor, sim, o, a, meu, minha, do, da, de, contrato, internet, servico, plano,"
    " assinatura",
    "tudo, agora, hoje, ja, obrigado, obrigada, cancelar, cancela, cancele, cancelem, cancelamento,"
    " rescindir",
    "rescisao, encerrar",
)
NO: Final = Phrases(
    "nao, negativo, nao quero, nao e isso, e outra coisa, outra coisa, outro assunto, outro, nada disso",
    "errado, deixa, deixa para la, desisti, me enganei, foi engano, nao obrigado, nao obrigada, ainda nao",
    "por enquanto nao, nao por enquanto, nao por favor",
)
GREETING: Final = Phrases(
    "oi, oie, ola, opa, e ai, eai, eae, iai, bom dia, boa tarde, boa noite, bon dia, bom dia a todos,"
    " boas, bd, bt",
    "bn, boa, tudo bem, tudo bom, tudo certo, td bem, td bom, tudo bem com voce, tudo bem com voces, como"
    " vai",
    "como esta, como voce esta, como voces estao, e voce, e com voce, alo, hello, hi, hey, ei, salve,"
    " fala, pessoal",
    "gente, galera, amigo, amiga, moca, moco, por favor, pfv, pf, voce, voces, com licenca, tem alguem,"
    " tem alguem ai",
    "alguem ai, alguem, esta ai, estao ai, ai, a todos, prezados, beleza, meu amigo, minha amiga, querido,"
    " querida, meu querido",
    "minha querida",
)
THANKS: Final = Phrases(
    "obrigado, obrigada, obrigadao, obrigadinha, obrigadinho, obg, obgd, obgda, obrigd, brigado, brigada,"
    " brigadao",
    "bgd, vlw, valeu, agradeco, agradecido, agradecida, eu que agradeco, grato, grata, gratidao, ok, okay,"
    " okey, certo",
    "certinho, beleza, show, show de bola, perfeito, otimo, otima, joia, tmj, de nada, por nada, amem,"
    " deus abencoe",
    "deus te abencoe, deus lhe abencoe, abraco, abracos, tchau, ate mais, bom trabalho, bom descanso",
    "bom fim de semana, resolvido, resolveu, foi resolvido, deu certo, maravilha, tranquilo, esta bom,"
    " esta bem",
    "esta otimo, tudo certo, entendi, entendido, fechado, top, combinado, muito, mesmo, demais, por tudo,"
    " pela atencao",
    "pela ajuda, pelo atendimento, pela resposta, voce, voces, de coracao, voltou, ja voltou, normalizou",
    "ja normalizou, a internet voltou, minha internet voltou, internet voltou, minha internet ja voltou",
    "a internet ja voltou, voltou ao normal, voltou a funcionar, aqui, por enquanto e so, e so isso, era"
    " so isso",
    "so isso, bom dia, boa tarde, boa noite, boa",
)
THANKING: Final = frozenset("👍🙏❤👏😊🤝😉🙌👌💙💚💛🧡😘🥰😍😁😃😄🙂🤗💪✅🎉😀🌹🌷🥹👊")
"""Emoji that say thank you by themselves."""

_NUMBERS: Final = {
    "um": 1, "uma": 1, "dois": 2, "duas": 2, "tres": 3, "quatro": 4, "cinco": 5, "seis": 6,
    "primeiro": 1, "primeira": 1, "segundo": 2, "segunda": 2, "terceiro": 3, "terceira": 3,
    "quarto": 4, "quarta": 4, "quinto": 5, "quinta": 5, "sexto": 6, "sexta": 6, "ultima": 6, "ultimo": 6,
}  # fmt: skip
_NUMBER: Final = re.compile(
    r"(?:(?:a|o|quero|opcao|numero|no|item|escolho|e)(?: |$))*(?P<number>[1-9]|"
    + "|".join(_NUMBERS)
    + r")(?: opcao| opcoes| por favor)?"
)


def number(words: str) -> int | None:
    """`"opcao 2"`, `"a segunda"`, `"2"`: which line of a menu is meant, if the whole text says nothing"
    " else."""
    found = _NUMBER.fullmatch(words)
    if found is None:
        return None
    return _NUMBERS.get(found["number"]) or int(found["number"])
