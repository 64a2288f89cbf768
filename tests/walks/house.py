"""The whole house as it runs in production, to be walked through and to be broken: real processes, real
servers, a provider that is not Meta's, and nothing between us but HTTP.

With the log in PostgreSQL it is two processes; with the log on Kafka it is five, for there decide workers of
their own, and what follows by itself is another role.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psycopg
from click.testing import Result
from typer.testing import CliRunner

from adapters import tokens
from adapters.engine.leases import OWNERS
from adapters.services.guarded import free_port
from adapters.simulator import webhooks
from adapters.simulator.customers.people import person
from adapters.simulator.graph import Graph
from adapters.simulator.post import Line
from adapters.simulator.running import running
from adapters.simulator.webhooks import Item, Number, Person
from adapters.whatsapp.addresses import conversation_id
from api.cli import app
from api.wiring.beginning import process_names
from api.wiring.local import CHANNEL, NUMBER, Local
from commands.door_ports import Role
from domain.agent import AgentId
from projections.catalogue import PROJECTIONS

T = TypeVar("T")

PATIENCE = 120.0  # seconds; several people may share this machine
LINE = Number(NUMBER, "552330000001", "100000000000001")
AGENTS = {"ana": "Ana", "bia": "Bia", "caio": "Caio", "dani": "Dani", "edu": "Edu"}
"""Dani and Edu attend in the walks of routing alone: what others leave them with would fill their places."""
QUEUES = {"geral": "Geral", "suporte-tecnico": "Suporte técnico", "financeiro": "Financeiro"}
PROGRAM = ("-m", "api.cli")
PARTITIONS = 12
HELD = """
SELECT count(DISTINCT objid), count(DISTINCT pid) FROM pg_locks WHERE locktype = 'advisory' AND granted
AND classid = %s AND objsubid = 2
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
QUICK = {"ATENDE_QUIET_WINDOW": "0.4", "ATENDE_LONGEST_BURST": "5"}

_people = count()


def until(ask: Callable[[], T], what: str, patience: float = PATIENCE) -> T:
    """Ask until the answer is truthy, and give it; nobody answering the door is no answer yet."""
    deadline, answer = time.monotonic() + patience, None
    while time.monotonic() < deadline:
        with suppress(httpx.TransportError, psycopg.OperationalError):
            if answer := ask():
                return answer
        time.sleep(0.05)
    raise AssertionError(f"not within {patience:.0f} s: {what}; the last answer was {answer!r}")


