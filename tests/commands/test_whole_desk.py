"""A whole desk, played at random: customers, agents, supervisors, time, and processes that die.

What is expected of it is told by a model that reads nothing but the facts of the log, in order.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import count
from typing import Any, Final
from uuid import uuid5

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from commands import agent as of_agents
from commands import conversation as wanted
from commands.conversation.taking import place_for
from commands.intention import COMMANDS
from commands.ports import Accepted
from commands.queue import CreateQueue, SetRouting
from domain import agent, conversation
from domain.agent import AgentId
from domain.channel import ChannelId
from domain.conversation import ConversationId, MessageId, Stage
from domain.journal import Cause, Recorded
from domain.presence import Availability
from domain.queue import Priority, QueueId
from domain.queueing import Mode, Rules, Strategy
from domain.routing import Give, match
from domain.sla.calendar import Calendar, Day, weekly
from domain.sla.policy import Book, Policy, QueueTerms
from domain.sla.written import write_book
from projections import inbox
from tests.commands.whole import Desk, at_once

OFFICE: Final[Day] = ((8 * 60, 18 * 60),)
OFFERS, ASSIGNS, PULLS = QueueId("suporte"), QueueId("vendas"), QueueId("retencao")
QUEUES: Final = (OFFERS, ASSIGNS, PULLS)
AGENTS: Final = {AgentId("ana"): 1, AgentId("bia"): 2, AgentId("caio"): 3}
CUSTOMERS: Final = tuple(ConversationId(f"c{n}") for n in range(6))
CHANNEL = ChannelId("matriz")
BY_HAND: Final = frozenset({"claimed", "taken", "transferred", "reopened"})

AN_AGENT, A_CUSTOMER, A_QUEUE = (st.sampled_from(list(some)) for some in (AGENTS, CUSTOMERS, QUEUES))
A_PROCESS = st.sampled_from(["porter", "matchmaker", "steward"])
N = st.integers(0, 5)
THEN = st.sampled_from(["nothing", "nothing", "rest", "rest", "porter", "matchmaker"])
SPAN = st.sampled_from([1, 9, 10, 30, 60, 300, 600, 901, 1800, 3600, 5 * 3600, 15 * 3600])


class Model:
    """Who was given what by itself, and which clocks ran out, as the facts say it."""

    def __init__(self) -> None:
        self.given: dict[AgentId, set[ConversationId]] = {one: set() for one in AGENTS}
        self.offered: dict[ConversationId, AgentId] = {}
        self.breached: Counter[tuple[str, int]] = Counter()

    def read(self, fact: Recorded) -> None:
        event, one = fact.event, ConversationId(fact.root)
        match event:
            case conversation.Offered(agent_id=who):
                assert one not in self.offered, "asked of two at once"
                self.offered[one] = who
                self._give(who, one)
            case conversation.OfferDeclined() | conversation.OfferExpired() | conversation.OfferWithdrawn():
                self.given[self.offered.pop(one)].discard(one)
            case conversation.OfferAccepted():
                del self.offered[one]
            case conversation.Assigned(agent_id=who, how=how):
                for others in self.given.values():
                    others.discard(one)
                if how not in BY_HAND:
                    self._give(who, one)
            case conversation.FellSilent() | conversation.Released() | conversation.Closed():
                for others in self.given.values():
                    others.discard(one)  # silent it takes no place, and may come back above capacity
            case conversation.Transferred():
                for others in self.given.values():
                    others.discard(one)
            case conversation.Breached(clock=clock):
                self.breached[fact.stream, clock] += 1
            case _:
                pass

    def _give(self, who: AgentId, one: ConversationId) -> None:
        self.given[who].add(one)
        assert len(self.given[who]) <= AGENTS[who], f"{who} was given {sorted(self.given[who])}"


class WholeDesk(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.desk, self.model, self.seen, self.said = Desk(), Model(), 0, count(1)

    @initialize(strategies=st.tuples(*(st.sampled_from(Strategy) for _ in QUEUES)))
    def opens(self, strategies: tuple[Strategy, ...]) -> None:
        policy = Policy(queues={ASSIGNS: QueueTerms(calendar="comercial")})
        self.desk.shelf.text = write_book(Book(policy, 1, {"comercial": (1, Calendar(weekly(OFFICE)))}))
        for queue_id, mode, strategy in zip(QUEUES, Mode, strategies, strict=True):
            self._want(CreateQueue, queue_id=queue_id, name=str(queue_id))
            self._want(SetRouting, queue_id=queue_id, rules=Rules(mode, strategy))
        for who, capacity in AGENTS.items():
            self._want(of_agents.WelcomeAgent, agent_id=who, name=str(who))
            self._want(of_agents.EquipAgent, agent_id=who, queues=None, skills={}, capacity=capacity)
            self._want(of_agents.BecomeAvailable, agent_id=who)

    def _want(self, what: Any, /, **fields: Any) -> bool:
        return isinstance(self.desk.log.want(what, **fields), Accepted)

    def _state(self, one: ConversationId) -> Any:
        stream = f"conversation-{one}"
        return self.desk.log.state(stream) if self._known(stream) else None

    def _known(self, stream: str) -> bool:
        return stream in self.desk.log.streams

    def _one(self, n: int, *stages: Stage) -> ConversationId | None:
        """One of those in such a stage, if there is any."""
        found = [one for one in CUSTOMERS if (s := self._state(one)) is not None and s.stage in stages]
        return found[n % len(found)] if found else None

    def _then(self, then: str) -> None:
        if then == "rest":
            self.everything_comes_to_rest()
        elif then != "nothing":
            self.desk.follow(then, 5)

    # customers

    @rule(one=A_CUSTOMER, queue_id=A_QUEUE, priority=st.sampled_from(Priority), late=st.booleans(), then=THEN)
    def a_customer_writes(
        self, one: ConversationId, queue_id: QueueId, priority: Priority, late: bool, then: str
    ) -> None:
        at = self.desk.clock.at
        name = f"m{next(self.said)}"
        self._want(
            wanted.HearMessage,
            conversation_id=one,
            channel_id=CHANNEL,
            message_id=MessageId(name),
            provider_id=name,
            kind="text",
            text="oi",
            sent_at=at - timedelta(minutes=11 if late else 0),
            received_at=at,
            queue_id=queue_id,
        )
        if self._state(one).stage is Stage.AUTOMATION:
            self._want(
                wanted.HandOver, conversation_id=one, queue_id=queue_id, priority=priority, reason="subject"
            )
        self._then(then)

    # agents

    @rule(who=AN_AGENT, what=st.sampled_from(["comes", "comes", "pauses", "falls silent", "goes"]))
    def an_agent_comes_or_goes(self, who: AgentId, what: str) -> None:
        match what:
            case "comes":
                self._want(of_agents.BecomeAvailable, agent_id=who)
                self._want(of_agents.ConnectAgent, agent_id=who)
            case "pauses":
                self._want(of_agents.PauseAgent, agent_id=who, reason="almoco")
            case "falls silent":
                self.desk.late.append((who, self.desk.clock.at))
            case _:
                has = tuple(self.desk.log.state(f"agent-{who}").has)
                self._want(of_agents.LogOut, agent_id=who, keeps=has)

    @precondition(lambda self: self.model.offered)
    @rule(n=N, accepts=st.booleans(), then=THEN)
    def an_offer_is_answered(self, n: int, accepts: bool, then: str) -> None:
        one = sorted(self.model.offered)[n % len(self.model.offered)]
        answer = wanted.AcceptOffer if accepts else wanted.DeclineOffer
        self._want(answer, conversation_id=one, agent_id=self.model.offered[one])
        self._then(then)

    @rule(who=AN_AGENT, n=N)
    def an_agent_claims(self, who: AgentId, n: int) -> None:
        one = self._one(n, Stage.WAITING)
        if one is not None:
            reason = {"full": True, "reason": "na loja"}
            self._want(wanted.ClaimConversation, conversation_id=one, agent_id=who, **reason)

    @rule(who=AN_AGENT, n=N, answered=st.booleans(), then=THEN)
    def an_agent_takes_the_next(self, who: AgentId, n: int, answered: bool, then: str) -> None:
        """Not `answered`: whoever asked for the claim is gone once there is a place for it."""
        one = self._one(n, Stage.WAITING)
        if one is None:
            return
        named: dict[str, Any] = {"conversation_id": one, "agent_id": who, "how": "pulled"}
        id_ = uuid5(COMMANDS, f"claim/{next(self.said)}")
        claim = wanted.ClaimConversation(id=id_, cause=Cause("agent:x", "", ""), **named)
        place = self.desk.log.decide(place_for(claim, self._state(one).queue_id))
        if isinstance(place, Accepted) and answered:
            self.desk.log.decide(claim)
        self._then(then)

    @rule(n=N, then=THEN)
    def the_owner_answers(self, n: int, then: str) -> None:
        one = self._one(n, Stage.IN_SERVICE)
        if one is None:
            return
        state = self._state(one)
        message_id = MessageId(f"a{next(self.said)}")
        named: dict[str, Any] = {"conversation_id": one, "message_id": message_id}
        text = {"kind": "text", "content": {"text": "oi"}}
        if self._want(wanted.SendMessage, agent_id=state.agent_id, anyway=True, **text, **named):
            self._want(wanted.StartSend, attempt=1, token="t", **named)
            self._want(wanted.ReportAccepted, attempt=1, provider_ref=None, **named)
        self._then(then)

    @rule(n=N, queue_id=A_QUEUE, what=st.sampled_from(["release", "queue", "close", "snooze"]), then=THEN)
    def the_owner_lets_go(self, n: int, queue_id: QueueId, what: str, then: str) -> None:
        one = self._one(n, Stage.IN_SERVICE)
        if one is None:
            return
        named: dict[str, Any] = {"conversation_id": one, "by": self._state(one).agent_id}
        match what:
            case "release":
                self._want(wanted.ReleaseConversation, reason="returned", queue_id=queue_id, **named)
            case "queue":
                self._want(wanted.TransferConversation, to_queue=queue_id, **named)
            case "close":
                self._want(wanted.CloseConversation, reason="technical/solved", outcome="Voltou.", **named)
            case _:
                until = self.desk.clock.at + timedelta(hours=1)
                self._want(wanted.SnoozeConversation, until=until, reason="visita", **named)
        self._then(then)

    # supervisors

    @rule(n=N, who=AN_AGENT, priority=st.none() | st.sampled_from(Priority))
    def a_supervisor_hands_it_on_or_hurries_it(self, n: int, who: AgentId, priority: Priority | None) -> None:
        one = self._one(n, Stage.WAITING, Stage.IN_SERVICE)
        if one is None:
            return
        named: dict[str, Any] = {"conversation_id": one, "by": AgentId("carla")}
        if priority is not None:
            self._want(wanted.ChangePriority, priority=priority, **named)
        else:
            self._want(wanted.TransferConversation, to_agent=who, for_another=True, **named)

    @rule(queue_id=A_QUEUE, mode=st.sampled_from(Mode), strategy=st.sampled_from(Strategy))
    def a_queue_hands_out_in_another_way(self, queue_id: QueueId, mode: Mode, strategy: Strategy) -> None:
        self._want(SetRouting, queue_id=queue_id, rules=Rules(mode, strategy))

    # time and processes

    @rule(seconds=SPAN, then=THEN)
    def time_passes(self, seconds: int, then: str) -> None:
        self.desk.clock.at += timedelta(seconds=seconds)
        self._then(then)

    @rule(
        name=st.sampled_from(["porter", "matchmaker", "steward"]),
        most=st.integers(1, 8),
        together=st.booleans(),
    )
    def one_of_them_follows_a_little(self, name: str, most: int, together: bool) -> None:
        self.desk.follow(name, most, together=together)

    @rule(back=st.integers(0, 20))
    def the_processes_die_and_begin_again_a_little_before(self, back: int) -> None:
        for name, read in self.desk.read.items():
            self.desk.read[name] = max(0, read - back)
        self.desk.begin()
        self.desk.look()  # at what the views know, which may be late

    @rule()
    def everything_comes_to_rest(self) -> None:
        self.desk.settle()
        self._read_on()
        self._places_are_true()
        self._nobody_is_forgotten()
        self._what_is_late_was_told()

    @precondition(lambda self: self.desk.log.facts)
    @rule(who=AN_AGENT)
    def who_comes_is_given_the_first_in_order(self, who: AgentId) -> None:
        """Alone, with nothing else going on: the first of what waits for somebody to be asked."""
        self.desk.settle()
        state = self.desk.log.state(f"agent-{who}")
        if state.availability is Availability.AVAILABLE or state.lost_at is not None:
            return
        at = self.desk.clock.at
        known, room = self.desk.floor.known(), state.load.has_room
        order = sorted(self.desk.floor.inbox.rows, key=lambda row: inbox.place(row, at))
        first = next((row for row in order if self._may_be_handed_out(row, known, who)), None)
        before = len(self.desk.log.facts)
        self._want(of_agents.BecomeAvailable, agent_id=who)
        self.desk.settle()
        places = [
            fact.event.conversation_id
            for fact in self.desk.log.facts[before:]
            if isinstance(fact.event, agent.Reserved) and fact.root == who
        ]
        if first is not None and room:
            assert places[:1] == [first.conversation_id]
        elif not room:
            assert places == []

    def _may_be_handed_out(self, row: inbox.Row, known: Any, who: AgentId) -> bool:
        if row.stage is not Stage.WAITING or row.offered_to is not None or row.queue_id is None:
            return False
        hours = at_once(self.desk.queue_hours.of(row.queue_id))  # type: ignore[arg-type]
        if known[row.queue_id].mode is Mode.PULL or not hours.is_open(self.desk.clock.at):
            return False
        held = row.reason == "transferred" and not row.ripe
        return not held and who not in row.tried

    @invariant()
    def the_facts_keep_the_rules(self) -> None:
        self._read_on()

    # what is expected

    def _read_on(self) -> None:
        for fact in self.desk.log.facts[self.seen :]:
            self.model.read(fact)
        self.seen = len(self.desk.log.facts)
        assert not [clock for clock, times in self.model.breached.items() if times > 1]

    def _places_are_true(self) -> None:
        rows = [self._state(one) for one in CUSTOMERS]
        for who in AGENTS:
            state = self.desk.log.state(f"agent-{who}")
            theirs = {
                one
                for one, row in zip(CUSTOMERS, rows, strict=True)
                if row is not None and row.stage is Stage.IN_SERVICE and row.agent_id == who
            }
            assert set(state.has) == theirs
            assert set(state.reserved) == {one for one, asked in self.model.offered.items() if asked == who}

    def _nobody_is_forgotten(self) -> None:
        now = at_once(self.desk.floor.now(self.desk.clock.at))  # type: ignore[arg-type]
        left = match(self.desk.clock.at, now.waiting, now.queues, now.workers)
        assert [outcome for outcome in left if isinstance(outcome, Give)] == []
        assert left == []

    def _what_is_late_was_told(self) -> None:
        for row in self.desk.floor.inbox.rows:
            if row.due_at is not None and row.due_at <= self.desk.clock.at:
                assert row.breached, f"{row.conversation_id} was due at {row.due_at}"


TestWholeDesk = pytest.mark.slow(WholeDesk.TestCase)
TestWholeDesk.settings = settings(
    max_examples=150,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


# What was found this way, and must not come again


@pytest.fixture
def desk() -> WholeDesk:
    """Three who are available, and nobody waits."""
    machine = WholeDesk()
    machine.opens((Strategy.ROUND_ROBIN, Strategy.ROUND_ROBIN, Strategy.ROUND_ROBIN))
    machine.everything_comes_to_rest()
    return machine


def writes(desk: WholeDesk, then: str) -> None:
    desk.a_customer_writes(CUSTOMERS[0], OFFERS, Priority.NORMAL, late=False, then=then)


def test_somebody_else_is_asked_when_the_one_who_was_chosen_had_just_paused(desk: WholeDesk) -> None:
    writes(desk, "nothing")
    desk.an_agent_comes_or_goes(AgentId("ana"), "pauses")
    desk.everything_comes_to_rest()
    assert set(desk.model.offered.values()) == {"bia"}


def test_what_was_handed_to_somebody_just_as_they_were_chosen_stays_theirs(desk: WholeDesk) -> None:
    writes(desk, "rest")
    desk.a_supervisor_hands_it_on_or_hurries_it(0, AgentId("bia"), None)
    desk.one_of_them_follows_a_little("matchmaker", 50, together=False)
    desk.everything_comes_to_rest()
    assert set(desk.desk.log.state("agent-bia").has) == {CUSTOMERS[0]}


def test_what_came_back_before_anybody_noticed_is_offered_with_a_place(desk: WholeDesk) -> None:
    writes(desk, "nothing")
    desk.a_supervisor_hands_it_on_or_hurries_it(0, AgentId("ana"), None)
    desk.the_owner_lets_go(0, OFFERS, "release", then="matchmaker")
    desk.everything_comes_to_rest()
    (who,) = desk.model.offered.values()
    assert set(desk.desk.log.state(f"agent-{who}").reserved) == {CUSTOMERS[0]}


def test_what_waited_in_closed_hours_is_given_when_its_queue_opens(desk: WholeDesk) -> None:
    desk.time_passes(5 * 3600, "rest")  # it is 19h32 there
    desk.a_customer_writes(CUSTOMERS[0], ASSIGNS, Priority.NORMAL, late=False, then="rest")
    assert desk.model.given == {who: set() for who in AGENTS}
    desk.time_passes(15 * 3600, "rest")
    assert set().union(*desk.model.given.values()) == {CUSTOMERS[0]}


def test_a_queue_that_nobody_knew_of_when_the_processes_began_opens_all_the_same() -> None:
    desk = WholeDesk()
    desk.opens((Strategy.ROUND_ROBIN, Strategy.ROUND_ROBIN, Strategy.ROUND_ROBIN))
    desk.the_processes_die_and_begin_again_a_little_before(0)  # and look before any view knows of a queue
    desk.time_passes(15 * 3600, "nothing")  # it is 5h32 there
    desk.a_customer_writes(CUSTOMERS[0], ASSIGNS, Priority.NORMAL, late=False, then="rest")
    assert desk.model.given == {who: set() for who in AGENTS}
    desk.time_passes(5 * 3600, "rest")
    assert set().union(*desk.model.given.values()) == {CUSTOMERS[0]}


def test_everybody_is_asked_again_a_minute_after_nobody_accepted(desk: WholeDesk) -> None:
    writes(desk, "rest")
    for _ in AGENTS:
        desk.time_passes(30, "rest")
    (ended,) = (f.event for f in desk.desk.log.facts if isinstance(f.event, conversation.RoundEnded))
    assert (set(ended.asked), desk.model.offered) == (set(AGENTS), {})
    desk.time_passes(59, "rest")
    assert desk.model.offered == {}
    desk.time_passes(1, "rest")
    assert len(desk.model.offered) == 1


def test_who_takes_again_what_they_just_gave_back_has_no_more_than_they_may(desk: WholeDesk) -> None:
    ana, (first, second, *_) = AgentId("ana"), CUSTOMERS
    desk.a_customer_writes(first, OFFERS, Priority.NORMAL, late=False, then="nothing")
    desk.an_agent_takes_the_next(ana, 0, answered=True, then="rest")
    desk.a_customer_writes(second, PULLS, Priority.NORMAL, late=False, then="nothing")
    desk.an_agent_claims(ana, 0)  # above what she may, with a reason
    desk.everything_comes_to_rest()
    desk.the_owner_lets_go(1, PULLS, "release", then="nothing")
    desk.an_agent_takes_the_next(ana, 0, answered=True, then="nothing")
    desk.the_facts_keep_the_rules()
    desk.everything_comes_to_rest()
    assert set(desk.desk.log.state("agent-ana").has) == {first}


def test_what_was_just_given_to_somebody_takes_nobody_elses_turn(desk: WholeDesk) -> None:
    ana, bia, (zero, one, two, *_) = AgentId("ana"), AgentId("bia"), CUSTOMERS
    desk.an_agent_comes_or_goes(bia, "pauses")
    desk.a_customer_writes(one, ASSIGNS, Priority.URGENT, late=False, then="nothing")
    desk.a_customer_writes(zero, OFFERS, Priority.URGENT, late=False, then="nothing")
    desk.a_customer_writes(two, OFFERS, Priority.URGENT, late=False, then="nothing")
    desk.who_comes_is_given_the_first_in_order(bia)
    desk.time_passes(30, "nothing")
    desk.the_processes_die_and_begin_again_a_little_before(0)
    desk.the_owner_answers(0, "nothing")
    desk.the_owner_lets_go(0, OFFERS, "release", then="nothing")
    desk.a_supervisor_hands_it_on_or_hurries_it(0, ana, None)
    desk.everything_comes_to_rest()
    assert desk.model.given[bia] == {one, two}
