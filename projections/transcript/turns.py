"""What happened to a conversation, as a line of its transcript.

A turn tells who and where to in its content, and a person's reason in its text.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from domain import conversation
from domain.conversation import ConversationId, MessageId
from domain.journal import Recorded
from projections.transcript.row import Line, Row

TURNS: Final[tuple[type, ...]] = (
    conversation.Opened,
    conversation.ProtocolGiven,
    conversation.Closed,
    conversation.Reopened,
    conversation.NumberChanged,
    conversation.EnteredWaiting,
    conversation.Assigned,
    conversation.Released,
    conversation.Transferred,
    conversation.PriorityChanged,
    conversation.Snoozed,
    conversation.Woke,
    conversation.Offered,
    conversation.OfferDeclined,
    conversation.OfferExpired,
    conversation.OfferWithdrawn,
    conversation.RoundEnded,
    conversation.Breached,
    conversation.Escalated,
    conversation.EscalationAcknowledged,
    conversation.CancellationRequested,
    conversation.AutomationSilenced,
    conversation.Tagged,
    conversation.Untagged,
    conversation.ContactBlocked,
    conversation.ContactUnblocked,
    conversation.ContactEdited,
    conversation.ContractLinked,
    conversation.ContractUnlinked,
    conversation.ListenedTo,
    conversation.Undone,
    conversation.ConsentGiven,
    conversation.ConsentWithdrawn,
    conversation.Rated,
    conversation.SendScheduled,
    conversation.ScheduleCancelled,
    conversation.ScheduleDropped,
)

_Said = tuple[str, datetime | None, str | None, dict[str, Any]]


def turn(recorded: Recorded) -> Row | None:
    said = _said(recorded.event)
    if said is None:
        return None
    kind, at, text, content = said
    return Row(
        ConversationId(recorded.root),
        MessageId(f"#{recorded.version}"),
        recorded.version,
        Line.TURN,
        kind,
        recorded.at if at is None else at,
        text=text,
        content=content,
    )


def _said(event: object) -> _Said | None:
    match event:
        case conversation.Offered(agent_id=agent_id, offered_at=at, expires_at=expires_at):
            return "offered", at, None, {"agent_id": agent_id, "expires_at": expires_at.isoformat()}
        case conversation.OfferDeclined(agent_id=agent_id, reason=reason, declined_at=at):
            return "offer_declined", at, reason, {"agent_id": agent_id}
        case conversation.OfferExpired(agent_id=agent_id, expired_at=at):
            return "offer_expired", at, None, {"agent_id": agent_id}
        case conversation.OfferWithdrawn(agent_id=agent_id, reason=why, withdrawn_at=at):
            return "offer_withdrawn", at, None, {"agent_id": agent_id, "reason": why}
        case conversation.RoundEnded(asked=asked, ended_at=at):
            return "round_ended", at, None, {"asked": list(asked)}
        case conversation.Breached(kind=kind, breach=breach):
            terms = {"kind": kind, "queue_id": breach.queue_id, "target_minutes": breach.target}
            return "breached", breach.at, None, {**terms, "due_at": breach.due_at.isoformat()}
        case conversation.Escalated(level=level, minutes=minutes, reached=reached, escalated_at=at):
            told = {"level": level, "minutes": minutes, "reached": reached}
            return "escalated", at, None, {**told, "recipients": list(event.recipients)}
        case conversation.EscalationAcknowledged(by=by, until=until, acknowledged_at=at):
            return "acknowledged", at, None, {"by": by, "until": None if until is None else until.isoformat()}
        case conversation.Opened(episode=episode, opened_by=by, stage=stage, agent_id=agent_id, opened_at=at):
            return "opened", at, None, {"episode": episode, "by": by, "stage": stage, "agent_id": agent_id}
        case conversation.ProtocolGiven(episode=episode, number=number, given_at=at):
            return "protocol", at, None, {"episode": episode, "number": number}
        case conversation.Closed(episode=episode, reason=reason, outcome=outcome, closed_by=by, closed_at=at):
            return "closed", at, outcome, {"episode": episode, "reason": reason, "by": by}
        case conversation.Reopened(
            episode=episode, period=period, stage=stage, agent_id=agent_id, reopened_at=at
        ):
            return (
                "reopened",
                at,
                None,
                {"episode": episode, "period": period, "stage": stage, "agent_id": agent_id},
            )
        case conversation.NumberChanged(changed_at=at):
            return "number_changed", at, None, {}
        case conversation.EnteredWaiting(
            queue_id=queue_id, priority=priority, reason=reason, subject=subject, entered_at=at
        ):
            return (
                "waiting",
                at,
                None,
                {"queue_id": queue_id, "priority": priority, "reason": reason, "subject": subject},
            )
        case conversation.Assigned(agent_id=agent_id, how=how, assigned_at=at, reason=reason):
            unusual = {"over_capacity": event.over_capacity, "passed_over": event.passed_over}
            told = {name: value for name, value in unusual.items() if value}
            return "assigned", at, reason, {"agent_id": agent_id, "how": how, **told}
        case conversation.Released(agent_id=agent_id, reason=reason, note=note, released_at=at, by=by):
            return "released", at, note, {"agent_id": agent_id, "reason": reason, **_by(by)}
        case conversation.Transferred(
            from_agent=giver, to_agent=taker, to_queue=queue_id, reason=reason, transferred_at=at, by=by
        ):
            return (
                "transferred",
                at,
                reason,
                {"from_agent": giver, "to_agent": taker, "to_queue": queue_id, **_by(by)},
            )
        case conversation.PriorityChanged(priority=priority, reason=reason, by=by, changed_at=at):
            return "priority", at, reason, {"priority": priority, "by": by}
        case conversation.Snoozed(reason=reason, until=until, snoozed_at=at):
            return "snoozed", at, reason, {"until": until.isoformat()}
        case conversation.Woke(woke_at=at):
            return "woke", at, None, {}
        case conversation.CancellationRequested(requested_at=at):
            return "cancellation", at, None, {}
        case conversation.AutomationSilenced(episode=episode):
            return "silenced", None, None, {"episode": episode}
        case conversation.Tagged(tag=tag, by=by, tagged_at=at):
            return "tagged", at, None, {"tag": tag, "by": by}
        case conversation.Untagged(tag=tag, by=by, untagged_at=at):
            return "untagged", at, None, {"tag": tag, "by": by}
        case conversation.ContactBlocked(reason=reason, spam=spam, by=by, blocked_at=at):
            return "blocked", at, reason, {"spam": spam, "by": by}
        case conversation.ContactUnblocked(by=by, unblocked_at=at):
            return "unblocked", at, None, {"by": by}
        case conversation.ContactEdited(digests=digests, by=by, edited_at=at):
            return "contact_edited", at, None, {"details": [*digests], "by": by}
        case conversation.ContractLinked(number=number, label=label, by=by, linked_at=at):
            return "contract_linked", at, label, {"number": number, "by": by}
        case conversation.ContractUnlinked(number=number, by=by, unlinked_at=at):
            return "contract_unlinked", at, None, {"number": number, "by": by}
        case conversation.Undone(what=what, by=by, undone_at=at):
            return "undone", at, None, {"what": what, "by": by}
        case conversation.ListenedTo(by=by, listened_at=at):
            return "listened", at, None, {"by": by}
        case conversation.ConsentGiven(consent=consent, source=source, by=by, given_at=at):
            return "consent", at, None, {"consent": consent, "agreed": True, "source": source, "by": by}
        case conversation.ConsentWithdrawn(consent=consent, source=source, by=by, withdrawn_at=at):
            return "consent", at, None, {"consent": consent, "agreed": False, "source": source, "by": by}
        case conversation.Rated(episode=episode, score=score, agent_id=agent_id, rated_at=at):
            return "rated", at, None, {"episode": episode, "score": score, "agent_id": agent_id}
        case conversation.SendScheduled(schedule_id=id_, agent_id=agent_id, send_at=send_at, scheduled_at=at):
            return (
                "scheduled",
                at,
                None,
                {"schedule_id": id_, "agent_id": agent_id, "send_at": send_at.isoformat()},
            )
        case conversation.ScheduleCancelled(schedule_id=id_, by=by, cancelled_at=at):
            return "schedule_cancelled", at, None, {"schedule_id": id_, "by": by}
        case conversation.ScheduleDropped(schedule_id=id_, rule=rule, dropped_at=at):
            return "schedule_dropped", at, None, {"schedule_id": id_, "rule": rule}
        case _:
            return None


def _by(by: str | None) -> dict[str, str]:
    """Who did it, when not who had it."""
    return {} if by is None else {"by": by}
