"""An agent's row never disagrees with the agent's stream."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain import agent
from domain.agent import AGENT, Agent
from domain.grammar import Refused
from domain.presence import policy_at
from domain.queue import QueueId
from domain.queueing import Mode
from projections.agents import AGENTS
from projections.answer import fold
from tests.projections.histories import START, told

GERAL = QueueId("geral")
STEPS = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 5), st.integers(0, 400)), max_size=40)


def history(steps: list[tuple[int, int, int]]) -> list[agent.Event]:
    """What could happen to an agent, by the decisions themselves."""
    events: list[agent.Event] = [agent.Welcomed("Ana")]
    state, at = AGENT.fold(events), START
    for choice, n, seconds in steps:
        at += timedelta(seconds=seconds)
        one = f"c{n}"
        try:
            decided = decide(state, choice, one, n, at)
        except Refused:
            continue
        events += decided
        state = AGENT.fold(decided, state)
    return events


def decide(state: Agent, choice: int, one: str, n: int, at: datetime) -> list[agent.Event]:
    match choice:
        case 0:
            return agent.equip(state, queues=None, skills={"fibra": n}, capacity=n, ceiling=None)
        case 1:
            return agent.become_available(state, at=at)
        case 2:
            return agent.pause(state, ("almoco", "banheiro")[n % 2], at=at)
        case 3:
            return agent.log_out(state, settled=list(state.has), keeps=[], at=at)
        case 4:
            return agent.lose_connection(state, at=at)
        case 5:
            return agent.connect(state, at=at)
        case 6:
            return agent.leave(state, at=at)
        case 7:
            return agent.reserve(state, one, queue_id=GERAL, mode=Mode.OFFER, expires_at=at, weight=n, at=at)
        case 8:
            return agent.take_up(state, one, at=at)
        case 9:
            return agent.let_go(state, one, reason=("expired", "declined", "closed")[n % 3], at=at)
        case 10:
            return agent.hush(state, one, at=at)
        case _:
            return agent.rouse(state, one, at=at)


@given(STEPS)
def test_the_row_tells_what_the_stream_remembers(steps: list[tuple[int, int, int]]) -> None:
    events = history(steps)
    state = AGENT.fold(events)
    (row,) = fold(AGENTS, told(*events, stream="agent-ana")).values()
    assert row.load == state.load
    assert (row.availability, row.pause_reason, row.paused_at) == (
        state.availability,
        state.pause_reason,
        state.paused_at,
    )
    assert (row.lost_at, row.gone, row.keeps, row.active) == (
        state.lost_at,
        state.gone,
        state.keeps,
        state.active,
    )
    leaves_at = policy_at(
        state.availability,
        pause_reason=state.pause_reason,
        paused_at=state.paused_at,
        lost_at=state.lost_at,
    )
    assert row.leaves_at == (None if state.gone else leaves_at)
    assert row.weight >= 0
