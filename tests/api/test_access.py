"""Who may come in, how far, and what they see: every door with every role, every scope and every field."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from typing import Any, Final, get_args, get_type_hints
from uuid import UUID

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field

from api.access import seen_by
from api.masking import marks_of, masked
from api.models import chat as chat_views
from api.models import people as people_views
from api.models import views
from api.permissions import (
    DOORS,
    PERMISSIONS,
    About,
    Free,
    Grant,
    Mask,
    Permission,
    Scope,
    everywhere,
    grant,
    may,
)
from commands.agent import WelcomeAgent
from commands.conversation import AddNote, ClaimConversation, CloseConversation, TransferConversation
from commands.door_ports import Identity, Role
from commands.ports import Unavailable
from commands.user import InviteUser
from domain.agent import AgentId
from domain.copy import say
from domain.privacy import MASKED, Class
from domain.queue import QueueId
from projections import agents, chat_messages, chat_rooms, episodes, inbox, transcript, users
from projections.answer import columns
from tests.api.house import PHONE, TOKENS, House
from tests.api.test_reading import stored

P = Permission

MATRIX: Final[dict[str, set[Permission]]] = {
    "ana": {P.READ_CONVERSATIONS, P.ATTEND, P.READ_DESK, P.READ_COMMANDS, P.CHAT},
    "carla": {
        P.READ_CONVERSATIONS,
        P.ATTEND,
        P.OVERSEE,
        P.LOOK_BACK,
        P.SET_AVAILABILITY,
        P.READ_DESK,
        P.READ_COMMANDS,
        P.READ_DELIVERIES,
        P.CHAT,
        P.READ_WALLBOARD,
    },
    "gil": {
        P.READ_CONVERSATIONS,
        P.LOOK_BACK,
        P.READ_DESK,
        P.READ_COMMANDS,
        P.READ_DELIVERIES,
        P.READ_USERS,
        P.READ_WALLBOARD,
    },
    "ivo": {P.READ_DESK, P.READ_WALLBOARD},
    "lia": {P.READ_CONVERSATIONS, P.READ_DESK, P.READ_WALLBOARD},
    "noa": {
        P.READ_CONVERSATIONS,
        P.LOOK_BACK,
        P.READ_DESK,
        P.READ_COMMANDS,
        P.READ_DELIVERIES,
        P.READ_USERS,
    },
    "dora": {
        P.READ_CONVERSATIONS,
        P.READ_WALLBOARD,
        P.READ_DESK,
        P.RUN_DESK,
        P.READ_COMMANDS,
        P.READ_DELIVERIES,
        P.READ_USERS,
        P.RUN_USERS,
        P.RUN_TOKENS,
    },
    "oto": {P.READ_CONVERSATIONS, P.READ_DESK, P.READ_COMMANDS, P.READ_USERS},
    "erp": {P.READ_CONVERSATIONS, P.READ_DESK, P.READ_COMMANDS, P.READ_DELIVERIES, P.READ_WALLBOARD},
    "lost": {P.READ_CONVERSATIONS, P.READ_DESK, P.READ_COMMANDS},
    "painel": {P.READ_DESK},
    "parede": {P.READ_WALLBOARD},
    "devendo": set(),
}
"""What everybody may, said once more by hand: permissions that doors ask for."""

TURNED_AWAY: Final = {"Forbidden", "NotAnAgent", "SecondFactorOwed", "OutOfReach"}
CONTENT_FILES: Final = {"lia", "noa", "dora"}  # who reads no content gets no files


def routes() -> dict[str, APIRoute]:
    return {
        f"{method} {route.path}": route
        for route in House().app.routes
        if isinstance(route, APIRoute)
        for method in route.methods
    }


ROUTES: Final = routes()
GUARDED: Final = [door for door, needed in DOORS.items() if isinstance(needed, Permission)]
ABOUT_ONE: Final = [door for door in GUARDED if "{conversation_id}" in door]


def asked_at(door: str) -> Permission:
    needed = DOORS[door]
    assert isinstance(needed, Permission)
    return needed


def knock(house: House, door: str, who: str | None) -> Any:
    method, path = door.split(" ")
    conversation_id = house.conversation_of()
    filled = path.replace("{conversation_id}", conversation_id).replace("{key}", "ab" * 32)
    filled = filled.replace("{user_id}", conversation_id).replace("{session_id}", conversation_id)
    filled = filled.replace("{token_id}", conversation_id).replace("{room_id}", conversation_id)
    filled = filled.replace("{command_id}", conversation_id).replace("{delivery_id}", "ab" * 16)
    filled = filled.replace("{stream_id}", "cd" * 16)
    filled = re.sub(r"\{\w+\}", "geral", filled)
    return house.request(method, filled, who, json={} if method in ("POST", "PUT") else None)


# Every door


def test_every_door_has_its_row_in_the_table_and_every_row_its_door() -> None:
    assert set(ROUTES) == set(DOORS)


def asked_for(dependant: Dependant) -> Iterator[Permission]:
    """The permissions that a route's dependencies ask for."""
    found = getattr(dependant.call, "permission", None)
    if found is not None:
        yield found
    for below in dependant.dependencies:
        yield from asked_for(below)


