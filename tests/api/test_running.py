"""Alive, ready, counted and logged: for machines, without anybody's words."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
import structlog
from prometheus_client.parser import text_string_to_metric_families

from adapters import logs
from api.metrics import CountedInbox, Metrics
from api.routes import running
from commands.agent import DeactivateAgent, WelcomeAgent
from commands.intention import Command, person_id
from commands.ports import Busy, Unavailable
from domain.agent import AgentId
from domain.journal import Cause
from domain.queue import Priority
from tests.api.house import PHONE, House, text, webhook


def figures(house: House) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    answer = house.get("/metrics", None)
    assert answer.status_code == 200
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def named(found: dict[Any, float], name: str, **labels: str) -> float | None:
    return found.get((name, tuple(sorted(labels.items()))))


def test_open_conversations_are_counted_as_they_are_now(house: House) -> None:
    name = "active_conversations_total"
    conversation_id = house.somebody_waits(Priority.HIGH)
    house.somebody_waits(Priority.LOW, "5511900000002", 2)
    found = figures(house)
    assert named(found, name, status="waiting", priority="high") == 1
    assert named(found, name, status="waiting", priority="low") == 1
    house.post(f"/v1/conversations/{conversation_id}/claim")
    found = figures(house)
    assert named(found, name, status="waiting", priority="high") is None
    assert named(found, name, status="in_service", priority="high") == 1


def test_figures_are_told_without_the_views(house: House) -> None:
    house.reads.away = True
    found = figures(house)
    assert not any(name == "active_conversations_total" for name, _ in found)
    assert named(found, "inbox_waiting") == 7
    assert named(found, "follower_lag_records", follower="couriers") == 3


def test_components_that_are_not_ready_are_counted_as_such(house: House) -> None:
    async def fine() -> str | None:
        return None

    async def halted() -> str | None:
        return "the log is broken: a secret of Joana"

    house.probes |= {"engine": halted, "pacing": fine}
    found = figures(house)
    assert named(found, "component_ready", component="engine") == 0
    assert named(found, "component_ready", component="pacing") == 1
    assert "Joana" not in json.dumps([list(key) for key in found])
    house.probes["engine"] = fine
    assert named(figures(house), "component_ready", component="engine") == 1


def test_answers_are_timed_by_route_and_never_by_address(house: House) -> None:
    conversation_id = house.somebody_waits()
    house.get(f"/v1/conversations/{conversation_id}")
    house.get(f"/v1/conversations?protocol={PHONE}000")
    house.get("/JoanaPrado")
    house.request("JOANA", "/v1/me")
    house.deliver(webhook(text()))
    found = figures(house)
    count = "response_time_seconds_count"
    route = "/v1/conversations/{conversation_id}"
    assert named(found, count, method="GET", route=route, status="200") == 1
    assert named(found, count, method="GET", route="unmatched", status="404") == 1
    assert named(found, count, method="POST", route="/webhooks/meta/{channel}", status="200") == 1
    told = json.dumps([list(key) for key in found])
    assert conversation_id not in told
    assert "Joana" not in told
    assert "JOANA" not in told
    assert PHONE not in told


def test_first_answers_are_counted_by_queue(house: House) -> None:
    house.metrics.observe_first_response(42.0, "suporte")
    house.metrics.observe_first_response(7.0)
    found = figures(house)
    assert named(found, "first_response_seconds_sum", queue="suporte") == 42.0
    assert named(found, "first_response_seconds_count", queue="") == 1


def test_commands_are_counted_by_what_became_of_them(house: House) -> None:
    metrics = Metrics()
    inbox = CountedInbox(house.inbox, metrics)

    def want(kind: type[Command], n: int, **fields: Any) -> None:
        command = kind(id=person_id("t", str(n)), cause=Cause("t", "t", "t"), **fields)
        asyncio.run(inbox.submit(command))

    want(WelcomeAgent, 1, agent_id=AgentId("edu"), name="Edu")
    want(WelcomeAgent, 1, agent_id=AgentId("edu"), name="Edu")
    want(DeactivateAgent, 2, agent_id=AgentId("ninguem"))
    house.inbox.broken.add(WelcomeAgent)
    want(WelcomeAgent, 3, agent_id=AgentId("edu"), name="Edu")
    for error in (Busy(), Unavailable()):
        house.inbox.error = error
        with pytest.raises(type(error)):
            want(WelcomeAgent, 4, agent_id=AgentId("edu"), name="Edu")
    told = {
        (s.labels["command"], s.labels["outcome"]): s.value
        for family in text_string_to_metric_families(metrics.scrape(None).decode())
        for s in family.samples
        if s.name == "commands_decided_total"
    }
    assert told == {
        ("WelcomeAgent", "accepted"): 1,
        ("WelcomeAgent", "repeated"): 1,
        ("DeactivateAgent", "refused"): 1,
        ("WelcomeAgent", "broken"): 1,
        ("WelcomeAgent", "busy"): 1,
        ("WelcomeAgent", "unavailable"): 1,
    }


# Health


def test_alive_is_alive_whatever_else_is_not(house: House) -> None:
    house.reads.away = True
    house.tokens.away = True
    assert house.get("/health/live", None).json() == {"status": "ok", "components": {}}


def test_ready_says_what_is_not_and_why(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fine() -> None:
        return None

    async def behind() -> str:
        return "inbox is 812 records behind"

    async def breaks() -> None:
        raise OSError("JoanaPrado")

    async def hangs() -> None:
        await asyncio.Event().wait()

    house.probes["engine"] = fine
    assert house.get("/health/ready", None).json() == {"status": "ok", "components": {"engine": "ok"}}
    monkeypatch.setattr(running, "PATIENCE", 0.01)
    house.probes |= {"views": behind, "redis": breaks, "database": hangs}
    answer = house.get("/health/ready", None)
    assert answer.status_code == 503
    assert answer.json() == {
        "status": "unavailable",
        "components": {
            "engine": "ok",
            "views": "inbox is 812 records behind",
            "redis": "OSError",
            "database": "no answer in time",
        },
    }


def test_what_work_goes_on_without_is_told_and_does_not_stop_it(house: House) -> None:
    async def away() -> str:
        return "does not answer"

    house.probes["pacing"] = away
    answer = house.get("/health/ready", None)
    assert (answer.status_code, answer.json()) == (
        200,
        {"status": "ok", "components": {"pacing": "does not answer"}},
    )


# Logs


@pytest.fixture
def lines() -> Iterator[Any]:
    """What was logged since, line by line."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    out = StringIO()
    logs.configure(stream=out)
    yield lambda: [json.loads(line) for line in out.getvalue().splitlines()]
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    root.handlers[:] = before
    root.setLevel(level)


