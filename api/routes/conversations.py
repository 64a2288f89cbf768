"""What is known of conversations: the list in its one order, one of them, what was said."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Body, Depends, Path, Query, Response
from pydantic import AwareDatetime

from api import finding, quoting
from api.access import AtDesk, allowed, reach, seen_by, told
from api.desk import Which
from api.documented import READS, problems
from api.errors import Problem
from api.examples import CONVERSATION, CONVERSATION_WITH_EPISODES, COUNTS, ETAG, TRANSCRIPT, example
from api.freshness import after
from api.models import asks, views
from api.permissions import Mask, Permission, grant
from api.problems import FIELD_FAULTS
from commands.door_ports import Identity
from domain.agent import AgentId
from domain.channel import ChannelId
from domain.conversation import ConversationId, Stage
from domain.queue import Priority, QueueId

UUID_: Final = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"

MOST_FOUND: Final = 200
"""Looked at for a search, before what is out of reach is left out."""

OfConversation = Annotated[
    str,
    Path(pattern=UUID_, description="Computed from channel and customer; it names nobody"),
]
Limit = Annotated[int, Query(ge=1, le=200, description="Rows of a page")]
Reader = Annotated[Identity, Depends(allowed(Permission.READ_CONVERSATIONS))]

router = APIRouter(tags=["conversations"])


@router.get(
    "/v1/conversations",
    summary="Who is waiting, in the one order",
    responses={**example(200, {"items": [CONVERSATION], "next": None}), **problems(*READS, "NotThereYet")},
    dependencies=[after("inbox", "episodes")],
)
async def conversations(
    desk: AtDesk,
    who: Reader,
    stage: Annotated[Stage | None, Query(description="Without it: what is open")] = None,
    queue: Annotated[str | None, Query(pattern=r"^[a-z0-9_-]{1,64}$", examples=["suporte"])] = None,
    agent: Annotated[
        str | None,
        Query(pattern=r"^[a-z0-9_-]{1,64}$", description="`me`, or an agent's id", examples=["me"]),
    ] = None,
    channel: Annotated[str | None, Query(pattern=r"^[a-z0-9_-]{1,64}$", examples=["principal"])] = None,
    priority: Annotated[Priority | None, Query()] = None,
    protocol: Annotated[
        str | None,
        Query(pattern=r"^[0-9]{14}$", description="Also finds what is closed", examples=["20260000012345"]),
    ] = None,
    tag: Annotated[str | None, Query(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$", examples=["massiva"])] = None,
    cursor: Annotated[str | None, Query(max_length=1000, description="`next` of the page before")] = None,
    limit: Limit = 50,
) -> views.Conversations:
    """Past the manager's step by due time; then what is breached and all that is urgent, by priority; then
    the rest by due time; then whoever has no clock running. Pages are stable: later pages keep the instant of
    the first one."""
    if agent == "me":
        if who.agent_id is None:
            raise Problem("NotAnAgent")
        agent = who.agent_id
    which = Which(
        stage=stage,
        queue_id=None if queue is None else QueueId(queue),
        agent_id=None if agent is None else AgentId(agent),
        channel_id=None if channel is None else ChannelId(channel),
        priority=priority,
        protocol=protocol,
        tag=tag,
        reach=reach(who, Permission.READ_CONVERSATIONS),
    )
    try:
        page = await desk.reads.conversations(which, desk.clock.now(), limit=limit, after=cursor)
    except ValueError as error:
        raise bad_cursor() from error
    found = views.Conversations(items=[views.conversation(row) for row in page.rows], next=page.next)
    return told(who, Permission.READ_CONVERSATIONS, found)


@router.get(
    "/v1/conversations/counts",
    summary="How many there are in each list",
    responses={**example(200, COUNTS), **problems(*READS, "NotThereYet")},
    dependencies=[after("inbox")],
)
async def counts(desk: AtDesk, who: Reader) -> views.Counts:
    """Of what you may see."""
    within = reach(who, Permission.READ_CONVERSATIONS)
    return views.Counts.model_validate(await desk.reads.counts(who.agent_id, desk.clock.now(), within))


@router.post(
    "/v1/conversations/search",
    summary="Find conversations by protocol number, phone, name or contract",
    responses={**example(200, {"items": [CONVERSATION]}), **problems(*READS, "BadBody", "TooLarge")},
)
async def search(
    ask: Annotated[asks.Search, Body(examples=[{"query": "cliente exem"}])], desk: AtDesk, who: Reader
) -> views.Found:
    """Open and closed ones. Fourteen digits are a protocol number, ten to thirteen a phone, with or without
    country code and ninth digit; all else, and what is neither of them here, is a name (their own, or the
    desk's for them) or a contract, of which the beginnings of words in any order will do, without accents
    too. Whoever is not told names and phones does not find by them, either. What is asked for stands in the
    body, so that it is in nobody's log of addresses."""
    meant = finding.meant(ask.query)
    if not isinstance(meant, finding.Protocol) and not tells_who(who):
        raise Problem("Forbidden")
    match meant:
        case finding.Protocol(number=number):
            rows = await desk.reads.by_protocol(number, limit=MOST_FOUND)
        case finding.Phone(forms=forms):
            channels = [row.channel_id for row in await desk.reads.channels()]
            ids = finding.conversations_of(desk.addresses, channels, forms)
            rows = await desk.reads.by_ids(ids, limit=MOST_FOUND)
        case finding.Name(words=words):
            rows = await desk.reads.by_name([words], limit=MOST_FOUND)
    if not rows and not isinstance(meant, finding.Name) and tells_who(who):
        digits = meant.forms if isinstance(meant, finding.Phone) else (meant.number,)
        rows = await desk.reads.by_name([ask.query, *digits], limit=MOST_FOUND)
    seen = [one for row in rows if (one := seen_by(who, row)) is not None]
    return views.Found(items=seen[: ask.limit])


@router.get(
    "/v1/conversations/{conversation_id}",
    summary="One conversation, with all its episodes",
    responses={
        **example(200, CONVERSATION_WITH_EPISODES, headers=ETAG),
        **problems(*READS, "OutOfReach", "UnknownConversation", "NotThereYet"),
    },
    dependencies=[after("inbox", "episodes")],
)
async def conversation(
    conversation_id: OfConversation, desk: AtDesk, who: Reader, response: Response
) -> views.ConversationWithEpisodes:
    """The `ETag` is the version you see; send it back as `If-Match` with what you decide."""
    found = await desk.reads.conversation(ConversationId(conversation_id))
    if found is None:
        raise Problem("UnknownConversation")
    response.headers["ETag"] = f'"{found.row.version}"'
    return told(who, Permission.READ_CONVERSATIONS, views.conversation_with(found.row, found.episodes))


@router.get(
    "/v1/conversations/{conversation_id}/transcript",
    summary="What was said, page by page, the latest page first",
    responses={
        **example(200, TRANSCRIPT),
        **problems(*READS, "OutOfReach", "UnknownConversation", "NotThereYet"),
    },
    dependencies=[after("transcript")],
)
async def transcript(
    conversation_id: OfConversation,
    desk: AtDesk,
    who: Reader,
    cursor: Annotated[
        str | None, Query(max_length=1000, description="`previous` or `next` of a page")
    ] = None,
    moment: Annotated[
        AwareDatetime | None,
        Query(
            description="The last of what was there by then, with its zone", examples=["2026-03-12T17:32:00Z"]
        ),
    ] = None,
    limit: Limit = 50,
) -> views.Transcript:
    """Messages, notes, calls and turns, in the order in which we heard them. Edited and deleted messages say
    so; `possibly_twice` marks what may have reached the customer twice. Up to a `moment` each line still says
    what is known of it today: what was erased since is gone there too."""
    try:
        page = await desk.reads.transcript(ConversationId(conversation_id), limit=limit, at=cursor, by=moment)
    except ValueError as error:
        raise bad_cursor() from error
    if not page.rows and cursor is None and moment is None:
        raise Problem("UnknownConversation")
    quotes = await quoting.of_page(desk.reads, ConversationId(conversation_id), page.rows)
    lines = [views.line(row, desk.meaning, quoting.quoted(row, quotes)) for row in page.rows]
    found = views.Transcript(items=lines, previous=page.previous, next=page.next)
    return told(who, Permission.READ_CONVERSATIONS, found)


def tells_who(who: Identity) -> bool:
    """Whether names and phones are told to them."""
    held = grant(who, Permission.READ_CONVERSATIONS)
    return held is not None and held.masks.isdisjoint({Mask.NAME, Mask.PHONE})


def bad_cursor() -> Problem:
    return Problem(
        "Invalid",
        errors=[{"field": "query.cursor", "code": "cursor", "message": FIELD_FAULTS["cursor"]}],
    )
