"""People who do not exist: names put together by chance, phones in area codes that Brazil never gave out."""

from __future__ import annotations

import random
from typing import Final

from adapters.simulator.webhooks import Person

NINE_DIGITS: Final = ("23", "25", "26", "29")
"""Area codes nobody has, beside those whose wa_ids carry the ninth digit."""
EIGHT_DIGITS: Final = ("36", "39", "52", "56", "57", "58", "59", "72", "76", "78")
"""Area codes nobody has, beside those whose older wa_ids do without it."""

_GIVEN: Final = (
    "Adriana", "Aline", "Amanda", "Ana Paula", "André", "Antônio", "Beatriz", "Bruno", "Camila", "Carlos",
    "Cláudia", "Cristiane", "Daniel", "Diego", "Edson", "Eduarda", "Fabiana", "Felipe", "Fernanda",
    "Francisco", "Gabriel", "Gilberto", "Helena", "Ivone", "Jéssica", "João", "José Carlos", "Josefa",
    "Juliana", "Kelly", "Larissa", "Leandro", "Letícia", "Luciana", "Luiz", "Marcelo", "Márcia",
    "Maria Aparecida", "Marina", "Mateus", "Neide", "Osvaldo", "Patrícia", "Paulo", "Rafael", "Raimunda",
    "Renata", "Ricardo", "Rosângela", "Sandra", "Sebastião", "Simone", "Tatiane", "Thiago", "Valdir",
    "Vanessa", "Vera", "Vinícius", "Wellington", "Yasmin",
)  # fmt: skip
_FAMILY: Final = (
    "Albuquerque", "Almeida", "Alves", "Araújo", "Barbosa", "Batista", "Cardoso", "Carvalho", "Castro",
    "Correia", "Costa", "Dias", "Ferreira", "Freitas", "Gomes", "Lima", "Lopes", "Machado", "Martins",
    "Melo", "Mendes", "Moreira", "Nascimento", "Nunes", "Oliveira", "Pereira", "Ramos", "Ribeiro", "Rocha",
    "Rodrigues", "Santana", "Santos", "Silva", "Souza", "Teixeira", "Vieira",
)  # fmt: skip
_BADGES: Final = ("🌻", "⚽", "❤️", "🙏", "✨", "🚜")
_SCOPED: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def person(seed: int, n: int) -> Person:
    """The n-th customer of a seed: always the same one, and never the same as another."""
    chance = random.Random(f"{seed}/person/{n}")  # noqa: S311 - repeatable on purpose
    name = _name(chance)
    kind = chance.random()
    if kind < 0.06:
        return Person(name, None, _scoped(chance, n), f"cliente.{n}")
    user_id = _scoped(chance, n) if kind < 0.3 else None
    if kind > 0.94:
        return Person(name, f"55{chance.choice(EIGHT_DIGITS)}3{_digits(seed, n)}", user_id)
    if chance.random() < 0.6:
        return Person(name, f"55{chance.choice(NINE_DIGITS)}99{_digits(seed, n)}", user_id)
    return Person(name, f"55{chance.choice(EIGHT_DIGITS)}8{_digits(seed, n)}", user_id)


def _digits(seed: int, n: int) -> str:
    """Seven digits, scattered, different for every n below ten million, and others for other seeds."""
    return f"{(n * 7_368_787 + seed * 1_234_577) % 10_000_000:07d}"


def _scoped(chance: random.Random, n: int) -> str:
    tail = "".join(chance.choice(_SCOPED) for _ in range(10))
    return f"BR.{n:06d}{tail}"


def _name(chance: random.Random) -> str:
    """As people call themselves at WhatsApp: in full, shouting, with a flower, or hardly at all."""
    given = chance.choice(_GIVEN)
    written = chance.random()
    if written < 0.55:
        return f"{given} {chance.choice(_FAMILY)}"
    if written < 0.7:
        return given
    if written < 0.78:
        return f"{given} {chance.choice(_FAMILY)}".upper()
    if written < 0.86:
        return f"{given.lower()} {chance.choice(_BADGES)}"
    if written < 0.93:
        return f"{given[:2]} {chance.choice(_BADGES)}"
    return chance.choice((".", "~", "🌻", "Loja do Zé", "Deus é fiel 🙏"))
