"""What holds of every day, whatever agents and customers do in it."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from api.rehearsal.scenario import Scenario, run
from api.rehearsal.telling import told
from tests.api.rehearsal.played import agent, queue
from tests.luck import examples

AGENTS = ["ana", "bia", "caio"]
CASES = ["c1", "c2", "c3", "c4", "c5"]
QUEUES = ["fibra", "geral"]
AT = st.integers(0, 1500)
WHO, WHAT, WHERE = st.sampled_from(AGENTS), st.sampled_from(CASES), st.sampled_from(QUEUES)


def happens(event: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"event": st.just(event), "at": AT, **fields})


REASON = st.just("porque sim")
EVENTS = st.lists(
    st.one_of(
        happens("arrives", conversation=WHAT, queue=WHERE),
        happens("accepts", agent=WHO, conversation=WHAT),
        happens("declines", agent=WHO, conversation=WHAT),
        happens("pulls", agent=WHO, reason=REASON),
        happens("claims", agent=WHO, conversation=WHAT),
        happens("answers", agent=WHO, conversation=WHAT),
        happens("waits_on_third_party", agent=WHO, conversation=WHAT),
        happens("customer_writes", conversation=WHAT),
        happens("transfers", agent=WHO, conversation=WHAT, to_agent=WHO, reason=REASON),
        happens("transfers", agent=WHO, conversation=WHAT, to_queue=WHERE, reason=REASON),
        happens("releases", agent=WHO, conversation=WHAT, reason=REASON),
        happens("closes", agent=WHO, conversation=WHAT),
        happens("pauses", agent=WHO, reason=st.sampled_from(["banheiro", "almoco"])),
        happens("becomes_available", agent=WHO),
        happens("goes_offline", agent=WHO),
        happens("connection_lost", agent=WHO),
        happens("connects", agent=WHO),
        happens("agent_changes", agent=WHO, capacity=st.integers(0, 3)),
        happens("changes_priority", conversation=WHAT, priority=st.just("urgent"), reason=REASON),
    ),
    max_size=40,
)


@st.composite
def days(draw: st.DrawFn) -> dict[str, Any]:
    mode = st.sampled_from(["offer", "offer", "assign", "pull"])
    strategy = st.sampled_from(["round_robin", "load_balanced", "skill_based"])
    queues = [
        queue(name, mode=draw(mode), strategy=draw(strategy), prefer_last_for=draw(st.sampled_from([0, 60])))
        for name in QUEUES
    ]
    agents = [
        agent(
            name, draw(st.integers(0, 3)), *draw(st.sets(WHERE, min_size=1)), may_choose=draw(st.booleans())
        )
        for name in AGENTS
    ]
    arrivals = [{"event": "arrives", "at": draw(AT), "conversation": c, "queue": draw(WHERE)} for c in CASES]
    events = [*arrivals, *draw(EVENTS)]
    return {"queues": queues, "agents": agents, "events": events, "until": 3000}


def play(day: dict[str, Any]) -> dict[str, Any]:
    return told(run(Scenario.model_validate(day, strict=False)))


@examples(150)
@given(days())
def test_no_offer_and_no_automatic_assignment_is_above_capacity_or_ceiling(day: dict[str, Any]) -> None:
    for fact in play(day)["facts"]:
        if fact["kind"] == "offered" or fact.get("how") == "assigned":
            assert fact["active"] + fact["reserved"] <= fact["capacity"]
            assert fact["active"] + fact["reserved"] + fact["silent"] <= fact["ceiling"]


@examples(50)
@given(days())
def test_the_same_day_comes_out_the_same(day: dict[str, Any]) -> None:
    assert play(day) == play(day)


@examples(150)
@given(days())
def test_every_offer_ends_once_and_nobody_has_what_somebody_else_has(day: dict[str, Any]) -> None:
    result = play(day)
    out: dict[str, str] = {}
    ends = {"accepted", "declined", "expired", "withdrawn"}
    for fact in result["facts"]:
        case = fact.get("conversation")
        if fact["kind"] == "offered":
            assert case not in out
            out[case] = fact["agent"]
        elif fact["kind"] in ends or fact.get("how") in ends:
            assert out.pop(case) == fact["agent"]
        elif fact["kind"] == "assigned":
            assert case not in out
    for person in result["agents"]:
        assert {case for case, who in out.items() if who == person["agent"]} == set(person["offers"])
    held = [case for person in result["agents"] for case in person["conversations"]]
    served = [c["conversation"] for c in result["conversations"] if c["stage"] == "in_service"]
    assert sorted(held) == sorted(served)
