"""Commands decided and durable per second: our engine beside the eventsourcing library's Postgres recorder.

Both do the same work on the same PostgreSQL, fsync on: load a conversation, decide, append one event of the
same words. Ours runs the real handlers on twelve partitions, words sealed, and its clock stops when the index
holds everything; the peer's does when its last commit returned. The peer runs with and without its aggregate
cache, in threads, as it is meant to be; ours is called from one event loop, as the doors call it. With
`--log kafka` our log and commands lie on brokers of this machine, and processes of their own decide.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4, uuid5

import psycopg
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from psycopg import sql
from psycopg.conninfo import make_conninfo

from adapters import logs
from adapters.archive import Archive
from adapters.clock import SystemClock
from adapters.engine.asking import Asking
from adapters.engine.inbox import EmbeddedInbox
from adapters.engine.owner import Owner
from adapters.keyring import Keyring, PostgresKeys, postgres
from adapters.log.index import Index
from adapters.log.postgres import PostgresLog
from adapters.log.schema import migrate
from api.wiring import keys, storage
from api.wiring.beginning import collect_rarely
from api.wiring.house import inbox_of
from api.wiring.local import Local, servers
from api.wiring.processes import role
from commands.catalogue import HANDLERS, STREAMS
from commands.conversation import AddNote, HearMessage
from commands.intention import COMMANDS, Command
from commands.ports import Accepted
from domain.agent import AgentId
from domain.channel import ChannelId
from domain.conversation import ConversationId, MessageId
from domain.journal import Cause
from domain.privacy import SubjectId
from tests.bench.report import Goal, Report, arguments, percentile, report_on, say

CONVERSATIONS = 500
CALLERS = (1, 8, 64)
THROUGHPUT = "throughput at 64 callers, times the peer's best figure"
CAUSE = Cause("channel:bench", "bench", "bench")


@dataclass(frozen=True)
class Measured:
    """Commands per second, and milliseconds as each caller saw them."""

    rate: float
    p50: float
    p99: float

    @classmethod
    def of(cls, seconds: float, latencies: list[float]) -> Measured:
        return cls(
            len(latencies) / seconds, percentile(latencies, 50) * 1000, percentile(latencies, 99) * 1000
        )

    def rounded(self) -> dict[str, float]:
        return {"per_second": round(self.rate, 1), "p50_ms": round(self.p50, 3), "p99_ms": round(self.p99, 3)}


# Ours


class Ours(ABC):
    """The engine, however its log is kept. `settled` returns when the index has everything."""

    def __init__(self, inbox: Asking, luck: random.Random) -> None:
        self.inbox, self.luck, self.n = inbox, luck, 0
        self.inbox.start()
        self.conversations = [
            ConversationId(str(uuid5(COMMANDS, f"bench {n}"))) for n in range(CONVERSATIONS)
        ]

    @abstractmethod
    def settled(self) -> None: ...

    def command(self) -> Command:
        """A customer writes, or a colleague leaves a note: one event each."""
        self.n += 1
        conversation = self.luck.choice(self.conversations)
        if self.n % 4 == 0:
            return AddNote(
                id=uuid4(),
                cause=CAUSE,
                conversation_id=conversation,
                agent_id=AgentId("ana"),
                text=words(self.luck),
            )
        return hear(conversation, words(self.luck))

    def begin(self, conversations: Sequence[ConversationId]) -> None:
        """Each of them is opened by its customer's first word."""
        self.inbox.submit_now([hear(conversation, "oi") for conversation in conversations], 60)

    async def measure(self, commands: list[Command], callers: int) -> Measured:
        waiting, latencies = iter(commands), list[float]()

        async def call() -> None:
            for command in waiting:
                started = time.perf_counter()
                decision = await self.inbox.submit(command)
                latencies.append(time.perf_counter() - started)
                assert isinstance(decision, Accepted), decision
                assert len(decision.events) == 1, decision

        started = time.perf_counter()
        await asyncio.gather(*(call() for _ in range(callers)))
        await asyncio.to_thread(self.settled)
        return Measured.of(time.perf_counter() - started, latencies)

    async def pace(self, callers: int, seconds: float) -> Measured:
        """So many callers at once, for about so long."""
        first = await self.measure([self.command() for _ in range(100 * callers)], callers)
        return await self.measure(
            [self.command() for _ in range(max(200, int(first.rate * seconds)))], callers
        )

    def close(self) -> None:
        self.inbox.stop()


class Unsealed(Archive):
    """Writes words as they are: what sealing costs is the difference."""

    def hold(self, subjects: Mapping[str, SubjectId], today: date) -> set[SubjectId]:
        return set()

    def write(
        self, event: Any, stream: str, version: int, subject: SubjectId | None
    ) -> tuple[str, int, bytes]:
        kept = self.kept(self.name(type(event)))
        return kept.name, kept.schema, kept.adapter.dump_json(event)


