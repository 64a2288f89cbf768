"""What holds of every matching, whoever is there and whatever waits."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.agent import AgentId
from domain.agent.load import Load
from domain.conversation import ConversationId
from domain.presence import Availability
from domain.queue import Priority, QueueId
from domain.queueing import Mode, Rules, Strategy
from domain.routing import (
    Chosen,
    Give,
    QueueNow,
    RoundOver,
    Waiting,
    Worker,
    barrier,
    match,
    next_for,
    passed_over,
)

AT = datetime(2026, 3, 12, 15, tzinfo=UTC)
QUEUES = [QueueId(name) for name in ("fibra", "geral", "vendas")]
AGENTS = [AgentId(name) for name in ("ana", "bia", "caio", "duda", "edu")]
SKILLS = st.dictionaries(st.sampled_from(["fibra", "ingles"]), st.integers(1, 3))
SECONDS = st.integers(0, 120).map(lambda n: AT - timedelta(seconds=n))


@st.composite
def loads(draw: st.DrawFn) -> Load:
    capacity = draw(st.integers(0, 4))
    return Load(
        capacity,
        capacity + draw(st.integers(0, 3)),
        draw(st.integers(0, 4)),
        draw(st.integers(0, 3)),
        draw(st.integers(0, 2)),
    )


def workers() -> st.SearchStrategy[list[Worker]]:
    one = st.builds(
        Worker,
        agent_id=st.sampled_from(AGENTS),
        load=loads(),
        queues=st.frozensets(st.sampled_from(QUEUES), min_size=1),
        skills=SKILLS,
        availability=st.sampled_from([Availability.AVAILABLE, *Availability]),
        lost_at=st.none() | SECONDS,
        weight=st.integers(0, 3),
        last_offered_at=st.none() | SECONDS,
        turn=st.integers(0, 3),
        idle_since=st.none() | SECONDS,
    )
    return st.lists(one, unique_by=lambda worker: worker.agent_id)


def waiting() -> st.SearchStrategy[list[Waiting]]:
    one = st.builds(
        Waiting,
        conversation_id=st.integers(1, 20).map(lambda n: ConversationId(f"c{n:02}")),
        queue_id=st.sampled_from(QUEUES),
        priority=st.sampled_from(Priority),
        entered_at=SECONDS,
        weight=st.integers(1, 3),
        returning_to=st.none() | st.sampled_from(AGENTS),
        gave_back=st.none() | st.sampled_from(AGENTS),
        not_before=st.none() | SECONDS | st.just(AT + timedelta(seconds=1)),
        offered_to=st.none() | st.none() | st.sampled_from(AGENTS),
        tried=st.frozensets(st.sampled_from(AGENTS), max_size=2),
        restart_at=st.none() | st.just(AT + timedelta(seconds=30)),
        relaxed=st.booleans(),
    )
    return st.lists(one, max_size=12, unique_by=lambda item: item.conversation_id)


RULES = st.builds(
    Rules,
    mode=st.sampled_from(Mode),
    strategy=st.sampled_from(Strategy),
    required=SKILLS,
    preferred=SKILLS,
    prefer_last=st.sampled_from([timedelta(0), timedelta(seconds=60)]),
)
NOW = st.fixed_dictionaries(
    {queue: st.builds(QueueNow, rules=RULES, is_open=st.booleans()) for queue in QUEUES}
)


@given(waiting(), NOW, workers())
def test_nobody_is_given_more_than_there_is_room_for(
    items: list[Waiting], queues: dict[QueueId, QueueNow], people: list[Worker]
) -> None:
    given_to = Counter(o.agent_id for o in match(AT, items, queues, people) if isinstance(o, Give))
    for person in people:
        if given_to[person.agent_id]:
            assert person.load.busy + given_to[person.agent_id] <= person.load.capacity
            assert person.load.total + given_to[person.agent_id] <= person.load.ceiling


@given(waiting(), NOW, workers(), st.integers(0, 20))
def test_what_is_reopened_goes_to_its_last_agent_if_there_with_room_whatever_the_queue(
    items: list[Waiting], queues: dict[QueueId, QueueNow], people: list[Worker], seconds: int
) -> None:
    entered_at = AT - timedelta(seconds=seconds)
    first = Waiting(
        ConversationId("c00"), QUEUES[0], Priority.LOW, entered_at, returning_to=AGENTS[0], reopened=True
    )
    last = next((person for person in people if person.agent_id == AGENTS[0]), None)
    free = last is not None and last.present and last.load.has_room
    given_now = [one for one in match(AT, [first, *items], queues, people) if one.conversation_id == "c00"]
    if free and seconds <= 10:
        (one,) = given_now
        assert isinstance(one, Give)
        assert (one.agent_id, one.how, one.expires_at) == (AGENTS[0], Mode.ASSIGN, None)
        assert one.why.chosen_by is Chosen.LAST_AGENT
    elif not queues[QUEUES[0]].hands_out:
        assert given_now == []


@given(waiting(), NOW, workers())
def test_whoever_could_take_it_is_among_the_candidates(
    items: list[Waiting], queues: dict[QueueId, QueueNow], people: list[Worker]
) -> None:
    taken: Counter[AgentId] = Counter()
    by_id = {item.conversation_id: item for item in items}
    for outcome in match(AT, items, queues, people):
        if not isinstance(outcome, Give):
            continue
        item = by_id[outcome.conversation_id]
        rules = queues[item.queue_id].rules
        able = {
            person.agent_id
            for person in people
            if person.agent_id not in item.tried
            and barrier(_with(person, taken[person.agent_id]), item, rules, AT) is None
        }
        assert {candidate.agent_id for candidate in outcome.why.candidates} == able
        assert able | set(outcome.why.barred) == {person.agent_id for person in people}
        taken[outcome.agent_id] += 1


def _with(person: Worker, more: int) -> Worker:
    return replace(person, load=replace(person.load, reserved=person.load.reserved + more))


@given(waiting(), NOW, workers())
def test_nobody_is_given_a_later_one_who_could_have_taken_an_earlier_one(
    items: list[Waiting], queues: dict[QueueId, QueueNow], people: list[Worker]
) -> None:
    gives = [o for o in match(AT, items, queues, people) if isinstance(o, Give)]
    place = {item.conversation_id: n for n, item in enumerate(items)}
    assert [place[give.conversation_id] for give in gives] == sorted(
        place[give.conversation_id] for give in gives
    )
    by_agent = {person.agent_id: person for person in people}
    given_ids = {give.conversation_id for give in gives}
    for give in gives:
        for earlier in items[: place[give.conversation_id]]:
            now = queues[earlier.queue_id]
            if earlier.conversation_id in given_ids or not now.is_open or now.rules.mode is Mode.PULL:
                continue
            if earlier.offered_to or earlier.returning_to or (earlier.not_before or AT) > AT:
                continue
            if give.agent_id not in earlier.tried:
                assert barrier(by_agent[give.agent_id], earlier, now.rules, AT) is not None


@given(waiting(), NOW, workers(), st.randoms(use_true_random=False))
def test_the_order_in_which_agents_are_told_makes_no_difference(
    items: list[Waiting], queues: dict[QueueId, QueueNow], people: list[Worker], luck: object
) -> None:
    shuffled = list(people)
    luck.shuffle(shuffled)  # type: ignore[attr-defined]
    mixed, plain = match(AT, items, queues, shuffled), match(AT, items, queues, people)
    assert mixed == plain


@given(waiting(), NOW, workers())
def test_a_closed_or_pulling_queue_gives_nothing_and_what_is_offered_is_offered_once(
    items: list[Waiting], queues: dict[QueueId, QueueNow], people: list[Worker]
) -> None:
    by_id = {item.conversation_id: item for item in items}
    for outcome in match(AT, items, queues, people):
        item, now = by_id[outcome.conversation_id], queues[outcome.queue_id]
        assert now.is_open
        assert now.rules.mode is not Mode.PULL
        assert item.offered_to is None
        if isinstance(outcome, RoundOver):
            assert item.tried
            assert item.restart_at is None


@given(waiting(), NOW, workers())
def test_what_is_next_for_an_agent_passes_over_nothing(
    items: list[Waiting], queues: dict[QueueId, QueueNow], people: list[Worker]
) -> None:
    rules = {queue: now.rules for queue, now in queues.items()}
    for person in people:
        following = next_for(person, items, rules)
        if following is not None:
            assert passed_over(person, following, items, rules) == []
