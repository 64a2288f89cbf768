"""A small noun of its own, to see the engine without the business: a till that takes coins."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeAlias
from uuid import UUID, uuid4

from adapters.archive import Archive
from adapters.engine.inbox import EmbeddedInbox
from adapters.engine.owner import Owner
from adapters.keyring import Keyring, MemoryKeys
from adapters.log.index import Index
from adapters.log.port import Log
from commands.intention import Command, on
from domain.grammar import Refused, Stream
from domain.journal import Cause
from domain.privacy import Content


@dataclass(frozen=True, slots=True)
class Paid:
    coins: int
    words: Content


@dataclass(frozen=True, slots=True)
class Emptied:
    pass


Event: TypeAlias = Paid | Emptied


@dataclass(frozen=True, slots=True)
class Till:
    coins: int = 0


class NothingToGive(Refused):
    """The till holds nothing."""


def evolve(state: Till, event: Event) -> Till:
    match event:
        case Paid(coins=coins):
            return Till(state.coins + coins)
        case Emptied():
            return Till()


TILL: Stream[Till, Event] = Stream("till", (Paid, Emptied), Till(), evolve)


@dataclass(frozen=True, kw_only=True)
class Pay(Command):
    till: str
    coins: int
    words: str = "thank you"
    seen: list[int] = field(default_factory=list, compare=False)  # what the handler saw, for the test


def pay(command: Pay, state: Till, at: datetime) -> list[Event]:
    command.seen.append(state.coins)
    if command.coins == 0:
        return []
    if command.coins < 0:
        raise ZeroDivisionError  # a handler with a mistake in it
    return [Paid(command.coins, command.words)]


@dataclass(frozen=True, kw_only=True)
class Empty(Command):
    till: str


def empty(command: Empty, state: Till, at: datetime) -> list[Event]:
    if state.coins == 0:
        raise NothingToGive(coins=state.coins)
    return [Emptied()]


HANDLERS = {
    Pay: on(TILL, key=lambda c: c.till, decide=pay),
    Empty: on(TILL, key=lambda c: c.till, decide=empty),
}
STREAMS = {"till": TILL}
CAUSE = Cause("agent:ana", "correlation-1", "request:1")


class Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)


def a_pay(till: str = "one", coins: int = 1, **more: object) -> Pay:
    return Pay(id=uuid4(), cause=CAUSE, till=till, coins=coins, **more)  # type: ignore[arg-type]


def an_empty(till: str = "one", id_: UUID | None = None) -> Empty:
    return Empty(id=id_ or uuid4(), cause=CAUSE, till=till)


KEYRING = Keyring(MemoryKeys())
"""Of every database of this process: whoever writes and whoever reads see the same keys."""


def archive() -> Archive:
    return Archive([TILL], KEYRING)


def owner(log: Log, dsn: str, capacity: int = 20_000) -> Owner:
    return Owner(log, Index(dsn), Index(dsn), archive(), HANDLERS, STREAMS, Clock(), capacity=capacity)


@contextmanager
def running(log: Log, dsn: str, capacity: int = 20_000) -> Iterator[EmbeddedInbox]:
    """An inbox with its owner, until the block ends."""
    inbox = EmbeddedInbox(owner(log, dsn, capacity))
    inbox.start()
    try:
        yield inbox
    finally:
        inbox.stop()
        log.close()