class Embedded(Ours):
    """Owner and callers in this process, the log in PostgreSQL."""

    def __init__(self, dsn: str, luck: random.Random, kind: type[Archive] = Archive) -> None:
        migrate(dsn)
        self.log, self.keyring = PostgresLog(dsn), keyring_of(dsn)
        archive = kind(STREAMS.values(), self.keyring)
        self.owner = Owner(self.log, Index(dsn), Index(dsn), archive, HANDLERS, STREAMS, SystemClock())
        super().__init__(EmbeddedInbox(self.owner, patience=60), luck)

    def settled(self) -> None:
        self.owner.indexer.drain(120)

    def close(self) -> None:
        super().close()
        self.keyring.close()
        self.log.close()


class OnKafka(Ours):
    """Workers in processes of their own, callers in this one, the log and the commands on Kafka."""

    def __init__(self, local: Local, workers: int, luck: random.Random) -> None:
        settings = local.settings
        storage.migrate(settings)
        self.log, self.keyring, self.dsn = storage.open_log(settings), keys.keyring(settings), local.dsn
        self._roles = ExitStack()
        for _ in range(workers):
            self._roles.enter_context(
                role(
                    "work",
                    local.folder,
                    local.environment(ATENDE_LIFELINE="true", ATENDE_LOG_LEVEL="WARNING"),
                )
            )
        archive = Archive(STREAMS.values(), self.keyring)
        super().__init__(inbox_of(settings, self.log, archive, self.keyring), luck)

    def settled(self) -> None:
        ends = self.log.ends()
        index = Index(self.dsn)
        try:
            while any(mark.offset < ends[p] for p, mark in index.reload().items()):
                time.sleep(0.01)
        finally:
            index.close()

    def close(self) -> None:
        super().close()
        self._roles.close()
        self.keyring.close()
        self.log.close()


def keyring_of(dsn: str) -> Keyring:
    """The keys of a log, in a database beside it."""
    beside = postgres.beside(dsn)
    postgres.migrate(beside)
    return Keyring(PostgresKeys(beside, "a master key of the benchmarks alone"))


def hear(conversation: ConversationId, text: str) -> HearMessage:
    now = datetime.now(UTC)
    return HearMessage(
        id=uuid4(),
        cause=CAUSE,
        conversation_id=conversation,
        channel_id=ChannelId("bench"),
        message_id=MessageId(uuid4().hex),
        provider_id=f"wamid.{uuid4().hex}",
        kind="text",
        text=text,
        sent_at=now,
        received_at=now,
    )


def words(luck: random.Random) -> str:
    """About 300 bytes of what people write."""
    return " ".join(
        luck.choice(("internet", "caiu", "de", "novo", "modem", "luz", "vermelha", "boleto"))
        for _ in range(45)
    )


# The peer


class Talk(Aggregate):
    """The same conversation as the library would have it written."""

    class Heard(Aggregate.Event):
        message_id: str
        provider_id: str
        text: str
        sent_at: datetime

    class Noted(Aggregate.Event):
        note_id: str
        agent_id: str
        text: str

    @event("Begun")
    def __init__(self, id: UUID) -> None:
        self._id = id
        self.heard: list[str] = []
        self.notes = 0

    @staticmethod
    def create_id(id: UUID) -> UUID:
        return id

    def hear(self, message_id: str, provider_id: str, text: str, sent_at: datetime) -> None:
        if message_id not in self.heard:
            self._heard(message_id=message_id, provider_id=provider_id, text=text, sent_at=sent_at)

    @event(Heard)
    def _heard(self, message_id: str, provider_id: str, text: str, sent_at: datetime) -> None:
        self.heard = [*self.heard[-499:], message_id]

    @event(Noted)
    def note(self, note_id: str, agent_id: str, text: str) -> None:
        self.notes += 1


