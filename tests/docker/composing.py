"""What a compose file of ours may not lack or do, one sentence each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

Object = dict[str, Any]

BROKER = {
    "KAFKA_DEFAULT_REPLICATION_FACTOR": "3",
    "KAFKA_MIN_INSYNC_REPLICAS": "2",
    "KAFKA_UNCLEAN_LEADER_ELECTION_ENABLE": "false",
    "KAFKA_LOG_RETENTION_MS": "-1",
    "KAFKA_LOG_RETENTION_BYTES": "-1",
    "KAFKA_LOG_CLEANUP_POLICY": "delete",
    "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
    "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "3",
    "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "3",
    "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "2",
    "KAFKA_BROKER_SESSION_TIMEOUT_MS": "2000",
    "KAFKA_BROKER_HEARTBEAT_INTERVAL_MS": "500",
    "KAFKA_REPLICA_LAG_TIME_MAX_MS": "2000",
}
"""Without these a record could be lost that was said to be kept, or a broker's loss be noticed late."""

RECORD = 8 * 1024 * 1024  # bytes of the largest record


def faults(told: Object) -> list[str]:
    services: dict[str, Object] = told["services"]
    found: list[str] = []
    for name, service in services.items():
        found += [f"{name} {fault}" for fault in (*_alone(service), *_referred(service, told))]
    brokers = {name: each for name, each in services.items() if each["image"].startswith("apache/kafka:")}
    return [*found, *_brokers(brokers)]


def _alone(service: Object) -> Iterator[str]:
    if not re.search(r":[\w.-]*\d", service["image"]) and not service["image"].startswith("atende:"):
        yield "has an image that is not pinned"
    limits = service.get("deploy", {}).get("resources", {}).get("limits", {})
    if not limits.get("memory") or not limits.get("cpus"):
        yield "may take the whole machine"
    if service.get("restart") not in ("unless-stopped", "no"):
        yield "is not started again"
    if "healthcheck" not in service and not service["image"].startswith("atende:"):
        yield "is not looked after"
    if "no-new-privileges:true" not in service.get("security_opt", []):
        yield "may gain privileges"
    if service.get("privileged") or service.get("network_mode") == "host" or service.get("cap_add"):
        yield "may do more than it needs"
    if service["image"].startswith("atende:") and not (
        service["read_only"] and service["cap_drop"] == ["ALL"]
    ):
        yield "may change its own program"
    for port in service.get("ports", []):
        if not port.startswith("127.0.0.1:"):
            yield f"opens {port} to everybody"
    for name, value in service.get("environment", {}).items():
        if ("PASSWORD" in name and not name.endswith("_FILE")) or re.search(r"://[^/]*:[^/]*@", value):
            yield f"is told a secret in {name}"


def _referred(service: Object, told: Object) -> Iterator[str]:
    for name in service.get("depends_on", {}):
        if name not in told["services"]:
            yield f"waits for {name}, which is not there"
        elif service["depends_on"][name]["condition"] == "service_healthy" and (
            "healthcheck" not in told["services"][name]
        ):
            yield f"waits until {name} is healthy, which nobody looks after"
    for kind in ("secrets", "networks"):
        for name in service.get(kind, []):
            if name not in told[kind]:
                yield f"names {name} among {kind}, which is not there"
    for mount in service.get("volumes", []):
        if mount.partition(":")[0] not in told["volumes"]:
            yield f"keeps its data in {mount}, which is no named volume"


def _brokers(brokers: dict[str, Object]) -> Iterator[str]:
    if len(brokers) != 3:
        yield f"{len(brokers)} brokers instead of three"
    voters = {f"{n}@{name}:9093" for n, name in enumerate(brokers, start=1)}
    for n, (name, broker) in enumerate(brokers.items(), start=1):
        said = broker["environment"]
        for key, value in BROKER.items():
            if said.get(key) != value:
                yield f"{name}: {key} is {said.get(key)}, not {value}"
        for key in ("KAFKA_MESSAGE_MAX_BYTES", "KAFKA_REPLICA_FETCH_MAX_BYTES"):
            if int(said.get(key, 0)) < RECORD + 4096:
                yield f"{name}: {key} is too small for a record"
        if (
            said["KAFKA_NODE_ID"] != str(n)
            or said["KAFKA_ADVERTISED_LISTENERS"] != f"PLAINTEXT://{name}:9092"
        ):
            yield f"{name} is taken for another"
        if set(said["KAFKA_CONTROLLER_QUORUM_VOTERS"].split(",")) != voters:
            yield f"{name} votes with others"
        if broker["volumes"] != [f"{name}:{said['KAFKA_LOG_DIRS']}"]:
            yield f"{name} does not keep what it is told"
