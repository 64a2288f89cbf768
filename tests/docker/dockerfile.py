"""What a Dockerfile may not do. Small on purpose: it knows what ours could get wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

BUILD_TOOLS: Final = re.compile(r"\b(gcc|g\+\+|make|build-essential|pip install|git clone|curl|wget)\b")
SECRET: Final = re.compile(r"(PASSWORD|SECRET|TOKEN|_KEY|_DSN)\w*=\S")


class Instruction(NamedTuple):
    name: str
    words: str


def instructions(text: str) -> list[Instruction]:
    """In order, lines that go on joined, comments left out."""
    lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    joined = re.sub(r"\\\n\s*", " ", lines)
    return [
        Instruction(name.upper(), words.strip())
        for name, _, words in (line.strip().partition(" ") for line in joined.splitlines() if line.strip())
    ]


def faults(text: str) -> list[str]:
    """Everything that is wrong with it, one sentence each."""
    told = instructions(text)
    starts = [n for n, each in enumerate(told) if each.name == "FROM"]
    if not starts:
        return ["has no FROM"]
    return [*_bases(told), *_anywhere(told), *_last_stage(told[starts[-1] :])]


def _bases(told: list[Instruction]) -> Iterator[str]:
    stages: set[str] = set()
    for each in told:
        if each.name == "FROM":
            image, *rest = re.sub(r"--platform=\S+ ", "", each.words).split()
            if image not in stages and not re.search(r":[\w.-]*\d", image):
                yield f"{image} is not pinned"
            if [word.lower() for word in rest[:1]] == ["as"]:
                stages.add(rest[1])


def _anywhere(told: list[Instruction]) -> Iterator[str]:
    for name, words in told:
        if name == "ADD":
            yield "ADD fetches and unpacks what it likes: COPY"
        if name in ("ENV", "ARG") and SECRET.search(words):
            yield f"{name} holds a secret"
        if name == "RUN" and re.search(r"\bapt(-get)? install\b", words):
            if "--no-install-recommends" not in words:
                yield "apt-get installs what is only recommended"
            if "rm -rf /var/lib/apt/lists" not in words:
                yield "the lists of apt stay in the layer"
        if name == "RUN" and re.search(r"\bsudo\b", words):
            yield "sudo in a RUN"
        if name == "RUN" and re.search(r"\bpip install\b(?!.*(--require-hashes|--no-deps))", words):
            yield "pip installs what nobody has pinned"


def _last_stage(told: list[Instruction]) -> Iterator[str]:
    said: dict[str, str] = {each.name: each.words for each in told}
    if not re.fullmatch(r"[1-9]\d*(:[1-9]\d*)?", said.get("USER", "")):
        yield "does not run as a numbered user who is not root"
    for name in ("ENTRYPOINT", "CMD"):
        if name not in said or not _exec_form(said[name]):
            yield f"{name} is not in exec form"
    if "HEALTHCHECK" not in said or not _exec_form(said["HEALTHCHECK"].partition("CMD ")[2]):
        yield "HEALTHCHECK is not in exec form"
    for name, words in told:
        if name == "RUN" and (tool := BUILD_TOOLS.search(words)):
            yield f"{tool[0]} in the last stage"


def _exec_form(words: str) -> bool:
    try:
        told = json.loads(words)
    except ValueError:
        return False
    return isinstance(told, list) and all(isinstance(word, str) for word in told) and bool(told)
