"""The image: pinned, without root, without build tools, and made of what it needs."""

from __future__ import annotations

import re
import tomllib

import pytest

from tests.docker.dockerfile import faults, instructions
from tests.docker.ground import DOCKER, ROOT, commands

OURS = (DOCKER / "Dockerfile").read_text()


def test_ours_has_no_fault() -> None:
    assert faults(OURS) == []


@pytest.mark.parametrize(
    ("said", "instead", "fault"),
    [
        ("FROM python:3.11-slim-bookworm AS", "FROM python AS", "python is not pinned"),
        ("FROM python:3.11-slim-bookworm AS", "FROM python:latest AS", "python:latest is not pinned"),
        ("FROM python:3.11-slim-bookworm\n", "FROM python:slim\n", "python:slim is not pinned"),
        ("COPY api api", "ADD api api", "ADD fetches and unpacks what it likes: COPY"),
        ("USER 10001:10001\n", "", "does not run as a numbered user who is not root"),
        ("USER 10001:10001\n", "USER root\n", "does not run as a numbered user who is not root"),
        ("USER 10001:10001\n", "USER 0:10001\n", "does not run as a numbered user who is not root"),
        ("USER 10001:10001\n", "USER atende\n", "does not run as a numbered user who is not root"),
        ("USER 10001:10001\n", "USER 10001\nUSER 0\n", "does not run as a numbered user who is not root"),
        ('ENTRYPOINT ["atende"]', "ENTRYPOINT atende", "ENTRYPOINT is not in exec form"),
        ('CMD ["serve"]', "CMD serve", "CMD is not in exec form"),
        (
            '  CMD ["python", "-c"',
            '  CMD curl localhost || ["python", "-c"',
            "HEALTHCHECK is not in exec form",
        ),
        ("--require-hashes ", "", "pip installs what nobody has pinned"),
        ("WORKDIR /data", "RUN apt-get install -y gcc\nWORKDIR /data", "the lists of apt stay in the layer"),
        ("WORKDIR /data", "RUN pip install --no-deps x\nWORKDIR /data", "pip install in the last stage"),
        ("ATENDE_DATA=/data", "ATENDE_INDEX_KEY=abc", "ENV holds a secret"),
        ("RUN groupadd", "RUN sudo groupadd", "sudo in a RUN"),
    ],
)
def test_a_fault_is_told(said: str, instead: str, fault: str) -> None:
    assert OURS.count(said) == 1
    assert fault in faults(OURS.replace(said, instead))


def test_a_file_without_a_base_is_no_image() -> None:
    assert faults("# nothing\n") == ["has no FROM"]


def test_what_it_starts_is_the_program_and_a_role() -> None:
    assert [each.words for each in instructions(OURS) if each.name == "ENTRYPOINT"] == ['["atende"]']
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert "atende" in project["project"]["scripts"]
    assert "serve" in commands()


def copied() -> set[str]:
    """What is copied from the checkout, not from another stage."""
    words = [each.words.split() for each in instructions(OURS) if each.name == "COPY"]
    return {name for each in words if not each[0].startswith("--from") for name in each[:-1]}


def test_everything_that_is_installed_is_copied_and_nothing_else() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    rooms = {name.rstrip("*") for name in project["tool"]["setuptools"]["packages"]["find"]["include"]}
    needed = {"requirements.lock", "pyproject.toml", project["project"]["readme"]}
    assert copied() == rooms | needed | set(project["project"]["license-files"])
    assert all((ROOT / name).exists() for name in copied())


def test_the_builder_is_sent_what_is_copied_and_nothing_else() -> None:
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] not in ("", "#")]
    assert lines[0] == "*"
    assert {line[1:] for line in lines if line.startswith("!")} == copied()


def test_it_looks_after_the_port_that_it_opens() -> None:
    (port,) = re.findall(r"ATENDE_PORT=(\d+)", OURS)
    assert f"EXPOSE {port}" in OURS
    (check,) = (each.words for each in instructions(OURS) if each.name == "HEALTHCHECK")
    assert "ATENDE_PORT" in check
    assert "/health/live" in check
