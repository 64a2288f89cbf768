"""What was just given to somebody is passed over for as long as lists may not know."""

from __future__ import annotations

from uuid import uuid4

from api.taken import LATE, Taken
from domain.conversation import ConversationId

ONE, OTHER = ConversationId("c1"), ConversationId("c2")
FIRST, SECOND = uuid4(), uuid4()


def test_it_is_passed_over_for_a_moment_and_no_longer() -> None:
    now = [0.0]
    taken = Taken(lambda: now[0])
    taken.give(ONE, FIRST)
    assert taken.by_another(ONE, SECOND)
    assert not taken.by_another(OTHER, SECOND)
    now[0] = LATE
    assert not taken.by_another(ONE, SECOND)


def test_the_same_wish_asked_again_is_not_passed_over() -> None:
    taken = Taken(lambda: 0.0)
    taken.give(ONE, FIRST)
    assert not taken.by_another(ONE, FIRST)


def test_what_was_not_given_after_all_is_there_for_the_next() -> None:
    taken = Taken(lambda: 0.0)
    taken.give(ONE, FIRST)
    taken.give(OTHER, FIRST)
    taken.keep(ONE)
    assert not taken.by_another(ONE, SECOND)
    assert taken.by_another(OTHER, SECOND)
