"""What waits on a third party wakes when its time has come, and not before."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from commands.conversation import WakeConversation, wake_conversation
from commands.ports import Snooze
from commands.processes.waker import look
from domain import conversation
from domain.agent import AgentId
from domain.channel import ChannelId
from domain.conversation import CONVERSATION, ConversationId, Opener, Stage

NOON = datetime(2026, 3, 12, 12, tzinfo=UTC)
SNOOZE = Snooze(ConversationId("c1"), NOON)


@dataclass
class Bedside:
    sleeping: list[Snooze]

    @property
    def snoozes(self) -> Bedside:
        return self

    async def due(self, at: datetime) -> list[Snooze]:
        return [snooze for snooze in self.sleeping if snooze.wake_at <= at]


def wishes(at: datetime, *sleeping: Snooze) -> list[WakeConversation]:
    found = asyncio.run(look(at, Bedside(list(sleeping))))
    return [wish for wish in found if isinstance(wish, WakeConversation)]


def test_looking_twice_wants_the_same_thing_once() -> None:
    (first,), (again,) = wishes(NOON, SNOOZE), wishes(NOON + timedelta(seconds=5), SNOOZE)
    assert first == again
    (later,) = wishes(NOON + timedelta(days=1), Snooze(SNOOZE.conversation_id, NOON + timedelta(hours=1)))
    assert later.id != first.id


def test_a_conversation_wakes_at_its_time_and_one_that_was_snoozed_anew_sleeps_on() -> None:
    opened = (
        conversation.Opened(1, ChannelId("principal"), Opener.CUSTOMER, NOON, Stage.AUTOMATION),
        conversation.Assigned(AgentId("ana"), "claimed", NOON),
    )
    asleep = CONVERSATION.fold((*opened, conversation.Snoozed(None, NOON, NOON - timedelta(hours=1))))
    (wish,) = wishes(NOON, SNOOZE)
    assert wake_conversation(wish, asleep, NOON) == [conversation.Woke(NOON)]
    assert wake_conversation(wish, asleep, NOON - timedelta(seconds=1)) == []
    anew = CONVERSATION.fold([conversation.Snoozed(None, NOON + timedelta(hours=2), NOON)], asleep)
    assert wake_conversation(wish, anew, NOON) == []