def asks_who(dependant: Dependant) -> bool:
    return getattr(dependant.call, "__name__", "") == "who" or any(map(asks_who, dependant.dependencies))


@pytest.mark.parametrize("door", sorted(ROUTES))
def test_a_door_asks_for_what_the_table_says_and_nothing_else(door: str) -> None:
    needed, dependant = DOORS[door], ROUTES[door].dependant
    assert set(asked_for(dependant)) == ({needed} if isinstance(needed, Permission) else set())
    assert asks_who(dependant) is (needed is not Free.ANYBODY)


@pytest.mark.parametrize("door", sorted(DOORS))
def test_every_door_but_the_open_ones_asks_for_a_token(house: House, door: str) -> None:
    before = list(house.inbox.history)
    for who in (None, "ninguem"):
        answer = knock(house, door, who)
        if DOORS[door] is Free.ANYBODY:
            assert answer.status_code != 401 or "webhooks" in door or "/v1/" in door
        else:
            assert (answer.status_code, answer.json()["rule"]) == (401, "Unauthenticated")
            assert answer.headers["www-authenticate"] == 'Bearer realm="atende"'
    assert house.inbox.history == before


@pytest.mark.parametrize("who", sorted(MATRIX))
def test_every_door_lets_in_whom_the_matrix_says(house: House, who: str) -> None:
    wrong = []
    for door in GUARDED:
        answer = knock(house, door, who)
        refused = answer.status_code == 403 and answer.json()["rule"] in TURNED_AWAY
        if refused is not (DOORS[door] not in MATRIX[who] or ("media" in door and who in CONTENT_FILES)):
            wrong.append((door, answer.status_code))
    assert not wrong


def test_every_role_and_every_permission_is_in_the_table() -> None:
    assert set(PERMISSIONS) == set(Role)
    assert set().union(*PERMISSIONS.values()) == set(Permission)
    assert {TOKENS[who].role for who in MATRIX} == set(Role)


def test_whoever_may_nothing_but_enrol_still_learns_who_they_are(house: House) -> None:
    answer = house.get("/v1/me", "devendo").json()
    assert (answer["permissions"], answer["owes_second_factor"]) == ([], True)


@pytest.mark.parametrize("permission", [Permission.ATTEND, Permission.CHAT])
def test_attending_and_talking_with_colleagues_takes_being_an_agent(permission: Permission) -> None:
    assert may(TOKENS["ana"], permission)
    assert not may(Identity("token:9", "Ana", Role.AGENT), permission)


def test_a_token_does_what_its_scopes_say_and_not_all_that_its_role_may() -> None:
    limited = Identity("token:9", "Painel", Role.ADMIN, scopes=frozenset({"users.read", "tokens.fly"}))
    assert [p for p in Permission if may(limited, p)] == [Permission.READ_USERS]
    beyond = Identity("token:9", "Painel", Role.AGENT, scopes=frozenset({"users.run"}))
    assert not any(may(beyond, p) for p in Permission)


# How far


