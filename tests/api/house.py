"""A house in memory behind real doors: the real handlers on real states, the real folds, no database."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections import Counter
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import httpx
from fastapi import FastAPI

from adapters.reads import Page, Told
from adapters.whatsapp.door import Line, ProviderDoor
from adapters.whatsapp.parser import Provider
from api.app import create_app
from api.desk import Desk, Probe, Reach, Which, WhichRatings
from api.metrics import Metrics
from commands import conversation as wanted
from commands.agent import WelcomeAgent
from commands.catalogue import HANDLERS
from commands.channel import ConnectChannel
from commands.door_ports import Draft, Identity, Issued, ListedToken, Role, Upload
from commands.intention import Command, person_id
from commands.people_ports import People
from commands.ports import Accepted, Broken, Decision, Denied, Unavailable
from commands.queue import CreateQueue
from commands.template import SyncTemplate
from commands.whatsapp_port import Missing, Stored, TooLarge
from domain.agent import AgentId
from domain.channel import ChannelId
from domain.conversation import ConversationId, MessageId, Stage
from domain.delivery import DeliveryId
from domain.grammar import Refused
from domain.journal import Cause, Position, Recorded
from domain.queue import Priority, QueueId
from domain.template import Category, Quality, Shape, Status
from domain.user import USER, User
from projections import (
    agents,
    canned,
    channels,
    chat_messages,
    chat_rooms,
    contacts,
    deadlines,
    deliveries,
    inbox,
    queues,
    ratings,
    rules,
    scheduled,
    stints,
    templates,
    transcript,
    users,
)
from projections.answer import fold
from projections.catalogue import PROJECTIONS
from projections.wallboard import Tally, Wallboard, wallboard

T = TypeVar("T")

NOW = datetime(2026, 3, 12, 17, 32, tzinfo=UTC)
SECRET, OLD_SECRET = b"segredo-do-aplicativo", b"segredo-anterior"
PHONE = "5511900000001"
ANA, BIA = AgentId("ana"), AgentId("bia")
SUPPORT = frozenset({QueueId("suporte")})
TOKENS = {
    "ana": Identity("agent:ana", "Ana", Role.AGENT, ANA),
    "bia": Identity("agent:bia", "Bia", Role.AGENT, BIA),
    "carla": Identity("agent:carla", "Carla", Role.SUPERVISOR, AgentId("carla")),
    "dora": Identity("token:1", "Dora", Role.ADMIN),
    "erp": Identity("token:2", "ERP", Role.SERVICE),
    "lost": Identity("token:3", "Sem atendente", Role.AGENT),
    "gil": Identity("user:gil", "Gil", Role.MANAGER),
    "ivo": Identity("user:ivo", "Ivo", Role.DIRECTOR),
    "lia": Identity("user:lia", "Lia", Role.ANALYST),
    "noa": Identity("user:noa", "Noa", Role.AUDITOR),
    "oto": Identity("user:oto", "Oto", Role.DPO),
    # who reaches less than their role
    "edu": Identity("agent:edu", "Edu", Role.AGENT, AgentId("edu"), SUPPORT),
    "eva": Identity("agent:eva", "Eva", Role.SUPERVISOR, AgentId("eva"), SUPPORT),
    "fora": Identity("agent:fora", "Fora", Role.AGENT, AgentId("fora"), frozenset({QueueId("geral")})),
    "painel": Identity("token:4", "Painel", Role.SERVICE, scopes=frozenset({"desk.read"})),
    "parede": Identity("token:5", "Parede", Role.SERVICE, scopes=frozenset({"wallboard.read"})),
    "devendo": Identity("user:devendo", "Devendo", Role.ADMIN, owes_second_factor=True),
}


class StoppedClock:
    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at

    def pass_by(self, **span: float) -> None:
        self.at += timedelta(**span)


@dataclass
class MemoryInbox:
    """Decides at once, on one partition; `broken` names commands whose handlers shall raise."""

    clock: StoppedClock
    history: list[Recorded] = field(default_factory=list)
    states: dict[str, tuple[Any, int]] = field(default_factory=dict)
    decisions: dict[UUID, Decision] = field(default_factory=dict)
    broken: set[type[Command]] = field(default_factory=set)
    error: Exception | None = None
    slow: bool = False
    durable_first: bool = False  # says of what it accepts only that it is durable

    async def accept(self, command: Command) -> Decision | None:
        decision = await self.submit(command)
        return None if self.durable_first else decision

    async def submit(self, command: Command) -> Decision:
        if self.error is not None:
            raise self.error
        if self.slow:
            await asyncio.Event().wait()
        if command.id in self.decisions:
            return replace(self.decisions[command.id], repeated=True)
        decision = self.decisions[command.id] = self._decide(command)
        return decision

    async def submit_all(self, commands: Sequence[Command]) -> list[Decision]:
        return [await self.submit(command) for command in commands]

    @property
    def position(self) -> Position:
        return Position(3, len(self.history))

    def _decide(self, command: Command) -> Decision:
        handler = HANDLERS[type(command)]
        stream = handler.stream_of(command)
        state, version = self.states.get(stream, (handler.stream.initial, 0))
        source = command.cause.source
        if type(command) in self.broken:
            return Broken("ZeroDivisionError", self.position, source=source)
        try:
            events = handler.decide(command, state, self.clock.now())
        except Refused as no:
            return Denied(no.rule, dict(no.fields), self.position, source=source)
        for event in events:
            version += 1
            state = handler.stream.evolve(state, event)
            at = Position(3, len(self.history) + 1)
            self.history.append(
                Recorded(stream, version, at, self.clock.now(), command.id, command.cause, event)
            )
        self.states[stream] = (state, version)
        return Accepted(self.position, tuple(type(e).__name__ for e in events), source=source)


@dataclass
class MemoryReads:
    """The real folds over all that was decided. `hidden` events have not arrived yet; `away`: no database."""

    inbox: MemoryInbox
    hidden: int = 0
    away: bool = False
    asked: list[tuple[tuple[str, ...], Position]] = field(default_factory=list)

    def _rows(self, name: str) -> list[Any]:
        if self.away:
            raise Unavailable
        return list(fold(PROJECTIONS[name], self._arrived()).values())

    def _arrived(self) -> list[Recorded]:
        return self.inbox.history[: len(self.inbox.history) - self.hidden]

    async def conversations(
        self, which: Which, at: datetime, *, limit: int, after: str | None
    ) -> Page[inbox.Row]:
        if after is not None and not after.isdecimal():
            raise ValueError
        rows = [row for row in self._rows("inbox") if row.episode and _fits(row, which)]
        rows.sort(key=lambda row: inbox.place(row, at))
        start = int(after or 0)
        more = str(start + limit) if len(rows) > start + limit else None
        return Page(tuple(rows[start : start + limit]), more)

    async def conversation(self, conversation_id: ConversationId) -> Told | None:
        for row in self._rows("inbox"):
            if row.conversation_id == conversation_id and row.episode:
                of = [e for e in self._rows("episodes") if e.conversation_id == conversation_id]
                return Told(row, tuple(sorted(of, key=lambda e: -e.episode)))
        return None

    def _latest(self, rows: list[inbox.Row], limit: int) -> list[inbox.Row]:
        return sorted(rows, key=lambda row: row.activity_at or NOW, reverse=True)[:limit]

    async def by_ids(self, ids: Sequence[ConversationId], *, limit: int) -> list[inbox.Row]:
        return self._latest([r for r in self._rows("inbox") if r.episode and r.conversation_id in ids], limit)

    async def by_protocol(self, protocol: str, *, limit: int) -> list[inbox.Row]:
        of = {e.conversation_id for e in self._rows("episodes") if e.protocol == protocol}
        return await self.by_ids([*of], limit=limit)

    async def by_name(self, names: Sequence[str], *, limit: int) -> list[inbox.Row]:
        wanted = [words for name in names if (words := contacts.comparable(name).split())]
        of = [
            row.conversation_id
            for row in self._rows("contacts")
            if any(all(any(w.startswith(o) for w in row.words.split()) for o in words) for words in wanted)
        ]
        return await self.by_ids(of, limit=limit)

    async def counts(
        self, agent_id: AgentId | None, at: datetime, reach: Reach | None = None
    ) -> inbox.Counts:
        rows = [r for r in self._rows("inbox") if r.episode and (reach is None or _reached(r, reach))]
        waits = [row for row in rows if row.stage is Stage.WAITING]
        served = [row for row in rows if row.stage is Stage.IN_SERVICE]
        lately = at - timedelta(hours=24)
        return inbox.Counts(
            automation=sum(row.stage is Stage.AUTOMATION for row in rows),
            waiting=len(waits),
            waiting_late=sum(row.due_at is not None and row.due_at <= at for row in waits),
            in_service=len(served),
            mine=sum(agent_id is not None and row.agent_id == agent_id for row in served),
            closed_lately=sum(
                row.stage is Stage.CLOSED and row.closed_at is not None and row.closed_at > lately
                for row in rows
            ),
            queues=dict(Counter(row.queue_id or "" for row in waits)),
        )

    async def transcript(
        self, conversation_id: ConversationId, *, limit: int, at: str | None, by: datetime | None = None
    ) -> Page[transcript.Row]:
        if at is not None and not at.isdecimal():
            raise ValueError
        rows = [row for row in self._rows("transcript") if row.conversation_id == conversation_id]
        rows = [row for row in rows if by is None or row.at <= by]
        rows.sort(key=lambda row: row.place)
        end = len(rows) if at is None else int(at)
        start = max(0, end - limit)
        return Page(tuple(rows[start:end]), None, str(start) if start else None)

    def _stood(self, queue_id: QueueId, moment: datetime) -> list[stints.Row]:
        rows = [
            row for row in self._rows("stints") if row.queue_id == queue_id and row.state in stints.STANDS
        ]
        return [row for row in rows if stints.lasted(row, moment)]

    async def stood(
        self, queue_id: QueueId, moment: datetime, *, limit: int, after: str | None
    ) -> Page[stints.Row]:
        rows = self._stood(queue_id, moment)
        rows.sort(key=lambda row: (row.state in stints.SERVED, row.since, row.conversation_id))
        return _page(rows, limit, after)

    async def tally(self, queue_id: QueueId, moment: datetime) -> stints.Tally:
        return stints.tally(self._stood(queue_id, moment), moment)

    async def depths(
        self, queue_id: QueueId, start: datetime, until: datetime, step: timedelta
    ) -> list[stints.Depth]:
        told: list[stints.Depth] = []
        while start <= until:
            waiting, served, _ = await self.tally(queue_id, start)
            if not told or told[-1][1:] != (waiting, served):
                told.append(stints.Depth(start, waiting, served))
            start += step
        return told

    async def stints(
        self, conversation_id: ConversationId, *, limit: int, after: str | None
    ) -> Page[stints.Row]:
        rows = [row for row in self._rows("stints") if row.conversation_id == conversation_id]
        return _page(sorted(rows, key=lambda row: row.began), limit, after)

    async def lines(self, conversation_id: ConversationId, ids: Sequence[MessageId]) -> list[transcript.Row]:
        rows = self._rows("transcript")
        return [row for row in rows if row.conversation_id == conversation_id and row.line_id in ids]

    async def clocks(self, conversation_id: ConversationId) -> deadlines.Row | None:
        rows = self._rows("deadlines")
        return next((row for row in rows if row.conversation_id == conversation_id), None)

    async def rules(self) -> Sequence[rules.Row]:
        return self._rows("rules")

    async def media_type(self, key: str) -> str | None:
        return next((row.file_mime for row in self._rows("transcript") if row.file_key == key), None)

    async def holders(self, key: str) -> list[inbox.Row]:
        of = {row.conversation_id for row in self._rows("transcript") if row.file_key == key}
        return [row for row in self._rows("inbox") if row.conversation_id in of]

    async def rooms(self, agent_id: AgentId, queues: Collection[QueueId] | None) -> list[chat_rooms.Row]:
        mine = [
            row
            for row in self._rows("chat_rooms")
            if agent_id in row.members or (row.queue_id and (queues is None or row.queue_id in queues))
        ]
        return sorted(mine, key=lambda row: row.last_at or row.opened_at, reverse=True)

    async def room(self, room_id: str) -> chat_rooms.Row | None:
        return next((row for row in self._rows("chat_rooms") if row.room_id == room_id), None)

    async def said(self, room_id: str, *, limit: int, before: int | None) -> list[chat_messages.Row]:
        rows = [row for row in self._rows("chat_messages") if row.room_id == room_id]
        rows = [row for row in rows if before is None or row.n < before]
        return sorted(rows, key=lambda row: row.n)[-limit:]

    async def user(self, user_id: str) -> users.Row | None:
        return next((row for row in self._rows("users") if row.user_id == user_id), None)

    async def users(self) -> Sequence[users.Row]:
        return self._rows("users")

    async def delivery(self, delivery_id: DeliveryId) -> deliveries.Row | None:
        return next((row for row in self._rows("deliveries") if row.delivery_id == delivery_id), None)

    async def queues(self) -> Sequence[queues.Row]:
        return self._rows("queues")

    async def agents(self) -> Sequence[agents.Row]:
        return self._rows("agents")

    async def agent(self, agent_id: AgentId) -> agents.Row | None:
        return next((row for row in self._rows("agents") if row.agent_id == agent_id), None)

    async def canned(self) -> Sequence[canned.Row]:
        return sorted(self._rows("canned"), key=lambda row: row.canned_id)

    async def channels(self) -> Sequence[channels.Row]:
        return self._rows("channels")

    async def ratings(self, which: WhichRatings) -> Sequence[ratings.Row]:
        rows = [row for row in self._rows("ratings") if row.score is not None]
        if which.reach is not None:
            queues, whose = which.reach.queues, which.reach.agent_id
            rows = [row for row in rows if row.queue_id in queues or row.agent_id == whose]
        for name in ("queue_id", "agent_id"):
            asked = getattr(which, name)
            rows = [row for row in rows if asked is None or getattr(row, name) == asked]
        if which.alerted is not None:
            rows = [row for row in rows if (row.alerted_at is not None) is which.alerted]
        return sorted(rows, key=lambda row: row.rated_at, reverse=True)[: which.limit]

    async def scheduled(self, conversation_id: ConversationId) -> Sequence[scheduled.Row]:
        rows = [row for row in self._rows("scheduled") if row.conversation_id == conversation_id]
        return sorted(rows, key=lambda row: row.send_at)

    async def templates(self, channel_id: ChannelId) -> Sequence[templates.Row]:
        return [row for row in self._rows("templates") if row.channel_id == channel_id]

    async def wallboard(self, at: datetime) -> Wallboard:
        taken = {row.conversation_id: row.taken_at for row in self._rows("courtesies")}
        groups: dict[Any, list[inbox.Row]] = {}
        handled: dict[QueueId, list[float]] = {}
        for row in sorted(self._rows("inbox"), key=lambda row: row.closed_at or NOW, reverse=True):
            if row.stage in (Stage.WAITING, Stage.IN_SERVICE):
                groups.setdefault((row.stage, row.queue_id, row.agent_id), []).append(row)
            elif row.closed_by and row.closed_by == row.last_agent_id and taken.get(row.conversation_id):
                seconds = (row.closed_at - taken[row.conversation_id]).total_seconds()
                handled.setdefault(row.queue_id, []).append(seconds)
        tallies = [
            Tally(
                *which,
                len(rows),
                sum(row.due_at is not None and row.due_at <= at for row in rows),
                min((row.entered_at for row in rows if row.entered_at), default=None),
            )
            for which, rows in groups.items()
        ]
        return wallboard(self._rows("queues"), self._rows("agents"), tallies, handled, at)

    async def active(self) -> Mapping[tuple[Stage, Priority], int]:
        counts: dict[tuple[Stage, Priority], int] = {}
        for row in self._rows("inbox"):
            if row.stage is not Stage.CLOSED:
                counts[row.stage, row.priority] = counts.get((row.stage, row.priority), 0) + 1
        return counts

    async def wait_for(self, views: Collection[str], position: Position, timeout: float) -> bool:
        self.asked.append((tuple(views), position))
        assert all(view in PROJECTIONS for view in views)
        return position.ordinal <= len(self._arrived())


def _page(rows: Sequence[T], limit: int, after: str | None) -> Page[T]:
    if after is not None and not after.isdecimal():
        raise ValueError
    start = int(after or 0)
    return Page(tuple(rows[start : start + limit]), str(start + limit) if len(rows) > start + limit else None)


def _fits(row: inbox.Row, which: Which) -> bool:
    stage = row.stage is which.stage if which.stage else row.stage is not Stage.CLOSED or which.protocol
    pairs = (
        (which.queue_id, row.queue_id),
        (which.agent_id, row.agent_id),
        (which.channel_id, row.channel_id),
        (which.priority, row.priority),
        (which.protocol, row.protocol),
    )
    if which.reach is not None and not _reached(row, which.reach):
        return False
    tagged = which.tag is None or which.tag in row.tags
    return bool(stage) and tagged and all(asked is None or asked == told for asked, told in pairs)


def _reached(row: inbox.Row, reach: Reach) -> bool:
    whose = row.last_agent_id if row.stage is Stage.CLOSED else row.agent_id
    return (whose is not None and whose == reach.agent_id) or row.queue_id in reach.queues


@dataclass
class MemoryTokens:
    away: bool = False
    made: list[ListedToken] = field(default_factory=list)
    revoked: list[UUID] = field(default_factory=list)

    async def lookup(self, token: str) -> Identity | None:
        if self.away:
            raise Unavailable
        return TOKENS.get(token.removeprefix("atende_"))

    async def make(self, name: str, role: Role, **limits: Any) -> Issued:
        limits.pop("expires_at", None)
        identity = Identity(f"token:{len(self.made)}", name, role, **limits)
        self.made.append(ListedToken(UUID(int=len(self.made)), identity, NOW, None, None))
        return Issued(self.made[-1].id, "atende_novo", identity)

    async def listed(self) -> list[ListedToken]:
        return self.made

    async def revoke(self, token_id: UUID) -> bool:
        self.revoked.append(token_id)
        return any(one.id == token_id for one in self.made)


@dataclass
class MemoryBodies:
    kept: dict[str, bytes] = field(default_factory=dict)
    full: bool = False

    async def keep(self, delivery_id: DeliveryId, body: bytes) -> str:
        if self.full:
            raise OSError(28, "No space left on device")
        self.kept[delivery_id] = body
        return f"raw/{delivery_id}"


@dataclass
class MemoryObjects:
    files: dict[str, bytes] = field(default_factory=dict)

    async def put(self, chunks: AsyncIterable[bytes], *, limit: int | None = None, **_: Any) -> Stored:
        body = b"".join([chunk async for chunk in chunks])
        if limit is not None and len(body) > limit:
            raise TooLarge(f"more than {limit} bytes")
        key = hashlib.sha256(body).hexdigest()
        self.files[key] = body
        return Stored(key, key, len(body))

    async def get(self, key: str) -> AsyncIterator[bytes]:
        if key not in self.files:
            raise Missing(key)
        yield self.files[key]

    async def find(self, key: str) -> Stored | None:
        return Stored(key, key, len(self.files[key])) if key in self.files else None

    async def forget(self, key: str) -> None:
        self.files.pop(key, None)


@dataclass
class MemoryPresence:
    beats: list[AgentId] = field(default_factory=list)

    async def beat(self, agent_id: AgentId, at: datetime) -> None:
        self.beats.append(agent_id)

    async def silent_since(self, before: datetime) -> list[tuple[AgentId, datetime]]:
        return []

    async def forget(self, agent_id: AgentId, last: datetime) -> None:
        raise AssertionError


@dataclass
class MemoryReceipts:
    seen_by: list[tuple[ConversationId, AgentId, bool]] = field(default_factory=list)

    async def seen(self, conversation_id: ConversationId, agent_id: AgentId, *, typing: bool) -> None:
        self.seen_by.append((conversation_id, agent_id, typing))


@dataclass
class MemoryDrafts:
    kept: dict[tuple[str, str], Draft] = field(default_factory=dict)

    async def keep(self, conversation_id: ConversationId, agent_id: AgentId, draft: Draft) -> None:
        self.kept[conversation_id, agent_id] = draft

    async def find(self, conversation_id: ConversationId, agent_id: AgentId) -> Draft | None:
        return self.kept.get((conversation_id, agent_id))

    async def drop(self, conversation_id: ConversationId, agent_id: AgentId) -> None:
        self.kept.pop((conversation_id, agent_id), None)


@dataclass
class MemoryUploads:
    kept: dict[tuple[str, str, str], Upload] = field(default_factory=dict)

    async def keep(self, upload: Upload) -> None:
        self.kept[upload.conversation_id, upload.agent_id, upload.key] = upload

    async def mime(self, conversation_id: str, agent_id: str, key: str, at: datetime) -> str | None:
        found = self.kept.get((conversation_id, agent_id, key))
        return None if found is None else found.mime


@dataclass
class MemoryOutcomes:
    inbox: MemoryInbox

    async def outcome(self, command_id: UUID) -> Decision | None:
        return self.inbox.decisions.get(command_id)


@dataclass
class MemoryHistories:
    inbox: MemoryInbox

    async def of(self, stream: str, events: Sequence[type]) -> list[Recorded]:
        return [
            fact
            for fact in self.inbox.history
            if fact.stream == stream and isinstance(fact.event, tuple(events))
        ]


class Nowhere:
    """Stands for ports that a test does not come to: people's, unless it brings its own."""

    def __getattr__(self, name: str) -> Any:
        async def away(*_: Any, **__: Any) -> Any:
            raise Unavailable(name)

        return away


