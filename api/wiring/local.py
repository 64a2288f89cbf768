"""One machine without anything installed: servers from wheels, secrets made here, all of it in one folder."""

from __future__ import annotations

import json
import os
import secrets
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import psycopg

from adapters.services import Kafka, Postgres, ServiceError, Valkey
from api.settings import Settings, as_told, database_named

KEPT: Final = "local.json"  # secrets and keys of this folder, made once
RUNNING: Final = "running.json"  # where the servers are, while somebody runs them
LAST: Final = "last.json"  # which of them ran last
DATABASES: Final = "databases.json"  # whose log lies where it was copied to: by number of brokers

NODES: Final = {"postgres": 0, "kafka": 1}

CHANNEL: Final = "principal"
NUMBER: Final = "200000000000001"
ACCOUNT: Final = "100000000000001"


@dataclass(frozen=True)
class Local:
    """Running servers and the secrets of their folder. `brokers` keep the log, when there are any; a single
    one is for trying it out."""

    folder: Path
    dsn: str
    redis_url: str
    secrets: dict[str, str]
    brokers: str = ""

    @property
    def ledger(self) -> Path:
        """What the simulated customers were told is safe: of the log that runs, and of all its runs."""
        return self.folder / (
            f"ledger-{len(self.brokers.split(','))}.jsonl" if self.brokers else "ledger.jsonl"
        )

    @property
    def reached(self) -> dict[str, str]:
        """How the servers are reached, as variables."""
        told = {"ATENDE_DSN": self.dsn, "ATENDE_REDIS_URL": self.redis_url}
        if self.brokers:
            told |= {"ATENDE_LOG": "kafka", "ATENDE_KAFKA": self.brokers}
            told |= {"ATENDE_KAFKA_SINGLE_BROKER": "true"} if "," not in self.brokers else {}
        return told

    @property
    def settings(self) -> Settings:
        return Settings.model_validate(
            {
                "dsn": self.dsn,
                "redis_url": self.redis_url,
                "log": "kafka" if self.brokers else "postgres",
                "kafka": self.brokers or None,
                "kafka_single_broker": "," not in self.brokers,
                "index_key": self.secrets["index_key"],
                "master_key": self.secrets["master_key"],
                "data": self.folder,
                "channels": [self.channel],
            }
        )

    def environment(self, **more: str) -> dict[str, str]:
        """What a role's process must be told, on top of our own environment."""
        return {
            **self.reached,
            "ATENDE_INDEX_KEY": self.secrets["index_key"],
            "ATENDE_MASTER_KEY": self.secrets["master_key"],
            "ATENDE_DATA": str(self.folder),
            "ATENDE_CHANNELS": json.dumps([self.channel]),
            **more,
        }

    @property
    def channel(self) -> dict[str, Any]:
        return {
            "id": CHANNEL,
            "name": "Número principal",
            "provider": "meta",
            "number_id": NUMBER,
            "waba_id": ACCOUNT,
            "app_secrets": [self.secrets["app_secret"]],
            "verify_token": self.secrets["verify_token"],
            "access_token": self.secrets["access_token"],
        }


@contextmanager
def servers(folder: Path, nodes: int = 0) -> Iterator[Local]:
    """Run Postgres and Valkey on this folder for as long as the block lasts, and so many Kafka brokers that
    keep the log instead; each number of them is a deployment of its own, unless a log was copied there.
    Raises ServiceError."""
    folder.mkdir(parents=True, exist_ok=True)
    postgres, valkey = Postgres(folder / "postgres"), Valkey(folder / "valkey")
    with ExitStack() as running:
        running.callback((folder / RUNNING).unlink, missing_ok=True)
        running.callback(postgres.stop)
        postgres.start()
        running.callback(valkey.stop)
        valkey.start()
        dsn = postgres.create(_database(folder, nodes))
        brokers = ""
        if nodes:
            brokers = running.enter_context(Kafka(folder / f"kafka-{nodes}", nodes=nodes)).bootstrap
        local = Local(folder, dsn, valkey.url, _secrets(folder), brokers)
        told = {"dsn": dsn, "redis_url": valkey.url, "brokers": brokers}
        _write(folder / RUNNING, {**told, "pid": os.getpid()})
        _write(folder / LAST, {"nodes": nodes})
        yield local


@contextmanager
def servers_at(folder: Path, nodes: int | None) -> Iterator[Local]:
    """The servers that run on this folder already, or such ones for as long as the block lasts. `nodes`: so
    many brokers are started, and some must be there; 0: none may; None: as it comes. Raises ServiceError."""
    local = running_in(folder)
    if local is None:
        with servers(folder, nodes or 0) as local:
            yield local
        return
    if nodes is not None and bool(nodes) != bool(local.brokers):
        raise ServiceError(
            f"the servers that run on {folder} keep the log in {'Kafka' if local.brokers else 'PostgreSQL'}"
        )
    yield local


