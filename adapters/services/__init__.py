"""The private servers of one machine: a Postgres, a Valkey and a Kafka that live and die with the program.

For the embedded default, the demo and the tests. All listen on random loopback ports, the first two with a
generated password, keep their data in the folder they are given, and stop within seconds of their owner's
death, however it died. The Postgres of the wheel has no TLS, so it never listens anywhere else. Kafka needs
Java, and Maven once, and is for trying out and for tests.

`start`, `stop` and `restart` block for up to seconds: call them from a thread where others must go on.
"""

from __future__ import annotations

from adapters.services.guarded import ServiceError
from adapters.services.jars import why_no_kafka
from adapters.services.kafka import Kafka
from adapters.services.postgres import Postgres
from adapters.services.valkey import Valkey

__all__ = ["Kafka", "Postgres", "ServiceError", "Valkey", "why_no_kafka"]
