"""Which log a deployment has, and what must be there before anything can be kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.engine.parcels import Parcels
from adapters.log.port import Log, LogUnavailable
from adapters.log.postgres import PostgresLog
from adapters.services import ServiceError
from api.settings import Settings
from api.wiring import keys, people, reading

if TYPE_CHECKING:  # the client takes 11 MiB of every process that has seen it; many never need it
    from adapters.log.kafka import KafkaCommands, KafkaSettings


def migrate(settings: Settings) -> None:
    """Make what is missing: tables, the key store, topics. What is there and wrong is never changed: raises
    ServiceError with what would mend it."""
    reading.migrate(settings.dsn.get_secret_value())
    keys.migrate(settings)
    people.migrate(settings)
    if settings.log == "kafka":
        _ensure_topics(settings)


def open_log(settings: Settings) -> Log:
    """The log, wherever it is kept. What it is called stands in PostgreSQL either way. Raises
    LogUnavailable."""
    log = PostgresLog(settings.dsn.get_secret_value())
    if settings.log == "postgres":
        return log
    log.close()
    from adapters.log.kafka import KafkaLog

    return KafkaLog(kafka_settings(settings), log.id, log.partitions)


def open_commands(settings: Settings, partitions: int, parcels: Parcels) -> KafkaCommands:
    """The topic where commands wait until they are decided. Raises LogUnavailable."""
    from adapters.log.kafka import KafkaCommands

    return KafkaCommands(kafka_settings(settings), partitions, parcels)


def kafka_settings(settings: Settings) -> KafkaSettings:
    from adapters.log.kafka import KafkaSettings

    password = settings.kafka_password
    return KafkaSettings(
        bootstrap=settings.kafka or "",
        prefix=settings.kafka_prefix,
        security_protocol=settings.kafka_security,
        sasl_mechanism=settings.kafka_mechanism,
        sasl_username=settings.kafka_user,
        sasl_password=password.get_secret_value() if password else None,
        ssl_cafile=str(settings.kafka_ca) if settings.kafka_ca else None,
    )


def _ensure_topics(settings: Settings) -> None:
    from adapters.log.kafka import WrongTopic, commands_topic, ensure, log_topic

    log = PostgresLog(settings.dsn.get_secret_value())
    log.close()
    brokers = kafka_settings(settings)
    try:
        for spec in (log_topic(brokers, log.partitions), commands_topic(brokers, log.partitions)):
            ensure(brokers, spec, create=True, production=not settings.kafka_single_broker)
    except WrongTopic as wrong:
        raise ServiceError(str(wrong)) from None
    except LogUnavailable as error:
        raise ServiceError(f"the brokers at {settings.kafka} do not answer ({error})") from None
