"""One machine without anything installed: servers from wheels, secrets made here, all of it in one folder."""

from __future__ import annotations

import json
import os
import secrets
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from adapters.services import Kafka, Postgres, ServiceError, Valkey
from api.settings import Settings, database_named

KEPT: Final = "local.json"  # secrets and keys of this folder, made once
RUNNING: Final = "running.json"  # where the servers are, while somebody runs them

CHANNEL: Final = "principal"
NUMBER: Final = "200000000000001"


@dataclass(frozen=True)
class Local:
    """Two running servers and the secrets of their folder."""

    folder: Path
    dsn: str
    redis_url: str
    secrets: dict[str, str]

    def environment(self, **more: str) -> dict[str, str]:
        """What a role's process must be told, on top of our own environment."""
        return {
            "ATENDE_DSN": self.dsn,
            "ATENDE_REDIS_URL": self.redis_url,
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
def servers(folder: Path) -> Iterator[Local]:
    """Run Postgres and Valkey on this folder for as long as the block lasts. Raises ServiceError."""
    folder.mkdir(parents=True, exist_ok=True)
    postgres, valkey = Postgres(folder / "postgres"), Valkey(folder / "valkey")
    try:
        postgres.start()
        dsn = postgres.create()
        valkey.start()
        local = Local(folder, dsn, valkey.url, _secrets(folder))
        _write(folder / RUNNING, {"dsn": local.dsn, "redis_url": local.redis_url, "pid": os.getpid()})
        yield local
    finally:
        (folder / RUNNING).unlink(missing_ok=True)
        valkey.stop()
        postgres.stop()


@contextmanager
def at_hand(folder: Path) -> Iterator[Settings]:
    """The settings of the deployment somebody wants to look into: as it was told when that names a
    database; else the servers of `folder`, as they run, or started for as long as the block lasts.

    Raises ServiceError when there is neither.
    """
    if database_named():
        yield Settings()
        return
    running = folder / RUNNING
    if running.exists() and _alive((found := json.loads(running.read_text()))["pid"]):
        local = Local(folder, found["dsn"], found["redis_url"], _secrets(folder))
        yield _settings(local)
        return
    if not (folder / "postgres").exists():
        raise ServiceError(f"no database: set ATENDE_DSN, or run `make demo` first to make one in {folder}")
    with servers(folder) as local:
        yield _settings(local)


def _settings(local: Local) -> Settings:
    return Settings.model_validate(
        {
            "dsn": local.dsn,
            "redis_url": local.redis_url,
            "index_key": local.secrets["index_key"],
            "master_key": local.secrets["master_key"],
            "data": local.folder,
            "channels": [local.channel],
        }
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


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def wait_with_servers(folder: Path, kafka: int, tell: Callable[[dict[str, str]], None]) -> None:
    """Run the servers, and `kafka` brokers beside them, tell how to reach them, and wait for Ctrl-C."""
    with servers(folder) as local, brokers(folder, kafka) as bootstrap:
        reached = {"ATENDE_DSN": local.dsn, "ATENDE_REDIS_URL": local.redis_url}
        tell(reached | ({"ATENDE_KAFKA_BOOTSTRAP": bootstrap} if bootstrap else {}))
        try:
            signal.sigwait({signal.SIGINT, signal.SIGTERM})
        except KeyboardInterrupt:
            return


@contextmanager
def brokers(folder: Path, nodes: int) -> Iterator[str]:
    """Run so many Kafka brokers on this folder while the block lasts; says where they are, "" when none are
    wanted. One and three keep different data. Raises ServiceError."""
    if nodes == 0:
        yield ""
        return
    with Kafka(folder / f"kafka-{nodes}", nodes=nodes) as kafka:
        yield kafka.bootstrap
