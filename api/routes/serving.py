"""What an agent does to a conversation. Every door hands one command in and answers what came of it."""

from __future__ import annotations

import asyncio
from datetime import UTC
from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, Response

from api.documented import WRITES, problems
from api.errors import Problem
from api.examples import DECIDED, LINE_DECIDED, MESSAGES, NOTHING_YET, OPENED, decided
from api.models import asks
from api.permissions import Permission
from api.routes.conversations import OfConversation
from api.wishes import Attending, Wish
from commands import conversation as wanted
from domain.agent import AgentId
from domain.channel import ChannelId
from domain.conversation import Consent, ConversationId, MessageId
from domain.copy.refusals import refusal
from domain.queue import Priority, QueueId
from domain.template import Template

router = APIRouter(prefix="/v1/conversations", tags=["conversations"])

TEMPLATE_RULES: Final = (
    "UnknownTemplate",
    "TemplateNotApproved",
    "TemplatePaused",
    "WrongCategory",
    "MissingVariables",
    "VariableTooLong",
    "NeedsOptIn",
    "NotThereYet",
)
MOMENTS: Final = 20
MOMENT: Final = 0.1  # seconds
RECEIVERS: Final = ("NeedsReceiver", "NeedsReason", "UnknownAgent", "UnknownQueue")
MOVES: Final = (*WRITES, "NotOpen", "Changed", "NotOwner")


def _mine(wish: Wish, conversation_id: str) -> dict[str, Any]:
    """What every command of an agent on a conversation says."""
    return {
        "id": wish.id,
        "cause": wish.cause,
        "conversation_id": ConversationId(conversation_id),
        "seen_version": wish.seen_version,
    }


@router.post(
    "",
    summary="Open a conversation with a customer by phone",
    responses={**decided(OPENED), **problems(*WRITES, "UnknownChannel", "AlreadyOpen", "AlreadyAttended")},
)
async def open_conversation(
    ask: Annotated[
        asks.OpenConversation, Body(examples=[{"channel_id": "principal", "phone": "5511900000001"}])
    ],
    wish: Attending,
) -> Response:
    """It is yours at once and waits on the customer; a protocol number follows. Outside the window only a
    template can be sent."""
    try:
        conversation_id, contact = wish.desk.addresses.conversation_of(ask.channel_id, ask.phone)
    except KeyError as error:
        raise Problem("UnknownChannel") from error
    command = wanted.OpenConversation(
        **_mine(wish, conversation_id),
        channel_id=ChannelId(ask.channel_id),
        agent_id=wish.agent_id,
        contact=contact,
    )
    return await wish.decide(command, conversation_id=conversation_id)


@router.post(
    "/{conversation_id}/messages",
    status_code=201,
    summary="Write to the customer",
    responses={
        **decided(LINE_DECIDED, 201),
        **problems(
            *WRITES,
            "NotOwner",
            "NotOpen",
            "Changed",
            "CustomerWrote",
            "WindowClosed",
            "UnknownMedia",
            *TEMPLATE_RULES,
        ),
    },
)
async def send(
    conversation_id: OfConversation,
    ask: Annotated[asks.Message, Body(openapi_examples=MESSAGES)],
    wish: Attending,
) -> Response:
    """Recorded, and then sent in its turn; the transcript tells what became of it. Refused when the customer
    wrote since what you saw (`anyway` covers the first such message and 10 s more), when it is not yours
    (`takeover` takes it first), and outside the 24 h window unless it is a template. A template must be
    approved, a utility, filled exactly, and for a customer who agreed or has an open request."""
    content = ask.content()
    if (key := content.get("key")) is not None:
        of = ConversationId(conversation_id)
        mime = await wish.desk.uploads.mime(of, wish.agent_id, key, wish.desk.clock.now())
        mime = mime or await wish.desk.reads.media_type(key)
        if mime is None or await wish.desk.objects.find(key) is None:
            raise Problem("UnknownMedia")
        content["mime"] = mime
    command = wanted.SendMessage(
        **_mine(wish, conversation_id),
        agent_id=wish.agent_id,
        kind=ask.kind,
        content=content,
        reply_to=None if ask.reply_to is None else MessageId(ask.reply_to),
        anyway=ask.anyway,
        takeover=ask.takeover,
        template=await template_of(wish, conversation_id, ask),
    )
    return await wish.decide(command, line_id=str(wish.id))


