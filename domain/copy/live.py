"""What a screen says when what it shows may be old, or will not go on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

LATE: Final[Mapping[str, str]] = {
    "redis": "As mudanças podem chegar com atraso de alguns segundos.",
    "database": "Não é possível ler as conversas agora. O que está na tela pode estar desatualizado.",
    "views": "As listas estão atrasadas em relação ao que já aconteceu.",
}
ENDED: Final[Mapping[str, str]] = {
    "stopping": "O servidor está sendo reiniciado.",
    "slow": "A conexão está lenta demais para acompanhar as mudanças.",
    "signed_out": "Seu acesso terminou ou mudou. Se for preciso, entre de novo.",
    "forbidden": "Seu perfil não permite mais ver isto.",
    "too_many": "Há telas demais abertas com este acesso.",
    "broken": "Algo quebrou ao acompanhar as mudanças. O erro foi registrado.",
}
