"""Plays a scenario: the desk in small, which turns what happens into the facts of the clocks.

It decides what a desk decides (who gets a message that comes after closing, what automation hands over) and
nothing about clocks: those are `domain.sla`'s, fact by fact and timer by timer.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

from api.scenarios.events import (
    Acknowledge,
    AgentChange,
    AgentMessage,
    Aside,
    Assign,
    Automatic,
    Became,
    CalendarEdit,
    Call,
    Close,
    Echo,
    Event,
    Handoff,
    In,
    Look,
    Message,
    NewDemand,
    NoAnswerNeeded,
    Open,
    PolicyEdit,
    PriorityChange,
    Reachable,
    Reopen,
    Return,
    Scenario,
    Timers,
    Transfer,
    WaitOnCustomer,
    WaitOnThirdParty,
    Wake,
)
from api.scenarios.rules import AgentRules, ChannelRules, Holidays
from domain.conversation import LATE, LONGEST_SNOOZE, REOPENING, Place, place, thanks_only, waits_since
from domain.queue import Priority, QueueId
from domain.sla import facts
from domain.sla.calendar import Calendar
from domain.sla.clock import Clock
from domain.sla.clocks import apply, fire
from domain.sla.facts import Cause, Fact, Phase, Turn
from domain.sla.policy import Book, Kind
from domain.sla.state import Clocks, Held
from domain.sla.verdicts import Breached, EscalationAcknowledged, Said

DEVICE: Final = "aparelho"
AUTOMATION: Final = "automation"
LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
BY_ITSELF: Final = frozenset({"automation", "silence"})


class No(Exception):
    """The desk would refuse that."""


@dataclass
class Thread:
    """One conversation, and what its clocks cannot know."""

    name: str
    state: Clocks = field(default_factory=Clocks)
    channel: str = ""
    silenced: bool = False
    closed_at: datetime | None = None
    closed_by: str | None = None
    last_agent: str | None = None
    heard: dict[str, datetime] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)
    delivered: set[str] = field(default_factory=set)
    clocks: dict[int, Clock] = field(default_factory=dict)
    owners: dict[tuple[int, int], tuple[Held, ...]] = field(default_factory=dict)  # by episode and period

    @property
    def open(self) -> bool:
        return self.state.phase is not Phase.CLOSED

    @property
    def agent(self) -> str | None:
        """Who has it, in service."""
        kind, _, name = self.state.owner.partition(":")
        return name if self.state.phase is Phase.IN_SERVICE and kind == "agent" else None


@dataclass(frozen=True)
class Told:
    """Something the clocks of a conversation said."""

    thread: str
    what: Said


@dataclass(frozen=True)
class Refusal:
    index: int
    at: datetime
    event: str
    conversation: str
    reason: str


@dataclass
class Play:
    """A scenario under way, and at its end what became of it."""

    book: Book
    channels: dict[str, ChannelRules]
    agents: dict[str, AgentRules]
    years: tuple[int, ...]
    holidays: Holidays
    shelf: dict[tuple[str, int], Calendar] = field(default_factory=dict)  # every version of every calendar
    threads: dict[str, Thread] = field(default_factory=dict)
    said: list[Told] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    looks: list[tuple[datetime, list[tuple[Place, str]]]] = field(default_factory=list)
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    timed: bool = True
    at: datetime = LONG_AGO
    _timers: list[tuple[datetime, int, str]] = field(default_factory=list)

    # ── time ─────────────────────────────────────────────────────────────────────────────────────

    def advance(self, until: datetime, *, inclusive: bool = False) -> None:
        """Fire what is due before then; `inclusive`: and at that instant."""
        while self.timed and self._timers:
            due, _, name = self._timers[0]
            if due > until or (due == until and not inclusive):
                break
            heapq.heappop(self._timers)
            thread = self.threads[name]
            now = thread.state.next_timer()
            if now is not None and now <= due:
                self._fire(thread, max(due, self.at))
        self.at = max(self.at, until)

    def _fire(self, thread: Thread, at: datetime) -> None:
        state, said = fire(thread.state, self.book, at)
        self._keep(thread, state, said, at)

    def tell(self, thread: Thread, *happened: Fact) -> list[Said]:
        """What happened goes to the clocks."""
        all_said: list[Said] = []
        for fact in happened:
            state, said = apply(thread.state, self.book, fact)
            self._keep(thread, state, said, fact.at)
            all_said += said
        return all_said

    def _keep(self, thread: Thread, state: Clocks, said: list[Said], at: datetime) -> None:
        thread.state = state
        thread.clocks.update({clock.number: clock for clock in state.clocks})
        thread.owners[state.episode, state.period] = state.owners
        self.said += [Told(thread.name, what) for what in said]
        if (due := state.next_timer()) is not None:
            heapq.heappush(self._timers, (due, len(self.said), thread.name))
        late = any(isinstance(what, Breached) and what.kind is Kind.AUTOMATION for what in said)
        if late and state.phase is Phase.AUTOMATION:
            self.tell(thread, facts.Entered(at, state.home, state.priority))

    # ── the order ────────────────────────────────────────────────────────────────────────────────

    def order(self) -> list[tuple[Place, str]]:
        """All open conversations, the first in line first."""
        return sorted((where(thread.state), thread.name) for thread in self.threads.values() if thread.open)

    # ── what happens ─────────────────────────────────────────────────────────────────────────────

    def happen(self, index: int, event: Event) -> None:
        self.advance(event.at)
        try:
            if isinstance(event, In):
                self._in(event)
            else:
                self._house(event)
        except No as no:
            name = event.conversation if isinstance(event, In) else ""
            self.refused.append(Refusal(index, event.at, event.event, name, str(no)))

    def _house(self, event: PolicyEdit | CalendarEdit | AgentChange | Reachable | Timers | Look) -> None:
        match event:
            case PolicyEdit():
                self._revise(
                    replace(self.book, policy=event.policy.policy(), version=self.book.version + 1),
                    event.at,
                    Cause.POLICY,
                )
            case CalendarEdit(name=name):
                before, _ = self.book.calendars.get(name, (0, None))
                calendar = event.calendar.calendar(self.years, self.holidays)
                calendars = {**self.book.calendars, name: (before + 1, calendar)}
                self.shelf[name, before + 1] = calendar
                self._revise(replace(self.book, calendars=calendars), event.at, Cause.CALENDAR)
            case AgentChange():
                known = self.agents.get(event.agent, AgentRules(available=False))
                self.agents[event.agent] = AgentRules(
                    available=known.available if event.available is None else event.available,
                    capacity=known.capacity if event.capacity is None else event.capacity,
                )
            case Reachable(person=person):
                away = (
                    self.book.unreachable - {person} if event.reachable else {*self.book.unreachable, person}
                )
                self.book = replace(self.book, unreachable=frozenset(away))
            case Timers(event="timers_down"):
                self.timed = False
            case Timers():
                self.timed = True
                for thread in self.threads.values():
                    due = thread.state.next_timer()
                    if due is not None and due <= event.at:
                        self._fire(thread, event.at)
            case Look():
                self.looks.append((event.at, self.order()))

    def _revise(self, book: Book, at: datetime, cause: Cause) -> None:
        self.book = book
        for thread in self.threads.values():
            self.tell(thread, facts.Revised(at, cause))

    def _in(self, event: In) -> None:
        thread = self.threads.setdefault(event.conversation, Thread(event.conversation))
        at = event.at
        match event:
            case Message():
                self._message(thread, event)
            case Call():
                self._call(thread, event)
            case Open(agent=agent):
                if thread.open:
                    raise No("it is open already")
                self._open(thread, event.channel, Phase.IN_SERVICE, f"agent:{agent}", at, ours=True)
                thread.last_agent = agent
            case Handoff():
                self._handoff(thread, event)
            case Echo():
                self._echo(thread, event)
            case Reopen(agent=agent):
                self._reopen_by_hand(thread, agent, at)
            case Aside():
                pass
            case Became():
                self._became(thread, event)
            case Automatic():
                speaks = thread.open and thread.state.phase is Phase.AUTOMATION and event.awaits_customer
                self.tell(thread, facts.Spoke(at) if speaks else facts.Called(at))
            case _:
                if not thread.open:
                    raise No("it is not open")
                self._serve(thread, event)

    # ── what the customer does ───────────────────────────────────────────────────────────────────

    def _home(self, channel: str) -> QueueId:
        return QueueId(self.channels.get(channel, ChannelRules()).queue)

    def _open(
        self, thread: Thread, channel: str, phase: Phase, owner: str, at: datetime, *, ours: bool = False
    ) -> None:
        thread.channel, thread.silenced, thread.closed_at, thread.closed_by = channel, False, None, None
        self.tell(thread, facts.Opened(at, phase, self._home(channel), owner, ours))

    def _wait(self, thread: Thread, at: datetime, queue: str | None = None) -> None:
        state = thread.state
        queue_id = QueueId(queue) if queue is not None else queue_of(state)
        self.tell(thread, facts.Entered(at, queue_id, state.priority))

    def _message(self, thread: Thread, event: Message) -> None:
        at = event.at
        message = event.message or f"{thread.name}/{len(thread.heard) + 1}"
        if message in thread.heard:
            raise No("this message was heard before")
        thread.heard[message] = at
        sent_at = event.sent_at or at
        late = at - sent_at > LATE
        thanks = event.thanks
        if thanks is None:
            thanks = thanks_only("text", event.text, {})
        heard = facts.Heard(at, message, waits_since(sent_at, at, late=late), thanks)
        if not thread.open:
            if thanks:
                return
            self._opened_by_message(thread, event, late=late)
            self.tell(thread, heard)
            return
        if thread.state.phase is Phase.AUTOMATION and not thanks and (late or thread.silenced):
            self._wait(thread, at)
        self.tell(thread, heard)

    def _may_reopen(self, thread: Thread, at: datetime) -> bool:
        return thread.closed_at is not None and at <= thread.closed_at + REOPENING

    def _opened_by_message(self, thread: Thread, event: Message, *, late: bool) -> None:
        at = event.at
        if self._may_reopen(thread, at) and not event.new_demand:
            if thread.closed_by in BY_ITSELF and not late and not thread.silenced:
                self._reopen(thread, Phase.AUTOMATION, AUTOMATION, at)
            elif thread.closed_by not in BY_ITSELF and self._free(thread.last_agent):
                self._reopen(thread, Phase.IN_SERVICE, f"agent:{thread.last_agent}", at)
            else:
                self._reopen(thread, Phase.WAITING, f"queue:{queue_of(thread.state)}", at)
                self._wait(thread, at)
            return
        channel = self.channels.get(event.channel, ChannelRules())
        if late or not channel.automation:
            self._open(thread, event.channel, Phase.WAITING, f"queue:{channel.queue}", at)
            self._wait(thread, at)
        else:
            self._open(thread, event.channel, Phase.AUTOMATION, AUTOMATION, at)

    def _reopen(self, thread: Thread, phase: Phase, owner: str, at: datetime, *, ours: bool = False) -> None:
        thread.closed_at, thread.closed_by = None, None
        self.tell(thread, facts.Reopened(at, phase, owner, ours))

    def _free(self, agent: str | None) -> bool:
        """Available and under capacity; of an agent nobody spoke of, neither is known."""
        known = self.agents.get(agent or "")
        if agent is None or known is None or not known.available:
            return False
        held = sum(thread.agent == agent for thread in self.threads.values())
        return known.capacity is None or held < known.capacity

    def _reopen_by_hand(self, thread: Thread, agent: str, at: datetime) -> None:
        if thread.open:
            raise No("it is open already")
        if not self._may_reopen(thread, at):
            raise No("it cannot be reopened: 24 hours are over, or it was never open")
        self._reopen(thread, Phase.IN_SERVICE, f"agent:{agent}", at, ours=True)
        thread.last_agent = agent

    def _call(self, thread: Thread, event: Call) -> None:
        at = event.at
        if thread.open or event.answered:
            self.tell(thread, facts.Called(at))
            return
        if self._may_reopen(thread, at):
            self._reopen(thread, Phase.WAITING, f"queue:{queue_of(thread.state)}", at)
        else:
            self._open(thread, event.channel, Phase.WAITING, f"queue:{self._home(event.channel)}", at)
        self._wait(thread, at)

    # ── what is said ─────────────────────────────────────────────────────────────────────────────

    def _echo(self, thread: Thread, event: Echo) -> None:
        at = event.at
        message = event.message or f"{thread.name}/echo/{len(thread.written) + 1}"
        if not thread.open:
            self._open(thread, event.channel, Phase.IN_SERVICE, f"agent:{DEVICE}", at, ours=True)
            return
        if thread.state.phase is Phase.AUTOMATION:
            thread.silenced = True
            self.tell(thread, facts.Spoke(at))
        elif self.book.policy.echo_stops:
            thread.written.add(message)
            self.tell(thread, facts.Answered(at, message, at))
        else:
            self.tell(thread, facts.Called(at))

    def _became(self, thread: Thread, event: Became) -> None:
        message = event.message
        if message not in thread.written:
            raise No("no human message of that name is known")
        if event.event == "delivered":
            thread.delivered.add(message)
            self.tell(thread, facts.Arrived(event.at, message))
        elif message not in thread.delivered:
            self.tell(thread, facts.Failed(event.at, message))

    def _write(self, thread: Thread, event: AgentMessage) -> None:
        """Whoever writes in what they do not own takes it over first."""
        agent = event.agent or thread.agent
        if agent is None:
            raise No("nobody attends it, and no agent is named")
        if thread.agent != agent:
            self.tell(thread, facts.Taken(event.at, f"agent:{agent}"))
            thread.last_agent = agent
        message = event.message or f"{thread.name}/ours/{len(thread.written) + 1}"
        if message in thread.written:
            raise No("a message of that name was sent before")
        thread.written.add(message)
        self.tell(thread, facts.Answered(event.at, message, event.asked_at or event.at))

    # ── who has it ───────────────────────────────────────────────────────────────────────────────

    def _handoff(self, thread: Thread, event: Handoff) -> None:
        at, state = event.at, thread.state
        if not thread.open:
            if state.episode:
                raise No("it is closed")
            queue = event.queue or self._home(event.channel)
            self._open(thread, event.channel, Phase.WAITING, f"queue:{queue}", at)
        elif state.phase is Phase.IN_SERVICE:
            raise No("an agent attends it")
        queue_id = QueueId(event.queue) if event.queue else thread.state.home
        waits = thread.state.phase is Phase.WAITING and thread.state.response is not None
        if waits and (thread.state.queue_id, thread.state.priority) == (queue_id, event.priority):
            return
        self.tell(thread, facts.Entered(at, queue_id, event.priority))

    def _serve(self, thread: Thread, event: In) -> None:
        at, state = event.at, thread.state
        match event:
            case AgentMessage():
                self._write(thread, event)
            case Assign(agent=agent):
                if thread.agent not in (None, agent, DEVICE):
                    raise No("another agent attends it")
                if thread.agent != agent:
                    self.tell(thread, facts.Taken(at, f"agent:{agent}"))
                    thread.last_agent = agent
            case Transfer(to_agent=str(agent)):
                self.tell(thread, facts.Taken(at, f"agent:{agent}"))
                thread.last_agent = agent
            case Transfer(to_queue=queue) | Return(queue=queue):
                if isinstance(event, Return) and state.phase is not Phase.IN_SERVICE:
                    raise No("nobody attends it")
                self._wait(thread, at, queue)
            case PriorityChange(priority=priority):
                agent = event.agent or thread.agent or ""
                if priority is Priority.URGENT and state.priority is not Priority.URGENT:
                    self.counts[agent, "raised_to_urgent"] += 1
                self.tell(thread, facts.Prioritised(at, priority))
            case WaitOnCustomer() | WaitOnThirdParty():
                self._set_aside(thread, event)
            case Wake():
                if state.turn is not Turn.THIRD_PARTY:
                    raise No("it does not wait on a third party")
                self.tell(thread, facts.Woke(at))
            case NoAnswerNeeded():
                self._needs_none(thread, event)
            case Close():
                self._may_close(thread, event)
                self.tell(thread, facts.Closed(at))
                thread.closed_at = at
                thread.closed_by = event.by
                if event.agent is not None and event.by == "agent":
                    thread.last_agent = thread.last_agent or event.agent
            case NewDemand():
                self._new_demand(thread, event)
            case Acknowledge(by=by):
                said = self.tell(thread, facts.Acknowledged(at, by))
                if not any(isinstance(what, EscalationAcknowledged) for what in said):
                    raise No("no breached wait to acknowledge")
            case _:
                raise AssertionError(event)

    def _set_aside(self, thread: Thread, event: WaitOnCustomer | WaitOnThirdParty) -> None:
        if thread.state.phase is not Phase.IN_SERVICE:
            raise No("nobody attends it")
        if isinstance(event, WaitOnCustomer):
            self.tell(thread, facts.SetAside(event.at, Turn.CUSTOMER))
            return
        if not event.at < event.until <= event.at + LONGEST_SNOOZE:
            raise No("a wake-up lies in the future, at most 5 days away")
        self.counts[event.agent or thread.agent or "", "third_party"] += 1
        self.tell(thread, facts.SetAside(event.at, Turn.THIRD_PARTY, event.until))

    def _needs_none(self, thread: Thread, event: NoAnswerNeeded) -> None:
        if event.message is not None and event.message not in thread.heard:
            raise No("no message of that name was heard")
        through = event.at if event.message is None else thread.heard[event.message]
        self.counts[event.agent or thread.agent or "", "no_answer_needed"] += 1
        self.tell(thread, facts.Settled(event.at, through))

    def _may_close(self, thread: Thread, event: Close) -> None:
        state = thread.state
        if event.by == "automation" and state.phase is not Phase.AUTOMATION:
            raise No("automation closes only its own")
        theirs = state.phase is Phase.IN_SERVICE and state.turn is Turn.CUSTOMER and not state.unanswered
        if event.by == "silence" and not (theirs or state.phase is Phase.AUTOMATION):
            raise No("silence closes only what waits on the customer")

    def _new_demand(self, thread: Thread, event: NewDemand) -> None:
        """What the customer wants now is another demand: an episode of its own, with who says so."""
        at, agent = event.at, event.agent or thread.agent
        if agent is None:
            raise No("nobody attends it")
        waits = thread.state.response is not None
        self.tell(thread, facts.Closed(at))
        self._open(thread, thread.channel, Phase.IN_SERVICE, f"agent:{agent}", at, ours=not waits)
        thread.last_agent = agent


def queue_of(state: Clocks) -> QueueId:
    """Where it waits when nothing else says so: its last queue, else the channel's."""
    return state.queue_id or state.home


