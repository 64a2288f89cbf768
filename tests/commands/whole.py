"""A whole desk in memory: the real decisions, policies, couriers, watches and views, one after another.

Each follower has a bookmark of its own, and views know no more than what somebody waited for: whoever looks
sees the desk as late as it may be. Time moves by hand.
"""

from __future__ import annotations

from collections.abc import Collection, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, TypeVar
from uuid import UUID, uuid5

from adapters.books import Bookshelf
from adapters.calendar_hours import CalendarHours
from adapters.engine.followers import TURNS
from commands.catalogue import HANDLERS
from commands.courtesy_ports import Asking
from commands.floor_ports import DueTurn, FloorNow, Held, Ripe
from commands.intention import COMMANDS, Command
from commands.ports import Accepted, Deadline, Decision, Denied
from commands.processes.doorkeeper import doorkeeper
from commands.processes.hourglass import hourglass
from commands.processes.lookout import lookout
from commands.processes.matchmaker import matchmaker
from commands.processes.porter import porter
from commands.processes.steward import steward
from commands.processes.timekeeper import timekeeper
from commands.roles import Courier, Policy, Watch
from domain.agent import AgentId
from domain.conversation import ConversationId, Stage
from domain.grammar import Refused
from domain.journal import Cause, Position, Recorded
from domain.presence import Availability
from domain.queue import QueueId
from domain.queueing import RETURNING, SILENT_AFTER, UNDO, OfflinePolicy
from domain.routing import QueueNow
from projections import agents, deadlines, inbox, queues
from projections.answer import Projection
from projections.floor import placed, waits, worker

T = TypeVar("T")

START = datetime(2026, 3, 12, 17, 32, tzinfo=UTC)  # a Thursday, 14h32 in São Paulo


def at_once(asked: Coroutine[Any, Any, T]) -> T:
    """What is asked in here answers without waiting for anybody."""
    try:
        asked.send(None)
    except StopIteration as answer:
        found: T = answer.value
        return found
    raise AssertionError("it waited")


class Wall:
    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at


class Log:
    """Decides at once, on one partition, by the rules that are in force."""

    def __init__(self, wall: Wall, shelf: Bookshelf) -> None:
        self._wall, self._shelf, self._made = wall, shelf, count()
        self.facts: list[Recorded] = []
        self.decisions: dict[UUID, Decision] = {}
        self._states: dict[str, tuple[Any, int]] = {}

    @property
    def streams(self) -> Collection[str]:
        return self._states.keys()

    def state(self, stream: str) -> Any:
        return self._states[stream][0]

    def want(self, what: type[Command], /, **fields: Any) -> Decision:
        """Somebody wants something new."""
        id_ = uuid5(COMMANDS, f"somebody/{next(self._made)}")
        return self.decide(what(id=id_, cause=Cause("system", "", ""), **fields))

    def decide_all(self, commands: Sequence[Command]) -> list[Decision]:
        return [self.decide(command) for command in commands]

    def decide(self, command: Command) -> Decision:
        if command.id not in self.decisions:
            self.decisions[command.id] = self._decide(self._shelf.brief(command))
        return self.decisions[command.id]

    def _decide(self, command: Command) -> Decision:
        handler = HANDLERS[type(command)]
        stream = handler.stream_of(command)
        state, version = self._states.get(stream, (handler.stream.initial, 0))
        try:
            events = handler.decide(command, state, self._wall.now())
        except Refused as no:
            return Denied(no.rule, dict(no.fields), Position(0, len(self.facts)))
        for event in events:
            state, version = handler.stream.evolve(state, event), version + 1
            where = Position(0, len(self.facts) + 1)
            self.facts.append(
                Recorded(stream, version, where, self._wall.now(), command.id, command.cause, event)
            )
        self._states[stream] = state, version
        return Accepted(Position(0, len(self.facts)), tuple(type(event).__name__ for event in events))


class View:
    """A projection, folded as far as somebody waited for."""

    def __init__(self, projection: Projection[Any], log: Log) -> None:
        self._projection, self._log, self._folded = projection, log, 0
        self._wakes = frozenset(projection.wakes)
        self._rows: dict[Any, Any] = {}

    def reach(self, ordinal: int) -> None:
        for fact in self._log.facts[self._folded : ordinal]:
            if type(fact.event) in self._wakes and (key := self._projection.key(fact)) is not None:
                row = self._projection.evolve(self._rows.get(key), fact)
                if row is None:
                    self._rows.pop(key, None)
                else:
                    self._rows[key] = row
        self._folded = max(self._folded, ordinal)

    @property
    def rows(self) -> list[Any]:
        return list(self._rows.values())


