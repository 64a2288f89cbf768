"""Alerts and dashboard ask for figures there are, by labels they have, with values that occur."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from api.app import ROUTERS
from api.metrics import Metrics
from api.routes import webhooks
from api.settings import Settings
from api.wiring.house import House
from commands.agent import WelcomeAgent
from commands.catalogue import HANDLERS
from domain.conversation import Stage
from tests.docker.ground import DOCKER

ALERTS = yaml.safe_load((DOCKER / "alerts.yaml").read_text())
RULES: list[dict[str, Any]] = [rule for group in ALERTS["groups"] for rule in group["rules"]]
DASHBOARD = json.loads((DOCKER / "dashboards" / "atende.json").read_text())
OUTCOMES = {"accepted", "refused", "broken", "repeated", "busy", "unavailable"}

WORDS = {
    *("absent", "by", "histogram_quantile", "increase", "le", "max", "min", "rate", "sum", "topk"),
    *("and", "or", "unless"),
}
"""What PromQL says by itself, as far as we use it."""

SELECTOR = re.compile(r'(\w+)\{((?:\s*\w+(?:=~|!~|!=|=)"[^"]*",?)*)\}')
LABEL = re.compile(r'(\w+)(=~|!~|!=|=)"([^"]*)"')
GROUPING = re.compile(r"\bby \(([^)]*)\)")


def figures() -> dict[str, set[str]]:
    """Every sample of /metrics with its labels, one of each family made up."""
    metrics = Metrics(follower_lags=lambda: {"policies": 0.0})
    metrics.observe_response("GET", "/v1/me", 200, 0.1)
    metrics.observe_first_response(1.0)
    metrics.observe_decision(WelcomeAgent, "accepted")
    metrics.scrape({("waiting", "high"): 1}, {"engine": True})
    return {
        sample.name: set(sample.labels) | {"instance", "job"}
        for family in metrics.registry.collect()
        for sample in family.samples
        if not sample.name.endswith("_created")
    }


def expressions() -> Iterator[tuple[str, str]]:
    yield from ((rule["alert"], rule["expr"]) for rule in RULES)
    yield from (
        (panel["title"], target["expr"]) for panel in DASHBOARD["panels"] for target in panel["targets"]
    )


def asked(expression: str) -> set[str]:
    """The figures that an expression names."""
    bare = GROUPING.sub("", SELECTOR.sub(r"\1", expression))
    return set(re.findall(r"\b[a-z_]{2,}\b(?![\"])", re.sub(r"\[\w+\]", "", bare))) - WORDS


def selected(expression: str) -> Iterator[tuple[str, str, str, str]]:
    """Figure, label, operator and value of everything that is selected."""
    for figure, labels in SELECTOR.findall(expression):
        yield from ((figure, *each) for each in LABEL.findall(labels))


every_expression = pytest.mark.parametrize(
    ("told", "expression"), list(expressions()), ids=lambda each: each[:30]
)


@every_expression
def test_it_asks_for_figures_there_are(told: str, expression: str) -> None:
    assert asked(expression)
    assert asked(expression) <= figures().keys()


@every_expression
def test_it_selects_and_groups_by_labels_they_have(told: str, expression: str) -> None:
    known = figures()
    for figure, label, _, _ in selected(expression):
        assert label in known[figure]
    for labels in GROUPING.findall(expression):
        for label in labels.split(","):
            assert any(label.strip() in known[figure] for figure in asked(expression)), label


@every_expression
def test_brackets_close(told: str, expression: str) -> None:
    for opening, closing in ("()", "[]"):
        assert expression.count(opening) == expression.count(closing)
    assert "{" not in SELECTOR.sub("", expression), "a selector that was not understood"


def components(settings: Settings) -> set[str]:
    house = House(settings)
    asyncio.run(house.close())
    return set(house.desk.probes)


def values(settings: Settings) -> dict[str, set[str]]:
    """The values that a label may have, where we know all of them."""
    doors = {route.path for router in (*ROUTERS, webhooks.router) for route in router.routes}  # type: ignore[attr-defined]
    return {
        "component": components(settings),
        "outcome": OUTCOMES,
        "route": doors,
        "method": {"GET", "POST", "PUT", "DELETE"},
        "status": {stage.value for stage in Stage} | {"500", "503"},
        "command": {command.__name__ for command in HANDLERS},
    }


def test_it_selects_values_that_occur(migrated: str, tmp_path: Path) -> None:
    known = values(
        Settings.model_validate(
            {"dsn": migrated, "index_key": "k" * 16, "master_key": "m" * 32, "data": tmp_path}
        )
    )
    seen = 0
    for told, expression in expressions():
        for _, label, operator, value in selected(expression):
            seen += 1
            for each in value.split("|"):
                fits = re.escape(each) if operator in ("=", "!=") else each
                assert any(re.fullmatch(fits, one) for one in known[label]), (told, label, each)
    assert seen > 10


def test_a_figure_that_is_not_there_would_be_noticed() -> None:
    assert asked('sum by (le) (rate(gone_total{a="b"}[5m])) > 0.5') == {"gone_total"}
    assert list(selected('x{route="/webhooks/meta/{channel}", status=~"5.."}')) == [
        ("x", "route", "=", "/webhooks/meta/{channel}"),
        ("x", "status", "=~", "5.."),
    ]


def test_every_figure_is_on_the_dashboard() -> None:
    shown = {
        name for panel in DASHBOARD["panels"] for target in panel["targets"] for name in asked(target["expr"])
    }
    families = {re.sub(r"_(bucket|count|sum)$", "", name) for name in figures()}
    assert {re.sub(r"_(bucket|count|sum)$", "", name) for name in shown} == families


def test_what_must_wake_somebody_does() -> None:
    names = {rule["alert"]: rule for rule in RULES}
    assert {
        "AtendeNotReady",
        "AtendeHalted",
        "AtendeParked",
        "AtendeLags",
        "AtendeBroken",
        "AtendeErrors",
    } <= names.keys()
    assert len(names) == len(RULES)
    for rule in RULES:
        assert rule.keys() <= {"alert", "expr", "for", "labels", "annotations"}
        assert rule["labels"]["severity"] in ("critical", "warning")
        assert rule["annotations"].keys() == {"summary", "description"}
        assert re.fullmatch(r"\d+m", rule.get("for", "0m"))


def test_panels_stand_beside_each_other_and_not_over() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not taken & cells, panel["title"]
        assert max(x for x, _ in cells) < 24
        taken |= cells
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(ids) == len(set(ids))
    (source,) = DASHBOARD["templating"]["list"]
    assert all(panel["datasource"]["uid"] == f"${{{source['name']}}}" for panel in DASHBOARD["panels"])
