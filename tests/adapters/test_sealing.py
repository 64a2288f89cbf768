"""Sealed words: opened in their own place with their own key, by nobody else and nowhere else."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from copy import copy
from dataclasses import dataclass
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any, get_args
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import from_json

from adapters.archive import HIDDEN, Archive, KeyMissing, Tampered, Unsealable, subject_of
from adapters.keyring import HOUSE, Fence, Keyring, MemoryKeys, NoKey, Secret
from adapters.keyring.keys import fingerprint_of
from adapters.log.record import UnwritableText
from adapters.sealing import LARGE
from commands.catalogue import STREAMS
from commands.delivery import SettleDelivery
from commands.processes.sorter import sorter
from domain import agent, chat, conversation, delivery
from domain.agent import AgentId
from domain.channel import ChannelId
from domain.conversation import MessageId
from domain.grammar import Stream
from domain.journal import Cause, Position, Recorded
from domain.privacy import ERASED, Class, Content, Erased, ErasedData, ErasedItems, SubjectId
from projections.catalogue import PROJECTIONS
from tests.domain.facts import NOON, said

GOLDEN = Path(__file__).parent / "golden" / "sealed.json"
"""Bodies that were sealed once, and the keys that open them: lines are added, never changed."""

ANA, BIA = SubjectId(str(uuid4())), SubjectId(str(uuid4()))
DAY = date(2026, 3, 12)
FENCE = Fence(NOON, "LGPD art. 18, VI", "20260000000001")
STREAM = "conversation-c"


BLIND = Archive(STREAMS.values(), None)


class Desk:
    """An archive with the keys of Ana and Bia."""

    def __init__(self) -> None:
        self.keys = MemoryKeys()
        self.keyring = Keyring(self.keys)
        self.archive = copy(BLIND)  # making one takes long
        self.archive._keyring = self.keyring
        held = {STREAM: ANA, "conversation-b": BIA, "delivery-d": ANA, "agent-a": ANA, "chat-r": ANA}
        self.archive.hold(held, DAY)

    def write(self, event: Any, subject: SubjectId | None = ANA, version: int = 1) -> tuple[str, int, Any]:
        name, schema, body = self.archive.write(event, STREAM, version, subject)
        return name, schema, from_json(body)

    def read(self, written: tuple[str, int, Any], stream: str = STREAM, version: int = 1) -> Any:
        return self.archive.read(*written, stream, version)


WORDS = said("m1", 0, "meu CPF é 123", content={"caption": "foto"}, reply_to=MessageId("m0"))
words = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=60)
data = st.dictionaries(words, words | st.integers() | st.none(), max_size=4)


@given(text=st.none() | words, content=data, name=words, large=st.integers(0, LARGE))
def test_what_is_sealed_is_opened_as_it_was_and_nothing_of_it_is_seen(
    text: str | None, content: dict[str, Any], name: str, large: int
) -> None:
    desk = Desk()
    content = content | ({"caption": "x" * large} if large % 2 else {})
    for event in (
        said("m1", 0, text, content=content),
        conversation.ContactKnown(phone=name, digest="d"),
        agent.Welcomed(name),
        chat.Said(1, "m1", AgentId("ana"), name, (), None, NOON),
        delivery.Received(ChannelId("loja"), (content,), None, NOON),
    ):
        written = desk.write(event)
        assert desk.read(written) == event
        shown = json.dumps({k: v for k, v in written[2].items() if k != "~"}, ensure_ascii=False)
        for word in (text, name, *content.values()):
            assert not isinstance(word, str) or len(word) < 8 or word not in shown


def test_one_box_per_class_and_the_clear_fields_as_they_were() -> None:
    _, _, body = Desk().write(WORDS)
    assert set(body["~"]) == {"of", "identity", "content"}
    assert body["~"]["of"] == ANA
    assert subject_of(body) == ANA
    assert {len(box) for name, box in body["~"].items() if name != "of"} == {3}
    assert body["reply_to"] == "m0"
    assert not {"text", "content", "provider_id"} & set(body)


def test_what_holds_no_words_stays_in_the_clear() -> None:
    desk = Desk()
    _, _, body = desk.write(conversation.ContactKnown())
    assert "~" not in body
    _, _, body = desk.write(said("m1", 0, None))
    assert (body["text"], body["content"]) == (None, {})
    assert set(body["~"]) == {"of", "identity"}


def test_items_on_their_way_in_are_the_houses_and_the_stream_is_nobodys() -> None:
    desk = Desk()
    received = delivery.Received(ChannelId("loja"), ({"text": "oi"},), None, NOON)
    _, _, body = desk.write(received, None)
    assert body["~"]["of"] == HOUSE
    assert body["~"]["transit"][0] == DAY.toordinal()
    assert subject_of(body) is None


def test_without_a_key_at_hand_nothing_is_written() -> None:
    desk = Desk()
    with pytest.raises(Unsealable):
        desk.write(WORDS, None)
    with pytest.raises(Unsealable):
        BLIND.write(WORDS, STREAM, 1, ANA)
    with pytest.raises(NoKey):
        desk.write(WORDS, SubjectId(str(uuid4())))


def test_a_nul_is_refused_before_it_is_hidden_in_a_box() -> None:
    with pytest.raises(UnwritableText):
        Desk().write(said("m1", 0, "a\0b"))
    assert Desk().write(said("m1", 0, "a\\u0000b"))


# A box in its place


@given(
    stream=st.sampled_from([STREAM, "conversation-b", "conversation-", "conversation-c\x001"]),
    version=st.integers(1, 12),
    type_=st.sampled_from(["conversation.MessageReceived", "conversation.MessageEdited"]),
    schema=st.integers(1, 2),
    subject=st.sampled_from([ANA, BIA]),
)
def test_a_box_opens_only_in_its_own_place(
    stream: str, version: int, type_: str, schema: int, subject: SubjectId
) -> None:
    desk = Desk()
    name, made, body = desk.write(WORDS, version=1)
    body["~"]["of"] = subject
    archive = Archive([_grown(schema)], desk.keyring, {(type_, 1): lambda body: body} if schema > 1 else {})
    at_home = (stream, version, type_, schema, subject) == (STREAM, 1, name, made, ANA)
    if at_home:
        assert archive.read(type_, schema, body, stream, version) == WORDS
    else:
        with pytest.raises(Tampered, match="@"):
            archive.read(type_, schema, body, stream, version)


def _grown(schema: int) -> Stream[Any, Any]:
    return Stream(
        "conversation",
        (conversation.MessageReceived, conversation.MessageEdited),
        None,
        lambda state, _: state,
    )


def test_boxes_of_two_classes_or_two_events_cannot_change_places() -> None:
    desk = Desk()
    name, schema, body = desk.write(WORDS)
    boxes = body["~"]
    swapped = boxes | {"content": boxes["identity"], "identity": boxes["content"]}
    with pytest.raises(Tampered):
        desk.read((name, schema, body | {"~": swapped}))
    _, _, other = desk.write(said("m2", 0, "outra coisa"), version=2)
    with pytest.raises(Tampered):
        desk.read((name, schema, body | {"~": other["~"]}))


@given(at=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_a_box_with_one_bit_changed_does_not_open(at: int, bit: int) -> None:
    desk = Desk()
    name, schema, body = desk.write(WORDS)
    generation, fingerprint, box = body["~"]["content"]
    raw = bytearray(b64decode(box))
    raw[at % len(raw)] ^= 1 << bit
    body["~"]["content"] = [generation, fingerprint, b64encode(raw).decode()]
    with pytest.raises(Tampered, match="conversation-c@1, content"):
        desk.read((name, schema, body))


@pytest.mark.parametrize(
    "boxes",
    [
        None,
        [],
        {"of": ANA, "content": None},
        {"of": ANA, "content": [1]},
        {"of": ANA, "secrets": [1, "x", "y"]},
        {"content": [1, "x", "y"]},
        {"of": 7, "content": [1, 7, "y"]},
    ],
)
def test_what_does_not_look_like_a_box_is_not_taken_for_one(boxes: Any) -> None:
    desk = Desk()
    name, schema, body = desk.write(WORDS)
    body["~"] = boxes
    desk.archive.fetch([body])
    with pytest.raises((Tampered, KeyMissing)):
        desk.read((name, schema, body))


def test_a_key_missing_is_not_a_box_changed_and_not_an_erasure() -> None:
    desk = Desk()
    written = desk.write(WORDS)
    desk.keys.keys.clear()
    with pytest.raises(KeyMissing, match="conversation-c@1"):
        Archive(STREAMS.values(), Keyring(desk.keys)).read(*written, STREAM, 1)


def test_without_a_keyring_everything_reads_but_the_words() -> None:
    name, schema, body = Desk().write(WORDS)
    event = BLIND.read(name, schema, body, STREAM, 1)
    assert (event.text, event.provider_id, event.content) == (HIDDEN, HIDDEN, {HIDDEN: HIDDEN})
    assert (event.message_id, event.sent_at) == (WORDS.message_id, WORDS.sent_at)


# Golden bytes


def sealed_once() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(GOLDEN.read_text())
    return found


@pytest.mark.parametrize("line", sealed_once(), ids=lambda line: line["type"])
def test_what_was_sealed_once_still_opens(line: dict[str, Any]) -> None:
    keys = MemoryKeys()
    for class_, generation, key in line["keys"]:
        raw = bytes.fromhex(key)
        of = SubjectId(line["body"]["~"]["of"])
        keys.keys[fingerprint_of(raw)] = Secret(of, Class(class_), generation, fingerprint_of(raw), raw)
    kept = Archive(STREAMS.values(), Keyring(keys))
    event = kept.read(line["type"], line["schema"], line["body"], line["stream"], line["version"])
    assert line["says"].items() <= kept.kept(line["type"]).adapter.dump_python(event, mode="json").items()


# Erased


def erased(event: Any) -> Any:
    """The event as it reads once its subject, and its day, are over."""
    desk = Desk()
    written = desk.write(event)
    for subject in (ANA, HOUSE):
        desk.keyring.forget(subject, FENCE)
    return desk.read(written)


def test_what_is_gone_reads_as_gone_and_says_why() -> None:
    gone = erased(WORDS)
    assert gone.text == gone.provider_id == ERASED
    assert isinstance(gone.text, Erased)
    assert (gone.text.class_, gone.text.at, gone.text.article, gone.text.protocol) == (Class.CONTENT, *FENCE)
    assert gone.content == {}
    assert isinstance(gone.content, ErasedData)
    assert gone.content.erased.class_ is Class.CONTENT
    assert (gone.message_id, gone.reply_to) == (WORDS.message_id, WORDS.reply_to)
    items = erased(delivery.Received(ChannelId("loja"), ({"text": "oi"},), None, NOON)).items
    assert items == ()
    assert isinstance(items, ErasedItems)


@dataclass(frozen=True)
class Grown:
    words: Content
    more: Content


def test_an_older_box_opens_as_what_it_was_and_its_words_may_be_gone() -> None:
    @dataclass(frozen=True)
    class Old:
        text: Content

    Old.__name__ = "Grown"
    keyring = Keyring(MemoryKeys())
    before = Archive([Stream("thing", (Old,), None, lambda state, _: state)], keyring)
    after = Archive(
        [Stream("thing", (Grown,), None, lambda state, _: state)],
        keyring,
        {("thing.Grown", 1): lambda body: {"words": body["text"], "more": ""} if "text" in body else body},
    )
    before.hold({"thing-a": ANA}, DAY)
    name, schema, body = before.write(Old("oi"), "thing-a", 1, ANA)
    assert after.read(name, schema, from_json(body), "thing-a", 1) == Grown("oi", "")
    keyring.forget(ANA, FENCE)
    gone = after.read(name, schema, from_json(body), "thing-a", 1)
    assert isinstance(gone.words, Erased)


def test_what_was_empty_before_is_empty_afterwards() -> None:
    gone = erased(said("m1", 0, None))
    assert gone.text is None
    assert gone.content == {}
    assert not isinstance(gone.content, ErasedData)


EVENTS = [event for stream in STREAMS.values() for event in stream.events]
LINES = [
    json.loads(line) for line in (Path(__file__).parent / "golden" / "events.jsonl").read_text().splitlines()
]


def filled(event: type) -> Any:
    """An event with something in every field, as the golden ones have it."""
    (*_, line) = [line for line in LINES if line["type"] == BLIND.name(event)]
    return BLIND.read(line["type"], line["schema"], line["body"], STREAM, 1)


def recorded(event: Any, version: int = 1) -> Recorded:
    kind = BLIND.name(type(event)).partition(".")[0]
    cause = Cause("customer", "c", "s")
    return Recorded(f"{kind}-c", version, Position(0, version), NOON, uuid4(), cause, event)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: f"{event.__module__}.{event.__name__}")
def test_every_fold_takes_every_event_whose_words_are_gone(event: type) -> None:
    gone = erased(filled(event))
    for stream in STREAMS.values():
        if event in stream.events:
            stream.evolve(stream.evolve(stream.initial, gone), gone)
    for projection in PROJECTIONS.values():
        if event in projection.wakes:
            row = None
            for fact in (recorded(gone, 1), recorded(gone, 2)):
                if projection.key(fact) is not None:
                    row = projection.evolve(row, fact)
            assert row is None or isinstance(row, projection.row)


def test_every_fold_takes_them_after_any_other_event() -> None:
    happens = get_args(conversation.Event)
    whole, gone = ({event: made(filled(event)) for event in happens} for made in (lambda e: e, erased))
    assert whole[conversation.MessageReceived] != gone[conversation.MessageReceived]
    for first, second in product(happens, repeat=2):
        for history in ([whole[first], gone[second]], [gone[first], gone[second]]):
            STREAMS["conversation"].fold(history)
            for projection in PROJECTIONS.values():
                rows: dict[Any, Any] = {}
                for n, event in enumerate(history, 1):
                    fact = recorded(event, n)
                    if type(event) in projection.wakes and (key := projection.key(fact)) is not None:
                        rows[key] = projection.evolve(rows.get(key), fact)


def test_what_became_of_a_delivery_is_the_same_row_when_its_items_are_gone() -> None:
    items = ({"event": "message", "ref": "r1", "text": "oi"}, {"event": "status", "ref": "r2"})
    received = delivery.Received(ChannelId("loja"), items, None, NOON, delivery.listing(items))
    rows = [PROJECTIONS["deliveries"].evolve(None, recorded(event)) for event in (received, erased(received))]
    assert rows[0] == rows[1]
    assert [item["event"] for item in rows[0].items] == ["message", "status"]


def test_items_that_were_gone_before_they_were_sorted_are_told_of_and_not_forgotten() -> None:
    items = ({"event": "message", "ref": "r1", "text": "oi"}, {"event": "status", "ref": "r2"})
    gone = erased(delivery.Received(ChannelId("loja"), items, None, NOON, delivery.listing(items)))
    policy = sorter()
    assert policy.react(recorded(gone)) == []
    assert policy.settle is not None
    (settled,) = policy.settle(recorded(gone), [])
    assert isinstance(settled, SettleDelivery)
    assert [outcome.outcome for outcome in settled.outcomes] == ["malformed", "malformed"]


def test_nobody_is_written_to_at_an_address_that_is_gone() -> None:
    row = None
    for n, event in enumerate(
        [
            erased(conversation.ContactKnown("5511900000000", "5511900000000", "BR.1", None, "Ana", "d")),
            erased(conversation.NumberChanged("5511900000001", NOON)),
        ],
        1,
    ):
        row = PROJECTIONS["outgoing"].evolve(row, recorded(event, n))
    assert (row.wa_id, row.phone, row.user_id) == (None, None, None)


def test_no_state_remembers_anybodys_words() -> None:
    """States are kept as snapshots, in the clear: what they hold must be nobody's."""
    for stream in STREAMS.values():
        for event in stream.events:
            own = filled(event)
            said_ = [
                value
                for field in BLIND.kept(f"{stream.kind}.{event.__name__}").personal
                for value in _texts(getattr(own, field))
            ]
            state = repr(stream.evolve(stream.initial, own))
            assert not [word for word in said_ if word in state], event


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _texts(inner)]
    return [text for inner in value for text in _texts(inner)] if isinstance(value, tuple | list) else []


def test_the_laws_above_speak_of_every_class_in_use() -> None:
    classes = {mark for event in EVENTS for mark in BLIND.kept(BLIND.name(event)).personal.values()}
    assert classes == {Class.IDENTITY, Class.CONTENT, Class.CHAT, Class.TRANSIT}
    assert set(get_args(conversation.Event)) <= set(EVENTS)
