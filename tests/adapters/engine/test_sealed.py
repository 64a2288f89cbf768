"""The engine writes nothing unsealed, knows whose words a stream holds, and begins anew after a fence."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import from_json

from adapters.archive import Archive, KeyMissing, Tampered, subject_of
from adapters.engine.feed import Feed
from adapters.engine.inbox import EmbeddedInbox
from adapters.engine.owner import Owner
from adapters.keyring import Fence, Keyring, Lost, MemoryKeys, Secret
from adapters.keyring.ring import Owner as Whose
from adapters.log.chain import Place, Verdict, hash_of, judge
from adapters.log.index import Index
from adapters.log.memory import MemoryLog
from adapters.log.port import Log, LogUnavailable
from adapters.log.postgres import PostgresLog
from adapters.log.record import body_of
from commands.catalogue import HANDLERS, STREAMS
from commands.conversation import AddNote, ForgetSubject, HearMessage, forgotten_id
from commands.delivery import ReceiveDelivery
from commands.intention import Command
from commands.ports import Accepted, Broken, Unavailable
from domain import conversation
from domain.agent import AgentId
from domain.channel import ChannelId
from domain.conversation import ContactKnown, ConversationId, MessageId
from domain.delivery import DeliveryId
from domain.privacy import ERASED, SubjectId
from tests.adapters.engine.test_feed import Diary, until
from tests.adapters.engine.till import CAUSE, Clock
from tests.luck import examples

pytestmark = pytest.mark.slow

NOW = datetime.now(UTC)
TALK = ConversationId("c1")


class Keys(MemoryKeys):
    """A store that may be told to be away."""

    def __init__(self) -> None:
        super().__init__()
        self.away = threading.Event()

    def hold(self, wanted: Sequence[Whose], day: int) -> list[Secret]:
        if self.away.is_set():
            raise LogUnavailable("keyring")
        return super().hold(wanted, day)

    def fetch(self, wanted: Sequence[tuple[str, SubjectId]]) -> dict[str, Secret | Fence]:
        if self.away.is_set():
            raise LogUnavailable("keyring")
        return super().fetch(wanted)


@contextmanager
def desk(log: Log, dsn: str, keys: MemoryKeys) -> Iterator[EmbeddedInbox]:
    """An engine of its own, with nothing at hand yet."""
    archive = Archive(STREAMS.values(), Keyring(keys))
    inbox = EmbeddedInbox(Owner(log, Index(dsn), Index(dsn), archive, HANDLERS, STREAMS, Clock()))
    inbox.start()
    try:
        yield inbox
    finally:
        inbox.stop()


def hear(words: str, talk: ConversationId = TALK) -> HearMessage:
    return HearMessage(
        id=uuid4(),
        cause=CAUSE,
        conversation_id=talk,
        channel_id=ChannelId("loja"),
        message_id=MessageId(uuid4().hex),
        provider_id="wamid.1",
        kind="text",
        text=words,
        sent_at=NOW,
        received_at=NOW,
        contact=ContactKnown(phone="5511900000000", digest="d1"),
    )


def note(words: str, talk: ConversationId = TALK) -> AddNote:
    return AddNote(id=uuid4(), cause=CAUSE, conversation_id=talk, agent_id=AgentId("ana"), text=words)


def forget(subject: SubjectId, talk: ConversationId = TALK) -> ForgetSubject:
    return ForgetSubject(
        id=forgotten_id(talk, subject),
        cause=CAUSE,
        conversation_id=talk,
        subject_id=subject,
        article="LGPD art. 18, VI",
    )


def subjects(dsn: str, talk: ConversationId = TALK) -> list[SubjectId]:
    """Whose words a conversation holds, event by event, where it holds any."""
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(
            "SELECT body FROM event WHERE stream = %s ORDER BY version", (f"conversation-{talk}",)
        ).fetchall()
    return [subject for (body,) in rows if (subject := subject_of(body)) is not None]


def told(log: Log, keys: MemoryKeys) -> list[Any]:
    """Every fact of a log, as a follower that begins now hears it."""
    diary = Diary()
    diary.wakes = frozenset(event for stream in STREAMS.values() for event in stream.events)
    feed = Feed(log, Archive(STREAMS.values(), Keyring(keys)), [diary])
    feed.start()
    until(lambda: feed.idle.is_set() or not feed.alive)
    feed.stop()
    if feed.error:
        raise feed.error
    return [fact.event for fact in diary.facts]


def decided(inbox: EmbeddedInbox, *commands: Command) -> None:
    answers = inbox.submit_now(list(commands))
    assert all(isinstance(answer, Accepted) for answer in answers), answers


def test_nothing_anybody_wrote_is_seen_in_the_log_or_its_index(migrated: str) -> None:
    log, keys = PostgresLog(migrated), MemoryKeys()
    items = ({"event": "message", "ref": "r1", "text": "o roteador queimou"},)
    with desk(log, migrated, keys) as inbox:
        knock = ReceiveDelivery(
            id=uuid4(),
            cause=CAUSE,
            delivery_id=DeliveryId("d1"),
            channel_id=ChannelId("loja"),
            items=items,
            received_at=NOW,
        )
        decided(inbox, hear("sem internet"), note("cliente nervoso"), knock)
    with psycopg.connect(migrated) as connection:
        record = b"".join(r for (r,) in connection.execute("SELECT record FROM log").fetchall())
        index = str(connection.execute("SELECT body::text FROM event").fetchall())
    for words in ("sem internet", "nervoso", "queimou", "5511900000000", "wamid.1"):
        assert words.encode() not in record
        assert words not in index
    events = told(log, keys)
    assert {e.text for e in events if hasattr(e, "text")} == {"sem internet", "cliente nervoso"}
    (received,) = [e for e in events if hasattr(e, "items")]
    assert received.items == items
    log.close()


def test_a_conversation_is_one_subjects_whoever_decides_and_however_cold(migrated: str) -> None:
    log, keys = PostgresLog(migrated), MemoryKeys()
    with desk(log, migrated, keys) as inbox:
        first = hear("um")
        decided(inbox, first, hear("dois"))
        decided(inbox, note("três"))
    with desk(log, migrated, keys) as inbox:
        decided(inbox, hear("quatro"), hear("outro", ConversationId("c2")))
    found = subjects(migrated)
    assert len(found) == 5
    assert set(found) == {first.candidate}
    assert subjects(migrated, ConversationId("c2"))[0] != first.candidate
    log.close()


def test_a_snapshot_remembers_whose_words_a_stream_holds(migrated: str) -> None:
    log, keys = PostgresLog(migrated), MemoryKeys()
    with desk(log, migrated, keys) as inbox:
        decided(inbox, hear("oi"), *[note(str(n)) for n in range(250)])
    with psycopg.connect(migrated) as connection:
        (state,) = connection.execute("SELECT state::text FROM snapshot").fetchone() or ("",)
        connection.execute("DELETE FROM event WHERE version > 100")
    with desk(log, migrated, keys) as inbox:
        decided(inbox, note("mais uma"))
    assert set(subjects(migrated)) == {subjects(migrated)[0]}
    assert subjects(migrated)[0] in state
    log.close()


def test_after_a_fence_the_same_customer_is_somebody_else(migrated: str) -> None:
    """In the same breath, too: what follows a fence is not sealed under what it forgets."""
    log, keys = PostgresLog(migrated), MemoryKeys()
    with desk(log, migrated, keys) as inbox:
        decided(inbox, hear("um"))
        (subject, *_) = subjects_when(migrated, 2)
        decided(inbox, note("dois"), forget(subject), hear("três"), note("quatro"))
    before, after = subjects(migrated)[:3], subjects(migrated)[3:]
    assert set(before) == {subject}
    assert len(after) == 3  # the contact is told anew
    assert len(set(after)) == 1
    assert subject not in after
    assert Keyring(keys).forget(subject, Fence(NOW, "LGPD art. 18, VI", None)) == 2
    said = [e for e in told(log, keys) if hasattr(e, "text")]
    assert [event.text for event in said] == [ERASED, ERASED, "três", "quatro"]
    with desk(log, migrated, keys) as inbox:  # folded from what is left of it
        decided(inbox, hear("cinco"))
    assert subjects(migrated)[-1] == after[0]
    log.close()


def subjects_when(dsn: str, count: int) -> list[SubjectId]:
    """Once the index has so many."""
    until(lambda: len(subjects(dsn)) >= count)
    return subjects(dsn)


@examples(15)
@given(
    said=st.lists(
        st.tuples(st.integers(0, 3), st.text(st.characters(exclude_characters="\0", codec="utf-8"))),
        min_size=1,
        max_size=12,
    ),
    gone=st.sets(st.integers(0, 3)),
)
def test_forgetting_changes_no_byte_of_the_chain_and_nobody_elses_words(
    said: list[tuple[int, str]], gone: set[int]
) -> None:
    place, keyring = Place(uuid4(), 0, 1), Keyring(MemoryKeys())
    archive = Archive([STREAMS["conversation"]], keyring)
    head, records, stored = place.genesis, list[bytes](), list[tuple[int, str, int, str, Any]]()
    people = [SubjectId(str(uuid4())) for _ in range(4)]
    archive.hold({f"conversation-{n}": one for n, one in enumerate(people)}, NOW.date())
    for version, (n, text) in enumerate(said, 1):
        event = conversation.NoteAdded(MessageId("n"), AgentId("ana"), text, NOW)
        name, schema, body = archive.write(event, f"conversation-{n}", version, people[n])
        record = place.link(head, body_of([], [body]))
        records.append(record)
        stored.append((n, name, schema, text, from_json(body)))
        head = hash_of(head.seq + 1, record)
    for n in gone:
        keyring.forget(people[n], Fence(NOW, "LGPD art. 18, VI", None))
    again = place.genesis
    for record in records:
        judged = judge(place, again, record)
        assert judged.verdict is Verdict.ACCEPTED
        again = judged.head
    assert again == head
    for version, (n, name, schema, text, body) in enumerate(stored, 1):
        read = archive.read(name, schema, body, f"conversation-{n}", version)
        assert read.text == (ERASED if n in gone and text else text)


def test_forgetting_again_records_nothing(migrated: str) -> None:
    log, keys = PostgresLog(migrated), MemoryKeys()
    with desk(log, migrated, keys) as inbox:
        decided(inbox, hear("um"))
        (subject, *_) = subjects_when(migrated, 2)
        decided(inbox, forget(subject))
        (again,) = inbox.submit_now([forget(subject)])
        assert again.repeated
    assert sum(isinstance(e, conversation.SubjectForgotten) for e in told(log, keys)) == 1
    log.close()


def test_a_batch_sealed_without_having_read_the_fence_loses(migrated: str) -> None:
    log, keys = PostgresLog(migrated), MemoryKeys()
    with desk(log, migrated, keys) as one, desk(log, migrated, keys) as other:
        decided(one, hear("um"))
        (subject, *_) = subjects_when(migrated, 2)
        decided(other, forget(subject))
        decided(one, hear("dois"))  # still has the stream, and the key, in memory
    assert subjects(migrated)[-1] != subject
    log.close()


def test_keys_of_a_round_are_asked_for_at_once(migrated: str) -> None:
    log, keys = PostgresLog(migrated), MemoryKeys()
    with desk(log, migrated, keys) as inbox:
        decided(inbox, *[hear(str(n), ConversationId(f"c{n}")) for n in range(200)])
        assert keys.asked <= 3
        assert len(keys.keys) == 400
        asked = keys.asked
        decided(inbox, *[hear(str(n), ConversationId(f"c{n}")) for n in range(200)])
        assert keys.asked == asked
    log.close()


def test_while_the_keys_are_away_nothing_is_written_and_then_all_is(migrated: str) -> None:
    log, keys = MemoryLog(uuid4(), 12), Keys()
    with desk(log, migrated, keys) as inbox:
        keys.away.set()
        command = hear("um")
        with pytest.raises(Unavailable):
            inbox.submit_now([command], timeout=0.3)
        assert inbox.away == "keyring"
        assert not any(log.records)
        keys.away.clear()
        decided(inbox, command)
    assert [e.text for e in told(log, keys) if hasattr(e, "text")] == ["um"]


def test_a_follower_waits_for_keys_that_are_away(migrated: str) -> None:
    log, keys = MemoryLog(uuid4(), 12), Keys()
    with desk(log, migrated, keys) as inbox:
        decided(inbox, hear("um"))
    diary = Diary()
    diary.wakes = frozenset({conversation.MessageReceived})
    keys.away.set()
    feed = Feed(log, Archive(STREAMS.values(), Keyring(keys)), [diary])
    feed.start()
    assert not feed.idle.wait(0.5)
    assert feed.alive
    keys.away.clear()
    until(lambda: len(diary.facts) == 1)
    feed.stop()


def test_a_key_that_is_missing_stops_followers_and_breaks_its_stream_alone(migrated: str) -> None:
    log, keys = MemoryLog(uuid4(), 12), MemoryKeys()
    other = ConversationId("c2")
    with desk(log, migrated, keys) as inbox:
        decided(inbox, hear("um"), hear("outro", other))
    lost = subjects(migrated)[0]
    for secret in [secret for secret in keys.keys.values() if secret.subject == lost]:
        del keys.keys[secret.fingerprint]
    with pytest.raises(KeyMissing, match="conversation-c1@2"):
        told(log, keys)
    with desk(log, migrated, keys) as inbox:
        broken, fine = inbox.submit_now([hear("dois"), hear("dois", other)])
    assert isinstance(broken, Broken)
    assert isinstance(fine, Accepted)


def test_a_stream_whose_keys_were_written_off_goes_on_as_somebody_elses(migrated: str) -> None:
    log, keys = MemoryLog(uuid4(), 12), MemoryKeys()
    with desk(log, migrated, keys) as inbox:
        decided(inbox, hear("um"))
    (lost, *_) = subjects(migrated)
    written = [secret for secret in keys.keys.values() if secret.subject == lost]
    for secret in written:
        del keys.keys[secret.fingerprint]
    Keyring(keys).give_up([Lost(s.fingerprint, lost, s.class_, 1) for s in written], Fence(NOW, "lost", None))
    with desk(log, migrated, keys) as inbox:
        decided(inbox, hear("dois"), hear("três"))
    with desk(log, migrated, keys) as inbox:
        decided(inbox, hear("quatro"))
    assert [e.text for e in told(log, keys) if hasattr(e, "text")] == [ERASED, "dois", "três", "quatro"]
    assert len(set(subjects(migrated))) == 2


def test_a_box_that_was_changed_in_the_index_breaks_its_stream_alone(migrated: str) -> None:
    log, keys = PostgresLog(migrated), MemoryKeys()
    with desk(log, migrated, keys) as inbox:
        decided(inbox, hear("um"), hear("outro", ConversationId("c2")))
    with psycopg.connect(migrated) as connection:
        connection.execute(
            "UPDATE event a SET body = b.body FROM event b WHERE a.stream = 'conversation-c1' "
            "AND b.stream = 'conversation-c2' AND a.version = b.version"
        )
    with desk(log, migrated, keys) as inbox:
        broken, fine = inbox.submit_now([hear("dois"), hear("dois", ConversationId("c2"))])
    assert isinstance(broken, Broken)
    assert isinstance(fine, Accepted)
    assert issubclass(Tampered, Exception)
    log.close()
