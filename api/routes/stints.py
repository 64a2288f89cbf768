"""Looking back: a queue as it was at a moment, and where a conversation was at each."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AwareDatetime

from api.access import AtDesk, allowed, seen_by, told
from api.documented import READS, problems
from api.errors import Problem
from api.examples import QUEUE_AT, STINTS, example
from api.freshness import after
from api.models import stints as views
from api.permissions import About, Permission, grant
from api.problems import FIELD_FAULTS
from api.routes.conversations import Limit, OfConversation, bad_cursor
from api.routes.desk import OfQueue
from commands.door_ports import Identity
from domain.conversation import ConversationId
from domain.copy.refusals import refusal
from domain.queue import QueueId

STEP: Final = timedelta(minutes=5)
EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)

Back = Annotated[Identity, Depends(allowed(Permission.LOOK_BACK))]
Moment = Annotated[
    AwareDatetime, Query(description="With its zone, and not ahead", examples=["2026-03-12T17:32:00Z"])
]
Cursor = Annotated[str | None, Query(max_length=1000, description="`next` of the page before")]

router = APIRouter()


@router.get(
    "/v1/queues/{queue_id}/at",
    tags=["desk"],
    summary="A queue as it was at a moment",
    responses={
        **example(200, QUEUE_AT),
        **problems(*READS, "QueueOutOfReach", "UnknownQueue", "MomentAhead", "NotThereYet"),
    },
    dependencies=[after("stints", "inbox")],
)
async def queue_at(
    queue_id: OfQueue,
    moment: Moment,
    request: Request,
    desk: AtDesk,
    who: Back,
    changes: Annotated[bool, Query(description="Whether to tell of the whole day")] = True,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> views.QueueAt:
    """What stood in it then, by today's permissions: whose queue it is today looks back, and a customer is
    named to whoever would be told today. Nothing of what was said."""
    id_, now = QueueId(queue_id), desk.clock.now()
    if grant(who, Permission.LOOK_BACK, About(None, id_)) is None:
        raise Problem("QueueOutOfReach")
    at = passed(moment, now)
    if all(row.queue_id != id_ for row in await desk.reads.queues()):
        raise Problem("UnknownQueue", status=404, detail=refusal("UnknownQueue"))
    try:
        page = await desk.reads.stood(id_, at, limit=limit, after=cursor)
    except ValueError as error:
        raise bad_cursor() from error
    counted = await desk.reads.tally(id_, at)
    starts, ends = day_of(at, request.app.state.zone)
    depths = await desk.reads.depths(id_, starts, min(now, ends - STEP), STEP) if changes else ()
    rows = await desk.reads.by_ids([row.conversation_id for row in page.rows], limit=limit)
    names = {row.conversation_id: one.contact.name for row in rows if (one := seen_by(who, row)) is not None}
    found = views.QueueAt(
        queue_id=queue_id,
        moment=at,
        waiting=counted.waiting,
        in_service=counted.in_service,
        breached=counted.breached,
        items=[
            views.Stood(
                conversation_id=row.conversation_id,
                state=row.state,
                agent_id=row.agent_id,
                priority=row.priority,
                since=row.since,
                late=row.late_at is not None and row.late_at <= at,
                name=names.get(row.conversation_id),
            )
            for row in page.rows
        ],
        next=page.next,
        day_starts_at=starts,
        day_ends_at=ends,
        changes=[views.Depth.model_validate(depth) for depth in depths],
    )
    return told(who, Permission.LOOK_BACK, found)


@router.get(
    "/v1/conversations/{conversation_id}/stints",
    tags=["conversations"],
    summary="In which queue, in which state and with whom it was, since it began",
    responses={
        **example(200, STINTS),
        **problems(*READS, "OutOfReach", "UnknownConversation", "NotThereYet"),
    },
    dependencies=[after("stints")],
)
async def stints(
    conversation_id: OfConversation,
    desk: AtDesk,
    who: Back,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="Rows of a page")] = 500,
) -> views.Stints:
    """One for each change of queue, state, agent or priority, and none for what was said. What it looked like
    then is told by its transcript up to a `moment`."""
    try:
        page = await desk.reads.stints(ConversationId(conversation_id), limit=limit, after=cursor)
    except ValueError as error:
        raise bad_cursor() from error
    if not page.rows and cursor is None:
        raise Problem("UnknownConversation")
    items = [views.Stint.model_validate(row) for row in page.rows]
    return told(who, Permission.LOOK_BACK, views.Stints(items=items, next=page.next))


def passed(moment: datetime, now: datetime) -> datetime:
    """A moment that somebody asked for, in UTC. Raises Problem for one that is still to come."""
    if moment > now:
        raise Problem("MomentAhead")
    if moment < EARLIEST:
        errors = [{"field": "query.moment", "code": "long_ago", "message": FIELD_FAULTS["long_ago"]}]
        raise Problem("Invalid", errors=errors)
    return moment.astimezone(UTC)


def day_of(at: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """When the day of an instant begins in a zone, and when the next one does; in UTC."""
    day = at.astimezone(zone).date()
    starts, ends = (datetime.combine(day + timedelta(days=n), time(), zone) for n in (0, 1))
    return starts.astimezone(UTC), ends.astimezone(UTC)
