"""Events per second from a log on Kafka into an index that was dropped, in one process.

The log is written by the engine first. Then the index is emptied, and an owner starts: it reads and judges
every record, and its index writes them. The clock stops when the index stands at the end of the log.
"""

from __future__ import annotations

import argparse
import random
import time
from contextlib import closing
from pathlib import Path

from adapters import logs
from adapters.archive import Archive
from adapters.clock import SystemClock
from adapters.engine.inbox import EmbeddedInbox
from adapters.engine.owner import Owner
from adapters.log.index import Index
from adapters.log.port import Log
from api.wiring import keys, storage
from api.wiring.beginning import collect_rarely
from api.wiring.local import Local, servers
from commands.catalogue import HANDLERS, STREAMS
from tests.bench.engine import CONVERSATIONS, Ours
from tests.bench.report import Goal, Report, arguments, report_on, say


class Filling(Ours):
    """An owner in this process, its log on Kafka, without a topic of commands."""

    def __init__(self, owner: Owner, luck: random.Random) -> None:
        self.owner = owner
        super().__init__(EmbeddedInbox(owner, patience=120), luck)

    def settled(self) -> None:
        self.owner.indexer.drain(120)


def owner_of(local: Local, log: Log) -> Owner:
    archive = Archive(STREAMS.values(), keys.keyring(local.settings))
    return Owner(log, Index(local.dsn), Index(local.dsn), archive, HANDLERS, STREAMS, SystemClock())


def fill(local: Local, log: Log, events: int, luck: random.Random) -> None:
    ours = Filling(owner_of(local, log), luck)
    for n in range(0, CONVERSATIONS, 100):
        ours.begin(ours.conversations[n : n + 100])
    for _ in range(0, events, 500):
        ours.inbox.submit_now([ours.command() for _ in range(500)], 120)
    ours.settled()
    ours.close()


def replay(local: Local, log: Log) -> tuple[int, float]:
    """Events in the index afterwards, and seconds until it had them."""
    with closing(Index(local.dsn)) as index:
        index.drop()
    owner = owner_of(local, log)
    began = time.perf_counter()
    owner.start()  # returns when the index has followed
    seconds = time.perf_counter() - began
    events = sum(mark.ordinal for mark in owner.indexer.marks.values())
    owner.close()
    return events, seconds


def run(given: argparse.Namespace, folder: Path) -> Report:
    report, luck = Report("replay", given.seed), random.Random(given.seed)
    with servers(folder, 1) as local:
        storage.migrate(local.settings)
        with closing(storage.open_log(local.settings)) as log:
            say(f"writing a log of {given.events:,} events")
            fill(local, log, given.events, luck)
            best = (0, float("inf"))
            for _ in range(2):
                say("reading it into an empty index")
                best = min(best, replay(local, log), key=lambda run: run[1])
    events, seconds = best
    report.figures = {"events": events, "seconds": round(seconds, 3)}
    report.goals = [Goal("events per second and process", events / seconds, "/s", 15_000)]
    return report


def main() -> None:
    asked = arguments("replay")
    asked.add_argument("--events", type=int, default=100_000)
    given = asked.parse_args()
    logs.configure("WARNING")
    collect_rarely()
    report_on(given, run)


if __name__ == "__main__":
    main()
