"""A hundred agents at work while customers write: how soon do they have one, how late is what they see?

The whole house runs as in `atende bench intake`, couriers off. Every agent is a live stream and a person
behind it: accepts what the stream says they are offered, or takes the next of a queue where one takes by
oneself, answers, and closes. They are all in one process, the customers in another. That nobody had more than
they may, and no conversation two owners, is read from the log.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx

from adapters import tokens
from adapters.whatsapp.addresses import message_ref
from api.wiring.accounting import batches, told
from api.wiring.demo import roles
from api.wiring.local import CHANNEL, NUMBER, Local, servers
from api.wiring.storage import open_log
from commands.door_ports import Role
from domain.agent import AgentId
from tests.bench.intake import followed, load
from tests.bench.live import Appended, Browser, appended_between
from tests.bench.report import Goal, Report, arguments, percentile, report_on, say

CUSTOMERS: Final = 1_500
CAPACITY: Final = 4
QUEUES: Final = {  # the queues the first line hands over to, and how agents get what waits there
    "suporte-tecnico": "offer",
    "cancelamento": "offer",
    "geral": "offer",
    "financeiro": "pull",
    "comercial": "pull",
}
PULLING: Final = 0.4  # of the agents: they take, the others are offered
THINKS: Final = (5.0, 15.0)  # seconds before an answer, and before closing
LOOKS: Final = (0.5, 2.0)  # seconds between two looks at whether there is room for the next
TOPICS: Final = "waiting,mine"
TOLD: Final = re.compile(rb'event: (\w+)\ndata: \{"position":"\d+:(\d+)",.*?"conversation_id":"([^"]+)"')
BROWSER: Final = 6  # connections of one, beside its stream
SETTLE: Final = 3.0


class Person(Browser):
    """An agent: what the stream tells them, and what they do about it."""

    def __init__(self, given: dict[str, Any], n: int, counts: Counts) -> None:
        super().__init__(given["host"], given["port"], given["tokens"][n], TOPICS)
        self.agent_id, self._pulls = name(n), n < given["pulling"]
        self._offered = f'"offered_to":"{self.agent_id}"'.encode()
        self._mine = f'"agent_id":"{self.agent_id}"'.encode()
        self._counts = counts
        self._client = httpx.AsyncClient(
            base_url=f"http://{given['host']}:{given['port']}",
            headers={"Authorization": f"Bearer {given['tokens'][n]}"},
            timeout=30,
            limits=httpx.Limits(max_connections=BROWSER, max_keepalive_connections=BROWSER),
            verify=False,
        )
        self._told: list[tuple[float, bytes, bytes, bytes]] = []
        self._luck = random.Random(f"{given['seed']}/{n}")
        self._busy: dict[str, asyncio.Task[None]] = {}

    def heard(self, events: bytes) -> None:
        now = time.time()
        self._told += [(now, *told) for told in TOLD.findall(events)]
        if self._offered not in events and self._mine not in events:
            return
        for line in events.split(b"\n"):
            if line.startswith(b'data: {"position"') and (self._offered in line or self._mine in line):
                row = json.loads(line[6:])["conversation"]
                if row["conversation_id"] not in self._busy and row["stage"] in ("waiting", "in_service"):
                    self._begin(row["conversation_id"], offered=row["stage"] == "waiting")

    def saw(self, appended: Sequence[Appended]) -> list[float]:
        """Seconds from the log to this screen, of every change of what it showed. Several may come in one:
        all since the one before count, unless the conversation had left the screen."""
        times: dict[str, dict[int, float]] = defaultdict(dict)
        for _, ordinal, at, stream in appended:
            times[stream][ordinal] = at
        waits: list[float] = []
        shown: dict[str, int] = {}
        for heard, name, position, conversation in self._told:
            one, ordinal = conversation.decode(), int(position)
            its, after = times.get(f"conversation-{one}", {}), shown.get(one, ordinal - 1)
            waits += [heard - at for n, at in its.items() if after < n <= ordinal]
            if name == b"gone":
                shown.pop(one, None)
            else:
                shown[one] = ordinal
        return waits

    async def work(self) -> None:
        """Until cancelled: beats, and takes where one takes."""
        (await self._ask("PUT", "/v1/me/availability", {"availability": "available"})).raise_for_status()
        beaten = time.monotonic()
        while True:
            await asyncio.sleep(self._luck.uniform(*LOOKS))
            if time.monotonic() - beaten > 10:
                beaten = time.monotonic()
                await self._ask("POST", "/v1/me/heartbeat")
            if self._pulls and len(self._busy) < CAPACITY:
                began = time.perf_counter()
                taken = await self._ask("POST", "/v1/conversations/next", {})
                if taken.status_code == httpx.codes.OK:
                    self._counts.waits.append(time.perf_counter() - began)
                    self._counts.told["taken"] += 1
                    self._begin(taken.json()["conversation_id"], offered=False)
                else:
                    self._counts.refused(taken)

    def _begin(self, conversation_id: str, *, offered: bool) -> None:
        task = asyncio.create_task(self._attend(conversation_id, offered=offered))
        self._busy[conversation_id] = task
        task.add_done_callback(lambda done: self._ended(conversation_id, done))

    def _ended(self, conversation_id: str, done: asyncio.Task[None]) -> None:
        self._busy.pop(conversation_id, None)
        if not done.cancelled() and done.exception() is not None:
            self._counts.told[f"broken: {done.exception()!r}"] += 1

    async def _attend(self, conversation_id: str, *, offered: bool) -> None:
        path = f"/v1/conversations/{conversation_id}"
        if offered:
            began = time.perf_counter()
            accepted = await self._ask("POST", f"{path}/accept", {})
            if accepted.status_code != httpx.codes.OK:
                self._counts.refused(accepted)
                return
            self._counts.waits.append(time.perf_counter() - began)
            self._counts.told["accepted"] += 1
        await asyncio.sleep(self._luck.uniform(*THINKS))
        if not await self._insist(path, "messages", {"kind": "text", "text": "Vou verificar, um momento."}):
            return
        self._counts.told["answered"] += 1
        await asyncio.sleep(self._luck.uniform(*THINKS))
        if await self._insist(path, "close", {"reason": "technical/solved", "outcome": "Resolvido."}):
            self._counts.told["closed"] += 1

    async def _insist(self, path: str, what: str, body: dict[str, Any]) -> bool:
        """On what it is now: a customer may write at any moment."""
        for _ in range(5):
            now = (await self._ask("GET", path)).json()
            answer = await self._ask("POST", f"{path}/{what}", body, seen=now.get("version"))
            if answer.is_success:
                return True
            self._counts.refused(answer)
        return False

    async def _ask(
        self, method: str, path: str, body: object = None, seen: int | None = None
    ) -> httpx.Response:
        headers = {} if method == "GET" else {"Idempotency-Key": uuid4().hex}
        if seen is not None:
            headers["If-Match"] = f'"{seen}"'
        return await self._client.request(method, path, headers=headers, json=body)


class Counts:
    """What the agents did together, and how long they waited for what they took."""

    def __init__(self) -> None:
        self.told: Counter[str] = Counter()
        self.waits: list[float] = []

    def refused(self, answer: httpx.Response) -> None:
        self.told[f"refused: {answer.status_code} {answer.json().get('rule', '')}"] += 1


def name(n: int) -> str:
    return f"bench-{n}"


async def work(given: dict[str, Any]) -> None:
    """Until a line comes with what was appended; then tell what was done, and how late it was seen."""
    counts = Counts()
    people = [Person(given, n, counts) for n in range(len(given["tokens"]))]
    tasks = []
    for person in people:
        tasks += [asyncio.create_task(person.look()), asyncio.create_task(person.work())]
        await asyncio.sleep(0.02)
    while not all(person.marks for person in people):
        await asyncio.sleep(0.05)
    print("working", flush=True)
    asked = json.loads(await asyncio.to_thread(sys.stdin.readline))
    for task in tasks:
        task.cancel()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    appended: list[Appended] = [tuple(one) for one in asked]
    seen = [wait for person in people for wait in person.saw(appended)]
    told = {
        "did": dict(counts.told),
        "broken": sorted({repr(one) for one in answers if isinstance(one, Exception)}),
        "took_ms": {p: round(percentile(counts.waits, float(p)) * 1000, 1) for p in ("50", "95", "99")},
        "seen_ms": {p: round(percentile(seen, float(p)) * 1000, 1) for p in ("50", "95", "99")},
        "seen": len(seen),
        "never_told": sum(late == 60.0 for person in people for late in person.late(appended)),
        "changes": len(appended),
    }
    print(json.dumps(told), flush=True)


def furnish(local: Local, url: str, agents: int) -> list[str]:
    """Queues, the number, and agents with room for so many; answers their tokens."""
    admin = tokens.create(local.dsn, "bench", Role.ADMIN).token
    bearers = []
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {admin}"}, timeout=30) as api:
        for queue, mode in QUEUES.items():
            api.put(f"/v1/queues/{queue}", json={"name": queue}).raise_for_status()
            api.put(f"/v1/queues/{queue}/routing", json={"mode": mode}).raise_for_status()
        number = {"name": "Número", "provider": "meta", "number_id": NUMBER, "queue_id": "geral"}
        api.put(f"/v1/channels/{CHANNEL}", json=number).raise_for_status()
        for n in range(agents):
            mode = "pull" if n < agents * PULLING else "offer"
            serves = [queue for queue, its in QUEUES.items() if its == mode]
            api.put(f"/v1/agents/{name(n)}", json={"name": name(n), "active": True}).raise_for_status()
            place = {"queues": serves, "skills": {}, "capacity": CAPACITY}
            api.put(f"/v1/agents/{name(n)}/routing", json=place).raise_for_status()
            bearers.append(tokens.create(local.dsn, name(n), Role.AGENT, agent_id=AgentId(name(n))).token)
    return bearers


def judged(local: Local) -> Counter[str]:
    """Of every agent and every conversation, from the log: was any assigned above capacity, or to two?"""
    found: Counter[str] = Counter()
    busy: dict[str, set[str]] = defaultdict(set)
    owned: set[str] = set()
    log = open_log(local.settings)
    try:
        for p in range(log.partitions):
            for batch in batches(log, p):
                for event in batch["events"]:
                    kind, stream, body = event["type"], event["stream"], event["body"]
                    match kind:
                        case "agent.Reserved" | "agent.TookUp":
                            busy[stream].add(body["conversation_id"])
                            found["assigned above capacity"] += len(busy[stream]) > CAPACITY
                        case "agent.Roused":  # the customer wrote again: theirs, even above capacity
                            busy[stream].add(body["conversation_id"])
                        case "agent.LetGo" | "agent.Hushed":
                            busy[stream].discard(body["conversation_id"])
                        case "conversation.Assigned":
                            found["assignments"] += 1
                            found["assigned to two"] += stream in owned
                            owned.add(stream)
                        case "conversation.EnteredWaiting":
                            found[f"waiting in {body['queue_id']}"] += 1
                        case "conversation.Offered":
                            found["offers"] += 1
                        case "conversation.Released" | "conversation.Transferred" | "conversation.Closed":
                            owned.discard(stream)
    finally:
        log.close()
    return found


def run(given: argparse.Namespace, folder: Path) -> Report:
    report = Report("desk", given.seed)
    with servers(folder) as local, roles(local, 0, ATENDE_COURIERS="false") as desk:
        say(f"{given.agents} agents come to their desks")
        host, _, port = desk.url.removeprefix("http://").partition(":")
        work = {
            "host": host,
            "port": int(port),
            "tokens": furnish(local, desk.url, given.agents),
            "pulling": int(given.agents * PULLING),
            "seed": given.seed,
        }
        agents = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.desk"],
            env=os.environ | {"ATENDE_AGENTS": json.dumps(work)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert agents.stdout is not None
        if agents.stdout.readline().strip() != "working":
            raise RuntimeError("the agents ended")
        say(f"{given.rate:g} messages/s for {given.seconds:g} s")
        time.sleep(SETTLE)
        began = time.time()
        done = load(
            folder, local, desk.url, given.rate, given.seconds, given.seed, "desk", customers=CUSTOMERS
        )
        ended = time.time()
        time.sleep(SETTLE)
        answer, _ = agents.communicate(
            json.dumps(appended_between(local.dsn, began, ended)) + "\n", timeout=300
        )
        told_by_agents = json.loads(answer)
        followed(desk.url, local, desk)
        say("reading the log")
        heard, _ = told(local.settings)
        key = local.secrets["index_key"].encode()
        refs = {message_ref(key, CHANNEL, id_) for id_ in done.pop("messages")}
        lost, twice = sum(not heard[ref] for ref in refs), sum(heard[ref] > 1 for ref in refs)
        found = judged(local)
    report.figures = {"load": done, "agents": told_by_agents, "log": dict(found)}
    seen, took = told_by_agents["seen_ms"], told_by_agents["took_ms"]
    what = f"seen by {given.agents} agents at {given.rate:g}/s"
    report.goals = [
        Goal(f"{what}, p95", seen["95"], "ms", 150, "at most"),
        Goal(f"{what}, p99", seen["99"], "ms", 1_000, "at most"),
        Goal("never told", told_by_agents["never_told"], "changes", 0, "at most"),
        Goal("accepting or taking one, p99", took["99"], "ms", 100, "at most"),
        Goal("assigned above capacity", found["assigned above capacity"], "conversations", 0, "at most"),
        Goal("assigned to two", found["assigned to two"], "conversations", 0, "at most"),
        Goal("acknowledged and not in the log", lost, "messages", 0, "at most"),
        Goal("in the log more than once", twice, "messages", 0, "at most"),
    ]
    return report


def main() -> None:
    if working := os.environ.get("ATENDE_AGENTS"):
        asyncio.run(work(json.loads(working)))
        return
    asked = arguments("desk")
    asked.add_argument("--agents", type=int, default=100)
    asked.add_argument("--rate", type=float, default=200, help="messages per second")
    asked.add_argument("--seconds", type=float, default=60)
    given = asked.parse_args()
    report_on(given, run)


if __name__ == "__main__":
    main()
