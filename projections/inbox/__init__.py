"""Who is waiting? One row per conversation, as the agent's list shows it.

Closing keeps the row: what the provider told us of a contact is not told twice, and the list of what is
closed is asked for as well. Whoever wants the inbox asks for the open ones, in the order of `place`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from domain import conversation
from domain.conversation import Author, Awaiting, ConversationId, Stage
from domain.conversation.weighing import awaiting_again, is_inbound, waits_since
from domain.document import masked
from domain.journal import Recorded
from domain.privacy import told
from domain.sla.policy import Level
from domain.sla.state import Clocks
from projections.answer import Projection, by_root, replace
from projections.inbox.lists import lists
from projections.inbox.offers import asked
from projections.inbox.row import MANAGER, Counts, Row, place

__all__ = ["INBOX", "MANAGER", "Counts", "Row", "lists", "place"]

PREVIEW: Final = 120
_COLUMN: Final = {
    "name": "contact_called",
    "email": "contact_email",
    "phone": "contact_second_phone",
    "document": "contact_document",
    "remark": "contact_remark",
}
"""Where each detail of a contact stands."""
_UNWRITTEN: Final[dict[str, Any]] = dict.fromkeys(_COLUMN.values())
ANSWERING: Final = 50
"""How many answers are remembered whose acceptance was not told yet."""


def evolve(row: Row | None, recorded: Recorded) -> Row | None:
    known = Row(ConversationId(recorded.root), 0) if row is None else row
    changed = asked(known, _evolve(known, recorded.event, recorded.version), recorded)
    return row if changed is known else changed


def _evolve(row: Row, event: object, version: int) -> Row:
    match event:
        case conversation.MessageReceived():
            return _received(row, event, version)
        case conversation.SendRequested():
            return _requested(row, event, version)
        case conversation.SendAccepted():
            return _accepted(row, event, version)
        case conversation.ContactKnown(name=name, phone=phone):
            return replace(
                row,
                version=version,
                contact_name=row.contact_name if name is None else name,
                contact_phone=row.contact_phone if phone is None else phone,
            )
        case conversation.Opened():
            return _opened(row, event, version)
        case conversation.ProtocolGiven(episode=episode, number=number):
            return replace(row, version=version, protocol=number) if episode == row.episode else row
        case conversation.EnteredWaiting():
            return replace(
                row,
                version=version,
                stage=Stage.WAITING,
                awaiting=None,
                agent_id=None,
                queue_id=event.queue_id,
                priority=event.priority,
                subject=event.subject,
                reason=event.reason,
                entered_at=event.entered_at,
                waiting_since=event.waiting_since or event.entered_at,
                due_at=event.due_at,
                first=event.first,
                wake_at=None,
            )
        case conversation.Assigned():
            return _assigned(row, event, version)
        case conversation.Released(agent_id=agent_id):
            return replace(row, version=version, agent_id=None, last_agent_id=agent_id)
        case conversation.Transferred(from_agent=from_agent, transferred_at=at):
            return replace(
                row, version=version, last_agent_id=from_agent or row.last_agent_id, activity_at=at
            )
        case conversation.PriorityChanged(priority=priority, due_at=due_at):
            return replace(row, version=version, priority=priority, due_at=due_at)
        case conversation.Snoozed(until=until):
            return replace(row, version=version, awaiting=Awaiting.THIRD_PARTY, wake_at=until)
        case conversation.Woke():
            return replace(row, version=version, awaiting=Awaiting.AGENT, wake_at=None)
        case conversation.AnswerVoided(waiting_since=since, due_at=due_at, first=first):
            return replace(
                row,
                version=version,
                waiting_since=since,
                due_at=due_at,
                first=first,
                answered_at=None if first else row.answered_at,
                awaiting=Awaiting.AGENT if row.awaiting is Awaiting.CUSTOMER else row.awaiting,
            )
        case conversation.AnswerArrived(arrived_at=at, first_answer=first_answer, due_at=due_at):
            answered = row.stage is Stage.IN_SERVICE and row.awaiting is Awaiting.AGENT
            return replace(
                row,
                version=version,
                awaiting=Awaiting.CUSTOMER if answered and not row.unanswered else row.awaiting,
                first=row.first and not first_answer,
                answered_at=at if first_answer else row.answered_at,
                waiting_since=_oldest(row.unanswered) if due_at else None,
                due_at=due_at,
            )
        case conversation.CallHeard(direction=direction, heard_at=at, sent_at=sent_at):
            window = row.window_until
            if is_inbound(direction):
                window = _later(window, min(sent_at or at, at) + conversation.WINDOW)
            return replace(row, version=version, activity_at=at, window_until=window)
        case conversation.Closed():
            return _closed(row, event, version)
        case conversation.Reopened():
            return _reopened(row, event, version)
        case conversation.Undone():
            return _undone(row, event, version)
        case conversation.CancellationRequested(requested_at=at):
            return replace(row, version=version, cancellation_at=at)
        case conversation.AutomationSilenced():
            return replace(row, version=version, silenced=True)
        case conversation.Tagged(tag=tag):
            return replace(row, version=version, tags=(*(t for t in row.tags if t != tag), tag))
        case conversation.Untagged(tag=tag):
            return replace(row, version=version, tags=tuple(t for t in row.tags if t != tag))
        case conversation.ContactBlocked():
            return replace(row, version=version, blocked=True)
        case conversation.ContactUnblocked():
            return replace(row, version=version, blocked=False)
        case conversation.ContactEdited():
            return replace(row, version=version, **_written_down(event))
        case conversation.ContractLinked(contract_id=contract_id):
            contract = {
                "contract_id": contract_id,
                "number": event.number,
                "label": event.label,
                "by": event.by,
                "linked_at": event.linked_at.isoformat(),
            }
            return replace(row, version=version, contact_contracts=(*row.contact_contracts, contract))
        case conversation.ContractUnlinked(contract_id=contract_id):
            left = tuple(one for one in row.contact_contracts if one["contract_id"] != contract_id)
            return replace(row, version=version, contact_contracts=left)
        case conversation.SubjectForgotten():
            return replace(row, version=version, contact_contracts=(), **_UNWRITTEN)
        case conversation.ClocksSet(clocks=clocks):
            return _clocked(row, clocks, version)
        case conversation.NoAnswerNeeded():
            return replace(row, version=version)
        case _:
            return row


def _written_down(event: conversation.ContactEdited) -> dict[str, Any]:
    """The columns that an edit is about."""
    told = {detail: getattr(event, detail) if digest else None for detail, digest in event.digests.items()}
    if (number := told.get("document")) is not None:
        told["document"] = masked(number)
    return {_COLUMN[detail]: words for detail, words in told.items()}


def _clocked(row: Row, clocks: Clocks, version: int) -> Row:
    """What the response clock says, if anything about it is new; only one of them runs."""
    told = [clock for clock in clocks.clocks if clock.kind.human]
    running = next((clock for clock in told if clock.runs), None)
    left = len(clocks.unanswered)
    unanswered = row.unanswered[-left:] if left else ()
    row = replace(row, version=version, unanswered=unanswered, unanswered_since=_oldest(unanswered))
    if running is not None:
        manager = next((step for step in running.steps if step.level is Level.MANAGER), None)
        return replace(
            row,
            waiting_since=running.started_at,
            due_at=running.due_at,
            breached=running.breach is not None,
            manager_at=None if manager is None else manager.done_at or manager.at,
        )
    if told:
        return replace(row, waiting_since=None, due_at=None, breached=False, manager_at=None)
    return row


def _received(row: Row, event: conversation.MessageReceived, version: int) -> Row:
    if event.kind in conversation.SILENT_KINDS:
        return row
    said: dict[str, Any] = {
        "version": version,
        "activity_at": event.received_at,
        "last_kind": event.kind,
        "last_side": "device" if event.echo else "customer",
        "last_preview": _preview(event.words),
        "last_at": event.received_at,
    }
    if event.echo:
        return replace(row, **said)
    since = waits_since(event.sent_at, event.received_at, late=event.late)
    unanswered = row.unanswered
    if (
        row.stage in (Stage.WAITING, Stage.IN_SERVICE)
        and not event.thanks
        and len(unanswered) < conversation.UNANSWERED
    ):
        unanswered = (*unanswered, [version, since.isoformat()])
    return replace(
        row,
        **said,
        unread=row.unread + 1,
        window_until=_later(row.window_until, min(event.sent_at, event.received_at) + conversation.WINDOW),
        awaiting=Awaiting.AGENT if row.awaiting is Awaiting.CUSTOMER else row.awaiting,
        unanswered=unanswered,
        unanswered_since=_oldest(unanswered),
        waiting_since=row.waiting_since if event.due_at is None else since,
        due_at=row.due_at if event.due_at is None else event.due_at,
    )


def _requested(row: Row, event: conversation.SendRequested, version: int) -> Row:
    human = event.author is Author.AGENT
    if event.kind == "reaction":
        return row
    text = told(event.content, "text")
    return replace(
        row,
        version=version,
        answering=_with(row.answering, event.message_id, version) if human else row.answering,
        unread=0 if human else row.unread,
        activity_at=event.requested_at,
        last_kind=event.kind,
        last_side=event.author.value,
        last_preview=_preview(text if isinstance(text, str) else event.content.get("caption")),
        last_at=event.requested_at,
    )


def _accepted(row: Row, event: conversation.SendAccepted, version: int) -> Row:
    asked = (row.answering or {}).get(event.message_id)
    if asked is None:
        return row
    left = tuple(waits for waits in row.unanswered if waits[0] > asked)
    served = row.stage is Stage.IN_SERVICE and row.awaiting is Awaiting.AGENT and not left
    stopped = event.waited is not None and row.waiting_since is not None
    oldest = _oldest(left)
    return replace(
        row,
        version=version,
        answering=_without(row.answering, event.message_id),
        unanswered=left,
        unanswered_since=oldest,
        awaiting=Awaiting.CUSTOMER if served else row.awaiting,
        first=row.first and not event.first_answer,
        answered_at=event.accepted_at if event.first_answer else row.answered_at,
        waiting_since=(oldest if event.due_at else None) if stopped else row.waiting_since,
        due_at=event.due_at if stopped else row.due_at,
    )


def _opened(row: Row, event: conversation.Opened, version: int) -> Row:
    """An episode starts from nothing but what is known of the contact and what was last said."""
    theirs = event.opened_by in (conversation.Opener.AGENT, conversation.Opener.DEVICE)
    in_service = event.stage is Stage.IN_SERVICE
    return Row(
        row.conversation_id,
        version,
        event.channel_id,
        event.episode,
        1,
        event.stage,
        awaiting=(Awaiting.CUSTOMER if theirs else Awaiting.AGENT) if in_service else None,
        agent_id=event.agent_id,
        last_agent_id=event.agent_id or row.last_agent_id,
        contact_name=row.contact_name,
        contact_phone=row.contact_phone,
        contact_contracts=row.contact_contracts,
        **{name: getattr(row, name) for name in _COLUMN.values()},
        opened_at=event.opened_at,
        first=not theirs,
        activity_at=event.opened_at,
        unread=0,
        last_kind=row.last_kind,
        last_side=row.last_side,
        last_preview=row.last_preview,
        last_at=row.last_at,
        window_until=row.window_until,
        answering=row.answering,
        blocked=row.blocked,
    )


def _assigned(row: Row, event: conversation.Assigned, version: int) -> Row:
    handed_on = row.stage is Stage.IN_SERVICE and event.due_at is None
    return replace(
        row,
        version=version,
        stage=Stage.IN_SERVICE,
        agent_id=event.agent_id,
        last_agent_id=event.agent_id,
        awaiting=row.awaiting if handed_on else Awaiting.AGENT,
        waiting_since=row.waiting_since if event.due_at is None else event.assigned_at,
        due_at=row.due_at if event.due_at is None else event.due_at,
        first=row.first if event.due_at is None else True,
    )


def _closed(row: Row, event: conversation.Closed, version: int) -> Row:
    return replace(
        row,
        version=version,
        stage=Stage.CLOSED,
        awaiting=None,
        agent_id=None,
        last_agent_id=row.agent_id or row.last_agent_id,
        waiting_since=None,
        due_at=None,
        unread=0,
        wake_at=None,
        closed_at=event.closed_at,
        closed_by=event.closed_by,
        closed_reason=event.reason,
    )


def _reopened(row: Row, event: conversation.Reopened, version: int) -> Row:
    by_agent = event.agent_id is not None
    in_service = event.stage is Stage.IN_SERVICE
    return replace(
        row,
        version=version,
        stage=event.stage,
        period=event.period,
        awaiting=(Awaiting.CUSTOMER if by_agent else Awaiting.AGENT) if in_service else None,
        agent_id=event.agent_id,
        last_agent_id=event.agent_id or row.last_agent_id,
        entered_at=None,
        waiting_since=None,
        due_at=None,
        first=not by_agent,
        answered_at=None,
        unanswered=(),
        unanswered_since=None,
        activity_at=event.reopened_at,
        closed_at=None,
        closed_by=None,
        closed_reason=None,
    )


def _undone(row: Row, event: conversation.Undone, version: int) -> Row:
    in_service = event.agent_id is not None
    return replace(
        row,
        version=version,
        stage=Stage.IN_SERVICE if in_service else Stage.WAITING,
        awaiting=awaiting_again(event.answered, event.wake_at) if in_service else None,
        agent_id=event.agent_id,
        last_agent_id=event.agent_id or row.last_agent_id,
        queue_id=event.queue_id,
        reason="undone",
        entered_at=event.entered_at,
        waiting_since=event.waiting_since,
        due_at=event.due_at,
        first=event.first,
        wake_at=event.wake_at,
        activity_at=event.undone_at,
        closed_at=None,
        closed_by=None,
        closed_reason=None,
    )


def _preview(text: Any) -> str | None:
    return text[:PREVIEW] if isinstance(text, str) else None


def _oldest(unanswered: tuple[list[Any], ...]) -> datetime | None:
    return datetime.fromisoformat(unanswered[0][1]) if unanswered else None


def _later(one: datetime | None, other: datetime) -> datetime:
    return other if one is None or other > one else one


def _with(answering: dict[str, int] | None, message_id: str, version: int) -> dict[str, int]:
    """One answer more; what failed may still turn out to have been taken, so only the oldest are dropped."""
    after = {**(answering or {}), message_id: version}
    if len(after) > ANSWERING:
        del after[min(after, key=after.__getitem__)]
    return after


def _without(answering: dict[str, int] | None, message_id: str) -> dict[str, int] | None:
    return {m: v for m, v in (answering or {}).items() if m != message_id} or None


INBOX = Projection(
    "inbox",
    3,
    Row,
    by_root,
    evolve,
    (
        conversation.AnswerArrived,
        conversation.AnswerVoided,
        conversation.Assigned,
        conversation.AutomationSilenced,
        conversation.CallHeard,
        conversation.CancellationRequested,
        conversation.ClocksSet,
        conversation.Closed,
        conversation.ContactBlocked,
        conversation.ContactKnown,
        conversation.ContactEdited,
        conversation.ContactUnblocked,
        conversation.ContractLinked,
        conversation.ContractUnlinked,
        conversation.EnteredWaiting,
        conversation.FellSilent,
        conversation.MessageReceived,
        conversation.NoAnswerNeeded,
        conversation.OfferAccepted,
        conversation.OfferDeclined,
        conversation.OfferExpired,
        conversation.OfferWithdrawn,
        conversation.Offered,
        conversation.Opened,
        conversation.PriorityChanged,
        conversation.ProtocolGiven,
        conversation.Released,
        conversation.Reopened,
        conversation.Ripened,
        conversation.RoundEnded,
        conversation.RoundRestarted,
        conversation.SendAccepted,
        conversation.SendRequested,
        conversation.SkillsRelaxed,
        conversation.Snoozed,
        conversation.Stirred,
        conversation.SubjectForgotten,
        conversation.Tagged,
        conversation.Transferred,
        conversation.Undone,
        conversation.Untagged,
        conversation.Woke,
    ),
)
