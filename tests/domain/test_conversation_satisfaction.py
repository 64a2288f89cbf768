"""Section 7, satisfaction, to the letter."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain import conversation as c
from domain.conversation import CONVERSATION, MessageId
from domain.scores import score_of
from tests.domain.facts import (
    ANA,
    ANSWERED,
    BIA,
    CHANNEL,
    CLOSED,
    SERVED,
    TECHNICAL,
    at,
    claimed,
    closed,
    opened,
    said,
    started,
    taken,
    wrote,
)
from tests.spec import Given, given

Q1 = MessageId("q1")
DAY = 24 * 60


def ask(minutes: float = 11, **fields: Any) -> dict[str, Any]:
    return {
        "episode": 1,
        "closed_at": at(10),
        "outcome": "Voltou a funcionar.",
        "message_id": Q1,
        "at": at(minutes),
    } | fields


def asked(*history: c.Event, **fields: Any) -> list[c.Event]:
    return given(CONVERSATION, *history).when(c.ask_satisfaction, **ask(**fields)).events


QUESTION = (*CLOSED, *asked(*CLOSED))
"""Closed at 12:10, asked at 12:11; Ana had it all the time."""
RATED = (
    *QUESTION,
    *given(CONVERSATION, *QUESTION).when(c.receive, said("r1", 20, "4"), channel_id=CHANNEL).events,
)


def answer(
    minutes: float, text: str | None, *history: c.Event, name: str = "r9", **fields: Any
) -> list[c.Event]:
    held: Given[Any, Any] = given(CONVERSATION, *(history or QUESTION))
    return held.when(c.receive, said(name, minutes, text, **fields), channel_id=CHANNEL).events


# When it is asked


def test_satisfaction_is_asked_on_closing_in_one_message_with_the_outcome() -> None:
    question, request = asked(*CLOSED, c.ProtocolGiven(1, "20260000012345", at(0)))
    assert question == c.SatisfactionAsked(1, Q1, ANA, TECHNICAL, at(11))
    assert isinstance(request, c.SendRequested)
    assert request.kind == "list"
    assert request.content["text"] == (
        "Encerramos o atendimento *20260000012345*: Voltou a funcionar. Se o problema voltar nas próximas 24"
        " horas, é só escrever aqui. De 1 a 5, que nota você dá para este atendimento? (1 = muito ruim, 5 ="
        " muito bom)"
    )
    assert [row["title"][0] for row in request.content["rows"]] == ["5", "4", "3", "2", "1"]


def test_satisfaction_waits_until_closing_cannot_be_taken_back() -> None:
    assert asked(*CLOSED, at=at(10 + 9 / 60)) == []
    assert len(asked(*CLOSED, at=at(10 + 10 / 60))) == 2


def test_satisfaction_is_asked_only_when_a_human_answered() -> None:
    assert asked(*SERVED, closed(10)) == []
    failed = c.ReceiptHeard(MessageId("a1"), c.Receipt.FAILED, at(5), (131026,))
    assert asked(*ANSWERED, failed, closed(10)) == []
    machine = (opened(), said("oi", 0), wrote("g1", 1, None), started("g1", 1), taken("g1", 1))
    assert asked(*machine, closed(10, "automation", "quiet")) == []


@pytest.mark.parametrize("reason", ["other/spam", "spam/advert", "other/mistake"])
def test_satisfaction_is_not_asked_after_spam_or_a_mistake(reason: str) -> None:
    assert asked(*ANSWERED, closed(10, reason=reason)) == []


def test_satisfaction_is_not_asked_when_the_window_has_closed() -> None:
    assert asked(*CLOSED, at=at(DAY)) != []
    assert asked(*CLOSED, at=at(DAY + 1)) == []


def test_satisfaction_is_asked_once_in_seven_days() -> None:
    again = (*QUESTION, opened(60, 2), said("m2", 60), claimed(ANA, 61), wrote("a2", 62), started("a2", 62))
    ended = (*again, taken("a2", 63), c.Closed(2, "technical/solved", "ok", ANA, at(70)))
    assert asked(*ended, episode=2, closed_at=at(70), at=at(71)) == []
    week = 11 + 7 * DAY
    later = (*QUESTION, opened(week - 9, 2), said("m2", week - 9), claimed(ANA, week - 8))
    later = (*later, wrote("a2", week - 7), started("a2", week - 7), taken("a2", week - 6))
    later = (*later, c.Closed(2, "technical/solved", "ok", ANA, at(week - 1)))
    assert asked(*later, episode=2, closed_at=at(week - 1), at=at(week - 0.5)) == []
    assert len(asked(*later, episode=2, closed_at=at(week - 1), at=at(week))) == 2


def test_satisfaction_is_not_asked_about_what_was_taken_up_again() -> None:
    reopened = c.Reopened(1, 2, c.Stage.IN_SERVICE, at(10.5), ANA)
    assert asked(*CLOSED, reopened) == []


# Whose it is


def test_satisfaction_is_credited_to_whoever_owned_most_of_the_handling_time() -> None:
    history = (*ANSWERED, c.Assigned(BIA, "transferred", at(20)), closed(24, BIA))
    question = asked(*history, closed_at=at(24), at=at(25))[0]
    assert isinstance(question, c.SatisfactionAsked)
    assert question.agent_id == ANA  # from 12:02 to 12:20, Bia four minutes
    mostly = (*ANSWERED, c.Assigned(BIA, "transferred", at(20)), closed(60, BIA))
    question = asked(*mostly, closed_at=at(60), at=at(61))[0]
    assert isinstance(question, c.SatisfactionAsked)
    assert question.agent_id == BIA


# The answer


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("5", 5),
        ("cinco", 5),
        ("nota 5", 5),
        ("⭐⭐⭐⭐⭐", 5),
        ("Nota: 4", 4),
        ("nota é 3", 3),
        ("dou 2", 2),
        ("TRÊS", 3),
        ("1️⃣", 1),
        ("4 estrelas", 4),
        ("⭐️⭐️", 2),
        (" 5! ", 5),
    ],
)
def test_satisfaction_understands_a_score_in_words(text: str, score: int) -> None:
    assert score_of("text", text) == score


@pytest.mark.parametrize(
    "text",
    [
        "10",
        "0",
        "6",
        "nota 10",
        "5 minutos",
        "sem internet",
        "⭐⭐⭐⭐⭐⭐",
        "5 e 4",
        "",
        "55",
        "uma pessoa",
        "⭐ x",
    ],
)
def test_satisfaction_does_not_guess(text: str) -> None:
    assert score_of("text", text) is None


@for_all(st.text(max_size=60))
def test_satisfaction_reads_any_text_as_a_score_or_as_none(text: str) -> None:
    assert score_of("text", text) in (None, 1, 2, 3, 4, 5)


def test_satisfaction_answered_by_the_list_reopens_nothing_and_starts_no_clock() -> None:
    heard, rated = answer(20, "5 · Muito bom", kind="list_reply", content={"reply_id": "score_5"})
    assert isinstance(heard, c.MessageReceived)
    assert heard.due_at is None
    assert rated == c.Rated(1, 5, ANA, TECHNICAL, MessageId("r9"), at(20))
    after = given(CONVERSATION, *QUESTION, heard, rated).state
    assert (after.stage, after.waiting_since) == (c.Stage.CLOSED, None)


def test_satisfaction_is_answered_within_24_hours_the_end_included() -> None:
    assert isinstance(answer(11 + DAY, "5")[-1], c.Rated)
    assert not any(isinstance(event, c.Rated) for event in answer(12 + DAY, "5"))


@pytest.mark.parametrize(("score", "alerts"), [("1", True), ("2", True), ("3", False), ("5", False)])
def test_a_1_or_a_2_alerts_the_supervisor(score: str, alerts: bool) -> None:
    events = answer(20, score)
    assert any(isinstance(event, c.RatingAlerted) for event in events) is alerts


def test_satisfaction_takes_one_comment_for_ten_minutes() -> None:
    heard, comment = answer(30, "Demorou, mas resolveram", *RATED)
    assert isinstance(heard, c.MessageReceived)
    assert comment == c.RatingCommented(1, MessageId("r9"), "Demorou, mas resolveram", at(30))
    second = answer(25, "E mais uma coisa", *RATED, heard, comment, name="r10")
    assert isinstance(second[0], c.Reopened)
    assert isinstance(answer(30.1, "Caiu de novo", *RATED)[0], c.Reopened)


def test_thanks_are_no_comment() -> None:
    assert answer(21, "obrigada", *RATED, thanks=True) == [said("r9", 21, "obrigada", thanks=True)]


def test_anything_else_than_a_score_reopens_as_always() -> None:
    assert isinstance(answer(20, "caiu de novo")[0], c.Reopened)


def test_a_new_episode_cancels_the_question() -> None:
    theirs = c.Opened(2, CHANNEL, c.Opener.AGENT, at(30), c.Stage.IN_SERVICE, ANA)
    events = answer(40, "5", *QUESTION, theirs, c.Closed(2, "other/new_demand", None, ANA, at(35)))
    assert not any(isinstance(event, c.Rated) for event in events)


def test_a_score_while_the_demand_is_open_again_is_a_message_like_any_other() -> None:
    events = answer(40, "5", *QUESTION, c.Reopened(1, 2, c.Stage.IN_SERVICE, at(30), ANA))
    assert not any(isinstance(event, c.Rated) for event in events)
