"""Colleagues among themselves: rooms of two and of queues, mentions, conversations as cards, the unread."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path, Query, Response

from api.access import AtDesk, about, allowed, seen_by
from api.desk import Desk
from api.documented import READS, WRITES, problems
from api.errors import Problem
from api.examples import CHAT_MESSAGE, DECIDED, LINE_DECIDED, ROOM, ROOM_OPENED, decided, example
from api.freshness import after
from api.live import Hub
from api.models import chat as models
from api.permissions import About, Permission, everywhere, grant, may
from api.routes.live import AtHub
from api.wishes import Chatting
from commands.chat import OpenRoom, ReadRoom, SayInRoom
from commands.door_ports import Identity
from domain.agent import AgentId
from domain.chat import Kind, RoomId, room_of_queue, room_of_two
from domain.conversation import ConversationId
from domain.copy.refusals import refusal
from domain.queue import QueueId
from projections import chat_messages, chat_rooms

router = APIRouter(tags=["chat"])

OfRoom = Annotated[str, Path(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
Colleague = Annotated[Identity, Depends(allowed(Permission.CHAT))]


@router.get(
    "/v1/chat/rooms",
    summary="Your rooms, the last said first",
    responses={**example(200, {"items": [ROOM]}), **problems(*READS, "NotAnAgent", "NotThereYet")},
    dependencies=[after("chat_rooms")],
)
async def rooms(desk: AtDesk, who: Colleague) -> models.Rooms:
    """Those of your queues, and yours with others."""
    me = _agent(who)
    queues = None if everywhere(who, Permission.CHAT) else who.queues
    return models.Rooms(items=[_room(row, me) for row in await desk.reads.rooms(me, queues)])


@router.post(
    "/v1/chat/rooms",
    summary="Open a room: with a colleague, or of a queue",
    responses={
        **decided(ROOM_OPENED),
        **problems(*WRITES, "RoomOutOfReach", "UnknownAgent", "UnknownQueue", "NobodyElse"),
    },
)
async def open_room(
    ask: Annotated[models.OpenRoom, Body(examples=[{"agent_id": "bia"}])], wish: Chatting
) -> Response:
    """The same two have the same room, and a queue has one."""
    if ask.queue_id is not None:
        queue_id = QueueId(ask.queue_id)
        if not may(wish.identity, Permission.CHAT, About(None, queue_id)):
            raise Problem("RoomOutOfReach")
        if not any(row.queue_id == queue_id and row.active for row in await wish.desk.reads.queues()):
            raise Problem("UnknownQueue", status=404, detail=refusal("UnknownQueue"))
        room_id, other = room_of_queue(queue_id), None
    else:
        queue_id, other = None, AgentId(ask.agent_id or "")
        row = await wish.desk.reads.agent(other)
        if row is None or not row.active:
            raise Problem("UnknownAgent", status=404, detail=refusal("UnknownAgent"))
        room_id = room_of_two(wish.agent_id, other)
    command = OpenRoom(
        id=wish.id, cause=wish.cause, room_id=room_id, by=wish.agent_id, queue_id=queue_id, other=other
    )
    return await wish.decide(command, room_id=room_id)


@router.get(
    "/v1/chat/rooms/{room_id}/messages",
    summary="What was said, the latest page first",
    responses={
        **example(200, {"items": [CHAT_MESSAGE], "before": None}),
        **problems(*READS, "NotAnAgent", "RoomOutOfReach", "UnknownRoom", "NotThereYet"),
    },
    dependencies=[after("chat_rooms", "chat_messages")],
)
async def messages(
    room_id: OfRoom,
    desk: AtDesk,
    who: Colleague,
    before: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="`before` of a page")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> models.Messages:
    await _enter(desk, who, room_id)
    found = await desk.reads.said(RoomId(room_id), limit=limit, before=before)
    first = found[0].n if found else 1
    items = [await _message(desk, who, row) for row in found]
    return models.Messages(items=items, before=first if first > 1 else None)


@router.post(
    "/v1/chat/rooms/{room_id}/messages",
    status_code=201,
    summary="Say something",
    responses={
        **decided(LINE_DECIDED, 201),
        **problems(
            *WRITES, "RoomOutOfReach", "OutOfReach", "UnknownRoom", "UnknownConversation", "NotInRoom"
        ),
    },
)
async def say(
    room_id: OfRoom,
    ask: Annotated[
        models.Say, Body(examples=[{"text": "Bia, consegue ver este caso?", "mentions": ["bia"]}])
    ],
    wish: Chatting,
    hub: AtHub,
) -> Response:
    """A conversation as a card is seen by whoever may see the conversation, and by nobody else."""
    room = await _enter(wish.desk, wish.identity, room_id)
    card = None if ask.conversation_id is None else ConversationId(ask.conversation_id)
    if card is not None:
        told = await wish.desk.reads.conversation(card)
        if told is None:
            raise Problem("UnknownConversation")
        if grant(wish.identity, Permission.READ_CONVERSATIONS, about(told.row)) is None:
            raise Problem("OutOfReach")
    command = SayInRoom(
        id=wish.id,
        cause=wish.cause,
        room_id=RoomId(room_id),
        author=wish.agent_id,
        text=ask.text,
        mentions=tuple(AgentId(one) for one in ask.mentions),
        card=card,
    )
    return await _told(hub, room, await wish.decide(command, line_id=str(wish.id)))


@router.post(
    "/v1/chat/rooms/{room_id}/read",
    summary="You have read so far",
    responses={
        **decided(DECIDED),
        **problems(*WRITES, "RoomOutOfReach", "UnknownRoom", "NotInRoom", "NotThereYet"),
    },
    dependencies=[after("chat_rooms")],
)
async def read(
    room_id: OfRoom,
    ask: Annotated[models.ReadThrough, Body(examples=[{"through": 12}])],
    wish: Chatting,
    hub: AtHub,
) -> Response:
    """It never goes back."""
    room = await _enter(wish.desk, wish.identity, room_id)
    command = ReadRoom(
        id=wish.id, cause=wish.cause, room_id=RoomId(room_id), member=wish.agent_id, through=ask.through
    )
    return await _told(hub, room, await wish.decide(command))


async def _told(hub: Hub, room: chat_rooms.Row, decided: Response) -> Response:
    """The same answer, and everybody in the room hears that there is something."""
    if position := decided.headers.get("Position"):
        await hub.room_moved(room, position)
    return decided


def _agent(who: Identity) -> AgentId:
    assert who.agent_id is not None  # the permission takes being one
    return who.agent_id


async def _enter(desk: Desk, who: Identity, room_id: str) -> chat_rooms.Row:
    """The room. Raises Problem for one of others, or one that is not there (yet: `after` waits for it)."""
    row = await desk.reads.room(RoomId(room_id))
    if row is None:
        raise Problem("UnknownRoom", status=404, detail=refusal("UnknownRoom"))
    mine = row.kind is Kind.DIRECT and who.agent_id in row.members
    if not mine and (row.kind is Kind.DIRECT or not may(who, Permission.CHAT, About(None, row.queue_id))):
        raise Problem("RoomOutOfReach")
    return row


def _room(row: chat_rooms.Row, me: AgentId) -> models.Room:
    return models.Room(
        room_id=row.room_id,
        kind=row.kind,
        queue_id=row.queue_id,
        members=list(row.members),
        said=row.said,
        unread=row.unread(me),
        mentioned=row.calls(me),
        last_at=row.last_at,
        last_author=row.last_author,
        last_preview=row.last_preview,
    )


async def _message(desk: Desk, who: Identity, row: chat_messages.Row) -> models.Message:
    told = None if row.card is None else await desk.reads.conversation(row.card)
    card = None if told is None else seen_by(who, told.row)
    return models.Message(
        n=row.n,
        message_id=row.message_id,
        author=row.author,
        text=row.text,
        mentions=list(row.mentions),
        card=card,
        card_hidden=row.card is not None and card is None,
        at=row.at,
    )