@router.post(
    "/{conversation_id}/notes",
    status_code=201,
    summary="Leave a note that colleagues alone see",
    responses={**decided(LINE_DECIDED, 201), **problems(*WRITES, "UnknownEpisode")},
)
async def note(
    conversation_id: OfConversation,
    ask: Annotated[asks.Note, Body(examples=[{"text": "Cliente prefere visita técnica à tarde."}])],
    wish: Attending,
) -> Response:
    """Whoever may read may write one; it touches no clock."""
    command = wanted.AddNote(**_mine(wish, conversation_id), agent_id=wish.agent_id, text=ask.text)
    return await wish.decide(command, line_id=str(wish.id))


@router.post(
    "/{conversation_id}/reactions",
    summary="React to a message, or take the reaction back",
    responses={**decided(DECIDED), **problems(*WRITES, "NotOwner", "NotOpen", "WindowClosed")},
)
async def react(
    conversation_id: OfConversation,
    ask: Annotated[
        asks.Reaction, Body(examples=[{"target": "9c1b7f3e5a2d4c6b8e0f1a2b3c4d5e6f", "emoji": "👍"}])
    ],
    wish: Attending,
) -> Response:
    """It answers nobody: no clock stops."""
    command = wanted.ReactToMessage(
        **_mine(wish, conversation_id),
        agent_id=wish.agent_id,
        target=MessageId(ask.target),
        emoji=ask.emoji,
    )
    return await wish.decide(command)


@router.put(
    "/{conversation_id}/consents/{consent}",
    summary="Record that the customer agreed to hear from us, or that they do not",
    responses={**decided(DECIDED), **problems(*WRITES, "UnknownEpisode")},
)
async def put_consent(
    conversation_id: OfConversation,
    consent: Consent,
    ask: Annotated[asks.PutConsent, Body(examples=[{"agreed": True, "source": "phone"}])],
    wish: Attending,
) -> Response:
    """`source` says where you were told: `phone`, `contract`, `counter` … Kept with your name."""
    wanted_of = wanted.GiveConsent if ask.agreed else wanted.WithdrawConsent
    command = wanted_of(**_mine(wish, conversation_id), consent=consent, source=ask.source, by=wish.agent_id)
    return await wish.decide(command)


@router.post(
    "/{conversation_id}/transfer",
    summary="Hand it on, to an agent or to a queue",
    responses={
        **decided(DECIDED),
        **problems(*MOVES, *RECEIVERS),
    },
)
async def transfer(
    conversation_id: OfConversation,
    ask: Annotated[
        asks.Transfer, Body(examples=[{"to_queue": "cobranca", "reason": "Dúvida sobre a segunda via."}])
    ],
    wish: Attending,
) -> Response:
    """Exactly one of `to_agent` and `to_queue`. Clocks run on; what was answered stays answered. Whoever
    moves what a colleague attends says why."""
    if ask.to_agent is not None:
        await known_agent(wish, ask.to_agent)
    if ask.to_queue is not None:
        await known_queue(wish, ask.to_queue)
    command = wanted.TransferConversation(
        **_mine(wish, conversation_id),
        by=wish.agent_id,
        to_agent=None if ask.to_agent is None else AgentId(ask.to_agent),
        to_queue=None if ask.to_queue is None else QueueId(ask.to_queue),
        reason=ask.reason,
        for_another=wish.may(Permission.MOVE_FOR_ANOTHER),
    )
    return await wish.decide(command)


