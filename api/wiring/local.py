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
from typing import Any, Final

from adapters.services import Kafka, Postgres, ServiceError, Valkey
from api.settings import Settings, database_named

KEPT: Final = "local.json"  # secrets and keys of this folder, made once
RUNNING: Final = "running.json"  # where the servers are, while somebody runs them
LAST: Final = "last.json"  # which of them ran last

CHANNEL: Final = "principal"
NUMBER: Final = "200000000000001"


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
            "app_secrets": [self.secrets["app_secret"]],
            "verify_token": self.secrets["verify_token"],
            "access_token": self.secrets["access_token"],
        }


@contextmanager
def servers(folder: Path, nodes: int = 0) -> Iterator[Local]:
    """Run Postgres and Valkey on this folder for as long as the block lasts, and so many Kafka brokers that
    keep the log instead; each number of them is a deployment of its own. Raises ServiceError."""
    folder.mkdir(parents=True, exist_ok=True)
    postgres, valkey = Postgres(folder / "postgres"), Valkey(folder / "valkey")
    with ExitStack() as running:
        running.callback((folder / RUNNING).unlink, missing_ok=True)
        running.callback(postgres.stop)
        postgres.start()
        running.callback(valkey.stop)
        valkey.start()
        dsn = postgres.create(f"atende_kafka_{nodes}") if nodes else postgres.create()
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
def at_hand(folder: Path) -> Iterator[Settings]:
    """The settings of the deployment somebody wants to look into: as it was told when that names a
    database; else the servers of `folder`, as they run, or started for as long as the block lasts.

    Raises ServiceError when there is neither.
    """
    if database_named():
        yield Settings()
        return
    if (local := running_in(folder)) is not None:
        yield local.settings
        return
    if not (folder / "postgres").exists():
        raise ServiceError(f"no database: set ATENDE_DSN, or run `make demo` first to make one in {folder}")
    last = folder / LAST
    with servers(folder, json.loads(last.read_text())["nodes"] if last.exists() else 0) as local:
        yield local.settings


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
