"""What follows by itself in the routing: each process wants the right things, and the same ones twice."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from commands.agent import HushPlace, LeaveDesk, LetGo, LoseConnection, ReservePlace, RousePlace, TakeUp
from commands.conversation import (
    AssignConversation,
    ClaimConversation,
    EndRound,
    ExpireOffer,
    OfferConversation,
    RelaxSkills,
    ReleaseConversation,
    RestartRound,
    RipenConversation,
    SilenceConversation,
    WithdrawOffer,
)
from commands.conversation.taking import place_for
from commands.floor_ports import DueTurn, FloorNow, Held, Ripe
from commands.intention import Command
from commands.ports import Accepted, Denied
from commands.processes import hourglass, lookout, matchmaker, porter, steward
from domain import agent, conversation
from domain.agent import AgentId, Load
from domain.conversation import DEVICE, ConversationId, Opener, Stage
from domain.journal import Cause, Position, Recorded
from domain.queue import Priority, QueueId
from domain.queueing import Mode, OfflinePolicy, Rules
from domain.routing import QueueNow, Waiting, Worker
from tests.projections.histories import CHANNEL, recorded

AT = datetime(2026, 3, 12, 15, tzinfo=UTC)
ANA, BIA = AgentId("ana"), AgentId("bia")
GERAL = QueueId("geral")
C1 = ConversationId("c1")


def on_agent(event: agent.Event) -> Recorded:
    return recorded(event, 7, stream="agent-ana")


def on_conversation(event: conversation.Event) -> Recorded:
    return recorded(event, 9)


@dataclass
class Ports:
    """The floor, the mast and the clock, as a test says they are."""

    waiting: Sequence[Waiting] = ()
    workers: Sequence[Worker] = ()
    queues: dict[QueueId, QueueNow] = field(default_factory=lambda: {GERAL: QueueNow()})
    turns: list[DueTurn] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    away: list[tuple[AgentId, datetime]] = field(default_factory=list)
    late: list[tuple[AgentId, datetime]] = field(default_factory=list)
    forgotten: list[AgentId] = field(default_factory=list)

    asked: list[Position] = field(default_factory=list)

    @property
    def floor(self) -> Ports:
        return self

    @property
    def presence(self) -> Ports:
        return self

    async def due(self, at: datetime) -> list[DueTurn]:
        return self.turns

    async def held_by(self, agent_id: AgentId, since: Position) -> list[Held]:
        self.asked.append(since)
        return self.held

    async def holding(self, conversation_id: ConversationId) -> Held | None:
        return self.held[0] if self.held else None

    async def leaving(self, at: datetime) -> list[tuple[AgentId, datetime]]:
        return self.away

    async def beat(self, agent_id: AgentId, at: datetime) -> None:
        raise AssertionError

    async def silent_since(self, before: datetime) -> list[tuple[AgentId, datetime]]:
        return [(agent_id, last) for agent_id, last in self.late if last <= before]

    async def forget(self, agent_id: AgentId, last: datetime) -> None:
        self.forgotten.append(agent_id)


class FloorNowPorts:
    """The matchmaker's: a clock, and a floor that answers once it is as far as what woke it."""

    def __init__(self, ports: Ports) -> None:
        self.ports = ports

    class _Clock:
        def now(self) -> datetime:
            return AT

    class _Floor:
        def __init__(self, ports: Ports) -> None:
            self.ports = ports

        async def now(self, at: datetime, *since: Position) -> FloorNow:
            self.ports.asked += since
            return FloorNow(self.ports.waiting, self.ports.queues, self.ports.workers)

    @property
    def clock(self) -> _Clock:
        return self._Clock()

    @property
    def floor(self) -> _Floor:
        return self._Floor(self.ports)


def carry(event: Recorded, ports: Ports) -> list[Command]:
    return asyncio.run(matchmaker.carry(event, FloorNowPorts(ports)))  # type: ignore[arg-type]


def item(one: str = "c1", **more: object) -> Waiting:
    return Waiting(ConversationId(one), GERAL, Priority.NORMAL, AT, **more)  # type: ignore[arg-type]


def worker(agent_id: AgentId = ANA, capacity: int = 2) -> Worker:
    return Worker(agent_id, Load(capacity, capacity * 2), frozenset({GERAL}))


# Matchmaker


def test_what_waits_gets_a_place_reserved_before_anybody_is_asked() -> None:
    ports = Ports(waiting=[item()], workers=[worker()])
    woken = on_agent(agent.BecameAvailable(AT))
    (wish,) = carry(woken, ports)
    assert isinstance(wish, ReservePlace)
    assert (wish.agent_id, wish.conversation_id, wish.mode) == (ANA, "c1", Mode.OFFER)
    assert wish.expires_at == AT + timedelta(seconds=30)
    assert wish.why is not None
    assert wish.why["chosen_by"] == "only_one"
    assert ports.asked == [woken.position]


