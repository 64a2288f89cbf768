"""What every process of ours does first, and the names of all that may run in one."""

from __future__ import annotations

import gc
import os
import signal
import threading
from typing import Final

import structlog

from adapters import logs
from api.settings import Settings
from commands.catalogue import COURIERS, POLICIES, WATCHES

log = structlog.get_logger(__name__)

FAILED: Final = 1
COLLECT: Final = (50_000, 20, 100)  # rarely: a full collection stops everybody for a tenth of a second
POSTMAN: Final = "postman"
RESTART: Final = 2.0  # seconds until what ended by itself is started again


def follower_names() -> list[str]:
    """Everybody whose bookmark is not disposable."""
    return [policy.name for policy in POLICIES] + [courier.name for courier in COURIERS]


def process_names() -> list[str]:
    """All that follows by itself."""
    return [*follower_names(), *(watch.name for watch in WATCHES), POSTMAN]


def begin(settings: Settings) -> None:
    """What every long-lived process does first."""
    logs.configure(settings.log_level)
    collect_rarely()
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    if settings.lifeline:
        threading.Thread(target=_hang_on, name="lifeline", daemon=True).start()


def collect_rarely() -> None:
    """What was made by now stays, and need not be looked at again by the collector; it looks seldom."""
    gc.freeze()
    gc.set_threshold(*COLLECT)


def _hang_on() -> None:
    """Stop when whoever started us is gone: their end of our standard input closes with them."""
    while os.read(0, 1024):
        pass
    log.info("lifeline_closed")
    os.kill(os.getpid(), signal.SIGTERM)
