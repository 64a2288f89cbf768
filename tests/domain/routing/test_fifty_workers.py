"""However many look at once, and however late they look: an agent is given no more than there is room for."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain import agent
from domain.agent import AGENT, Agent, AgentId, BecameAvailable, Equipped, Load, Welcomed
from domain.conversation import ConversationId
from domain.grammar import Refused
from domain.queue import Priority, QueueId
from domain.queueing import Mode, Rules, Strategy
from domain.routing import Give, QueueNow, Waiting, Worker, match

AT = datetime(2026, 3, 12, 15, tzinfo=UTC)
GERAL = QueueId("geral")
ANA = AgentId("ana")
HOUR = timedelta(hours=1)
CAPACITY, WORKERS, ROUNDS = 3, 50, 1_000
HIRED = (Welcomed("Ana"), Equipped(None, {}, CAPACITY, None), BecameAvailable(AT))


def waits(name: str) -> Waiting:
    return Waiting(ConversationId(name), GERAL, Priority.NORMAL, AT)


def wanted_by_one(state: Agent, name: str) -> list[str]:
    """What one worker would give this agent, as it sees them: each looks at a customer of its own."""
    seen = Worker(ANA, state.load, frozenset({GERAL}))
    queues = {GERAL: QueueNow(Rules(mode=Mode.ASSIGN))}
    return [one.conversation_id for one in match(AT, [waits(name)], queues, [seen])]


def test_fifty_workers_never_give_one_agent_with_a_capacity_of_three_a_fourth() -> None:
    luck = random.Random(20260312)
    state = AGENT.fold(HIRED)
    for n in range(ROUNDS):
        wishes = [name for w in range(WORKERS) for name in wanted_by_one(state, f"{n}/{w}")]
        luck.shuffle(wishes)
        for name in wishes:
            try:
                events = agent.reserve(state, name, queue_id=GERAL, mode=Mode.ASSIGN, expires_at=None, at=AT)
            except Refused:
                continue
            state = AGENT.fold(events, state)
            assert len(state.has) + len(state.reserved) <= CAPACITY
        assert len(state.has) + len(state.reserved) == CAPACITY, "somebody waits and there is room"
        for name in list(state.reserved):
            state = AGENT.fold(agent.take_up(state, name, at=AT), state)
        for name in luck.sample(sorted(state.has), luck.randint(0, CAPACITY)):
            state = AGENT.fold(agent.let_go(state, name, reason="closed", at=AT), state)


@given(
    st.lists(st.integers(0, 3), min_size=1, max_size=8),
    st.sampled_from(Strategy),
    st.sampled_from([Mode.OFFER, Mode.ASSIGN]),
    st.integers(0, 7),
)
def test_an_idle_agent_is_found_within_one_matching(
    busy: list[int], strategy: Strategy, mode: Mode, idle: int
) -> None:
    people = [
        Worker(AgentId(f"a{n}"), Load(3, 6, active=active), frozenset({GERAL}), weight=active)
        for n, active in enumerate(busy)
    ]
    lonely = replace(
        people[idle % len(people)], load=Load(3, 6), weight=0, idle_since=AT - timedelta(hours=1)
    )
    people[idle % len(people)] = lonely
    queues = {GERAL: QueueNow(Rules(mode=mode, strategy=strategy))}
    room = sum(3 - person.load.busy for person in people)
    given_now = [
        one
        for one in match(AT, [waits(f"c{n:02}") for n in range(room)], queues, people)
        if isinstance(one, Give)
    ]
    assert len(given_now) == room
    assert sum(one.agent_id == lonely.agent_id for one in given_now) == 3
    [first] = match(AT, [waits("c")], queues, people)
    assert isinstance(first, Give)
    assert lonely.agent_id in {one.agent_id for one in first.why.candidates}
