"""How late breaches are recorded, with many timers armed and many due each second; and what a crash does.

The log is written by the engine first: conversations that wait, most of them due in hours, the others one
after another from a given moment on. Then the timekeeper runs in a process of its own, with the engine and
the view it reads. In the middle it is killed (SIGKILL), stays away, and is started again: what was due
meanwhile must be recorded once, all of it.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from psycopg_pool import AsyncConnectionPool

from adapters import logs
from adapters.archive import Archive
from adapters.clock import SystemClock
from adapters.engine.feed import Feed
from adapters.engine.watches import keep_watch
from adapters.reads import DeadlineRows
from adapters.reads.asking import SPEAKING
from adapters.views.follower import ViewFollower
from adapters.views.ground import connect
from adapters.views.view import View
from api.wiring import reading
from commands.catalogue import STREAMS
from commands.conversation import HearMessage
from commands.processes.timekeeper import timekeeper
from domain.channel import ChannelId
from domain.conversation import ConversationId, MessageId
from domain.sla.policy import Book, Policy
from domain.sla.written import write_book
from projections.deadlines import DEADLINES
from tests.bench.engine import CAUSE, Embedded
from tests.bench.ground import database
from tests.bench.report import Goal, Report, arguments, percentile, report_on, say

TARGET: Final = timedelta(minutes=30)
BREACHES_ALONE: Final = write_book(Book(Policy(warnings=(), steps=())))
AFTER: Final = 30.0  # seconds that the last ones may take


def late(due_at: datetime) -> HearMessage:
    """A message that was so long on its way that it waits for people at once, due then."""
    arrived = due_at - TARGET
    return HearMessage(
        id=uuid4(),
        cause=CAUSE,
        conversation_id=ConversationId(str(uuid4())),
        channel_id=ChannelId("bench"),
        message_id=MessageId(uuid4().hex),
        provider_id=f"wamid.{uuid4().hex}",
        kind="text",
        text="sem internet",
        sent_at=arrived - timedelta(hours=1),
        received_at=arrived,
        book=BREACHES_ALONE,
    )


def arm(dsn: str, armed: int, rate: int, seconds: int, luck: random.Random) -> datetime:
    """Fill the log; answers the moment from which on `rate` are due each second, for so many seconds."""
    ours, due = Embedded(dsn, luck), rate * seconds
    began = time.perf_counter()
    for n in range(0, armed, 500):
        far = datetime.now(UTC) + timedelta(hours=6)
        ours.inbox.submit_now([late(far) for _ in range(min(500, armed - n))], 60)
    pace = armed / (time.perf_counter() - began)
    first = datetime.now(UTC) + timedelta(seconds=1.5 * due / pace + AFTER)
    for n in range(0, due, 500):
        share = range(n, min(n + 500, due))
        ours.inbox.submit_now([late(first + timedelta(seconds=k / rate)) for k in share], 60)
    ours.close()
    if datetime.now(UTC) > first:
        raise SystemExit("writing took longer than it had said: choose fewer timers, or a quieter machine")
    return first


@dataclass
class Ports:
    deadlines: DeadlineRows


async def keep(dsn: str) -> None:
    """The timekeeper with what it needs, until it is killed."""
    ours = Embedded(dsn, random.Random(0))
    view = View(DEADLINES, partial(connect, dsn))
    feed = Feed(ours.log, Archive(STREAMS.values(), ours.keyring), [ViewFollower(view, ours.log)])
    feed.start()
    pool: Any = AsyncConnectionPool(dsn, min_size=1, open=False, kwargs=SPEAKING)
    await pool.open()
    clock = SystemClock()
    await keep_watch(timekeeper(), Ports(DeadlineRows(pool)), ours.inbox.later, clock, asyncio.Event())


def breaches(dsn: str) -> list[tuple[str, datetime, datetime]]:
    """Every breach of a response clock in the index: stream, due, recorded."""
    connection = connect(dsn)
    try:
        rows = connection.execute(
            "SELECT stream, body FROM event WHERE type = 'conversation.Breached'"
        ).fetchall()
    finally:
        connection.close()
    found = []
    for stream, body in rows:
        told = body["breach"]
        found.append((stream, datetime.fromisoformat(told["due_at"]), datetime.fromisoformat(told["at"])))
    return found


def run(given: argparse.Namespace, folder: Path) -> Report:
    with database(folder) as make:
        return measured(given, make("timers"))


def measured(given: argparse.Namespace, dsn: str) -> Report:
    report = Report("timers", given.seed)
    reading.migrate(dsn)
    say(f"arming {given.armed:,} timers, {given.rate:,} of them due each second for {given.seconds} s")
    due = given.rate * given.seconds
    first = arm(dsn, given.armed - due, given.rate, given.seconds, random.Random(given.seed))
    with keeper(dsn):
        say("folding what is armed, and waiting for the first")
        _until(first + timedelta(seconds=given.seconds / 2))
    say(f"killed; away for {given.away:g} s")
    killed = datetime.now(UTC)
    time.sleep(given.away)
    back = datetime.now(UTC)
    end = max(first + timedelta(seconds=given.seconds), back) + timedelta(seconds=AFTER + due / 500)
    with keeper(dsn):
        while datetime.now(UTC) < end and len(breaches(dsn)) < due:
            time.sleep(1)
        time.sleep(2)  # for those that would be recorded again
    found = breaches(dsn)
    punctual = [at - due_at for _, due_at, at in found if due_at < killed - timedelta(seconds=2)]
    lags = [lag.total_seconds() for lag in punctual]
    times = Counter(stream for stream, _, _ in found)
    report.figures = {
        "armed": given.armed,
        "due_per_second": given.rate,
        "lag_s": {f"p{p}": round(percentile(lags, p), 3) for p in (50, 95, 99)},
        "before_the_kill": len(lags),
        "away_s": given.away,
        "all_recorded_s_after_return": round(
            max(((at - back).total_seconds() for _, _, at in found), default=0.0), 1
        ),
    }
    report.goals = [
        Goal("breach lag, p99", percentile(lags, 99), "s", 2, "at most"),
        Goal("due and recorded", len(times) / due, "of all", 1),
        Goal("recorded more than once", sum(n > 1 for n in times.values()), "conversations", 0, "at most"),
    ]
    return report


@contextmanager
def keeper(dsn: str) -> Iterator[None]:
    """The timekeeper as a process of its own, killed in the end."""
    process = subprocess.Popen([sys.executable, "-m", "tests.bench.timers", "--keep", dsn])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def _until(at: datetime) -> None:
    while (left := (at - datetime.now(UTC)).total_seconds()) > 0:
        time.sleep(min(left, 1.0))


def main() -> None:
    asked = arguments("timers")
    asked.add_argument("--armed", type=int, default=100_000)
    asked.add_argument("--rate", type=int, default=1000, help="due each second")
    asked.add_argument("--seconds", type=int, default=20, help="for so long")
    asked.add_argument("--away", type=float, default=60.0, help="seconds between kill and return")
    asked.add_argument("--keep", help=argparse.SUPPRESS)
    given = asked.parse_args()
    logs.configure("WARNING")
    if given.keep:
        with suppress(KeyboardInterrupt):
            asyncio.run(keep(given.keep))
        return
    report_on(given, run)


if __name__ == "__main__":
    main()
