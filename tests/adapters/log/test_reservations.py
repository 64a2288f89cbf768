"""Fifty workers want a place of one agent at the same moment, each deciding on what it read by itself."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from uuid import UUID, uuid4

import pytest

from adapters.archive import Archive
from adapters.log.chain import Place, Verdict, judge
from adapters.log.memory import MemoryLog
from adapters.log.port import Fate, draft
from adapters.log.record import body_of, event_json, read_body
from domain import agent
from domain.agent import AGENT, Agent
from domain.queue import QueueId
from domain.queueing import Mode

WORKERS, CAPACITY = 50, 3
AT = datetime(2026, 3, 12, 15, tzinfo=UTC)
ARCHIVE = Archive([AGENT], None)
STREAM = "agent-ana"
THERE = (agent.Equipped(None, {}, CAPACITY, None), agent.BecameAvailable(AT))
LEARNED: Agent = AGENT.fold([agent.Welcomed("Ana"), *THERE])


class Worker:
    """Folds the log as far as it goes, decides, appends; beaten, it reads on and decides again."""

    def __init__(self, log: MemoryLog) -> None:
        self.log, self.place = log, Place(log.id, 0, 1)
        self.at, self.offset, self.state, self.version = self.place.start, 1, LEARNED, 0

    def read(self) -> None:
        reader = self.log.reader({0: self.offset})
        for entry in reader.poll(0):
            judged = judge(self.place, self.at.head, entry.record)
            assert judged.verdict is Verdict.ACCEPTED
            self.offset = entry.offset + 1
            for event in read_body(entry.record)["events"]:
                said = ARCHIVE.read(event["type"], event["schema"], event["body"], STREAM, event["version"])
                self.state, self.version = AGENT.evolve(self.state, said), event["version"]
            self.at = self.at._replace(seq=judged.head.seq, hash=judged.head.hash)
        reader.close()

    def reserve(self, conversation_id: str) -> bool:
        """Whether it got the place."""
        while True:
            self.read()
            try:
                (event,) = agent.reserve(
                    self.state,
                    conversation_id,
                    queue_id=QueueId("geral"),
                    mode=Mode.ASSIGN,
                    expires_at=None,
                    at=AT,
                )
            except agent.AtCapacity:
                return False
            name, schema, body = ARCHIVE.write(event, STREAM, self.version + 1, None)
            told = event_json(STREAM, self.version + 1, name, schema, AT.isoformat(), "", body)
            outcome = {"id": str(uuid4()), "command": "ReservePlace", "stream": STREAM, "accepted": 1}
            record = self.place.link(self.at.head, body_of([outcome], [told]))  # type: ignore[list-item]
            if self.log.append([draft(self.place, self.at.head, record)]) == [Fate.WON]:
                return True


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_one_agent_with_three_places_never_has_four_whatever_fifty_workers_do() -> None:
    with ThreadPoolExecutor(WORKERS) as pool:
        for number in range(1_000):
            log, start = MemoryLog(UUID(int=number + 1), 1), Barrier(WORKERS)

            def want(n: int, log: MemoryLog = log, start: Barrier = start) -> bool:
                worker = Worker(log)
                start.wait()
                return worker.reserve(f"c{n}")

            granted = sum(pool.map(want, range(WORKERS)))
            last = Worker(log)
            last.read()
            assert granted == CAPACITY
            assert last.state.load.reserved == CAPACITY
            assert len(log.records[0]) == CAPACITY
