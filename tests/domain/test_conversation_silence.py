"""Section 1, silence: a nudge after 30 min, closed 30 min later, and whom it never touches."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain import conversation as c
from domain.conversation import CONVERSATION, MessageId
from domain.conversation.silence import PATIENCE
from domain.hours import ALWAYS
from tests.domain.facts import (
    ANA,
    ANSWERED,
    CHANNEL,
    SERVED,
    WAITS,
    at,
    claimed,
    opened,
    said,
    started,
    taken,
    waiting,
    wrote,
)
from tests.domain.test_hours import PLACE, Never, Office, local
from tests.spec import Given, given

SAID = at(4)  # when Ana's answer was taken
NUDGED = wrote("n1", 34, None, purpose="nudge")


def nudge(minutes: float, **fields: Any) -> dict[str, Any]:
    return {
        "said_at": SAID,
        "closes_at": at(minutes + 30),
        "name": "Joana",
        "zone": PLACE,
        "message_id": MessageId("n1"),
        "at": at(minutes),
    } | fields


def asked(*history: c.Event, minutes: float = 34, **fields: Any) -> list[c.Event]:
    return given(CONVERSATION, *history).when(c.nudge, **nudge(minutes, **fields)).events


def test_silence_nudges_after_30_minutes_with_the_time_of_closing() -> None:
    assert asked(*ANSWERED, minutes=33.9) == []
    [request] = asked(*ANSWERED)
    assert isinstance(request, c.SendRequested)
    assert request.purpose == "nudge"
    assert request.content["text"] == (
        "Joana, ainda precisa de ajuda? Se não der para responder agora, encerro às *10h04*. Escrevendo em"
        " até 24 horas, a gente continua no mesmo protocolo."
    )


def test_silence_tells_the_day_when_it_closes_on_another_one_and_addresses_nobody_it_cannot_name() -> None:
    [request] = asked(*ANSWERED, closes_at=local(8, day=16), name=None)
    assert isinstance(request, c.SendRequested)
    assert request.content["text"].startswith("Você ainda precisa de ajuda?")
    assert "encerro *segunda, 16/03, às 8h*." in request.content["text"]


def test_silence_closes_30_minutes_after_the_nudge() -> None:
    nudged = given(CONVERSATION, *ANSWERED, NUDGED)
    when = {"said_at": SAID, "nudged_at": at(34)}
    nudged.when(c.close_silent, **when, at=at(63.9)).then_nothing()
    nudged.when(c.close_silent, **when, at=at(64)).then(c.Closed(1, "silence", None, "silence", at(64), ANA))


def test_silence_is_nudged_once() -> None:
    assert asked(*ANSWERED, NUDGED, minutes=40) == []
    delivered = (*ANSWERED, NUDGED, started("n1", 35), taken("n1", 35))
    assert given(CONVERSATION, *delivered).state.courtesy.said_at == SAID  # the nudge moves nobody's turn


def test_silence_ends_with_anything_the_customer_says_and_begins_anew() -> None:
    again = (*ANSWERED, NUDGED, said("m2", 40))
    given(CONVERSATION, *again).when(c.close_silent, said_at=SAID, nudged_at=at(34), at=at(90)).then_nothing()
    state = given(CONVERSATION, *again, wrote("a2", 41), started("a2", 41), taken("a2", 42)).state
    assert (state.courtesy.said_at, state.courtesy.nudged_at) == (at(42), None)


@pytest.mark.parametrize(
    "history",
    [
        (*ANSWERED, said("m2", 5)),  # the customer waits for an answer
        SERVED,  # nobody has answered yet
        (*ANSWERED, c.Snoozed(None, at(600), at(5))),  # on a third party
        (*ANSWERED, waiting(5, reason="returned")),  # waiting
        WAITS,
        (opened(), said("oi", 0)),  # automation has something to answer
    ],
    ids=["unanswered", "owed", "third party", "returned", "waiting", "burst"],
)
def test_silence_never_touches_who_waits_for_us(history: tuple[c.Event, ...]) -> None:
    state = given(CONVERSATION, *history).state
    since = state.courtesy.said_at
    assert since is not None
    late = since + timedelta(hours=5)
    held: Given[Any, Any] = given(CONVERSATION, *history)
    held.when(c.nudge, **nudge(0, said_at=since, closes_at=late, at=late)).then_nothing()
    held.when(c.close_silent, said_at=since, nudged_at=None, at=late).then_nothing()


def test_silence_closes_automation_that_somebody_silenced_from_the_phone_without_a_word() -> None:
    history = (opened(), said("oi", 0), c.BurstRead(MessageId("oi"), "greeting", 0, at(0)))
    silenced = (*history, said("eco", 1, echo=True), c.AutomationSilenced(1))
    held = given(CONVERSATION, *silenced)
    held.when(c.nudge, **nudge(60, said_at=at(1))).then_nothing()
    held.when(c.close_silent, said_at=at(1), nudged_at=None, at=at(61)).then(
        c.Closed(1, "silence", None, "silence", at(61))
    )


def test_silence_leaves_a_greeting_to_the_first_lines_own_two_hours() -> None:
    history = (opened(), said("oi", 0), c.BurstRead(MessageId("oi"), "greeting", 0, at(0)))
    given(CONVERSATION, *history).when(
        c.close_silent, said_at=at(0), nudged_at=None, at=at(70)
    ).then_nothing()


def test_silence_of_what_an_agent_opened_is_the_customers_from_the_start() -> None:
    theirs = c.Opened(1, CHANNEL, c.Opener.AGENT, at(0), c.Stage.IN_SERVICE, ANA)
    given(CONVERSATION, theirs).when(c.close_silent, said_at=at(0), nudged_at=None, at=at(60)).then(
        c.Closed(1, "silence", None, "silence", at(60), ANA)
    )


# When


def test_silence_is_broken_in_queue_hours_and_between_8h_and_21h_only() -> None:
    late = c.plan(local(20, 50), None, local(20, 50, day=13), ALWAYS, PLACE)
    assert late == c.Plan(local(8, day=13), local(8, 30, day=13))
    evening = c.plan(local(17, 45), None, local(17, 45, day=13), Office(), PLACE)
    assert evening == c.Plan(local(9, day=13), local(9, 30, day=13))
    assert c.plan(local(12), None, local(12, day=13), Never(), PLACE) is None


def test_silence_closes_at_a_decent_hour_too() -> None:
    assert c.plan(local(20), local(20, 45), local(20, day=13), ALWAYS, PLACE) == c.Plan(
        None, local(8, day=13)
    )


def test_silence_closes_without_the_nudge_when_it_no_longer_fits_the_window() -> None:
    assert c.plan(local(14), None, local(14, 29), ALWAYS, PLACE) == c.Plan(None, local(15))
    assert c.plan(local(14), None, local(14, 30), ALWAYS, PLACE) == c.Plan(local(14, 30), local(15))
    assert c.plan(local(14), None, None, ALWAYS, PLACE) == c.Plan(None, local(15))


def test_patience_is_half_an_hour() -> None:
    assert timedelta(minutes=30) == PATIENCE


def test_the_owner_of_most_of_the_time_is_known() -> None:
    state = given(CONVERSATION, *WAITS, claimed(ANA, 2), c.Closed(1, "a/b", "x", ANA, at(12))).state
    assert state.courtesy.handled == {ANA: 600.0}