@router.post(
    "/{conversation_id}/undo",
    summary="Take back what you just did: closing it, or handing it on",
    responses={
        **decided(DECIDED),
        **problems(*WRITES, "NothingToUndo", "UndoTooLate", "WrittenSince", "Changed"),
    },
)
async def undo(conversation_id: OfConversation, wish: Attending) -> Response:
    """Within 10 seconds, as long as nobody else took it and the customer did not write: all is as it was, its
    clocks too. Tags are undone by putting them on and taking them off again."""
    return await wish.decide(wanted.UndoMove(**_mine(wish, conversation_id), by=wish.agent_id))


@router.post(
    "/{conversation_id}/release",
    summary="Give it back to its queue",
    responses={**decided(DECIDED), **problems(*MOVES, "NotInService", "NeedsQueue", "UnknownQueue")},
)
async def release(
    conversation_id: OfConversation,
    ask: Annotated[
        asks.Release,
        Body(examples=[{"reason": "end_of_shift", "note": "Aguarda retorno da equipe de campo."}]),
    ],
    wish: Attending,
) -> Response:
    """The wait that was running keeps its due time. What came from no queue needs one named."""
    if ask.queue_id is not None:
        await known_queue(wish, ask.queue_id)
    command = wanted.ReleaseConversation(
        **_mine(wish, conversation_id),
        by=wish.agent_id,
        reason=ask.reason,
        note=ask.note,
        queue_id=None if ask.queue_id is None else QueueId(ask.queue_id),
        for_another=wish.may(Permission.MOVE_FOR_ANOTHER),
    )
    return await wish.decide(command)


@router.post(
    "/{conversation_id}/close",
    summary="Close it, with a reason and one line of what came of it",
    responses={**decided(DECIDED), **problems(*MOVES, "UnknownReason", "NeedsOutcome")},
)
async def close(
    conversation_id: OfConversation,
    ask: Annotated[
        asks.Close,
        Body(
            examples=[{"reason": "technical/solved", "outcome": "Sinal normalizado após reiniciar o modem."}]
        ),
    ],
    wish: Attending,
) -> Response:
    """Whatever the customer writes within 24 hours takes it up again, under the same protocol."""
    command = wanted.CloseConversation(
        **_mine(wish, conversation_id),
        by=wish.agent_id,
        reason=ask.reason,
        outcome=ask.outcome,
        for_another=wish.may(Permission.MOVE_FOR_ANOTHER),
    )
    return await wish.decide(command)


@router.post(
    "/{conversation_id}/reopen",
    summary="Take a closed demand up again",
    responses={
        **decided(DECIDED),
        **problems(*WRITES, "NotClosed", "ReopenTooLate", "Changed", "UnknownEpisode"),
    },
)
async def reopen(conversation_id: OfConversation, wish: Attending) -> Response:
    """Within 24 hours of closing: the same protocol, a new period, yours."""
    return await wish.decide(
        wanted.ReopenConversation(**_mine(wish, conversation_id), agent_id=wish.agent_id)
    )


@router.post(
    "/{conversation_id}/new-demand",
    summary="What the customer wants now is another demand",
    responses={**decided(DECIDED), **problems(*MOVES)},
)
async def new_demand(conversation_id: OfConversation, wish: Attending) -> Response:
    """Closes the episode and opens the next, with a protocol number of its own; it stays yours."""
    return await wish.decide(wanted.StartNewDemand(**_mine(wish, conversation_id), agent_id=wish.agent_id))


