"""What holds whatever happens to a conversation."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from domain.queue import Priority, QueueId
from domain.sla import facts
from domain.sla.calendar import Calendar, weekly
from domain.sla.clock import Ending, Verdict
from domain.sla.clocks import apply, fire
from domain.sla.facts import Cause, Fact, Phase, Turn
from domain.sla.policy import Book, Kind, Level, Policy, QueueTerms, Targets
from domain.sla.replay import replay
from domain.sla.state import Clocks
from domain.sla.verdicts import Breached, Escalated, Said, Warned
from tests.luck import examples

START = datetime(2026, 3, 12, 11, tzinfo=UTC)
OFFICE = Calendar(weekly(((8 * 60, 12 * 60), (13 * 60, 18 * 60))))
NIGHT = Calendar(weekly(((0, 6 * 60), (20 * 60, 24 * 60))), "America/New_York")
PEOPLE = {Level.SUPERVISOR: ("s",), Level.DIRECTOR: ("d",)}
QUEUES = tuple(QueueId(name) for name in ("a", "b", "c"))
History = list[tuple[Book, Fact]]

BOOKS = st.builds(
    lambda first, names, version, people, minute: Book(
        Policy(
            targets={p: Targets(first + p.rank, 2 * first, 10 * first) for p in Priority},
            queues={q: QueueTerms(name, recipients=people) for q, name in zip(QUEUES, names, strict=True)},
            minute=minute,
        ),
        version,
        {"office": (version, OFFICE), "night": (version, NIGHT)},
    ),
    st.integers(1, 60),
    st.tuples(*[st.sampled_from(("24x7", "office", "night"))] * 3),
    st.integers(1, 9),
    st.sampled_from((PEOPLE, {}, {level: (level.value,) for level in Level})),
    st.sampled_from((60, 1)),
)


@st.composite
def happening(draw: st.DrawFn, at: datetime, n: int) -> Fact:
    before = draw(st.timedeltas(timedelta(0), timedelta(minutes=10)))
    message = f"a{draw(st.integers(0, n))}"
    phase = draw(st.sampled_from((Phase.AUTOMATION, Phase.IN_SERVICE)))
    ours = draw(st.booleans())
    made: Fact = draw(
        st.sampled_from(
            (
                facts.Opened(at, phase, QUEUES[0], "agent:ana", ours),
                facts.Reopened(at, phase, "agent:ana", ours),
                facts.Entered(at, draw(st.sampled_from(QUEUES)), draw(st.sampled_from(Priority))),
                facts.Taken(at, draw(st.sampled_from(("agent:ana", "agent:bia")))),
                facts.Heard(at, f"m{n}", at - before, draw(st.booleans())),
                facts.Heard(at, f"m{n}", at - before),
                facts.Called(at),
                facts.Spoke(at),
                facts.Answered(at, f"a{n}", at - before),
                facts.Answered(at, f"a{n}", at),
                facts.Failed(at, message),
                facts.Arrived(at, message),
                facts.Settled(at, at - before),
                facts.Prioritised(at, draw(st.sampled_from(Priority))),
                facts.SetAside(at, Turn.THIRD_PARTY, at + before),
                facts.SetAside(at, Turn.CUSTOMER),
                facts.Woke(at),
                facts.Closed(at),
                facts.Acknowledged(at, "sofia"),
            )
        )
    )
    return made


@st.composite
def histories(draw: st.DrawFn) -> History:
    """A conversation that begins, anything after that, and now and then other rules."""
    gaps = draw(st.lists(st.timedeltas(timedelta(0), timedelta(hours=3)), min_size=1, max_size=14))
    book, history = draw(BOOKS), History()
    history.append((book, facts.Opened(START, Phase.AUTOMATION, QUEUES[0], "automation")))
    for n, at in enumerate(accumulate(gaps, initial=START)):
        if draw(st.integers(0, 5)) == 0:
            book = draw(BOOKS)
            history.append((book, facts.Revised(at, Cause.POLICY)))
        history.append((book, draw(happening(at, n))))
    return history


def end(history: History) -> datetime:
    return history[-1][1].at


@examples(60)
@given(histories(), st.data())
def test_folding_step_by_step_is_computing_again_from_history(history: History, data: st.DataObject) -> None:
    until = end(history) + timedelta(hours=5)
    whole, all_said = replay(history, until)
    cut = data.draw(st.integers(0, len(history) - 1))
    middle, said = replay(history[:cut], history[cut][1].at - timedelta(microseconds=1))
    after, rest = replay(history[cut:], until, middle, history[cut - 1][0] if cut else None)
    assert after.tidied() == whole.tidied()
    assert [*said, *rest] == all_said


@examples(40)
@given(histories(), st.lists(st.timedeltas(timedelta(0), timedelta(hours=30)), max_size=8))
def test_looking_when_nothing_is_due_changes_nothing(history: History, looks: list[timedelta]) -> None:
    clocks, _ = replay(history, end(history))
    book = history[-1][0]
    for at in sorted(end(history) + look for look in looks):
        due = clocks.next_timer()
        if due is None or at < due:
            assert fire(clocks, book, at) == (clocks.tidied(), [])


@examples(60)
@given(histories())
def test_no_clock_breaches_twice_nor_warns_twice_of_the_same(history: History) -> None:
    _, said = replay(history, end(history) + timedelta(days=9))
    assert all(n == 1 for n in Counter(s.clock for s in said if isinstance(s, Breached)).values())
    warned: dict[int, int] = {}
    for each in said:
        if isinstance(each, Warned):
            assert each.percent > warned.get(each.clock, 0)
            warned[each.clock] = each.percent
    steps = Counter((s.clock, s.level) for s in said if isinstance(s, Escalated))
    assert all(n == 1 for n in steps.values())


def states(history: History, timed: bool) -> list[tuple[Book, Clocks, list[Said], datetime]]:
    found = []
    clocks = Clocks()
    for book, fact in history:
        if timed:
            while (due := clocks.next_timer()) is not None and due < fact.at:
                clocks, _ = fire(clocks, book, due)
        clocks, said = apply(clocks, book, fact)
        found.append((book, clocks, said, fact.at))
    return found


@examples(60)
@given(histories(), st.booleans())
def test_one_clock_of_a_kind_runs_at_most_and_one_that_waits_for_people(
    history: History, timed: bool
) -> None:
    for _, clocks, _, _ in states(history, timed):
        running = [clock for clock in clocks.clocks if clock.runs]
        assert sum(clock.kind.human for clock in running) <= 1
        assert len({clock.kind for clock in running}) == len(running)
        assert not running or clocks.phase is not Phase.CLOSED


@examples(60)
@given(histories(), st.booleans())
def test_a_conversation_that_waits_always_has_a_clock_until_it_needs_no_answer(
    history: History, timed: bool
) -> None:
    settled = False
    for (_, fact), (_, clocks, _, _) in zip(history, states(history, timed), strict=True):
        if isinstance(fact, facts.Settled | facts.Answered | facts.Arrived):
            settled = True
        elif isinstance(fact, facts.Entered | facts.Opened | facts.Reopened):
            settled = False
        if clocks.phase is Phase.WAITING and not settled:
            assert clocks.response is not None


@examples(60)
@given(histories(), st.booleans())
def test_a_due_time_is_where_the_counted_time_reaches_the_target(history: History, timed: bool) -> None:
    for book, clocks, _, _ in states(history, timed):
        for clock in clocks.clocks:
            if not clock.runs or clock.due_at is None:
                continue
            terms = book.terms(clock.kind, clock.priority, clock.queue_id)
            assert (clock.target, clock.policy_version) == (terms.target, book.version)
            assert clock.used(terms.calendar, clock.due_at) == terms.span


@examples(60)
@given(histories(), st.booleans())
def test_met_is_what_ended_by_its_due_time(history: History, timed: bool) -> None:
    for _, clocks, _, _ in states(history, timed):
        for clock in clocks.clocks:
            if clock.ending in (Ending.ANSWERED, Ending.RESOLVED, Ending.HANDED_OVER):
                assert clock.ended_at is not None
                in_time = clock.due_at is None or clock.ended_at <= clock.due_at
                if clock.verdict is Verdict.MET:
                    assert in_time
                assert clock.breach is not None or in_time


@examples(40)
@given(histories())
def test_without_timers_the_late_actions_tell_the_same_breaches_of_what_ended(history: History) -> None:
    def judged(timed: bool) -> dict[int, Verdict | None]:
        found: dict[int, Verdict | None] = {}
        for _, clocks, _, _ in states([h for h in history if not _moves_due(h[1])], timed):
            found.update({c.number: c.verdict for c in clocks.clocks if not c.runs})
        return found

    assert judged(timed=True) == judged(timed=False)


def _moves_due(fact: Fact) -> bool:
    """Facts after which a clock may be late by other rules than before, or may wake by itself."""
    return isinstance(fact, facts.SetAside)


def test_automation_is_judged_by_its_own_kind() -> None:
    clocks, _ = apply(Clocks(), Book(), facts.Opened(START, Phase.AUTOMATION, QUEUES[0], "automation"))
    assert [clock.kind for clock in clocks.clocks] == [Kind.AUTOMATION]


@given(st.sampled_from(Priority), st.sampled_from((1, 2, 30)))
def test_where_a_minute_is_shorter_everything_is_told_so_much_sooner(priority: Priority, minute: int) -> None:
    usual = Book(Policy(recipients=PEOPLE))
    told = [
        facts.Opened(START, Phase.AUTOMATION, QUEUES[0], "automation"),
        facts.Entered(START, QUEUES[0], priority),
    ]

    def after(book: Book, until: timedelta) -> list[tuple[object, timedelta]]:
        _, said = replay([(book, fact) for fact in told], START + until)
        return [(type(one), one.at - START) for one in said]

    slow = after(usual, timedelta(days=3))
    soon = after(Book(replace(usual.policy, minute=minute)), timedelta(days=3) * minute / 60)
    assert {Warned, Breached, Escalated} <= {kind for kind, _ in slow}
    assert [(kind, when * minute / 60) for kind, when in slow] == soon
