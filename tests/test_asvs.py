"""`docs/asvs.csv`: items of OWASP ASVS 5.0 about signing in, sessions, tokens, access; with their tests."""

from __future__ import annotations

import ast
import csv
import inspect
import re
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.people import bearers, credentials, guessing, sessions
from adapters.people.passwords import SHORTEST
from api.models import people
from api.routes.users import LINK
from api.settings import Settings
from commands.door_ports import Role
from domain.user import MOST_FAILURES, UserId
from tests.api.house import House
from tests.api.people import ANOTHER, PASSWORD, Street, story

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "operations.md").read_text().partition("\n## People")[2].partition("\n## ")[0]
ITEMS = list(csv.DictReader((ROOT / "docs" / "asvs.csv").read_text().splitlines()))
STATES = {"done", "partial", "open", "not applicable"}
LISTED = {
    "6.1": 3,
    "6.2": 12,
    "6.3": 8,
    "6.4": 6,
    "6.5": 8,
    "6.6": 3,
    "6.8": 4,
    "7.1": 3,
    "7.2": 4,
    "7.3": 2,
    "7.4": 5,
    "7.5": 3,
    "7.6": 2,
    "8.1": 4,
    "8.2": 4,
    "8.3": 3,
    "8.4": 2,
    "9.1": 3,
    "9.2": 4,
    "10.1": 2,
    "10.2": 2,
    "10.3": 4,
    "10.4": 11,
    "10.5": 5,
    "10.6": 2,
    "10.7": 3,
}
"""How many items there are of the sections that matter most here: all of the first two levels at least."""


def names_in(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text())
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item["item"])
def test_every_item_has_a_state_and_its_tests_exist(item: dict[str, str]) -> None:
    assert item["state"] in STATES
    assert item["level"] in {"1", "2", "3"}
    assert item["requirement"]
    named = item["tests"].split()
    assert bool(named) is (item["state"] in {"done", "partial"})
    assert item["note"] or item["state"] in {"done", "open"}
    for test in named:
        path, _, name = test.partition("::")
        assert name in names_in(path), test


def test_no_item_is_told_twice_and_they_stand_in_order() -> None:
    numbers = [tuple(int(part) for part in item["item"].split(".")) for item in ITEMS]
    assert numbers == sorted(set(numbers))


def test_the_sections_that_matter_most_are_whole() -> None:
    told = Counter(item["item"].rpartition(".")[0] for item in ITEMS)
    assert {section: told[section] for section in LISTED} == LISTED


def test_no_item_of_the_first_two_levels_is_open_and_none_of_the_first_is_partial() -> None:
    left = {(item["level"], item["state"]) for item in ITEMS if item["level"] != "3"}
    assert left == {("1", "done"), ("1", "not applicable")} | {("2", state) for state in STATES - {"open"}}


# What the page says is what the code does


def test_the_page_says_how_guessing_is_held_back() -> None:
    said = re.search(r"\*Wrong passwords\*: (.*?)\n-", PAGE, re.DOTALL)
    assert said is not None
    told = " ".join(said[1].split())
    assert guessing.FREE == 5 and "five are free" in told  # noqa: PT018
    assert f"from {guessing.FIRST_WAIT} s to an hour" in told
    assert guessing.LONGEST_WAIT == 3_600
    assert f"{MOST_FAILURES} in a row lock the account" in told
    assert f"{guessing.PER_ADDRESS} a minute from one address" in told


def test_the_page_says_how_long_a_session_lasts() -> None:
    told = " ".join(PAGE.split())
    assert timedelta(hours=1) == sessions.IDLE
    assert "end after an hour without a refresh" in told
    assert f"after {sessions.LONGEST // timedelta(hours=1)} hours in any case" in told
    assert "as many at once as somebody likes" in told
    assert timedelta(minutes=10) == bearers.LIFETIME
    assert "ten minutes" in told


def test_the_page_says_every_way_in() -> None:
    told = " ".join(PAGE.split())
    assert "Two ways lead in" in told
    assert f"at least {SHORTEST} signs" in told
    assert timedelta(days=1) == LINK
    assert "works once, within a day" in told


def test_the_page_tells_every_role() -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)) == {role.value for role in Role}


def test_a_new_house_has_no_users() -> None:
    assert House().get("/v1/users", "dora").json() == {"items": []}
    assert Settings.model_fields["second_factor"].default == [Role.ADMIN, Role.DPO, Role.AUDITOR]


def test_nobody_is_asked_a_secret_question() -> None:
    asked = {
        name
        for ask in (people.SignIn, people.Activate, people.ChangePassword, people.Prove, people.Invite)
        for name in ask.model_fields
    }
    assert not [name for name in asked if re.search("hint|question|answer|birth|mother", name)]
    assert "password" not in people.Invite.model_fields


def test_secrets_come_from_the_systems_dice() -> None:
    for module in (credentials, sessions):
        source = inspect.getsource(module)
        assert "import random" not in source
        assert "secrets.token_urlsafe(32)" in source  # 256 bits
    made = inspect.getsource(credentials.PostgresCredentials.new_recovery_codes)
    assert "secrets.choice(_SIGNS) for _ in range(16)" in made
    assert len(set(credentials._SIGNS)) ** 16 >= 2**80


def test_a_new_link_leaves_the_second_factor_as_it_is(database: str, valkey_url: str) -> None:
    async def told(street: Street) -> None:
        user_id = UserId(await street.user("ana@fibra.example"))
        async with street.browser() as browser:
            await browser.sign_in("ana@fibra.example")
            await browser.enrol()
            made = await browser.send("POST", f"/v1/users/{user_id}/link", token="atende_dora")
            await browser.send("POST", "/v1/activation", {"word": made.json()["word"], "password": ANOTHER})
            answer = await browser.sign_in("ana@fibra.example", ANOTHER)
            assert answer.json()["rule"] == "CodeNeeded"

    story(database, valkey_url, told)


def test_a_refused_sign_in_is_a_line_in_the_log(
    database: str, valkey_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async def told(street: Street) -> Any:
        user_id = await street.user("ana@fibra.example")
        async with street.browser() as browser:
            await browser.sign_in("ana@fibra.example", "errada errada")
            await browser.sign_in("ana@fibra.example", PASSWORD)
        return user_id

    user_id = story(database, valkey_url, told)
    said = capsys.readouterr().out
    assert re.search(rf"sign_in_refused.*{user_id}", said)
    assert re.search(rf"signed_in.*{user_id}", said)
    assert "ana@fibra.example" not in said
    assert "errada" not in said
