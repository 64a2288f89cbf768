"""Who may come in, and how far: every door with every role."""

from __future__ import annotations

import re
from typing import Any, Final

import pytest
from fastapi.routing import APIRoute

from api.permissions import PERMISSIONS, Permission, may
from commands.door_ports import Identity, Role
from tests.api.house import TOKENS, House

OPEN: Final = {
    ("GET", "/webhooks/meta/{channel}"),
    ("POST", "/webhooks/meta/{channel}"),
    ("GET", "/health/live"),
    ("GET", "/health/ready"),
    ("GET", "/metrics"),
    ("GET", "/docs"),
}
"""Doors without a token: providers sign, machines watch."""

MATRIX: Final = {
    "ana": {"read", "attend", "desk", "commands", "me", "live"},
    "carla": {"read", "attend", "desk", "commands", "deliveries", "me", "live"},
    "dora": {"desk", "run", "commands", "deliveries", "me"},
    "erp": {"read", "desk", "commands", "deliveries", "me", "live"},
    "lost": {"read", "desk", "commands", "me", "live"},
}


def doors() -> list[tuple[str, str]]:
    return sorted(
        (method, route.path)
        for route in House().app.routes
        if isinstance(route, APIRoute)
        for method in route.methods
    )


def needed(method: str, path: str) -> str:
    """Which part of the matrix a door belongs to, told from its address alone."""
    first = path.split("/")[2]
    if first in ("queues", "agents", "channels"):
        return "desk" if method == "GET" else "run"
    if path == "/v1/conversations/search":  # a question, in a body
        return "read"
    if first in ("conversations", "media"):
        return "read" if method == "GET" else "attend"
    return first


def knock(house: House, method: str, path: str, who: str | None) -> Any:
    conversation_id = house.conversation_of()
    filled = path.replace("{conversation_id}", conversation_id).replace("{key}", "ab" * 32)
    filled = filled.replace("{command_id}", conversation_id).replace("{delivery_id}", "ab" * 16)
    filled = filled.replace("{stream_id}", "cd" * 16)
    filled = re.sub(r"\{\w+\}", "geral", filled)
    return house.request(method, filled, who, json={} if method in ("POST", "PUT") else None)


@pytest.mark.parametrize(("method", "path"), doors())
def test_every_door_but_the_open_ones_asks_for_a_token(house: House, method: str, path: str) -> None:
    before = list(house.inbox.history)
    for who in (None, "ninguem"):
        answer = knock(house, method, path, who)
        if (method, path) in OPEN:
            assert answer.status_code != 401 or "webhooks" in path
        else:
            assert (answer.status_code, answer.json()["rule"]) == (401, "Unauthenticated")
            assert answer.headers["www-authenticate"] == 'Bearer realm="atende"'
    assert house.inbox.history == before


@pytest.mark.parametrize("who", sorted(MATRIX))
@pytest.mark.parametrize(("method", "path"), [door for door in doors() if door not in OPEN])
def test_every_door_lets_in_whom_the_matrix_says(house: House, method: str, path: str, who: str) -> None:
    answer = knock(house, method, path, who)
    refused = answer.status_code == 403 and answer.json()["rule"] in ("Forbidden", "NotAnAgent")
    assert refused is (needed(method, path) not in MATRIX[who])


def test_no_door_was_added_without_its_place_in_the_matrix() -> None:
    parts = set().union(*MATRIX.values())
    assert {needed(*door) for door in doors() if door not in OPEN} == parts
    assert set(doors()) >= OPEN


def test_whoever_runs_the_desk_does_not_read_what_is_said_at_it() -> None:
    assert Permission.READ_CONVERSATIONS not in PERMISSIONS[Role.ADMIN]


def test_every_role_and_every_permission_is_in_the_table() -> None:
    assert set(PERMISSIONS) == set(Role)
    assert set().union(*PERMISSIONS.values()) == set(Permission)


def test_attending_takes_being_an_agent() -> None:
    assert may(TOKENS["ana"], Permission.ATTEND)
    assert not may(Identity("token:9", "Ana", Role.AGENT), Permission.ATTEND)


@pytest.mark.parametrize("header", ["", "Bearer", "Basic YW5h", "atende_ana", "Bearer atende_ana atende_ana"])
def test_a_token_comes_as_a_bearer_and_no_other_way(house: House, header: str) -> None:
    answer = house.get("/v1/me", None, headers={"Authorization": header})
    assert answer.status_code == 401
    assert house.get("/v1/me?token=atende_ana", None).status_code == 401


def test_nobody_is_let_in_while_tokens_cannot_be_looked_up(house: House) -> None:
    house.tokens.away = True
    answer = house.get("/v1/me")
    assert (answer.status_code, answer.json()["rule"]) == (503, "Unavailable")


def test_a_question_nobody_can_answer_now_is_to_be_asked_again(house: House) -> None:
    house.reads.away = True
    answer = house.get("/v1/conversations")
    assert (answer.status_code, answer.json()["rule"]) == (503, "Unavailable")
    assert answer.headers["retry-after"]