class Floor:
    """The ports of the routing over these views, in plain words what `adapters.reads.floor` says in SQL."""

    def __init__(self, log: Log, hours: CalendarHours) -> None:
        self._log, self._hours = log, hours
        self.inbox, self.agents, self.queued, self.deadlines = (
            View(projection, log)
            for projection in (inbox.INBOX, agents.AGENTS, queues.QUEUES, deadlines.DEADLINES)
        )

    def reach(self, ordinal: int | None = None) -> None:
        for view in (self.inbox, self.agents, self.queued, self.deadlines):
            view.reach(len(self._log.facts) if ordinal is None else ordinal)

    def known(self) -> dict[QueueId, queues.Row]:
        return {row.queue_id: row for row in self.queued.rows}

    async def now(self, at: datetime, *since: Position) -> FloorNow:
        self.reach(max((position.ordinal for position in since), default=0))
        known, there = self.known(), [row for row in self.agents.rows if row.active]
        if not any(row.availability is Availability.AVAILABLE for row in there):
            return FloorNow((), {}, ())
        now: dict[QueueId, QueueNow] = {}
        for queue_id, row in known.items():
            hours = await self._hours.of(queue_id)
            now[queue_id] = QueueNow(row.rules, hours.is_open(at))
        reserved = placed(self.agents.rows)
        rows = [
            row
            for row in self.inbox.rows
            if row.stage is Stage.WAITING
            and row.offered_to is None
            and row.conversation_id not in reserved
            and (now[row.queue_id].hands_out or _just_reopened(row, at))
        ]
        rows.sort(key=lambda row: inbox.place(row, at))
        every = frozenset(now)
        return FloorNow([waits(row, known) for row in rows], now, [worker(row, every) for row in there])

    async def queues(self) -> list[QueueId]:
        return [row.queue_id for row in self.queued.rows if row.active]

    async def due(self, at: datetime) -> list[DueTurn]:
        known = self.known()
        turns = [turn for row in self.inbox.rows for turn in _turns(row, known.get(row.queue_id))]
        return [
            DueTurn(row.conversation_id, ripe, armed, row.version)
            for row, ripe, armed, after in turns
            if armed is not None and armed + after <= at
        ]

    async def held_by(self, agent_id: AgentId, since: Position) -> list[Held]:
        self.reach(since.ordinal)
        return [
            self._held(row)
            for row in self.inbox.rows
            if row.stage is not Stage.CLOSED and agent_id in (row.agent_id, row.offered_to)
        ]

    async def holding(self, conversation_id: ConversationId) -> Held | None:
        for row in self.inbox.rows:
            if row.conversation_id == conversation_id and row.stage is Stage.IN_SERVICE:
                for owner in self.agents.rows:
                    if owner.agent_id == row.agent_id:
                        return self._held(row, gone=owner.gone, kept=conversation_id in owner.keeps)
        return None

    def _held(self, row: inbox.Row, **more: bool) -> Held:
        return Held(
            row.conversation_id,
            OfflinePolicy.RETURN_WAITING,
            waits=row.due_at is not None,
            offered=row.stage is Stage.WAITING,
            agent_gone=more.get("gone", False),
            kept=more.get("kept", False),
            agent_id=row.agent_id,
        )

    async def leaving(self, at: datetime) -> list[tuple[AgentId, datetime]]:
        return [
            (row.agent_id, row.leaves_at)
            for row in self.agents.rows
            if not row.gone and row.leaves_at is not None and row.leaves_at <= at
        ]


def _just_reopened(row: inbox.Row, at: datetime) -> bool:
    return row.reason == "reopened" and row.entered_at is not None and row.entered_at >= at - RETURNING