class Peer:
    def __init__(self, dsn: dict[str, str], cache: int) -> None:
        env = {
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_POOL_SIZE": "16",
            "POSTGRES_MAX_OVERFLOW": "64",
            "POSTGRES_CONN_MAX_AGE": "600",
            **dsn,
        }
        if cache:
            env |= {"AGGREGATE_CACHE_MAXSIZE": str(cache), "DEEPCOPY_FROM_AGGREGATE_CACHE": "n"}
        self.app = Application[UUID](env)
        self.talks = [uuid4() for _ in range(CONVERSATIONS)]
        for n in range(0, CONVERSATIONS, 50):
            self.app.save(*(Talk(id=talk) for talk in self.talks[n : n + 50]))

    def act(self, n: int, luck: random.Random) -> None:
        """Load, decide, append; a conflict is decided again, as an application would."""
        talk_id, text = luck.choice(self.talks), words(luck)
        while True:
            try:
                talk: Talk = self.app.repository.get(talk_id)
                if n % 4 == 0:
                    talk.note(uuid4().hex, "ana", text)
                else:
                    talk.hear(uuid4().hex, f"wamid.{uuid4().hex}", text, datetime.now(UTC))
                self.app.save(talk)
            except Exception as error:
                if type(error).__name__ != "IntegrityError":
                    raise
            else:
                return

    def measure(self, n: int, threads: int, luck: random.Random) -> Measured:
        seeds = [luck.random() for _ in range(threads)]

        def call(share: int) -> list[float]:
            mine, latencies = random.Random(seeds[share]), []
            for i in range(n // threads):
                started = time.perf_counter()
                self.act(i, mine)
                latencies.append(time.perf_counter() - started)
            return latencies

        started = time.perf_counter()
        with ThreadPoolExecutor(threads) as pool:
            latencies = [latency for share in pool.map(call, range(threads)) for latency in share]
        return Measured.of(time.perf_counter() - started, latencies)

    def close(self) -> None:
        self.app.close()


def peer_settings(dsn: str) -> dict[str, str]:
    from psycopg.conninfo import conninfo_to_dict

    known: dict[str, Any] = conninfo_to_dict(dsn)
    return {
        "POSTGRES_DBNAME": str(known["dbname"]),
        "POSTGRES_HOST": str(known["host"]),
        "POSTGRES_PORT": str(known["port"]),
        "POSTGRES_USER": str(known["user"]),
        "POSTGRES_PASSWORD": str(known.get("password", "")),
    }


# The run


def peers_of(make: Callable[[str], str], seconds: float, luck: random.Random) -> dict[str, Measured]:
    """The library, with and without its cache, at each number of callers."""
    peers: dict[str, Measured] = {}
    for name, cache in (("plain", 0), ("cached", 2 * CONVERSATIONS)):
        peer = Peer(peer_settings(make(f"peer_{name}")), cache)
        peer.measure(200, 1, luck)
        for callers in CALLERS:
            say(f"eventsourcing, {name}, {callers} callers")
            pace = peer.measure(40 * callers, callers, luck).rate
            peers[f"{name}_{callers}"] = peer.measure(max(200, int(pace * seconds)), callers, luck)
        peer.close()
    return peers


def measured(atende: Ours, seconds: float, callers: Sequence[int] = CALLERS) -> dict[int, Measured]:
    """Ours at each number of callers; whatever it was made of is let go of."""
    try:
        for n in range(0, CONVERSATIONS, 100):
            atende.begin(atende.conversations[n : n + 100])
        found: dict[int, Measured] = {}
        for n in callers:
            say(f"atende, {n} callers")
            found[n] = asyncio.run(atende.pace(n, seconds))
    finally:
        atende.close()
    return found


def run(given: argparse.Namespace, folder: Path) -> Report:
    report, luck = Report("engine", given.seed), random.Random(given.seed)
    kafka = given.log == "kafka"
    with servers(folder, given.nodes if kafka else 0) as local:
        make = partial(create_database, local.dsn)
        peers = peers_of(make, given.seconds, luck)
        best = max(m.rate for m in peers.values())
        if kafka:
            ours = measured(OnKafka(local, given.workers, luck), given.seconds)
            times = 4 if given.nodes == 1 else 2
            goals = [Goal(THROUGHPUT, ours[64].rate / best, "x", times)]
            if given.nodes == 1:
                goals.append(Goal("p50 at 1 caller", ours[1].p50, "ms", 8, "at most"))
        else:
            ours = measured(Embedded(make("sealed"), luck), given.seconds)
            say("the same with nothing sealed")
            clear = measured(Embedded(make("clear"), luck, Unsealed), given.seconds, [64])[64]
            report.figures["unsealed"] = clear.rounded()
            cost = 100 * (1 - ours[64].rate / clear.rate)
            single = min(peers["plain_1"].p50, peers["cached_1"].p50)
            goals = [
                Goal(THROUGHPUT, ours[64].rate / best, "x", 5),
                Goal("p50 at 1 caller, times the peer's better one", ours[1].p50 / single, "x", 2, "at most"),
                Goal("throughput that sealing costs", cost, "%", 25, "at most"),
            ]
    report.figures |= {
        "atende": {str(n): m.rounded() for n, m in ours.items()},
        "eventsourcing": {name: m.rounded() for name, m in peers.items()},
    }
    report.goals = goals
    return report


def create_database(dsn: str, name: str) -> str:
    """A database of its own on the same server; its address."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return make_conninfo(dsn, dbname=name)


def main() -> None:
    asked = arguments("engine")
    asked.add_argument("--seconds", type=float, default=8.0, help="about how long each measurement takes")
    asked.add_argument("--log", choices=("postgres", "kafka"), default="postgres")
    asked.add_argument("--nodes", type=int, choices=(1, 3), default=1, help="brokers")
    asked.add_argument("--workers", type=int, default=1, help="processes that own partitions")
    given = asked.parse_args()
    logs.configure("WARNING")
    collect_rarely()  # as every role does, for both sides
    report_on(given, run)


if __name__ == "__main__":
    main()
