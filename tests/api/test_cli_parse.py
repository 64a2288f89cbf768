"""`atende parse` prints a line per item, and ends well whatever it is given."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from adapters.whatsapp.parser import Provider, parse
from api.cli import app
from api.cli_parse import parse_files, parse_lines
from tests.adapters.whatsapp.webhooks import body, change, entry, text, value


def read(provider: str, raw: bytes) -> list[dict[str, Any]]:
    return parse(Provider(provider), raw)


@pytest.fixture
def webhook(tmp_path: Path) -> Path:
    file = tmp_path / "olá.json"
    file.write_text(json.dumps(body(entry(change(value(messages=[text("ação\u2028\x85 👍"), text()]))))))
    return file


def printed(*files: Path) -> list[dict[str, Any]]:
    out = io.BytesIO()
    parse_files(read, "meta", files, out)
    lines = out.getvalue().decode("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_one_file_gives_its_items_a_line_each(webhook: Path) -> None:
    assert printed(webhook) == read("meta", webhook.read_bytes())


def test_of_several_files_each_line_names_its_own_first(webhook: Path, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"not json")
    items = printed(webhook, tmp_path / "x")
    assert [item["file"] for item in items] == [str(webhook), str(webhook), str(tmp_path / "x")]
    assert {next(iter(item)) for item in items} == {"file"}
    assert items[2]["event"] == "malformed"


def test_people_can_read_the_text(webhook: Path) -> None:
    assert "ação" in next(parse_lines(read, "meta", [webhook]))


@pytest.mark.parametrize("name", ["missing", ".", "nul\x00"])
def test_a_file_that_cannot_be_read_is_one_malformed_item(name: str, tmp_path: Path, webhook: Path) -> None:
    [item] = printed(tmp_path / name)
    assert (item["event"], item["file"]) == ("malformed", str(tmp_path / name))
    assert item["reason"]
    assert len(printed(tmp_path / name, webhook)) == 3


def test_without_files_standard_input_is_read(monkeypatch: pytest.MonkeyPatch, webhook: Path) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(webhook.read_bytes())))
    assert printed() == read("meta", webhook.read_bytes())


@pytest.mark.parametrize("name", ["meta", "360dialog", "dialog360", "twilio"])
def test_a_provider_is_called_as_it_calls_itself(name: str, webhook: Path) -> None:
    done = CliRunner().invoke(app, ["parse", "--provider", name, str(webhook)])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout.splitlines()[0])["event"]


def test_a_provider_nobody_knows_is_a_clear_error(webhook: Path) -> None:
    done = CliRunner().invoke(app, ["parse", "--provider", "telegram", str(webhook)])
    assert done.exit_code == 2
    assert "one of meta, 360dialog, twilio" in done.output
