"""The document: every door described, with examples that are true and every no it may say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from fastapi.routing import APIRoute
from pydantic import TypeAdapter

from api import examples
from api.models import asks, canned, chat, drafts, files, people, sheets, stints, versions, views
from api.permissions import DOORS, Free, Permission
from api.problems import PROBLEMS
from commands.whatsapp_port import Kind
from domain.copy.refusals import REFUSALS
from tests.api.house import House

DOCUMENT: dict[str, Any] = House().app.openapi()
OPERATIONS = [
    (f"{method.upper()} {path}", operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
]
every_operation = pytest.mark.parametrize(
    "operation", [operation for _, operation in OPERATIONS], ids=[name for name, _ in OPERATIONS]
)


def references(part: Any) -> Iterator[str]:
    match part:
        case dict():
            if isinstance(part.get("$ref"), str):
                yield part["$ref"]
            for inner in part.values():
                yield from references(inner)
        case list():
            for inner in part:
                yield from references(inner)


def test_every_door_is_in_the_document() -> None:
    routes = {
        f"{method} {route.path}"
        for route in House().app.routes
        if isinstance(route, APIRoute) and route.include_in_schema
        for method in route.methods
    }
    assert {name for name, _ in OPERATIONS} == routes
    assert len(routes) > 30


def test_everything_the_document_refers_to_is_in_it() -> None:
    known = {f"#/components/schemas/{name}" for name in DOCUMENT["components"]["schemas"]}
    assert set(references(DOCUMENT)) <= known
    assert DOCUMENT["openapi"].startswith("3.1")


@every_operation
def test_every_door_says_what_it_is_for(operation: dict[str, Any]) -> None:
    assert operation["summary"]
    assert len(operation["tags"]) == 1
    assert operation["tags"][0] in {tag["name"] for tag in DOCUMENT["tags"]}


@every_operation
def test_every_answer_of_success_has_an_example(operation: dict[str, Any]) -> None:
    for status, response in operation["responses"].items():
        if status in ("200", "201", "202") and response.get("content"):
            assert all("example" in content for content in response["content"].values()), status


@every_operation
def test_every_body_has_an_example(operation: dict[str, Any]) -> None:
    for content in operation.get("requestBody", {}).get("content", {}).values():
        assert content.get("examples") or content.get("example") or content["schema"].get("examples")


@every_operation
def test_every_no_is_a_problem_with_examples(operation: dict[str, Any]) -> None:
    for status, response in operation["responses"].items():
        if int(status) < 400 or operation["tags"] == ["running"]:
            continue
        content = response["content"]["application/problem+json"]
        assert content["schema"] == {"$ref": "#/components/schemas/Problem"}
        for rule, example in content["examples"].items():
            assert rule in PROBLEMS or rule in REFUSALS
            assert example["value"]["status"] == int(status)
            assert example["value"]["rule"] == rule


def of_oneself(name: str) -> bool:
    """Doors about one's own sign-in and about tokens: secrets are no wish of history, and have no key."""
    return isinstance(DOORS[name], Free) or DOORS[name] is Permission.RUN_TOKENS


@pytest.mark.parametrize(
    ("name", "operation"),
    [(n, o) for n, o in OPERATIONS if " /v1/" in n and DOORS[n] is not Free.ANYBODY],
    ids=lambda v: str(v)[:60],
)
def test_every_door_with_a_token_says_so(name: str, operation: dict[str, Any]) -> None:
    assert operation["security"] == [{"token": []}]
    assert "401" in operation["responses"]


QUESTIONS = {"POST /v1/conversations/search"}
"""Asked in a body, so that what is asked for stands in no address."""

BYTES = {"POST /v1/conversations/{conversation_id}/files"}
"""The same bytes get the same key."""


@pytest.mark.parametrize(
    ("name", "operation"),
    [
        (n, o)
        for n, o in OPERATIONS
        if " /v1/" in n and not n.startswith("GET") and not of_oneself(n) and n not in QUESTIONS | BYTES
    ],
    ids=lambda v: str(v)[:60],
)
def test_every_write_knows_its_key_and_what_was_seen(name: str, operation: dict[str, Any]) -> None:
    headers = {p["name"] for p in operation["parameters"] if p["in"] == "header"}
    assert {"Idempotency-Key", "If-Match"} <= headers
    assert {"422", "503"} <= set(operation["responses"])


