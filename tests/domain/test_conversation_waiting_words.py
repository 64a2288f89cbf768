"""Section 7, estimate, and section 6, out of hours: what is told to whoever waits."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain import conversation as c
from domain.conversation import CONVERSATION, MessageId
from domain.estimate import FEWEST, LAST, Estimate, estimate
from domain.template import Category, Shape, Status, Template, TemplatePaused, UnknownTemplate, WrongCategory
from tests.domain.facts import ANA, CHANNEL, WAITS, at, claimed, said, waiting
from tests.domain.test_hours import PLACE, local
from tests.spec import given

DAY = 24 * 60
W1 = MessageId("w1")
FIVE_TO_TEN = Estimate(5, 10, 50)


def told(decision: Any, *history: c.Event, minutes: float = 2, **fields: Any) -> list[c.Event]:
    fields = {"entered_at": at(1), "message_id": W1} | fields
    return given(CONVERSATION, *history).when(decision, at=at(minutes), **fields).events


def text_of(events: list[c.Event]) -> str:
    request = events[-1]
    assert isinstance(request, c.SendRequested)
    assert request.author is c.Author.AUTOMATION
    text: str = request.content["text"]
    return text


# The estimate: a range, out of the last 50


def test_the_estimate_is_the_range_from_p50_to_p90() -> None:
    assert estimate([60.0 * n for n in range(1, 11)]) == Estimate(5, 9, 10)
    assert estimate([30.0] * 50) == Estimate(1, 2, 50)


def test_no_time_is_told_below_10_samples() -> None:
    assert estimate([60.0] * 9) is None
    assert estimate([60.0] * 10) is not None


def test_only_the_last_50_count() -> None:
    assert estimate([60.0] * 50 + [6000.0] * 500) == Estimate(1, 2, 50)


@for_all(st.lists(st.floats(0, 1e6), max_size=80))
def test_an_estimate_is_a_range_that_half_of_them_reached(waits: list[float]) -> None:
    found = estimate(waits)
    assert (found is None) is (len(waits) < FEWEST)
    if found is not None:
        assert 1 <= found.from_minutes < found.to_minutes
        latest = waits[:LAST]
        assert 2 * sum(wait <= found.from_minutes * 60 for wait in latest) >= len(latest)
        assert 10 * sum(wait <= found.to_minutes * 60 for wait in latest) >= 9 * len(latest)


def test_the_estimate_is_one_message_on_entering_waiting_and_tells_no_position() -> None:
    first = told(c.tell_estimate, *WAITS, estimate=FIVE_TO_TEN, queue="Suporte técnico")
    assert first[0] == c.EstimateTold(at(1), 5, 10, 50, at(2))
    assert "entre *5 e 10 minutos*" in text_of(first)
    again = told(c.tell_estimate, *WAITS, *first, minutes=5, estimate=FIVE_TO_TEN, queue="Suporte técnico")
    assert again == []


def test_another_wait_has_an_estimate_of_its_own() -> None:
    first = told(c.tell_estimate, *WAITS, estimate=FIVE_TO_TEN, queue="Geral")
    back = (*WAITS, *first, claimed(ANA, 5), waiting(9, reason="returned"))
    fields = {"entered_at": at(9), "minutes": 10, "estimate": FIVE_TO_TEN, "queue": "Geral"}
    assert len(told(c.tell_estimate, *back, **fields)) == 2


def test_whoever_is_attended_or_out_of_the_window_is_told_nothing() -> None:
    fields = {"estimate": FIVE_TO_TEN, "queue": "Geral"}
    assert told(c.tell_estimate, *WAITS, claimed(ANA, 1.5), **fields) == []
    assert told(c.tell_estimate, *WAITS, minutes=DAY + 1, **fields) == []


def test_one_apology_when_p90_passes() -> None:
    waits = (*WAITS, *told(c.tell_estimate, *WAITS, estimate=FIVE_TO_TEN, queue="Geral"))
    assert told(c.apologise, *waits, minutes=11) == []  # in time: ten minutes after 12:01
    sorry = told(c.apologise, *waits, minutes=11.1)
    assert "Desculpe a demora" in text_of(sorry)
    assert told(c.apologise, *waits, *sorry, minutes=30) == []


def test_no_apology_without_an_estimate() -> None:
    assert told(c.apologise, *WAITS, minutes=300) == []


def test_the_position_is_never_worse_than_it_was() -> None:
    first = told(c.tell_position, *WAITS, position=4)
    assert "há *3* na fila" in text_of(first)
    worse = told(c.tell_position, *WAITS, *first, minutes=5, position=9)
    assert "há *3* na fila" in text_of(worse)
    better = told(c.tell_position, *WAITS, *worse, minutes=6, position=1)
    assert "próximo atendimento" in text_of(better)


# Out of hours


def hours(*history: c.Event, minutes: float = 2, **fields: Any) -> list[c.Event]:
    fields = {"opening": local(8, day=16), "phone": "0800 000 0000", "zone": PLACE, "message_id": W1} | fields
    return given(CONVERSATION, *history).when(c.tell_hours, at=at(minutes), **fields).events


NUMBERED = (*WAITS, c.ProtocolGiven(1, "20260000012345", at(0)))


def test_out_of_hours_the_next_opening_is_told_with_the_buttons_when_the_window_ends_before_it() -> None:
    events = hours(*NUMBERED)
    assert events[0] == c.HoursTold(local(8, day=16), at(2))
    assert text_of(events) == (
        "Nossa equipe volta *segunda, 16/03, às 8h*. Seu pedido está registrado no protocolo *20260000012345*"
        " e será respondido a partir desse horário. Se for urgente, ligue para 0800 000 0000. Podemos te"
        " chamar por aqui quando a equipe voltar?"
    )
    request = events[-1]
    assert isinstance(request, c.SendRequested)
    assert [b["title"] for b in request.content["buttons"]] == ["Pode me chamar aqui", "Não precisa"]


def test_out_of_hours_nothing_is_asked_when_the_window_reaches_the_opening() -> None:
    events = hours(*NUMBERED, opening=local(8, day=13))
    assert text_of(events).endswith("ligue para 0800 000 0000.")
    assert "buttons" not in events[-1].content  # type: ignore[union-attr]


def test_out_of_hours_is_told_once_per_closed_period() -> None:
    first = hours(*NUMBERED)
    assert hours(*NUMBERED, *first, said("m2", 30), minutes=31) == []
    assert len(hours(*NUMBERED, *first, minutes=40, opening=local(8, day=17))) == 2


@pytest.mark.parametrize(
    "history", [(*WAITS, claimed(ANA, 1.5)), (c.Opened(1, CHANNEL, c.Opener.CALL, at(0), c.Stage.WAITING),)]
)
def test_out_of_hours_is_told_only_to_whoever_waits_and_may_be_written_to(
    history: tuple[c.Event, ...],
) -> None:
    assert hours(*history) == []


def test_out_of_hours_the_tap_on_pode_me_chamar_aqui_is_recorded_as_opt_in() -> None:
    told_ = (*NUMBERED, *hours(*NUMBERED))
    tap = said("m3", 5, "Pode me chamar aqui", kind="button_reply", content={"reply_id": c.CALL_ME})
    after = given(CONVERSATION, *told_).when(c.receive, tap, channel_id=CHANNEL).after
    assert after.state.courtesy.agreed(c.Consent.UTILITY)
    assert after.state.stage is c.Stage.WAITING


# Called at opening

BACK = Template(Shape("Voltamos. Como podemos ajudar?"), Category.UTILITY, Status.APPROVED)
TAP = said("m3", 5, "Pode me chamar aqui", kind="button_reply", content={"reply_id": c.CALL_ME})


def asked_to_be_called(*before: c.Event) -> tuple[c.Event, ...]:
    told_ = (*NUMBERED, *before, *hours(*NUMBERED))
    return given(CONVERSATION, *told_).when(c.receive, TAP, channel_id=CHANNEL).after.history


def called(*history: c.Event, template: Template | None = BACK, **fields: Any) -> Any:
    wanted = {"opening": local(8, day=16), "message_id": MessageId("back"), "at": local(8, day=16)} | fields
    content = {"name": "voltamos", "language": "pt_BR"}
    return given(CONVERSATION, *history).when(c.call_back, template, content, **wanted)


def test_whoever_asked_for_it_is_called_once_when_the_queue_opens() -> None:
    done = called(*asked_to_be_called())
    [request] = done.events
    assert (request.kind, request.author, request.content["name"]) == (
        "template",
        c.Author.AUTOMATION,
        "voltamos",
    )
    assert called(*done.after.history, message_id=MessageId("again")).events == []


def test_whoever_did_not_ask_for_this_opening_is_not_called() -> None:
    earlier = c.ConsentGiven(c.Consent.UTILITY, "button", None, at(1))
    assert called(*NUMBERED, earlier, *hours(*NUMBERED)).events == []
    assert called(*asked_to_be_called(), opening=local(8, day=17)).events == []
    assert len(called(*asked_to_be_called(earlier)).events) == 1


def test_whoever_is_attended_or_took_it_back_is_not_called() -> None:
    asked = asked_to_be_called()
    assert called(*asked, claimed(ANA, 6)).events == []
    assert called(*asked, c.ConsentWithdrawn(c.Consent.UTILITY, "phone", ANA, at(6))).events == []


def test_at_opening_only_an_approved_utility_without_variables_leaves() -> None:
    paused = Template(BACK.shape, Category.UTILITY, Status.PAUSED)
    called(*asked_to_be_called(), template=paused).then_refused(TemplatePaused)
    offer = Template(BACK.shape, Category.MARKETING, Status.APPROVED)
    called(*asked_to_be_called(), template=offer).then_refused(WrongCategory, category="marketing")
    called(*asked_to_be_called(), template=None).then_refused(UnknownTemplate)
