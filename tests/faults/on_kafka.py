"""The house whose log is on Kafka, on servers of its own: to be broken."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

from adapters.services import Kafka, Postgres, Valkey
from adapters.simulator.webhooks import Person
from tests.faults import checker
from tests.faults.conftest import Breakable
from tests.faults.load import Crowd, acknowledged
from tests.faults.topic import raw
from tests.walks.house import PARTITIONS, a_house, until

ON_BROKERS: Final = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # kafka-python leaves sockets where it is refused
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@dataclass
class OnKafka(Breakable):
    """A house, and what it stands on."""

    kafka: Kafka
    prefix: str
    _known: list[Person] = field(default_factory=list)

    def people(self, n: int) -> list[Person]:
        """That many customers in service; who was there before is there again."""
        if len(self._known) < n:
            self._known += Crowd.of(self.house, n - len(self._known)).people
        return self._known[:n]

    def records(self) -> list[tuple[int, int, bytes]]:
        """The topic of the log as it lies there."""
        return raw(self.kafka.bootstrap, f"{self.prefix}.log")

    def history(self) -> checker.History:
        return checker.read(checker.effective(self.records()))

    def sound(self, crowd: Crowd | None = None) -> checker.History:
        """Also of everything that was ever acknowledged here, as it stands on disk."""
        history = super().sound(crowd)
        kept = [json.loads(line) for line in acknowledged(self.house).read_text().splitlines()]
        checker.heard_once(history, [one["message"] for one in kept])
        checker.delivered_once(history, [one["delivery"] for one in kept if one["delivery"]])
        return history

    def settled(self, crowd: Crowd) -> None:
        """Wait until every acknowledged message is in its conversation."""
        until(lambda: self._heard(crowd), "every acknowledged message in its conversation")

    def account(self, crowd: Crowd) -> checker.Account:
        """What became of all that was acknowledged, in figures."""
        ledger = [{"opaque": m.opaque} for m in list(self.house.graph.ledger.accepted)]
        return checker.account(self.records(), crowd.acknowledged, crowd.lines, ledger)

    def owned(self, owners: int | None = None) -> None:
        """Wait until every partition has an owner, and there are so many of them."""
        until(
            lambda: (held := self.house.held())[0] == PARTITIONS and (owners is None or held[1] == owners),
            f"all partitions owned, by {owners or 'whomever'}",
        )

    def mend(self) -> None:
        self.stand()
        super().mend()

    def stand(self) -> None:
        """Everything the house stands on is there again, and nobody is frozen."""
        for node in self.kafka.nodes:
            self.kafka.thaw(node.number)
        for server in (self.postgres, self.valkey, self.kafka):
            server.start()
        for role in self.house.roles:
            if role.alive:
                role.go_on()


@dataclass
class Ground:
    """Servers on which several houses may stand, each with a database and topics of its own."""

    folder: Path
    postgres: Postgres
    valkey: Valkey
    kafka: Kafka

    @contextmanager
    def house(self) -> Iterator[OnKafka]:
        """A new house, whole and furnished."""
        name = f"house_{uuid.uuid4().hex[:8]}"
        with a_house(
            self.folder / name,
            self.postgres.create(name),
            self.valkey.url,
            brokers=self.kafka.bootstrap,
            ATENDE_KAFKA_PREFIX=name,
        ) as house:
            acknowledged(house).touch()
            desk = OnKafka(house, self.postgres, self.valkey, self.kafka, name)
            try:
                yield desk
            finally:
                desk.stand()  # so that closing the house is no fault of its own


@contextmanager
def ground(servers: Path, folder: Path, nodes: int) -> Iterator[Ground]:
    """Servers for as long as the block lasts, with so many brokers. `servers`: where others may walk."""
    name = uuid.uuid4().hex[:8]
    postgres = Postgres(servers / f"faults-{name}")
    valkey = Valkey(servers / f"faults-valkey-{name}")
    kafka = Kafka(servers / f"faults-kafka-{name}", nodes=nodes)
    try:
        for server in (postgres, valkey, kafka):
            server.start()
        yield Ground(folder, postgres, valkey, kafka)
    finally:
        for server in (kafka, valkey, postgres):
            server.discard()