def test_woken_twice_by_one_event_it_wants_the_same_once() -> None:
    ports = Ports(waiting=[item("c1"), item("c2")], workers=[worker()])
    woken = on_conversation(conversation.RoundRestarted(AT))
    first, again = carry(woken, ports), carry(woken, ports)
    assert [one.id for one in first] == [one.id for one in again]
    assert len({one.id for one in first}) == 2


def test_an_assigning_queue_reserves_without_a_time() -> None:
    ports = Ports(waiting=[item()], workers=[worker()], queues={GERAL: QueueNow(Rules(mode=Mode.ASSIGN))})
    (wish,) = carry(on_agent(agent.BecameAvailable(AT)), ports)
    assert isinstance(wish, ReservePlace)
    assert (wish.mode, wish.expires_at) == (Mode.ASSIGN, None)


def test_a_round_that_is_over_is_ended() -> None:
    ports = Ports(waiting=[item(tried=frozenset({ANA}))], workers=[worker()])
    (wish,) = carry(on_conversation(conversation.OfferExpired(ANA, AT)), ports)
    assert isinstance(wish, EndRound)
    assert (wish.asked, wish.restart_at) == ((ANA,), AT + timedelta(seconds=60))


def test_who_had_no_place_after_all_is_looked_for_again_as_late_as_their_no() -> None:
    woken, where = on_agent(agent.BecameAvailable(AT)), Position(2, 40)
    ports = Ports(waiting=[item()], workers=[worker(BIA)])
    denied = Denied("NotAvailable", {}, where)
    looking = FloorNowPorts(ports)
    (again,) = asyncio.run(matchmaker.settle(woken, [denied], looking))  # type: ignore[arg-type]
    assert isinstance(again, ReservePlace)
    assert again.agent_id == BIA
    assert ports.asked == [where]
    assert again.id not in {wish.id for wish in carry(woken, ports)}
    assert asyncio.run(matchmaker.settle(woken, [Accepted(where, ())], looking)) == []  # type: ignore[arg-type]


# Porter


def test_what_an_agent_takes_is_claimed_by_the_porter_with_the_very_same_command() -> None:
    claim = ClaimConversation(
        id=uuid4(),
        cause=Cause("agent:ana", "r1", "request:1"),
        conversation_id=ConversationId("c1"),
        agent_id=ANA,
        seen_version=7,
        how="pulled",
        passed_over=2,
    )
    place = place_for(claim, GERAL)
    held = agent.Reserved("c1", GERAL, place.mode, AT, None, 1, place.why, place.seen_version)
    assert porter.react(replace(on_agent(held), cause=place.cause)) == [claim]


def test_what_was_reserved_is_offered_or_assigned() -> None:
    offer = agent.Reserved("c1", GERAL, Mode.OFFER, AT, AT + timedelta(seconds=30), why={"could": 1})
    (asked,) = porter.react(on_agent(offer))
    assert isinstance(asked, OfferConversation)
    assert (asked.agent_id, asked.conversation_id, asked.why) == (ANA, "c1", {"could": 1})
    (given,) = porter.react(on_agent(agent.Reserved("c1", GERAL, Mode.ASSIGN, AT, None)))
    assert isinstance(given, AssignConversation)


def test_a_place_for_what_could_not_be_offered_or_was_theirs_already_is_set_free() -> None:
    woken = on_agent(agent.Reserved("c1", GERAL, Mode.ASSIGN, AT, None))
    where = Position(0, 1)
    taken = on_agent(agent.Reserved("c1", GERAL, Mode.PULL, AT, None))
    assert porter.settle(woken, [Accepted(where, ())]) == []
    assert porter.settle(taken, [Accepted(where, ("Assigned",))]) == []
    for held, what_came_of_it in ((woken, Denied("NotOpen", {}, where)), (taken, Accepted(where, ()))):
        (wish,) = porter.settle(held, [what_came_of_it])
        assert isinstance(wish, LetGo)
        assert (wish.agent_id, wish.conversation_id, wish.reason) == (ANA, "c1", "refused")


@pytest.mark.parametrize(
    ("event", "wanted"),
    [
        (conversation.Assigned(ANA, "claimed", AT), TakeUp),
        (conversation.OfferDeclined(ANA, None, AT), LetGo),
        (conversation.OfferExpired(ANA, AT), LetGo),
        (conversation.OfferWithdrawn(ANA, "claimed", AT), LetGo),
        (conversation.Released(ANA, "returned", None, AT), LetGo),
        (conversation.Transferred(ANA, BIA, None, None, AT), LetGo),
        (conversation.Closed(1, "a/b", "x", "bia", AT, ANA), LetGo),
        (conversation.FellSilent(ANA, AT), HushPlace),
        (conversation.Stirred(ANA, AT), RousePlace),
    ],
)
def test_an_agents_places_follow_their_conversations(
    event: conversation.Event, wanted: type[Command]
) -> None:
    (wish,) = porter.react(on_conversation(event))
    assert type(wish) is wanted
    assert wish.agent_id == ANA  # type: ignore[attr-defined]
    assert wish.conversation_id == "c1"  # type: ignore[attr-defined]


