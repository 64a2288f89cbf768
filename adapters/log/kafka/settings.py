"""How the brokers are reached, and what becomes of the client's own exceptions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Final

from kafka.errors import KafkaError
from kafka.net.compat import KafkaNetClient
from kafka.net.inet import KafkaNetSocket

from adapters.log.port import LogUnavailable

ITS_OWN: Final = (KafkaError, OSError)  # what the client raises
RECONNECT: Final = {"reconnect_backoff_ms": 50, "reconnect_backoff_max_ms": 500}


class _Closing(KafkaNetSocket):  # type: ignore[misc]
    """How connections are made: as the client does by itself, which leaves a socket open for every one that
    is refused. While the brokers are away a process would run out of them within minutes."""

    SCHEMES = ("closing",)  # the client knows ways to connect by the scheme of a proxy's address

    async def sock_connect(self, net: Any, sock: Any, sockaddr: Any, timeout_at: Any = None) -> Any:
        try:
            return await super().sock_connect(net, sock, sockaddr, timeout_at=timeout_at)
        except BaseException:
            sock.close()
            raise


@dataclass(frozen=True, kw_only=True)
class KafkaSettings:
    """`bootstrap` is `host:port`, several with commas between them. Topics are called `<prefix>.log` and
    `<prefix>.commands`. The security settings are the client's own, by its names for them."""

    bootstrap: str
    prefix: str = "atende"
    security_protocol: str = "PLAINTEXT"
    sasl_mechanism: str | None = None
    sasl_username: str | None = None
    sasl_password: str | None = field(default=None, repr=False)
    ssl_cafile: str | None = None
    ssl_certfile: str | None = None
    ssl_keyfile: str | None = None
    deadline: float = 10.0  # seconds an append waits before its outcome is called unknown
    patience: float = 5.0  # seconds a question to the brokers may take

    @property
    def client(self) -> dict[str, Any]:
        """What every client of these brokers is made with."""
        return {
            "bootstrap_servers": self.bootstrap.split(","),
            "bootstrap_timeout_ms": int(self.patience * 1000),
            "security_protocol": self.security_protocol,
            "sasl_mechanism": self.sasl_mechanism,
            "sasl_plain_username": self.sasl_username,
            "sasl_plain_password": self.sasl_password,
            "ssl_cafile": self.ssl_cafile,
            "ssl_certfile": self.ssl_certfile,
            "ssl_keyfile": self.ssl_keyfile,
            "proxy_url": "closing://",
            **RECONNECT,
        }


def made(kind: Callable[..., Any], **settings: Any) -> Any:
    """A client of this kind. One that cannot be made leaves nothing behind: by itself it would leave its
    sockets, and a thread that goes on trying."""
    begun: list[Any] = []

    def begin(**given: Any) -> Any:
        begun.append(KafkaNetClient(**given))
        return begun[-1]

    try:
        return kind(kafka_client=begin, **settings)
    except BaseException:
        for client in begun:
            with suppress(*ITS_OWN):
                client.close()
        raise


@contextmanager
def unavailable() -> Iterator[None]:
    """Whatever the client raises becomes LogUnavailable, named by its type."""
    try:
        yield
    except ITS_OWN as error:
        raise LogUnavailable(type(error).__name__) from error


def need_quick_checksums() -> None:
    """Raises RuntimeError where crc32c is missing: checksums in plain Python cost more than all else."""
    try:
        import_module("crc32c")
    except ImportError:
        raise RuntimeError("a log on Kafka needs the package crc32c: pip install crc32c") from None
