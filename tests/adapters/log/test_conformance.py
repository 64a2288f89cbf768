"""The eventsourcing library's own conformance cases, as they are, over the chained log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    InfrastructureFactory,
    ProcessRecorder,
    Tracking,
    TrackingRecorder,
)
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.tests import application, persistence, projection
from eventsourcing.utils import Environment, get_topic
from psycopg.sql import SQL, Identifier

from adapters.log.memory import MemoryLog
from adapters.log.port import Log
from adapters.log.recorder import Factory
from adapters.log.recorders import (
    LogAggregateRecorder,
    LogApplicationRecorder,
    LogProcessRecorder,
)

pytestmark = pytest.mark.slow


def settings(dsn: str, factory: type[Factory]) -> dict[str, str]:
    """What the library reads from its environment to find this database."""
    url = urlsplit(dsn)
    return {
        "PERSISTENCE_MODULE": get_topic(factory),
        "POSTGRES_DBNAME": url.path.removeprefix("/"),
        "POSTGRES_HOST": str(url.hostname),
        "POSTGRES_PORT": str(url.port),
        "POSTGRES_USER": str(url.username),
        "POSTGRES_PASSWORD": str(url.password),
    }


class MemoryFactory(Factory):
    """The same recorders over another log: the index is in PostgreSQL, the records are in memory."""

    def open_log(self, dsn: str) -> Log:
        return MemoryLog(uuid4(), 1)


class OverTheLog:
    """Gives each test a database of its own, and an environment that leads to it."""

    factory_class: ClassVar[type[Factory]] = Factory
    env: Any

    @pytest.fixture(autouse=True)
    def _own_database(self, database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        type(self).env = Environment(env=settings(database, self.factory_class))
        for name, value in self.env.items():
            monkeypatch.setenv(name, value)
        self.factory = Factory.construct(self.env)
        yield
        self.factory.close()


class TestAggregateRecorder(OverTheLog, persistence.AggregateRecorderTestCase):
    def create_recorder(self) -> AggregateRecorder:
        return self.factory.aggregate_recorder()


class TestApplicationRecorder(OverTheLog, persistence.ApplicationRecorderTestCase[ApplicationRecorder]):
    def create_recorder(self) -> ApplicationRecorder:
        return self.factory.application_recorder()

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestTrackingRecorder(OverTheLog, persistence.TrackingRecorderTestCase):
    def create_recorder(self) -> TrackingRecorder:
        return self.factory.tracking_recorder()


class TestTrackingInTheLog(OverTheLog, persistence.TrackingRecorderTestCase):
    def create_recorder(self) -> TrackingRecorder:
        return self.factory.process_recorder()


class TestProcessRecorder(OverTheLog, persistence.ProcessRecorderTestCase):
    def create_recorder(self) -> ProcessRecorder:
        return self.factory.process_recorder()


class TestNonInterleavingNotificationIDs(OverTheLog, persistence.NonInterleavingNotificationIDsBaseCase):
    def create_recorder(self) -> ApplicationRecorder:
        return self.factory.application_recorder()


class TestAggregateRecorderOverMemory(TestAggregateRecorder):
    factory_class = MemoryFactory


class TestApplicationRecorderOverMemory(TestApplicationRecorder):
    factory_class = MemoryFactory


class TestProcessRecorderOverMemory(TestProcessRecorder):
    factory_class = MemoryFactory


class TrackingOfTheirOwn(PostgresTrackingRecorder):
    """A view's recorder, as somebody else would write it."""


class TestInfrastructureFactory(OverTheLog, persistence.InfrastructureFactoryTestCase[Factory]):
    def expected_factory_class(self) -> type[Factory]:
        return Factory

    def expected_aggregate_recorder_class(self) -> type[AggregateRecorder]:
        return LogAggregateRecorder

    def expected_application_recorder_class(self) -> type[ApplicationRecorder]:
        return LogApplicationRecorder

    def expected_tracking_recorder_class(self) -> type[TrackingRecorder]:
        return PostgresTrackingRecorder

    def tracking_recorder_subclass(self) -> type[TrackingRecorder]:
        return TrackingOfTheirOwn

    def expected_process_recorder_class(self) -> type[ProcessRecorder]:
        return LogProcessRecorder


class TestExampleApplication(OverTheLog, application.ExampleApplicationTestCase):
    expected_factory_topic = "adapters.log.recorder:Factory"


class EventCounters(PostgresTrackingRecorder, projection.EventCountersView):
    """Counts events in a table, in one transaction with the tracking."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._table = Identifier(self.datastore.schema, f"{self.tracking_table_name}_counters")
        self.sql_create_statements.append(
            SQL("CREATE TABLE IF NOT EXISTS {} (name text PRIMARY KEY, n bigint NOT NULL)").format(
                self._table
            )
        )

    def get_created_event_counter(self) -> int:
        return self._count("created")

    def get_subsequent_event_counter(self) -> int:
        return self._count("subsequent")

    def incr_created_event_counter(self, tracking: Tracking) -> None:
        self._increment("created", tracking)

    def incr_subsequent_event_counter(self, tracking: Tracking) -> None:
        self._increment("subsequent", tracking)

    def _count(self, name: str) -> int:
        with self.datastore.get_connection() as connection:
            row = connection.execute(SQL("SELECT n FROM {} WHERE name = %s").format(self._table), (name,))
            return next((found["n"] for found in row), 0)

    def _increment(self, name: str, tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(
                SQL("INSERT INTO {} AS c VALUES (%s, 1) ON CONFLICT (name) DO UPDATE SET n = c.n + 1").format(
                    self._table
                ),
                (name,),
            )


class TestAggregateEventCountersProjection(OverTheLog, projection.AggregateEventCountersProjectionTestCase):
    view_class = EventCounters


class TestEventSourcedProjection(OverTheLog, projection.EventSourcedProjectionTestCase):
    pass


def test_the_factory_is_found_by_its_topic(database: str) -> None:
    factory = InfrastructureFactory.construct(Environment(env=settings(database, Factory)))
    assert type(factory) is Factory
    factory.close()
