"""Section 7, scheduled sends: window, consent and template are looked at again when due; cancellable."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain import conversation as c
from domain.conversation import CONVERSATION, MessageId
from domain.template import Category, NeedsOptIn, Shape, Status, Template
from tests.domain.facts import ANA, ANSWERED, BIA, CHANNEL, at, claimed, closed, said, wrote
from tests.spec import given

DAY = 24 * 60
VISIT = {"text": "A visita é hoje à tarde."}
LATER = c.SendScheduled("s1", ANA, "text", VISIT, at(120), at(5))
HELD = (*ANSWERED, LATER)
TEMPLATE = Template(Shape("A visita é hoje."), Category.UTILITY, Status.APPROVED)
NAMED = {"name": "visita", "language": "pt_BR"}
BY_TEMPLATE = (*ANSWERED, c.SendScheduled("s1", ANA, "template", NAMED, at(3 * DAY), at(5)))


def schedule(**fields: Any) -> dict[str, Any]:
    return {
        "schedule_id": "s1",
        "kind": "text",
        "content": VISIT,
        "send_at": at(120),
        "at": at(5),
    } | fields


def due(*history: c.Event, minutes: float = 120, **fields: Any) -> list[c.Event]:
    fields = {"content": VISIT, "template": None} | fields
    return given(CONVERSATION, *history).when(c.send_scheduled, "s1", at=at(minutes), **fields).events


def dropped(*history: c.Event, **fields: Any) -> str:
    [event] = due(*history, **fields)
    assert isinstance(event, c.ScheduleDropped), event
    return event.rule


def test_the_owner_writes_for_later_once() -> None:
    first = given(CONVERSATION, *ANSWERED).when(c.schedule_send, ANA, **schedule()).then(LATER)
    first.when(c.schedule_send, ANA, **schedule()).then_nothing()
    given(CONVERSATION, *ANSWERED).when(c.schedule_send, BIA, **schedule()).then_refused(
        c.NotOwner, owner=ANA
    )
    given(CONVERSATION, *ANSWERED, closed(10)).when(c.schedule_send, ANA, **schedule()).then_refused(
        c.NotOpen
    )


@pytest.mark.parametrize("send_at", [at(5), at(4), at(5) + timedelta(days=30, seconds=1)])
def test_later_is_in_the_future_and_within_30_days(send_at: Any) -> None:
    given(CONVERSATION, *ANSWERED).when(c.schedule_send, ANA, **schedule(send_at=send_at)).then_refused(
        c.BadSendTime
    )


def test_when_due_it_is_requested_as_the_agents_message_and_only_then() -> None:
    assert due(*HELD, minutes=119.9) == []
    sent = due(*HELD)
    assert sent == [
        wrote("s1", 120, content=VISIT, purpose="scheduled"),
        c.ScheduleSent("s1", MessageId("s1"), at(120)),
    ]
    assert due(*HELD, *sent) == []


def test_when_due_the_window_is_looked_at_again() -> None:
    late = (*ANSWERED, c.SendScheduled("s1", ANA, "text", VISIT, at(2 * DAY), at(5)))
    assert dropped(*late, minutes=2 * DAY) == "WindowClosed"


def test_when_due_the_template_is_looked_at_again() -> None:
    assert len(due(*BY_TEMPLATE, minutes=3 * DAY, content=NAMED, template=TEMPLATE)) == 2
    paused = Template(TEMPLATE.shape, Category.UTILITY, Status.PAUSED)
    assert dropped(*BY_TEMPLATE, minutes=3 * DAY, content=NAMED, template=paused) == "TemplatePaused"
    assert dropped(*BY_TEMPLATE, minutes=3 * DAY, content=NAMED, template=None) == "UnknownTemplate"


def test_when_due_the_consent_is_looked_at_again() -> None:
    theirs = c.Opened(1, CHANNEL, c.Opener.AGENT, at(0), c.Stage.IN_SERVICE, ANA)
    agreed = c.ConsentGiven(c.Consent.UTILITY, "phone", ANA, at(1))
    held = (theirs, agreed, c.SendScheduled("s1", ANA, "template", NAMED, at(120), at(5)))
    assert len(due(*held, content=NAMED, template=TEMPLATE)) == 2
    withdrawn = (*held, c.ConsentWithdrawn(c.Consent.UTILITY, "phone", ANA, at(60)))
    assert dropped(*withdrawn, content=NAMED, template=TEMPLATE) == "NeedsOptIn"


def test_a_template_that_may_not_leave_today_is_refused_today() -> None:
    theirs = c.Opened(1, CHANNEL, c.Opener.AGENT, at(0), c.Stage.IN_SERVICE, ANA)
    later = schedule(kind="template", content=NAMED, template=TEMPLATE)
    given(CONVERSATION, theirs).when(c.schedule_send, ANA, **later).then_refused(NeedsOptIn)


def test_when_due_it_never_goes_past_a_customer_who_waits_for_an_answer() -> None:
    assert dropped(*HELD, said("m2", 60)) == "CustomerWrote"
    assert len(due(*HELD, said("m2", 60, "obrigada", thanks=True))) == 2


def test_when_due_whoever_wrote_it_must_still_attend() -> None:
    assert dropped(*HELD, closed(60)) == "NotOpen"
    assert dropped(*HELD, c.Assigned(BIA, "transferred", at(60))) == "NotOwner"


def test_it_can_be_taken_back_until_it_leaves() -> None:
    gone = given(CONVERSATION, *HELD).when(c.cancel_schedule, "s1", ANA, at=at(60))
    after = gone.then(c.ScheduleCancelled("s1", ANA, at(60)))
    assert due(*after.history) == []
    after.when(c.cancel_schedule, "s1", ANA, at=at(61)).then_refused(c.UnknownSchedule)
    given(CONVERSATION, *HELD).when(c.cancel_schedule, "s1", BIA, at=at(60)).then_refused(
        c.NotOwner, owner=ANA
    )
    given(CONVERSATION, *HELD).when(c.cancel_schedule, "s1", BIA, for_another=True, at=at(60)).then(
        c.ScheduleCancelled("s1", BIA, at(60))
    )
    handed_on = (*HELD, claimed(BIA, 50))
    given(CONVERSATION, *handed_on).when(c.cancel_schedule, "s1", BIA, at=at(60)).then(
        c.ScheduleCancelled("s1", BIA, at(60))
    )
