"""What became of our messages: what couriers report, what statuses say, and what both mean for the clock."""

from __future__ import annotations

from datetime import datetime

from domain.conversation.events import (
    AnswerArrived,
    AnswerVoided,
    Event,
    MessageId,
    Receipt,
    ReceiptHeard,
    ReceiptParked,
    SendAccepted,
    SendFailed,
    SendPostponed,
    SendUnknown,
    Stage,
)
from domain.conversation.memory import evolve
from domain.conversation.offering import stirred
from domain.conversation.refusals import WrongAttempt
from domain.conversation.sending import known_send
from domain.conversation.serving import waiting
from domain.conversation.state import Conversation, Send, Sending, Stop
from domain.conversation.weighing import RECEIPT_RANK
from domain.queue import due


def _under_way(state: Conversation, message_id: MessageId, attempt: int) -> Send | None:
    """The send an attempt's end is told of; None when it is settled already, or told of before."""
    send = known_send(state, message_id)
    if not 1 <= attempt <= send.attempt:
        raise WrongAttempt(expected=send.attempt + 1)
    open_still = send.status is Sending.STARTED or send.status is Sending.UNKNOWN
    return send if open_still and attempt == send.attempt else None


def send_accepted(
    state: Conversation,
    message_id: MessageId,
    *,
    attempt: int,
    provider_ref: MessageId | None,
    provider_id: str | None,
    wa_id: str | None,
    at: datetime,
) -> list[Event]:
    """The provider took it. True whenever it is told, even after we had given up."""
    send = known_send(state, message_id)
    if not 1 <= attempt <= send.attempt:
        raise WrongAttempt(expected=send.attempt + 1)
    if send.status is Sending.ACCEPTED:
        return []
    return _with_void(
        state, _taken(state, send, attempt, provider_ref, provider_id, wa_id, at), message_id, at
    )


def send_postponed(
    state: Conversation, message_id: MessageId, *, attempt: int, code: int | None, retry_at: datetime
) -> list[Event]:
    """It certainly did not leave; another attempt may follow from `retry_at`."""
    if _under_way(state, message_id, attempt) is None:
        return []
    return [SendPostponed(message_id, attempt, code, retry_at)]


def send_unknown(state: Conversation, message_id: MessageId, *, attempt: int, at: datetime) -> list[Event]:
    """Nobody knows whether it left: the call had no answer, or the caller is gone."""
    send = _under_way(state, message_id, attempt)
    return [] if send is None or send.status is Sending.UNKNOWN else [SendUnknown(message_id, attempt, at)]


def send_failed(
    state: Conversation, message_id: MessageId, *, attempt: int, code: int | None, at: datetime
) -> list[Event]:
    """The provider refused it for good."""
    return (
        [] if _under_way(state, message_id, attempt) is None else [SendFailed(message_id, attempt, code, at)]
    )


def hear_receipt(
    state: Conversation,
    provider_ref: MessageId,
    receipt: Receipt,
    *,
    sent_at: datetime,
    codes: tuple[int, ...] = (),
    category: str | None = None,
    correlation: tuple[MessageId, int] | None = None,
    provider_id: str | None = None,
    at: datetime,
) -> list[Event]:
    """A status. `correlation`, our message and attempt given back, settles an attempt nobody knew about; what
    belongs to no message we know is parked until its message is accepted. The same again is nothing."""
    send = _meant(state, provider_ref, correlation)
    if send is None:
        parked = ReceiptParked(provider_ref, receipt, sent_at, codes, category)
        known = any(
            (p.provider_ref, p.receipt, p.at, p.codes) == (provider_ref, receipt, sent_at, codes)
            for p in state.parked
        )
        return [] if known else [parked]
    events: list[Event] = []
    if send.status is not Sending.ACCEPTED and correlation is not None:
        events = _taken(state, send, correlation[1], provider_ref, provider_id, None, at)
    told = (receipt, sent_at, codes)
    if told not in send.receipts and not any(_tells(event, told) for event in events):
        events.append(ReceiptHeard(send.message_id, receipt, sent_at, codes, category))
    if receipt is Receipt.FAILED:
        return _with_void(state, events, send.message_id, at)
    return [*events, *_arrival(state, send, receipt, at)] if events and state.voided is not None else events


