"""Keeps one server process alive for exactly as long as its owner lives.

A program of its own, standard library only, started as `python -I -S guard.py …` so that it is small and
starts in a moment. Standard input is the lifeline: when it closes (the owner stopped, crashed or was killed
with SIGKILL), the server is asked to stop, then pressed, then killed. On Linux the kernel also stops the
server when the guard itself is killed. The server inherits the folder's lock, so the folder stays locked
until the last of its processes is gone.

Standard output gets one line: the server's process id.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import select
import signal
import sys
import time

PATIENCE = (10.0, 5.0, 5.0)  # seconds after the polite, the pressing and the last signal
PR_SET_PDEATHSIG = 1
OURS = (signal.SIGCHLD, signal.SIGTERM)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--parent", type=int, default=0, help="stop when this is no longer our parent")
    parser.add_argument("--user", type=int, default=-1)
    parser.add_argument("--group", type=int, default=-1)
    parser.add_argument("--signals", default="TERM,QUIT,KILL", help="polite, pressing, last")
    parser.add_argument("--folder", default="/")
    parser.add_argument("command", nargs="+")
    given = parser.parse_args(arguments)
    signals = [signal.Signals[f"SIG{name}"] for name in given.signals.split(",")]
    wakeup = _wake_on_signals()
    signal.pthread_sigmask(signal.SIG_BLOCK, OURS)  # none may reach the child while its handlers are ours
    guard = os.getpid()  # asked by the child it would be somebody else, were we killed before
    server = os.fork()
    if server == 0:
        _become(guard, given.command, given.user, given.group, given.folder, signals[0])
    signal.pthread_sigmask(signal.SIG_UNBLOCK, OURS)
    sys.stdout.write(f"{server}\n")
    sys.stdout.flush()
    return _watch(server, given.parent, signals, wakeup)


def _wake_on_signals() -> int:
    """A readable end that gets a byte whenever a child ends or someone asks us to stop."""
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C belongs to the owner, who then lets go
    return reading


def _become(
    guard: int, command: list[str], user: int, group: int, folder: str, on_death: signal.Signals
) -> None:
    """Turn this fresh child into the server. Never returns."""
    try:
        signal.set_wakeup_fd(-1)
        for number in (*OURS, signal.SIGINT, signal.SIGPIPE):
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, OURS)
        os.setsid()
        if user >= 0:
            os.setgroups([])
            os.setgid(group)
            os.setuid(user)
        os.chdir(folder)
        if sys.platform == "linux":  # after setuid, which would clear it
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(on_death), 0, 0, 0)
            if os.getppid() != guard:
                os._exit(1)
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.dup2(2, 1)
        os.execv(command[0], command)  # noqa: S606 - a list of arguments, no shell wanted
    except OSError as error:
        os.write(2, f"could not start {command[0]}: {error}\n".encode())
    finally:
        os._exit(127)


def _watch(server: int, parent: int, signals: list[signal.Signals], wakeup: int) -> int:
    """Wait for the server's end or for the owner's; answer the server's exit code."""
    lifeline: list[int] = [0]
    pressure = list(zip(signals, PATIENCE, strict=True))
    press_at = 0.0  # when the next signal is due; 0 while nobody wants the server gone
    while True:
        waiting = press_at - time.monotonic() if press_at and pressure else 1.0
        timeout = max(0.0, min(1.0, waiting))
        readable, _, _ = select.select([wakeup, *lifeline], [], [], timeout)
        asked = wakeup in readable and signal.SIGTERM in os.read(wakeup, 4096)
        if 0 in readable and not os.read(0, 4096):
            lifeline.clear()
        ended, status = os.waitpid(server, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status) & 0xFF
        orphaned = parent > 0 and os.getppid() != parent
        unwanted = asked or orphaned or not lifeline
        if (unwanted or press_at) and pressure and time.monotonic() >= press_at:
            step, patience = pressure.pop(0)
            press_at = time.monotonic() + patience
            os.kill(server, step)


if __name__ == "__main__":
    sys.exit(main())
