"""How things of the desk were set: every version, who made it and what it changed; and one of them again."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, Depends, Query, Response

from api.access import AtDesk, allowed
from api.desk import Desk
from api.documented import READS, WRITES, problems
from api.errors import Problem
from api.examples import DECIDED, VERSIONS, decided, example
from api.freshness import PATIENCE, After, position_of
from api.models import versions as models
from api.permissions import Mask, Permission, grant
from api.wishes import Running, Wish
from commands.agent import EquipAgent
from commands.calendar import EditCalendar
from commands.canned import WriteCanned
from commands.channel import ConnectChannel
from commands.door_ports import Identity
from commands.intention import Command
from commands.policy import EditPolicy
from commands.queue import CreateQueue, PostNotice, SetRouting, SetService
from domain import agent, calendar, canned, channel, policy, queue
from domain.agent import AgentId
from domain.calendar import CalendarId
from domain.canned import CannedId
from domain.channel import ChannelId
from domain.queue import QueueId
from domain.user import UserId
from projections.versions import SETTINGS, Version, versions

RESTORABLE: Final = (
    queue.Created,
    queue.Renamed,
    queue.RoutingSet,
    queue.ServiceSet,
    queue.NoticePosted,
    agent.Equipped,
    calendar.Edited,
    policy.Edited,
    canned.Written,
    channel.Connected,
)
"""What an ordinary wish says again, and without words of a person."""

router = APIRouter(prefix="/v1/settings", tags=["desk"])


@router.get(
    "/history",
    summary="Every version of a queue, an agent, a calendar, the policy, a ready answer or a number",
    responses={**example(200, VERSIONS), **problems(*READS, "NotThereYet")},
)
async def history(
    desk: AtDesk,
    who: Annotated[Identity, Depends(allowed(Permission.RUN_DESK))],
    of: Annotated[
        str, Query(pattern=models.OF, description="What, by its kind and name", examples=["queue:suporte"])
    ],
    before: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="`before` of a page")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: After = None,
) -> models.SettingVersions:
    """The newest first; read from its own history, which nobody rewrites. The policy of the desk is
    `policy:desk`: its first version is what a desk has that nobody gave any, and is not listed."""
    if after is not None and not await desk.people.standings.arrived(position_of(after), PATIENCE):
        raise Problem("NotThereYet", headers={"Retry-After": "1"})
    told = [one for one in await _versions(desk, of) if before is None or one.number < before]
    page = told[-limit:]
    return models.SettingVersions(
        items=[
            models.version(one, await _by(desk, who, one.actor), restorable=isinstance(one.event, RESTORABLE))
            for one in reversed(page)
        ],
        before=page[0].number if len(told) > len(page) else None,
    )


@router.post(
    "/restore",
    summary="Set something as one of its versions said",
    responses={
        **decided(DECIDED),
        **problems(
            *WRITES, "UnknownVersion", "NotRestorable", "AgentDeactivated", "BadNotice", "UnknownVariable"
        ),
    },
)
async def restore(
    ask: Annotated[models.Restore, Body(examples=[{"of": "queue:suporte", "number": 2}])], wish: Running
) -> Response:
    """What that version said, said again by the ordinary wish: a new version, and history stays as it is.
    What other versions said of the same thing stays, too: hours are not restored with the routing."""
    found = [one for one in await _versions(wish.desk, ask.of) if one.number == ask.number]
    if not found:
        raise Problem("UnknownVersion")
    command = _again(wish, ask.of.partition(":")[2], found[0].event)
    if command is None:
        raise Problem("NotRestorable")
    return await wish.decide(command)


async def _versions(desk: Desk, of: str) -> list[Version]:
    kind, _, name = of.partition(":")
    setting = SETTINGS[kind]
    return versions(setting, await desk.histories.of(setting.stream.id(name), setting.events))


async def _by(desk: Desk, who: Identity, actor: str) -> models.ChangedBy:
    kind, _, id_ = actor.partition(":")
    name = None
    if kind == "user" and _named(who, Permission.READ_USERS):
        user = await desk.reads.user(UserId(id_))
        name = None if user is None else user.name
    elif kind == "agent" and _named(who, Permission.READ_DESK):
        attends = await desk.reads.agent(AgentId(id_))
        name = None if attends is None else attends.name
    elif kind == "token" and _named(who, Permission.RUN_TOKENS):
        name = next((t.identity.name for t in await desk.tokens.listed() if t.identity.actor == actor), None)
    return models.ChangedBy(actor=actor, name=name)


def _named(who: Identity, permission: Permission) -> bool:
    held = grant(who, permission)
    return held is not None and Mask.NAME not in held.masks


def _again(wish: Wish, name: str, event: Any) -> Command | None:
    """The wish that says what an event says."""
    own: dict[str, Any] = {"id": wish.id, "cause": wish.cause}
    match event:
        case queue.Created(name=called) | queue.Renamed(name=called):
            return CreateQueue(**own, queue_id=QueueId(name), name=called)
        case queue.RoutingSet(weights=weights):
            rules = queue.rules_of(event)
            return SetRouting(**own, queue_id=QueueId(name), rules=rules, weights=dict(weights))
        case queue.ServiceSet():
            return SetService(
                **own,
                queue_id=QueueId(name),
                calendar_id=event.calendar_id,
                reopening=event.reopening,
                reasons=event.reasons,
                opening_template=event.opening_template,
                opening_language=event.opening_language,
            )
        case queue.NoticePosted(text=text, until=until):
            return PostNotice(**own, queue_id=QueueId(name), text=text, until=until)
        case agent.Equipped():
            return EquipAgent(
                **own,
                agent_id=AgentId(name),
                queues=event.queues,
                skills=dict(event.skills),
                capacity=event.capacity,
                ceiling=event.ceiling,
                shifts=event.shifts,
            )
        case calendar.Edited(hours=hours):
            by = AgentId(wish.identity.actor)
            return EditCalendar(**own, calendar_id=CalendarId(name), by=by, hours=hours)
        case policy.Edited(rules=written):
            return EditPolicy(**own, by=AgentId(wish.identity.actor), rules=written)
        case canned.Written(title=title, text=text, queues=queues):
            by_ = wish.identity.actor
            return WriteCanned(**own, canned_id=CannedId(name), by=by_, title=title, text=text, queues=queues)
        case channel.Connected():
            return ConnectChannel(
                **own,
                channel_id=ChannelId(name),
                name=event.name,
                provider=event.provider,
                number_id=event.number_id,
                queue_id=event.queue_id,
            )
        case _:
            return None
