"""What the rows say, by example."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain import conversation
from domain.conversation import Author, Awaiting, MessageId, Opener, Receipt, Stage
from domain.privacy import SubjectId
from domain.queue import Priority, QueueId
from domain.sla.clock import Breach
from domain.sla.facts import Cause
from domain.sla.policy import Kind, Level
from projections.answer import Projection, fold
from projections.contacts import CONTACTS
from projections.episodes import EPISODES
from projections.inbox import INBOX
from projections.inbox import Row as InboxRow
from projections.numbers import NUMBERS
from projections.transcript import TRANSCRIPT, File, Line, Side, Status
from projections.transcript import Row as TranscriptRow
from tests.projections.histories import ANA, CHANNEL, START, told

M, OURS = MessageId("m"), MessageId("ours")
OPENED = conversation.Opened(1, CHANNEL, Opener.CUSTOMER, START, Stage.AUTOMATION)
DUE = START + timedelta(minutes=5)
WAITS = conversation.EnteredWaiting(
    QueueId("suporte-tecnico"), Priority.URGENT, "subject", "technical", START, DUE, first=True
)
CLAIMED = conversation.Assigned(ANA, "claimed", START)
CLOSED = conversation.Closed(1, "technical/solved", "resolvido", ANA, START)
REQUESTED = conversation.SendRequested(OURS, Author.AGENT, ANA, "text", {"text": "oi"}, "reply", None, START)
STARTED = conversation.SendStarted(OURS, 1, "token", START)
TAKEN = conversation.SendAccepted(
    OURS, 1, MessageId("ref"), "wamid", None, START, first_answer=True, waited=12.0
)


def heard(kind: str = "text", text: str | None = "sem internet", **more: Any) -> conversation.MessageReceived:
    return conversation.MessageReceived(M, "wamid-m", kind, text, {}, START, START, **more)


def receipt(word: Receipt, *codes: int) -> conversation.ReceiptHeard:
    return conversation.ReceiptHeard(OURS, word, START, codes)


def only(projection: Projection[Any], *events: Any) -> Any:
    [row] = fold(projection, told(*events)).values()
    return row


def inbox(*events: Any) -> InboxRow:
    row = only(INBOX, *events)
    assert isinstance(row, InboxRow)
    return row


def line(line_id: str, *events: Any) -> TranscriptRow:
    return fold(TRANSCRIPT, told(*events))["c1", line_id]


# The inbox


def test_a_clock_runs_from_the_queue_until_a_human_answer_is_taken() -> None:
    assert inbox(OPENED, WAITS).due_at == DUE
    assert inbox(OPENED, WAITS, CLAIMED, REQUESTED, STARTED).due_at == DUE
    answered = inbox(OPENED, WAITS, CLAIMED, REQUESTED, STARTED, TAKEN)
    assert (answered.due_at, answered.awaiting, answered.answered_at) == (None, Awaiting.CUSTOMER, START)


def test_closing_does_not_make_us_forget_whom_we_know() -> None:
    known = conversation.ContactKnown(name="Cliente de Teste", phone="5511900000000")
    again = conversation.Opened(2, CHANNEL, Opener.CUSTOMER, START, Stage.AUTOMATION)
    row = inbox(OPENED, known, heard(), CLOSED, again)
    assert (row.contact_name, row.contact_phone) == ("Cliente de Teste", "5511900000000")
    assert (row.episode, row.closed_at, row.protocol) == (2, None, None)


def test_what_is_known_of_a_contact_is_not_unlearnt_by_silence() -> None:
    first = conversation.ContactKnown(name="Cliente de Teste", phone="5511900000000")
    row = inbox(OPENED, first, conversation.ContactKnown(user_id="BR.1"))
    assert (row.contact_name, row.contact_phone) == ("Cliente de Teste", "5511900000000")


def test_what_the_desk_wrote_down_outlives_a_demand_and_not_its_customer() -> None:
    written = conversation.ContactEdited(
        dict.fromkeys(conversation.DETAILS, "d"),
        ANA,
        START,
        "Dona Lúcia",
        "l@x.br",
        "551130004471",
        "52998224725",
    )
    linked = conversation.ContractLinked("c", "4471", "Fibra 500", ANA, START)
    again = conversation.Opened(2, CHANNEL, Opener.CUSTOMER, START, Stage.AUTOMATION)
    row = inbox(OPENED, written, linked, CLOSED, again)
    assert (row.contact_called, row.contact_document) == ("Dona Lúcia", "***.982.247-**")
    assert [contract["number"] for contract in row.contact_contracts] == ["4471"]
    forgotten = conversation.SubjectForgotten(SubjectId("s"), "art. 18", None, START)
    row = inbox(OPENED, written, linked, forgotten)
    assert (row.contact_called, row.contact_email, row.contact_contracts) == (None, None, ())


def test_words_are_found_in_the_same_order_however_they_came() -> None:
    name = conversation.ContactEdited({"name": "d", "phone": ""}, ANA, START, name="Dona Lúcia")
    known = conversation.ContactKnown(name="Lúcia P.")
    linked = conversation.ContractLinked("c", "CT-4471", None, ANA, START)
    rows = [only(CONTACTS, *events) for events in ((name, known, linked), (linked, known, name))]
    assert rows[0].words == rows[1].words == "ct 4471 dona lucia lucia p"
    assert fold(CONTACTS, told(linked, conversation.ContractUnlinked("c", None, ANA, START))) == {}


def test_unread_counts_the_customers_words_until_one_of_us_writes() -> None:
    assert inbox(OPENED, heard(), heard()).unread == 2
    automatic = conversation.SendRequested(
        OURS, Author.AUTOMATION, None, "text", {"text": "oi"}, "greeting", None, START
    )
    assert inbox(OPENED, heard(), automatic).unread == 1
    assert inbox(OPENED, heard(), WAITS, CLAIMED, REQUESTED).unread == 0
    assert inbox(OPENED, heard(echo=True)).unread == 0


def test_the_preview_is_of_the_last_message_and_short() -> None:
    row = inbox(OPENED, heard(text="a" * 500))
    assert row.last_preview == "a" * 120
    assert (row.last_kind, row.last_side) == ("text", "customer")
    row = inbox(OPENED, heard(), WAITS, CLAIMED, REQUESTED)
    assert (row.last_preview, row.last_side) == ("oi", "agent")
    assert inbox(OPENED, heard("audio", None)).last_preview is None


def test_a_message_without_an_episode_shows_nothing_yet() -> None:
    row = inbox(heard(thanks=True))
    assert (row.episode, row.stage) == (0, Stage.CLOSED)


def test_a_word_from_the_system_is_nobodys_message() -> None:
    before = inbox(OPENED, heard(), WAITS, CLAIMED, REQUESTED, STARTED, TAKEN)
    system = heard("system", "o código de segurança mudou")
    assert inbox(OPENED, heard(), WAITS, CLAIMED, REQUESTED, STARTED, TAKEN, system) == before
    assert only(NUMBERS, OPENED, heard("system", None)).window_until is None
    assert fold(INBOX, told(system)) == {}


def test_what_is_closed_waits_for_nobody() -> None:
    row = inbox(OPENED, heard(), WAITS, CLAIMED, heard(), CLOSED)
    assert (row.waiting_since, row.due_at) == (None, None)


def test_the_words_under_a_photo_are_shown_as_words() -> None:
    photo = conversation.MessageReceived(
        M, "wamid-m", "image", None, {"caption": "as luzes do modem"}, START, START
    )
    assert inbox(OPENED, photo).last_preview == "as luzes do modem"
    assert line("m", OPENED, photo).text == "as luzes do modem"
    edited = conversation.MessageEdited(M, "image", "só a vermelha", START)
    row = line("m", OPENED, photo, edited)
    assert (row.text, row.original) == ("só a vermelha", "as luzes do modem")


def test_an_answer_that_failed_gives_the_wait_back() -> None:
    voided = conversation.AnswerVoided(OURS, START, DUE, first=True, voided_at=START)
    row = inbox(OPENED, WAITS, CLAIMED, REQUESTED, STARTED, TAKEN, receipt(Receipt.FAILED, 131026), voided)
    assert (row.due_at, row.first, row.awaiting, row.answered_at) == (DUE, True, Awaiting.AGENT, None)


def test_an_answer_that_arrives_after_all_ends_the_wait_again() -> None:
    voided = conversation.AnswerVoided(OURS, START, DUE, first=True, voided_at=START)
    arrived = conversation.AnswerArrived(OURS, DUE, first_answer=True)
    row = inbox(OPENED, WAITS, CLAIMED, REQUESTED, STARTED, TAKEN, voided, arrived)
    assert (row.due_at, row.waiting_since, row.first) == (None, None, False)
    assert (row.awaiting, row.answered_at) == (Awaiting.CUSTOMER, DUE)


# The transcript


def test_of_a_status_only_the_higher_word_counts() -> None:
    sent = (OPENED, REQUESTED, STARTED, TAKEN)
    read, delivered, failed = map(receipt, (Receipt.READ, Receipt.DELIVERED, Receipt.FAILED))
    assert line("ours", *sent).status is Status.QUEUED
    assert line("ours", *sent, read, delivered).status is Status.READ
    assert line("ours", *sent, read, failed).status is Status.READ
    assert line("ours", *sent, receipt(Receipt.FAILED), receipt(Receipt.SENT)).status is Status.FAILED
    assert line("ours", *sent, receipt(Receipt.FAILED), delivered).status is Status.DELIVERED


def test_a_failure_tells_its_codes_until_it_turns_out_to_be_none() -> None:
    sent = (OPENED, REQUESTED, STARTED, TAKEN)
    assert line("ours", *sent, receipt(Receipt.FAILED, 131026)).codes == (131026,)
    assert line("ours", *sent, receipt(Receipt.FAILED, 131026), receipt(Receipt.DELIVERED)).codes == ()


def test_a_second_try_says_that_it_may_be_there_twice() -> None:
    unknown = conversation.SendUnknown(OURS, 1, START)
    again = conversation.SendStarted(OURS, 2, "token", START, possibly_twice=True)
    assert line("ours", OPENED, REQUESTED, STARTED, unknown).status is Status.UNKNOWN
    row = line("ours", OPENED, REQUESTED, STARTED, unknown, again)
    assert (row.status, row.attempt, row.possibly_twice) == (Status.STARTED, 2, True)


def test_an_edited_message_shows_its_last_words_and_keeps_its_first() -> None:
    def edit(text: str) -> conversation.MessageEdited:
        return conversation.MessageEdited(M, "text", text, START)

    row = line("m", OPENED, heard(text="um"), edit("dois"), edit("três"))
    assert (row.text, row.original) == ("três", "um")


@pytest.mark.parametrize("first", ["message", "what was done to it"])
def test_what_was_done_to_a_message_may_come_before_it(first: str) -> None:
    done = [
        conversation.MessageEdited(M, "text", "dois", START),
        conversation.Reacted(M, "👍", START),
        conversation.MediaStored(M, "key", 3, "ab", "image/jpeg"),
        conversation.MessageDeleted(M, START),
    ]
    said = [heard("image", "um")]
    row = line("m", OPENED, *(said + done if first == "message" else done + said))
    assert (row.kind, row.text, row.original, row.side) == ("image", "dois", "um", Side.CUSTOMER)
    assert (row.reactions, row.file, row.deleted_at) == ({"customer": "👍"}, File.STORED, START)


def test_each_side_has_one_reaction_and_may_take_it_back() -> None:
    def reacts(emoji: str | None, agent_id: Any = None) -> conversation.Reacted:
        return conversation.Reacted(M, emoji, START, agent_id)

    assert line("m", heard(), reacts("👍"), reacts("❤️"), reacts("🙏", ANA)).reactions == {
        "customer": "❤️",
        "agent": "🙏",
    }
    assert line("m", heard(), reacts("👍"), reacts(None)).reactions is None


def test_a_file_is_awaited_then_stored_or_lost_and_never_lost_after_it_was_stored() -> None:
    stored = conversation.MediaStored(M, "key", 3, "ab", "image/jpeg")
    lost = conversation.MediaLost(M, "gone")
    assert line("m", heard("image", None)).file is File.AWAITED
    assert line("m", heard("image", None), lost).file is File.LOST
    assert line("m", heard("image", None), stored, lost).file is File.STORED
    assert line("m", heard("image", None), lost, stored).file_lost is None


def test_turns_say_who_and_where_to_and_notes_are_ours_alone() -> None:
    note = conversation.NoteAdded(MessageId("n"), ANA, "cliente irritado", START)
    released = conversation.Released(ANA, "returned", "não é comigo", START)
    rows = fold(TRANSCRIPT, told(OPENED, WAITS, CLAIMED, note, released))
    assert rows["c1", "n"].line is Line.NOTE
    turn = rows["c1", "#5"]
    assert (turn.line, turn.kind, turn.text) == (Line.TURN, "released", "não é comigo")
    assert turn.content == {"agent_id": ANA, "reason": "returned"}


def test_a_wait_that_is_too_long_is_told_in_the_history_with_who_acts_on_it() -> None:
    at = START + timedelta(minutes=30)
    breach = Breach(at, at, Cause.DUE, "queue:geral", 30, QueueId("geral"), Priority.NORMAL, 1, "24x7", 1)
    late = conversation.Breached(1, Kind.FIRST, breach, ("sofia",))
    up = conversation.Escalated(
        1, Level.SUPERVISOR, 30, Level.MANAGER, ("mara",), QueueId("geral"), START, at
    )
    seen = conversation.EscalationAcknowledged(1, "mara", Level.MANAGER, at + timedelta(minutes=30), at)
    rows = fold(TRANSCRIPT, told(OPENED, WAITS, late, up, seen))
    assert [rows["c1", f"#{n}"].kind for n in (3, 4, 5)] == ["breached", "escalated", "acknowledged"]
    assert rows["c1", "#4"].content == {
        "level": "supervisor",
        "minutes": 30,
        "reached": "manager",
        "recipients": ["mara"],
    }


def test_the_turns_of_one_call_are_one_line() -> None:
    rung = conversation.CallHeard(MessageId("call"), "connect", "USER_INITIATED", START)
    ended = conversation.CallHeard(MessageId("call"), "terminate", "USER_INITIATED", START)
    row = only(TRANSCRIPT, rung, ended)
    assert (row.line, row.content["event"], row.place) == (Line.CALL, "terminate", 1)


# Episodes and numbers


def test_reopening_takes_the_closing_back_and_keeps_the_protocol() -> None:
    given = conversation.ProtocolGiven(1, "20260000000001", START)
    row = only(EPISODES, OPENED, given, CLOSED, conversation.Reopened(1, 2, Stage.WAITING, START))
    assert (row.protocol, row.periods, row.closed_at, row.reason) == ("20260000000001", 2, None, None)


def test_a_window_is_opened_by_the_customer_at_the_providers_time() -> None:
    earlier = conversation.MessageReceived(
        M, "wamid", "text", "oi", {}, START - timedelta(hours=3), START, late=True
    )
    row = only(NUMBERS, OPENED, earlier, heard(echo=True), REQUESTED, STARTED, TAKEN)
    assert row.window_until == START + timedelta(hours=21)
    assert (row.messages_in, row.messages_out, row.channel_id) == (1, 1, CHANNEL)


def test_failures_are_counted_by_code() -> None:
    gone = conversation.SendFailed(OURS, 1, None, START)
    row = only(NUMBERS, OPENED, receipt(Receipt.FAILED, 131026), receipt(Receipt.FAILED, 131026), gone)
    assert (row.failed, row.failures) == (3, {"131026": 2, "none": 1})
