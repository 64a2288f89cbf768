"""The eventsourcing library's own conformance cases, as they are, over the log on Kafka."""

from __future__ import annotations

from base64 import b64encode
from typing import ClassVar
from uuid import uuid4

import pytest
from eventsourcing.persistence import StoredEvent
from kafka import KafkaConsumer, TopicPartition

from adapters.log.kafka import KafkaLog, KafkaSettings, ensure, log_topic
from adapters.log.port import Log
from adapters.log.postgres import PostgresLog
from adapters.log.recorder import Factory
from tests.adapters.log import test_conformance as cases

pytestmark = pytest.mark.slow


class KafkaFactory(Factory):
    """The same recorders over another log: index and identity are in PostgreSQL, the records in Kafka."""

    bootstrap: ClassVar[str] = ""

    def open_log(self, dsn: str) -> Log:
        known = PostgresLog(dsn)
        known.close()
        settings = KafkaSettings(bootstrap=self.bootstrap, prefix=f"test-{known.id}")
        ensure(settings, log_topic(settings, known.partitions), create=True, production=False)
        return KafkaLog(settings, known.id, known.partitions)


class OverKafka(cases.OverTheLog):
    factory_class = KafkaFactory

    @pytest.fixture(autouse=True)
    def _own_topic(self, kafka_bootstrap: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(KafkaFactory, "bootstrap", kafka_bootstrap)


class TestAggregateRecorder(OverKafka, cases.TestAggregateRecorder):
    pass


class TestApplicationRecorder(OverKafka, cases.TestApplicationRecorder):
    pass


class TestTrackingInTheLog(OverKafka, cases.TestTrackingInTheLog):
    pass


class TestProcessRecorder(OverKafka, cases.TestProcessRecorder):
    pass


class TestNonInterleavingNotificationIDs(OverKafka, cases.TestNonInterleavingNotificationIDs):
    pass


class TestInfrastructureFactory(OverKafka, cases.TestInfrastructureFactory):
    def expected_factory_class(self) -> type[Factory]:
        return KafkaFactory


class TestExampleApplication(OverKafka, cases.TestExampleApplication):
    expected_factory_topic = f"{__name__}:KafkaFactory"


class TestAggregateEventCountersProjection(OverKafka, cases.TestAggregateEventCountersProjection):
    pass


class TestEventSourcedProjection(OverKafka, cases.TestEventSourcedProjection):
    pass


class TestWhereItLies(OverKafka):
    def test_what_a_recorder_inserts_lies_in_the_topic(self) -> None:
        recorder = self.factory.application_recorder()
        recorder.insert_events([StoredEvent(uuid4(), 1, "thing.Done", b"seven")])
        log = recorder.writer._log
        assert isinstance(log, KafkaLog)
        consumer = KafkaConsumer(auto_offset_reset="earliest", bootstrap_servers=KafkaFactory.bootstrap)
        consumer.assign([TopicPartition(f"test-{log.id}.log", 0)])
        ((record,),) = consumer.poll(20_000).values()
        consumer.close()
        assert record.value[:4] == b"ATND"
        assert b64encode(b"seven") in record.value
