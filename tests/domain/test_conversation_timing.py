"""What is decided on a conversation its clocks are told, and what they say is part of the decision."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hypothesis import given as hypothetically

from domain import conversation as c
from domain.conversation import CONVERSATION, Conversation, Event, MessageId, Receipt, Stage, timing
from domain.queue import Priority
from domain.sla.calendar import Calendar, weekly
from domain.sla.clock import Verdict
from domain.sla.facts import Cause, Phase
from domain.sla.policy import Book, Kind, Level, Policy, QueueTerms, Targets
from domain.sla.state import difference, merged
from domain.sla.written import read_book, write_book
from tests.domain.facts import (
    ANA,
    CHANNEL,
    SERVED,
    TECHNICAL,
    WAITS,
    at,
    claimed,
    closed,
    opened,
    said,
    started,
    taken,
    waiting,
    wrote,
)
from tests.luck import examples
from tests.projections.histories import Walk, steps
from tests.spec import given

PEOPLE = {Level.SUPERVISOR: ("sofia",), Level.MANAGER: ("marta",), Level.DIRECTOR: ("davi",)}
BOOK = Book(Policy(recipients=PEOPLE))
OFFICE = Calendar(weekly(((8 * 60, 12 * 60), (13 * 60, 18 * 60))))  # noon here is 9 in São Paulo


def told(*groups: tuple[Event, ...], book: Book = BOOK) -> list[Event]:
    """A history in which each group was decided at once."""
    state, history = CONVERSATION.initial, list[Event]()
    for group in groups:
        events = timing.timed(state, group, book, _when(group), TECHNICAL)
        history += events
        state = CONVERSATION.fold(events, state)
    return history


def _when(group: tuple[Event, ...]) -> datetime:
    times = ("opened_at", "received_at", "entered_at", "assigned_at", "accepted_at", "closed_at")
    return max(getattr(event, name) for event in group for name in times if hasattr(event, name))


def kept(events: list[Event], kind: type[Event]) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


def state_of(history: list[Event]) -> Conversation:
    return CONVERSATION.fold(history)


WAITING = told((opened(), said("oi", 0)), (waiting(1),))
IN_SERVICE = [*WAITING, claimed(ANA, 2)]
ANSWER = (wrote("a1", 3), started("a1", 3), taken("a1", 4, first_answer=True, waited=180.0))


def fire(history: list[Event], minutes: float, book: Book = BOOK, armed: int | None = None) -> list[Event]:
    state = state_of(history)
    version = state.clocks_version if armed is None else armed
    return timing.fire_timer(state, version, book, at(minutes))


def test_what_is_decided_says_how_the_clocks_stand_with_it() -> None:
    *_, entered, clocks_set = WAITING
    assert isinstance(entered, c.EnteredWaiting)
    assert isinstance(clocks_set, c.ClocksSet)
    response = state_of(WAITING).clocks.response
    assert response is not None
    assert (response.kind, response.started_at, response.due_at) == (Kind.FIRST, at(1), at(31))
    assert clocks_set.due_at == at(16)  # the first warning


def test_due_times_are_those_of_the_calendar() -> None:
    book = Book(Policy(calendar="office"), 2, {"office": (1, OFFICE)})
    late = 9 * 60 - 10  # ten minutes before closing
    history = told((opened(late), said("oi", late)), (waiting(late + 1),), book=book)
    [entered] = kept(history, c.EnteredWaiting)
    assert entered.due_at == at(23 * 60 + 21)  # the next morning, at 8:21
    assert state_of(history).due_at == entered.due_at


def test_what_says_nothing_to_clocks_sets_none() -> None:
    note = c.NoteAdded(MessageId("n"), ANA, "nota", at(2))
    assert timing.timed(state_of(WAITING), (note,), BOOK, at(2)) == [note]


def test_a_timer_that_is_due_warns_and_later_breaches_once() -> None:
    warned = fire(WAITING, 16)
    assert [event.percent for event in kept(warned, c.Warned)] == [50]
    late = fire([*WAITING, *warned], 31)
    [breached] = kept(late, c.Breached)
    assert (breached.kind, breached.breach.cause, breached.told) == (Kind.FIRST, Cause.DUE, ("sofia",))
    assert kept(fire([*WAITING, *warned, *late], 32), c.Breached) == []


def test_a_timer_for_another_version_of_the_clocks_does_nothing() -> None:
    armed = state_of(WAITING).clocks_version
    history = [*IN_SERVICE, *timing.timed(state_of(IN_SERVICE), ANSWER, BOOK, at(4))]
    assert state_of(history).clocks_version != armed
    assert fire(history, 40, armed=armed) == []


def test_a_timer_that_is_not_due_yet_does_nothing() -> None:
    assert fire(WAITING, 15) == []


def test_a_warning_that_comes_too_late_is_dropped_and_the_breach_is_not() -> None:
    events = fire(WAITING, 45)
    assert kept(events, c.Warned) == []
    [breached] = kept(events, c.Breached)
    assert (breached.breach.at, breached.breach.due_at) == (at(45), at(31))


def test_a_late_answer_tells_the_breach_itself() -> None:
    answer = (taken("a1", 40, waited=1.0),)
    before = [*IN_SERVICE, wrote("a1", 39), started("a1", 39)]
    events = timing.timed(state_of(before), answer, BOOK, at(40))
    [breached] = kept(events, c.Breached)
    assert breached.breach.cause is Cause.LATE
    assert fire([*before, *events], 50) == []


def test_an_answer_that_fails_sets_the_clock_going_again() -> None:
    history = [*IN_SERVICE, *timing.timed(state_of(IN_SERVICE), ANSWER, BOOK, at(4))]
    state = state_of(history)
    failed = c.hear_receipt(state, MessageId("ref-a1"), Receipt.FAILED, sent_at=at(6), at=at(6))
    events = timing.timed(state, failed, BOOK, at(6))
    assert [(event.clock, event.voided_at) for event in kept(events, c.StopVoided)] == [(3, at(6))]
    response = state_of([*history, *events]).clocks.response
    assert response is not None
    assert (response.kind, response.started_at) == (Kind.FIRST, at(1))


def test_acknowledging_puts_the_next_step_off_and_names_who_acts() -> None:
    late = [*WAITING, *fire(WAITING, 31)]
    events = timing.acknowledge(state_of(late), ANA, BOOK, at(32))
    [acknowledged] = kept(events, c.EscalationAcknowledged)
    assert (acknowledged.by, acknowledged.postponed) == (ANA, Level.MANAGER)
    assert acknowledged.until == at(91)


def test_there_is_nothing_to_acknowledge_before_the_breach() -> None:
    given(CONVERSATION, *WAITING).when(timing.acknowledge, ANA, BOOK, at(10)).then_refused(
        c.NothingToAcknowledge
    )
    given(CONVERSATION).when(timing.acknowledge, ANA, BOOK, at(10)).then_refused(c.NotOpen)


def test_what_needs_no_answer_is_not_waited_for() -> None:
    history = [*IN_SERVICE, *timing.timed(state_of(IN_SERVICE), ANSWER, BOOK, at(4))]
    history += timing.timed(state_of(history), (said("ok", 6, due_at=at(36)),), BOOK, at(6))
    state = state_of(history)
    marked = timing.need_no_answer(state, MessageId("ok"), ANA, at(7))
    events = timing.timed(state, marked, BOOK, at(7))
    after = state_of([*history, *events])
    assert (after.unanswered, after.waiting_since, after.due_at) == ((), None, None)
    assert after.clocks.response is None
    given(CONVERSATION, *history).when(timing.need_no_answer, MessageId("x"), ANA, at(7)).then_refused(
        c.UnknownMessage
    )


def test_in_the_queue_too_a_message_after_what_needed_no_answer_waits_again() -> None:
    settled = timing.need_no_answer(state_of(WAITING), None, ANA, at(5))
    history = [*WAITING, *timing.timed(state_of(WAITING), settled, BOOK, at(5))]
    assert (state_of(history).due_at, state_of(history).clocks.response) == (None, None)
    heard = c.receive(state_of(history), said("oi?", 8), channel_id=CHANNEL)
    history += timing.timed(state_of(history), heard, BOOK, at(8))
    response = state_of(history).clocks.response
    assert response is not None
    assert (response.kind, response.started_at) == (Kind.FIRST, at(8))
    assert state_of(history).due_at == response.due_at == at(38)


def test_other_rules_judge_open_clocks_again_before_anything_else() -> None:
    hurried = Book(Policy(targets={p: Targets(5, 5, 60) for p in Priority}), 2)
    events = timing.revise(state_of(WAITING), hurried, at(20))
    [breached] = kept(events, c.Breached)
    assert (breached.breach.cause, breached.breach.due_at) == (Cause.POLICY, at(6))
    assert timing.revise(state_of([*WAITING, *events]), hurried, at(21)) == []


def test_a_door_that_lags_behind_takes_nothing_back() -> None:
    patient = Book(Policy(targets={p: Targets(90, 90, 900) for p in Priority}), 3)
    history = [*WAITING, *timing.revise(state_of(WAITING), patient, at(5))]
    assert timing.revise(state_of(history), BOOK, at(40)) == []
    claims = timing.timed(state_of(history), (claimed(ANA, 40),), BOOK, at(40))
    assert kept(claims, c.Breached) == []
    office = {"office": (2, OFFICE)}
    newer = Book(Policy(calendar="office"), 4, office)
    older = Book(Policy(calendar="office"), 4, {"office": (1, Calendar(weekly(())))})
    history += timing.revise(state_of(history), newer, at(6))
    assert timing.revise(state_of(history), older, at(7)) == []


def test_rules_that_are_the_same_revise_nothing() -> None:
    assert timing.revise(state_of(WAITING), BOOK, at(5)) == []


def test_an_echo_stops_a_clock_only_where_the_policy_says_so() -> None:
    echo = said("eco", 5, echo=True)
    assert timing.timed(state_of(IN_SERVICE), (echo,), BOOK, at(5)) == [echo]
    stops = Book(Policy(echo_stops=True))
    events = timing.timed(state_of(IN_SERVICE), (echo,), stops, at(5))
    assert state_of([*IN_SERVICE, *events]).clocks.response is None


def test_closing_ends_all_clocks_and_nothing_is_armed_any_more() -> None:
    events = timing.timed(state_of(IN_SERVICE), (closed(5),), BOOK, at(5))
    [clocks_set] = kept(events, c.ClocksSet)
    assert clocks_set.due_at is None
    verdicts = {clock.kind: clock.verdict for clock in clocks_set.clocks.clocks}
    assert verdicts == {Kind.FIRST: Verdict.UNANSWERED, Kind.RESOLUTION: Verdict.MET}


def test_a_book_is_read_as_it_was_written() -> None:
    book = Book(
        Policy(
            calendar="office",
            queues={TECHNICAL: QueueTerms("24x7", {Priority.LOW: Targets(1, 2, 3)}, 4, PEOPLE)},
            echo_stops=True,
        ),
        7,
        {"office": (3, OFFICE)},
        frozenset({"marta"}),
    )
    assert read_book(write_book(book)) == book
    assert read_book("") == Book()


def test_without_a_word_about_rules_nothing_is_different_from_before() -> None:
    for events in (WAITS, SERVED):
        plain = [event for event in told(*((event,) for event in events)) if type(event) in map(type, events)]
        assert plain == list(events)


class Timed(Walk):
    """A walk whose decisions the clocks are told, and whose timers are fired in time."""

    def step(self, choice: int, n: int) -> None:
        if choice != 7:
            super().step(choice, n)
            return
        self.at += timedelta(seconds=n)
        state, at = self.state, self.at
        last = state.last_message if n % 2 else None
        self.happen(lambda: timing.need_no_answer(state, last, ANA, at))

    def happen(self, decide: Any) -> None:
        self.fire()
        before = self.state
        super().happen(lambda: timing.timed(before, decide(), BOOK, self.at, TECHNICAL))
        self.check()

    def fire(self) -> None:
        while (due := self.state.clocks.next_timer()) is not None and due < self.at:
            events = timing.fire_timer(self.state, self.state.clocks_version, BOOK, due)
            assert events, "a timer that is due says something"
            for event in events:
                self.events.append(event)
                self.state = CONVERSATION.evolve(self.state, event)

    def check(self) -> None:
        state, clocks = self.state, self.state.clocks
        assert clocks.phase is Phase(state.stage)
        assert (clocks.episode, clocks.period) == (state.episode, state.period)
        if not state.is_open:
            return
        assert (clocks.queue_id, clocks.priority) == (state.queue_id, state.priority)
        if state.stage is Stage.IN_SERVICE:
            assert clocks.turn.value == state.awaiting.value
        assert (clocks.response is None) == (state.due_at is None)
        if clocks.response is not None:
            assert clocks.response.started_at == state.waiting_since
            assert clocks.response.due_at == state.due_at
        assert len(clocks.unanswered) == min(len(state.unanswered), 20)


@examples(60)
@hypothetically(steps)
def test_the_clocks_never_disagree_with_the_conversation(numbers: list[tuple[int, int]]) -> None:
    walk = Timed()
    for choice, n in numbers:
        walk.step(choice, n)
    breaches = [event.clock for event in walk.events if isinstance(event, c.Breached)]
    assert len(breaches) == len(set(breaches))


@examples(40)
@hypothetically(steps)
def test_what_is_told_of_clocks_is_enough_to_know_them(numbers: list[tuple[int, int]]) -> None:
    walk = Timed()
    before = walk.state.clocks
    for choice, n in numbers:
        walk.step(choice, n)
        after = walk.state.clocks
        assert merged(before, difference(before, after)).tidied() == after.tidied()
        before = after


def test_automation_is_late_by_the_calendar_of_the_channels_default_queue() -> None:
    book = Book(Policy(queues={TECHNICAL: QueueTerms(calendar="office")}), 2, {"office": (1, OFFICE)})
    late = 9 * 60 - 5  # five minutes before closing
    history = told((opened(late), said("oi", late)), book=book)
    assert kept(fire(history, late + 11, book), c.Breached) == []
    [breached] = kept(fire(history, 23 * 60 + 5, book), c.Breached)
    assert (breached.kind, breached.breach.due_at) == (Kind.AUTOMATION, at(23 * 60 + 5))
