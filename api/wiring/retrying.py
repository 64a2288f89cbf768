"""Handing parked events to their followers once more, in order, while the desk runs or stands still.

Beside a running desk this is a second owner for a moment: whoever loses an append decides again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import uuid5

import structlog
from pydantic_core import from_json

from adapters.engine.bookmarks import Bookmarks, Parked
from adapters.reads.asking import asking
from api.settings import Settings
from api.wiring.house import House
from commands.catalogue import COURIERS, POLICIES
from commands.intention import Command
from commands.ports import Broken, Decision, Inbox
from domain.journal import Cause, Position, Recorded

AGAIN: Final = "again"  # what is asked under a new id is asked under the same new id the next time

log = structlog.get_logger(__name__)


def retry_parked(settings: Settings, follower: str) -> tuple[int, int]:
    """How many were done, and how many are still parked. An event that breaks again stays, and the later
    ones of its stream with it."""
    return asyncio.run(_retry(settings, follower))


async def _retry(settings: Settings, follower: str) -> tuple[int, int]:
    house = House(settings)
    bookmarks = Bookmarks(settings.dsn.get_secret_value())
    await house.open_for_commands()
    done, stuck = 0, set[tuple[str, str]]()
    try:
        waiting = [p for p in bookmarks.parked() if follower in ("all", p.follower)]
        for parked in sorted(waiting, key=lambda p: (p.follower, p.partition, p.ordinal)):
            if (parked.follower, parked.stream) in stuck:
                continue
            if await _again(house, parked):
                bookmarks.unpark(parked.follower, parked.partition, parked.ordinal)
                done += 1
            else:
                stuck.add((parked.follower, parked.stream))
        left = len(waiting) - done
    finally:
        bookmarks.close()
        await house.close()
    return done, left


async def _again(house: House, parked: Parked) -> bool:
    """Run one follower on one event; whether it went well."""
    policy = next((p for p in POLICIES if p.name == parked.follower), None)
    courier = next((c for c in COURIERS if c.name == parked.follower), None)
    try:
        fact = await _recorded(house, parked)
        decisions: list[Decision] = []
        if policy is not None:
            decisions = await _decided_anew(house.inbox, policy.react(fact))
            if policy.settle is not None:
                decisions += await _settled_anew(house.inbox, policy.settle(fact, decisions))
        elif courier is not None:
            decisions = await _decided_anew(house.inbox, await courier.carry(fact, house.ports))
    except Exception as error:  # noqa: BLE001  it stays parked, and says why
        log.warning(
            "parked_again", follower=parked.follower, stream=parked.stream, error=type(error).__name__
        )
        return False
    return not any(isinstance(decision, Broken) for decision in decisions)


async def _decided_anew(inbox: Inbox, commands: Sequence[Command]) -> list[Decision]:
    """What broke once is asked under a new id: under its own it is told for ever that it broke."""
    decisions: list[Decision] = []
    for command in commands:
        decision = await inbox.submit(command)
        while isinstance(decision, Broken) and decision.repeated:
            command = replace(command, id=uuid5(command.id, AGAIN))
            decision = await inbox.submit(command)
        decisions.append(decision)
    return decisions


async def _settled_anew(inbox: Inbox, commands: Sequence[Command]) -> list[Decision]:
    """What was settled with something broken is settled once more: the domain says whether it may be."""
    decisions: list[Decision] = []
    for command in commands:
        decision = await inbox.submit(command)
        while decision.repeated:
            command = replace(command, id=uuid5(command.id, AGAIN))
            decision = await inbox.submit(command)
        decisions.append(decision)
    return decisions


async def _recorded(house: House, parked: Parked) -> Recorded:
    async with asking(house.pool) as connection:
        cursor = await connection.execute(
            "SELECT e.at, e.type, e.schema, e.body::text, e.command_id, c.outcome FROM event e "
            "LEFT JOIN command c ON c.command_id = e.command_id AND c.partition = e.partition "
            "WHERE e.partition = %s AND e.ordinal = %s",
            (parked.partition, parked.ordinal),
        )
        row: Any = await cursor.fetchone()
    at, name, schema, body, command_id, outcome = row
    told = outcome or {}
    return Recorded(
        parked.stream,
        parked.version,
        Position(parked.partition, parked.ordinal),
        at,
        command_id,
        Cause(told.get("actor", ""), told.get("correlation", ""), told.get("cause", "")),
        house.archive.read(name, schema, from_json(body), parked.stream, parked.version),
    )
