"""The first line's processes: looking at what is due, fetching files, turning ticks blue."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from commands.catalogue import COURIERS, WATCHES
from commands.conversation import KeepMedia, LoseMedia
from commands.firstline import AnswerBurst
from commands.ports import DueBurst, Unavailable
from commands.processes import librarian, reader, waiting
from commands.processes.receptionist import look
from commands.whatsapp_port import MediaFile, MediaUnavailable, Stored
from domain import conversation as c
from domain.channel import ChannelId
from domain.conversation import CONVERSATION, BurstRead, ConversationId, MessageId, MessageReceived
from domain.firstline import Due, FirstLineSettings, Heard, Keyword, Subject
from domain.firstline.settings import SALES
from domain.journal import Recorded
from tests.commands.desk import Addresses, Desk

SETTINGS = FirstLineSettings(company="Fibra Exemplo", phone="0800 000 0000")


@dataclass
class Reception:
    bursts: list[DueBurst] = field(default_factory=list)
    first_line_settings: FirstLineSettings = SETTINGS
    asked: list[datetime] = field(default_factory=list)

    @property
    def first_line(self) -> Reception:
        return self

    async def due(self, at: datetime) -> list[DueBurst]:
        self.asked.append(at)
        return self.bursts


def burst(*texts: str, **changes: Any) -> DueBurst:
    due = DueBurst(
        conversation_id=ConversationId("ana"),
        episode=1,
        due=Due.BURST,
        armed=3,
        through=MessageId("m1"),
        messages=tuple(Heard("text", text) for text in texts),
        correlation="thread",
        name="Ana",
    )
    return replace(due, **changes)


def wishes(*bursts: DueBurst, **changes: Any) -> list[AnswerBurst]:
    desk = Desk()
    found = asyncio.run(look(desk.clock.now(), Reception(list(bursts), **changes)))
    assert all(isinstance(wish, AnswerBurst) for wish in found)
    return found  # type: ignore[return-value]


def test_what_is_due_is_understood_and_wanted_with_everything_it_depends_on() -> None:
    (wish,) = wishes(burst("oi", "minha internet", "caiu"))
    assert wish.understanding.subject is Subject.TECHNICAL
    assert (wish.through, wish.episode, wish.name, wish.settings) == ("m1", 1, "Ana", SETTINGS)
    assert (wish.cause.actor, wish.cause.correlation) == ("process:receptionist", "thread")
    assert wish.cause.source == "conversation-ana@3"


def test_looking_twice_wants_the_same_thing_once() -> None:
    assert wishes(burst("oi"))[0].id == wishes(burst("oi"))[0].id


@pytest.mark.parametrize(
    "news", [{"armed": 4}, {"due": Due.BREACH}, {"conversation_id": ConversationId("bia")}]
)
def test_news_are_another_wish(news: dict[str, Any]) -> None:
    assert wishes(burst("oi"))[0].id != wishes(burst("oi", **news))[0].id


def test_a_deployments_own_words_are_looked_for() -> None:
    settings = replace(SETTINGS, keywords=(Keyword("câmera", SALES),))
    (wish,) = wishes(burst("vocês instalam CAMERA?"), first_line_settings=settings)
    assert wish.understanding.keyword == "câmera"


def test_the_wish_is_decided_on_the_conversation_itself() -> None:
    desk = Desk()
    at = desk.clock.now()
    desk.inbox.record(
        CONVERSATION.id("ana"),
        [
            c.Opened(1, ChannelId("matriz"), c.Opener.CUSTOMER, at, c.Stage.AUTOMATION),
            MessageReceived(MessageId("m1"), "wamid", "text", "minha internet caiu", {}, at, at),
        ],
    )
    (wish,) = wishes(burst("minha internet caiu"))
    asyncio.run(desk.inbox.submit(wish))
    asyncio.run(desk.inbox.submit(wish))
    assert desk.inbox.state("ana").stage is c.Stage.WAITING
    assert [event.purpose for event in desk.inbox.events(c.SendRequested)] == ["told.unnumbered"]


def test_the_first_lines_processes_are_in_the_table_of_contents() -> None:
    assert "receptionist" in [watch.name for watch in WATCHES]
    assert {"librarian", "reader"} <= {courier.name for courier in COURIERS}


# Files


def fact(desk: Desk, event: Any) -> Recorded:
    desk.inbox.record(CONVERSATION.id("ana"), [event])
    return desk.inbox.facts[-1]


def photo(desk: Desk, **content: Any) -> Recorded:
    at = desk.clock.now()
    content = {"media_id": "m-1", "mime": "image/jpeg"} | content
    return fact(desk, MessageReceived(MessageId("p1"), "wamid", "image", None, content, at, at))


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(librarian, "AGAIN", (0.0, 0.0))
    monkeypatch.setattr(waiting, "PAUSES", (0.0, 0.0, 0.0))


FILE = MediaFile(Stored("ab/cd", "abcd", 12), "image/jpeg")


def test_a_customers_file_is_fetched_and_kept() -> None:
    desk = Desk()
    desk.whatsapp.media = [FILE]
    (kept,) = asyncio.run(librarian.carry(photo(desk), desk))
    assert isinstance(kept, KeepMedia)
    assert (kept.message_id, kept.key, kept.size, kept.sha256) == ("p1", "ab/cd", 12, "abcd")


def test_a_message_without_a_file_asks_for_none() -> None:
    desk = Desk()
    assert asyncio.run(librarian.carry(photo(desk, media_id=None), desk)) == []


def test_a_file_that_can_be_had_later_is_asked_for_again() -> None:
    desk = Desk()
    desk.whatsapp.media = [MediaUnavailable("timeout", again=True), FILE]
    (kept,) = asyncio.run(librarian.carry(photo(desk), desk))
    assert isinstance(kept, KeepMedia)


@pytest.mark.parametrize("again", [True, False])
def test_a_file_that_cannot_be_had_is_reported_lost(again: bool) -> None:
    desk = Desk()
    desk.whatsapp.media = [MediaUnavailable("expired", again=again)] * 3
    (lost,) = asyncio.run(librarian.carry(photo(desk), desk))
    assert isinstance(lost, LoseMedia)
    assert lost.reason == "expired"
    assert len(desk.whatsapp.media) == (0 if again else 2)


def test_a_channel_not_known_yet_is_waited_for() -> None:
    desk = Desk()
    desk.whatsapp.media = [FILE]
    desk.correspondence = Addresses(unknown_for=2)
    assert asyncio.run(librarian.carry(photo(desk), desk))


def test_a_channel_that_never_becomes_known_is_not_taken_for_a_lost_file() -> None:
    desk = Desk()
    desk.correspondence = Addresses(unknown_for=99)
    with pytest.raises(Unavailable):
        asyncio.run(librarian.carry(photo(desk), desk))


# Ticks


def read(desk: Desk, understood: str) -> Recorded:
    return fact(desk, BurstRead(MessageId("m1"), understood, 0, desk.clock.now()))


def test_what_automation_answers_is_seen_as_read() -> None:
    desk = Desk()
    assert asyncio.run(reader.carry(read(desk, "technical"), desk)) == []
    assert desk.whatsapp.reads == ["wamid.m1"]


def test_thanks_get_no_answer_and_no_ticks() -> None:
    desk = Desk()
    asyncio.run(reader.carry(read(desk, "thanks"), desk))
    assert desk.whatsapp.reads == []


def test_ticks_do_not_turn_blue_long_after() -> None:
    desk = Desk()
    told = read(desk, "technical")
    desk.clock.at += timedelta(minutes=2)
    asyncio.run(reader.carry(told, desk))
    assert desk.whatsapp.reads == []
