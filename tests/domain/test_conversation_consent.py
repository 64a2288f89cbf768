"""Section 6, opt-in: recorded, withdrawn, and asked for before an agent starts with a template."""

from __future__ import annotations

from typing import Any

from domain import conversation as c
from domain.conversation import CONVERSATION, Author, Consent, MessageId
from domain.template import Category, NeedsOptIn, Quality, Shape, Status, Template, UnknownTemplate
from tests.domain.facts import ANA, ANSWERED, CHANNEL, CLOSED, SERVED, WAITS, at, said, wrote
from tests.spec import given

RETURNING = Template(Shape("Podemos continuar?"), Category.UTILITY, Status.APPROVED, Quality.GREEN)
AGENTS_OWN = c.Opened(1, CHANNEL, c.Opener.AGENT, at(0), c.Stage.IN_SERVICE, ANA)
GIVEN = c.ConsentGiven(Consent.UTILITY, "phone", ANA, at(1))
DAY = 24 * 60


def template(minutes: float, **fields: Any) -> dict[str, Any]:
    return {
        "message_id": MessageId("t1"),
        "author": Author.AGENT,
        "agent_id": ANA,
        "kind": "template",
        "content": {"name": "retomar"},
        "purpose": "reply",
        "at": at(minutes),
        "template": RETURNING,
    } | fields


SENT = {"kind": "template", "content": {"name": "retomar"}}


def test_agent_initiated_templates_need_recorded_opt_in() -> None:
    given(CONVERSATION, AGENTS_OWN).when(c.request_send, **template(2)).then_refused(NeedsOptIn)
    given(CONVERSATION, AGENTS_OWN, GIVEN).when(c.request_send, **template(2)).then(wrote("t1", 2, **SENT))


def test_an_open_request_by_that_customer_is_enough() -> None:
    given(CONVERSATION, *SERVED).when(c.request_send, **template(DAY * 2)).then(wrote("t1", DAY * 2, **SENT))


def test_the_request_of_an_earlier_episode_is_not_an_open_one() -> None:
    later = c.Opened(2, CHANNEL, c.Opener.AGENT, at(DAY * 3), c.Stage.IN_SERVICE, ANA)
    given(CONVERSATION, *CLOSED, later).when(c.request_send, **template(DAY * 3 + 1)).then_refused(NeedsOptIn)
    answered = (*CLOSED, later, said("m9", DAY * 3 + 1))
    given(CONVERSATION, *answered).when(c.request_send, **template(DAY * 3 + 2)).then(
        wrote("t1", DAY * 3 + 2, **SENT)
    )


def test_consent_outlives_the_episode_until_it_is_withdrawn() -> None:
    later = c.Opened(2, CHANNEL, c.Opener.AGENT, at(DAY * 3), c.Stage.IN_SERVICE, ANA)
    kept = given(CONVERSATION, *ANSWERED, GIVEN, later)
    kept.when(c.request_send, **template(DAY * 3 + 1)).then(wrote("t1", DAY * 3 + 1, **SENT))
    gone = kept.when(c.withdraw_consent, Consent.UTILITY, source="phone", by=ANA, at=at(DAY * 3 + 1)).after
    gone.when(c.request_send, **template(DAY * 3 + 2)).then_refused(NeedsOptIn)


def test_a_template_that_is_not_in_the_registry_does_not_leave() -> None:
    given(CONVERSATION, *SERVED).when(c.request_send, **template(3, template=None)).then_refused(
        UnknownTemplate
    )


def test_the_button_that_asks_to_be_called_is_recorded_as_opt_in() -> None:
    tap = said("m2", 5, "Pode me chamar aqui", kind="button_reply", content={"reply_id": c.CALL_ME})
    after = given(CONVERSATION, *WAITS).when(c.receive, tap, channel_id=CHANNEL).after
    assert after.history[-1] == c.ConsentGiven(Consent.UTILITY, "button", None, at(5), MessageId("m2"))
    again = said("m3", 6, "Pode me chamar aqui", kind="button_reply", content={"reply_id": c.CALL_ME})
    assert after.when(c.receive, again, channel_id=CHANNEL).events == [again]


def test_what_staff_is_told_is_recorded_once_with_who_and_where() -> None:
    first = given(CONVERSATION, *WAITS).when(
        c.give_consent, Consent.MARKETING, source="contract", by=ANA, at=at(2)
    )
    after = first.then(c.ConsentGiven(Consent.MARKETING, "contract", ANA, at(2)))
    after.when(c.give_consent, Consent.MARKETING, source="phone", by=ANA, at=at(3)).then_nothing()
    assert not after.state.courtesy.agreed(Consent.UTILITY)


def test_a_no_is_kept_even_where_there_was_no_yes() -> None:
    no = given(CONVERSATION, *WAITS).when(
        c.withdraw_consent, Consent.MARKETING, source="preference", by=None, at=at(2)
    )
    after = no.then(c.ConsentWithdrawn(Consent.MARKETING, "preference", None, at(2)))
    after.when(c.withdraw_consent, Consent.MARKETING, source="phone", by=ANA, at=at(3)).then_nothing()


def test_of_people_we_never_met_nothing_is_recorded() -> None:
    given(CONVERSATION).when(c.give_consent, Consent.UTILITY, source="phone", by=ANA, at=at(0)).then_refused(
        c.UnknownEpisode
    )
