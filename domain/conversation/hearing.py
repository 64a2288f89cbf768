"""What comes in: heard once, kept whatever it is, and moving the conversation only if it must."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import reduce
from typing import Final

from domain.agent import AgentId
from domain.channel import ChannelId
from domain.conversation.consenting import agreed_in
from domain.conversation.events import (
    Assigned,
    AutomationSilenced,
    CallHeard,
    CancellationRequested,
    ContactKnown,
    EnteredWaiting,
    Event,
    MediaLost,
    MediaStored,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    NumberChanged,
    Opened,
    Opener,
    Reacted,
    Reopened,
    Stage,
    Woke,
)
from domain.conversation.memory import evolve
from domain.conversation.offering import stirred
from domain.conversation.satisfaction import answered
from domain.conversation.serving import waiting
from domain.conversation.state import (
    DEVICE,
    GENERAL,
    KNOWN,
    LATE,
    REOPENING,
    SILENT_KINDS,
    Awaiting,
    Conversation,
)
from domain.conversation.weighing import call_key, is_inbound, waits_since
from domain.firstline import Heard, Subject, understand
from domain.queue import Priority, QueueId, due

BY_ITSELF: Final = frozenset({"automation", "silence"})
"""Who closes without a human: what reopens then starts with automation again."""

UNMISTAKABLE: Final = frozenset({Subject.TECHNICAL, Subject.BILLING, Subject.SALES, Subject.CANCEL})
"""Subjects that words of their own tell apart; a question may be about anything."""

UNANSWERED_CALL: Final = frozenset({"terminate", "missed", "rejected", "reject", "no_answer", "timeout"})
"""How a call ends; nobody had answered it when no `accept` was heard before."""


def may_reopen(state: Conversation, at: datetime, within: timedelta = REOPENING) -> bool:
    """Within 24 h of closing (or what its queue says), the end included, it is the same demand."""
    return state.closed_at is not None and state.episode > 0 and at <= state.closed_at + within


def receive(
    state: Conversation,
    message: MessageReceived,
    *,
    channel_id: ChannelId,
    contact: ContactKnown | None = None,
    queue_id: QueueId = GENERAL,
    to_agent: AgentId | None = None,
    new_demand: bool = False,
    reopening: timedelta = REOPENING,
) -> list[Event]:
    """A customer's message. `queue_id`: where it waits if nothing else says so; `to_agent`: the last agent,
    if free to go on with what is reopened; `new_demand`: somebody knows that it opens another subject, also
    where its words do not say so; `reopening`: for how long the closing queue takes it up again."""
    if message.message_id in state.heard:
        return []
    late = message.received_at - message.sent_at > LATE
    if late:
        message = replace(message, late=True)
    events = _received(
        state,
        message,
        contact,
        channel_id=channel_id,
        queue_id=queue_id,
        to_agent=to_agent,
        new_demand=new_demand,
        reopening=reopening,
    )
    if message.content.get("reply_id") == Subject.CANCEL_CONTRACT:
        return [*events, *_cancelled(state, events, message.received_at)]
    return [*events, *agreed_in(state, message)]


def _cancelled(state: Conversation, events: list[Event], at: datetime) -> list[Event]:
    """Whoever taps the button that cancels has said so, also where automation does not read it any more."""
    after = reduce(evolve, events, state)
    unread = after.is_open and (after.stage is not Stage.AUTOMATION or after.silenced)
    return [CancellationRequested(at)] if unread and not after.cancellation else []


def _another_subject(state: Conversation, message: MessageReceived) -> bool:
    """Whether a message says by itself that it is about something else than the demand that was closed."""
    if state.subject not in UNMISTAKABLE:
        return False
    tapped = message.content.get("reply_id")
    heard = Heard(message.kind, message.words, tapped if isinstance(tapped, str) else None)
    subject = understand([heard]).subject
    return subject in UNMISTAKABLE and subject != state.subject


def _received(
    state: Conversation,
    message: MessageReceived,
    contact: ContactKnown | None,
    *,
    channel_id: ChannelId,
    queue_id: QueueId,
    to_agent: AgentId | None,
    new_demand: bool,
    reopening: timedelta,
) -> list[Event]:
    at, late = message.received_at, message.late
    said: list[Event] = [*news(state, contact), message]
    if message.kind in SILENT_KINDS or state.blocked:
        return said
    if (rating := answered(state, message)) is not None:
        return [*said[:-1], *rating]
    if state.stage is Stage.CLOSED:
        if message.thanks:
            return said
        if may_reopen(state, at, reopening) and not new_demand and not _another_subject(state, message):
            return _reopened(state, said, at, queue_id=queue_id, to_agent=to_agent, late=late)
        return _opened(state, said, at, channel_id=channel_id, queue_id=queue_id, late=late)
    if message.thanks:
        pass
    elif state.stage is Stage.AUTOMATION and (late or state.silenced):
        reason = "silenced" if state.silenced else "late"
        said.append(waiting(state, state.queue_id or queue_id, state.priority, reason, state.subject, at))
    elif state.stage is not Stage.AUTOMATION and state.waiting_since is None:
        since = waits_since(message.sent_at, at, late=late)
        said[-1] = replace(message, due_at=due(since, state.priority))
    if state.awaiting is Awaiting.THIRD_PARTY:
        said.append(Woke(at))
    return [*said, *stirred(state, at)]


def _opened(
    state: Conversation,
    said: list[Event],
    at: datetime,
    *,
    channel_id: ChannelId,
    queue_id: QueueId,
    late: bool,
) -> list[Event]:
    stage = Stage.WAITING if late else Stage.AUTOMATION
    opened = Opened(state.episode + 1, channel_id, Opener.CUSTOMER, at, stage)
    return [opened, *said, *([_owed(queue_id, Priority.NORMAL, "late", None, at)] if late else [])]


def _reopened(
    state: Conversation,
    said: list[Event],
    at: datetime,
    *,
    queue_id: QueueId,
    to_agent: AgentId | None,
    late: bool,
) -> list[Event]:
    """To the last agent if free, else the closing queue, never the menu; automation takes back its own."""
    episode, period = state.episode, state.period + 1
    if state.closed_by in BY_ITSELF and not late and not state.silenced:
        return [Reopened(episode, period, Stage.AUTOMATION, at), *said]
    if to_agent is not None and to_agent == state.last_agent and state.closed_by not in BY_ITSELF:
        due_at = due(at, state.priority)
        return [
            Reopened(episode, period, Stage.IN_SERVICE, at, to_agent),
            *said,
            Assigned(to_agent, "reopened", at, due_at),
        ]
    reason = "reopened"
    if state.closed_by in BY_ITSELF:  # nobody goes on with it who had it
        reason = "silenced" if state.silenced else "late"
    return [
        Reopened(episode, period, Stage.WAITING, at),
        *said,
        _owed(state.queue_id or queue_id, state.priority, reason, state.subject, at),
    ]


def _owed(
    queue_id: QueueId, priority: Priority, reason: str, subject: str | None, at: datetime
) -> EnteredWaiting:
    """Into a queue at the start of a period: its first answer is owed from now."""
    return EnteredWaiting(queue_id, priority, reason, subject, at, due(at, priority), first=True)


def hear_echo(
    state: Conversation,
    message: MessageReceived,
    *,
    channel_id: ChannelId,
    contact: ContactKnown | None = None,
) -> list[Event]:
    """We wrote, on the phone or another console. Without an episode this opens one owned by the device;
    automation keeps still from here on."""
    if message.message_id in state.heard:
        return []
    said: list[Event] = [*_if_unknown(state, contact), message]
    if state.stage is Stage.CLOSED:
        at = message.received_at
        return [Opened(state.episode + 1, channel_id, Opener.DEVICE, at, Stage.IN_SERVICE, DEVICE), *said]
    if state.stage is Stage.AUTOMATION and not state.silenced:
        return [*said, AutomationSilenced(state.episode)]
    return said


def hear_call(
    state: Conversation,
    call: CallHeard,
    *,
    channel_id: ChannelId,
    contact: ContactKnown | None = None,
    queue_id: QueueId = GENERAL,
    reopening: timedelta = REOPENING,
) -> list[Event]:
    """A call, or a turn of one. One that nobody answered waits for a person to call back."""
    if call_key(call.call_id, call.call_event) in state.heard:
        return []
    said: list[Event] = [*_if_unknown(state, contact), call]
    missed = (
        is_inbound(call.direction)
        and call.call_event in UNANSWERED_CALL
        and call_key(call.call_id, "accept") not in state.heard
    )
    if state.is_open or not missed or state.blocked:
        return said
    at = call.heard_at
    if may_reopen(state, at, reopening):
        queue_id, priority = state.queue_id or queue_id, state.priority
        opened: Event = Reopened(state.episode, state.period + 1, Stage.WAITING, at)
        return [opened, *said, _owed(queue_id, priority, "call", state.subject, at)]
    opened = Opened(state.episode + 1, channel_id, Opener.CALL, at, Stage.WAITING)
    return [opened, *said, _owed(queue_id, Priority.NORMAL, "call", None, at)]


def hear_edit(state: Conversation, edited: MessageEdited) -> list[Event]:
    return [] if edited.heard_as in state.heard else [edited]


def hear_deletion(state: Conversation, deleted: MessageDeleted) -> list[Event]:
    return [] if deleted.heard_as in state.heard else [deleted]


def hear_reaction(state: Conversation, reacted: Reacted) -> list[Event]:
    """A reaction opens nothing, reopens nothing and starts no clock."""
    return [] if reacted.heard_as in state.heard else [reacted]


def hear_number_change(state: Conversation, changed: NumberChanged) -> list[Event]:
    return [] if changed.heard_as in state.heard else [changed]


def learn_contact(state: Conversation, contact: ContactKnown) -> list[Event]:
    """What the provider says of a customer without a message; of people we never met nothing is kept."""
    return news(state, contact) if state.version else []


def keep_media(state: Conversation, stored: MediaStored) -> list[Event]:
    return [stored]


def lose_media(state: Conversation, lost: MediaLost) -> list[Event]:
    return [lost]


def news(state: Conversation, contact: ContactKnown | None) -> list[Event]:
    """Who writes, if anything about it is new."""
    if contact is None or state.contact == (contact.digest or KNOWN):
        return []
    if contact.digest is None and state.contact is not None:
        return []
    return [contact]


def _if_unknown(state: Conversation, contact: ContactKnown | None) -> list[Event]:
    """Who it is about, if nothing is known yet: echoes and calls tell less than messages do."""
    return [] if contact is None or state.contact is not None else [contact]
