"""One machine, everything on it: a compose file that is one, and that loses nothing."""

from __future__ import annotations

import copy
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.docker.composing import faults
from tests.docker.ground import DOCKER, ROOT, compose, environment, ours

FILE = DOCKER / "compose.yaml"


def judged(path: Path) -> subprocess.CompletedProcess[str]:
    """By the compose specification's own schema."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_it_is_a_compose_file() -> None:
    assert judged(FILE).returncode == 0, judged(FILE).stdout


def test_what_is_none_is_noticed(tmp_path: Path) -> None:
    other = tmp_path / "compose.yaml"
    other.write_text(FILE.read_text().replace("stop_grace_period: 30s", "stop_grace_periods: 30s"))
    assert judged(other).returncode == 1
    assert "stop_grace_periods" in judged(other).stdout


def test_ours_has_no_fault() -> None:
    assert faults(compose()) == []


def changed(path: str, value: Any = None) -> dict[str, Any]:
    """Ours with the value at a path replaced, or gone."""
    told = copy.deepcopy(compose())
    *way, last = path.split("/")
    place: Any = told
    for name in way:
        place = place[name]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return told


@pytest.mark.parametrize(
    ("path", "value", "fault"),
    [
        ("services/postgres/image", "postgres:latest", "postgres has an image that is not pinned"),
        ("services/postgres/image", "postgres", "postgres has an image that is not pinned"),
        ("services/work/deploy/resources/limits/memory", None, "work may take the whole machine"),
        ("services/valkey/deploy/resources/limits/cpus", None, "valkey may take the whole machine"),
        ("services/serve/restart", None, "serve is not started again"),
        ("services/postgres/healthcheck", None, "postgres is not looked after"),
        ("services/views/security_opt", None, "views may gain privileges"),
        ("services/kafka-1/privileged", True, "kafka-1 may do more than it needs"),
        ("services/valkey/cap_add", ["SYS_ADMIN"], "valkey may do more than it needs"),
        ("services/serve/read_only", False, "serve may change its own program"),
        ("services/serve/ports", ["8080:8080"], "serve opens 8080:8080 to everybody"),
        (
            "services/serve/environment/ATENDE_REDIS_URL",
            "redis://:geheim@valkey:6379",
            "serve is told a secret in ATENDE_REDIS_URL",
        ),
        (
            "services/postgres/environment/POSTGRES_PASSWORD",
            "geheim",
            "postgres is told a secret in POSTGRES_PASSWORD",
        ),
        ("services/migrate", None, "serve waits for migrate, which is not there"),
        (
            "services/valkey/healthcheck",
            None,
            "serve waits until valkey is healthy, which nobody looks after",
        ),
        ("secrets/atende_dsn", None, "work names atende_dsn among secrets, which is not there"),
        ("networks/inside", None, "views names inside among networks, which is not there"),
        (
            "services/postgres/volumes",
            ["./data:/var/lib/postgresql"],
            "postgres keeps its data in ./data:/var/lib/postgresql, which is no named volume",
        ),
        ("services/kafka-3", None, "2 brokers instead of three"),
        (
            "services/kafka-2/environment/KAFKA_MIN_INSYNC_REPLICAS",
            "1",
            "kafka-2: KAFKA_MIN_INSYNC_REPLICAS is 1, not 2",
        ),
        (
            "services/kafka-2/environment/KAFKA_UNCLEAN_LEADER_ELECTION_ENABLE",
            None,
            "kafka-2: KAFKA_UNCLEAN_LEADER_ELECTION_ENABLE is None, not false",
        ),
        (
            "services/kafka-1/environment/KAFKA_MESSAGE_MAX_BYTES",
            "1048576",
            "kafka-1: KAFKA_MESSAGE_MAX_BYTES is too small for a record",
        ),
        ("services/kafka-2/environment/KAFKA_NODE_ID", "1", "kafka-2 is taken for another"),
        (
            "services/kafka-2/environment/KAFKA_CONTROLLER_QUORUM_VOTERS",
            "2@kafka-2:9093",
            "kafka-2 votes with others",
        ),
        (
            "services/kafka-2/volumes",
            ["kafka-1:/var/lib/kafka/data"],
            "kafka-2 does not keep what it is told",
        ),
    ],
)
def test_a_fault_is_told(path: str, value: Any, fault: str) -> None:
    assert fault in faults(changed(path, value))


def test_what_is_kept_outlives_its_container() -> None:
    told = compose()
    kept = {
        mount.partition(":")[0] for each in told["services"].values() for mount in each.get("volumes", [])
    }
    assert kept == set(told["volumes"]) == {"files", "postgres", "kafka-1", "kafka-2", "kafka-3"}


def test_the_ground_is_not_reached_from_outside() -> None:
    told = compose()
    assert told["networks"]["inside"] == {"internal": True}
    for name, service in told["services"].items():
        if name not in ours(told):
            assert service["networks"] == ["inside"]
            assert "ports" not in service


def test_roles_without_a_door_are_not_asked_whether_it_answers() -> None:
    for name, service in ours(compose()).items():
        assert service.get("healthcheck") == (None if name == "serve" else {"disable": True})


def test_nobody_starts_before_the_tables_are_there() -> None:
    told = ours(compose())
    assert told["migrate"]["restart"] == "no"
    for name, service in told.items():
        if name != "migrate":
            assert service["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    brokers = {name for name in told["migrate"]["depends_on"] if name.startswith("kafka")}
    assert brokers | {"postgres"} == set(told["migrate"]["depends_on"])
    for service in told.values():
        assert {each.partition(":")[0] for each in environment(service)["ATENDE_KAFKA"].split(",")} == brokers


def test_secrets_are_never_committed() -> None:
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert "docker/secrets/" in ignored
    for secret in compose()["secrets"].values():
        assert re.fullmatch(r"secrets/\w+", secret["file"])


def test_nothing_is_said_twice_in_one_place() -> None:
    """PyYAML lets the last of two equal keys win in silence."""

    class Strict(yaml.SafeLoader):
        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            keys = [key.value for key, _ in node.value if key.value != "<<"]
            assert len(keys) == len(set(keys)), keys
            return super().construct_mapping(node, deep)

    for path in sorted(DOCKER.rglob("*.yaml")):
        list(yaml.load_all(path.read_text(), Strict))
    with pytest.raises(AssertionError):
        yaml.load("a: 1\na: 2", Strict)