@pytest.mark.parametrize("role", list(Role))
def test_a_grant_reaches_as_far_as_its_scope(role: Role) -> None:
    suporte = frozenset({QueueId("suporte")})
    places = ("mine", "in my queue", "elsewhere", "in no queue")
    for permission, queues, stands in product(Permission, (None, frozenset[QueueId](), suporte), places):
        reaches_as_its_scope(role, permission, queues, stands)


def reaches_as_its_scope(
    role: Role, permission: Permission, queues: frozenset[QueueId] | None, stands: str
) -> None:
    ana = AgentId("ana")
    who = Identity("agent:ana", "Ana", role, ana, queues)
    about = {
        "mine": About(ana, QueueId("geral")),
        "in my queue": About(AgentId("bia"), QueueId("suporte")),
        "elsewhere": About(AgentId("bia"), QueueId("geral")),
        "in no queue": About(None, None),
    }[stands]
    held = PERMISSIONS[role].get(permission)
    if held is None:
        assert grant(who, permission, about) is None
        return
    reached = {
        Scope.OWN: stands == "mine",
        Scope.QUEUE: queues is None or stands == "mine" or about.queue_id in queues,
        Scope.ALL: True,
    }[held.scope]
    assert grant(who, permission, about) == (held if reached else None), (permission, queues, stands)
    assert not everywhere(who, permission) or reached


def test_an_own_scope_reaches_nothing_but_ones_own(monkeypatch: pytest.MonkeyPatch) -> None:
    table = {Role.AGENT: {Permission.READ_CONVERSATIONS: Grant(Scope.OWN)}}
    monkeypatch.setattr("api.permissions.PERMISSIONS", table)
    ana = Identity("agent:ana", "Ana", Role.AGENT, AgentId("ana"))
    assert may(ana, Permission.READ_CONVERSATIONS, About(AgentId("ana"), None))
    assert not may(ana, Permission.READ_CONVERSATIONS, About(AgentId("bia"), None))
    assert not may(ana, Permission.READ_CONVERSATIONS, About(None, QueueId("suporte")))
    assert not everywhere(ana, Permission.READ_CONVERSATIONS)


@pytest.mark.parametrize("door", ABOUT_ONE)
def test_every_door_to_a_conversation_looks_in_which_queue_it_stands(house: House, door: str) -> None:
    house.somebody_waits()  # in `suporte`
    answers = {who: knock(house, door, who) for who in ("fora", "edu", "eva")}
    refused = {who: a.json()["rule"] for who, a in answers.items() if a.status_code == 403}
    beyond = ["fora"] if may(TOKENS["fora"], asked_at(door)) else []
    assert [who for who, rule in refused.items() if rule == "OutOfReach"] == beyond


@pytest.mark.parametrize("door", ABOUT_ONE)
def test_what_is_not_there_is_not_found_by_whoever_reaches_less_than_all(house: House, door: str) -> None:
    answer = knock(house, door, "edu" if may(TOKENS["edu"], asked_at(door)) else "eva")
    assert (answer.status_code, answer.json()["rule"]) == (404, "UnknownConversation")


def test_what_somebody_has_is_theirs_whatever_queue_it_stands_in(house: House) -> None:
    conversation_id = house.somebody_waits()
    house.want(
        ClaimConversation, conversation_id=conversation_id, agent_id=AgentId("fora"), seen_version=None
    )
    assert house.get(f"/v1/conversations/{conversation_id}", "fora").status_code == 200
    house.want(
        CloseConversation,
        conversation_id=conversation_id,
        by=AgentId("fora"),
        reason="technical/solved",
        outcome="Resolvido.",
        seen_version=None,
    )
    assert house.get(f"/v1/conversations/{conversation_id}", "fora").status_code == 200


def test_what_was_handed_on_is_out_of_reach_from_then_on(house: House) -> None:
    conversation_id = house.somebody_waits()
    house.want(ClaimConversation, conversation_id=conversation_id, agent_id=AgentId("edu"), seen_version=None)
    house.want(
        TransferConversation,
        conversation_id=conversation_id,
        by=AgentId("edu"),
        to_queue=QueueId("geral"),
        reason=None,
        seen_version=None,
    )
    assert house.get(f"/v1/conversations/{conversation_id}/transcript", "edu").json()["rule"] == "OutOfReach"
    assert house.get("/v1/conversations", "edu").json()["items"] == []
    assert len(house.get("/v1/conversations", "fora").json()["items"]) == 1


