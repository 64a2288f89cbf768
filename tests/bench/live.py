"""Browsers that look at the desk while customers write: how late is what they see, and what does one cost?

The whole house runs as in `atende bench intake`, couriers off; the load comes from a process of its own, and
so do the browsers. A change is seen when a `mark` says that everything up to it was told; late is that after
the moment its record was appended to the log. Only changes that the list shows count.
"""

from __future__ import annotations

import argparse
import asyncio
import bisect
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import psutil
import psycopg

from adapters import tokens
from api.live.marks import INBOX, last_seen
from api.wiring.demo import roles
from api.wiring.local import servers
from commands.catalogue import STREAMS
from commands.door_ports import Role
from projections import inbox
from tests.bench.intake import followed, load
from tests.bench.report import Goal, Report, arguments, percentile, report_on, say

EACH = 15  # streams of one token: one person has no more than 20
TOPICS = "waiting,automation,in_service"
CHUNK = 256 * 1024

Appended: TypeAlias = tuple[int, int, float, str]
"""A change that lists show: partition, ordinal, when, and of which stream."""

SETTLE = 3.0  # seconds the browsers look before the load begins, and after it ended
APPENDED = """
SELECT e.partition, e.ordinal, extract(epoch FROM l.appended_at)::float8, e.stream
FROM event e JOIN log l ON l.partition = e.partition AND l.seq = e.seq
WHERE e.type = ANY(%s) AND l.appended_at BETWEEN to_timestamp(%s) AND to_timestamp(%s)
"""


class Browser:
    """One stream: when it had been told how much of each partition."""

    def __init__(self, host: str, port: int, token: str, topics: str) -> None:
        self._host, self._port, self._token, self._topics = host, port, token, topics
        self.marks: list[tuple[float, dict[int, int]]] = []
        self.bytes = 0
        self.ended = False

    async def look(self) -> None:
        reader, writer = await asyncio.open_connection(self._host, self._port, limit=8 * 1024 * 1024)
        writer.write(
            f"GET /v1/live?topics={self._topics} HTTP/1.1\r\nHost: desk\r\n"
            f"Authorization: Bearer {self._token}\r\n\r\n".encode()
        )
        try:
            rest = b""
            while told := await reader.read(CHUNK):
                self.bytes += len(told)
                whole, end, rest = (rest + told).rpartition(b"\n\n")
                if end:
                    self.heard(whole)
                    if (at := whole.rfind(b"\nid: ")) >= 0:  # the last one says it of all before
                        seen = last_seen(whole[at + 5 :].partition(b"\n")[0].strip().decode())
                        if seen is not None:
                            self.marks.append((time.time(), dict(seen.marks[INBOX])))
                    if b"event: bye" in whole:
                        break
        finally:
            self.ended = True
            writer.close()

    def heard(self, events: bytes) -> None:
        """For who does something about them. Whole ones, as they came."""

    def late(self, appended: Sequence[Appended]) -> list[float]:
        """Seconds from the log to these eyes; what was never told counts as a minute."""
        waits: list[float] = []
        columns: dict[int, list[int]] = {}
        for partition, ordinal, at, _ in appended:
            if partition not in columns:
                columns[partition] = [told.get(partition, 0) for _, told in self.marks]
            n = bisect.bisect_left(columns[partition], ordinal)
            waits.append(self.marks[n][0] - at if n < len(self.marks) else 60.0)
        return waits


def browse(given: dict[str, Any]) -> None:
    """Look until standard input closes; then tell how late everything was."""
    asyncio.run(_browse(given))


