"""Private Kafka brokers (KRaft, broker and controller in one process) from the jars that Maven fetches."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from adapters.services import jars
from adapters.services.guarded import Guarded, ServiceError, free_port, hold

START_TIMEOUT: Final = 120.0  # seconds
STOP_TIMEOUT: Final = 10.0  # seconds a broker may take to hand over and end
PAUSE: Final = 0.1
STARTED: Final = "Kafka Server started"
JVM: Final = ("-Xms384m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto")

LOG4J: Final = """\
status=error
appender.o.type=Console
appender.o.name=o
appender.o.layout.type=PatternLayout
appender.o.layout.pattern=[%d] %p %m (%c)%n
rootLogger.level=warn
rootLogger.appenderRef.o.ref=o
logger.k.name=kafka.server.KafkaRaftServer
logger.k.level=info
"""

SETTINGS: Final[Mapping[str, str]] = {
    "process.roles": "broker,controller",
    "inter.broker.listener.name": "PLAINTEXT",
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
    "num.network.threads": "2",
    "num.io.threads": "4",
    "auto.create.topics.enable": "false",
    "unclean.leader.election.enable": "false",
    "replica.lag.time.max.ms": "2000",
    "broker.heartbeat.interval.ms": "500",
    "broker.session.timeout.ms": "2000",  # a broker that was killed comes back when its old session has ended
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.num.partitions": "1",
    "group.initial.rebalance.delay.ms": "0",
    "log.cleaner.dedupe.buffer.size": "2097152",
}
REPLICATED: Final = (
    "default.replication.factor",
    "offsets.topic.replication.factor",
    "transaction.state.log.replication.factor",
    "share.coordinator.state.topic.replication.factor",
)
IN_SYNC: Final = (
    "min.insync.replicas",
    "transaction.state.log.min.isr",
    "share.coordinator.state.topic.min.isr",
)


class Node:
    """One broker's place: its number, ports and folder outlive its process."""

    def __init__(self, number: int, folder: Path) -> None:
        self.number, self.folder = number, folder
        self.port = self.control = 0
        self.process = Guarded("Kafka", folder, signals="TERM,KILL,KILL")

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def has_started(self) -> bool:
        """Whether this run of it has said so; the list of brokers still holds the one before a crash."""
        return self.process.running and STARTED in self.process.words_since_start()


