"""The desk itself: its queues, its agents, its channels. All of the house read them, admins change them."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Body, Depends, Path, Response

from api.access import AtDesk, allowed, told
from api.documented import READS, WRITES, problems
from api.errors import Problem
from api.examples import AGENT, CHANNEL, DECIDED, QUEUE, TEMPLATE, decided, example
from api.freshness import after
from api.models import asks, automatic, views
from api.permissions import Permission
from api.wishes import Running
from commands.agent import DeactivateAgent, ReactivateAgent, WelcomeAgent
from commands.channel import ConnectChannel
from commands.door_ports import Identity
from commands.queue import CreateQueue, RetireQueue
from domain.agent import AgentId
from domain.channel import ChannelId
from domain.conversation import DEVICE
from domain.copy.refusals import refusal
from domain.queue import QueueId

_ID: Final = r"^[a-z0-9][a-z0-9_-]{0,63}$"

OfQueue = Annotated[str, Path(pattern=_ID, examples=["suporte"])]
OfAgent = Annotated[str, Path(pattern=_ID, examples=["bia"])]
OfChannel = Annotated[str, Path(pattern=_ID, examples=["principal"])]

router = APIRouter(tags=["desk"])
Read: Final = Depends(allowed(Permission.READ_DESK))
Reader = Annotated[Identity, Read]


@router.get(
    "/v1/queues",
    summary="All queues, retired ones too",
    responses={**example(200, {"items": [QUEUE]}), **problems(*READS, "NotThereYet")},
    dependencies=[Read, after("queues")],
)
async def queues(desk: AtDesk) -> views.Queues:
    return views.Queues(items=[views.queue(row) for row in await desk.reads.queues()])


@router.get(
    "/v1/queues/{queue_id}",
    summary="One queue",
    responses={**example(200, QUEUE), **problems(*READS, "UnknownQueue", "NotThereYet")},
    dependencies=[Read, after("queues")],
)
async def queue(queue_id: OfQueue, desk: AtDesk) -> views.Queue:
    for row in await desk.reads.queues():
        if row.queue_id == queue_id:
            return views.queue(row)
    raise Problem("UnknownQueue", status=404, detail=refusal("UnknownQueue"))


@router.put(
    "/v1/queues/{queue_id}",
    summary="Open a queue, or give it a new name",
    responses={**decided(DECIDED), **problems(*WRITES)},
)
async def put_queue(
    queue_id: OfQueue,
    ask: Annotated[asks.PutQueue, Body(examples=[{"name": "Suporte técnico"}])],
    wish: Running,
) -> Response:
    return await wish.decide(
        CreateQueue(id=wish.id, cause=wish.cause, queue_id=QueueId(queue_id), name=ask.name)
    )


@router.delete(
    "/v1/queues/{queue_id}",
    summary="Retire a queue",
    responses={**decided(DECIDED), **problems(*WRITES, "UnknownQueue")},
)
async def retire_queue(queue_id: OfQueue, wish: Running) -> Response:
    """It stays listed, and nothing more is handed to it by hand."""
    return await wish.decide(RetireQueue(id=wish.id, cause=wish.cause, queue_id=QueueId(queue_id)))


@router.get(
    "/v1/agents",
    summary="Everybody who attends, or did",
    responses={**example(200, {"items": [AGENT]}), **problems(*READS, "NotThereYet")},
    dependencies=[after("agents")],
)
async def agents(desk: AtDesk, who: Reader) -> views.Agents:
    found = views.Agents(items=[views.agent(row) for row in await desk.reads.agents()])
    return told(who, Permission.READ_DESK, found)


@router.get(
    "/v1/agents/{agent_id}",
    summary="One agent",
    responses={**example(200, AGENT), **problems(*READS, "UnknownAgent", "NotThereYet")},
    dependencies=[after("agents")],
)
async def agent(agent_id: OfAgent, desk: AtDesk, who: Reader) -> views.Agent:
    row = await desk.reads.agent(AgentId(agent_id))
    if row is None:
        raise Problem("UnknownAgent", status=404, detail=refusal("UnknownAgent"))
    return told(who, Permission.READ_DESK, views.agent(row))


@router.put(
    "/v1/agents/{agent_id}",
    summary="Let an agent in, say their new name, or let them go",
    responses={**decided(DECIDED), **problems(*WRITES)},
)
async def put_agent(
    agent_id: OfAgent,
    ask: Annotated[asks.PutAgent, Body(examples=[{"name": "Bia", "active": True}])],
    wish: Running,
) -> Response:
    """Agents are deactivated, never deleted: history names them."""
    if agent_id == DEVICE:
        raise Problem("Forbidden")  # whoever writes on the phone in the shop is nobody in particular
    named = WelcomeAgent(id=wish.id, cause=wish.cause, agent_id=AgentId(agent_id), name=ask.name)
    moved = ReactivateAgent if ask.active else DeactivateAgent
    return await wish.decide_all(
        [named, moved(id=wish.part(1), cause=wish.cause, agent_id=AgentId(agent_id))]
    )


@router.get(
    "/v1/channels",
    summary="All WhatsApp numbers of ours",
    responses={**example(200, {"items": [CHANNEL]}), **problems(*READS, "NotThereYet")},
    dependencies=[Read, after("channels")],
)
async def channels(desk: AtDesk) -> views.Channels:
    return views.Channels(items=[views.channel(row) for row in await desk.reads.channels()])


@router.get(
    "/v1/channels/{channel_id}",
    summary="One channel",
    responses={**example(200, CHANNEL), **problems(*READS, "UnknownChannel", "NotThereYet")},
    dependencies=[Read, after("channels")],
)
async def channel(channel_id: OfChannel, desk: AtDesk) -> views.Channel:
    for row in await desk.reads.channels():
        if row.channel_id == channel_id:
            return views.channel(row)
    raise Problem("UnknownChannel")


@router.get(
    "/v1/channels/{channel_id}/templates",
    summary="The templates the provider has of this number",
    responses={
        **example(200, {"items": [TEMPLATE]}),
        **problems(*READS, "UnknownChannel", "NotThereYet"),
    },
    dependencies=[Read, after("templates")],
)
async def templates(channel_id: OfChannel, desk: AtDesk) -> automatic.Templates:
    """With the words each asks for. Only what is approved and a utility can be sent by an agent."""
    if not any(row.channel_id == channel_id for row in await desk.reads.channels()):
        raise Problem("UnknownChannel")
    rows = await desk.reads.templates(ChannelId(channel_id))
    return automatic.Templates(items=[automatic.template(row) for row in rows])


@router.put(
    "/v1/channels/{channel_id}",
    summary="Connect a number, or change where it leads",
    responses={**decided(DECIDED), **problems(*WRITES, "UnknownQueue")},
)
async def put_channel(
    channel_id: OfChannel,
    ask: Annotated[
        asks.PutChannel,
        Body(
            examples=[
                {
                    "name": "Atendimento",
                    "provider": "meta",
                    "number_id": "200000000000001",
                    "queue_id": "geral",
                }
            ]
        ),
    ],
    wish: Running,
) -> Response:
    """Its secrets are settings of the deployment and never pass here."""
    command = ConnectChannel(
        id=wish.id,
        cause=wish.cause,
        channel_id=ChannelId(channel_id),
        name=ask.name,
        provider=ask.provider,
        number_id=ask.number_id,
        queue_id=QueueId(ask.queue_id),
    )
    return await wish.decide(command)