async def _browse(given: dict[str, Any]) -> None:
    url = urlsplit(given["url"])
    assert url.hostname is not None
    assert url.port is not None
    browsers = [
        Browser(url.hostname, url.port, given["tokens"][n // EACH], given["topics"])
        for n in range(given["streams"])
    ]
    tasks = []
    for browser in browsers:
        tasks.append(asyncio.create_task(browser.look()))
        await asyncio.sleep(0.01)
    while not all(browser.marks for browser in browsers):
        await asyncio.sleep(0.05)
    print("looking", flush=True)
    asked = json.loads(await asyncio.to_thread(sys.stdin.readline))
    appended: list[Appended] = [tuple(one) for one in asked]
    waits = [late for browser in browsers for late in browser.late(appended)]
    told = {
        "changes": len(appended),
        "ms": {p: round(percentile(waits, float(p)) * 1000, 1) for p in ("50", "95", "99")} if waits else {},
        "kib_per_stream": round(sum(b.bytes for b in browsers) / len(browsers) / 1024, 1),
        "ended": sum(browser.ended for browser in browsers),
        "never_told": sum(wait == 60.0 for wait in waits),
    }
    for task in tasks:
        task.cancel()
    print(json.dumps(told), flush=True)


class Browsing:
    """Browsers in a process of their own."""

    def __init__(self, url: str, streams: int, bearers: Sequence[str], topics: str) -> None:
        given = {"url": url, "streams": streams, "tokens": list(bearers), "topics": topics}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.live"],
            env=os.environ | {"ATENDE_BROWSE": json.dumps(given)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        if self._process.stdout.readline().strip() != "looking":
            raise RuntimeError("the browsers ended")

    def told(self, appended: Sequence[Appended]) -> dict[str, Any]:
        answer, _ = self._process.communicate(json.dumps(appended) + "\n", timeout=120)
        found: dict[str, Any] = json.loads(answer)
        return found


def appended_between(dsn: str, began: float, ended: float) -> list[Appended]:
    """What was appended between these two times."""
    shown = [
        f"{stream.kind}.{event.__name__}"
        for stream in STREAMS.values()
        for event in stream.events
        if event in inbox.INBOX.wakes
    ]
    with psycopg.connect(dsn) as connection:
        return connection.execute(APPENDED, (shown, began, ended)).fetchall()


def run(given: argparse.Namespace, folder: Path) -> Report:
    report = Report("live", given.seed)
    with servers(folder) as local, roles(local, 0, ATENDE_COURIERS="false") as desk:
        most = max(given.streams, given.idle)
        bearers = [
            tokens.create(local.dsn, f"bench {n}", Role.SERVICE).token for n in range(most // EACH + 1)
        ]
        pid = desk.pids()[-1]
        say(f"{given.idle} idle streams")
        before = psutil.Process(pid).memory_info().rss
        idle = Browsing(desk.url, given.idle, bearers, "waiting")
        time.sleep(SETTLE)
        used = (psutil.Process(pid).memory_info().rss - before) / given.idle / 1024
        idle.told([])
        say(f"{given.streams} streams, {given.rate:g} messages/s for {given.seconds:g} s")
        looking = Browsing(desk.url, given.streams, bearers, TOPICS)
        time.sleep(SETTLE)
        began = time.time()
        done: dict[str, Any] = {}
        loading = threading.Thread(
            target=lambda: done.update(
                load(folder, local, desk.url, given.rate, given.seconds, given.seed, "live")
            )
        )
        loading.start()
        loading.join()
        ended = time.time()
        followed(desk.url, local, desk)
        time.sleep(SETTLE)
        told = looking.told(appended_between(local.dsn, began, ended))
    report.figures = {"acknowledged": done["acknowledged"], "kib_per_idle_stream": round(used, 1), **told}
    what = f"seen by {given.streams} streams at {given.rate:g}/s"
    report.goals = [
        Goal(f"{what}, p95", told["ms"]["95"], "ms", given.goal, "at most"),
        Goal(f"{what}, p99", told["ms"]["99"], "ms", 1_000, "at most"),
        Goal("never told", told["never_told"], "changes", 0, "at most"),
        Goal(f"memory of one of {given.idle} streams", used, "KiB", 100, "at most"),
    ]
    return report


def main() -> None:
    if browsing := os.environ.get("ATENDE_BROWSE"):
        browse(json.loads(browsing))
        return
    asked = arguments("live")
    asked.add_argument("--streams", type=int, default=100)
    asked.add_argument("--rate", type=float, default=200, help="messages per second")
    asked.add_argument("--seconds", type=float, default=30)
    asked.add_argument("--idle", type=int, default=500, help="streams, when memory is measured")
    asked.add_argument("--goal", type=float, default=150, help="milliseconds, p95")
    given = asked.parse_args()
    report_on(given, run)


if __name__ == "__main__":
    main()
