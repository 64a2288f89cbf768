"""Commands decided and durable per second: our engine beside the eventsourcing library's Postgres recorder.

Both do the same work on the same PostgreSQL, fsync on: load a conversation, decide, append one event of the
same words. Ours runs the real handlers on twelve partitions, and its clock stops when the index holds
everything; the peer's does when its last commit returned. The peer runs with and without its aggregate cache,
in threads, as it is meant to be; ours is called from one event loop, as the doors call it.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4, uuid5

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

from adapters.archive import Archive
from adapters.clock import SystemClock
from adapters.engine.inbox import EmbeddedInbox
from adapters.engine.owner import Owner
from adapters.keyring import Keyring, PostgresKeys, postgres
from adapters.log.index import Index
from adapters.log.postgres import PostgresLog
from adapters.log.schema import migrate
from adapters.services import Postgres
from api.wiring.running import collect_rarely
from commands.catalogue import HANDLERS, STREAMS
from commands.conversation import AddNote, HearMessage
from commands.intention import COMMANDS, Command
from commands.ports import Accepted
from domain.agent import AgentId
from domain.channel import ChannelId
from domain.conversation import ConversationId, MessageId
from domain.journal import Cause
from tests.bench.report import Goal, Report, percentile, say

CONVERSATIONS = 500
CALLERS = (1, 8, 64)
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


class Ours:
    def __init__(self, dsn: str, luck: random.Random) -> None:
        migrate(dsn)
        self.log = PostgresLog(dsn)
        self.keyring = keyring_of(dsn)
        archive = Archive(STREAMS.values(), self.keyring)
        self.owner = Owner(self.log, Index(dsn), Index(dsn), archive, HANDLERS, STREAMS, SystemClock())
        self.inbox = EmbeddedInbox(self.owner, patience=60)
        self.inbox.start()
        self.luck = luck
        self.conversations = [
            ConversationId(str(uuid5(COMMANDS, f"bench {n}"))) for n in range(CONVERSATIONS)
        ]
        self.n = 0

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
        await asyncio.to_thread(self.owner.indexer.drain, 120)
        return Measured.of(time.perf_counter() - started, latencies)

    def close(self) -> None:
        self.inbox.stop()
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


def run(seed: int, seconds: float, make: Callable[[str], str]) -> Report:
    """`seconds`: about how long each measurement takes."""
    report, luck = Report("engine", seed), random.Random(seed)
    peers: dict[str, Measured] = {}
    for name, cache in (("plain", 0), ("cached", 2 * CONVERSATIONS)):
        peer = Peer(peer_settings(make(f"peer_{name}")), cache)
        peer.measure(200, 1, luck)
        for callers in CALLERS:
            say(f"eventsourcing, {name}, {callers} callers")
            pace = peer.measure(40 * callers, callers, luck).rate
            peers[f"{name}_{callers}"] = peer.measure(max(200, int(pace * seconds)), callers, luck)
        peer.close()
    ours: dict[int, Measured] = {}
    atende = Ours(make("atende"), luck)
    atende.begin(atende.conversations)
    for callers in CALLERS:
        say(f"atende, {callers} callers")
        pace = asyncio.run(atende.measure([atende.command() for _ in range(100 * callers)], callers)).rate
        commands = [atende.command() for _ in range(max(200, int(pace * seconds)))]
        ours[callers] = asyncio.run(atende.measure(commands, callers))
    atende.close()

    report.figures = {
        "atende": {str(n): m.rounded() for n, m in ours.items()},
        "eventsourcing": {name: m.rounded() for name, m in peers.items()},
    }
    best = max(m.rate for m in peers.values())
    report.goals = [
        Goal("throughput at 64 callers, times the peer's best figure", ours[64].rate / best, "x", 5),
        Goal(
            "p50 at 1 caller, times the peer's better one",
            ours[1].p50 / min(peers["plain_1"].p50, peers["cached_1"].p50),
            "x",
            2,
            "at most",
        ),
    ]
    return report


def main() -> None:
    arguments = argparse.ArgumentParser("atende bench engine")
    arguments.add_argument("--json", action="store_true")
    arguments.add_argument("--seed", type=int, default=2026)
    arguments.add_argument("--seconds", type=float, default=8.0, help="about how long each measurement takes")
    given = arguments.parse_args()
    collect_rarely()  # as every role does, for both sides
    with tempfile.TemporaryDirectory(prefix="atende-bench-") as folder:
        Path(folder).chmod(0o711)
        server = Postgres(Path(folder) / "postgres")
        server.start()
        try:
            report = run(given.seed, given.seconds, server.create)
        finally:
            server.discard()
    report.tell(given.json)


if __name__ == "__main__":
    main()
