"""A server process that cannot outlive its owner, and the folder only one owner may use."""

from __future__ import annotations

import fcntl
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

GUARD = Path(__file__).with_name("guard.py")
LOG_LIMIT = 4 * 1024 * 1024
PORTS = range(20_000, 32_000)  # below the range from which systems take outgoing ports
PAUSE = 0.02


class ServiceError(RuntimeError):
    """A server could not be started or stopped. The message says which folder, why, and what to do."""


@dataclass(frozen=True, slots=True)
class Account:
    """The system user a server runs as."""

    uid: int
    gid: int


class Guarded:
    """One server process and its guard (`guard.py`). Starts at most one at a time."""

    def __init__(self, name: str, folder: Path, signals: str) -> None:
        self.name = name
        self.folder = folder
        self.pid = 0
        self._signals = signals
        self._guard: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    @property
    def running(self) -> bool:
        return self._guard is not None and self._guard.poll() is None

    def launch(
        self,
        command: Sequence[str],
        *,
        lock: int,
        account: Account | None = None,
        lifeline: Path | None = None,
    ) -> None:
        """Start the command under a guard that holds on to `lock`. Its output goes to the log.

        With a `lifeline` (a named pipe someone keeps open for writing) the server lives until that closes
        instead of until we die.
        """
        log = _open_log(self.log)
        self._log_start = os.fstat(log).st_size
        guard = [sys.executable, "-I", "-S", str(GUARD), "--signals", self._signals]
        if account is not None:
            guard += ["--user", str(account.uid), "--group", str(account.gid)]
        stdin = subprocess.PIPE if lifeline is None else os.open(lifeline, os.O_RDONLY | os.O_NONBLOCK)
        if lifeline is None:
            guard += ["--parent", str(os.getpid())]
        else:
            os.set_blocking(stdin, True)
        try:
            self._guard = subprocess.Popen(
                [*guard, "--", *command],
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd="/",
                start_new_session=True,
                pass_fds=(lock,),
            )
        finally:
            os.close(log)
            if lifeline is not None:
                os.close(stdin)
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()} {self._guard.pid}".encode(), 0)
        assert self._guard.stdout is not None
        with self._guard.stdout as line:
            answer = line.readline().strip()
        if not answer:
            self._release()
            raise ServiceError(f"{self.name} could not be guarded.{self.tail()}")
        self.pid = int(answer)

    def stop(self) -> None:
        """Ask the server to stop, and return when it and its guard are gone."""
        if self._guard is not None and self._guard.poll() is None:
            self._guard.send_signal(signal.SIGTERM)
        self._release()

    def signal(self, number: signal.Signals, timeout: float) -> bool:
        """Send the server itself a signal; whether it was gone before the timeout (seconds)."""
        if self._guard is None:
            return True
        if self._guard.poll() is None:
            os.kill(self.pid, number)
        try:
            self._guard.wait(timeout)
        except subprocess.TimeoutExpired:
            return False
        self._release()
        return True

    def words_since_start(self) -> str:
        """What the server has logged since it was last started."""
        try:
            with self.log.open("rb") as log:
                log.seek(self._log_start)
                return log.read().decode(errors="replace")
        except FileNotFoundError:
            return ""

    def tail(self, lines: int = 12) -> str:
        """The end of the log, ready to be put behind a sentence."""
        words = self.words_since_start().strip().splitlines()[-lines:]
        return "\n".join(["", f"The end of {self.log}:", *words]) if words else f" {self.log} is empty."

    def _release(self) -> None:
        if self._guard is not None:
            if self._guard.stdin is not None:
                self._guard.stdin.close()
            self._guard.wait()
        self._guard = None
        self.pid = 0


def hold(folder: Path, name: str, patience: float = 15.0) -> int:
    """Lock the folder for one server and answer the lock's file descriptor.

    The server inherits the lock, so it is free only when every process of an earlier server is gone:
    those of a dead owner are waited for, a living owner is named at once in a ServiceError.
    """
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    until = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holders = [int(word) for word in os.pread(lock, 64, 0).split()]
            owner = holders[0] if holders else 0
            if time.monotonic() < until and not all(_alive(holder) for holder in holders):
                time.sleep(PAUSE)
                continue
            os.close(lock)
            raise ServiceError(
                f"{name} in {folder} is already in use by process {owner}. "
                "Stop that one first, or choose another folder."
            ) from None
        return lock


def password(folder: Path) -> str:
    """The folder's generated password, kept in a file that only its owner may read."""
    path = folder / "password"
    if not path.exists():
        fresh = path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(24))
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(path)
    return path.read_text()


def free_port() -> int:
    """A loopback port nobody listens on at this moment."""
    while True:
        port = PORTS.start + secrets.randbelow(len(PORTS))
        if is_free(port):
            return port


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _open_log(path: Path) -> int:
    if path.exists() and path.stat().st_size > LOG_LIMIT:
        path.replace(path.with_suffix(".log.1"))
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
