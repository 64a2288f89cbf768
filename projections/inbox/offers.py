"""Who is being asked about what waits, and since when a conversation in service rests."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from domain import conversation
from domain.conversation import Awaiting, Stage
from domain.journal import Recorded
from projections.answer import replace
from projections.inbox.row import Row

_UNASKED: Final[dict[str, Any]] = {
    "offered_to": None,
    "offer_expires_at": None,
    "tried": (),
    "restart_at": None,
    "relaxed": False,
}


def asked(before: Row, row: Row, recorded: Recorded) -> Row:
    """The row with what the event says of its offers."""
    event, version = recorded.event, recorded.version
    match event:
        case conversation.Offered(agent_id=agent_id, expires_at=expires_at):
            return replace(row, version=version, offered_to=agent_id, offer_expires_at=expires_at)
        case conversation.OfferAccepted() | conversation.OfferWithdrawn():
            return replace(row, version=version, offered_to=None, offer_expires_at=None)
        case conversation.OfferDeclined(agent_id=agent_id) | conversation.OfferExpired(agent_id=agent_id):
            tried = row.tried if agent_id in row.tried else (*row.tried, agent_id)
            return replace(row, version=version, offered_to=None, offer_expires_at=None, tried=tried)
        case conversation.RoundEnded(restart_at=restart_at):
            return replace(row, version=version, restart_at=restart_at)
        case conversation.RoundRestarted():
            return replace(row, version=version, tried=(), restart_at=None)
        case conversation.SkillsRelaxed():
            return replace(row, version=version, relaxed=True)
        case conversation.Ripened():
            return replace(row, version=version, ripe=True)
        case conversation.FellSilent() | conversation.Stirred():
            return replace(row, version=version, silent=isinstance(event, conversation.FellSilent))
        case conversation.EnteredWaiting():
            return replace(row, quiet_since=None, silent=False, ripe=False, **_UNASKED)
        case (
            conversation.Assigned()
            | conversation.Closed()
            | conversation.Opened()
            | conversation.Reopened()
            | conversation.Undone()
        ):
            return replace(row, quiet_since=_quiet(row, None, recorded.at), silent=False, **_UNASKED)
        case _:
            quiet = _quiet(row, before.quiet_since, recorded.at)
            return row if quiet == row.quiet_since else replace(row, quiet_since=quiet)


def _quiet(row: Row, since: datetime | None, at: datetime) -> datetime | None:
    """Since when the customer owes the answer."""
    resting = row.stage is Stage.IN_SERVICE and row.awaiting is Awaiting.CUSTOMER
    return (since or at) if resting else None
