"""Events per second to fold inbox and transcript anew, beside the eventsourcing library's ProjectionRunner.

Both read the same number of events of the same words from the same PostgreSQL and keep rows and bookmark in
one transaction. Ours judges the chain while it reads. The rows folded anew are compared with the live ones.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from eventsourcing.application import Application
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresDatastore, PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg.sql import SQL

from adapters.archive import Archive
from adapters.engine.feed import Feed
from adapters.log.postgres import PostgresLog
from adapters.views import rebuild as views
from adapters.views.follower import ViewFollower
from adapters.views.ground import connect
from adapters.views.view import View
from api.wiring import reading
from api.wiring.beginning import collect_rarely
from commands.catalogue import STREAMS
from projections.catalogue import PROJECTIONS
from tests.bench.engine import CONVERSATIONS, Embedded, Talk, keyring_of, peer_settings, words
from tests.bench.ground import database
from tests.bench.report import Goal, Report, arguments, report_on, say

NAMES = ("inbox", "transcript")


# Ours


def fill(dsn: str, events: int, luck: random.Random) -> None:
    """A log of conversations, decided by the engine."""
    ours = Embedded(dsn, luck)
    for n in range(0, CONVERSATIONS, 100):
        ours.begin(ours.conversations[n : n + 100])
    for _ in range(0, events, 500):
        ours.inbox.submit_now([ours.command() for _ in range(500)], 60)
    ours.close()


def fold(dsn: str, *, spare: bool) -> tuple[int, float]:
    """Inbox and transcript from zero on one feed: facts folded, and seconds."""
    log = PostgresLog(dsn)
    folded = [View(PROJECTIONS[name], partial(connect, dsn), spare=spare) for name in NAMES]
    keyring = keyring_of(dsn)
    archive = Archive(STREAMS.values(), keyring)
    feed = Feed(log, archive, [ViewFollower(view, log) for view in folded], limit=5000)
    started = time.perf_counter()
    feed.start()
    while feed.alive and not feed.idle.wait(0.05):
        pass
    seconds = time.perf_counter() - started
    feed.stop()
    if feed.error is not None:
        raise feed.error
    for view in folded:
        view.close()
    keyring.close()
    log.close()
    return feed.facts, seconds


# The peer


class PeerView(PostgresTrackingRecorder):
    """The same two tables, as the library would have them written: a row per conversation and per message."""

    def __init__(self, datastore: PostgresDatastore, **kwargs: Any) -> None:
        super().__init__(datastore, **kwargs)
        self.sql_create_statements += [
            SQL(
                "CREATE TABLE IF NOT EXISTS peer_inbox (talk uuid PRIMARY KEY, messages int, last text)"
            ).format(),
            SQL(
                "CREATE TABLE IF NOT EXISTS peer_transcript (talk uuid, message text, words text, "
                "PRIMARY KEY (talk, message))"
            ).format(),
        ]

    def said(self, talk: UUID, message: str, text: str, tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(
                "INSERT INTO peer_inbox VALUES (%s, 1, %s) ON CONFLICT (talk) DO UPDATE "
                "SET messages = peer_inbox.messages + 1, last = excluded.last",
                (talk, text),
            )
            cursor.execute("INSERT INTO peer_transcript VALUES (%s, %s, %s)", (talk, message, text))

    def passed(self, tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)


class PeerProjection(Projection[PeerView]):
    name = "peer"

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        match domain_event:
            case Talk.Heard():
                self.view.said(
                    domain_event.originator_id, domain_event.message_id, domain_event.text, tracking
                )
            case Talk.Noted():
                self.view.said(domain_event.originator_id, domain_event.note_id, domain_event.text, tracking)
            case _:
                self.view.passed(tracking)


class PeerApplication(Application[UUID]):
    name = "talks"


def peer(dsn: str, events: int, luck: random.Random) -> tuple[int, float]:
    """Events projected by the library's own runner from zero, and seconds."""
    env = {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_POOL_SIZE": "8",
        **peer_settings(dsn),
    }
    app = PeerApplication(env)
    talks = [Talk(id=uuid4()) for _ in range(CONVERSATIONS)]
    app.save(*talks)
    for n in range(0, events - CONVERSATIONS, 500):
        some = luck.sample(talks, min(500, len(talks)))
        for i, talk in enumerate(some):
            if (n + i) % 4 == 0:
                talk.note(uuid4().hex, "ana", words(luck))
            else:
                talk.hear(uuid4().hex, f"wamid.{uuid4().hex}", words(luck), datetime.now(UTC))
        app.save(*some)
    last = app.recorder.max_notification_id() or 0
    app.close()
    started = time.perf_counter()
    with ProjectionRunner(
        application_class=PeerApplication, projection_class=PeerProjection, view_class=PeerView, env=env
    ) as runner:
        runner.wait(last, timeout=600)
        seconds = time.perf_counter() - started
    return last, seconds


def run(given: argparse.Namespace, folder: Path) -> Report:
    with database(folder) as make:
        return measured(given.seed, given.events, given.peer_events, make)


def measured(seed: int, events: int, peer_events: int, make: Callable[[str], str]) -> Report:
    report, luck = Report("rebuild", seed), random.Random(seed)
    say(f"eventsourcing's ProjectionRunner, {peer_events:,} events")
    theirs, their_seconds = peer(make("peer"), peer_events, luck)
    dsn = make("atende")
    reading.migrate(dsn)
    say(f"writing a log of {events:,} events")
    fill(dsn, events, luck)
    say("folding the live views")
    fold(dsn, spare=False)
    best: tuple[int, float] = (0, float("inf"))
    identical: Sequence[bool] = ()
    for _ in range(2):
        for name in NAMES:
            views.begin(dsn, PROJECTIONS[name])
        say("folding them anew")
        facts, seconds = fold(dsn, spare=True)
        best = min(best, (facts, seconds), key=lambda run: run[1])
        identical = [views.compare(dsn, PROJECTIONS[name]).identical for name in NAMES]
    ours, our_rate, their_rate = best[0], best[0] / best[1], theirs / their_seconds
    report.figures = {
        "atende": {"events": ours, "seconds": round(best[1], 3), "per_second": round(our_rate)},
        "eventsourcing": {
            "events": theirs,
            "seconds": round(their_seconds, 3),
            "per_second": round(their_rate),
        },
        "identical": dict(zip(NAMES, identical, strict=True)),
    }
    report.goals = [
        Goal("events per second and process", our_rate, "/s", 10_000),
        Goal("times the peer's", our_rate / their_rate, "x", 5),
        Goal("views whose rows are identical", sum(identical), "of 2", 2),
    ]
    return report


def main() -> None:
    asked = arguments("rebuild")
    asked.add_argument("--events", type=int, default=100_000)
    asked.add_argument("--peer-events", type=int, default=10_000)
    given = asked.parse_args()
    collect_rarely()  # as every role does, for both sides
    report_on(given, run)


if __name__ == "__main__":
    main()