class Kafka:
    """Brokers on random loopback ports, without passwords, everything written kept in `data` between runs.

    One node, or three that replicate. `settings` are broker settings that win over ours. The ports stay the
    same over `restart` and over `stop` and `start` of one object; nodes are numbered from 1. `lifeline`: see
    `Guarded.launch`. The first start of all fetches the jars and makes the archive of classes; where that is
    impossible, `why_no_kafka` says why.
    """

    def __init__(
        self,
        data: Path,
        *,
        nodes: int = 1,
        settings: Mapping[str, str] | None = None,
        lifeline: Path | None = None,
    ) -> None:
        self.data = data.absolute()
        self.nodes = [Node(number, self.data / f"node{number}") for number in range(1, nodes + 1)]
        self._settings = dict(settings or {})
        self._lifeline = lifeline

    def __repr__(self) -> str:
        return f"Kafka({str(self.data)!r}, bootstrap={self.bootstrap!r})"

    @property
    def running(self) -> bool:
        return any(node.process.running for node in self.nodes)

    @property
    def bootstrap(self) -> str:
        """`host:port` of every node, with commas between them."""
        return ",".join(node.address for node in self.nodes)

    def pid(self, node: int = 1) -> int:
        """A broker's process id, 0 when it does not run."""
        return self._node(node).process.pid

    def start(self) -> None:
        """Start every node that does not run; returns when all of them serve. Raises ServiceError when they
        cannot, or when somebody else uses the folder."""
        if all(node.process.running for node in self.nodes):
            return
        if (reason := jars.why_no_kafka()) is not None:
            raise ServiceError(reason)
        lib = jars.fetched()
        if not jars.archive(lib).exists():
            _make_archive(lib)
        self._serve(lib)

    def stop(self, fast: bool = True) -> None:
        """Stop all nodes and return when they are gone. Kafka knows one way only: `fast` is for likeness."""
        self._at_once(self.stop_node)

    def restart(self, fast: bool = True) -> None:
        """Stop and start on the same ports."""
        self.stop(fast=fast)
        self.start()

    def kill(self, node: int = 1) -> None:
        """SIGKILL, as a crash would; a frozen node dies of it too. For tests of faults."""
        self._node(node).process.signal(signal.SIGKILL, timeout=10.0)

    def freeze(self, node: int = 1) -> None:
        """Slow, not dead: the sockets stay open and nobody answers. For tests of faults."""
        self._node(node).process.signal(signal.SIGSTOP, timeout=0.0)

    def thaw(self, node: int = 1) -> None:
        """End a freeze; harmless where there is none."""
        self._node(node).process.signal(signal.SIGCONT, timeout=0.0)

    def stop_node(self, node: int) -> None:
        """Stop one node politely: it hands over what it leads."""
        self.thaw(node)
        self._node(node).process.stop()

    def start_node(self, node: int) -> None:
        """Start one node again; returns when it serves."""
        chosen, lib = self._node(node), jars.fetched()
        if not chosen.process.running:
            self._launch(chosen, lib)
        self._wait([chosen], time.monotonic() + START_TIMEOUT)

    def discard(self) -> None:
        """Stop, and remove the data for good. Raises ServiceError while somebody else uses it."""
        self._at_once(self.kill)  # what it would still write down is thrown away
        for node in self.nodes:
            if node.folder.exists():
                lock = hold(node.folder, "Kafka")
                try:
                    shutil.rmtree(node.folder)
                finally:
                    os.close(lock)
        shutil.rmtree(self.data, ignore_errors=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _node(self, number: int) -> Node:
        return self.nodes[number - 1]

    def _at_once(self, act: Callable[[int], None]) -> None:
        with ThreadPoolExecutor(len(self.nodes)) as pool:
            list(pool.map(act, [node.number for node in self.nodes]))

    def _serve(self, lib: Path) -> None:
        until = time.monotonic() + START_TIMEOUT
        new = not any(node.port for node in self.nodes)
        while True:
            if new:
                self._choose_ports()
            try:
                for node in self.nodes:
                    if not node.process.running:
                        self._launch(node, lib)
                self._wait(self.nodes, until)
            except BaseException as error:
                taken = any("Address already in use" in n.process.words_since_start() for n in self.nodes)
                self.stop()
                if not (new and taken and isinstance(error, ServiceError)):
                    raise
            else:
                return

    def _choose_ports(self) -> None:
        ports: set[int] = set()
        while len(ports) < 2 * len(self.nodes):
            ports.add(free_port())
        for node in self.nodes:
            node.port, node.control = ports.pop(), ports.pop()

    def _launch(self, node: Node, lib: Path, *flags: str) -> None:
        node.folder.mkdir(parents=True, exist_ok=True)
        if not os.access(node.folder, os.W_OK | os.X_OK):
            raise ServiceError(f"{node.folder} belongs to another user. Start as that user, or remove it.")
        lock = hold(node.folder, "Kafka")
        try:
            properties = self._write_settings(node)
            if not (node.folder / "formatted").exists():
                self._format(node, lib, properties)
            node.process.launch(
                [*_java(node.folder, lib), *flags, "kafka.Kafka", str(properties)],
                lock=lock,
                lifeline=self._lifeline,
            )
        finally:
            os.close(lock)

    def _format(self, node: Node, lib: Path, properties: Path) -> None:
        shutil.rmtree(node.folder / "data", ignore_errors=True)  # half of a format, if anything
        command = [*_java(node.folder, lib), "kafka.tools.StorageTool", "format", "-t", self._cluster_id()]
        done = subprocess.run(
            [*command, "-c", str(properties)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            end = "\n".join(done.stdout.strip().splitlines()[-12:])
            raise ServiceError(f"Kafka could not prepare {node.folder}:\n{end}")
        (node.folder / "formatted").touch()

    def _cluster_id(self) -> str:
        """Made once: whoever still speaks to an earlier cluster on one of these ports is refused."""
        path = self.data / "cluster-id"
        if not path.exists():
            path.write_text(
                "A" + secrets.token_urlsafe(16)[1:]
            )  # a dash in front would be taken for an option
        return path.read_text()

    def _wait(self, nodes: Sequence[Node], until: float) -> None:
        """Until these nodes serve: each has said so in this run, and the cluster fences none of them."""
        while True:
            for node in nodes:
                if not node.process.running:
                    raise ServiceError(f"Kafka in {node.folder} did not start.{node.process.tail()}")
            if all(node.has_started for node in nodes) and self._serving() >= {n.number for n in nodes}:
                return
            if time.monotonic() > until:
                late = next((node for node in nodes if not node.has_started), nodes[0])
                raise ServiceError(f"Kafka in {late.folder} did not start in time.{late.process.tail()}")
            time.sleep(PAUSE)

    def _serving(self) -> set[int]:
        """The numbers of the brokers that are not fenced. The list holds dead ones, too."""
        from kafka import KafkaAdminClient  # here, because the other servers need the standard library only
        from kafka.errors import KafkaError

        living = [node.address for node in self.nodes if node.process.running]
        try:
            admin = KafkaAdminClient(bootstrap_servers=living, bootstrap_timeout_ms=1000)
        except (KafkaError, OSError):
            return set()
        try:
            listed: Iterable[Mapping[str, int]] = admin.describe_cluster()["brokers"]
            return {broker["broker_id"] for broker in listed if not broker["is_fenced"]}
        except (KafkaError, OSError):
            return set()
        finally:
            admin.close()

    def _write_settings(self, node: Node) -> Path:
        (node.folder / "log4j2.properties").write_text(LOG4J)
        copies, in_sync = (3, 2) if len(self.nodes) >= 3 else (1, 1)
        listeners = f"PLAINTEXT://{node.address},CONTROLLER://127.0.0.1:{node.control}"
        settings = {
            **SETTINGS,
            **dict.fromkeys(REPLICATED, str(copies)),
            **dict.fromkeys(IN_SYNC, str(in_sync)),
            "node.id": str(node.number),
            "controller.quorum.voters": ",".join(f"{n.number}@127.0.0.1:{n.control}" for n in self.nodes),
            "listeners": listeners,
            "advertised.listeners": listeners,
            "log.dirs": str(node.folder / "data"),
            **self._settings,
        }
        path = node.folder / "server.properties"
        path.touch(mode=0o600)
        path.write_text("".join(f"{key}={_quoted(value)}\n" for key, value in settings.items()))
        return path


def _java(folder: Path, lib: Path) -> list[str]:
    program = shutil.which("java") or "java"
    archive = jars.archive(lib)
    return [
        str(Path(program).absolute()),
        *JVM,
        *([f"-XX:SharedArchiveFile={archive}"] if archive.exists() else []),
        "-Djava.awt.headless=true",
        f"-Dlog4j2.configurationFile={folder / 'log4j2.properties'}",
        f"-Dkafka.logs.dir={folder}",
        "-cp",
        jars.class_path(lib),
    ]


def _make_archive(lib: Path) -> None:
    """Run one broker once to write down the classes it loads: every later start takes half the time."""
    archive = jars.archive(lib)
    with jars.turn("kafka-classes"):
        if archive.exists():
            return
        with tempfile.TemporaryDirectory(prefix="classes-", dir=archive.parent) as folder:
            once = Kafka(Path(folder) / "kafka")
            once._choose_ports()
            (node,) = once.nodes
            written = Path(folder) / archive.name
            try:
                once._launch(node, lib, f"-XX:ArchiveClassesAtExit={written}")
                once._wait([node], time.monotonic() + START_TIMEOUT)
                node.process.signal(signal.SIGTERM, timeout=START_TIMEOUT)
            finally:
                once.stop()
            if written.exists():
                written.rename(archive)


def _quoted(value: str) -> str:
    """A value as Java's properties want it."""
    return value.replace("\\", "\\\\")