@router.post(
    "/{conversation_id}/priority",
    summary="Change the priority, with a reason",
    responses={**decided(DECIDED), **problems(*WRITES, "UrgentNotAllowed", "NotOpen")},
)
async def change_priority(
    conversation_id: OfConversation,
    ask: Annotated[
        asks.ChangePriority,
        Body(examples=[{"priority": "high", "reason": "Cliente sem telefone fixo de emergência."}]),
    ],
    wish: Attending,
) -> Response:
    """The new target counts from the same start. Raising to urgent is a permission of its own."""
    if ask.priority is Priority.URGENT and not wish.may(Permission.RAISE_TO_URGENT):
        raise Problem("UrgentNotAllowed")
    command = wanted.ChangePriority(
        **_mine(wish, conversation_id), by=wish.agent_id, priority=ask.priority, reason=ask.reason
    )
    return await wish.decide(command)


@router.post(
    "/{conversation_id}/snooze",
    summary="Wait on a third party until a time, or until the customer writes",
    responses={**decided(DECIDED), **problems(*WRITES, "NotInService", "NotOwner", "BadWakeUp")},
)
async def snooze(
    conversation_id: OfConversation,
    ask: Annotated[
        asks.Snooze,
        Body(examples=[{"until": "2026-03-13T09:00:00-03:00", "reason": "Visita técnica agendada."}]),
    ],
    wish: Attending,
) -> Response:
    """At most 5 days ahead."""
    command = wanted.SnoozeConversation(
        **_mine(wish, conversation_id), by=wish.agent_id, until=ask.until.astimezone(UTC), reason=ask.reason
    )
    return await wish.decide(command)


@router.post(
    "/{conversation_id}/wake",
    summary="Go on with it before the wake-up",
    responses={**decided(DECIDED), **problems(*WRITES)},
)
async def wake(conversation_id: OfConversation, wish: Attending) -> Response:
    """Nothing happens when it was not set aside."""
    command = wanted.WakeConversation(
        id=wish.id, cause=wish.cause, conversation_id=ConversationId(conversation_id)
    )
    return await wish.decide(command)


@router.post(
    "/{conversation_id}/seen",
    status_code=204,
    summary="You have the thread in view",
    response_class=Response,
    responses={204: {"description": NOTHING_YET}, **problems(*WRITES)},
)
async def seen(
    conversation_id: OfConversation,
    ask: Annotated[asks.Seen, Body(examples=[{"typing": True}])],
    wish: Attending,
) -> Response:
    """The customer's ticks turn blue when the conversation is in service and yours; else nothing happens."""
    await wish.desk.read_receipts.seen(ConversationId(conversation_id), wish.agent_id, typing=ask.typing)
    return Response(status_code=204, headers={"Idempotency-Key": wish.key})


async def template_of(wish: Wish, conversation_id: str, ask: asks.Message) -> Template | None:
    """A template as the registry of the conversation's number has it; None for anything else. Raises Problem
    when the conversation is so new that nobody knows its number yet."""
    if not isinstance(ask, asks.TemplateMessage):
        return None
    for row in await wish.desk.reads.templates(await _channel_of(wish, ConversationId(conversation_id))):
        if (row.name, row.language) == (ask.name, ask.language):
            return row.template
    return None


async def _channel_of(wish: Wish, conversation_id: ConversationId) -> ChannelId:
    """What is read follows what was decided at a distance: a moment is waited for it."""
    for _ in range(MOMENTS):
        told = await wish.desk.reads.conversation(conversation_id)
        if told is not None and told.row.channel_id is not None:
            return told.row.channel_id
        await asyncio.sleep(MOMENT)
    raise Problem("NotThereYet", headers={"Retry-After": "1"})


async def known_agent(wish: Wish, agent_id: str) -> None:
    """Raises Problem for somebody who does not attend here (any more)."""
    row = await wish.desk.reads.agent(AgentId(agent_id))
    if row is None or not row.active:
        raise Problem("UnknownAgent", status=404, detail=refusal("UnknownAgent"))


async def known_queue(wish: Wish, queue_id: str) -> None:
    """Raises Problem for a queue that is not there, or was retired."""
    if not any(row.queue_id == queue_id and row.active for row in await wish.desk.reads.queues()):
        raise Problem("UnknownQueue", status=404, detail=refusal("UnknownQueue"))