def running_in(folder: Path) -> Local | None:
    """The servers somebody else runs on this folder, if somebody does."""
    path = folder / RUNNING
    if not path.exists() or not is_alive((found := json.loads(path.read_text()))["pid"]):
        return None
    return Local(folder, found["dsn"], found["redis_url"], _secrets(folder), found["brokers"])


@contextmanager
def at_hand(folder: Path, log: Literal["postgres", "kafka"] | None = None) -> Iterator[Settings]:
    """The settings of the deployment somebody wants to look into: as it was told when that names a
    database; else the servers of `folder`, as they run, or started for as long as the block lasts. `log`:
    where to look for the log, when that is not where it is kept otherwise.

    Raises ServiceError when there is neither.
    """
    if database_named():
        yield _looking_at(as_told(), log)
        return
    if (local := running_in(folder)) is not None:
        yield _looking_at(local.settings, log)
        return
    _refuse_no_database(folder)
    nodes = _last(folder)
    if log is not None and bool(nodes) != bool(NODES[log]):
        nodes = NODES[log]
    if nodes and not (folder / f"kafka-{nodes}").exists():
        raise ServiceError(f"no log was ever kept on Kafka in {folder}")
    with servers(folder, nodes) as local:
        yield local.settings


def _looking_at(settings: Settings, log: Literal["postgres", "kafka"] | None) -> Settings:
    if log == "kafka" and not settings.kafka:
        raise ServiceError("no brokers are known: set ATENDE_KAFKA")
    return settings.model_copy(update={"log": log or settings.log})


@contextmanager
def both_logs(folder: Path, source: Literal["postgres", "kafka"], target: str) -> Iterator[Settings]:
    """What is needed to copy a log: as it was told when that names a database; else the servers of `folder`
    with one broker, where nobody else may run them. The database goes with its log: it is written down that
    the target's place is its, too, and when the block is done the log is looked for there."""
    if database_named():
        yield as_told()
        return
    if running_in(folder) is not None:
        raise ServiceError(f"somebody runs the servers of {folder}: stop that first")
    _refuse_no_database(folder)
    kept, wanted, last = NODES[source], NODES[target], _last(folder)
    database, brokers = _database(folder, kept), folder / "kafka-1"
    if kept and not brokers.exists():
        raise ServiceError(f"no log was ever kept on Kafka in {folder}")
    taken = f"{{}} in {folder} keeps another log already: copy that of another --data"
    if wanted and brokers.exists() and _database(folder, wanted) != database:
        raise ServiceError(taken.format("the broker"))
    if wanted:
        _belongs(folder, wanted, database)
    try:
        with servers(folder, 1) as local:
            if _database(folder, wanted) != database:
                if _exists(local.dsn, _database(folder, wanted)):
                    raise ServiceError(taken.format("PostgreSQL"))
                _belongs(folder, wanted, database)
            yield local.settings
        last = wanted
    finally:
        _write(folder / LAST, {"nodes": last})


def _refuse_no_database(folder: Path) -> None:
    if not (folder / "postgres").exists():
        raise ServiceError(f"no database: set ATENDE_DSN, or run `make demo` first to make one in {folder}")


def _last(folder: Path) -> int:
    """How many brokers ran here last."""
    path = folder / LAST
    return int(json.loads(path.read_text())["nodes"]) if path.exists() else 0


def _database(folder: Path, nodes: int) -> str:
    """The database of the deployment whose log is kept by so many brokers, or by none."""
    path = folder / DATABASES
    copied: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    return copied.get(str(nodes), f"atende_kafka_{nodes}" if nodes else "atende")


def _belongs(folder: Path, nodes: int, database: str) -> None:
    path = folder / DATABASES
    copied = json.loads(path.read_text()) if path.exists() else {}
    _write(path, copied | {str(nodes): database})


def _exists(dsn: str, database: str) -> bool:
    with psycopg.connect(dsn) as connection:
        return bool(
            connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,)).fetchall()
        )


def _secrets(folder: Path) -> dict[str, str]:
    """Made once, and readable by this account alone."""
    path = folder / KEPT
    kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    names = ("index_key", "master_key", "app_secret", "verify_token", "access_token")
    if missing := [name for name in names if name not in kept]:
        kept |= {name: secrets.token_hex(24) for name in missing}
        _write(path, kept)
    return kept


def _write(path: Path, told: dict[str, Any]) -> None:
    aside = path.with_suffix(".new")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(told, file)
    aside.rename(path)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def wait_with_servers(folder: Path, nodes: int, tell: Callable[[dict[str, str]], None]) -> None:
    """Run the servers, and so many brokers beside them, tell how to reach them, and wait for Ctrl-C."""
    ended = threading.Event()
    with servers(folder, nodes) as local:
        for number in (signal.SIGINT, signal.SIGTERM):  # before anybody can know that we run
            signal.signal(number, lambda _number, _frame: ended.set())
        tell(local.reached)
        while not ended.wait(0.5):
            pass