def _turns(row: inbox.Row, queue: queues.Row | None) -> list[tuple[inbox.Row, Ripe, Any, timedelta]]:
    none = timedelta(0)
    if row.stage is Stage.IN_SERVICE:
        return [] if row.silent else [(row, Ripe.SILENCE, row.quiet_since, SILENT_AFTER)]
    if row.stage is not Stage.WAITING:
        return []
    turns: list[tuple[inbox.Row, Ripe, Any, timedelta]] = [(row, Ripe.ROUND, row.restart_at, none)]
    if row.offered_to is not None:
        turns.append((row, Ripe.OFFER, row.offer_expires_at, none))
    if not row.ripe and row.reason == "transferred":
        turns.append((row, Ripe.UNDO, row.entered_at, UNDO))
    prefers = queue is not None and queue.prefer_last > 0 and row.last_agent_id is not None
    if not row.ripe and prefers and row.reason not in ("transferred", "returned"):
        assert queue is not None
        turns.append((row, Ripe.LAST_AGENT, row.entered_at, timedelta(seconds=queue.prefer_last)))
    return turns


@dataclass
class Desk:
    """Every port that the routing may ask for, and who follows. `late`: whose heartbeats stopped."""

    clock: Wall = field(default_factory=Wall)
    shelf: Bookshelf = field(default_factory=Bookshelf)
    late: list[tuple[AgentId, datetime]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.log = Log(self.clock, self.shelf)
        self.queue_hours = CalendarHours(self.shelf)
        self.floor = Floor(self.log, self.queue_hours)
        self.followers: list[Policy | Courier] = [porter(), matchmaker(), steward()]
        self.read = dict.fromkeys((one.name for one in self.followers), 0)
        self.begin()

    def begin(self) -> None:
        """The processes start; what they only had in their heads is gone."""
        self.watches: list[Watch] = [hourglass(), timekeeper(), lookout(), doorkeeper()]

    # what processes may ask for

    @property
    def book(self) -> str:
        return self.shelf.text

    @property
    def deadlines(self) -> Desk:
        return self

    async def due(self, at: datetime) -> list[Deadline]:
        return [
            Deadline(row.conversation_id, row.armed)
            for row in self.floor.deadlines.rows
            if row.due_at is not None and row.due_at <= at
        ]

    @property
    def presence(self) -> Desk:
        return self

    async def silent_since(self, before: datetime) -> list[tuple[AgentId, datetime]]:
        return [(agent_id, last) for agent_id, last in self.late if last <= before]

    async def forget(self, agent_id: AgentId, last: datetime) -> None:
        self.late.remove((agent_id, last))

    @property
    def call_backs(self) -> Desk:
        return self

    async def of(self, queue_id: QueueId, opening: datetime) -> list[Asking]:
        return []

    # what follows by itself

    def follow(self, name: str, most: int, *, together: bool = False) -> None:
        """One of those who follow goes on by at most so many facts. `together`: it looks at all of them
        before it wants anything."""
        (follower,) = (one for one in self.followers if one.name == name)
        facts = self.log.facts[self.read[name] : self.read[name] + most]
        self.read[name] += len(facts)
        woken = [fact for fact in facts if isinstance(fact.event, follower.wakes)]
        if isinstance(follower, Courier) and together:
            wishes = [(fact, at_once(follower.carry(fact, self))) for fact in woken]  # type: ignore[arg-type]
            for fact, wanted in wishes:
                self._settle(follower, fact, self.log.decide_all(wanted))
            return
        for fact in woken:
            if isinstance(follower, Policy):
                decided = self.log.decide_all(follower.react(fact))
                if follower.settle is not None:
                    self.log.decide_all(follower.settle(fact, decided))
            else:
                self._settle(follower, fact, self.log.decide_all(at_once(follower.carry(fact, self))))  # type: ignore[arg-type]

    def _settle(self, courier: Courier, fact: Recorded, decided: list[Decision]) -> None:
        for _ in range(TURNS):
            wanted = [] if courier.settle is None else at_once(courier.settle(fact, decided, self))  # type: ignore[arg-type]
            if not wanted:
                return
            decided = self.log.decide_all(wanted)

    def look(self) -> None:
        """Every watch looks once."""
        for watch in self.watches:
            self.log.decide_all(at_once(watch.look(self.clock.now(), self)))  # type: ignore[arg-type]

    def settle(self) -> None:
        """Until nothing follows any more, now. AssertionError if that never ends."""
        for _ in range(200):
            before = len(self.log.facts)
            for one in self.followers:
                self.follow(one.name, len(self.log.facts))
            self.floor.reach()
            self.look()
            if len(self.log.facts) == before and all(read == before for read in self.read.values()):
                return
        raise AssertionError("it never comes to rest")
