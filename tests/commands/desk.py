"""A desk in memory: real decisions, real folds, a WhatsApp that does as it is told. Time moves by hand."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from commands.catalogue import HANDLERS
from commands.intention import Command
from commands.ports import Accepted, Decision, Denied, Ready
from commands.whatsapp_port import MarkedRead, MediaFile, Outcome, OutgoingMessage, Sent, Stored
from domain.channel import ChannelId
from domain.conversation import CONVERSATION, ConversationId, MessageId, Sending
from domain.grammar import Refused
from domain.journal import Cause, Position, Recorded
from projections.outgoing import OUTGOING, Row

START = datetime(2026, 3, 12, 17, 32, tzinfo=UTC)
SOMEBODY = Cause("system", "thread", "test")


class Wall:
    """A clock on the wall."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def pass_by(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class Book:
    """Decides commands about conversations at once, as the engine would; its own log and inbox."""

    def __init__(self, clock: Wall) -> None:
        self._clock = clock
        self._answers: dict[UUID, Decision] = {}
        self.facts: list[Recorded] = []
        self.asked: list[Command] = []

    async def accept(self, command: Command) -> Decision | None:
        return self.decide(command)

    async def submit(self, command: Command) -> Decision:
        return self.decide(command)

    async def submit_all(self, commands: Any) -> list[Decision]:
        return [self.decide(command) for command in commands]

    def decide(self, command: Command) -> Decision:
        self.asked.append(command)
        if command.id not in self._answers:
            self._answers[command.id] = self._decided(command)
        return self._answers[command.id]

    def _decided(self, command: Command) -> Decision:
        handler = HANDLERS[type(command)]
        stream = handler.stream_of(command)
        told = [fact for fact in self.facts if fact.stream == stream]
        try:
            state = handler.stream.fold([fact.event for fact in told])
            events = handler.decide(command, state, self._clock.now())
        except Refused as no:
            return Denied(no.rule, no.fields, Position(0, len(self.facts)))
        self.record(stream, events, command)
        return Accepted(Position(0, len(self.facts)), tuple(type(event).__name__ for event in events))

    def record(self, stream: str, events: list[Any], command: Command | None = None) -> None:
        for event in events:
            self.facts.append(
                Recorded(
                    stream,
                    1 + sum(fact.stream == stream for fact in self.facts),
                    Position(0, len(self.facts) + 1),
                    self._clock.now(),
                    UUID(int=0) if command is None else command.id,
                    SOMEBODY if command is None else command.cause,
                    event,
                )
            )

    def events(self, kind: type) -> list[Any]:
        return [fact.event for fact in self.facts if isinstance(fact.event, kind)]

    def state(self, conversation_id: str) -> Any:
        stream = CONVERSATION.id(conversation_id)
        return CONVERSATION.fold([fact.event for fact in self.facts if fact.stream == stream])


