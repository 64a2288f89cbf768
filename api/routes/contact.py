"""What the desk writes down of a contact, and the contracts that are theirs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Path, Response

from api.documented import WRITES, problems
from api.examples import DECIDED, LINKED, decided
from api.models import asks
from api.routes.conversations import OfConversation
from api.wishes import Attending
from commands import conversation as wanted
from domain.conversation import ConversationId

router = APIRouter(prefix="/v1/conversations", tags=["conversations"])

OfContract = Annotated[
    str, Path(pattern=r"^[0-9a-f]{32}$", description="Computed from its number; it tells nothing of it")
]


@router.patch(
    "/{conversation_id}/contact",
    summary="Write down what the desk knows of a contact",
    responses={**decided(DECIDED), **problems(*WRITES, "UnknownEpisode", "BadDocument")},
)
async def edit(
    conversation_id: OfConversation,
    ask: Annotated[asks.EditContact, Body(examples=[{"name": "Cliente Exemplo", "email": None}])],
    wish: Attending,
) -> Response:
    """What is left out stays, null takes it out; what is as it was changes nothing. The name given here is
    what lists and threads call them. Whoever may read the conversation may, also after it was closed."""
    edited = {detail: getattr(ask, detail) for detail in ask.model_fields_set}
    command = wanted.EditContact(
        id=wish.id,
        cause=wish.cause,
        conversation_id=ConversationId(conversation_id),
        by=wish.agent_id,
        digests={
            detail: "" if words is None else wish.keyed("contact", conversation_id, detail, words)
            for detail, words in sorted(edited.items())
        },
        **edited,
    )
    return await wish.decide(command)


@router.post(
    "/{conversation_id}/contracts",
    summary="Link a contract to a contact, by hand",
    responses={
        **decided(LINKED),
        **problems(*WRITES, "UnknownEpisode", "BadContract", "AlreadyLinked", "TooManyContracts"),
    },
)
async def link(
    conversation_id: OfConversation,
    ask: Annotated[
        asks.LinkContract, Body(examples=[{"number": "4471", "label": "Fibra 500, Rua das Flores, 12"}])
    ],
    wish: Attending,
) -> Response:
    """Several may be linked, each number once, however its letters are written."""
    contract_id = wish.keyed("contract", conversation_id, ask.number.casefold())
    command = wanted.LinkContract(
        id=wish.id,
        cause=wish.cause,
        conversation_id=ConversationId(conversation_id),
        by=wish.agent_id,
        contract_id=contract_id,
        number=ask.number,
        label=ask.label,
    )
    return await wish.decide(command, contract_id=contract_id)


@router.delete(
    "/{conversation_id}/contracts/{contract_id}",
    summary="Unlink a contract from a contact",
    responses={**decided(DECIDED), **problems(*WRITES)},
)
async def unlink(conversation_id: OfConversation, contract_id: OfContract, wish: Attending) -> Response:
    """Nothing happens when it was not linked. That it was stays in the history."""
    found = await wish.desk.reads.conversation(ConversationId(conversation_id))
    linked = () if found is None else found.row.contact_contracts
    command = wanted.UnlinkContract(
        id=wish.id,
        cause=wish.cause,
        conversation_id=ConversationId(conversation_id),
        by=wish.agent_id,
        contract_id=contract_id,
        number=next((one["number"] for one in linked if one["contract_id"] == contract_id), None),
    )
    return await wish.decide(command)
