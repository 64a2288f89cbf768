"""Clocks: what they say and why, who acts on it, and the rules by which they are judged."""

from __future__ import annotations

import json
from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, Depends, Path, Response

from api.access import AtDesk, allowed
from api.documented import READS, WRITES, problems
from api.errors import Problem
from api.examples import CALENDAR, CLOCKS, DECIDED, POLICY, RULES, decided, example
from api.freshness import after
from api.models import asks
from api.models import clocks as views
from api.permissions import Permission
from api.routes.conversations import OfConversation
from api.scenarios.reading import Invalid, checked
from api.scenarios.rules import CalendarRules, PolicyRules
from api.wishes import Attending, Running
from commands import conversation as wanted
from commands.calendar import EditCalendar
from commands.policy import EditPolicy
from domain.agent import AgentId
from domain.calendar import CalendarId
from domain.conversation import ConversationId, MessageId
from domain.sla.policy import ROUND_THE_CLOCK
from domain.sla.written import write_calendar, write_policy

router = APIRouter(tags=["clocks"])
Reader: Final = Depends(allowed(Permission.READ_CONVERSATIONS))
AHEAD: Final = 6  # years of holidays that a calendar gets when it is saved

OfCalendar = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$", examples=["comercial"])]


@router.get(
    "/v1/conversations/{conversation_id}/clocks",
    summary="Its clocks, and why each says what it says",
    responses={**example(200, CLOCKS), **problems(*READS, "UnknownConversation", "NotThereYet")},
    dependencies=[Reader, after("deadlines")],
)
async def clocks(conversation_id: OfConversation, desk: AtDesk) -> views.Clocks:
    """Start, pauses, owners, due time, and the versions of policy and calendar that judged it."""
    row = await desk.reads.clocks(ConversationId(conversation_id))
    if row is None:
        raise Problem("UnknownConversation")
    return views.clocks(row)


@router.post(
    "/v1/conversations/{conversation_id}/acknowledge",
    summary="Say that you act on a wait that is too long",
    responses={**decided(DECIDED), **problems(*WRITES, "NotOpen", "NothingToAcknowledge")},
)
async def acknowledge(conversation_id: OfConversation, wish: Attending) -> Response:
    """The next step of the escalation comes 30 minutes later, once. Only an answer ends it."""
    command = wanted.AcknowledgeEscalation(
        id=wish.id,
        cause=wish.cause,
        conversation_id=ConversationId(conversation_id),
        by=wish.agent_id,
        seen_version=wish.seen_version,
    )
    return await wish.decide(command)


@router.post(
    "/v1/conversations/{conversation_id}/no-answer-needed",
    summary="Mark what the customer wrote as needing no answer",
    responses={**decided(DECIDED), **problems(*WRITES, "NotOpen", "UnknownMessage")},
)
async def no_answer_needed(
    conversation_id: OfConversation,
    ask: Annotated[asks.NoAnswerNeeded, Body(examples=[{"message_id": "9c1b7f3e5a2d4c6b8e0f1a2b3c4d5e6f"}])],
    wish: Attending,
) -> Response:
    """Everything up to that message. The wait ends, and counts as neither in time nor answered."""
    command = wanted.NeedNoAnswer(
        id=wish.id,
        cause=wish.cause,
        conversation_id=ConversationId(conversation_id),
        by=wish.agent_id,
        message_id=None if ask.message_id is None else MessageId(ask.message_id),
        seen_version=wish.seen_version,
    )
    return await wish.decide(command)


@router.get(
    "/v1/rules",
    summary="The policy and the calendars in force",
    responses={**example(200, RULES), **problems(*READS, "NotThereYet")},
    dependencies=[Depends(allowed(Permission.READ_DESK)), after("rules")],
)
async def rules(desk: AtDesk) -> views.AllRules:
    return views.all_rules(list(await desk.reads.rules()), json.loads)


@router.put(
    "/v1/policy",
    summary="Give clocks another policy",
    responses={**decided(DECIDED), **problems(*WRITES, "UnreadablePolicy")},
)
async def put_policy(ask: Annotated[dict[str, Any], Body(examples=[POLICY])], wish: Running) -> Response:
    """As `policy` of a scenario (docs/scenarios-clocks.md), except that a level nobody is named for is empty.
    Open clocks are judged again from their start; what is late by it is late now."""
    asked = _checked(PolicyRules, ask)
    known = {row.name for row in await wish.desk.reads.rules() if row.kind == "calendar"} | {ROUND_THE_CLOCK}
    for path, name in asked.calendars():
        if name not in known:
            raise _invalid([(".".join(path), "there is no such calendar")])
    command = EditPolicy(
        id=wish.id,
        cause=wish.cause,
        by=AgentId(wish.identity.actor),
        rules=write_policy(asked.policy(anybody=False)),
    )
    return await wish.decide(command)


@router.put(
    "/v1/calendars/{calendar_id}",
    summary="Give a calendar other hours, or make one",
    responses={**decided(DECIDED), **problems(*WRITES, "UnreadableCalendar", "NameTaken")},
)
async def put_calendar(
    calendar_id: OfCalendar,
    ask: Annotated[dict[str, Any], Body(examples=[CALENDAR])],
    wish: Running,
) -> Response:
    """As a calendar of a scenario. Holidays are written out as dates when it is saved, for the next five
    years; open clocks are judged again from their start."""
    asked = _checked(CalendarRules, ask)
    year = wish.desk.clock.now().year
    try:
        calendar = asked.calendar(range(year - 1, year + AHEAD), wish.desk.free_days)
    except ValueError as why:
        raise _invalid([("holidays", str(why))]) from why
    command = EditCalendar(
        id=wish.id,
        cause=wish.cause,
        calendar_id=CalendarId(calendar_id),
        by=AgentId(wish.identity.actor),
        hours=write_calendar(calendar),
    )
    return await wish.decide(command)


def _checked(kind: Any, ask: dict[str, Any]) -> Any:
    try:
        return checked(kind, json.dumps(ask).encode())
    except Invalid as invalid:
        raise _invalid(invalid.problems) from invalid


def _invalid(problems_: list[tuple[str, str]]) -> Problem:
    return Problem(
        "Invalid",
        errors=[
            {"field": f"body.{field}", "code": "rule", "message": message} for field, message in problems_
        ],
    )