class NoBearers:
    """Nobody signed in here."""

    def read(self, token: str, at: datetime) -> None:
        return None


class ComputedIds(Nowhere):
    def user_id(self, login: str) -> str:
        return str(UUID(bytes=hashlib.sha256(login.encode()).digest()[:16]))

    async def link_of(self, word: str, at: datetime) -> None:
        return None

    async def new_link(self, user_id: str, expires_at: datetime) -> str:
        return "convite_novo"

    async def forget_second_factor(self, user_id: str) -> None:
        return None


class NoSessions(Nowhere):
    async def listed(self, user_id: str, at: datetime) -> list[Any]:
        return []

    async def end(self, user_id: str, *_: Any, **__: Any) -> list[Any]:
        return []


class MemoryStandings:
    def __init__(self, inbox: MemoryInbox) -> None:
        self._inbox = inbox

    async def of(self, user_id: str) -> User:
        state: User = self._inbox.states.get(f"user-{user_id}", (USER.initial, 0))[0]
        return state

    def forget(self, user_id: str) -> None:
        """Nothing is remembered."""

    async def arrived(self, position: Position, timeout: float) -> bool:
        return True


class House:
    """Ana, Bia, Carla (supervisor), two queues, one number; one customer who waits when `somebody_waits`."""

    def __init__(self, *, people: People | None = None, **settings: Any) -> None:
        self.clock = StoppedClock()
        self.inbox = MemoryInbox(self.clock)
        self.reads = MemoryReads(self.inbox)
        self.tokens = MemoryTokens()
        self.bodies = MemoryBodies()
        self.objects = MemoryObjects()
        self.receipts = MemoryReceipts()
        self.drafts = MemoryDrafts()
        self.uploads = MemoryUploads()
        self.door = ProviderDoor(
            {
                "principal": Line(Provider.META, "geral", [SECRET, OLD_SECRET], b"combinado"),
                "sem-token": Line(Provider.META, "geral"),
            },
            b"chave-do-indice-de-teste",
        )
        self.probes: dict[str, Probe] = {}
        self.metrics = Metrics(inbox_waiting=lambda: 7, follower_lags=lambda: {"couriers": 3})
        self.presence = MemoryPresence()
        self.desk = Desk(
            inbox=self.inbox,
            clock=self.clock,
            reads=self.reads,
            outcomes=MemoryOutcomes(self.inbox),
            histories=MemoryHistories(self.inbox),
            tokens=self.tokens,
            webhooks=self.door,
            raw_bodies=self.bodies,
            addresses=self.door,
            source_key=b"a key of the tests",
            objects=self.objects,
            read_receipts=self.receipts,
            drafts=self.drafts,
            uploads=self.uploads,
            people=people or self.nobody(),
            presence=self.presence,
            meaning=lambda code: f"Frase do código {code}.",
            live_rows=Nowhere(),  # a stream that is opened ends at once, and says so
            probes=self.probes,
            dispensable=frozenset({"pacing"}),
        )
        self.app: FastAPI = create_app(self.desk, metrics=self.metrics, **settings)
        self._asked = 0
        for agent_id, name in (("ana", "Ana"), ("bia", "Bia"), ("carla", "Carla")):
            self.want(WelcomeAgent, agent_id=AgentId(agent_id), name=name)
        for queue_id, name in (("geral", "Geral"), ("suporte", "Suporte técnico")):
            self.want(CreateQueue, queue_id=QueueId(queue_id), name=name)
        self.want(
            ConnectChannel,
            channel_id=ChannelId("principal"),
            name="Atendimento",
            provider="meta",
            number_id="200000000000001",
            queue_id=QueueId("geral"),
        )

    def nobody(self) -> People:
        """No user ever signed in; those that are invited are in the memory of the inbox."""
        apart: Any = Nowhere()
        return People(
            guessing=apart,
            credentials=ComputedIds(),  # type: ignore[arg-type]
            sessions=NoSessions(),  # type: ignore[arg-type]
            standings=MemoryStandings(self.inbox),  # type: ignore[arg-type]
            bearers=NoBearers(),  # type: ignore[arg-type]
        )

    # ── what happens without the doors ───────────────────────────────────────────────────────────

    def want(self, command: type[Command], **fields: Any) -> Decision:
        """Something happens that did not come through the doors."""
        self._asked += 1
        cause = Cause("system", "test", "test")
        made = command(id=person_id("test", str(self._asked)), cause=cause, **fields)
        decision = asyncio.run(self.inbox.submit(made))
        assert isinstance(decision, Accepted), decision
        return decision

    def conversation_of(self, phone: str = PHONE) -> ConversationId:
        return self.door.conversation_of("principal", phone)[0]

    def writes(self, text: str = "Oi, estou sem internet", n: int = 1, phone: str = PHONE) -> ConversationId:
        """The customer writes; answers the conversation."""
        conversation_id, contact = self.door.conversation_of("principal", phone)
        self.want(
            wanted.HearMessage,
            conversation_id=conversation_id,
            channel_id=ChannelId("principal"),
            message_id=MessageId(f"{n:032x}"),
            provider_id=f"wamid.{n}",
            kind="text",
            text=text,
            sent_at=self.clock.now(),
            received_at=self.clock.now(),
            contact=replace(contact, name="Joana Prado"),
        )
        return conversation_id

    def somebody_waits(
        self,
        priority: Priority = Priority.NORMAL,
        phone: str = PHONE,
        n: int = 1,
        queue: str = "suporte",
    ) -> ConversationId:
        conversation_id = self.writes(n=n, phone=phone)
        self.want(
            wanted.HandOver,
            conversation_id=conversation_id,
            queue_id=QueueId(queue),
            priority=priority,
            reason="subject",
            subject="technical",
        )
        return conversation_id

    def lists_template(
        self,
        name: str,
        body: str = "Podemos continuar?",
        category: Category = Category.UTILITY,
        status: Status = Status.APPROVED,
    ) -> None:
        """The provider has it, and we know."""
        self.want(
            SyncTemplate,
            channel_id=ChannelId("principal"),
            name=name,
            language="pt_BR",
            shape=Shape(body),
            category=category,
            status=status,
            quality=Quality.GREEN,
        )

    def version_of(self, conversation_id: ConversationId) -> int:
        return self.inbox.states[f"conversation-{conversation_id}"][1]

    def events(self) -> list[str]:
        """What was decided, without how the clocks stand after it."""
        names = [type(recorded.event).__name__ for recorded in self.inbox.history]
        return [name for name in names if name != "ClocksSet"]

    # ── the doors ────────────────────────────────────────────────────────────────────────────────

    def ask(self, question: Callable[[httpx.AsyncClient], Awaitable[T]]) -> T:
        async def asked() -> T:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://atende.example") as client:
                return await question(client)

        return asyncio.run(asked())

    def request(
        self,
        method: str,
        path: str,
        who: str | None = "ana",
        *,
        key: str | None = None,
        seen: int | str | None = None,
        **more: Any,
    ) -> httpx.Response:
        headers: dict[str, str] = dict(more.pop("headers", {}))
        if who is not None:
            headers["Authorization"] = f"Bearer atende_{who}"
        if key is not None:
            headers["Idempotency-Key"] = key
        if seen is not None:
            headers["If-Match"] = seen if isinstance(seen, str) else f'"{seen}"'
        return self.ask(lambda client: client.request(method, path, headers=headers, **more))

    def get(self, path: str, who: str | None = "ana", **more: Any) -> httpx.Response:
        return self.request("GET", path, who, **more)

    def post(self, path: str, json: Any = None, who: str | None = "ana", **more: Any) -> httpx.Response:
        return self.request("POST", path, who, json=json, **more)

    def put(self, path: str, json: Any = None, who: str | None = "dora", **more: Any) -> httpx.Response:
        return self.request("PUT", path, who, json=json, **more)

    def deliver(self, body: bytes, signature: str | None = "", channel: str = "principal") -> httpx.Response:
        """Knock as the provider does; an empty signature is made, None is left out."""
        headers = {"Content-Type": "application/json"}
        if signature is not None:
            headers["X-Hub-Signature-256"] = signature or signed(body)
        return self.ask(
            lambda client: client.post(f"/webhooks/meta/{channel}", content=body, headers=headers)
        )


def signed(body: bytes, secret: bytes = SECRET) -> str:
    return "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()


def webhook(*messages: Mapping[str, Any], field: str = "messages") -> bytes:
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"phone_number_id": "200000000000001"},
        "contacts": [{"wa_id": PHONE, "profile": {"name": "Joana Prado"}}],
        "messages": list(messages),
    }
    entry = {"id": "100000000000001", "changes": [{"field": field, "value": value}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def text(n: int = 1, body: str = "Oi, estou sem internet") -> dict[str, Any]:
    return {
        "id": f"wamid.{n}",
        "from": PHONE,
        "timestamp": str(int(NOW.timestamp())),
        "type": "text",
        "text": {"body": body},
    }
