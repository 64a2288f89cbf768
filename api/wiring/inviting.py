"""Inviting somebody from the command line: the fact in the log, and a link that works once.

Beside a running desk this is a second owner for a moment, as with `atende forget`.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from adapters.log.port import LogUnavailable
from adapters.services import ServiceError
from api.settings import Settings
from api.wiring import storage
from api.wiring.house import House
from commands.door_ports import Role
from commands.ports import Accepted, Busy, Denied, Unavailable
from commands.user import InviteUser, MakeLink
from domain.agent import AgentId
from domain.copy.refusals import refusal
from domain.journal import Cause
from domain.queue import QueueId
from domain.user import User, UserId

LINK: Final = timedelta(hours=24)
PATIENCE: Final = 30.0  # seconds


@dataclass(frozen=True)
class Invitation:
    """Who they are, and what opens the door once, until then."""

    user_id: UserId
    word: str
    expires_at: datetime


@dataclass(frozen=True)
class Invited:
    """What is known of somebody who is to be invited."""

    login: str
    name: str
    role: Role
    agent_id: AgentId | None = None
    queues: tuple[QueueId, ...] | None = None


def invite(settings: Settings, whom: Invited) -> Invitation:
    """A link for somebody new, or another one for somebody who is here. Raises ServiceError."""
    storage.migrate(settings)
    return asyncio.run(_in_a_house(settings, whom))


async def _in_a_house(settings: Settings, whom: Invited) -> Invitation:
    house = House(settings)
    await house.open_for_commands()
    try:
        return await _invite(house, whom)
    except (Busy, Unavailable, LogUnavailable) as error:
        raise ServiceError(f"Not done ({type(error).__name__}). Ask again.") from error
    finally:
        await house.close()


async def _invite(house: House, whom: Invited) -> Invitation:
    credentials, now = house.desk.people.credentials, house.clock.now()
    user_id, expires_at = credentials.user_id(whom.login), now + LINK
    cause = Cause("system", f"user:{user_id}", "user add")
    here: User = await house.desk.people.standings.of(user_id)
    command = (
        MakeLink(id=uuid4(), cause=cause, user_id=user_id, expires_at=expires_at)
        if here.known
        else InviteUser(
            id=uuid4(),
            cause=cause,
            user_id=user_id,
            name=whom.name,
            login=whom.login.strip(),
            role=whom.role,
            agent_id=whom.agent_id,
            queues=whom.queues,
        )
    )
    try:
        async with asyncio.timeout(PATIENCE):
            decision = await house.inbox.submit(command)
    except TimeoutError:
        raise ServiceError("Nobody decides: with the log on Kafka, start `atende work`.") from None
    if isinstance(decision, Denied):
        raise ServiceError(refusal(decision.rule))
    if not isinstance(decision, Accepted):
        raise ServiceError(f"Not decided: {decision.error}.")
    return Invitation(user_id, await credentials.new_link(user_id, expires_at), expires_at)
