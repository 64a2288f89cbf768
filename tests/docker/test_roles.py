"""The roles that are started are roles there are, and between them nothing is left out or done twice."""

from __future__ import annotations

from collections import Counter

import pytest

from api.wiring.beginning import process_names
from projections.catalogue import PROJECTIONS
from tests.docker.ground import (
    PRODUCTION,
    Object,
    built,
    commands,
    compose,
    containers,
    ours,
)


def composed() -> dict[str, list[str]]:
    return {name: service["command"] for name, service in ours(compose()).items()}


def deployed() -> dict[str, list[str]]:
    return {container["name"]: container["args"] for container in containers(built(PRODUCTION))}


@pytest.mark.parametrize("roles", [composed(), deployed()], ids=["compose", "kubernetes"])
def test_every_role_is_a_command(roles: dict[str, list[str]]) -> None:
    assert {words[0] for words in roles.values()} == {"migrate", "serve", "work", "follow"}
    assert {words[0] for words in roles.values()} <= commands()


@pytest.mark.parametrize("roles", [composed(), deployed()], ids=["compose", "kubernetes"])
def test_every_view_and_all_that_follows_by_itself_is_in_one_role(roles: dict[str, list[str]]) -> None:
    followed = Counter(name for words in roles.values() if words[0] == "follow" for name in words[1:])
    assert followed == Counter([*PROJECTIONS, *process_names()])


def test_who_speaks_to_whatsapp_reaches_the_internet_and_who_folds_views_does_not() -> None:
    networks = {name: set(service["networks"]) for name, service in ours(compose()).items()}
    assert networks == {
        "migrate": {"inside"},
        "serve": {"inside", "outside"},
        "work": {"inside"},
        "views": {"inside"},
        "processes": {"inside", "outside"},
    }
    policies: Object = {
        each["metadata"]["name"]: each for each in built(PRODUCTION) if each["kind"] == "NetworkPolicy"
    }
    (rule,) = policies["whatsapp"]["spec"]["podSelector"]["matchExpressions"]
    assert set(rule["values"]) == {name for name, those in networks.items() if "outside" in those}
