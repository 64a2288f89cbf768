"""Answers kept ready for agents: everybody of the desk reads them, admins write them."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Body, Depends, Path, Response

from api.access import AtDesk, allowed
from api.documented import READS, WRITES, problems
from api.errors import Problem
from api.examples import CANNED, DECIDED, decided, example
from api.freshness import after
from api.models import canned as models
from api.permissions import Permission
from api.wishes import Running
from commands.canned import WithdrawCanned, WriteCanned
from domain.canned import CannedId
from domain.copy.refusals import refusal
from domain.queue import QueueId

router = APIRouter(tags=["desk"])
OfCanned = Annotated[
    str,
    Path(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$", description="Typed behind the slash", examples=["luzes"]),
]
Read: Final = Depends(allowed(Permission.READ_DESK))


@router.get(
    "/v1/canned-answers",
    summary="All answers kept ready",
    responses={**example(200, {"items": [CANNED]}), **problems(*READS, "NotThereYet")},
    dependencies=[Read, after("canned")],
)
async def canned_answers(desk: AtDesk) -> models.CannedAnswers:
    return models.answers(list(await desk.reads.canned()))


@router.put(
    "/v1/canned-answers/{canned_id}",
    summary="Keep an answer ready, or change it",
    responses={**decided(DECIDED), **problems(*WRITES, "UnknownVariable", "UnknownQueue")},
)
async def put_canned(
    canned_id: OfCanned,
    ask: Annotated[
        models.PutCanned,
        Body(
            examples=[
                {"title": CANNED["title"], "text": CANNED["text"], "queues": CANNED["queues"]},
            ]
        ),
    ],
    wish: Running,
) -> Response:
    """All of it, as it is from now on; what was sent with it stays as it was."""
    if ask.queues:
        known = {row.queue_id for row in await wish.desk.reads.queues()}
        if not known.issuperset(ask.queues):
            raise Problem("UnknownQueue", status=404, detail=refusal("UnknownQueue"))
    command = WriteCanned(
        id=wish.id,
        cause=wish.cause,
        canned_id=CannedId(canned_id),
        by=wish.identity.actor,
        title=ask.title.strip(),
        text=ask.text.strip(),
        queues=tuple(QueueId(queue) for queue in ask.queues),
    )
    return await wish.decide(command)


@router.delete(
    "/v1/canned-answers/{canned_id}",
    summary="Keep an answer ready no longer",
    responses={**decided(DECIDED), **problems(*WRITES, "UnknownCanned")},
)
async def withdraw_canned(canned_id: OfCanned, wish: Running) -> Response:
    return await wish.decide(
        WithdrawCanned(id=wish.id, cause=wish.cause, canned_id=CannedId(canned_id), by=wish.identity.actor)
    )