VIEWS = {
    "CONVERSATION": views.Conversation,
    "COUNTS": views.Counts,
    "CONVERSATION_WITH_EPISODES": views.ConversationWithEpisodes,
    "TRANSCRIPT": views.Transcript,
    "DECIDED": views.Decided,
    "OPENED": views.Decided,
    "LINE_DECIDED": views.Decided,
    "QUEUE": views.Queue,
    "AGENT": views.Agent,
    "CHANNEL": views.Channel,
    "CANNED": canned.Canned,
    "DRAFT": drafts.Draft,
    "FILE": files.BroughtFile,
    "DELIVERY": views.Delivery,
    "COMMAND": views.Command,
    "ME": views.Me,
    "ROOM": chat.Room,
    "CHAT_MESSAGE": chat.Message,
    "ROOM_OPENED": views.Decided,
    "SIGNED_IN": people.SignedIn,
    "SESSION": people.Session,
    "SECOND_FACTOR": people.SecondFactor,
    "RECOVERY_CODES": people.RecoveryCodes,
    "USER": people.User,
    "INVITATION": people.Invitation,
    "IMPORTED_USERS": sheets.ImportedUsers,
    "VERSIONS": versions.SettingVersions,
    "TOKEN": people.Token,
    "NEW_TOKEN": people.NewToken,
    "PERMISSIONS_TABLE": people.Permissions,
    "OUTCOMES": views.Outcomes,
    "QUEUE_AT": stints.QueueAt,
    "STINTS": stints.Stints,
    "READY": views.Health,
    "NOT_READY": views.Health,
}


@pytest.mark.parametrize("name", sorted(VIEWS))
def test_every_example_of_an_answer_is_one(name: str) -> None:
    example = getattr(examples, name)
    told = VIEWS[name].model_validate(example, extra="forbid").model_dump(mode="json", exclude_unset=True)
    assert told.keys() == example.keys()


@pytest.mark.parametrize("name", sorted(examples.MESSAGES))
def test_every_example_of_a_message_can_be_sent(name: str) -> None:
    assert TypeAdapter(asks.Message).validate_python(examples.MESSAGES[name]["value"]).content()


def test_every_kind_of_message_can_be_asked_for_but_reactions() -> None:
    union = get_args(asks.Message)[0]
    kinds = {get_args(member.model_fields["kind"].annotation)[0] for member in get_args(union)}
    assert kinds == {kind.value for kind in Kind} - {"reaction"}


def test_every_example_of_a_body_is_accepted() -> None:
    house = House()
    for name, operation in OPERATIONS:
        for content in operation.get("requestBody", {}).get("content", {}).values():
            for example in content.get("schema", {}).get("examples", []):
                method, _, path = name.partition(" ")
                filled = path.replace("{conversation_id}", house.conversation_of()).replace(
                    "{queue_id}", "geral"
                )
                filled = filled.replace("{agent_id}", "bia").replace("{channel_id}", "principal")
                filled = filled.replace("{user_id}", house.conversation_of())
                filled = filled.replace("{consent}", "utility")
                filled = filled.replace("{session_id}", house.conversation_of())
                filled = filled.replace("{room_id}", house.conversation_of())
                filled = filled.replace("{stream_id}", "ab" * 16).replace("{calendar_id}", "comercial")
                filled = filled.replace("{canned_id}", "luzes")
                filled = filled.replace("{consent}", "marketing")
                who = "carla" if re.search("/(conversations|chat|live)", path) else "dora"
                answer = house.request(method, filled, who, json=example)
                assert answer.json().get("rule") != "Invalid" if answer.content else True, (name, answer.text)


def test_examples_speak_of_nobody() -> None:
    phones = [word for word in json.dumps(DOCUMENT).replace('"', " ").split() if word.startswith("55119")]
    assert set(phones) <= {"5511900000001"}


# The page


def test_the_page_asks_nothing_of_anybody_else() -> None:
    answer = House().get("/docs", None)
    assert answer.status_code == 200
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    for foreign in ("<script", "<link", "<img", "@import", "url(", "src="):
        assert foreign not in answer.text
    for path in DOCUMENT["paths"]:
        assert path in answer.text


def test_the_document_is_there_for_programs() -> None:
    assert House().get("/openapi.json", None).json() == json.loads(json.dumps(DOCUMENT))
