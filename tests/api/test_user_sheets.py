"""Users as a table: links are told once, and nobody raises themselves or locks everybody out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.models.sheets import USER_COLUMNS
from api.sheets import MARK, read
from commands.door_ports import Identity, Role
from commands.user import ChoosePassword, DeactivateUser, InviteUser, LockUser
from domain.agent import AgentId
from domain.user import UserId
from tests.api.house import TOKENS, House
from tests.api.people import ANOTHER, Street, Tell
from tests.api.test_sheets import faults

EVA, RUI, ZOE = "eva@fibra.example", "rui@fibra.example", "zoe@fibra.example"


def send(house: House, table: str, who: str = "dora", key: str | None = None, dry: bool = False) -> Any:
    headers = {"Content-Type": "text/csv"}
    path = "/v1/settings/users" + ("?dry_run=true" if dry else "")
    return house.request("POST", path, who, content=table.encode(), headers=headers, key=key)


def here(house: House, login: str, role: Role = Role.AGENT, **more: Any) -> UserId:
    """Somebody who has chosen a password; their id."""
    user_id = house.desk.people.credentials.user_id(login)
    name = login.partition("@")[0].title()
    house.want(InviteUser, user_id=user_id, name=name, login=login, role=role, **more)
    house.want(ChoosePassword, user_id=user_id, by_link=True)
    return user_id


def told(house: House) -> dict[str, Any]:
    return {row["login"]: row for row in house.get("/v1/users", "dora").json()["items"]}


def test_a_table_invites_changes_and_lets_go_and_says_what_it_did(house: House) -> None:
    here(house, EVA)
    here(house, RUI)
    table = (
        "login;name;role;agent_id;queues;active\n"
        f"{EVA};Eva;supervisor;ana;suporte|geral;sim\n{RUI};Rui;agent;;*;não\n{ZOE};Zoe;agent;bia;suporte;sim\n"
    )
    answer = send(house, table).json()
    assert answer["lines"] == 3
    assert [(c["login"], c["invited"]) for c in answer["changes"]] == [
        (EVA, False),
        (RUI, False),
        (ZOE, True),
    ]
    assert answer["changes"][0]["differences"] == [
        {"column": "role", "before": "agent", "after": "supervisor"},
        {"column": "agent_id", "before": "", "after": "ana"},
        {"column": "queues", "before": "*", "after": "geral|suporte"},
    ]
    assert answer["changes"][1]["differences"] == [{"column": "active", "before": "sim", "after": "não"}]
    rows = told(house)
    assert (rows[EVA]["role"], rows[EVA]["agent_id"]) == ("supervisor", "ana")
    assert (rows[RUI]["stage"], rows[ZOE]["stage"]) == ("deactivated", "invited")
    assert [(one["login"], one["word"]) for one in answer["invitations"]] == [(ZOE, "convite_novo")]


def test_whoever_comes_back_has_the_role_of_their_line(house: House) -> None:
    user_id = here(house, EVA)
    house.want(DeactivateUser, user_id=user_id)
    assert send(house, f"login;role;active\n{EVA};manager;sim\n").status_code == 200
    assert (told(house)[EVA]["role"], told(house)[EVA]["stage"]) == ("manager", "active")


def test_a_dry_run_says_what_would_change_and_changes_nothing(house: House) -> None:
    here(house, EVA)
    before = len(house.inbox.history)
    table = f"login;name;role\n{EVA};Eva;auditor\n{ZOE};Zoe;agent\n"
    dry = send(house, table, dry=True)
    assert len(house.inbox.history) == before
    assert dry.json()["invitations"] == []
    assert send(house, table).json()["changes"] == dry.json()["changes"]


def test_what_goes_out_comes_in_again_and_changes_nobody(house: House) -> None:
    here(house, EVA, Role.SUPERVISOR, agent_id=AgentId("ana"))
    gone = here(house, RUI)
    house.want(DeactivateUser, user_id=gone)
    before = len(house.inbox.history)
    out = house.get("/v1/settings/users", "dora")
    answer = send(house, out.text)
    assert answer.json() == {"lines": 2, "changes": [], "invitations": []}
    assert len(house.inbox.history) == before
    assert f"{EVA};Eva;supervisor;ana;*;sim" in out.text
    assert f"{RUI};Rui;agent;;*;não" in out.text


@given(st.text(st.characters(exclude_categories=("C",)), min_size=1, max_size=30).filter(str.strip))
def test_no_name_is_a_formula_and_every_name_is_the_one_that_was_given(name: str) -> None:
    house = House()
    user_id = house.desk.people.credentials.user_id(EVA)
    house.want(InviteUser, user_id=user_id, name=name.strip(), login=EVA, role=Role.AGENT)
    out = house.get("/v1/settings/users", "dora").content.decode()
    [row] = read(out, USER_COLUMNS, ("login",))
    assert row.cells["name"] == name.strip()
    assert not out.removeprefix(MARK).partition("\n")[2].split(";")[1].startswith(tuple("=+-@"))
    assert send(house, out).json()["changes"] == []


def test_one_bad_line_keeps_all_out_and_each_fault_has_its_line(house: House) -> None:
    here(house, EVA)
    gone = here(house, RUI)
    house.want(DeactivateUser, user_id=gone)
    before = len(house.inbox.history)
    table = (
        "login;name;role;agent_id;queues;active\n"
        f"{ZOE};Zoe;agent;;*;sim\n"
        f"{EVA};Outra;agent;;*;sim\n"
        f"{RUI};Rui;manager;;*;não\n"
        "sem-arroba;X;agent;;*;sim\n"
        "p@fibra.example;P;service;;*;sim\n"
        "q@fibra.example;Q;chefe;;*;sim\n"
        "r@fibra.example;R;agent;ninguem;vendas;não\n"
        f"{ZOE};Zoe;agent;;*;sim\n"
    )
    assert faults(send(house, table)) == [
        ("line.5.login", "string_pattern_mismatch"),
        ("line.7.role", "enum"),
        ("line.9.login", "twice"),
        ("line.3.name", "name_stays"),
        ("line.4.role", "let_go"),
        ("line.6.role", "enum"),
        ("line.8.agent_id", "unknown_agent"),
        ("line.8.queues", "unknown_queue"),
        ("line.8.active", "not_here"),
    ]
    assert len(house.inbox.history) == before


def test_nobody_raises_or_lets_go_of_themselves_by_a_table(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    me, _ = here(house, EVA, Role.ADMIN), here(house, RUI, Role.ADMIN)
    monkeypatch.setitem(TOKENS, "eva", Identity(f"user:{me}", "Eva", Role.ADMIN, user_id=me))
    for row in ("dpo;sim", "admin;não"):
        table = f"login;role;active\n{EVA};{row}\n"
        assert ("line.2.login", "yourself") in faults(send(house, table, "eva"))
    assert send(house, f"login;role;active\n{EVA};admin;sim\n{RUI};agent;sim\n", "eva").status_code == 200


@pytest.mark.parametrize(("row", "column"), [("agent;sim", "role"), ("admin;não", "active")])
def test_the_last_who_runs_the_users_is_not_locked_out(house: House, row: str, column: str) -> None:
    here(house, EVA, Role.ADMIN)
    locked = here(house, RUI, Role.ADMIN)
    house.want(LockUser, user_id=locked, failures=100)
    table = f"login;name;role;active\n{EVA};Eva;{row}\n{ZOE};Zoe;admin;sim\n"
    assert faults(send(house, table)) == [(f"line.2.{column}", "last_admin")]  # Zoe may never come
    here(house, "bel@fibra.example", Role.ADMIN)
    assert send(house, table).status_code == 200


@given(st.lists(st.tuples(st.sampled_from([*Role]), st.booleans()), min_size=3, max_size=3))
def test_whatever_a_table_says_somebody_who_runs_the_users_remains(lines: list[tuple[Role, bool]]) -> None:
    house = House()
    logins = [EVA, RUI, ZOE]
    for login in logins:
        here(house, login, Role.ADMIN)
    rows = [f"{login};{r};{'sim' if on else 'não'}" for login, (r, on) in zip(logins, lines, strict=True)]
    send(house, "\n".join(["login;role;active", *rows]))
    assert any(row["role"] == "admin" and row["stage"] == "active" for row in told(house).values())


def test_the_same_table_again_under_its_key_gives_new_links_and_does_nothing_twice(house: House) -> None:
    table = f"login;name;role\n{ZOE};Zoe;agent\n"
    send(house, table, key="k")
    before = len(house.inbox.history)
    again = send(house, table, key="k")
    assert (again.status_code, again.json()["changes"]) == (200, [])
    assert [one["login"] for one in again.json()["invitations"]] == [ZOE]
    assert send(house, table, key="other").json()["invitations"] == []
    assert len(house.inbox.history) == before
    assert send(house, f"login;name;role\n{ZOE};Zoe;manager\n", key="k").status_code == 200


def test_two_spellings_of_an_address_are_one_person(tell: Tell[None]) -> None:
    async def story(street: Street) -> None:
        await street.user(EVA)
        async with street.browser() as browser:
            told = await browser.client.post(
                "/v1/settings/users",
                content=f"login;role\n EVA@Fibra.example;manager\n{EVA};agent\n".encode(),
                headers={"Authorization": "Bearer atende_dora"},
            )
        assert [one["code"] for one in told.json()["errors"]] == ["twice"]

    tell(story)


def test_links_of_a_table_open_the_door_once_and_are_nowhere_else(
    tell: Tell[None], capsys: pytest.CaptureFixture[str]
) -> None:
    async def story(street: Street) -> None:
        async with street.browser() as browser:
            answer = await browser.client.post(
                "/v1/settings/users",
                content=f"login;name;role\n{ZOE};Zoe;agent\n".encode(),
                headers={"Authorization": "Bearer atende_dora"},
            )
            [link] = answer.json()["invitations"]
            assert answer.headers["cache-control"] == "no-store"
            chosen = {"word": link["word"], "password": ANOTHER}
            assert (await browser.send("POST", "/v1/activation", chosen)).status_code == 204
            assert (await browser.send("POST", "/v1/activation", chosen)).status_code == 404
            assert (await browser.sign_in(ZOE, ANOTHER)).status_code == 200
        history = json.dumps([repr(fact) for fact in street.house.inbox.history])
        said = capsys.readouterr()
        assert link["word"] not in history + said.out + said.err
        assert ZOE not in said.out + said.err

    tell(story)


def test_whoever_a_table_lets_go_is_out_at_once(tell: Tell[None]) -> None:
    async def story(street: Street) -> None:
        await street.user(EVA)
        async with street.browser() as browser:
            await browser.sign_in(EVA)
            answer = await browser.client.post(
                "/v1/settings/users",
                content=f"login;active\n{EVA};não\n".encode(),
                headers={"Authorization": "Bearer atende_dora"},
            )
            assert answer.status_code == 200, answer.text
            assert (await browser.send("GET", "/v1/me")).json()["rule"] == "AccessChanged"
            assert (await browser.refresh()).status_code == 401
        assert street.names()[-2:] == ["Deactivated", "SessionEnded"]

    tell(story)


@pytest.mark.parametrize("who", ["carla", "gil", "oto", "erp", "painel"])
def test_only_whoever_runs_the_users_has_them_as_a_table(house: House, who: str) -> None:
    assert send(house, "login\n", who).json()["rule"] == "Forbidden"
    assert house.get("/v1/settings/users", who).json()["rule"] == "Forbidden"
