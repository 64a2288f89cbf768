"""A command on its way through the topic: what is wanted, and who waits for the answer.

    1 HearMessage <who waits>
    {"id": …, "cause": …, …}

One line in words, then the command as JSON.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from pydantic import TypeAdapter, ValidationError

from commands.intention import Command

FMT: Final = 1


class Envelope(NamedTuple):
    """`reply_to` names the process that asked; empty when nobody waits."""

    command: Command
    reply_to: str


class UnreadableCommand(ValueError):
    """A value that is no command of ours: a newer program wrote it, or something else did."""


class Envelopes:
    """Packs and unpacks the commands of these types. Their names are what stands in the topic."""

    def __init__(self, commands: Iterable[type[Command]]) -> None:
        self._adapters: dict[str, TypeAdapter[Any]] = {kind.__name__: TypeAdapter(kind) for kind in commands}

    def pack(self, command: Command, reply_to: str = "") -> bytes:
        name = type(command).__name__
        return b"%d %b %b\n%b" % (
            FMT,
            name.encode(),
            reply_to.encode(),
            self._adapters[name].dump_json(command),
        )

    def unpack(self, value: bytes) -> Envelope:
        """Raises UnreadableCommand, whose text tells what is wrong and nothing of what it says."""
        first, _, body = value.partition(b"\n")
        words = first.split(b" ")
        if len(words) != 3 or words[0] != str(FMT).encode():
            raise UnreadableCommand("not an envelope of this format")
        adapter = self._adapters.get(words[1].decode(errors="replace"))
        if adapter is None:
            raise UnreadableCommand("not a command that is known here")
        try:
            return Envelope(adapter.validate_json(body), words[2].decode(errors="replace"))
        except ValidationError as error:
            said = error.errors(include_url=False, include_input=False, include_context=False)[0]
            where = ".".join(map(str, said["loc"]))
            raise UnreadableCommand(f"{said['type']} at {where or 'the start'}") from None
