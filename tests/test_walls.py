"""The rooms keep to themselves. A wall that is moved or forgotten fails here, by name."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).parents[1]
CONTRACTS = {
    "Doors stand on adapters, adapters on commands and projections, those on the domain",
    "Only the wiring knows the adapters",
}
ROOMS = {"domain", "commands", "projections", "adapters", "api"}
PURE = {"domain": {"domain"}, "commands": {"commands", "domain"}, "projections": {"projections", "domain"}}
MACHINE = re.compile(r"(?<![\w.}])/(?:work|root|Users|tmp|home/[a-z]\w*)/")
REGISTRY = re.compile(r"https?://|--(?:extra-)?index-url|--find-links|--trusted-host")


def tracked() -> list[Path]:
    """The files that git keeps, whoever owns the checkout."""
    git = ["git", "-c", f"safe.directory={ROOT}", "-C", str(ROOT), "ls-files", "-z"]
    listed = subprocess.run(git, check=True, capture_output=True, text=True).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def sources(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


def imported(source: str) -> set[str]:
    """The top-level names that a module imports, wherever in the module it does so."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.partition(".")[0])
    return names


def test_every_contract_is_kept(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    status = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    words = capsys.readouterr().out
    assert status == EXIT_STATUS_SUCCESS, words
    assert f"Contracts: {len(CONTRACTS)} kept, 0 broken." in words


def test_no_contract_was_removed_unseen() -> None:
    linter = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    assert {contract["name"] for contract in linter["contracts"]} == CONTRACTS
    assert set(linter["root_packages"]) == ROOMS


@pytest.mark.parametrize("room", sorted(PURE))
def test_inner_rooms_import_the_standard_library_and_each_other_only(room: str) -> None:
    allowed = sys.stdlib_module_names | PURE[room]
    assert sources(room)
    strangers = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in sources(room)
        for name in imported(path.read_text()) - allowed
    }
    assert strangers == set()


def test_the_import_check_sees_imports_at_any_depth() -> None:
    seen = imported(
        "import os.path\ndef later():\n    from redis.asyncio import Redis\n    from . import near\n"
    )
    assert seen == {"os", "redis"}


def test_every_room_is_installed_typed_and_walled() -> None:
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    assert set(tools["mypy"]["packages"]) == ROOMS
    assert {name.rstrip("*") for name in tools["setuptools"]["packages"]["find"]["include"]} == ROOMS
    assert {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"} == ROOMS


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    found = []
    for path in tracked():
        try:
            words = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(ROOT)}: {hit[0]}" for hit in MACHINE.finditer(words)]
    assert found == []


@pytest.mark.parametrize("folder", ["work", "root", "home/ana", "tmp", "Users"])
def test_the_path_check_knows_a_machines_folder(folder: str) -> None:
    assert MACHINE.search(f"cd /{folder}/atende")


@pytest.mark.parametrize(
    "words", ["/var/tmp", "https://example.org/work/1", "below /root,", "/v1/home/", "${x}/tmp/"]
)
def test_the_path_check_lets_other_words_pass(words: str) -> None:
    assert not MACHINE.search(words)


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_locks_pin_and_hash_everything_and_name_no_registry(name: str) -> None:
    words = (ROOT / name).read_text()
    assert not REGISTRY.search(words)
    entries = re.split(r"\n(?=\S)", words.strip())
    assert all(re.match(r"[a-z0-9-]+==\S+", entry) and "--hash=sha256:" in entry for entry in entries)


def test_locks_hold_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    build, runtime = project["build-system"]["requires"], project["project"]["dependencies"]
    dev = project["project"]["optional-dependencies"]["dev"]
    locked, locked_dev = (
        {line.partition("==")[0] for line in (ROOT / name).read_text().splitlines() if "==" in line}
        for name in ("requirements.lock", "requirements-dev.lock")
    )
    assert {plain(entry) for entry in [*build, *runtime]} <= locked
    assert {plain(entry) for entry in [*build, *runtime, *dev]} <= locked_dev
    assert locked <= locked_dev


def plain(requirement: str) -> str:
    """`Psycopg[binary]>=3.2` -> `psycopg`"""
    found = re.match(r"[\w.-]+", requirement)
    assert found
    return re.sub(r"[._]", "-", found[0]).lower()
