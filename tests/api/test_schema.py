"""`atende schema`: the shapes of what is stored, for whoever has no checkout."""

from __future__ import annotations

import json

from typer.testing import CliRunner

from adapters.archive import Archive
from adapters.schemas import catalogue
from api.cli import app
from commands.catalogue import STREAMS

ALL = catalogue(Archive(STREAMS.values(), None))


def test_all_of_it_is_one_json_document() -> None:
    said = CliRunner().invoke(app, ["schema"])
    assert said.exit_code == 0
    assert json.loads(said.stdout) == ALL


def test_one_name_is_told_alone() -> None:
    for name in ("record", "conversation.Closed"):
        assert json.loads(CliRunner().invoke(app, ["schema", name]).stdout) == {name: ALL[name]}


def test_a_name_that_is_not_there_is_no_empty_answer() -> None:
    said = CliRunner().invoke(app, ["schema", "conversation.Clsoed"])
    assert said.exit_code == 2
    assert said.stdout == ""
