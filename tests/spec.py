"""Given these facts, when someone wants this, then these facts; or a refusal, or nothing.

given(CONVERSATION, OPENED, OI).when(claim, ANA, at=NOW, seen_version=2).then(Assigned(ANA, "claimed", NOW))
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from domain.grammar import Refused, Stream

S = TypeVar("S")
E = TypeVar("E")


def given(stream: Stream[S, E], *history: E) -> Given[S, E]:
    return Given(stream, history)


@dataclass(frozen=True)
class Given(Generic[S, E]):
    stream: Stream[S, E]
    history: tuple[E, ...]

    @property
    def state(self) -> S:
        return self.stream.fold(self.history)

    def when(self, decision: Callable[..., list[E]], *args: Any, **named: Any) -> When[S, E]:
        try:
            return When(self, decision(self.state, *args, **named), None)
        except Refused as refusal:
            return When(self, [], refusal)


@dataclass(frozen=True)
class When(Generic[S, E]):
    before: Given[S, E]
    events: list[E]
    refusal: Refused | None

    @property
    def after(self) -> Given[S, E]:
        """What was decided has become history."""
        assert self.refusal is None, f"refused: {self.refusal!r}"
        return Given(self.before.stream, (*self.before.history, *self.events))

    def then(self, *events: E) -> Given[S, E]:
        assert events, "say then_nothing"
        assert self.after.history[len(self.before.history) :] == events
        return self.after

    def then_nothing(self) -> None:
        assert self.after.history == self.before.history

    def then_refused(self, rule: type[Refused], **fields: str | int | None) -> None:
        assert type(self.refusal) is rule, f"decided {self.events}, refused {self.refusal!r}"
        assert self.refusal is not None
        assert self.refusal.fields == fields
