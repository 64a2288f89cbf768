"""The doorkeeper: says of each queue that it opened, when its hours begin, so that what waits is matched; and
before that, calls whoever asked for it.

It sleeps until the next hours begin or end anywhere, or until the rules or the queues are others: a queue may
be newer than its hours. Begun again it says the same of the hours that are running, and that is heard once.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from hashlib import sha256
from typing import Final, Protocol

from commands.conversation import CallBack
from commands.courtesy_ports import Asking, CallBacks, QueueHours
from commands.floor_ports import Floor
from commands.intention import Command, watch_id
from commands.queue import OpenQueue
from commands.roles import Watch
from domain.conversation import CONVERSATION
from domain.journal import Cause
from domain.queue import QUEUE, QueueId

NAME: Final = "doorkeeper"
EVERY: Final = 1.0  # seconds


class Porch(Protocol):
    @property
    def floor(self) -> Floor: ...
    @property
    def queue_hours(self) -> QueueHours: ...
    @property
    def call_backs(self) -> CallBacks: ...
    @property
    def book(self) -> str:
        """The rules in force, as they travel with commands."""
        ...


def opening() -> Callable[[datetime, Porch], Awaitable[list[Command]]]:
    told: dict[QueueId, tuple[datetime, str]] = {}
    known: tuple[str, list[QueueId]] | None = None
    asleep_until: datetime | None = None

    async def look(at: datetime, ports: Porch) -> list[Command]:
        nonlocal known, asleep_until
        book, queues = ports.book, sorted(await ports.floor.queues())
        if (book, queues) == known and (asleep_until is None or at < asleep_until):
            return []
        wanted = list[Command]()
        digest = sha256(book.encode()).hexdigest()
        changes = [(await ports.queue_hours.of(None)).changes_at(at)]
        for queue_id in queues:
            hours = await ports.queue_hours.of(queue_id)
            changes.append(hours.changes_at(at))
            since = hours.open_since(at)
            if since is None or told.get(queue_id) == (since, digest):
                continue
            told[queue_id] = since, digest
            wanted += [_call(one, since) for one in await ports.call_backs.of(queue_id, since)]
            wanted.append(
                OpenQueue(
                    id=watch_id(NAME, queue_id, f"{since.isoformat()}/{digest}"),
                    cause=Cause(f"process:{NAME}", queue_id, QUEUE.id(queue_id)),
                    queue_id=queue_id,
                    opened_at=since,
                )
            )
        known = book, queues
        asleep_until = min((change for change in changes if change is not None), default=None)
        return wanted

    return look


def _call(one: Asking, opening: datetime) -> Command:
    stream = CONVERSATION.id(one.conversation_id)
    return CallBack(
        id=watch_id(f"{NAME}/call", one.conversation_id, opening.isoformat()),
        cause=Cause(f"process:{NAME}", str(one.conversation_id), stream),
        conversation_id=one.conversation_id,
        opening=opening,
        content=one.content,
        template=one.template,
    )


def doorkeeper() -> Watch:
    return Watch(NAME, EVERY, opening())