@pytest.mark.parametrize("who", sorted(TOKENS))
def test_a_stream_shows_of_a_conversation_what_the_list_shows(house: House, who: str) -> None:
    house.somebody_waits()
    [row] = house.reads._rows("inbox")
    shown = seen_by(TOKENS[who], row)
    listed = house.get("/v1/conversations", who).json().get("items", [])
    assert listed == ([] if shown is None else [shown.model_dump(mode="json")])


@pytest.mark.parametrize(("who", "seen"), [("edu", 1), ("fora", 0), ("ana", 1), ("lia", 1), ("erp", 1)])
def test_a_list_holds_what_is_in_reach_and_says_nothing_of_the_rest(
    house: House, who: str, seen: int
) -> None:
    conversation_id = house.somebody_waits()
    answer = house.get("/v1/conversations", who)
    assert [row["conversation_id"] for row in answer.json()["items"]] == [conversation_id] * seen
    assert (conversation_id in answer.text) is bool(seen)


def test_a_file_is_given_to_whoever_reaches_a_conversation_that_holds_it(house: House) -> None:
    house.somebody_waits()
    key = stored(house, "image/jpeg")
    told = {
        who: house.get(f"/v1/media/{key}", who).status_code for who in ("ana", "edu", "fora", "lia", "oto")
    }
    assert told == {"ana": 200, "edu": 200, "fora": 403, "lia": 403, "oto": 200}


# What they see

NAME, TEXT, NOTE, OUTCOME = "Joana Prado", "meu CPF mudou", "prefere à tarde", "sinal normalizado"
CARD: Final = {"Dona Joaninha", "joaninha@example.com", "551130004471", "***.982.247-**", "liga cedo"}
CONTRACT: Final = {"CT-4471", "Rua das Flores, 12"}
WRITTEN: Final = CARD | CONTRACT
LOGIN, STAFF = "joana.silva@provedor.example", "Zoraide"
READS: Final = [door for door in DOORS if door.startswith("GET /v1/")]
HIDES: Final = {
    "lia": {NAME, PHONE, TEXT, NOTE, OUTCOME, STAFF, LOGIN, *WRITTEN},
    "noa": {NAME, PHONE, TEXT, NOTE, OUTCOME, LOGIN, *WRITTEN},
    "dora": {NAME, PHONE, TEXT, NOTE, OUTCOME, *WRITTEN},
    "gil": {LOGIN},
    "ivo": {NAME, PHONE, TEXT, NOTE, OUTCOME, LOGIN, *WRITTEN},
    "painel": {NAME, PHONE, TEXT, NOTE, OUTCOME, LOGIN},
    "parede": {NAME, PHONE, TEXT, NOTE, OUTCOME, LOGIN},
    "devendo": {NAME, PHONE, TEXT, NOTE, OUTCOME, LOGIN, STAFF},
    "fora": {NAME, PHONE, TEXT, NOTE, OUTCOME, LOGIN, *WRITTEN},
    "ana": {LOGIN},
    "erp": {LOGIN},
    "oto": set[str](),
}
"""Words that must not be in any answer anybody of these gets."""


