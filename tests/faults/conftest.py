"""A house on servers of its own, to be broken. Every test finds it whole, and leaves its log sound."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from adapters.services import Postgres, Valkey
from adapters.simulator.faults import Faults
from tests.faults import checker
from tests.faults.load import Crowd, silence
from tests.walks.house import House, a_house, until

BEST_DAY = Faults(unread=0.0, delay=0.05)


@dataclass
class Breakable:
    """A house, and what it stands on."""

    house: House
    postgres: Postgres
    valkey: Valkey

    @property
    def dsn(self) -> str:
        return self.house.dsn

    def history(self) -> checker.History:
        """The raw log as it lies there, judged by the checker."""
        with psycopg.connect(self.dsn) as connection:
            rows = connection.execute("SELECT partition, seq, record FROM log ORDER BY partition, seq")
            return checker.read((p, seq, bytes(record)) for p, seq, record in rows)

    def sound(self, crowd: Crowd | None = None) -> checker.History:
        """Whatever happened: nothing lost, nothing decided twice, nothing sent twice without its mark."""
        if crowd is not None:  # what was acknowledged is durable; its conversation hears of it a moment later
            until(lambda: self._heard(crowd), "every acknowledged message in its conversation")
        ledger = [{"opaque": m.opaque, "address": m.address} for m in list(self.house.graph.ledger.accepted)]
        history = self.history()  # after the ledger: what left was written down before it left
        checker.heard_once(history, crowd.acknowledged if crowd else [])
        checker.requested_once(history, crowd.lines if crowd else [])
        checker.left_as_meant(history, ledger)
        return history

    def _heard(self, crowd: Crowd) -> bool:
        with psycopg.connect(self.dsn) as connection:
            (missing,) = connection.execute(
                "SELECT count(*) FROM unnest(%s::text[]) AS acknowledged(ref) WHERE NOT EXISTS (SELECT 1 FROM"
                " event WHERE type = 'conversation.MessageReceived' AND body->>'message_id' = ref)",
                (crowd.acknowledged,),
            ).fetchone() or (1,)
        return bool(missing == 0)

    def mend(self) -> None:
        """Everything runs again, nobody talks any more, and the provider has its best day."""
        silence()
        self.house.graph.faults = BEST_DAY
        self.postgres.start()
        self.valkey.start()
        self.house.open_doors()


def _open(folder: Path, tmp: Path) -> Iterator[Breakable]:
    name = uuid.uuid4().hex[:8]
    postgres, valkey = Postgres(folder / f"faults-{name}"), Valkey(folder / f"faults-valkey-{name}")
    try:
        postgres.start()
        valkey.start()
        with a_house(tmp, postgres.create(), valkey.url) as house:
            yield Breakable(house, postgres, valkey)
            postgres.start()  # so that closing the house is no fault of its own
    finally:
        valkey.discard()
        postgres.discard()


@pytest.fixture(scope="session")
def _whole(shared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Breakable]:
    yield from _open(shared_folder, tmp_path_factory.mktemp("house"))


@pytest.fixture
def desk(_whole: Breakable) -> Iterator[Breakable]:
    """The worker's own; whole again after each test."""
    _whole.mend()
    yield _whole
    _whole.mend()
    _whole.sound()


@pytest.fixture
def doomed(shared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Breakable]:
    """One that need not survive its test."""
    yield from _open(shared_folder, tmp_path_factory.mktemp("doomed"))
