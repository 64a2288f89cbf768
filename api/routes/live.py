"""The live stream: what a person may see, as it changes, and which of it they look at."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Annotated, Final

from fastapi import APIRouter, Body, Depends, Header, Path, Query, Request, Response

from api.access import Someone, asked_again
from api.documented import READS, WRITES, problems
from api.errors import Problem
from api.examples import LIVE, NOTHING_YET
from api.live import topics
from api.live.hub import Hub
from api.live.marks import last_seen
from api.live.response import LiveResponse
from api.models import asks
from api.permissions import Permission
from api.problems import FIELD_FAULTS
from api.routes.conversations import OfConversation
from api.wishes import Attending, Wish, wishing
from commands.door_ports import Identity

router = APIRouter(tags=["live"])

STREAM: Final = r"^[0-9a-f]{32}$"
Reading = Annotated[Wish, Depends(wishing(Permission.READ_CONVERSATIONS))]


async def hub_of(request: Request) -> Hub:
    hub: Hub = request.app.state.live
    return hub


AtHub = Annotated[Hub, Depends(hub_of)]


@router.get(
    "/v1/live",
    summary="What you look at, as it changes: server-sent events",
    response_class=Response,
    responses={
        200: {
            "description": "Events until one of both ends; each `data` is JSON, of the schema by its name",
            "content": {"text/event-stream": LIVE},
        },
        **problems(*READS, "NotAnAgent"),
    },
)
async def live(
    hub: AtHub,
    who: Someone,
    again: Annotated[Callable[[], Awaitable[Identity | None]], Depends(asked_again)],
    wanted: Annotated[
        str | None,
        Query(
            alias="topics",
            max_length=4000,
            description="Names with commas between: `waiting`, `waiting.<queue>`, `mine`, `agent.<id>`,"
            " `automation`, `in_service`, `closed`, `conversation.<id>`, `wallboard`. Without it:"
            " `waiting`, and `mine` of an agent",
            examples=["waiting,mine"],
        ),
    ] = None,
    last_event_id: Annotated[
        str | None,
        Header(
            alias="Last-Event-ID",
            description="The last `id` heard, from whatever process: it goes on from there. Topics whose"
            " snapshot was not told by then begin with one",
        ),
    ] = None,
) -> Response:
    """A snapshot of every topic, then its changes. `mark` says that all that happened so far was told, and
    its `id` is the one to come back with. `reset` says that something was missed: drop what is held of its
    topics, snapshots follow. `degraded` says that what is told may be late, `bye` why it ends. Comments come
    every 15 seconds when nothing else does. Rows and lines are told as they are *now*, so changes may be
    told together, or twice."""
    named = topics.usual(who) if wanted is None else wanted.split(",")
    listed = _resolved(named, who, "query.topics")
    if not await hub.in_sight(who, listed):
        raise Problem("Forbidden")
    last = last_seen(last_event_id)
    return LiveResponse(hub, hub.open(who, again, listed, last), last)


@router.put(
    "/v1/live/{stream_id}/topics",
    status_code=204,
    summary="Look at something else, on the same stream",
    response_class=Response,
    responses={204: {"description": NOTHING_YET}, **problems(*WRITES, "UnknownStream")},
)
async def look_at(
    stream_id: Annotated[str, Path(pattern=STREAM, description="As `hello` said it")],
    ask: Annotated[
        asks.Topics,
        Body(examples=[{"topics": ["waiting", "mine", "conversation.6f1c2a34-5b6d-8e7f-9a0b-1c2d3e4f5a6b"]}]),
    ],
    wish: Reading,
    hub: AtHub,
) -> Response:
    """All topics from here on, wherever the stream is open. It answers with `topics` when it looks there, and
    the snapshots of new ones follow."""
    listed = _resolved(ask.topics, wish.identity, "body.topics")
    if not await hub.in_sight(wish.identity, listed):
        raise Problem("Forbidden")
    if not await hub.look_at(stream_id, wish.identity, listed):
        raise Problem("UnknownStream")
    return Response(status_code=204, headers={"Idempotency-Key": wish.key})


@router.post(
    "/v1/conversations/{conversation_id}/presence",
    status_code=204,
    summary="Say that you look at a conversation, or type in it",
    response_class=Response,
    responses={204: {"description": NOTHING_YET}, **problems(*WRITES)},
)
async def presence(
    conversation_id: OfConversation,
    ask: Annotated[asks.Presence, Body(examples=[{"state": "typing"}])],
    wish: Attending,
    hub: AtHub,
) -> Response:
    """Whoever looks at it is told, at once. `viewing` is believed for 30 seconds and `typing` for 6: say it
    again for as long as it is so. It is kept nowhere."""
    await hub.present(conversation_id, wish.agent_id, ask.state)
    return Response(status_code=204, headers={"Idempotency-Key": wish.key})


def _resolved(words: Iterable[str], who: Identity, field: str) -> tuple[str, ...]:
    try:
        return topics.resolved(words, who)
    except topics.NotYours as error:
        raise Problem("NotAnAgent" if error.no_agent else "Forbidden") from None
    except topics.UnknownTopic:
        fault = {"field": field, "code": "topic", "message": FIELD_FAULTS["topic"]}
        raise Problem("Invalid", errors=[fault]) from None