@pytest.fixture(scope="module")
def told() -> dict[str, str]:
    """All that every reading door says to each, of a conversation with words in every field."""
    house = House()
    conversation_id = house.somebody_waits()
    house.writes(TEXT, n=2)
    house.want(AddNote, conversation_id=conversation_id, agent_id=AgentId("ana"), text=NOTE)
    known = {"name": "Dona Joaninha", "email": "joaninha@example.com", "phone": "(11) 3000-4471"}
    known |= {"document": "529.982.247-25", "remark": "liga cedo"}
    house.request("PATCH", f"/v1/conversations/{conversation_id}/contact", json=known).raise_for_status()
    contract = {"number": "CT-4471", "label": "Rua das Flores, 12"}
    house.post(f"/v1/conversations/{conversation_id}/contracts", contract).raise_for_status()
    house.want(ClaimConversation, conversation_id=conversation_id, agent_id=AgentId("ana"), seen_version=None)
    house.want(
        CloseConversation,
        conversation_id=conversation_id,
        by=AgentId("ana"),
        reason="technical/solved",
        outcome=OUTCOME,
        seen_version=None,
    )
    house.want(InviteUser, user_id=house.conversation_of(), name=STAFF, login=LOGIN, role=Role.AGENT)
    house.want(WelcomeAgent, agent_id=AgentId("zo"), name=STAFF)
    said: dict[str, str] = {}
    for who in HIDES:
        said[who] = ""
        for door in READS:
            said[who] += knock(house, door, who).text
        said[who] += house.get("/v1/conversations?stage=closed", who).text
        said[who] += house.get("/v1/agents/zo", who).text
    return said


@pytest.mark.parametrize("who", sorted(HIDES))
def test_nobody_is_told_by_any_door_what_is_masked_for_them(told: dict[str, str], who: str) -> None:
    assert {word for word in HIDES[who] if word in told[who]} == set()


def test_the_words_are_there_for_whoever_may_read_them(told: dict[str, str]) -> None:
    everything = {NAME, PHONE, TEXT, NOTE, OUTCOME, STAFF, LOGIN, *WRITTEN}
    assert {word for word in everything if word in told["oto"]} == everything
    assert all(word in told["ana"] for word in everything - {LOGIN})
    assert MASKED in told["lia"]


def every_view() -> list[type[BaseModel]]:
    return [
        view
        for module in (views, people_views)
        for view in vars(module).values()
        if isinstance(view, type) and issubclass(view, views.View)
    ]


CONTACT: Final = {
    name: {"contact_name": "profile_name", "contact_called": "name"}.get(name, name.removeprefix("contact_"))
    for name in columns(inbox.Row)
    if name.startswith("contact_") and name != "contact_contracts"  # each of its parts is masked by itself
}
OF_ROWS: Final[list[tuple[type[Any], type[BaseModel], dict[str, str]]]] = [
    (inbox.Row, views.Conversation, {}),
    (inbox.Row, views.Contact, CONTACT),
    (episodes.Row, views.Episode, {}),
    (transcript.Row, views.TranscriptLine, {}),
    (agents.Row, views.Agent, {}),
    (chat_rooms.Row, chat_views.Room, {}),
    (chat_messages.Row, chat_views.Message, {}),
    (users.Row, people_views.User, {}),
]


@pytest.mark.parametrize(("row", "view", "called"), OF_ROWS, ids=lambda each: getattr(each, "__name__", ""))
def test_every_field_that_holds_somebodys_words_can_be_masked(
    row: type[Any], view: type[BaseModel], called: dict[str, str]
) -> None:
    personal = {
        called.get(name, name)
        for name, hint in get_type_hints(row, include_extras=True).items()
        if any(isinstance(mark, Class) for mark in marks_in(hint))
    }
    shown = personal & set(view.model_fields)
    assert shown
    assert shown <= set(marks_of(view))


def marks_in(hint: Any) -> list[Any]:
    return [*getattr(hint, "__metadata__", ()), *(mark for part in get_args(hint) for mark in marks_in(part))]


@pytest.mark.parametrize("mask", list(Mask))
def test_a_masked_field_tells_nothing_and_the_others_all(mask: Mask) -> None:
    class Inner(views.View):
        name: views.Annotated[str | None, Mask.NAME] = "Joana"
        phone: views.Annotated[str | None, Mask.PHONE] = "5511900000001"
        login: views.Annotated[str | None, Mask.LOGIN] = "j@x.example"
        content: views.Annotated[dict[str, Any] | None, Mask.CONTENT] = Field({"text": "oi"})
        plain: int = 7

    class Outer(views.View):
        items: list[Inner]
        one: Inner | None

    before = Outer(items=[Inner()], one=Inner())
    after = masked(before, {mask})
    for inner in (*after.items, after.one):
        assert inner is not None
        for name, carried in marks_of(Inner).items():
            expected = (MASKED if name != "content" else None) if carried is mask else getattr(Inner(), name)
            assert getattr(inner, name) == expected
        assert inner.plain == 7
    assert masked(before, set()) is before
    assert masked(Inner(name=None), {Mask.NAME}).name is None


