"""Whatever docker/ tells the program, the program listens to."""

from __future__ import annotations

import re

import pytest

from api.settings import SECRETS, Settings
from tests.docker.ground import (
    DOCKER,
    PRODUCTION,
    built,
    compose,
    containers,
    environment,
    named,
    ours,
    secret_keys,
    secret_settings,
    settings,
)


def told_by_compose() -> dict[str, str]:
    return {name: value for each in ours(compose()).values() for name, value in environment(each).items()}


def told_by_kubernetes() -> dict[str, str]:
    data: dict[str, str] = named(built(PRODUCTION), "ConfigMap")["atende"]["data"]
    return data


def told_by_the_image() -> set[str]:
    return set(re.findall(r"^ +(ATENDE_\w+)=", (DOCKER / "Dockerfile").read_text(), re.MULTILINE))


def secrets() -> set[str]:
    """All secrets that are handed over as files, as variables."""
    composed = {name for each in ours(compose()).values() for name in each["secrets"]}
    return {name.upper() for name in composed | secret_keys()}


def all_told() -> set[str]:
    return told_by_compose().keys() | told_by_kubernetes().keys() | told_by_the_image() | secrets()


def test_every_variable_is_a_setting() -> None:
    assert len(all_told()) > 15
    assert all_told() <= settings()


def test_nobody_is_told_that_one_broker_will_do() -> None:
    assert "ATENDE_KAFKA_SINGLE_BROKER" in settings()
    assert "ATENDE_KAFKA_SINGLE_BROKER" not in all_told()


def test_what_has_no_default_is_told_everywhere() -> None:
    required = {
        f"ATENDE_{name.upper()}" for name, field in Settings.model_fields.items() if field.is_required()
    }
    assert required >= {"ATENDE_DSN", "ATENDE_INDEX_KEY", "ATENDE_MASTER_KEY"}
    assert required <= {name.upper() for name in secret_keys()}
    for service in ours(compose()).values():
        assert required <= {name.upper() for name in service["secrets"]}


@pytest.mark.parametrize("told", [told_by_compose, told_by_kubernetes])
def test_nothing_secret_stands_in_the_clear(told: object) -> None:
    assert callable(told)
    values: dict[str, str] = told()
    for name in secret_settings() & values.keys():
        assert re.fullmatch(r"rediss?://[\w.-]+(:\d+)?(/\d+)?", values[name]), name
    assert {"ATENDE_DSN", "ATENDE_INDEX_KEY", "ATENDE_CHANNELS", "ATENDE_MASTER_KEY"} <= secret_settings()


def test_secrets_lie_where_the_program_looks() -> None:
    for container in containers(built(PRODUCTION)):
        mounts = {mount["name"]: mount for mount in container["volumeMounts"]}
        assert mounts["secrets"]["mountPath"] == str(SECRETS)
        assert mounts["secrets"]["readOnly"] is True
