"""What was just given to somebody is passed over for as long as lists may not know."""

from __future__ import annotations

from api.taken import LATE, Taken
from domain.conversation import ConversationId

ONE, OTHER = ConversationId("c1"), ConversationId("c2")


def test_it_is_passed_over_for_a_moment_and_no_longer() -> None:
    now = [0.0]
    taken = Taken(lambda: now[0])
    taken.add(ONE)
    assert ONE in taken
    assert OTHER not in taken
    now[0] = LATE
    assert ONE not in taken


def test_what_was_not_given_after_all_is_there_for_the_next() -> None:
    taken = Taken(lambda: 0.0)
    taken.add(ONE)
    taken.add(OTHER)
    taken.discard(ONE)
    assert ONE not in taken
    assert OTHER in taken
