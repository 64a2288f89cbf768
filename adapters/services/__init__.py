"""The private servers of one machine: a Postgres and a Valkey that live and die with the program.

For the embedded default, the demo and the tests. Both listen on a random loopback port with a generated
password, keep their data in the folder they are given, and stop within seconds of their owner's death,
however it died. The Postgres of the wheel has no TLS, so it never listens anywhere else.

`start`, `stop` and `restart` block for up to seconds: call them from a thread where others must go on.
"""

from __future__ import annotations

from adapters.services.guarded import ServiceError
from adapters.services.postgres import Postgres
from adapters.services.valkey import Valkey

__all__ = ["Postgres", "ServiceError", "Valkey"]
