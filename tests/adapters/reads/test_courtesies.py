"""What Atende has to say by itself, read off the views: the lists name whoever is due, and nobody else."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from adapters.reads import RatingsWanted, Reads
from adapters.reads.courtesies import CallBackRows, EndedRows, ScheduledRows, SilentRows, WaitingRows
from adapters.reads.templates import TemplateRows
from commands.template_port import Kept
from domain import conversation, queue, template
from domain.conversation import Author, MessageId, Opener, Stage
from domain.journal import Recorded
from domain.queue import Priority, QueueId
from domain.template import Category, Quality, Shape, Status
from tests.projections.histories import ANA, CHANNEL, START, told

SUPPORT = QueueId("suporte-tecnico")
QUEUE = told(queue.Created("Suporte técnico"), stream="queue-suporte-tecnico")
ZONE = "America/Sao_Paulo"


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def said(n: int, minutes: float) -> conversation.MessageReceived:
    return conversation.MessageReceived(
        MessageId(f"in-{n}"), f"wamid-{n}", "text", "sem internet", {}, at(minutes), at(minutes)
    )


def entered(minutes: float) -> conversation.EnteredWaiting:
    return conversation.EnteredWaiting(
        SUPPORT, Priority.NORMAL, "subject", "technical", at(minutes), at(minutes + 30), first=True
    )


OPENED = conversation.Opened(1, CHANNEL, Opener.CUSTOMER, START, Stage.AUTOMATION)
TAKEN = conversation.Assigned(ANA, "claimed", at(5))
WROTE = conversation.SendRequested(
    MessageId("a1"), Author.AGENT, ANA, "text", {"text": "oi"}, "reply", None, at(6)
)
ACCEPTED = conversation.SendAccepted(
    MessageId("a1"), 1, MessageId("r1"), "wamid-a1", None, at(7), first_answer=True, waited=300.0
)
ANSWERED = (OPENED, said(1, 0), entered(1), TAKEN, WROTE, ACCEPTED)
NUDGE = conversation.SendRequested(
    MessageId("n1"), Author.AUTOMATION, None, "text", {"text": "?"}, "nudge", None, at(37)
)
ENDED = conversation.Closed(1, "technical/solved", "Voltou.", ANA, at(10))


def one(*events: Any) -> list[Recorded]:
    return told(*events)


def test_a_silence_is_listed_from_its_time_on_until_somebody_says_something(known: Any) -> None:
    known.fold(one(*ANSWERED), QUEUE)
    assert known.ask(lambda pool: SilentRows(pool).since(at(6.9))) == []
    [silent] = known.ask(lambda pool: SilentRows(pool).since(at(7)))
    assert (silent.said_at, silent.nudged_at, silent.queue_id) == (at(7), None, SUPPORT)
    assert silent.window_until == at(24 * 60)
    known.forget()
    known.fold(one(*ANSWERED, NUDGE), QUEUE)
    assert known.ask(lambda pool: SilentRows(pool).since(at(36))) == []
    [nudged] = known.ask(lambda pool: SilentRows(pool).since(at(37)))
    assert (nudged.said_at, nudged.nudged_at) == (at(7), at(37))
    known.forget()
    known.fold(one(*ANSWERED, said(2, 20)), QUEUE)
    assert known.ask(lambda pool: SilentRows(pool).since(at(600))) == []


def test_an_ending_is_listed_when_a_human_answered_and_nobody_was_asked(known: Any) -> None:
    known.fold(one(*ANSWERED, ENDED), QUEUE)
    assert known.ask(lambda pool: EndedRows(pool).due(at(9.9), at(10))) == []
    [ended] = known.ask(lambda pool: EndedRows(pool).due(at(10), at(10)))
    assert (ended.episode, ended.closed_at, ended.outcome) == (1, at(10), "Voltou.")
    assert known.ask(lambda pool: EndedRows(pool).due(at(10), at(24 * 60 + 1))) == []
    for history in (
        (OPENED, said(1, 0), entered(1), TAKEN, ENDED),
        (*ANSWERED, conversation.Closed(1, "other/spam", "x", ANA, at(10))),
        (*ANSWERED, ENDED, conversation.SatisfactionAsked(1, "q", ANA, SUPPORT, at(11))),
    ):
        known.forget()
        known.fold(one(*history), QUEUE)
        assert known.ask(lambda pool: EndedRows(pool).due(at(12), at(12))) == []


def test_what_is_to_leave_later_is_due_at_its_time_with_its_template(known: Any) -> None:
    later = conversation.SendScheduled(
        "s1", ANA, "template", {"name": "visita", "language": "pt_BR"}, at(60), at(8)
    )
    listed = template.Registered(Shape("Oi"), Category.UTILITY, Status.APPROVED, Quality.GREEN, at(0))
    registry = told(listed, stream=f"template-{CHANNEL}/visita.pt_BR")
    known.fold(one(*ANSWERED, later), registry)
    assert known.ask(lambda pool: ScheduledRows(pool).due(at(59))) == []
    [due] = known.ask(lambda pool: ScheduledRows(pool).due(at(60)))
    assert due.content == {"name": "visita", "language": "pt_BR"}
    assert due.template is not None
    assert (due.template.shape, due.template.status) == (Shape("Oi"), Status.APPROVED)
    [row] = known.ask(lambda pool: Reads(pool).scheduled("c1"))
    assert (row.schedule_id, row.state.value) == ("s1", "pending")
    known.forget()
    known.fold(one(*ANSWERED, later, conversation.ScheduleCancelled("s1", ANA, at(9))))
    assert known.ask(lambda pool: ScheduledRows(pool).due(at(61))) == []


def test_who_waits_is_told_and_what_others_waited_is_known_by_queue_priority_and_hour(known: Any) -> None:
    waits = (OPENED, said(1, 0), entered(1))
    known.fold(one(*waits), told(*ANSWERED, stream="conversation-c2"), QUEUE)
    [waiting] = known.ask(lambda pool: WaitingRows(pool).fresh(at(0)))
    assert (waiting.conversation_id, waiting.queue, waiting.estimated) == ("c1", "Suporte técnico", False)
    assert known.ask(lambda pool: WaitingRows(pool).fresh(at(2))) == []

    assert waiting.said == "sem internet"
    assert known.ask(lambda pool: WaitingRows(pool).position(waiting, at(2))) == 1

    def latest(priority: Priority, hour: int) -> Any:
        return known.ask(lambda pool: WaitingRows(pool).latest(SUPPORT, priority, hour, ZONE))

    assert latest(Priority.NORMAL, 11) == [240.0]  # 14h33 UTC is 11h33 there
    assert latest(Priority.NORMAL, 14) == latest(Priority.HIGH, 11) == []


def test_an_estimate_that_was_exceeded_is_overdue_until_we_apologised(known: Any) -> None:
    estimated = (OPENED, said(1, 0), entered(1), conversation.EstimateTold(at(1), 5, 10, 50, at(2)))
    known.fold(one(*estimated), QUEUE)
    assert known.ask(lambda pool: WaitingRows(pool).overdue(at(11))) == []
    [late] = known.ask(lambda pool: WaitingRows(pool).overdue(at(11.1)))
    assert late.estimated
    known.forget()
    known.fold(one(*estimated, conversation.EstimateMissed(at(1), at(12))), QUEUE)
    assert known.ask(lambda pool: WaitingRows(pool).overdue(at(30))) == []


def test_whoever_was_told_of_an_opening_is_listed_with_the_template_of_their_queue(known: Any) -> None:
    opening = at(15 * 60)
    waits = one(OPENED, said(1, 0), entered(1), conversation.HoursTold(opening, at(2)))
    listed = template.Registered(Shape("Voltamos."), Category.UTILITY, Status.APPROVED, Quality.GREEN, at(0))
    registry = told(listed, stream=f"template-{CHANNEL}/voltamos.pt_BR")

    def asking(when: datetime) -> Any:
        return known.ask(lambda pool: CallBackRows(pool).of(SUPPORT, when))

    known.fold(waits, QUEUE, registry)
    assert asking(opening) == []
    known.forget()
    service = queue.ServiceSet(1, None, 24, (), "voltamos")
    known.fold(waits, told(QUEUE[0].event, service, stream="queue-suporte-tecnico"), registry)
    [found] = asking(opening)
    assert found.content == {"name": "voltamos", "language": "pt_BR"}
    assert found.template is not None
    assert found.template.status is Status.APPROVED
    assert asking(at(0)) == []


def test_ratings_are_read_by_queue_agent_and_alert_and_within_reach(known: Any) -> None:
    known.fold(
        one(
            OPENED,
            conversation.SatisfactionAsked(1, "q", ANA, SUPPORT, at(11)),
            conversation.Rated(1, 2, ANA, SUPPORT, "m", at(12)),
            conversation.RatingAlerted(1, 2, ANA, SUPPORT, at(12)),
            conversation.RatingCommented(1, "m2", "Demorou", at(13)),
        )
    )

    def ratings(**wanted: Any) -> Any:
        return known.ask(lambda pool: Reads(pool).ratings(RatingsWanted(**wanted)))

    [row] = ratings()
    assert (row.score, row.comment, row.alerted_at, row.agent_id) == (2, "Demorou", at(12), ANA)
    assert ratings(alerted=True) == ratings(queue_id=SUPPORT) == ratings(agent_id=ANA) == [row]
    assert ratings(alerted=False) == ratings(queue_id="geral") == []
    assert ratings(within=((), ANA)) == ratings(within=({SUPPORT}, None)) == [row]
    assert ratings(within=({"geral"}, None)) == []


def test_the_registry_is_read_with_the_version_of_each_template(known: Any) -> None:
    listed = template.Registered(Shape("Oi"), Category.UTILITY, Status.APPROVED, Quality.GREEN, at(0))
    paused = template.StatusChanged(Status.PAUSED, "LOW", at(5))
    known.fold(told(listed, paused, stream=f"template-{CHANNEL}/oi.pt_BR"))
    state = template.Template(Shape("Oi"), Category.UTILITY, Status.PAUSED, Quality.GREEN)
    assert known.ask(lambda pool: TemplateRows(pool).kept()) == [Kept(CHANNEL, "oi", "pt_BR", 2, state)]
    [row] = known.ask(lambda pool: Reads(pool).templates(CHANNEL))
    assert (row.status, row.reason) == (Status.PAUSED, "LOW")
    assert known.ask(lambda pool: Reads(pool).templates("outro")) == []
