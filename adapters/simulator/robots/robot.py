"""One robot at its desk: looks at the list, takes the next, reads, answers like a person would, closes."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from adapters.simulator.robots import phrases
from adapters.simulator.robots.door import Answer, Door
from domain.firstline import first_name

Row = Mapping[str, Any]  # a conversation, as the API tells it

TICK: Final = 0.8  # seconds between two looks at the lists
BEAT: Final = 10.0  # seconds between two signs of life, whatever the pace
HELPS_AFTER: Final = 20.0  # seconds a conversation waits before a robot takes it unasked
PAGE: Final = 20
PULL: Final = "pull"


@dataclass(frozen=True, slots=True)
class Manner:
    """How a robot works. `skills` are the queues it prefers (none means all), `leaves` those it never takes
    from unasked. Pauses are in seconds."""

    name: str
    skills: frozenset[str] = frozenset()
    leaves: frozenset[str] = frozenset()
    at_once: int = 5
    reads_for: tuple[float, float] = (0.6, 2.5)
    silence: tuple[float, float] = (6.0, 14.0)  # of the customer, until it closes
    queues: tuple[str, ...] = ()


@dataclass(slots=True)
class Memory:
    """What a robot remembers of a conversation it attends."""

    answers: int = 0
    version: int = 0  # of the conversation when it was last answered
    quiet_since: float = 0.0
    moved: bool = False
    busy: asyncio.Task[None] | None = field(default=None, repr=False)


class Robot:
    """`present`: ids of the agents that are robots, for all of them to see and to add themselves to."""

    def __init__(self, door: Door, manner: Manner, present: list[str], seed: int, pace: float = 1.0) -> None:
        self._door = door
        self._present = present
        self._me = ""
        self._manner = manner
        self._pace = pace
        self._chance = random.Random(f"{seed}/robot/{manner.name}")  # noqa: S311 - repeatable on purpose
        self._mine: dict[str, Memory] = {}
        self._unasked: dict[str, float] = {}  # waiting and offered to nobody, and since when
        self._modes: dict[str, str] = {}  # how queues hand out what waits
        self.answered = 0

    async def work(self) -> None:
        """Until cancelled."""
        me = await self._door.ask("/v1/me")
        if me.ok and me.body["agent_id"]:
            self._me = str(me.body["agent_id"])
            self._present.append(self._me)
        await self._door.want("/v1/me/availability", {"availability": "available"}, method="PUT")
        queues = await self._door.ask("/v1/queues")
        if queues.ok:
            self._modes = {queue["queue_id"]: queue["mode"] for queue in queues.body["items"]}
        async with asyncio.TaskGroup() as group:
            group.create_task(self._live())
            while True:
                await self._look(group)
                await self._pause((TICK * 0.7, TICK * 1.3))

    async def _live(self) -> None:
        while True:
            await asyncio.sleep(BEAT)
            await self._door.want("/v1/me/heartbeat")

    async def open_conversations(self, cursor: str | None) -> Mapping[str, Any] | None:
        """A page of everything that is open, as the API tells it; None when it does not."""
        query = {"limit": 200} if cursor is None else {"limit": 200, "cursor": cursor}
        answer = await self._door.ask("/v1/conversations", **query)
        return answer.body if answer.ok else None

    async def _look(self, group: asyncio.TaskGroup) -> None:
        mine = await self._rows(stage="in_service", agent="me", limit=100)
        if mine is None:
            return
        for gone in self._mine.keys() - {str(row["conversation_id"]) for row in mine}:
            busy = self._mine[gone].busy
            if busy is None or busy.done():
                del self._mine[gone]
        for row in mine:
            memory = self._mine.setdefault(str(row["conversation_id"]), Memory(quiet_since=time.monotonic()))
            if memory.busy is None or memory.busy.done():
                memory.busy = group.create_task(self._attend(row, memory))
        if len(self._mine) < self._manner.at_once:
            await self._take_one()

    async def _rows(self, **query: Any) -> Sequence[Row] | None:
        answer = await self._door.ask("/v1/conversations", **query)
        return answer.body["items"] if answer.ok else None

    async def _take_one(self) -> None:
        """What this robot is offered; else the next where one takes the next; else what nobody hands out, of
        what it is good at if there is such a thing on the first page."""
        waiting = await self._rows(stage="waiting", limit=PAGE)
        if not waiting:
            return
        for row in waiting:
            if row.get("offered_to") == self._me:
                await self._accept(str(row["conversation_id"]))
                return
        free = [row for row in waiting if row.get("offered_to") is None]
        if any(self._modes.get(row["queue_id"]) == PULL for row in free) and await self._take_next():
            return
        mine = [row for row in free if self._by_hand(row)]
        skills = self._manner.skills
        fitting = [row for row in mine if not skills or row["queue_id"] in skills] or mine
        for row in fitting[:3]:
            path = f"/v1/conversations/{row['conversation_id']}/claim"
            answer = await self._door.want(path, seen=row["version"])
            if answer.ok:
                self._took(str(row["conversation_id"]), answer)
                return
            if answer.status != 409:
                return
            self._door.counts.lost_races += 1

    async def _accept(self, conversation_id: str) -> None:
        answer = await self._door.want(f"/v1/conversations/{conversation_id}/accept", {})
        if answer.ok:
            self._door.counts.accepts += 1
            self._mine[conversation_id] = Memory(quiet_since=time.monotonic())

    async def _take_next(self) -> bool:
        answer = await self._door.want("/v1/conversations/next", {})
        if answer.ok:
            self._took(str(answer.body["conversation_id"]), answer)
        return answer.ok

    def _took(self, conversation_id: str, answer: Answer) -> None:
        self._door.counts.claims += 1
        self._door.counts.claimed_in.add(answer.seconds)
        self._mine[conversation_id] = Memory(quiet_since=time.monotonic())

    def _by_hand(self, row: Row) -> bool:
        """Whether to take it although nobody was asked: where the desk hands it out, only when it has waited
        too long."""
        mode = self._modes.get(row["queue_id"])
        if mode is None or row["queue_id"] in self._manner.leaves:
            return mode is None
        since = self._unasked.setdefault(str(row["conversation_id"]), time.monotonic())
        return mode != PULL and time.monotonic() - since > HELPS_AFTER * self._pace

    # A conversation, one deed at a time

    async def _attend(self, row: Row, memory: Memory) -> None:
        path = f"/v1/conversations/{row['conversation_id']}"
        enough = self._chance.uniform(*self._manner.silence) * self._pace
        silent = time.monotonic() - memory.quiet_since > enough
        news = memory.answers == 0 or (row["unread"] and row["version"] > memory.version)
        if news and row["waiting_since"] is not None:
            if memory.answers == 0 and not memory.moved and await self._moves(path, row, memory):
                return
            await self._answer(path, row, memory)
        elif silent and row["awaiting"] != "third_party":
            now = await self._door.ask(path)
            if now.ok and now.body["version"] == row["version"]:  # they may have written since
                await self._close(path, now.body)

    async def _answer(self, path: str, row: Row, memory: Memory) -> None:
        told = await self._door.ask(f"{path}/transcript", limit=30)
        if not told.ok:
            return
        await self._door.want(f"{path}/seen", {"typing": True})
        await self._aside(path, row, told)
        await self._pause(self._manner.reads_for)
        for _ in range(3):
            now = await self._door.ask(path)
            if not now.ok or now.body["stage"] != "in_service":
                return
            sent = await self._door.want(
                f"{path}/messages", self._words(row, memory), seen=now.body["version"]
            )
            if sent.rule != "CustomerWrote":
                break
            await self._pause((0.4, 1.0))
        if sent.ok:
            memory.answers += 1
            memory.version = now.body["version"]
            memory.quiet_since = time.monotonic()
            self._door.counts.answers += 1
            self.answered += 1
        elif sent.rule == "WindowClosed":
            await self._close(path, row)

    def _words(self, row: Row, memory: Memory) -> dict[str, Any]:
        subject = str(row["subject"] or "")
        if memory.answers:
            words = phrases.following(self._chance, subject)
        else:
            name = first_name(row["contact"]["name"])
            words = phrases.first(self._chance, subject, self._manner.name, name)
        return {"kind": "text", "text": words}

    async def _aside(self, path: str, row: Row, told: Answer) -> None:
        """What an agent does beside answering: a heart, a note, another priority."""
        counts, fate = self._door.counts, self._chance.random()
        if fate < 0.08:
            lines = [
                one for one in told.body["items"] if one["side"] == "customer" and one["line"] == "message"
            ]
            if lines:
                body = {"target": lines[-1]["line_id"], "emoji": "👍"}
                counts.reactions += (await self._door.want(f"{path}/reactions", body)).ok
        elif fate < 0.18:
            body = {"text": self._chance.choice(phrases.NOTES)}
            counts.notes += (await self._door.want(f"{path}/notes", body)).ok
        elif fate < 0.22 and row["priority"] in ("normal", "low"):
            body = {"priority": "high", "reason": "Cliente já havia esperado antes."}
            counts.priorities += (await self._door.want(f"{path}/priority", body)).ok

    async def _moves(self, path: str, row: Row, memory: Memory) -> bool:
        """Rarely: it belongs to somebody else. Nobody moves the same one twice."""
        memory.moved = True
        counts, fate = self._door.counts, self._chance.random()
        colleagues = [agent_id for agent_id in self._present if agent_id != self._me]
        others = [queue for queue in self._manner.queues if queue != row["queue_id"]]
        if fate < 0.03 and colleagues:
            body = {"to_agent": self._chance.choice(colleagues)}
        elif fate < 0.05 and others:
            body = {"to_queue": self._chance.choice(others)}
        elif fate < 0.06 and row["queue_id"]:
            released = await self._door.want(f"{path}/release", {"reason": "returned"}, seen=row["version"])
            counts.releases += released.ok
            return released.ok
        else:
            return False
        body["reason"] = self._chance.choice(phrases.MOVES)
        moved = await self._door.want(f"{path}/transfer", body, seen=row["version"])
        counts.transfers += moved.ok
        return moved.ok

    async def _close(self, path: str, row: Row) -> None:
        reason, outcome = phrases.outcome(str(row["subject"] or ""))
        body = {"reason": reason, "outcome": outcome}
        self._door.counts.closings += (await self._door.want(f"{path}/close", body, seen=row["version"])).ok

    async def _pause(self, between: tuple[float, float]) -> None:
        await asyncio.sleep(self._chance.uniform(*between) * self._pace)
