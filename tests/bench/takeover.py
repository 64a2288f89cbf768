"""Seconds until the partitions of a worker that was killed are written again, by another.

Two workers share a log on Kafka. One is killed (SIGKILL); from that moment a command waits in every
partition, and the clock stops when the last of them is decided. The killed one is started again.
"""

from __future__ import annotations

import argparse
import random
import time
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

from adapters import logs
from adapters.archive import Archive
from adapters.engine.asking import Asking
from adapters.log.chain import partition_of
from api.wiring import keys, storage
from api.wiring.house import inbox_of
from api.wiring.local import Local, servers
from api.wiring.processes import role
from commands.catalogue import STREAMS
from domain.conversation import ConversationId
from tests.bench.engine import hear, words
from tests.bench.report import Goal, Report, arguments, percentile, report_on, say

PATIENCE = 60.0  # seconds until a command is asked again


def one_in_each(partitions: int) -> list[ConversationId]:
    """A conversation in each partition."""
    found: dict[int, ConversationId] = {}
    while len(found) < partitions:
        conversation = ConversationId(str(uuid4()))
        found.setdefault(partition_of(conversation, partitions), conversation)
    return [found[p] for p in range(partitions)]


def everywhere(inbox: Asking, conversations: list[ConversationId], luck: random.Random) -> float:
    """Seconds until a command is decided in every partition."""
    began = time.perf_counter()
    inbox.submit_now([hear(conversation, words(luck)) for conversation in conversations], PATIENCE)
    return time.perf_counter() - began


def run(given: argparse.Namespace, folder: Path) -> Report:
    report, luck = Report("takeover", given.seed), random.Random(given.seed)
    with ExitStack() as stack:
        local = stack.enter_context(servers(folder, given.nodes))
        settings = local.settings
        storage.migrate(settings)
        log, ring = storage.open_log(settings), keys.keyring(settings)
        stack.callback(ring.close)
        stack.callback(log.close)
        inbox = inbox_of(settings, log, Archive(STREAMS.values(), ring), ring)
        inbox.start()
        stack.callback(inbox.stop)
        workers = [stack.enter_context(_worker(local)) for _ in range(2)]
        conversations, seconds = one_in_each(log.partitions), list[float]()
        for n in range(given.kills):
            say(f"kill {n + 1} of {given.kills}")
            everywhere(inbox, conversations, luck)
            time.sleep(given.rest)  # until both have their share
            workers[n % 2].kill()
            seconds.append(everywhere(inbox, conversations, luck))
            workers[n % 2] = stack.enter_context(_worker(local))
    report.figures = {"seconds": [round(s, 3) for s in sorted(seconds)], "kills": len(seconds)}
    report.goals = [Goal("writes go on, p95", percentile(seconds, 95), "s", 5, "at most")]
    return report


def _worker(local: Local):  # type: ignore[no-untyped-def]  # a context with a process
    return role("work", local.folder, local.environment(ATENDE_LIFELINE="true", ATENDE_LOG_LEVEL="WARNING"))


def main() -> None:
    asked = arguments("takeover")
    asked.add_argument("--kills", type=int, default=20)
    asked.add_argument("--rest", type=float, default=6.0, help="seconds between a start and the next kill")
    asked.add_argument("--nodes", type=int, choices=(1, 3), default=1, help="brokers")
    given = asked.parse_args()
    logs.configure("WARNING")
    report_on(given, run)


if __name__ == "__main__":
    main()