class Shelf:
    """The `outgoing` list, folded up to where it has `read`: by default everything."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self.behind = 0  # how many of the newest facts it has not seen

    def _rows(self) -> list[Row]:
        rows: dict[str, Row] = {}
        for fact in self._book.facts[: len(self._book.facts) - self.behind]:
            if type(fact.event) in OUTGOING.wakes:
                row = OUTGOING.evolve(rows.get(fact.root), fact)
                if row is not None:
                    rows[fact.root] = row
        return list(rows.values())

    async def ready(self, at: datetime, limit: int, without: Collection[ChannelId] = ()) -> list[Ready]:
        heads = [
            row
            for row in self._rows()
            if row.ready_at is not None and row.ready_at <= at and row.channel_id not in without
        ]
        return [_ready(row) for row in sorted(heads, key=lambda row: row.ready_at or at)][:limit]

    async def abandoned(self, before: datetime, limit: int) -> list[Ready]:
        rows = [row for row in self._rows() if row.status is Sending.STARTED and row.since]
        return [_ready(row) for row in rows if row.since is not None and row.since < before][:limit]


def _ready(row: Row) -> Ready:
    head = row.head
    assert head is not None
    assert row.channel_id is not None
    return Ready(
        conversation_id=row.conversation_id,
        channel_id=row.channel_id,
        message_id=head["message_id"],
        kind=head["kind"],
        content=head["content"],
        purpose=head["purpose"],
        status=Sending(head["status"]),
        attempt=head["attempt"],
        since=row.since,
        to=row.wa_id or row.phone,
        recipient=row.user_id,
        reply_to=head["reply_to"],
    )


@dataclass
class Doubles:
    """A WhatsApp whose answers are laid out beforehand, per message; otherwise it accepts."""

    outcomes: dict[str, list[Outcome | Exception]] = field(default_factory=lambda: defaultdict(list))
    calls: list[OutgoingMessage] = field(default_factory=list)
    reads: list[str] = field(default_factory=list)
    uploads: list[str] = field(default_factory=list)
    media: list[MediaFile | Exception] = field(default_factory=list)
    under_way: set[str] = field(default_factory=set)
    overlapped: set[str] = field(default_factory=set)
    most_at_once: int = 0
    held: asyncio.Event | None = None  # calls end only once it is set
    before: Any = None  # called with each message before it is answered

    async def send(self, channel: str, message: OutgoingMessage) -> Outcome:
        who = message.to or message.recipient or ""
        if who in self.under_way:
            self.overlapped.add(who)
        self.under_way.add(who)
        self.most_at_once = max(self.most_at_once, len(self.under_way))
        self.calls.append(message)
        if self.before is not None:
            self.before(message)
        try:
            if self.held is not None:
                await self.held.wait()
            else:
                await asyncio.sleep(0)
        finally:
            self.under_way.discard(who)
        waiting = self.outcomes[message.message_id]
        outcome = waiting.pop(0) if waiting else Sent(f"wamid.{message.opaque}", wa_id=message.to)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def mark_read(self, channel: str, provider_id: str, *, typing: bool = False) -> MarkedRead:
        self.reads.append(provider_id)
        return MarkedRead()

    async def fetch_media(self, channel: str, media_id: str, *, sha256: str | None = None) -> MediaFile:
        found = self.media.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    async def upload_media(self, channel: str, stored: Stored, *, mime: str) -> str:
        self.uploads.append(stored.key)
        return f"lent-{len(self.uploads)}"

    def meaning(self, code: int) -> Any:
        raise NotImplementedError


class Gait:
    """Pacing that keeps count."""

    def __init__(self) -> None:
        self.reserved: list[str] = []
        self.holds: list[tuple[str, float, str | None]] = []
        self.wait = 0.0

    async def reserve(self, channel: str, recipient_ref: str) -> float:
        self.reserved.append(recipient_ref)
        return self.wait

    async def hold(self, channel: str, seconds: float, recipient_ref: str | None = None) -> None:
        self.holds.append((channel, seconds, recipient_ref))


class Cellar:
    """An object store with one file in it."""

    async def find(self, key: str) -> Stored | None:
        return Stored(key, "00", 3) if key == "file" else None

    async def put(self, chunks: Any, **checks: Any) -> Stored:
        raise NotImplementedError

    def get(self, key: str) -> AsyncIterator[bytes]:
        raise NotImplementedError

    async def forget(self, key: str) -> None:
        raise NotImplementedError


class Seals:
    def message_ref(self, channel_id: str, provider_id: str) -> MessageId:
        return MessageId(f"ref:{provider_id}")

    def recipient_ref(self, channel_id: str, address: str) -> str:
        return f"one:{address}"


class Addresses:
    """Who writes where; knows after `unknown_for` questions."""

    def __init__(self, unknown_for: int = 0) -> None:
        self._unknown_for = unknown_for

    async def channel_of(self, conversation_id: ConversationId) -> ChannelId | None:
        self._unknown_for -= 1
        return None if self._unknown_for >= 0 else ChannelId("matriz")

    async def provider_id_of(self, conversation_id: ConversationId, message_id: MessageId) -> str | None:
        return f"wamid.{message_id}"


class Desk:
    """Every port a process may ask for."""

    def __init__(self) -> None:
        self.clock = Wall()
        self.inbox = Book(self.clock)
        self.outgoing = Shelf(self.inbox)
        self.whatsapp = Doubles()
        self.pacing = Gait()
        self.objects = Cellar()
        self.names = Seals()
        self.correspondence = Addresses()
