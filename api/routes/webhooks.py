"""Where providers knock. Answered 200 once what they brought is durable, and not before.

This is the hottest door: raw bytes in, one command, an empty answer out.
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import PlainTextResponse, Response
from fastapi.routing import APIRoute
from starlette.types import Receive, Scope, Send

from api.access import AtDesk
from api.desk import Desk
from api.documented import DELIVERY_HEADERS, problems
from api.errors import Problem, broken, request_id_of
from commands.delivery import ReceiveDelivery
from commands.door_ports import DeliveryToReceive
from commands.intention import person_id
from commands.ports import Broken, Busy, Unavailable
from domain.channel import ChannelId
from domain.journal import Cause

LIMIT: Final = 3 * 1024 * 1024  # bytes; Meta sends no more
DOOR: Final = "/webhooks/meta/"
LONG: Final = 64 * 1024  # bytes above which a body is read beside the event loop

router = APIRouter(tags=["webhooks"])

OfChannel = Annotated[str, Path(description="Our own name of the number", examples=["principal"])]


@router.get(
    "/webhooks/meta/{channel}",
    summary="Meta asks whether the address is ours",
    response_class=PlainTextResponse,
    responses={
        200: {"description": "The challenge, bare", "content": {"text/plain": {"example": "1158201444"}}},
        **problems("VerificationRefused", "UnknownChannel", "Invalid"),
    },
)
async def verify(
    channel: OfChannel,
    desk: AtDesk,
    mode: Annotated[str, Query(alias="hub.mode", examples=["subscribe"])] = "",
    token: Annotated[str, Query(alias="hub.verify_token", examples=["combinado-com-a-meta"])] = "",
    challenge: Annotated[str, Query(alias="hub.challenge", examples=["1158201444"])] = "",
) -> PlainTextResponse:
    """Answers the challenge when the token is the one agreed on. A token that was never set fits nothing."""
    if not desk.webhooks.knows(channel):
        raise Problem("UnknownChannel")
    if mode != "subscribe" or not token or not desk.webhooks.verify_token_ok(channel, token):
        raise Problem("VerificationRefused")
    return PlainTextResponse(challenge)


EXAMPLE: Final[dict[str, Any]] = {
    "object": "whatsapp_business_account",
    "entry": [
        {
            "id": "100000000000001",
            "changes": [
                {
                    "field": "messages",
                    "value": {
                        "messaging_product": "whatsapp",
                        "metadata": {"phone_number_id": "200000000000001"},
                        "contacts": [{"wa_id": "5511900000001", "profile": {"name": "Cliente Exemplo"}}],
                        "messages": [
                            {
                                "id": "wamid.EXEMPLO",
                                "from": "5511900000001",
                                "timestamp": "1773336720",
                                "type": "text",
                                "text": {"body": "Oi, estou sem internet desde ontem"},
                            }
                        ],
                    },
                }
            ],
        }
    ],
}


@router.post(
    "/webhooks/meta/{channel}",
    summary="Meta delivers messages, statuses and whatever else happened",
    response_class=Response,
    responses={
        200: {"description": "Durable: it will not be lost", "headers": DELIVERY_HEADERS},
        **problems(
            "SignatureMissing",
            "SignatureWrong",
            "UnknownChannel",
            "TooLarge",
            "Invalid",
            "Broken",
            "Busy",
            "Unavailable",
        ),
    },
    openapi_extra={
        "parameters": [
            {
                "name": "X-Hub-Signature-256",
                "in": "header",
                "required": True,
                "description": "HMAC-SHA256 of the raw body under the app's secret",
                "schema": {"type": "string", "pattern": "^sha256=[0-9a-f]{64}$"},
            }
        ],
        "requestBody": {
            "required": True,
            "description": "At most 3 MiB. A signed body of any other shape is kept, and answered 200.",
            "content": {"application/json": {"schema": {"type": "object"}, "example": EXAMPLE}},
        },
    },
)
async def receive(channel: OfChannel, request: Request, desk: AtDesk) -> Response:
    """The signature is checked over the raw bytes before anything is read. The same body again gets the same
    `Delivery-Id` and changes nothing; `GET /v1/deliveries/{id}` tells what became of each item."""
    if not desk.webhooks.knows(channel):
        raise Problem("UnknownChannel")
    body = await _body(request)
    signature = request.headers.get("x-hub-signature-256")
    if not desk.webhooks.signature_ok(channel, body, signature):
        raise Problem("SignatureWrong" if signature else "SignatureMissing")
    if len(body) > LONG:
        delivery = await asyncio.to_thread(desk.webhooks.read_delivery, channel, body)
    else:
        delivery = desk.webhooks.read_delivery(channel, body)
    headers = {"Delivery-Id": delivery.delivery_id}
    try:
        decision = await _take(desk, channel, delivery, body, request_id_of(request) or "")
    except (Busy, Unavailable, OSError) as error:
        rule = "Busy" if isinstance(error, Busy) else "Unavailable"
        raise Problem(rule, headers=headers) from error
    if decision is not None:
        decision.headers.update(headers)
        raise decision
    return Response(status_code=200, headers=headers)


async def _body(request: Request) -> bytes:
    """The raw bytes, never more of them in memory than allowed."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > LIMIT:
        raise Problem("TooLarge", headers={"Connection": "close"})
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > LIMIT:
            raise Problem("TooLarge", headers={"Connection": "close"})
        chunks.append(chunk)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


async def _take(
    desk: Desk, channel: str, delivery: DeliveryToReceive, body: bytes, request_id: str
) -> Problem | None:
    """Make it durable: the raw body first where something in it was not understood."""
    raw = None if delivery.understood else await desk.raw_bodies.keep(delivery.delivery_id, body)
    actor = f"channel:{channel}"
    command = ReceiveDelivery(
        id=person_id(actor, delivery.delivery_id),
        cause=Cause(actor, request_id, f"request:{delivery.delivery_id}"),
        delivery_id=delivery.delivery_id,
        channel_id=ChannelId(channel),
        items=delivery.items,
        raw=raw,
        received_at=desk.clock.now(),
    )
    decision = await desk.inbox.accept(command)
    if isinstance(decision, Broken):  # its items are in no event: what came is kept, for somebody to look at
        await desk.raw_bodies.keep(delivery.delivery_id, body)
        return broken(decision, command.id)
    return None


class Deliveries:
    """The door of deliveries without a framework around it, which would cost as much as reading them: ASGI.
    `receive` above is its documented twin."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @staticmethod
    def meant(scope: Scope) -> bool:
        """Whether a request comes to this door."""
        path: str = scope.get("path", "")
        return path.startswith(DOOR) and scope["type"] == "http" and scope["method"] == "POST"

    async def __call__(self, scope: Scope, receive_: Receive, send: Send) -> None:
        scope["route"] = KNOCK
        request = Request(scope, receive_)
        try:
            response = await receive(scope["path"].removeprefix(DOOR), request, self._desk)
        except Problem as problem:
            response = problem.response(request_id_of(request))
        await response(scope, receive_, send)


KNOCK: Final = next(
    route for route in router.routes if isinstance(route, APIRoute) and route.endpoint is receive
)
