"""The manifests: by Kubernetes' own schemas, restricted, and every reference leads somewhere."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest

from adapters.log.schema import PARTITIONS
from api.app import ROUTERS
from api.metrics import Metrics
from tests.docker.ground import (
    BASE,
    PRODUCTION,
    Object,
    built,
    containers,
    identity,
    merged,
    named,
    objects,
    pods,
    secret_keys,
)
from tests.docker.manifests import faults

ALL = built(PRODUCTION)
ROLES = {"serve", "work", "views", "processes"}
OLDEST, NEWEST = "1.32", kubernetes_validate.latest_version()


def matches(selector: Object, labels: Object) -> bool:
    """As Kubernetes does it, for the operators that we use."""
    assert selector.keys() <= {"matchLabels", "matchExpressions"}
    for each in selector.get("matchExpressions", []):
        assert each["operator"] == "In"
        if labels.get(each["key"]) not in each["values"]:
            return False
    return bool(selector.get("matchLabels", {}).items() <= labels.items())


def matched(selector: Object) -> set[str]:
    """The pods that a selector finds."""
    return {name for name, pod in pods(ALL).items() if matches(selector, pod["metadata"]["labels"])}


# By the schemas


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
@pytest.mark.parametrize("each", ALL, ids=lambda each: "-".join(identity(each)))
def test_every_object_is_one(each: Object, version: str) -> None:
    kubernetes_validate.validate(each, version, strict=True)


def test_a_misspelt_field_is_noticed() -> None:
    wrong = copy.deepcopy(named(ALL, "Deployment")["serve"])
    wrong["spec"]["template"]["spec"]["containers"][0]["livenesProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, NEWEST, strict=True)


def test_no_two_objects_have_one_name() -> None:
    names = [identity(each) for each in ALL]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("folder", [BASE, PRODUCTION], ids=lambda folder: folder.name)
def test_every_file_of_a_folder_is_used(folder: Path) -> None:
    (told,) = objects(folder / "kustomization.yaml")
    used = {*told["resources"], *(patch["path"] for patch in told.get("patches", []))}
    assert {name for name in used if name.endswith(".yaml")} == {
        path.name for path in folder.glob("*.yaml") if path.name != "kustomization.yaml"
    }


def test_an_overlay_says_more_than_its_base() -> None:
    data = named(ALL, "ConfigMap")["atende"]["data"]
    assert {"ATENDE_COMPANY", "ATENDE_LOG"} <= data.keys()
    assert {container["image"] for container in containers(ALL)} == {"atende:0.1.0"}
    assert {each["metadata"].get("namespace") for each in ALL if each["kind"] != "Namespace"} == {"atende"}
    with pytest.raises(ValueError, match="list"):
        merged({"a": {"b": [1]}}, {"a": {"b": [2]}})


# Restricted


@pytest.mark.parametrize("name", sorted(pods(ALL)))
def test_every_pod_is_restricted(name: str) -> None:
    assert faults(pods(ALL)[name]) == []


def broken(path: str, value: Any = None) -> Object:
    """The pod of the doors with the value at a path replaced, or gone."""
    pod = copy.deepcopy(pods(ALL)["serve"])
    *way, last = path.split("/")
    place: Any = pod["spec"]
    for step in way:
        place = place[int(step) if isinstance(place, list) else step]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return pod


@pytest.mark.parametrize(
    ("path", "value", "fault"),
    [
        ("securityContext", None, "may run as root"),
        ("securityContext/runAsNonRoot", False, "may run as root"),
        ("securityContext/runAsUser", 0, "may run as root"),
        ("securityContext/seccompProfile", None, "may call the kernel as it likes"),
        ("automountServiceAccountToken", None, "may speak to the cluster"),
        ("hostNetwork", True, "lives in its node's rooms"),
        ("volumes", [{"name": "files", "hostPath": {"path": "/"}}], "writes on its node"),
        (
            "containers/0/securityContext/allowPrivilegeEscalation",
            None,
            "serve may gain privileges",
        ),
        ("containers/0/securityContext/capabilities", {"drop": []}, "serve has capabilities"),
        ("containers/0/securityContext/readOnlyRootFilesystem", None, "serve may change its own program"),
        ("containers/0/resources/limits", None, "serve may take a whole node"),
        ("containers/0/image", "atende", "serve has an image that is not pinned"),
        ("containers/0/image", "atende:latest", "serve has an image that is not pinned"),
        (
            "containers/0/env",
            [{"name": "ATENDE_DSN", "value": "postgresql:///"}],
            "serve is told something in the clear that no ConfigMap says",
        ),
        ("volumes", [], "serve mounts secrets, which is not there"),
        ("containers/0/ports", None, "serve is asked at a port that is not there by its livenessProbe"),
    ],
)
def test_a_fault_is_told(path: str, value: Any, fault: str) -> None:
    assert fault in faults(broken(path, value))


# References


def test_selectors_find_the_pods_that_they_mean() -> None:
    for name, each in named(ALL, "Deployment").items():
        assert matched(each["spec"]["selector"]) == {name}
        for spread in each["spec"]["template"]["spec"].get("topologySpreadConstraints", []):
            assert matched(spread["labelSelector"]) == {name}
    for name, each in named(ALL, "PodDisruptionBudget").items():
        assert matched(each["spec"]["selector"]) == {name}
    for name, each in named(ALL, "Service").items():
        assert matched({"matchLabels": each["spec"]["selector"]}) == {name}
    assert {
        name: matched(each["spec"]["podSelector"]) for name, each in named(ALL, "NetworkPolicy").items()
    } == {
        "nobody": {*ROLES, "migrate"},
        "doors": {"serve"},
        "ground": {*ROLES, "migrate"},
        "whatsapp": {"serve", "processes"},
        "figures": {"processes"},
    }


def test_a_selector_that_finds_nothing_is_noticed() -> None:
    assert matched({"matchLabels": {"app.kubernetes.io/component": "nobody"}}) == set()
    assert matched({}) == {*ROLES, "migrate"}


def test_what_a_pod_refers_to_is_there() -> None:
    assert secret_keys() >= {"atende_dsn", "atende_index_key", "atende_channels"}
    secrets = {"atende", "atende-kafka-ca"}
    for pod in pods(ALL).values():
        spec = pod["spec"]
        assert spec["serviceAccountName"] in named(ALL, "ServiceAccount")
        for volume in spec["volumes"]:
            (kind,) = volume.keys() - {"name"}
            if kind == "persistentVolumeClaim":
                assert volume[kind]["claimName"] in named(ALL, "PersistentVolumeClaim")
            elif kind == "secret":
                assert volume[kind]["secretName"] in secrets
            else:
                assert kind == "emptyDir"
        for container in spec["containers"]:
            (source,) = container["envFrom"]
            assert source["configMapRef"]["name"] in named(ALL, "ConfigMap")
    assert not named(ALL, "Secret")
    assert named(ALL, "ServiceAccount")["atende"]["automountServiceAccountToken"] is False


def test_the_certificate_lies_where_it_is_looked_for() -> None:
    place = named(ALL, "ConfigMap")["atende"]["data"]["ATENDE_KAFKA_CA"]
    for container in containers(ALL):
        (mount,) = (each for each in container["volumeMounts"] if each["name"] == "kafka-ca")
        assert place == f"{mount['mountPath']}/ca.crt"


def test_the_door_is_asked_at_doors_there_are() -> None:
    (serve,) = pods(ALL)["serve"]["spec"]["containers"]
    doors = {route.path for router in ROUTERS for route in router.routes}  # type: ignore[attr-defined]
    asked = {kind: serve[kind]["httpGet"]["path"] for kind in serve if kind.endswith("Probe")}
    assert asked == {
        "startupProbe": "/health/live",
        "livenessProbe": "/health/live",
        "readinessProbe": "/health/ready",
    }
    assert set(asked.values()) <= doors
    (port,) = named(ALL, "Service")["serve"]["spec"]["ports"]
    assert port["targetPort"] in {each["name"] for each in serve["ports"]}
    (doors_policy,) = named(ALL, "NetworkPolicy")["doors"]["spec"]["ingress"]
    assert [each["port"] for each in doors_policy["ports"]] == [
        each["containerPort"] for each in serve["ports"]
    ]


def test_a_lagging_view_takes_the_webhooks_from_nobody() -> None:
    assert named(ALL, "Service")["serve"]["spec"]["publishNotReadyAddresses"] is True


def test_roles_without_a_door_are_not_asked() -> None:
    for container in containers(ALL):
        asked = {kind for kind in container if kind.endswith("Probe")}
        assert bool(asked) == (container["name"] == "serve")
        assert ("ports" in container) == (container["name"] in {"serve", "processes"})  # these tell figures


# How many


def test_whoever_is_scaled_is_there_and_not_counted_twice() -> None:
    metrics = Metrics(follower_lags=lambda: {"policies": 0.0})
    figures = {family.name for family in metrics.registry.collect()}
    scaled = named(ALL, "HorizontalPodAutoscaler")
    assert set(scaled) == {"serve", "work"}
    for name, each in scaled.items():
        spec = each["spec"]
        target = named(ALL, "Deployment")[spec["scaleTargetRef"]["name"]]
        assert target["metadata"]["name"] == name
        assert "replicas" not in target["spec"], "an apply would undo what the autoscaler did"
        assert 1 <= spec["minReplicas"] < spec["maxReplicas"] <= PARTITIONS
        for metric in spec["metrics"]:
            if metric["type"] == "External":
                assert metric["external"]["metric"]["name"] in figures
    assert scaled["work"]["spec"]["maxReplicas"] == PARTITIONS


def test_what_follows_by_itself_is_there_once_and_never_twice() -> None:
    spec = named(ALL, "Deployment")["processes"]["spec"]
    assert spec["replicas"] == 1
    assert spec["strategy"] == {"type": "Recreate"}


def test_a_node_can_be_emptied() -> None:
    budgets = named(ALL, "PodDisruptionBudget")
    scaled = named(ALL, "HorizontalPodAutoscaler")
    assert set(budgets) == ROLES
    for name, each in budgets.items():
        least = scaled[name]["spec"]["minReplicas"] if name in scaled else 1
        assert each["spec"].get("minAvailable", 0) < least


def test_nobody_speaks_to_anybody_unless_it_is_said() -> None:
    nobody = named(ALL, "NetworkPolicy")["nobody"]["spec"]
    assert nobody == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    ports = {
        port["port"]
        for each in named(ALL, "NetworkPolicy").values()
        for rule in each["spec"].get("egress", [])
        for port in rule["ports"]
    }
    kafka = named(ALL, "ConfigMap")["atende"]["data"]["ATENDE_KAFKA"]
    assert ports == {53, 443, 5432, 6379, int(kafka.rpartition(":")[2])}
