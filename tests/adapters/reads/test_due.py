"""What processes ask: what automation owes, what may leave, and who writes where."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from adapters.reads import CorrespondenceRows, FirstLineRows, OutgoingRows, Pool
from commands.ports import DueBurst, Ready
from domain import channel, conversation, queue
from domain.conversation import Author, ConversationId, MessageId, Opener, Sending, Stage
from domain.firstline import Due, Heard, Subject, due
from domain.journal import Recorded
from domain.queue import QueueId
from domain.sla.clock import Breach
from domain.sla.facts import Cause
from domain.sla.policy import Kind
from projections.answer import fold
from projections.first_line import FIRST_LINE
from tests.luck import examples
from tests.projections.histories import ANA, CHANNEL, SETTINGS, START, told

LITTLE = examples(12, suppress_health_check=[HealthCheck.function_scoped_fixture])


def seconds(n: float) -> datetime:
    return START + timedelta(seconds=n)


def opened(stage: Stage = Stage.AUTOMATION) -> conversation.Opened:
    return conversation.Opened(1, CHANNEL, Opener.CUSTOMER, START, stage)


def said(n: int, at: float = 0, reply_id: str | None = None) -> conversation.MessageReceived:
    content = {} if reply_id is None else {"reply_id": reply_id}
    return conversation.MessageReceived(
        MessageId(f"in-{n}"), f"wamid-{n}", "text", f"mensagem {n}", content, seconds(at), seconds(at)
    )


def wanted(
    name: str,
    author: Author = Author.AGENT,
    *,
    at: float = 0,
    kind: str = "text",
    content: dict[str, Any] | None = None,
    purpose: str = "reply",
    reply_to: str | None = None,
) -> conversation.SendRequested:
    return conversation.SendRequested(
        MessageId(name),
        author,
        ANA if author is Author.AGENT else None,
        kind,
        {"text": name} if content is None else content,
        purpose,
        None if reply_to is None else MessageId(reply_to),
        seconds(at),
    )


LATE = Breach(
    START, START, Cause.DUE, "automation", 10, QueueId("geral"), queue.Priority.NORMAL, 1, "24x7", 1
)
CONTACT = conversation.ContactKnown(wa_id="5511900000001", phone="5511900000001", name="Cliente de Teste")

# The first line


def first_line(known: Any, at: datetime) -> list[DueBurst]:
    return list(known.ask(lambda pool: FirstLineRows(pool, SETTINGS).due(at)))


moments = st.integers(0, 9000)
happenings = st.one_of(
    st.builds(lambda n, tap: ("said", n, tap), moments, st.booleans()),
    st.builds(lambda n, subject: ("read", n, subject), moments, st.sampled_from(Subject)),
    st.builds(
        lambda n, purpose: ("sent", n, purpose), moments, st.sampled_from(["greeting", "told.unnumbered"])
    ),
    st.sampled_from(
        [("protocol", 0, ""), ("waiting", 0, ""), ("closed", 0, ""), ("silenced", 0, ""), ("late", 0, "")]
    ),
)


def history(name: str, happened: list[tuple[str, int, Any]]) -> list[Recorded]:
    events: list[Any] = [opened()]
    for n, (what, at, detail) in enumerate(happened):
        match what:
            case "said":
                events.append(said(n, at, "technical" if detail else None))
            case "read":
                events.append(conversation.BurstRead(MessageId("in-0"), detail.value, 0, seconds(at)))
            case "sent":
                events.append(wanted(f"out-{n}", Author.AUTOMATION, purpose=detail))
            case "protocol":
                events.append(conversation.ProtocolGiven(1, "20260000000001", START))
            case "waiting":
                events.append(
                    conversation.EnteredWaiting(
                        QueueId("geral"), queue.Priority.NORMAL, "subject", None, START, START, first=True
                    )
                )
            case "late":
                events.append(conversation.Breached(1, Kind.AUTOMATION, LATE, ()))
            case "closed":
                events.append(conversation.Closed(1, "quiet", None, "automation", START))
            case _:
                events.append(conversation.AutomationSilenced(1))
    return told(*events, stream=f"conversation-{name}")


@given(st.lists(st.lists(happenings, max_size=5), min_size=1, max_size=8), st.integers(0, 10_000))
@LITTLE
def test_the_database_finds_exactly_what_the_domain_calls_due(
    known: Any, several: list[list[tuple[str, int, Any]]], second: int
) -> None:
    known.forget()
    at = seconds(second)
    facts = known.fold(
        *(history(f"c{n}", happened) for n, happened in enumerate(several)), only=["first_line"]
    )
    rows = fold(FIRST_LINE, facts).values()
    expected = {
        (row.conversation_id, what)
        for row in rows
        if row.open and (what := due(row.standing, SETTINGS, at)) is not None
    }
    found = known.ask(lambda pool: FirstLineRows(pool, SETTINGS).due(at))
    assert {(burst.conversation_id, burst.due) for burst in found} == expected
    assert len(found) == len(expected)


def test_a_burst_comes_with_the_notices_of_where_it_may_lead_while_they_hold(known: Any) -> None:
    facts = told(opened(), said(0), conversation.ProtocolGiven(1, "2026", START))
    support = queue.NoticePosted("Rompimento no centro.", START, seconds(30))
    own = queue.NoticePosted("Loja fechada.", START, None)
    known.fold(
        facts,
        told(channel.Connected("Loja", "meta", "1", QueueId("loja")), stream=f"channel-{CHANNEL}"),
        told(queue.Created("Suporte"), support, stream="queue-suporte-tecnico"),
        told(queue.Created("Loja"), own, stream="queue-loja"),
        told(queue.Created("Interna"), own, stream="queue-interna"),
    )
    assert [one.notices for one in first_line(known, seconds(29))] == [
        ("Loja fechada.", "Rompimento no centro.")
    ]
    assert [one.notices for one in first_line(known, seconds(30))] == [("Loja fechada.",)]


def test_a_burst_comes_whole_with_its_name_and_the_channels_queue(known: Any) -> None:
    edited = conversation.MessageEdited(MessageId("in-1"), "text", "sem internet", seconds(2))
    facts = told(opened(), CONTACT, said(0), said(1, 2), edited, conversation.ProtocolGiven(1, "2026", START))
    known.fold(
        facts,
        told(channel.Connected("Loja", "meta", "1", QueueId("geral")), stream=f"channel-{CHANNEL}"),
        told(queue.Created("Geral"), stream="queue-geral"),
    )
    assert first_line(known, seconds(5.9)) == []
    [burst] = first_line(known, seconds(6))
    assert burst.due is Due.BURST
    assert burst.messages == (Heard("text", "mensagem 0"), Heard("text", "sem internet"))
    assert (burst.through, burst.name) == ("in-1", "Cliente de Teste")
    assert (burst.queue_id, burst.queue) == ("geral", "Geral")
    assert (burst.armed, burst.correlation) == (6, facts[-1].cause.correlation)


def test_a_tapped_line_is_answered_at_once_and_a_read_one_is_not_shown_again(known: Any) -> None:
    numbered = conversation.ProtocolGiven(1, "2026", START)
    known.fold(told(opened(), numbered, said(0, 0, "billing"), stream="conversation-c1"))
    [burst] = first_line(known, START)
    assert burst.messages == (Heard("text", "mensagem 0", "billing"),)
    known.forget()
    read = conversation.BurstRead(MessageId("in-0"), "billing", 0, START)
    known.fold(told(opened(), numbered, said(0, 0, "billing"), read, stream="conversation-c1"))
    assert first_line(known, START) == []
    [silent] = first_line(known, START + SETTINGS.silence)
    assert (silent.due, silent.messages) == (Due.SILENCE, ())


# Leaving the house


def ready(known: Any, at: float, limit: int = 10) -> list[Ready]:
    return list(known.ask(lambda pool: OutgoingRows(pool).ready(seconds(at), limit)))


def test_of_each_conversation_only_the_first_message_may_leave_the_longest_ready_first(known: Any) -> None:
    known.fold(
        told(opened(), CONTACT, wanted("a1", at=5), wanted("a2", at=6), stream="conversation-a"),
        told(opened(), CONTACT, wanted("b1", at=3), stream="conversation-b"),
    )
    assert [head.message_id for head in ready(known, 10)] == ["b1", "a1"]
    assert [head.message_id for head in ready(known, 10, limit=1)] == ["b1"]
    assert [head.message_id for head in ready(known, 4)] == ["b1"]
    [_, head] = ready(known, 10)
    assert (head.status, head.attempt, head.content) == (Sending.REQUESTED, 0, {"text": "a1"})
    assert (head.channel_id, head.to, head.recipient) == (CHANNEL, "5511900000001", None)
    assert head.correlation == "thread"


def started(name: str, at: float, attempt: int = 1, *, twice: bool = False) -> conversation.SendStarted:
    return conversation.SendStarted(MessageId(name), attempt, "token", seconds(at), possibly_twice=twice)


def test_what_is_under_way_is_not_ready_but_abandoned_after_a_while(known: Any) -> None:
    known.fold(told(opened(), wanted("m"), started("m", 10), stream="conversation-a"))
    assert ready(known, 999) == []

    async def abandoned(pool: Pool) -> list[list[Ready]]:
        out = OutgoingRows(pool)
        return [await out.abandoned(seconds(10), 5), await out.abandoned(seconds(10.1), 5)]

    none, [one] = known.ask(abandoned)
    assert none == []
    assert (one.message_id, one.status, one.attempt, one.since) == ("m", Sending.STARTED, 1, seconds(10))


def test_what_was_put_off_is_ready_when_it_said_and_what_is_unknown_after_its_pause(known: Any) -> None:
    postponed = conversation.SendPostponed(MessageId("a"), 1, 130429, seconds(60))
    unknown = conversation.SendUnknown(MessageId("b"), 1, seconds(20))
    known.fold(
        told(opened(), wanted("a"), started("a", 10), postponed, stream="conversation-a"),
        told(opened(), wanted("b"), started("b", 10), unknown, stream="conversation-b"),
    )
    assert ready(known, 49.9) == []
    assert [(h.message_id, h.status) for h in ready(known, 50)] == [("b", Sending.UNKNOWN)]
    assert [h.message_id for h in ready(known, 60)] == ["b", "a"]


def test_what_is_unknown_for_good_no_longer_stands_in_the_way(known: Any) -> None:
    twice = (
        wanted("a"),
        started("a", 1),
        conversation.SendUnknown(MessageId("a"), 1, seconds(2)),
        started("a", 40, 2, twice=True),
        conversation.SendUnknown(MessageId("a"), 2, seconds(41)),
        wanted("b", at=42),
    )
    known.fold(told(opened(), *twice, stream="conversation-a"))
    assert [head.message_id for head in ready(known, 999)] == ["b"]


def test_an_answer_and_a_reaction_carry_the_providers_own_ids(known: Any) -> None:
    reaction = {"target": "in-1", "emoji": "👍"}
    known.fold(
        told(opened(), said(1), wanted("a", reply_to="in-1"), stream="conversation-a"),
        told(opened(), said(1), wanted("b", kind="reaction", content=reaction), stream="conversation-b"),
    )
    answer, react = ready(known, 1)
    assert (answer.reply_to, answer.content) == ("wamid-1", {"text": "a"})
    assert (react.reply_to, react.content) == (None, {"target": "wamid-1", "emoji": "👍"})


def test_an_answer_waits_a_little_for_the_transcript_to_know_what_it_answers(known: Any) -> None:
    facts = told(opened(), said(1), wanted("a", reply_to="in-1"), stream="conversation-a")
    known.fold(facts, only=["outgoing"])
    assert ready(known, 29) == []
    [late] = ready(known, 30)
    assert late.reply_to is None
    known.fold(facts, only=["transcript"])
    [head] = ready(known, 1)
    assert head.reply_to == "wamid-1"


def test_whoever_shows_no_phone_is_reached_by_their_other_name(known: Any) -> None:
    hidden = conversation.ContactKnown(user_id="BR.1")
    known.fold(told(opened(), hidden, wanted("a"), stream="conversation-a"))
    [head] = ready(known, 1)
    assert (head.to, head.recipient) == (None, "BR.1")


def test_what_the_provider_calls_the_customer_is_kept_for_the_next_message(known: Any) -> None:
    taken = conversation.SendAccepted(MessageId("a"), 1, None, None, "551190000001", seconds(1))
    known.fold(
        told(opened(), CONTACT, wanted("a"), started("a", 0), taken, wanted("b"), stream="conversation-a")
    )
    [head] = ready(known, 1)
    assert (head.message_id, head.to) == ("b", "551190000001")


# Who writes where


def test_channel_and_provider_ids_are_known_once_they_were_told(known: Any) -> None:
    known.fold(told(opened(), said(1), wanted("mine"), stream="conversation-a"))

    async def ask(pool: Pool) -> list[str | None]:
        who = CorrespondenceRows(pool)
        a, nobody = ConversationId("a"), ConversationId("nobody")
        return [
            await who.channel_of(a),
            await who.channel_of(nobody),
            await who.provider_id_of(a, MessageId("in-1")),
            await who.provider_id_of(a, MessageId("mine")),
            await who.provider_id_of(nobody, MessageId("in-1")),
        ]

    assert known.ask(ask) == [CHANNEL, None, "wamid-1", None, None]