def _tells(event: Event, told: tuple[Receipt, datetime, tuple[int, ...]]) -> bool:
    return isinstance(event, ReceiptHeard) and (event.receipt, event.at, event.codes) == told


def _meant(
    state: Conversation, provider_ref: MessageId, correlation: tuple[MessageId, int] | None
) -> Send | None:
    """The message of ours a status speaks of: by our own id if it came back, else by the provider's."""
    if correlation is not None:
        send = state.sends.get(correlation[0])
        if send is not None and 1 <= correlation[1] <= send.attempt:
            return send
    for send in reversed(state.sends.values()):
        if send.provider_ref == provider_ref:
            return send
    return None


def _taken(
    state: Conversation,
    send: Send,
    attempt: int,
    provider_ref: MessageId | None,
    provider_id: str | None,
    wa_id: str | None,
    at: datetime,
) -> list[Event]:
    """The acceptance, what it answers, and the receipts that had come before it."""
    since, first, waited, due_at = state.waiting_since, False, None, None
    left = [u for u in state.unanswered if u.version > send.version]
    answers = state.first or not left or len(left) < len(state.unanswered)
    this_period = (send.episode, send.period) == (state.episode, state.period)
    if send.human and this_period and since is not None and answers:
        first, waited = state.first, max(0.0, (at - since).total_seconds())
        if left and state.is_open:
            due_at = due(left[0].since, state.priority)
    taken = SendAccepted(
        send.message_id, attempt, provider_ref, provider_id, wa_id, at, first, waited, due_at
    )
    events: list[Event] = [taken]
    if waited is not None and state.stage is Stage.WAITING and state.queue_id is not None:
        # given back while the answer was on its way: the queue still owes the next one, from the entry
        events.append(_waits_on(evolve(state, taken)))
    known = set(send.receipts)
    for parked in state.parked:
        told = (parked.receipt, parked.at, parked.codes)
        if parked.provider_ref == provider_ref and told not in known:
            known.add(told)
            events.append(
                ReceiptHeard(send.message_id, parked.receipt, parked.at, parked.codes, parked.category)
            )
    return events


def _waits_on(state: Conversation) -> Event:
    assert state.queue_id is not None
    assert state.entered_at is not None
    return waiting(state, state.queue_id, state.priority, "answered", state.subject, state.entered_at)


# Answers that failed


def _with_void(state: Conversation, events: list[Event], message_id: MessageId, at: datetime) -> list[Event]:
    """The same events, and the clock set running again if they say that the answer failed."""
    if not any(isinstance(event, ReceiptHeard) and event.receipt is Receipt.FAILED for event in events):
        return events
    after = state
    for event in events:
        after = evolve(after, event)
    send = after.sends.get(message_id)
    if send is None or not send.failed or not after.is_open:
        return events
    stop = _void(after)
    if stop is None:
        return events
    due_at = due(stop.since, after.priority)
    return [*events, AnswerVoided(stop.message_id, stop.since, due_at, stop.first, at), *stirred(after, at)]


def _arrival(state: Conversation, send: Send, receipt: Receipt, at: datetime) -> list[Event]:
    """The clock that an answer's failure had set running again, stopped because one as late as it arrived."""
    proven = RECEIPT_RANK[receipt] > RECEIPT_RANK[Receipt.FAILED]
    taken = send.human and send.failed and send.status is Sending.ACCEPTED
    this_period = (send.episode, send.period) == (state.episode, state.period)
    if not (proven and taken and this_period and state.is_open):
        return []
    if state.voided is None or send.version < state.voided:
        return []
    due_at = due(state.unanswered[0].since, state.priority) if state.unanswered else None
    arrived = AnswerArrived(send.message_id, at, state.first, due_at)
    if state.stage is Stage.WAITING:
        return [arrived, _waits_on(evolve(state, arrived))]
    return [arrived]


def _void(state: Conversation) -> Stop | None:
    """The earliest stop from which on no human message succeeded: its clock should never have stopped."""
    human = [s for s in state.sends.values() if s.human and s.status is Sending.ACCEPTED]
    order = [s.message_id for s in human]
    for stop in state.stops:
        if stop.message_id in order and all(s.failed for s in human[order.index(stop.message_id) :]):
            return stop
    return None
