"""What the topics must be like, and the command that mends one that is not.

A log may be appended to only while nothing is ever removed from its topic: a wrong setting is refused at the
start, not met years later as a record that is missing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient
from kafka.errors import TopicAlreadyExistsError, UnknownTopicOrPartitionError, for_code

from adapters.log.kafka.settings import KafkaSettings, made, unavailable
from adapters.log.port import MAX_RECORD, LogUnavailable

T = TypeVar("T")

OVERHEAD: Final = 1024  # bytes: what a batch says of itself and its one record, and some more
WEEK: Final = 7 * 24 * 60 * 60 * 1000  # milliseconds
COPIES, IN_SYNC = 3, 2  # in production


class WrongTopic(Exception):
    """A topic is not what its users rely on. The message says in what, and how to mend it."""


@dataclass(frozen=True)
class TopicSpec:
    """`exactly` and `at_least` are topic settings and what they must be."""

    name: str
    partitions: int
    exactly: Mapping[str, str]
    at_least: Mapping[str, int]


def log_topic(settings: KafkaSettings, partitions: int) -> TopicSpec:
    """The topic of the log: nothing in it is ever removed."""
    return TopicSpec(
        f"{settings.prefix}.log",
        partitions,
        {
            "cleanup.policy": "delete",
            "retention.ms": "-1",
            "retention.bytes": "-1",
            "unclean.leader.election.enable": "false",
        },
        {"max.message.bytes": MAX_RECORD + OVERHEAD},
    )


def commands_topic(settings: KafkaSettings, partitions: int) -> TopicSpec:
    """The topic of what was asked and not decided yet: as many partitions as the log, and a week's memory. A
    command may be as large as the record it leads to: one body of 3 MB may hold very many small items."""
    return TopicSpec(
        f"{settings.prefix}.commands",
        partitions,
        {
            "cleanup.policy": "delete",
            "retention.ms": str(WEEK),
            "retention.bytes": "-1",
            "unclean.leader.election.enable": "false",
        },
        {"max.message.bytes": MAX_RECORD + OVERHEAD},
    )


def ensure(
    settings: KafkaSettings, spec: TopicSpec, *, create: bool = False, production: bool = True
) -> None:
    """Return when the topic is there and as it must be. Raises WrongTopic, and LogUnavailable.

    `create` makes it where it is absent; what is there is never changed. In production a record must lie on
    three brokers and be acknowledged by two; otherwise the brokers' own defaults will do.
    """
    with unavailable():
        admin = made(KafkaAdminClient, request_timeout_ms=int(settings.patience * 1000), **settings.client)
        try:
            found = _described(admin, spec.name)
            if found is None and create:
                _create(admin, spec, production)
                found = _told(lambda: _described(admin, spec.name), settings.patience)
            values = {} if found is None else _told(lambda: _settings_of(admin, spec.name), settings.patience)
        finally:
            admin.close()
    wrong = list(_wrong(settings, spec, found, values, production))
    if wrong:
        raise WrongTopic("\n".join(wrong))


def _wrong(
    settings: KafkaSettings,
    spec: TopicSpec,
    found: Mapping[str, Any] | None,
    values: Mapping[str, str],
    production: bool,
) -> Iterator[str]:
    """A sentence for each thing that is wrong, with the command that mends it."""
    name, server = spec.name, f"--bootstrap-server {settings.bootstrap}"
    wanted = {**spec.at_least, **({"min.insync.replicas": IN_SYNC} if production else {})}
    if found is None:
        settled = {**spec.exactly, **{key: str(least) for key, least in wanted.items()}}
        configs = " ".join(f"--config {key}={value}" for key, value in settled.items())
        copies = f" --replication-factor {COPIES}" if production else ""
        yield (
            f"there is no topic {name}: kafka-topics.sh {server} --create --topic {name} "
            f"--partitions {spec.partitions}{copies} {configs}"
        )
        return
    partitions = found["partitions"]
    if len(partitions) != spec.partitions:
        yield (
            f"{name} has {len(partitions)} partitions instead of {spec.partitions}, which cannot be mended: "
            f"take another prefix, and kafka-topics.sh {server} --create --topic <prefix>.… "
            f"--partitions {spec.partitions}"
        )
    fewest = min(len(partition["replica_nodes"]) for partition in partitions)
    if production and fewest < COPIES:
        yield (
            f"{name} is kept on {fewest} brokers instead of {COPIES}: kafka-reassign-partitions.sh {server} "
            f"--reassignment-json-file <a plan with {COPIES} replicas for each partition> --execute"
        )
    mend = f"kafka-configs.sh {server} --alter --entity-type topics --entity-name {name} --add-config"
    for key, value in spec.exactly.items():
        if values[key] != value:
            yield f"{name} has {key}={values[key]} instead of {value}: {mend} {key}={value}"
    for key, least in wanted.items():
        if int(values[key]) < least:
            yield f"{name} has {key}={values[key]} instead of {least} or more: {mend} {key}={least}"


def _told(ask: Callable[[], T | None], patience: float) -> T:
    """Ask until there is an answer: for a moment each broker says nothing of a topic that another one has
    told us of already."""
    until = time.monotonic() + patience
    while not (answer := ask()):
        if time.monotonic() > until:
            raise LogUnavailable("the brokers do not agree on which topics there are")
        time.sleep(0.1)
    return answer


def _described(admin: Any, name: str) -> Mapping[str, Any] | None:
    """What the brokers say of a topic; None when there is none."""
    (found,) = admin.describe_topics([name])
    error = for_code(found["error_code"])
    if error is UnknownTopicOrPartitionError:
        return None
    if found["error_code"]:
        raise error(name)
    described: Mapping[str, Any] = found
    return described


def _create(admin: Any, spec: TopicSpec, production: bool) -> None:
    configs = {**spec.exactly, **{key: str(least) for key, least in spec.at_least.items()}}
    wanted: dict[str, Any] = {"num_partitions": spec.partitions, "configs": configs}
    if production:
        wanted["replication_factor"] = COPIES
        configs["min.insync.replicas"] = str(IN_SYNC)
    try:
        admin.create_topics({spec.name: wanted}, wait_for_metadata=True)
    except TopicAlreadyExistsError:
        admin.wait_for_topics([spec.name])  # another process was first


def _settings_of(admin: Any, name: str) -> dict[str, str]:
    asked = [ConfigResource(ConfigResourceType.TOPIC, name)]
    told = admin.describe_configs(asked, config_filter="all")["topic"].get(name, {})
    return {key: str(entry["value"]) for key, entry in told.items()}
