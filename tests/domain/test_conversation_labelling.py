"""Tags on a demand, and contacts that are not attended any more."""

from __future__ import annotations

import pytest

from domain import conversation as c
from domain.conversation import CONVERSATION
from domain.conversation.labelling import MOST_TAGS
from tests.domain.facts import ANA, BIA, CHANNEL, at, claimed, opened, said, waiting
from tests.spec import given

WAITS = (opened(), said("m1", 0), waiting(1))
SERVED = (*WAITS, claimed(ANA, 2))
TAGGED = c.Tagged("massiva", ANA, at(3))
SPAM = c.ContactBlocked("Propaganda em massa.", True, ANA, at(3))
CLOSED = c.Closed(1, "technical/solved", "Sinal normal.", ANA, at(2.5))


def tags(*add: str, remove: tuple[str, ...] = ()) -> dict[str, object]:
    return {"add": add, "remove": remove, "by": ANA, "at": at(5)}


def blocking(reason: str = "Propaganda em massa.", **more: object) -> dict[str, object]:
    return {"reason": reason, "spam": True, "at": at(3), "seen_version": None} | more


def test_a_tag_is_put_on_once() -> None:
    given(CONVERSATION, *SERVED).when(c.tag, **tags("massiva")).then(c.Tagged("massiva", ANA, at(5)))
    given(CONVERSATION, *SERVED, TAGGED).when(c.tag, **tags("massiva")).then_nothing()


def test_tags_are_put_on_and_taken_off_together() -> None:
    given(CONVERSATION, *SERVED, TAGGED).when(c.tag, **tags("vip", remove=("massiva", "nunca"))).then(
        c.Untagged("massiva", ANA, at(5)), c.Tagged("vip", ANA, at(5))
    )


def test_what_is_put_on_and_taken_off_at_once_stays() -> None:
    given(CONVERSATION, *SERVED, TAGGED).when(c.tag, **tags("massiva", remove=("massiva",))).then_nothing()


def test_a_closed_demand_can_still_be_tagged_and_the_next_one_starts_without() -> None:
    given(CONVERSATION, *SERVED, CLOSED).when(c.tag, **tags("vip")).then(c.Tagged("vip", ANA, at(5)))
    given(CONVERSATION, *SERVED, TAGGED, CLOSED, opened(3000, 2)).when(c.tag, **tags("massiva")).then(
        c.Tagged("massiva", ANA, at(5))
    )


def test_a_customer_without_a_demand_has_no_tags() -> None:
    given(CONVERSATION).when(c.tag, **tags("vip")).then_refused(c.UnknownEpisode)


@pytest.mark.parametrize("tag", ["", "João", "duas palavras", "A", "-x", "x" * 41, "a\n"])
def test_a_tag_is_a_code_and_no_words(tag: str) -> None:
    given(CONVERSATION, *SERVED).when(c.tag, **tags(tag)).then_refused(c.BadTag)


def test_tags_have_an_end() -> None:
    full = [c.Tagged(f"t{n}", ANA, at(3)) for n in range(MOST_TAGS)]
    given(CONVERSATION, *SERVED, *full).when(c.tag, **tags("mais")).then_refused(
        c.TooManyTags, most=MOST_TAGS
    )
    given(CONVERSATION, *SERVED, *full).when(c.tag, **tags("mais", remove=("t0",))).then(
        c.Untagged("t0", ANA, at(5)), c.Tagged("mais", ANA, at(5))
    )


def test_blocking_closes_what_is_open() -> None:
    given(CONVERSATION, *SERVED).when(c.block, ANA, **blocking()).then(
        SPAM, c.Closed(1, "other/spam", "Propaganda em massa.", ANA, at(3))
    )
    given(CONVERSATION, *SERVED).when(c.block, ANA, **blocking(spam=False)).then(
        c.ContactBlocked("Propaganda em massa.", False, ANA, at(3)),
        c.Closed(1, "other/blocked", "Propaganda em massa.", ANA, at(3)),
    )
    given(CONVERSATION, *SERVED, CLOSED).when(c.block, ANA, **blocking()).then(SPAM)


def test_blocking_twice_changes_nothing() -> None:
    given(CONVERSATION, *SERVED, CLOSED, SPAM).when(c.block, BIA, **blocking("De novo.")).then_nothing()


def test_what_others_attend_is_blocked_only_by_whoever_may_move_it() -> None:
    given(CONVERSATION, *SERVED).when(c.block, BIA, **blocking()).then_refused(c.NotOwner, owner=ANA)
    given(CONVERSATION, *SERVED).when(c.block, BIA, **blocking(for_another=True)).then(
        c.ContactBlocked("Propaganda em massa.", True, BIA, at(3)),
        c.Closed(1, "other/spam", "Propaganda em massa.", BIA, at(3)),
    )


def test_blocking_over_what_changed_meanwhile_is_refused() -> None:
    given(CONVERSATION, *SERVED).when(c.block, ANA, **blocking(seen_version=3)).then_refused(
        c.Changed, by=ANA
    )


def test_blocking_says_why() -> None:
    given(CONVERSATION, *SERVED).when(c.block, ANA, **blocking("  ")).then_refused(c.NeedsReason)


def test_nobody_is_blocked_who_never_wrote() -> None:
    given(CONVERSATION).when(c.block, ANA, **blocking()).then_refused(c.UnknownEpisode)


def test_what_a_blocked_contact_writes_is_kept_and_opens_nothing() -> None:
    message = said("m2", 10)
    given(CONVERSATION, *SERVED, CLOSED, SPAM).when(c.receive, message, channel_id=CHANNEL).then(message)
    much_later = said("m3", 5000)
    given(CONVERSATION, *SERVED, CLOSED, SPAM).when(c.receive, much_later, channel_id=CHANNEL).then(
        much_later
    )


def test_a_call_of_a_blocked_contact_waits_for_nobody() -> None:
    call = c.CallHeard(c.MessageId("k1"), "missed", "USER_INITIATED", at(10))
    given(CONVERSATION, *SERVED, CLOSED, SPAM).when(c.hear_call, call, channel_id=CHANNEL).then(call)


def test_a_blocked_contact_is_unblocked_before_anybody_attends_them() -> None:
    blocked = given(CONVERSATION, *SERVED, CLOSED, SPAM)
    blocked.when(c.reopen, ANA, at=at(10), seen_version=None).then_refused(c.Blocked)
    blocked.when(c.open_episode, ANA, channel_id=CHANNEL, at=at(10)).then_refused(c.Blocked)
    blocked.when(c.unblock, BIA, at=at(10)).then(c.ContactUnblocked(BIA, at(10)))
    given(CONVERSATION, *SERVED).when(c.unblock, BIA, at=at(10)).then_nothing()


def test_an_unblocked_contact_is_attended_from_the_next_message_on() -> None:
    message = said("m2", 10)
    unblocked = c.ContactUnblocked(ANA, at(5))
    wrote = given(CONVERSATION, *SERVED, CLOSED, SPAM, unblocked).when(c.receive, message, channel_id=CHANNEL)
    assert [type(event) for event in wrote.events] == [c.Reopened, c.MessageReceived, c.EnteredWaiting]
