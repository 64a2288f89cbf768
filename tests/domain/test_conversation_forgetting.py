"""A fence in a conversation: nobody is known in it any more, and it goes on."""

from __future__ import annotations

from domain import conversation as c
from domain.conversation import CONVERSATION
from domain.privacy import SubjectId
from tests.domain.facts import CHANNEL, SERVED, at, said
from tests.spec import given

SOMEBODY = SubjectId("7d1d6a52-0e0b-4c56-9a0e-3c5cf0c1a2b3")
LAW = "LGPD art. 18, VI"
KNOWN = c.ContactKnown(name="Cliente Um", digest="d1")
FORGOTTEN = c.SubjectForgotten(SOMEBODY, LAW, "20260000000001", at(9))


def test_forgetting_tells_whom_and_by_which_right() -> None:
    given(CONVERSATION, *SERVED).when(
        c.forget, SOMEBODY, article=LAW, protocol="20260000000001", at=at(9)
    ).then(FORGOTTEN)


def test_where_nobody_spoke_nobody_is_forgotten() -> None:
    given(CONVERSATION).when(c.forget, SOMEBODY, article=LAW, protocol=None, at=at(9)).then_nothing()


def test_who_writes_after_it_is_told_anew() -> None:
    again = said("depois", 10)
    before = given(CONVERSATION, *SERVED, KNOWN)
    before.when(c.receive, again, channel_id=CHANNEL, contact=KNOWN).then(again)
    given(CONVERSATION, *SERVED, KNOWN, FORGOTTEN).when(
        c.receive, again, channel_id=CHANNEL, contact=KNOWN
    ).then(KNOWN, again)


def test_it_changes_nothing_of_who_has_it_and_what_is_owed() -> None:
    before, after = given(CONVERSATION, *SERVED).state, given(CONVERSATION, *SERVED, FORGOTTEN).state
    assert (after.stage, after.agent_id, after.due_at) == (before.stage, before.agent_id, before.due_at)
    assert after.unanswered == before.unanswered
    assert after.version == before.version + 1
