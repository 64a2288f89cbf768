"""From a request to a decision: who wants it, under which key, having seen what; and back to an answer."""

from __future__ import annotations

import asyncio
import hmac
import json
import re
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Depends, Header, Request
from fastapi.responses import JSONResponse, Response

from api.access import allowed, desk_of
from api.desk import Desk
from api.errors import Problem, broken, refused, request_id_of
from api.models import views
from api.permissions import Permission, may
from api.problems import FIELD_FAULTS
from commands.door_ports import Identity
from commands.intention import Command, person_id
from commands.ports import Accepted, Broken, Decision, Denied
from domain.agent import AgentId
from domain.journal import Cause, Position

PATIENCE: Final = 5.0  # seconds a person waits for a decision before being told to ask again

_VERSION: Final = re.compile(r'"([0-9]{1,15})"', re.ASCII)
_KEY: Final = r"^[\x21-\x7e]{1,200}$"


@dataclass(frozen=True)
class Wish:
    """One request to change something. `id` is the same for the same person and key."""

    desk: Desk
    identity: Identity
    key: str
    cause: Cause
    seen_version: int | None
    zone: tzinfo
    patience: float

    @property
    def id(self) -> UUID:
        return person_id(self.identity.actor, self.key)

    def part(self, n: int | str) -> UUID:
        """The id of a further command of the same wish."""
        return person_id(self.identity.actor, f"{self.key}#{n}")

    @property
    def agent_id(self) -> AgentId:
        """Who wants it, as an agent; only for doors whose permission takes being an agent."""
        assert self.identity.agent_id is not None
        return self.identity.agent_id

    def may(self, permission: Permission) -> bool:
        return may(self.identity, permission)

    def keyed(self, *words: str) -> str:
        """A keyed digest of somebody's words, that tells the same from another and that nobody can try words
        on."""
        return hmac.digest(self.desk.source_key, json.dumps(words).encode(), "sha256")[:16].hex()

    async def decide(self, command: Command, **told: Any) -> Response:
        """Want it, and answer what came of it; `told` goes into the answer beside the decision."""
        return await self.decide_all([command], **told)

    async def decide_all(self, commands: Sequence[Command], **told: Any) -> Response:
        """Want several things in order, until one is not granted; the answer speaks of them all."""
        first = commands[0]
        try:
            async with asyncio.timeout(self.patience):
                accepted = [
                    await self._granted(command, await self.desk.inbox.submit(command))
                    for command in commands
                ]
        except TimeoutError:
            return self._undecided(first)
        position = position_word(accepted[-1].position)
        decided = views.Decided(
            command_id=first.id,
            position=position,
            changed=any(one.events for one in accepted),
            repeated=accepted[0].repeated,
            **told,
        )
        status = 201 if told.get("line_id") else 200
        return JSONResponse(
            decided.model_dump(mode="json", exclude_none=True),
            status,
            {"Position": position, "Idempotency-Key": self.key},
        )

    async def want(self, command: Command) -> Accepted:
        """Want it, where an answer without the decision would be worth nothing. Raises Problem, also when it
        is not decided in time."""
        try:
            async with asyncio.timeout(self.patience):
                return await self._granted(command, await self.desk.inbox.submit(command))
        except TimeoutError:
            raise Problem("Unavailable") from None

    async def want_all(self, commands: Sequence[Command]) -> list[Accepted]:
        """Want them all, in order where they meet. Raises Problem for the first that is not granted, and when
        they are not decided in time."""
        try:
            async with asyncio.timeout(self.patience):
                decisions = await self.desk.inbox.submit_all(commands)
        except TimeoutError:
            raise Problem("Unavailable") from None
        return [await self._granted(*each) for each in zip(commands, decisions, strict=True)]

    async def _granted(self, command: Command, decision: Decision) -> Accepted:
        """The acceptance. Raises Problem for anything else, and for a key used for something else."""
        if decision.repeated and decision.source and decision.source != self.cause.source:
            raise Problem("KeyReused", headers={"Idempotency-Key": self.key})
        match decision:
            case Accepted():
                return decision
            case Denied():
                problem = await refused(decision, self.desk, self.zone)
            case Broken():
                problem = broken(decision, command.id)
        problem.headers |= {"Position": position_word(decision.position), "Idempotency-Key": self.key}
        raise problem

    def _undecided(self, command: Command) -> Response:
        undecided = views.Undecided(command_id=command.id)
        headers = {
            "Location": f"/v1/commands/{command.id}",
            "Retry-After": "1",
            "Idempotency-Key": self.key,
        }
        return JSONResponse(undecided.model_dump(mode="json"), 202, headers)


def position_word(position: Position) -> str:
    return f"{position.partition}:{position.ordinal}"


async def source_of(request: Request, key: bytes) -> str:
    """What was asked, as a keyed digest that nobody can try phone numbers on: the same idempotency key with
    another source is a mistake."""
    digest = hmac.new(key, digestmod="sha256")
    for part in (request.method.encode(), request.url.path.encode(), await request.body()):
        digest.update(len(part).to_bytes(8, "big") + part)
    return f"request:{digest.hexdigest()[:32]}"


def seen(if_match: str | None) -> int | None:
    """The version a person had before their eyes. Raises Problem for what was never an `ETag` of ours."""
    if if_match is None or if_match.strip() == "*":
        return None
    found = _VERSION.fullmatch(if_match.strip())
    if found is None:
        raise Problem(
            "Invalid",
            errors=[{"field": "header.If-Match", "code": "etag", "message": FIELD_FAULTS["etag"]}],
        )
    return int(found[1])


IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=_KEY,
        description="The same key again gets the first answer again; made for you when missing",
        examples=["5f3c1f0e-assumir"],
    ),
]
IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        description="The `ETag` of the conversation as you saw it; without it nothing is compared",
        examples=['"17"'],
    ),
]


def wishing(permission: Permission) -> Callable[..., Awaitable[Wish]]:
    """A dependency: a request to change something, by somebody who may."""
    permitted: Any = Depends(allowed(permission))

    async def wish(
        request: Request,
        desk: Annotated[Desk, Depends(desk_of)],
        identity: Identity = permitted,
        idempotency_key: IdempotencyKey = None,
        if_match: IfMatch = None,
    ) -> Wish:
        cause = Cause(identity.actor, request_id_of(request) or "", await source_of(request, desk.source_key))
        return Wish(
            desk,
            identity,
            idempotency_key or uuid.uuid4().hex,
            cause,
            seen(if_match),
            request.app.state.zone,
            request.app.state.patience,
        )

    return wish


Attending = Annotated[Wish, Depends(wishing(Permission.ATTEND))]
Overseeing = Annotated[Wish, Depends(wishing(Permission.OVERSEE))]
SettingOthers = Annotated[Wish, Depends(wishing(Permission.SET_AVAILABILITY))]
Running = Annotated[Wish, Depends(wishing(Permission.RUN_DESK))]
RunningUsers = Annotated[Wish, Depends(wishing(Permission.RUN_USERS))]
Chatting = Annotated[Wish, Depends(wishing(Permission.CHAT))]
