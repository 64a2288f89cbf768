"""Answers on their way back to whoever asked, through Redis.

They are a courtesy: what is lost here is found in the index by whoever still waits.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Final
from uuid import UUID

import structlog
from pydantic import TypeAdapter, ValidationError
from redis import Redis
from redis.exceptions import RedisError

from commands.ports import Accepted, Broken, Decision, Denied

TOPIC: Final = "atende:answers:"
PATIENCE: Final = 0.5  # seconds Redis has to answer
REST: Final = 1.0  # seconds until it is tried again when it did not

log = structlog.get_logger(__name__)

Told = Sequence[tuple[UUID, Decision]]
_TOLD: Final = TypeAdapter(list[tuple[UUID, Accepted | Denied | Broken]])


class Answers:
    """`tell` belongs to one thread; `listen` starts one of its own. Without an address nobody is told."""

    def __init__(self, url: str | None) -> None:
        self._redis = (
            Redis.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE) if url else None
        )
        self._rests_until = 0.0
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self.connected = threading.Event()  # whoever listens would hear

    def tell(self, told: dict[str, list[tuple[UUID, Decision]]]) -> None:
        """Tell each process what became of what it asked. Never raises, and never waits for long."""
        if self._redis is None or not told or time.monotonic() < self._rests_until:
            return
        try:
            pipeline = self._redis.pipeline(transaction=False)
            for name, decisions in told.items():
                pipeline.publish(TOPIC + name, _TOLD.dump_json(decisions))
            pipeline.execute()
        except (RedisError, OSError) as error:
            log.warning("answers_not_told", error=type(error).__name__)
            self._rests_until = time.monotonic() + REST

    def listen(self, name: str, heard: Callable[[Told], None]) -> None:
        """From now on `heard` is told, in a thread of our own, what is answered to `name`."""
        if self._redis is not None:
            self._thread = threading.Thread(
                target=self._hear, args=(self._redis, name, heard), name="answers", daemon=True
            )
            self._thread.start()

    def close(self) -> None:
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(2 * PATIENCE)
        if self._redis is not None:
            self._redis.close()

    def _hear(self, redis: Redis, name: str, heard: Callable[[Told], None]) -> None:
        while not self._stopping.is_set():
            subscription = redis.pubsub()  # type: ignore[no-untyped-call]  # redis-py says nothing of it
            try:
                subscription.subscribe(TOPIC + name)
                while not self._stopping.is_set():
                    message = subscription.get_message(timeout=PATIENCE / 2)
                    if message is None:
                        continue
                    if message["type"] == "subscribe":
                        self.connected.set()
                    elif message["type"] == "message":
                        heard(_TOLD.validate_json(message["data"]))
            except (RedisError, OSError, ValidationError) as error:
                log.warning("answers_not_heard", error=type(error).__name__)
                self._stopping.wait(REST)
            finally:
                self.connected.clear()
                subscription.close()
