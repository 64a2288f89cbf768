"""The PostgreSQL of a benchmark that needs nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from adapters.services import Postgres


@contextmanager
def database(folder: Path) -> Iterator[Callable[[str], str]]:
    """A server of its own while this lasts; makes a database by its name, and answers its address."""
    server = Postgres(folder / "postgres")
    server.start()
    try:
        yield server.create
    finally:
        server.discard()