def where(state: Clocks) -> Place:
    """Where a conversation stands in the one order."""
    clock = state.response
    assert state.opened_at is not None
    return place(
        state.priority,
        None if clock is None else clock.due_at,
        oldest_at=state.oldest,
        opened_at=state.opened_at,
        active_at=state.active_at or state.opened_at,
        breached=clock is not None and clock.breach is not None,
        past_manager=clock is not None and clock.past_manager,
    )


def play(scenario: Scenario, holidays: Holidays) -> Play:
    """The whole of it. ValueError for a calendar that names a state that is none."""
    ordered = sorted(enumerate(scenario.events), key=lambda each: each[1].at)
    instants = [event.at for _, event in ordered] + ([scenario.until] if scenario.until else [])
    years = tuple(range(instants[0].year - 1, instants[-1].year + 6)) if instants else ()
    calendars: dict[str, tuple[int, Calendar]] = {
        name: (1, rules.calendar(years, holidays)) for name, rules in scenario.calendars.items()
    }
    running = Play(
        Book(scenario.policy.policy(), 1, calendars),
        scenario.channels,
        dict(scenario.agents),
        years,
        holidays,
        {(name, version): calendar for name, (version, calendar) in calendars.items()},
    )
    for index, event in ordered:
        running.happen(index, event)
    if instants:
        running.advance(instants[-1], inclusive=True)
    return running


def held(owners: Iterable[Held], since: datetime, until: datetime) -> list[tuple[datetime, datetime, str]]:
    """Who had it at each second between two instants. What began before the period is its first owner's."""
    spans: list[tuple[datetime, datetime, str]] = []
    known = list(owners)
    for n, one in enumerate(known):
        start = since if n == 0 else max(one.since, since)
        end = known[n + 1].since if n + 1 < len(known) else until
        if start < min(end, until):
            spans.append((start, min(end, until), one.owner))
    return spans
