"""What doors ask: the list in the one order, one conversation, its transcript, and the small lists."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from psycopg_pool import AsyncConnectionPool

from adapters.reads import BadCursor, Page, Pool, Reads, SnoozedRows, Wanted
from adapters.reads.pages import cursor, read_cursor
from commands.ports import Snooze, Unavailable
from domain import agent, channel, chat, conversation, delivery, queue, user
from domain.agent import AgentId
from domain.channel import ChannelId
from domain.chat import RoomId
from domain.conversation import Author, ConversationId, MessageId, Opener, Receipt, Stage
from domain.delivery import DeliveryId
from domain.journal import Position
from domain.queue import Priority, QueueId
from domain.user import Role, UserId
from projections import inbox
from projections.answer import fold
from projections.transcript import TRANSCRIPT
from tests.luck import examples
from tests.projections.histories import ANA, BIA, CHANNEL, START, steps, told, walk

pytestmark = pytest.mark.slow

LITTLE = examples(10, suppress_health_check=[HealthCheck.function_scoped_fixture])
OTHER = ChannelId("filial")
SUPPORT, GENERAL = QueueId("suporte-tecnico"), QueueId("geral")


def minutes(n: float) -> datetime:
    return START + timedelta(minutes=n)


def waits(
    name: str,
    priority: Priority = Priority.NORMAL,
    *,
    entered: float = 0,
    due: float | None = None,
    channel_id: ChannelId = CHANNEL,
    queue_id: QueueId = SUPPORT,
    number: str | None = None,
    then: tuple[Any, ...] = (),
) -> list[Any]:
    """A conversation that waits since a minute, due at a minute."""
    at = minutes(entered)
    due_at = queue.due(at, priority) if due is None else minutes(due)
    return told(
        conversation.Opened(1, channel_id, Opener.CUSTOMER, at, Stage.AUTOMATION),
        *([conversation.ProtocolGiven(1, number, at)] if number else []),
        conversation.EnteredWaiting(queue_id, priority, "subject", "technical", at, due_at, first=True),
        *then,
        stream=f"conversation-{name}",
    )


def closed(at: float, by: str = ANA) -> tuple[Any, ...]:
    return (
        conversation.Assigned(ANA, "claimed", minutes(at)),
        conversation.Closed(1, "technical/solved", "resolvido", by, minutes(at)),
    )


def listed(known: Any, wanted: Wanted, at: datetime = START, limit: int = 50) -> list[str]:
    page = known.ask(lambda pool: Reads(pool).conversations(wanted, at, limit=limit))
    return [row.conversation_id for row in page.rows]


async def all_pages(pool: Pool, wanted: Wanted, at: datetime, limit: int) -> list[inbox.Row]:
    rows: list[inbox.Row] = []
    after: str | None = None
    while True:
        page = await Reads(pool).conversations(wanted, at, limit=limit, after=after)
        rows += page.rows
        after = page.next
        at += timedelta(hours=1)  # time passes between two pages, and nothing jumps
        if after is None:
            return rows


# The one order


@given(st.lists(steps, min_size=2, max_size=6), st.integers(0, 900), st.integers(1, 4))
@LITTLE
def test_the_database_puts_the_list_in_the_one_order_page_by_page(
    known: Any, several: list[list[tuple[int, int]]], minute: int, limit: int
) -> None:
    known.forget()
    facts = known.fold(*(told(*walk(n).events, stream=f"conversation-c{i}") for i, n in enumerate(several)))
    at = minutes(minute)
    rows = [row for row in fold(inbox.INBOX, facts).values() if row.stage is not Stage.CLOSED]
    expected = sorted(rows, key=lambda row: inbox.place(row, at))
    assert known.ask(lambda pool: all_pages(pool, Wanted(), at, limit)) == expected


@given(
    st.lists(steps, min_size=2, max_size=6),
    st.sets(st.sampled_from([SUPPORT, GENERAL])),
    st.sampled_from([None, ANA, BIA]),
)
@LITTLE
def test_a_reach_holds_what_stands_in_its_queues_or_is_its_agents_and_no_more(
    known: Any, several: list[list[tuple[int, int]]], queues: set[QueueId], agent_id: Any
) -> None:
    known.forget()
    facts = known.fold(*(told(*walk(n).events, stream=f"conversation-c{i}") for i, n in enumerate(several)))

    def within(row: inbox.Row) -> bool:
        whose = row.last_agent_id if row.stage is Stage.CLOSED else row.agent_id
        return row.queue_id in queues or (whose is not None and whose == agent_id)

    expected = {r.conversation_id for r in fold(inbox.INBOX, facts).values() if r.episode and within(r)}
    wanted = Wanted(stages=list(Stage), within=(queues, agent_id))
    assert set(listed(known, wanted)) == expected


def test_a_file_is_held_by_the_conversations_that_have_a_line_with_it(known: Any) -> None:
    stored = conversation.MediaStored(MessageId("m"), "ab" * 32, 4, "ab" * 32, "image/png")
    heard = conversation.MessageReceived(MessageId("m"), "wamid", "image", None, {}, START, START)
    known.fold(waits("with", then=(heard, stored)), waits("without", then=(heard,)))
    rows = known.ask(lambda pool: Reads(pool).holders("ab" * 32))
    assert [row.conversation_id for row in rows] == ["with"]
    assert known.ask(lambda pool: Reads(pool).holders("cd" * 32)) == []


def test_rooms_are_those_of_ones_queues_and_ones_own_the_last_said_first(known: Any) -> None:
    def talk(opened: Any, *minutes_: float, stream: str) -> Any:
        said = [
            chat.Said(n, f"m{n}", ANA, f"oi {n}", (BIA,), None, minutes(m)) for n, m in enumerate(minutes_, 1)
        ]
        return told(opened, *said, stream=stream)

    known.fold(
        talk(chat.Opened(chat.Kind.QUEUE, (), SUPPORT), 1, stream="chat-s"),
        talk(chat.Opened(chat.Kind.QUEUE, (), GENERAL), 3, stream="chat-g"),
        talk(chat.Opened(chat.Kind.DIRECT, (ANA, BIA), None), 2, 4, 5, stream="chat-d"),
    )

    def rooms(who: Any, queues: Any) -> list[str]:
        return [row.room_id for row in known.ask(lambda pool: Reads(pool).rooms(who, queues))]

    assert rooms(BIA, None) == ["d", "g", "s"]
    assert rooms(BIA, frozenset({SUPPORT})) == ["d", "s"]
    assert rooms(AgentId("caio"), frozenset({GENERAL})) == ["g"]
    assert rooms(AgentId("caio"), frozenset()) == []
    row = known.ask(lambda pool: Reads(pool).room(RoomId("d")))
    assert (row.unread(BIA), row.calls(BIA), row.unread(ANA)) == (3, True, 0)
    said = known.ask(lambda pool: Reads(pool).said(RoomId("d"), limit=2))
    assert [(m.n, m.text) for m in said] == [(2, "oi 2"), (3, "oi 3")]
    assert [m.n for m in known.ask(lambda pool: Reads(pool).said(RoomId("d"), limit=2, before=2))] == [1]


def test_users_are_told_in_the_order_of_their_names(known: Any) -> None:
    known.fold(
        told(user.Invited("Bia", "bia@x.example", Role.AGENT), stream="user-b"),
        told(
            user.Invited("Ana", "ana@x.example", Role.ADMIN, None, (SUPPORT,)),
            user.Activated(),
            stream="user-a",
        ),
    )
    rows = known.ask(lambda pool: Reads(pool).users())
    assert [(row.user_id, row.name, row.queues) for row in rows] == [
        ("a", "Ana", (SUPPORT,)),
        ("b", "Bia", None),
    ]
    assert known.ask(lambda pool: Reads(pool).user(UserId("a"))) == rows[0]
    assert known.ask(lambda pool: Reads(pool).user(UserId("c"))) is None


def test_past_the_manager_then_hurried_then_by_due_time_then_without_a_clock(known: Any) -> None:
    answered = conversation.SendAccepted(MessageId("m"), 1, None, None, None, minutes(61), waited=9.0)
    known.fold(
        waits("rest-late", Priority.LOW, entered=50),
        waits("rest-soon", Priority.NORMAL, entered=60),
        waits("urgent", Priority.URGENT, entered=68),
        waits("breached", Priority.NORMAL, entered=20),
        waits("breached-high", Priority.HIGH, entered=40),
        waits("past-manager", Priority.LOW, entered=5),
        waits(
            "silent",
            then=(
                conversation.Assigned(ANA, "claimed", minutes(50)),
                conversation.SendRequested(
                    MessageId("m"), Author.AGENT, ANA, "text", {"text": "oi"}, "reply", None, minutes(60)
                ),
                answered,
            ),
        ),
    )
    assert listed(known, Wanted(), minutes(70)) == [
        "past-manager",
        "urgent",
        "breached-high",
        "breached",
        "rest-soon",
        "rest-late",
        "silent",
    ]


def test_a_conversation_is_breached_at_its_due_time_and_not_before(known: Any) -> None:
    known.fold(
        waits("high-later", Priority.HIGH, due=11),
        waits("normal-first", Priority.NORMAL, due=10),
    )
    assert listed(known, Wanted(), minutes(10)) == ["normal-first", "high-later"]
    assert listed(known, Wanted(), minutes(11)) == ["high-later", "normal-first"]


# Which


WANTED = [
    (Wanted(), {"a", "b", "c", "d"}),
    (Wanted(stages=[Stage.WAITING]), {"a", "b", "c"}),
    (Wanted(stages=[Stage.IN_SERVICE]), {"d"}),
    (Wanted(stages=[Stage.CLOSED]), {"e"}),
    (Wanted(stages=list(Stage)), {"a", "b", "c", "d", "e"}),
    (Wanted(stages=[]), set()),
    (Wanted(queue_id=GENERAL), {"b"}),
    (Wanted(channel_id=OTHER), {"c"}),
    (Wanted(priorities=[Priority.URGENT, Priority.HIGH]), {"a"}),
    (Wanted(agent_id=BIA), {"d"}),
    (Wanted(agent_id=ANA), set()),
    (Wanted(agent_id=ANA, stages=[Stage.CLOSED]), {"e"}),
    (Wanted(protocol="20260000000007"), {"e"}),
    (Wanted(protocol="20260000000007", stages=[Stage.WAITING]), set()),
    (Wanted(protocol="2026"), set()),
]


def test_the_list_holds_what_is_asked_for(known: Any) -> None:
    known.fold(
        waits("a", Priority.URGENT),
        waits("b", queue_id=GENERAL),
        waits("c", channel_id=OTHER),
        waits("d", then=(conversation.Assigned(BIA, "claimed", minutes(1)),)),
        waits("e", number="20260000000007", then=closed(2)),
        told(_said("f"), stream="conversation-f"),
    )

    async def ask(pool: Pool) -> list[set[str]]:
        pages = [await Reads(pool).conversations(wanted, START) for wanted, _ in WANTED]
        return [{row.conversation_id for row in page.rows} for page in pages]

    for (wanted, found), got in zip(WANTED, known.ask(ask), strict=True):
        assert got == found, wanted


def test_of_what_is_closed_the_last_comes_first(known: Any) -> None:
    known.fold(*(waits(name, then=closed(at)) for name, at in (("old", 1), ("new", 3), ("middle", 2))))
    wanted = Wanted(stages=[Stage.CLOSED])
    rows = known.ask(lambda pool: all_pages(pool, wanted, START, 1))
    assert [row.conversation_id for row in rows] == ["new", "middle", "old"]


def test_active_conversations_are_counted_by_stage_and_priority(known: Any) -> None:
    known.fold(waits("a", Priority.URGENT), waits("b"), waits("c"), waits("d", then=closed(2)))
    assert known.ask(lambda pool: Reads(pool).active()) == {
        (Stage.WAITING, Priority.URGENT): 1,
        (Stage.WAITING, Priority.NORMAL): 2,
    }


def test_one_conversation_comes_with_its_episodes_the_latest_first(known: Any) -> None:
    again = conversation.Opened(2, CHANNEL, Opener.CUSTOMER, minutes(9), Stage.AUTOMATION)
    known.fold(waits("a", number="20260000000001", then=(*closed(2), again)))
    found = known.ask(lambda pool: Reads(pool).conversation(ConversationId("a")))
    assert [(e.episode, e.protocol, e.reason) for e in found.episodes] == [
        (2, None, None),
        (1, "20260000000001", "technical/solved"),
    ]
    assert found.row.episode == 2
    assert known.ask(lambda pool: Reads(pool).conversation(ConversationId("nobody"))) is None


def test_who_waits_on_a_third_party_is_woken_in_time(known: Any) -> None:
    def snoozed(until: float) -> tuple[Any, ...]:
        return (
            conversation.Assigned(ANA, "claimed", minutes(1)),
            conversation.Snoozed(None, minutes(until), minutes(2)),
        )

    woken = (*snoozed(5), conversation.Woke(minutes(3)))
    known.fold(waits("later", then=snoozed(60)), waits("now", then=snoozed(10)), waits("up", then=woken))
    due = known.ask(lambda pool: SnoozedRows(pool).due(minutes(10)))
    assert due == [Snooze(ConversationId("now"), minutes(10))]


# What was said


def _said(name: str) -> conversation.MessageReceived:
    return conversation.MessageReceived(
        MessageId(name), f"wamid-{name}", "text", f"mensagem {name}", {}, START, START
    )


def test_a_transcript_is_read_backwards_and_then_onwards(known: Any) -> None:
    facts = told(*(_said(f"m{n}") for n in range(7)), stream="conversation-c1")
    known.fold(facts[:5])

    async def read(pool: Pool) -> list[list[str]]:
        reads, seen = Reads(pool), []
        page: Page[Any] = await reads.transcript(ConversationId("c1"), limit=2)
        newest = page.next
        while True:
            seen.append([line.line_id for line in page.rows])
            if page.previous is None:
                break
            page = await reads.transcript(ConversationId("c1"), limit=2, at=page.previous)
        empty = await reads.transcript(ConversationId("c1"), at=newest)
        seen.append([line.line_id for line in empty.rows])
        assert empty.next == newest
        return seen

    assert known.ask(read) == [["m3", "m4"], ["m1", "m2"], ["m0"], []]
    known.forget()
    known.fold(facts)

    async def onwards(pool: Pool) -> list[str]:
        page = await Reads(pool).transcript(ConversationId("c1"), at=cursor("after", 5))
        return [line.line_id for line in page.rows]

    assert known.ask(onwards) == ["m5", "m6"]


@given(steps)
@LITTLE
def test_a_transcript_holds_every_line_in_order(known: Any, numbers: list[tuple[int, int]]) -> None:
    known.forget()
    facts = known.fold(told(*walk(numbers).events))
    lines = sorted(fold(TRANSCRIPT, facts).values(), key=lambda line: line.place)
    page = known.ask(lambda pool: Reads(pool).transcript(ConversationId("c1"), limit=500))
    assert list(page.rows) == lines


def test_a_file_is_known_by_its_key_whoever_sent_it(known: Any) -> None:
    theirs = conversation.MediaStored(MessageId("m"), "key-1", 10, "ab", "image/jpeg")
    ours = conversation.SendRequested(
        MessageId("o"),
        Author.AGENT,
        ANA,
        "document",
        {"key": "key-2", "mime": "application/pdf"},
        "reply",
        None,
        START,
    )
    known.fold(told(_said("m"), theirs, ours))

    async def ask(pool: Pool) -> list[str | None]:
        return [await Reads(pool).media_type(key) for key in ("key-1", "key-2", "key-3")]

    assert known.ask(ask) == ["image/jpeg", "application/pdf", None]


def test_the_sending_of_a_reaction_is_no_line_of_its_own(known: Any) -> None:
    reaction = conversation.SendRequested(
        MessageId("r"), Author.AGENT, ANA, "reaction", {"target": "m", "emoji": "👍"}, "reaction", None, START
    )
    known.fold(told(_said("m"), conversation.Reacted(MessageId("m"), "👍", START, ANA), reaction))
    [line] = known.ask(lambda pool: Reads(pool).transcript(ConversationId("c1"))).rows
    assert (line.line_id, line.reactions) == ("m", {"agent": "👍"})


# Cursors


@given(st.text())
def test_whatever_is_no_cursor_of_a_list_is_refused(word: str) -> None:
    with pytest.raises(BadCursor):
        read_cursor(word, str, int, int)


@given(
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), st.integers(-(2**62), 2**62)
)
def test_a_cursor_gives_back_what_was_put_in(name: str, n: int) -> None:
    assert read_cursor(cursor(name, n), str, int) == [name, n]


def test_a_foreign_cursor_is_refused_before_the_database_sees_it(known: Any) -> None:
    async def ask(pool: Pool) -> None:
        for word in (
            "",
            "x",
            cursor(1, 2),
            cursor("after", 2**70),
            cursor("on", 1),
            cursor(2**62, 0, 0, 0.0, 0, 0.0, 0.0, "a"),
        ):
            with pytest.raises(BadCursor):
                await Reads(pool).conversations(Wanted(), START, after=word)
            with pytest.raises(BadCursor):
                await Reads(pool).transcript(ConversationId("c1"), at=word)

    known.ask(ask)


# The small lists


def test_small_lists_come_by_name(known: Any) -> None:
    known.fold(
        told(queue.Created("Suporte"), stream="queue-suporte"),
        told(queue.Created("Geral"), stream="queue-geral"),
        told(agent.Welcomed("Bia"), agent.Deactivated(), stream="agent-bia"),
        told(agent.Welcomed("Ana"), stream="agent-ana"),
        told(channel.Connected("Loja", "meta", "1", GENERAL), stream="channel-loja"),
    )

    async def names(pool: Pool) -> list[list[str]]:
        reads = Reads(pool)
        return [
            [row.name for row in rows]
            for rows in (await reads.queues(), await reads.agents(), await reads.channels())
        ]

    assert known.ask(names) == [["Geral", "Suporte"], ["Ana", "Bia"], ["Loja"]]


def test_a_delivery_is_found_by_its_id(known: Any) -> None:
    known.fold(
        told(
            delivery.Received(CHANNEL, ({"event": "message", "text": "segredo"},), None, START),
            delivery.Settled((delivery.Outcome(0, "duplicate"),)),
            stream="delivery-d1",
        )
    )
    found = known.ask(lambda pool: Reads(pool).delivery(DeliveryId("d1")))
    assert found.items == ({"item": 0, "event": "message", "outcome": "duplicate", "reason": None},)
    assert found.settled_at is not None
    assert known.ask(lambda pool: Reads(pool).delivery(DeliveryId("d2"))) is None


def test_numbers_are_summed_per_channel(known: Any) -> None:
    failed = conversation.ReceiptHeard(MessageId("m"), Receipt.FAILED, START, codes=(131026,))
    refused = conversation.SendFailed(MessageId("n"), 1, None, START)
    known.fold(
        waits("a", then=(_said("1"), _said("2"), failed)),
        waits("b", then=(_said("3"), failed, refused)),
        waits("c", channel_id=OTHER),
    )
    at = START + conversation.WINDOW
    loja, filial = sorted(
        known.ask(lambda pool: Reads(pool).numbers(at)), key=lambda s: s.channel_id != CHANNEL
    )
    assert (loja.open_windows, loja.messages_in, loja.failed) == (2, 3, 3)
    assert loja.failures == {"131026": 2, "none": 1}
    assert (filial.channel_id, filial.open_windows, filial.messages_in) == (OTHER, 0, 0)
    after = at + timedelta(seconds=1)
    assert [s.open_windows for s in known.ask(lambda pool: Reads(pool).numbers(after))] == [0, 0]


# Reading one's own writes


def test_a_read_waits_until_the_view_has_come_as_far(known: Any) -> None:
    facts = told(*(_said(f"m{n}") for n in range(3)))
    known.fold(facts[:2])

    async def wait(pool: Pool) -> tuple[bool, bool, bool, bool]:
        reads = Reads(pool)
        there = await reads.wait_for(["inbox", "transcript"], Position(0, 2), timeout=5)
        never = await reads.wait_for(["inbox"], Position(0, 3), timeout=0.05)
        elsewhere = await reads.wait_for(["inbox"], Position(7, 1), timeout=0.05)
        waiting = asyncio.create_task(reads.wait_for(["inbox"], Position(0, 3), timeout=20))
        await asyncio.sleep(0.05)
        await asyncio.to_thread(known.fold, facts, only=["inbox"])
        return there, never, elsewhere, await waiting

    assert known.ask(wait) == (True, False, False, True)


def test_waiting_for_a_view_that_does_not_exist_is_a_mistake(known: Any) -> None:
    with pytest.raises(KeyError):
        known.ask(lambda pool: Reads(pool).wait_for(["imbox"], Position(0, 1)))


def test_a_database_that_is_away_is_unavailable() -> None:
    async def ask() -> None:
        pool: Pool = AsyncConnectionPool(
            "host=127.0.0.1 port=1 connect_timeout=1", min_size=0, max_size=1, open=False, timeout=0.2
        )
        async with pool:
            await Reads(pool).queues()

    with pytest.raises(Unavailable):
        asyncio.run(ask())