def test_the_mask_is_no_word_of_a_customers_text() -> None:
    assert MASKED not in say("greeting", company="x", protocol="1", date="x", time="x")


# Tokens at the door


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


def test_nobody_reaches_further_while_nobody_can_say_where_things_stand(house: House) -> None:
    conversation_id = house.somebody_waits()
    house.reads.away = True
    answer = house.get(f"/v1/conversations/{conversation_id}", "edu")
    assert (answer.status_code, answer.json()["rule"]) == (503, "Unavailable")


# Who was turned away is written down


def denials(house: House) -> list[Any]:
    return [fact.event for fact in house.inbox.history if type(fact.event).__name__ == "Denied"]


def test_whoever_is_turned_away_is_written_down_with_the_rule_and_the_template(house: House) -> None:
    conversation_id = house.somebody_waits()
    house.get(f"/v1/conversations/{conversation_id}", "fora")
    house.put("/v1/queues/nova", {"name": "Nova"}, "ana")
    house.post(f"/v1/conversations/{conversation_id}/priority", {"priority": "urgent", "reason": "x"}, "ana")
    told = [(d.actor, d.rule, d.route, d.permission) for d in denials(house)]
    assert told == [
        ("agent:fora", "OutOfReach", "GET /v1/conversations/{conversation_id}", "conversations.read"),
        ("agent:ana", "Forbidden", "PUT /v1/queues/{queue_id}", "desk.run"),
        (
            "agent:ana",
            "UrgentNotAllowed",
            "POST /v1/conversations/{conversation_id}/priority",
            "conversations.attend",
        ),
    ]


def test_it_is_told_once_per_person_route_and_minute_however_often_they_knock(house: House) -> None:
    for _ in range(5):
        house.get("/v1/users", "ana")
        house.get("/v1/users", "bia")
    assert len(denials(house)) == 2
    house.clock.pass_by(minutes=1)
    house.get("/v1/users", "ana")
    assert len(denials(house)) == 3


def test_two_processes_write_the_same_denial_down_once(house: House) -> None:
    house.get("/v1/users", "ana")
    house.app.state.denials = type(house.app.state.denials)()
    house.get("/v1/users", "ana")
    assert len(denials(house)) == 1


def test_the_door_stays_shut_when_it_cannot_be_written_down(house: House) -> None:
    house.inbox.error = Unavailable()
    assert house.get("/v1/users", "ana").status_code == 403


def test_nobody_who_was_let_in_is_written_down(house: House) -> None:
    house.get("/v1/queues")
    house.get("/v1/nowhere")
    assert denials(house) == []


def test_whoever_makes_or_revokes_a_token_is_written_down_but_not_the_token(house: House) -> None:
    ask = {"name": "ERP", "role": "service", "scopes": ["desk.read"], "expires_at": "2026-12-31T00:00:00Z"}
    made = house.post("/v1/tokens", ask, "dora").json()
    assert house.request("DELETE", f"/v1/tokens/{made['token_id']}", "dora").status_code == 204
    facts = [fact for fact in house.inbox.history if fact.kind == "access"]
    assert [(fact.cause.actor, type(fact.event).__name__) for fact in facts] == [
        ("token:1", "TokenMade"),
        ("token:1", "TokenRevoked"),
    ]
    assert (facts[0].event.role, facts[0].event.scopes) == (Role.SERVICE, ("desk.read",))
    assert made["token"] not in repr(house.inbox.history)


def test_a_token_that_cannot_be_written_down_is_not_given(house: House) -> None:
    house.inbox.error = Unavailable()
    ask = {"name": "ERP", "role": "service", "expires_at": "2026-12-31T00:00:00Z"}
    answer = house.post("/v1/tokens", ask, "dora")
    assert (answer.status_code, house.tokens.revoked) == (503, [UUID(int=0)])
