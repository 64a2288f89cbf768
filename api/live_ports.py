"""What live streams ask of the views."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from typing import Protocol, TypeAlias

from commands.live_ports import Marks
from domain.conversation import ConversationId
from domain.journal import Position
from projections import inbox, transcript

Conversations: TypeAlias = Sequence[tuple[inbox.Row, Position]]
Lines: TypeAlias = Sequence[tuple[transcript.Row, Position]]


class Standing(Protocol):
    """How far the views are. `generation` is another one when their tables were built anew; `behind` are
    records not folded yet, of whichever partition lies back most."""

    @property
    def marks(self) -> Mapping[str, Marks]: ...
    @property
    def generation(self) -> str: ...
    @property
    def behind(self) -> int: ...


class Rows(Protocol):
    """Rows with the position that changed them last. Everything raises Unavailable."""

    def standing(self) -> Awaitable[Standing]: ...

    def conversations(self, ids: Sequence[ConversationId]) -> Awaitable[Conversations]: ...

    def conversations_since(self, marks: Marks, limit: int) -> Awaitable[Conversations | None]:
        """What changed since; None when that is more than the limit."""
        ...

    def lines(self, keys: Sequence[tuple[str, str]]) -> Awaitable[Lines]:
        """By conversation and line."""
        ...

    def lines_since(
        self, marks: Marks, conversations: Sequence[ConversationId], limit: int
    ) -> Awaitable[Lines | None]:
        """What changed since in these conversations; None when that is more than the limit."""
        ...
