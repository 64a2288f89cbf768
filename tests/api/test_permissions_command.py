"""`atende permissions`: the table as it is in force."""

from __future__ import annotations

import json

from typer.testing import CliRunner

from api.cli import app
from api.permissions import DOORS, PERMISSIONS
from tests.api.house import House


def test_programs_get_all_of_it_as_one_document_the_same_as_the_door_gives() -> None:
    said = CliRunner().invoke(app, ["permissions", "--json"])
    told = json.loads(said.stdout)
    assert told["doors"] == {door: needed.value for door, needed in DOORS.items()}
    assert {role: set(held) for role, held in told["roles"].items()} == {
        role.value: {permission.value for permission in held} for role, held in PERMISSIONS.items()
    }
    assert House().get("/v1/permissions", "noa").json() == told


def test_people_get_every_grant_and_every_door_as_a_line() -> None:
    said = CliRunner().invoke(app, ["permissions"], env={"COLUMNS": "200"}).stdout
    for role, held in PERMISSIONS.items():
        assert said.count(f"\u2502 {role.value} ") == len(held)
    assert all(f" {door} " in said for door in DOORS)


def test_a_token_is_not_made_for_more_than_its_role_may() -> None:
    said = CliRunner().invoke(app, ["token", "create", "x", "--role", "agent", "--scope", "users.run"])
    assert said.exit_code == 2
    assert "users.run" in said.output
    strange = CliRunner().invoke(app, ["user", "add", "ana@x.example", "--role", "service"])
    assert strange.exit_code == 2