@pytest.fixture
def fresh_log(monkeypatch: pytest.MonkeyPatch, lines: Any) -> Any:
    """The door's own log, made after the configuration."""
    monkeypatch.setattr("api.at_the_door.log", structlog.get_logger("atende.door"))
    return lines


def test_a_request_is_one_line_without_words(house: House, fresh_log: Any) -> None:
    house.get(
        f"/v1/conversations?protocol=20260000000001&cursor=0&nome={PHONE}", headers={"X-Request-Id": "p-1"}
    )
    (line,) = fresh_log()
    assert line.pop("ms") >= 0
    assert line.pop("at")
    assert line == {
        "event": "request",
        "level": "info",
        "method": "GET",
        "route": "/v1/conversations",
        "status": 200,
        "actor": "agent:ana",
        "correlation": "p-1",
    }


def test_nothing_that_was_sent_is_logged(house: House, fresh_log: Any) -> None:
    conversation_id = house.somebody_waits()
    house.post(f"/v1/conversations/{conversation_id}/claim")
    house.post(f"/v1/conversations/{conversation_id}/messages", {"kind": "text", "text": "JoanaPrado"})
    house.post(f"/v1/conversations/{conversation_id}/messages", {"kind": "JoanaPrado"})
    house.get("/JoanaPrado?nome=JoanaPrado", headers={"X-Request-Id": "Joana Prado"})
    house.deliver(webhook(text(body="JoanaPrado")))  # accepted: the log of events tells of it
    house.deliver(webhook(text(body="JoanaPrado")), signature="sha256=JoanaPrado")
    told = json.dumps(fresh_log())
    assert [line["status"] for line in fresh_log()] == [200, 201, 422, 404, 403]
    assert "Joana" not in told
    assert PHONE not in told
    assert conversation_id not in told


def test_what_breaks_is_logged_by_type_and_place(
    house: House, fresh_log: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def breaks() -> Any:
        raise ZeroDivisionError("JoanaPrado")

    monkeypatch.setattr(house.reads, "queues", breaks)
    house.get("/v1/queues")
    unexpected, request = fresh_log()
    assert (unexpected["event"], unexpected["error"]) == ("unexpected", "ZeroDivisionError")
    assert any("breaks" in place for place in unexpected["where"])
    assert request["status"] == 500
    assert unexpected["correlation"] == request["correlation"]
    assert "Joana" not in json.dumps(fresh_log())


def test_libraries_log_in_the_same_shape_and_without_messages_of_errors(lines: Any) -> None:
    try:
        raise ValueError("JoanaPrado")
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
    structlog.get_logger().info("olá", answer=object())
    library, ours = lines()
    assert (library["event"], library["logger"]) == ("Exception in ASGI application", "uvicorn.error")
    assert (library["error"], library["level"]) == ("ValueError", "error")
    assert ours["answer"] == "<object>"
    assert "Joana" not in json.dumps(lines())


@pytest.mark.parametrize(
    ("sent", "kept"), [("pedido-1.a:b", True), ("Joana Prado", False), ("x" * 65, False), ("", False)]
)
def test_a_correlation_id_is_a_plain_word_and_comes_back(house: House, sent: str, kept: bool) -> None:
    answer = house.get("/health/live", None, headers={"X-Request-Id": sent})
    got = answer.headers["x-request-id"]
    assert (got == sent) is kept
    assert kept or re.fullmatch(r"[0-9a-f]{32}", got)


def test_a_correlation_id_threads_through_history(house: House) -> None:
    conversation_id = house.somebody_waits()
    house.post(f"/v1/conversations/{conversation_id}/claim", headers={"X-Request-Id": "fio-1"})
    cause = house.inbox.history[-1].cause
    assert (cause.correlation, cause.actor) == ("fio-1", "agent:ana")
    assert re.fullmatch(r"request:[0-9a-f]{32}", cause.source)


def test_what_people_read_is_not_kept_by_anybody_between(house: House) -> None:
    assert house.get("/v1/conversations").headers["cache-control"] == "no-store"
    assert house.get("/health/live", None).headers["x-content-type-options"] == "nosniff"
