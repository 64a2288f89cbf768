"""Signed webhooks over HTTP at a given rate, whatever the desk makes of them: acknowledged when, lost never?

The whole house runs as it does in a demo (PostgreSQL with fsync, the desk with engine and policies, the
views), couriers off; the load comes from a process of its own. Latency counts from the planned time. Whether
anything was lost is read from the log itself, chain and all.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg

from adapters.simulator import webhooks
from adapters.simulator.customers.people import person
from adapters.whatsapp.addresses import message_ref
from api.wiring.accounting import told
from api.wiring.demo import Desk, roles
from api.wiring.local import CHANNEL, NUMBER, Local, servers
from api.wiring.processes import drain
from tests.bench.report import Goal, Report, arguments, percentile, report_on, say

CUSTOMERS = 5_000
WORDS = "minha internet caiu de novo, e o boleto não chegou"
SERVERS = ("postgres", "valkey", "services.guard", "kafka")
ROLES = (" follow ", " serve", " work")
FOLLOWED = 600.0  # seconds for the desk to finish what it was given
BATCH = 25  # messages in a body, when memory is measured


@dataclass
class Arrivals:
    """When the inbox had folded how much of each partition, looked at every few milliseconds."""

    dsn: str
    seen: list[tuple[float, dict[int, int]]] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def watched(self) -> Iterator[None]:
        thread = threading.Thread(target=self._look, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join()

    def _look(self) -> None:
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            while not self._stop.wait(0.01):
                rows = connection.execute(
                    "SELECT partition, ordinal FROM view_bookmark WHERE name = 'inbox'", prepare=True
                ).fetchall()
                self.seen.append((time.time(), dict(rows)))

    def after(self, planned: dict[str, float], places: dict[str, tuple[int, int]]) -> list[float]:
        """Seconds from the planned sending of each message until the inbox had it."""
        waits: list[float] = []
        by_partition: dict[int, list[tuple[int, float]]] = {}
        for ref, at in planned.items():
            partition, ordinal = places[ref]
            by_partition.setdefault(partition, []).append((ordinal, at))
        for partition, wanted in by_partition.items():
            looks = iter(self.seen)
            look = next(looks)
            for ordinal, at in sorted(wanted):
                while look[1].get(partition, 0) < ordinal:
                    look = next(looks)
                waits.append(look[0] - at)
        return waits


def load(
    folder: Path,
    local: Local,
    url: str,
    rate: float,
    seconds: float,
    seed: int,
    run: str,
    customers: int = CUSTOMERS,
) -> Any:
    """One load run in a process of its own; its report, with the acknowledged messages."""
    ledger = folder / f"load-{run}.json"
    settings = {
        "url": f"{url}/webhooks/meta/{CHANNEL}",
        "secret": local.secrets["app_secret"],
        "rate": rate,
        "seconds": seconds,
        "customers": customers,
        "seed": seed,
        "run": run,
        "ledger": str(ledger),
        "first_second": 1.0,
        "phone_number_id": NUMBER,
    }
    done = subprocess.run(
        [sys.executable, "-m", "adapters.simulator.load"],
        env=os.environ | {"ATENDE_LOAD": json.dumps(settings)},
        stdout=subprocess.PIPE,
        check=True,
    )
    report = json.loads(done.stdout)
    report["messages"] = json.loads(ledger.read_text())
    return report


async def fill(local: Local, url: str, messages: int, seed: int) -> list[str]:
    """More messages, many to a body, as fast as they are acknowledged; their ids."""
    luck, secret = random.Random(seed), local.secrets["app_secret"]
    people = [person(seed, n) for n in range(CUSTOMERS)]
    number = webhooks.Number(NUMBER, "552330000001", "100000000000001")
    ids = [f"wamid.fill{seed}-{n}" for n in range(messages)]
    bodies = iter(range(0, messages, BATCH))

    async with httpx.AsyncClient(timeout=60) as client:

        async def call() -> None:
            for first in bodies:
                some = [luck.choice(people) for _ in ids[first : first + BATCH]]
                said = [
                    webhooks.text(who, id_, datetime.now(UTC), WORDS)
                    for who, id_ in zip(some, ids[first : first + BATCH], strict=False)
                ]
                body = webhooks.encoded(webhooks.body(number, people=some, messages=said))
                while True:
                    answer = await webhooks.deliver(client, f"{url}/webhooks/meta/{CHANNEL}", secret, body)
                    if getattr(answer, "status_code", answer) == 200:
                        break
                    await asyncio.sleep(0.5)

        await asyncio.gather(*(call() for _ in range(4)))
    return ids


def memory(*roots: int) -> dict[str, float]:
    """Megabytes that these processes and everything below them really hold (proportional set size), by
    server or role."""
    found, seen = Counter[str](), set[int]()
    for root in roots:
        with suppress(psutil.NoSuchProcess):  # a worker of the database may end while we look
            top = psutil.Process(root)
            command = command_of(top)
            name = next((name for name in (*SERVERS, *ROLES) if name in command), "other")
            for pid in {root, *(child.pid for child in top.children(recursive=True))} - seen:
                seen.add(pid)
                found[name.strip()] += _held(pid)
    return dict(found)


def _held(pid: int) -> float:
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) / 1024


def followed(url: str, local: Local, desk: Desk) -> None:
    """Until everything is: what is counted before that would be counted too early."""
    if not drain(url, local.dsn, desk.alive, FOLLOWED):
        raise RuntimeError(f"not everything was followed after {FOLLOWED:g} s")


def command_of(process: psutil.Process) -> str:
    """As it was started; nothing when it is gone."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def run(given: argparse.Namespace, folder: Path) -> Report:
    report, kafka = Report("intake", given.seed), given.log == "kafka"
    with ExitStack() as stack:
        local = stack.enter_context(servers(folder, given.nodes if kafka else 0))
        desk = stack.enter_context(roles(local, 0, ATENDE_COURIERS="false", ATENDE_QUIET_WINDOW="4"))
        url = desk.url
        arrivals = Arrivals(local.dsn)
        say(f"{given.rate:g} webhooks/s for {given.seconds:g} s")
        fast = load(folder, local, url, given.rate, given.seconds, given.seed, "fast")
        followed(url, local, desk)
        say(f"{given.inbox_rate:g} webhooks/s for {given.inbox_seconds:g} s")
        with arrivals.watched():
            slow = load(folder, local, url, given.inbox_rate, given.inbox_seconds, given.seed + 1, "slow")
            followed(url, local, desk)
            time.sleep(1)
        sent = [*fast["messages"], *slow["messages"]]
        more = max(0, given.messages - len(sent))
        if more:
            say(f"{more:,} messages more, {BATCH} to a body")
            sent += asyncio.run(fill(local, url, more, given.seed + 2))
            followed(url, local, desk)
        held = memory(*desk.pids(), *servers_of(os.getpid()))
        say("reading the log")
        heard, places = told(local.settings)
        key = local.secrets["index_key"].encode()
        refs = {id_: message_ref(key, CHANNEL, id_) for id_ in sent}
        lost = sum(not heard[ref] for ref in refs.values())
        twice = sum(n > 1 for n in heard.values())
        waits = arrivals.after({refs[id_]: planned for id_, (planned, _) in slow["messages"].items()}, places)
    for phase in (fast, slow):
        del phase["messages"]
    report.figures = {
        "fast": fast,
        "slow": slow,
        "in_inbox_ms": {p: round(percentile(waits, float(p)) * 1000, 1) for p in ("50", "90", "99")},
        "messages": len(sent),
        "pss_mib": {name: round(its, 1) for name, its in held.items()},
    }
    report.goals = [
        Goal(f"acknowledged at {given.rate:g}/s, p99", fast["p99"] or 1e9, "ms", 100, "at most"),
        Goal("not acknowledged", fast["planned"] - fast["acknowledged"], "webhooks", 0, "at most"),
        Goal("acknowledged and not in the log", lost, "messages", 0, "at most"),
        Goal("in the log more than once", twice, "messages", 0, "at most"),
    ]
    if not kafka:  # the brokers' memory is theirs, and whoever has them scales the views apart
        shown = f"in the inbox at {given.inbox_rate:g}/s, p99"
        report.goals += [
            Goal(shown, percentile(waits, 99) * 1000, "ms", 500, "at most"),
            Goal(f"memory after {len(sent):,} messages", sum(held.values()), "MiB", 600, "at most"),
        ]
    return report


def servers_of(parent: int) -> list[int]:
    """The process ids of the embedded servers that this process started."""
    return [
        child.pid
        for child in psutil.Process(parent).children(recursive=True)
        if any(name in command_of(child) for name in SERVERS)
    ]


def main() -> None:
    asked = arguments("intake")
    asked.add_argument("--rate", type=float, help="webhooks per second: 300, on Kafka 200")
    asked.add_argument("--seconds", type=float, default=60)
    asked.add_argument("--inbox-rate", type=float, default=200)
    asked.add_argument("--inbox-seconds", type=float, default=30)
    asked.add_argument("--messages", type=int, default=100_000, help="in all, before memory is measured")
    asked.add_argument("--log", choices=("postgres", "kafka"), default="postgres")
    asked.add_argument("--nodes", type=int, choices=(1, 3), default=1, help="brokers")
    given = asked.parse_args()
    given.rate = given.rate or (200 if given.log == "kafka" else 300)
    report_on(given, run)


if __name__ == "__main__":
    main()