def test_what_nobody_of_the_desk_had_sets_nothing_free() -> None:
    assert porter.react(on_conversation(conversation.Closed(1, "quiet", None, "automation", AT))) == []
    assert porter.react(on_conversation(conversation.Assigned(DEVICE, "claimed", AT))) == []
    opened = conversation.Opened(1, CHANNEL, Opener.CUSTOMER, AT, Stage.WAITING)
    assert porter.react(on_conversation(opened)) == []


# Hourglass


def test_each_turn_of_the_hourglass_is_wanted_once_as_it_was_armed() -> None:
    turns = [DueTurn(C1, ripe, AT, 4) for ripe in Ripe]
    wishes = asyncio.run(hourglass.look(AT, Ports(turns=turns)))  # type: ignore[arg-type]
    assert [type(wish) for wish in wishes] == [
        ExpireOffer,
        RestartRound,
        RelaxSkills,
        RipenConversation,
        RipenConversation,
        SilenceConversation,
    ]
    assert len({wish.id for wish in wishes}) == len(wishes)
    again = asyncio.run(hourglass.look(AT, Ports(turns=turns)))  # type: ignore[arg-type]
    assert [wish.id for wish in again] == [wish.id for wish in wishes]
    later = [DueTurn(C1, Ripe.OFFER, AT + timedelta(seconds=1), 4)]
    (armed_anew,) = asyncio.run(hourglass.look(AT, Ports(turns=later)))  # type: ignore[arg-type]
    assert armed_anew.id not in {wish.id for wish in wishes}


# Steward


def held(policy: OfflinePolicy = OfflinePolicy.RETURN_WAITING, **more: object) -> Held:
    return Held(C1, policy, **{"waits": True, "offered": False, "agent_id": ANA} | more)  # type: ignore[arg-type]


def steered(event: Recorded, *rows: Held) -> list[Command]:
    return asyncio.run(steward.carry(event, Ports(held=list(rows))))  # type: ignore[arg-type]


LEFT = on_agent(agent.Left("lost", AT))


def test_customers_who_wait_go_back_and_others_are_kept() -> None:
    (wish,) = steered(LEFT, held())
    assert isinstance(wish, ReleaseConversation)
    assert (wish.by, wish.reason, wish.for_another) == (ANA, "offline_policy", True)
    assert steered(LEFT, held(waits=False)) == []


def test_a_queue_may_keep_or_return_everything() -> None:
    assert steered(LEFT, held(OfflinePolicy.KEEP)) == []
    assert len(steered(LEFT, held(OfflinePolicy.RETURN_ALL, waits=False))) == 1


def test_what_is_kept_until_the_next_shift_stays() -> None:
    assert steered(on_agent(agent.Left("offline", AT, ("c1",))), held()) == []


def test_what_somebody_deactivated_had_goes_back_whatever_the_policy() -> None:
    assert len(steered(on_agent(agent.Left("deactivated", AT)), held(OfflinePolicy.KEEP))) == 1


def test_pausing_withdraws_what_is_being_offered_and_nothing_else() -> None:
    paused = on_agent(agent.Paused("almoco", AT, AT))
    (wish,) = steered(paused, held(offered=True))
    assert isinstance(wish, WithdrawOffer)
    assert steered(paused, held()) == []


def test_the_next_message_takes_what_a_gone_agent_keeps_to_the_queue() -> None:
    message = conversation.MessageReceived(
        conversation.MessageId("m"), "w", "text", "oi", {}, AT, AT, due_at=AT + timedelta(minutes=30)
    )
    (wish,) = steered(on_conversation(message), held(agent_gone=True))
    assert isinstance(wish, ReleaseConversation)
    assert wish.reason == "wrote_while_agent_gone"
    assert steered(on_conversation(message), held(agent_gone=True, kept=True)) == []
    assert steered(on_conversation(message), held()) == []


# Lookout


def test_three_missed_heartbeats_are_a_loss_and_the_wish_is_named_by_the_last_one() -> None:
    ports = Ports(late=[(ANA, AT - timedelta(seconds=30)), (BIA, AT - timedelta(seconds=29))])
    (wish,) = asyncio.run(lookout.look(AT, ports))  # type: ignore[arg-type]
    assert isinstance(wish, LoseConnection)
    assert wish.agent_id == ANA
    assert ports.forgotten == [ANA]


def test_who_is_away_for_too_long_has_left() -> None:
    (wish,) = asyncio.run(lookout.look(AT, Ports(away=[(ANA, AT)])))  # type: ignore[arg-type]
    assert isinstance(wish, LeaveDesk)


def test_what_was_handed_on_and_taken_back_changes_places_again() -> None:
    never = (None, None, None, None)
    undone = conversation.Undone("transferred", ANA, 1, ANA, BIA, GERAL, True, *never, False, AT)
    left, taken = porter.react(on_conversation(undone))
    assert isinstance(left, LetGo)
    assert isinstance(taken, TakeUp)
    assert (left.agent_id, taken.agent_id) == (BIA, ANA)
