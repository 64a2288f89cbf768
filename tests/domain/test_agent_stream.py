"""An agent's stream: presence, and places that automatic assignment can never exceed."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from domain import agent, queue
from domain.agent import AGENT, BecameAvailable, Equipped, LetGo, Paused, Reserved, TookUp, Welcomed
from domain.grammar import Refused
from domain.queue import QUEUE, Priority, QueueId
from domain.queueing import Mode, OfflinePolicy, Rules, Strategy
from tests.domain.facts import at
from tests.spec import given

GERAL = QueueId("geral")
HIRED = (Welcomed("Ana"), Equipped(None, {}, 2, None))
THERE = (*HIRED, BecameAvailable(at(0)))
OFFER = {"queue_id": GERAL, "mode": Mode.OFFER, "expires_at": at(1)}


def reserved(one: str, minute: int = 0) -> Reserved:
    return Reserved(one, GERAL, Mode.OFFER, at(minute), at(1))


def test_a_place_is_reserved_once_and_never_above_the_capacity() -> None:
    one = given(AGENT, *THERE).when(agent.reserve, "c1", **OFFER, at=at(0)).then(reserved("c1"))
    one.when(agent.reserve, "c1", **OFFER, at=at(0)).then_nothing()
    two = one.when(agent.reserve, "c2", **OFFER, at=at(0)).then(reserved("c2"))
    two.when(agent.reserve, "c3", **OFFER, at=at(0)).then_refused(agent.AtCapacity, capacity=2)


def test_silent_conversations_count_under_the_ceiling_alone() -> None:
    quiet = [e for n in range(4) for e in (TookUp(f"c{n}", at(0)), agent.Hushed(f"c{n}", at(0)))]
    full = given(AGENT, *THERE, *quiet)
    full.when(agent.reserve, "c9", **OFFER, at=at(0)).then_refused(agent.AtCeiling, ceiling=4)
    given(AGENT, *THERE, *quiet[:6]).when(agent.reserve, "c9", **OFFER, at=at(0)).then(reserved("c9"))


@pytest.mark.parametrize(
    "away",
    [
        (Paused("almoco", at(0), at(0)),),
        (agent.WentOffline(at(0)),),
        (agent.ConnectionLost(at(-1)),),
    ],
)
def test_nothing_is_reserved_with_who_is_not_there(away: tuple[agent.Event, ...]) -> None:
    given(AGENT, *THERE, *away).when(agent.reserve, "c1", **OFFER, at=at(0)).then_refused(agent.NotAvailable)


def test_who_was_lost_for_less_than_a_minute_is_still_asked() -> None:
    lost = given(AGENT, *THERE, agent.ConnectionLost(at(0)))
    lost.when(agent.reserve, "c1", **OFFER, at=at(0) + timedelta(seconds=59)).after  # noqa: B018


def test_taking_by_hand_may_exceed_and_says_so() -> None:
    busy = given(AGENT, *THERE, TookUp("c1", at(0)), TookUp("c2", at(0)))
    busy.when(agent.take_up, "c3", at=at(1)).then(TookUp("c3", at(1), over_capacity=True))


def test_a_silent_conversation_wakes_above_capacity_and_that_is_told() -> None:
    history = (TookUp("c1", at(0)), agent.Hushed("c1", at(1)), TookUp("c2", at(2)), TookUp("c3", at(2)))
    woken = given(AGENT, *THERE, *history).when(agent.rouse, "c1", at=at(3))
    woken.then(agent.Roused("c1", at(3), over_capacity=True))


def test_two_offers_that_expire_in_a_row_are_a_pause() -> None:
    first = given(AGENT, *THERE, reserved("c1")).when(agent.let_go, "c1", reason="expired", at=at(1))
    again = given(AGENT, *first.then(LetGo("c1", "expired", at(1))).history, reserved("c2"))
    again.when(agent.let_go, "c2", reason="expired", at=at(2)).then(
        LetGo("c2", "expired", at(2)), Paused("nao_respondeu", at(2), at(2), by_offers=True)
    )


@pytest.mark.parametrize("reset", ["accept", "decline", "available"])
def test_an_accept_a_decline_or_becoming_available_starts_the_count_anew(reset: str) -> None:
    between: dict[str, tuple[agent.Event, ...]] = {
        "accept": (reserved("c2"), TookUp("c2", at(2))),
        "decline": (reserved("c2"), LetGo("c2", "declined", at(2))),
        "available": (Paused("nr17", at(2), at(2)), BecameAvailable(at(3))),
    }
    history = (*THERE, reserved("c1"), LetGo("c1", "expired", at(1)), *between[reset], reserved("c3"))
    given(AGENT, *history).when(agent.let_go, "c3", reason="expired", at=at(4)).then(
        LetGo("c3", "expired", at(4))
    )


def test_a_withdrawn_offer_is_not_counted() -> None:
    history = (*THERE, reserved("c1"), LetGo("c1", "expired", at(1)), reserved("c2"))
    history = (*history, LetGo("c2", "withdrawn", at(2)), reserved("c3"))
    assert given(AGENT, *history).state.expired == 1


def test_a_pause_goes_on_when_its_reason_changes_but_banheiro_begins_none() -> None:
    lunch = given(AGENT, *THERE, Paused("almoco", at(0), at(0)))
    lunch.when(agent.pause, "treinamento", at=at(9)).then(Paused("treinamento", at(9), at(0)))
    toilet = given(AGENT, *THERE, Paused("banheiro", at(0), at(0)))
    toilet.when(agent.pause, "almoco", at=at(9)).then(Paused("almoco", at(9), at(9)))


@pytest.mark.parametrize(
    ("away", "minutes"), [(Paused("almoco", at(0), at(0)), 15), (agent.ConnectionLost(at(0)), 5)]
)
def test_who_is_away_for_too_long_has_left_once(away: agent.Event, minutes: int) -> None:
    gone = given(AGENT, *THERE, away)
    gone.when(agent.leave, at=at(minutes) - timedelta(seconds=1)).then_nothing()
    left = gone.when(agent.leave, at=at(minutes))
    cause = "pause" if isinstance(away, Paused) else "lost"
    left.then(agent.Left(cause, at(minutes))).when(agent.leave, at=at(99)).then_nothing()


def test_banheiro_never_leaves() -> None:
    given(AGENT, *THERE, Paused("banheiro", at(0), at(0))).when(agent.leave, at=at(600)).then_nothing()


def test_logging_out_asks_for_each_conversation() -> None:
    busy = given(AGENT, *THERE, TookUp("c1", at(0)), TookUp("c2", at(0)))
    busy.when(agent.log_out, settled=["c1"], keeps=[], at=at(5)).then_refused(
        agent.NeedsChoice, conversation="c2"
    )
    busy.when(agent.log_out, settled=["c1"], keeps=["c2"], at=at(5)).then(
        agent.WentOffline(at(5)), agent.Left("offline", at(5), ("c1", "c2"))
    )


def test_what_is_said_of_capacity_alone_leaves_the_shifts_as_they_are() -> None:
    shifts = (agent.Shift(0, 480, 720),)
    equipped = Equipped(None, {}, 2, None, shifts)
    given(AGENT, Welcomed("Ana"), equipped).when(
        agent.equip, queues=None, skills={}, capacity=3, ceiling=None, shifts=None
    ).then(Equipped(None, {}, 3, None, shifts))


def test_a_ceiling_below_the_capacity_is_none() -> None:
    given(AGENT, Welcomed("Ana")).when(
        agent.equip, queues=None, skills={}, capacity=3, ceiling=2
    ).then_refused(agent.BadCapacity)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["reserve", "take_up", "expired", "declined", "closed", "hush", "pause", "back"]),
        st.sampled_from(["c1", "c2", "c3", "c4", "c5", "c6"]),
    ),
    max_size=40,
)


@drawn(STEPS)
def test_no_reservation_ever_goes_above_capacity_or_ceiling(steps: list[tuple[str, str]]) -> None:
    state = AGENT.fold(THERE)
    now: datetime = at(0)
    for step, one in steps:
        now += timedelta(seconds=1)
        try:
            events = decide(state, step, one, now)
        except Refused:
            continue
        state = AGENT.fold(events, state)
        if step == "reserve" and events:
            assert state.load.busy <= state.load.capacity
            assert state.load.total <= state.load.ceiling
        assert not state.has.keys() & state.reserved.keys()


def decide(state: agent.Agent, step: str, one: str, now: datetime) -> list[agent.Event]:
    match step:
        case "reserve":
            return agent.reserve(state, one, **OFFER, at=now)  # type: ignore[arg-type]
        case "take_up":
            return agent.take_up(state, one, at=now)
        case "hush":
            return agent.hush(state, one, at=now)
        case "pause":
            return agent.pause(state, "almoco", at=now)
        case "back":
            return agent.become_available(state, at=now)
        case _:
            return agent.let_go(state, one, reason=step, at=now)


# The queue's stream

CREATED = queue.Created("Suporte")


def test_a_queue_keeps_versions_of_how_it_hands_out() -> None:
    rules = Rules(mode=Mode.ASSIGN, required={"fibra": 3}, relax_after=timedelta(seconds=90))
    first = queue.RoutingSet(
        1,
        Mode.ASSIGN,
        Strategy.ROUND_ROBIN,
        {"fibra": 3},
        {},
        90,
        0,
        30,
        OfflinePolicy.RETURN_WAITING,
        {Priority.URGENT: 2},
    )
    weights = {Priority.URGENT: 2.0}
    told = given(QUEUE, CREATED).when(queue.set_routing, rules, weights).then(first)
    told.when(queue.set_routing, rules, weights).then_nothing()
    assert told.when(queue.set_routing, Rules(), {}).events[0].version == 2  # type: ignore[union-attr]
    assert queue.rules_of(first) == rules
    given(QUEUE).when(queue.set_routing, rules, {}).then_refused(queue.UnknownQueue)


def test_a_notice_says_something_and_ends_after_it_begins() -> None:
    told = given(QUEUE, CREATED).when(queue.post_notice, " Rompimento  de fibra ", until=at(9), at=at(0))
    posted = told.then(queue.NoticePosted("Rompimento de fibra", at(0), at(9)))
    posted.when(queue.post_notice, "Rompimento de fibra", until=at(9), at=at(1)).then_nothing()
    posted.when(queue.take_down_notice, at=at(2)).then(queue.NoticeTakenDown(at(2)))
    given(QUEUE, CREATED).when(queue.post_notice, " ", until=None, at=at(0)).then_refused(queue.BadNotice)
    given(QUEUE, CREATED).when(queue.post_notice, "x", until=at(0), at=at(0)).then_refused(queue.BadNotice)


# What comes late


def test_a_place_that_is_reserved_for_a_later_wait_outlives_older_news() -> None:
    held = given(AGENT, *THERE, Reserved("c1", GERAL, Mode.OFFER, at(1), at(2), seen_version=5))
    held.when(agent.take_up, "c1", as_of=5, at=at(1)).then_nothing()
    held.when(agent.let_go, "c1", reason="withdrawn", as_of=5, at=at(1)).then_nothing()
    held.when(agent.let_go, "c1", reason="released", as_of=4, at=at(1)).then_nothing()
    held.when(agent.let_go, "c1", reason="withdrawn", as_of=6, at=at(1)).then(LetGo("c1", "withdrawn", at(1)))
    held.when(agent.take_up, "c1", as_of=6, at=at(1)).then(TookUp("c1", at(1)))


def test_what_is_theirs_is_not_let_go_because_an_offer_of_it_ended() -> None:
    theirs = given(AGENT, *THERE, TookUp("c1", at(1)))
    for reason in ("declined", "expired", "withdrawn", "refused"):
        theirs.when(agent.let_go, "c1", reason=reason, at=at(2)).then_nothing()