@dataclass
class Running:
    """A role of ours as a process of its own, which ends with us whatever happens."""

    name: str
    environment: Mapping[str, str]
    log: Path
    arguments: Sequence[str] = ()
    program: Sequence[str] = PROGRAM
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, *self.program, self.name, *self.arguments],
                env={**os.environ, **self.environment},
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self) -> int:
        """Ask it to end, and answer its exit code."""
        assert self.process is not None
        if self.alive:
            self.process.terminate()
        return self._ended(PATIENCE)

    def ended(self, patience: float = PATIENCE) -> int:
        """Wait for it to end by itself; its exit code."""
        return self._ended(patience)

    def kill(self) -> None:
        """SIGKILL, as a crash would."""
        assert self.process is not None
        self.process.kill()
        self._ended(PATIENCE)

    def pause(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def _ended(self, patience: float) -> int:
        assert self.process is not None
        try:
            code = self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"{self.name} did not end within {patience:.0f} s\n{self.tail()}") from None
        finally:
            assert self.process.stdin is not None
            self.process.stdin.close()
        return code

    def lines(self) -> list[dict[str, Any]]:
        """What it logged, line by line; every line must be JSON."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def tail(self) -> str:
        return "\n".join(self.log.read_text().splitlines()[-15:])


def answers(role: Running, url: str) -> None:
    """Wait until somebody answers at doors that were started; whoever ended before says why."""

    def live() -> bool:
        assert role.alive, f"{role.name} ended\n{role.tail()}"
        return httpx.get(f"{url}/health/live", timeout=5, trust_env=False).status_code == 200

    try:
        until(live, "an answer at the doors")
    except AssertionError as late:
        raise AssertionError(f"{late}\n{role.tail()}") from late


@dataclass
class Caller:
    """Somebody with a token, or a provider with a secret, at the doors."""

    http: httpx.Client

    def get(self, path: str, **params: Any) -> httpx.Response:
        return self.http.get(path, params={k: v for k, v in params.items() if v is not None})

    def post(
        self,
        path: str,
        json: Any = None,
        *,
        key: str | None = None,
        seen: int | str | None = None,
        **headers: str,
    ) -> httpx.Response:
        if key is not None:
            headers["Idempotency-Key"] = key
        if seen is not None:
            headers["If-Match"] = f'"{seen}"'
        return self.http.post(path, json=json, headers=headers)

    def put(self, path: str, json: Any) -> httpx.Response:
        return self.http.put(path, json=json)


@dataclass
class House:
    """Everything that runs. The desk's processes may be killed and started again."""

    local: Local
    graph: Graph
    url: str
    graph_url: str
    serve: Running
    follow: Running
    door: httpx.Client  # the provider's way to us
    workers: Sequence[Running] = ()  # who decides, with the log on Kafka …
    processes: Sequence[Running] = ()  # … and what follows by itself there …
    figures: str = ""  # … and where that tells its figures
    callers: dict[str, Caller] = field(default_factory=dict)
    said: set[str] = field(default_factory=set)  # every personal word of the walk, for whoever reads the logs

    @property
    def dsn(self) -> str:
        return self.local.dsn

    @property
    def roles(self) -> Sequence[Running]:
        """Every process of ours, the doors last."""
        return [self.follow, *self.processes, *self.workers, self.serve]

    @property
    def as_admin(self) -> Caller:
        return self.callers["admin"]

    @property
    def as_service(self) -> Caller:
        return self.callers["service"]

    def agent(self, name: str) -> Caller:
        return self.callers[name]

    # what is known

    def conversation(self, who: Person, **params: Any) -> dict[str, Any]:
        """The conversation as the API tells it; nothing while it is not known. Whoever hears that a view is
        not there yet asks again, as the answer says."""
        path, deadline = f"/v1/conversations/{self.conversation_id(who)}", time.monotonic() + PATIENCE
        while (answer := self.as_service.get(path, **params)).status_code == 503:
            assert answer.json()["rule"] == "NotThereYet", answer.text
            assert time.monotonic() < deadline, answer.text
            time.sleep(float(answer.headers["Retry-After"]))
        if answer.status_code == 404:
            return {}
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
        assert answer.headers["ETag"] == f'"{told["version"]}"'
        return told

    def transcript(self, who: Person) -> list[dict[str, Any]]:
        answer = self.as_service.get(f"/v1/conversations/{self.conversation_id(who)}/transcript", limit=200)
        if answer.status_code == 404:
            return []
        answer.raise_for_status()
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    def lines(self, who: Person, side: str) -> list[dict[str, Any]]:
        return [line for line in self.transcript(who) if line["side"] == side]

    def conversation_id(self, who: Person) -> str:
        return conversation_id(self.local.secrets["index_key"].encode(), CHANNEL, who.address)

    def outcomes(self, delivery_id: str) -> list[str]:
        """What became of a delivery's items, who it told of beside; nothing until all are decided."""
        answer = self.as_service.get(f"/v1/deliveries/{delivery_id}")
        if answer.status_code == 404 or answer.json()["settled_at"] is None:
            return []
        return [item["outcome"] for item in answer.json()["items"] if item["event"] != "identity_link"]

    def sent_to(self, who: Person) -> list[Any]:
        """What the provider took for a customer, in order."""
        return [m for m in list(self.graph.ledger.accepted) if m.address == who.address]

    def ends(self) -> dict[int, int]:
        """The last record of every partition; with the log on Kafka, the last that is indexed."""
        asked = (
            "SELECT partition, seq FROM mark"
            if self.local.brokers
            else "SELECT partition, max(seq) FROM log GROUP BY partition"
        )
        with psycopg.connect(self.dsn) as connection:
            return dict(connection.execute(asked).fetchall())

    def held(self) -> tuple[int, int]:
        """How many partitions have an owner, and how many owners there are; with the log on Kafka."""
        with psycopg.connect(self.dsn) as connection:
            partitions, owners = connection.execute(HELD, (OWNERS,)).fetchone() or (0, 0)
        return partitions, owners

    def quiet_ends(self) -> dict[int, int]:
        """The ends once nothing happens any more by itself."""
        last: list[dict[int, int]] = [{}]

        def still() -> bool:
            before, last[0] = last[0], self.ends()
            if self.graph.post.pending or before != last[0]:
                time.sleep(0.5)
                return False
            return True

        until(still, "the log at rest")
        return last[0]

    def received(self) -> int:
        """How many deliveries the log tells of, once the provider has no more to say and all is indexed."""
        self.quiet_ends()
        with psycopg.connect(self.dsn) as connection:
            asked = "SELECT count(DISTINCT stream) FROM event WHERE stream LIKE 'delivery-%'"
            (found,) = connection.execute(asked).fetchone() or (0,)
        return int(found)

    # what customers do

    def customer(self) -> Person:
        """Somebody nobody has met."""
        n = 5_000_000 + 1000 * os.getpid() % 4_000_000 + next(_people)
        found = next(
            p
            for k in range(1000)
            if (p := person(7, n + 100 * k)).wa_id and len(p.name) > 6 and p.name not in self.said
        )
        assert found.wa_id is not None
        self.said |= {found.wa_id, found.name}
        return found

    def text(self, who: Person, words: str, at: datetime | None = None, id_: str | None = None) -> Item:
        self.said.add(words)
        return webhooks.text(who, id_ or message_id(), at or datetime.now(UTC), words)

    def writes(self, who: Person, *words: str) -> httpx.Response:
        """The customer writes, in one delivery; answers the door's answer, which is 200."""
        answer = self.deliver(self.body(who, *(self.text(who, w) for w in words)))
        assert answer.status_code == 200, answer.text
        return answer

    def body(self, who: Person, *messages: Item, statuses: Sequence[Item] = ()) -> bytes:
        self.graph.customer_wrote(who.address)
        return webhooks.encoded(
            webhooks.body(LINE, people=[who] if messages else [], messages=messages, statuses=statuses)
        )

    def deliver(
        self, raw: bytes, signature: str | None = "", *, through: httpx.Client | None = None, **headers: str
    ) -> httpx.Response:
        """Signed with the channel's secret, unless another signature is given, or none."""
        if signature == "":
            signature = webhooks.signature(self.local.secrets["app_secret"], raw)
        if signature is not None:
            headers["X-Hub-Signature-256"] = signature
        return (through or self.door).post(
            f"{self.url}/webhooks/meta/{CHANNEL}",
            content=raw,
            headers={"Content-Type": "application/json", **headers},
        )

    def waits(self, who: Person, words: str = "minha internet caiu, sem sinal no roteador") -> dict[str, Any]:
        """A customer writes, the first line hands over, all of its words have left: what waits for people."""
        self.writes(who, words)
        until(
            lambda: any(line["status"] == "read" for line in self.lines(who, "automation")),
            "the first line's words with the customer",
        )
        return until(
            lambda: (told := self.conversation(who)).get("stage") == "waiting" and told, "a wait for people"
        )

    # from outside

    def atende(self, *words: str, **environment: str) -> Result:
        """The command line against this deployment, in this process: starting one takes seconds."""
        told = {**self.serve.environment, "COLUMNS": "200", **environment}
        return CliRunner().invoke(app, list(words), env=told)

    def program(self, *words: str) -> subprocess.CompletedProcess[str]:
        """The same as a program of its own."""
        return subprocess.run(
            [sys.executable, "-m", "api.cli", *words],
            env={**os.environ, **self.serve.environment},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def ready(self) -> dict[str, Any]:
        told: dict[str, Any] = httpx.get(f"{self.url}/health/ready", timeout=10).json()
        return told

    def open_doors(self) -> None:
        """Start what does not run, and wait until work can be done."""
        for role in self.roles:
            if not role.alive:
                role.start()
        until(self._works, f"a house that is ready\n{self.serve.tail()}")

    def _works(self) -> bool:
        for role in self.roles:
            if not role.alive:
                raise AssertionError(f"{role.name} ended\n{role.tail()}")
        if self.workers and self.held() != (PARTITIONS, len(self.workers)):
            return False
        return bool(self.ready()["status"] == "ok")

    def metric(self, name: str, at: str = "") -> dict[str, float]:
        """A metric's samples, by their labels as they are written. `at`: who tells them, if not the doors."""
        text = httpx.get(f"{at or self.url}/metrics", timeout=10).text
        rows = [line for line in text.splitlines() if line.startswith((f"{name}{{", f"{name} "))]
        return {row.rpartition(" ")[0]: float(row.rpartition(" ")[2]) for row in rows}


def message_id() -> str:
    return f"wamid.{secrets.token_hex(12)}"


@contextmanager
def a_house(
    folder: Path, dsn: str, redis_url: str, *, brokers: str = "", first_retry: float = 0.3, **knobs: str
) -> Iterator[House]:
    """All processes before these servers, furnished, for as long as the block lasts. The log is on the
    brokers, when there are any."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = {
        name: secrets.token_hex(24)
        for name in ("index_key", "master_key", "app_secret", "verify_token", "access_token")
    }
    local = Local(folder, dsn, redis_url, kept, brokers)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    line = Line(LINE, kept["access_token"], f"{url}/webhooks/meta/{CHANNEL}", 1000)
    graph = Graph([line], kept["app_secret"], first_retry=first_retry)
    graph.faults = graph.faults.changed({"unread": 0.0, "delay": 0.05})
    with running(graph) as graph_url:
        environment = local.environment(
            ATENDE_PORT=str(port),
            ATENDE_GRAPH_URL=graph_url,
            ATENDE_MEDIA_ORIGINS=json.dumps([graph_url]),
            ATENDE_LIFELINE="true",
            **{**QUICK, **knobs},
        )
        house = House(
            local,
            graph,
            url,
            graph_url,
            Running("serve", environment, folder / "serve.log"),
            Running("follow", environment, folder / "follow.log", list(PROJECTIONS)),
            httpx.Client(timeout=30, trust_env=False),
        )
        if brokers:
            house.workers = [Running("work", environment, folder / f"work-{n}.log") for n in (1, 2)]
            names = process_names()
            house.figures = f"http://127.0.0.1:{(told := free_port())}"
            followers = {**environment, "ATENDE_FIGURES_PORT": str(told)}
            house.processes = [Running("follow", followers, folder / "processes.log", names)]
        for role in house.roles:
            role.log.touch()
        try:
            house.open_doors()
            _furnish(house)
            yield house
        finally:
            for caller in house.callers.values():
                caller.http.close()
            house.door.close()
            for role in reversed(house.roles):
                if role.alive:
                    role.go_on()
                    role.stop()


def _furnish(house: House) -> None:
    for name, role in (("admin", Role.ADMIN), ("service", Role.SERVICE), ("chefe", Role.SUPERVISOR)):
        agent = AgentId("chefe") if role is Role.SUPERVISOR else None
        house.callers[name] = _caller(house, name, role, agent)
    for name in AGENTS:
        house.callers[name] = _caller(house, name, Role.AGENT, AgentId(name))
    for queue, title in QUEUES.items():
        house.as_admin.put(f"/v1/queues/{queue}", {"name": title}).raise_for_status()
    for agent_id, title in {**AGENTS, "chefe": "Chefe"}.items():
        house.as_admin.put(f"/v1/agents/{agent_id}", {"name": title, "active": True}).raise_for_status()
    connected = house.as_admin.put(
        f"/v1/channels/{CHANNEL}",
        {"name": "Número principal", "provider": "meta", "number_id": NUMBER, "queue_id": "geral"},
    )
    connected.raise_for_status()
    until(
        lambda: house.as_admin.get("/v1/channels", after=connected.headers["Position"]).status_code == 200,
        "the channel in its list",
    )


def _caller(house: House, name: str, role: Role, agent_id: AgentId | None) -> Caller:
    issued = tokens.create(house.dsn, name, role, agent_id=agent_id)
    headers = {"Authorization": f"Bearer {issued.token}"}
    return Caller(httpx.Client(base_url=house.url, headers=headers, timeout=30, trust_env=False))
