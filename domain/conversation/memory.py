"""How a conversation remembers. Believes everything, refuses nothing, makes every state exactly once."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, assert_never, get_args

from domain.conversation.clock_events import (
    Breached,
    ClocksSet,
    Escalated,
    EscalationAcknowledged,
    NoAnswerNeeded,
    StopVoided,
    Warned,
)
from domain.conversation.contact_events import ContactEdited, ContractLinked, ContractUnlinked
from domain.conversation.courtesy import MOVES, remembered
from domain.conversation.courtesy_events import (
    ConsentGiven,
    ConsentWithdrawn,
    EstimateMissed,
    EstimateTold,
    HoursTold,
    PositionTold,
    Rated,
    RatingAlerted,
    RatingCommented,
    SatisfactionAsked,
    ScheduleCancelled,
    ScheduleDropped,
    ScheduleSent,
    SendScheduled,
)
from domain.conversation.events import (
    AnswerArrived,
    AnswerVoided,
    Assigned,
    AutomationSilenced,
    BurstRead,
    CallHeard,
    CancellationRequested,
    Closed,
    ContactKnown,
    EnteredWaiting,
    Event,
    FellSilent,
    MediaLost,
    MediaStored,
    MessageDeleted,
    MessageEdited,
    MessageId,
    MessageReceived,
    NoteAdded,
    NumberChanged,
    OfferAccepted,
    OfferDeclined,
    Offered,
    OfferExpired,
    OfferWithdrawn,
    Opened,
    Opener,
    PriorityChanged,
    ProtocolGiven,
    Reacted,
    ReceiptHeard,
    ReceiptParked,
    Released,
    Reopened,
    Ripened,
    RoundEnded,
    RoundRestarted,
    SendAccepted,
    SendFailed,
    SendPostponed,
    SendRequested,
    SendStarted,
    SendUnknown,
    SkillsRelaxed,
    Snoozed,
    Stage,
    Stirred,
    SubjectForgotten,
    Transferred,
    Woke,
)
from domain.conversation.labels import ContactBlocked, ContactUnblocked, Tagged, Untagged
from domain.conversation.oversight_events import ListenedTo
from domain.conversation.state import (
    CLOSED,
    KNOWN,
    PARKED,
    RECEIPTS,
    SILENT_KINDS,
    STOPS,
    TRANSFERRED,
    UNANSWERED,
    Awaiting,
    Conversation,
    Parked,
    Send,
    Sending,
    Stop,
    Unanswered,
    Undo,
)
from domain.conversation.undoing_events import Undone
from domain.conversation.weighing import (
    awaiting_again,
    call_key,
    highest,
    is_inbound,
    later,
    waits_since,
    with_heard,
    with_send,
    wrote,
)
from domain.grammar import Stream, changed
from domain.queue import Priority
from domain.sla.state import merged

UNASKED: Final[dict[str, Any]] = {
    "offered_to": None,
    "expires_at": None,
    "tried": (),
    "restart_at": None,
    "relaxed": False,
}
"""Nobody is being asked, nor was in this wait."""


def evolve(state: Conversation, event: Event) -> Conversation:
    after = _evolve(state, event)
    if type(event) not in MOVES:
        return after
    courtesy = remembered(state, after, event)
    return after if courtesy is state.courtesy else changed(after, courtesy=courtesy)


def _evolve(state: Conversation, event: Event) -> Conversation:
    version = state.version + 1
    match event:
        case MessageReceived():
            return _received(state, event, version)
        case ReceiptHeard(message_id=message_id):
            send = state.sends.get(message_id)
            if send is None:
                return changed(state, version=version)
            heard = (event.receipt, event.at, event.codes)
            sends = with_send(
                state.sends,
                changed(
                    send,
                    receipt=highest(send.receipt, event.receipt),
                    receipts=(*send.receipts[-RECEIPTS + 1 :], heard),
                ),
            )
            return changed(state, version=version, sends=sends)
        case SendRequested():
            sends = with_send(
                state.sends,
                Send(
                    message_id=event.message_id,
                    author=event.author,
                    kind=event.kind,
                    purpose=event.purpose,
                    episode=state.episode,
                    period=state.period,
                    version=version,
                ),
            )
            return changed(state, version=version, sends=sends)
        case SendStarted(message_id=message_id):
            return _sending(
                state,
                version,
                message_id,
                status=Sending.STARTED,
                attempt=event.attempt,
                token=event.token,
                possibly_twice=event.possibly_twice,
                since=None,
                retry_at=None,
            )
        case SendAccepted():
            return _accepted(state, event, version)
        case SendUnknown(message_id=message_id, unknown_at=at):
            return _sending(state, version, message_id, status=Sending.UNKNOWN, since=at)
        case SendPostponed(message_id=message_id, retry_at=retry_at):
            return _sending(state, version, message_id, status=Sending.POSTPONED, retry_at=retry_at)
        case SendFailed(message_id=message_id):
            return _sending(state, version, message_id, status=Sending.FAILED)
        case ReceiptParked():
            parked = Parked(event.provider_ref, event.receipt, event.at, event.codes, event.category)
            return changed(state, version=version, parked=(*state.parked[-PARKED + 1 :], parked))
        case AnswerVoided():
            stopped = [stop.message_id for stop in state.stops]
            kept = stopped.index(event.message_id) if event.message_id in stopped else 0
            failed = state.sends.get(event.message_id)
            return changed(
                state,
                version=version,
                waiting_since=event.waiting_since,
                due_at=event.due_at,
                first=event.first,
                stops=state.stops[:kept],
                voided=None if failed is None else failed.version,
                awaiting=Awaiting.AGENT if state.awaiting is Awaiting.CUSTOMER else state.awaiting,
            )
        case AnswerArrived():
            answered = state.stage is Stage.IN_SERVICE and state.awaiting is Awaiting.AGENT
            return changed(
                state,
                version=version,
                awaiting=Awaiting.CUSTOMER if answered and not state.unanswered else state.awaiting,
                first=state.first and not event.first_answer,
                waiting_since=state.unanswered[0].since if event.due_at and state.unanswered else None,
                due_at=event.due_at,
                voided=None,
            )
        case Opened():
            return _opened(state, event, version)
        case Offered(agent_id=agent_id, expires_at=expires_at):
            return changed(state, version=version, offered_to=agent_id, expires_at=expires_at)
        case OfferAccepted() | OfferWithdrawn():
            return changed(state, version=version, offered_to=None, expires_at=None)
        case OfferDeclined(agent_id=agent_id) | OfferExpired(agent_id=agent_id):
            tried = state.tried if agent_id in state.tried else (*state.tried, agent_id)
            return changed(state, version=version, offered_to=None, expires_at=None, tried=tried)
        case RoundEnded(restart_at=restart_at):
            return changed(state, version=version, restart_at=restart_at)
        case RoundRestarted():
            return changed(state, version=version, tried=(), restart_at=None)
        case SkillsRelaxed():
            return changed(state, version=version, relaxed=True)
        case FellSilent() | Stirred():
            return changed(state, version=version, silent=isinstance(event, FellSilent))
        case Reopened(agent_id=agent_id):
            return changed(
                state,
                version=version,
                stage=event.stage,
                period=event.period,
                period_version=version,
                agent_id=agent_id,
                last_agent=agent_id or state.last_agent,
                awaiting=Awaiting.AGENT if agent_id is None else Awaiting.CUSTOMER,
                wake_at=None,
                closed_at=None,
                closed_by=None,
                moved_version=version,
                moved_by=agent_id or "customer",
                entered_at=None,
                waiting_since=None,
                due_at=None,
                first=agent_id is None,
                unanswered=(),
                stops=(),
                voided=None,
                burst_at=None,
                tries=0,
                understood=None,
                silent=False,
                **UNASKED,
            )
        case Closed():
            return changed(
                state,
                version=version,
                undo=_before(state, CLOSED, event.closed_by, event.closed_at, version),
                stage=Stage.CLOSED,
                agent_id=None,
                last_agent=state.agent_id or state.last_agent,
                awaiting=Awaiting.AGENT,
                wake_at=None,
                closed_at=event.closed_at,
                closed_by=event.closed_by,
                moved_version=version,
                moved_by=event.closed_by,
                due_at=None,
                burst_at=None,
                silent=False,
                **UNASKED,
            )
        case ProtocolGiven(episode=episode, number=number):
            return changed(
                state,
                version=version,
                protocol=number if episode == state.episode else state.protocol,
                unnumbered=tuple(e for e in state.unnumbered if e != episode),
            )
        case ContactKnown(digest=digest):
            return changed(state, version=version, contact=digest or KNOWN)
        case EnteredWaiting():
            return changed(
                state,
                version=version,
                stage=Stage.WAITING,
                agent_id=None,
                awaiting=Awaiting.AGENT,
                wake_at=None,
                queue_id=event.queue_id,
                priority=event.priority,
                subject=event.subject,
                entered_at=event.entered_at,
                waiting_since=event.waiting_since or event.entered_at,
                due_at=event.due_at,
                first=event.first,
                moved_version=state.moved_version if state.stage is Stage.WAITING else version,
                moved_by="automation" if state.stage is Stage.AUTOMATION else state.moved_by,
                burst_at=None,
                silent=False,
                **UNASKED,
            )
        case Assigned(agent_id=agent_id, due_at=due_at):
            handed_on = state.stage is Stage.IN_SERVICE and due_at is None
            return changed(
                state,
                version=version,
                stage=Stage.IN_SERVICE,
                agent_id=agent_id,
                last_agent=agent_id,
                awaiting=state.awaiting if handed_on else Awaiting.AGENT,
                waiting_since=state.waiting_since if due_at is None else event.assigned_at,
                due_at=state.due_at if due_at is None else due_at,
                first=state.first if due_at is None else True,
                moved_version=version,
                moved_by=agent_id,
                burst_at=None,
                silent=False,
                **UNASKED,
            )
        case Released(agent_id=agent_id):
            return changed(
                state,
                version=version,
                agent_id=None,
                last_agent=agent_id,
                moved_version=version,
                moved_by=event.by or agent_id,
            )
        case Undone():
            return _undone(state, event, version)
        case Transferred(from_agent=from_agent, by=by, transferred_at=at):
            return changed(
                state,
                version=version,
                undo=_before(state, TRANSFERRED, by or from_agent, at, version),
                last_agent=from_agent or state.last_agent,
                moved_version=version,
                moved_by=by or from_agent or state.moved_by,
            )
        case PriorityChanged(priority=priority, due_at=due_at):
            return changed(state, version=version, priority=priority, due_at=due_at)
        case Snoozed(until=until):
            return changed(state, version=version, awaiting=Awaiting.THIRD_PARTY, wake_at=until)
        case Woke():
            return changed(state, version=version, awaiting=Awaiting.AGENT, wake_at=None)
        case BurstRead():
            return changed(
                state,
                version=version,
                burst_at=None,
                read_through=event.through,
                understood=event.understood,
                tries=event.tries,
            )
        case AutomationSilenced():
            return changed(state, version=version, silenced=True)
        case SubjectForgotten():
            return changed(state, version=version, contact=None, card={}, contracts=())
        case CancellationRequested():
            return changed(state, version=version, cancellation=True)
        case Tagged(tag=tag):
            return changed(state, version=version, tags=(*(t for t in state.tags if t != tag), tag))
        case Untagged(tag=tag):
            return changed(state, version=version, tags=tuple(t for t in state.tags if t != tag))
        case ContactBlocked() | ContactUnblocked():
            return changed(state, version=version, blocked=isinstance(event, ContactBlocked))
        case ContactEdited(digests=digests):
            card = {detail: d for detail, d in (state.card | digests).items() if d}
            return changed(state, version=version, card=card)
        case ContractLinked(contract_id=contract_id):
            return changed(state, version=version, contracts=(*state.contracts, contract_id))
        case ContractUnlinked(contract_id=contract_id):
            left = tuple(one for one in state.contracts if one != contract_id)
            return changed(state, version=version, contracts=left)
        case CallHeard(call_id=call_id, call_event=call_event, direction=direction):
            called_at = min(event.sent_at or event.heard_at, event.heard_at)
            return changed(
                state,
                version=version,
                heard=with_heard(state.heard, call_key(call_id, call_event), version),
                inbound_at=later(state.inbound_at, called_at) if is_inbound(direction) else state.inbound_at,
            )
        case (
            MessageEdited(heard_as=heard_as)
            | MessageDeleted(heard_as=heard_as)
            | Reacted(heard_as=heard_as)
            | NumberChanged(heard_as=heard_as)
        ):
            if heard_as is None:
                return changed(state, version=version)
            return changed(state, version=version, heard=with_heard(state.heard, heard_as, version))
        case ClocksSet(clocks=news):
            clocks = merged(state.clocks, news)
            return changed(state, version=version, clocks=clocks, clocks_version=version)
        case NoAnswerNeeded():
            return _settled(state, event, version)
        case Warned() | Breached() | Escalated() | EscalationAcknowledged() | StopVoided():
            return changed(state, version=version)
        case NoteAdded() | ListenedTo() | MediaStored() | MediaLost() | Ripened():
            return changed(state, version=version)
        case (
            ConsentGiven()
            | ConsentWithdrawn()
            | EstimateMissed()
            | EstimateTold()
            | HoursTold()
            | PositionTold()
            | Rated()
            | RatingAlerted()
            | RatingCommented()
            | SatisfactionAsked()
            | ScheduleCancelled()
            | ScheduleDropped()
            | ScheduleSent()
            | SendScheduled()
        ):
            return changed(state, version=version)
    assert_never(event)


def _before(state: Conversation, what: str, by: str | None, at: datetime, version: int) -> Undo | None:
    """How it was, for whoever did that; not what automation had, whose words would be lost."""
    if by is None or state.stage not in (Stage.WAITING, Stage.IN_SERVICE):
        return None
    return Undo(
        what,
        by,
        at,
        version,
        state.agent_id,
        state.queue_id,
        state.awaiting,
        state.wake_at,
        state.entered_at,
        state.waiting_since,
        state.due_at,
        state.first,
        state.clocks,
    )


def _undone(state: Conversation, event: Undone, version: int) -> Conversation:
    return changed(
        state,
        version=version,
        undo=None,
        stage=Stage.WAITING if event.agent_id is None else Stage.IN_SERVICE,
        agent_id=event.agent_id,
        last_agent=event.agent_id or state.last_agent,
        queue_id=event.queue_id,
        awaiting=awaiting_again(event.answered, event.wake_at),
        wake_at=event.wake_at,
        entered_at=event.entered_at,
        waiting_since=event.waiting_since,
        due_at=event.due_at,
        first=event.first,
        closed_at=None,
        closed_by=None,
        moved_version=version,
        moved_by=event.by,
        silent=False,
        **UNASKED,
    )


def _settled(state: Conversation, event: NoAnswerNeeded, version: int) -> Conversation:
    """What was written up to there waits no more, and no answer is due unless more came after it."""
    through = version if event.message_id is None else state.heard.get(MessageId(event.message_id), version)
    left = tuple(u for u in state.unanswered if u.version > through)
    if left and len(left) == len(state.unanswered):
        return changed(state, version=version)
    return changed(
        state,
        version=version,
        unanswered=left,
        waiting_since=left[0].since if left and state.waiting_since is not None else None,
        due_at=state.due_at if left else None,
    )


def _received(state: Conversation, event: MessageReceived, version: int) -> Conversation:
    heard = with_heard(state.heard, event.message_id, version)
    if event.echo or event.kind in SILENT_KINDS:
        return changed(state, version=version, heard=heard)
    in_service, waiting = state.stage is Stage.IN_SERVICE, state.stage is Stage.WAITING
    since = waits_since(event.sent_at, event.received_at, late=event.late)
    unanswered = state.unanswered
    if (in_service or waiting) and not event.thanks and len(unanswered) < UNANSWERED:
        unanswered = (*unanswered, Unanswered(version, since))
    lately, before = wrote(state.wrote_lately, state.wrote_before, version, event.received_at)
    return changed(
        state,
        version=version,
        heard=heard,
        inbound_at=later(state.inbound_at, min(event.sent_at, event.received_at)),
        wrote_version=version,
        wrote_at=event.received_at,
        wrote_lately=lately,
        wrote_before=before,
        last_message=event.message_id,
        burst_at=state.burst_at or event.received_at if state.stage is Stage.AUTOMATION else None,
        awaiting=Awaiting.AGENT if state.awaiting is Awaiting.CUSTOMER else state.awaiting,
        unanswered=unanswered,
        waiting_since=state.waiting_since if event.due_at is None else since,
        due_at=state.due_at if event.due_at is None else event.due_at,
    )


def _opened(state: Conversation, event: Opened, version: int) -> Conversation:
    theirs = event.opened_by is Opener.AGENT or event.opened_by is Opener.DEVICE
    return changed(
        state,
        version=version,
        channel_id=event.channel_id,
        episode=event.episode,
        period=1,
        stage=event.stage,
        opened_at=event.opened_at,
        period_version=version,
        protocol=None,
        unnumbered=(*state.unnumbered, event.episode),
        closed_at=None,
        closed_by=None,
        silenced=False,
        cancellation=False,
        tags=(),
        agent_id=event.agent_id,
        last_agent=event.agent_id or state.last_agent,
        awaiting=Awaiting.CUSTOMER if theirs else Awaiting.AGENT,
        wake_at=None,
        queue_id=None,
        priority=Priority.NORMAL,
        subject=None,
        moved_version=version,
        moved_by=event.agent_id or "customer",
        entered_at=None,
        waiting_since=None,
        due_at=None,
        first=not theirs,
        unanswered=(),
        stops=(),
        voided=None,
        burst_at=None,
        read_through=None,
        understood=None,
        tries=0,
        silent=False,
        **UNASKED,
    )


def _sending(state: Conversation, version: int, message_id: MessageId, **changes: object) -> Conversation:
    send = state.sends.get(message_id)
    if send is None:
        return changed(state, version=version)
    later = changed(send, **changes)  # type: ignore[arg-type]  # every caller names fields of Send
    return changed(state, version=version, sends=with_send(state.sends, later))


def _accepted(state: Conversation, event: SendAccepted, version: int) -> Conversation:
    parked = tuple(p for p in state.parked if p.provider_ref != event.provider_ref) if state.parked else ()
    send = state.sends.get(event.message_id)
    if send is None:
        return changed(state, version=version, parked=parked)
    provider_ref = event.provider_ref or send.provider_ref
    accepted = changed(send, status=Sending.ACCEPTED, provider_ref=provider_ref, since=None, retry_at=None)
    sends = with_send(state.sends, accepted)
    if not send.human:
        return changed(state, version=version, parked=parked, sends=sends)
    left = tuple(u for u in state.unanswered if u.version > send.version)
    served = state.stage is Stage.IN_SERVICE and state.awaiting is Awaiting.AGENT and not left
    stopped = event.waited is not None and state.waiting_since is not None
    stops = state.stops
    if stopped and state.waiting_since is not None:
        stops = (*stops[-STOPS + 1 :], Stop(event.message_id, state.waiting_since, state.first))
    return changed(
        state,
        version=version,
        parked=parked,
        sends=sends,
        unanswered=left,
        awaiting=Awaiting.CUSTOMER if served else state.awaiting,
        first=state.first and not event.first_answer,
        waiting_since=(left[0].since if event.due_at and left else None) if stopped else state.waiting_since,
        due_at=event.due_at if stopped else state.due_at,
        stops=stops,
        voided=None if stopped else state.voided,
    )


EVENTS: Final[tuple[type[Event], ...]] = get_args(Event)

CONVERSATION: Final[Stream[Conversation, Event]] = Stream(
    "conversation", EVENTS, Conversation(), evolve, version=7, fence=SubjectForgotten
)
