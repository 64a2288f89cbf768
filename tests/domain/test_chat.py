"""Rooms of colleagues: who may speak, what is unread, and who is called."""

from __future__ import annotations

from typing import Any

from hypothesis import given as given_any
from hypothesis import strategies as st

from domain import chat
from domain.agent import AgentId
from domain.chat import CHAT, Kind, room_of_queue, room_of_two
from domain.conversation import ConversationId
from domain.grammar import Refused
from domain.queue import QueueId
from projections.answer import fold
from projections.chat_messages import CHAT_MESSAGES
from projections.chat_rooms import CHAT_ROOMS
from tests.domain.facts import at
from tests.projections.histories import told
from tests.spec import given

ANA, BIA, CAIO = AgentId("ana"), AgentId("bia"), AgentId("caio")
TWO = chat.Opened(Kind.DIRECT, (ANA, BIA), None)
TEAM = chat.Opened(Kind.QUEUE, (), QueueId("suporte"))


def said(n: int, author: AgentId = ANA, **more: Any) -> chat.Said:
    fields = {"text": "oi", "mentions": (), "card": None, "at": at(n)} | more
    return chat.Said(n, f"m{n}", author, **fields)


def words(n: int, **more: Any) -> dict[str, Any]:
    return {"message_id": f"m{n}", "text": "oi", "mentions": (), "card": None, "at": at(n)} | more


def test_two_have_one_room_whoever_asks_and_a_queue_has_one() -> None:
    assert room_of_two(ANA, BIA) == room_of_two(BIA, ANA) != room_of_two(ANA, CAIO)
    assert room_of_queue(QueueId("suporte")) not in (room_of_two(ANA, BIA), room_of_queue(QueueId("geral")))


def test_a_room_is_opened_once() -> None:
    given(CHAT).when(chat.open_of_two, BIA, ANA).then(TWO).when(chat.open_of_two, ANA, BIA).then_nothing()
    given(CHAT).when(chat.open_of_queue, QueueId("suporte")).then(TEAM)
    given(CHAT, TEAM).when(chat.open_of_queue, QueueId("suporte")).then_nothing()


def test_nobody_talks_with_themselves_nor_in_a_room_nobody_opened() -> None:
    given(CHAT).when(chat.open_of_two, ANA, ANA).then_refused(chat.NobodyElse)
    given(CHAT).when(chat.say, ANA, **words(1)).then_refused(chat.UnknownRoom)
    given(CHAT).when(chat.read, ANA, 1).then_refused(chat.UnknownRoom)


def test_a_room_of_two_is_for_the_two() -> None:
    given(CHAT, TWO).when(chat.say, CAIO, **words(1)).then_refused(chat.NotInRoom)
    given(CHAT, TWO).when(chat.read, CAIO, 1).then_refused(chat.NotInRoom)
    given(CHAT, TEAM).when(chat.say, CAIO, **words(1)).then(said(1, CAIO))


def test_whoever_cannot_read_it_is_not_called() -> None:
    given(CHAT, TWO).when(chat.say, ANA, **words(1, mentions=(BIA, CAIO, BIA))).then(said(1, mentions=(BIA,)))
    given(CHAT, TEAM).when(chat.say, ANA, **words(1, mentions=(CAIO,))).then(said(1, mentions=(CAIO,)))


def test_a_conversation_goes_along_as_a_card() -> None:
    card = ConversationId("c1")
    given(CHAT, TWO).when(chat.say, ANA, **words(1, card=card)).then(said(1, card=card))


def test_reading_never_goes_back_nor_further_than_what_was_said() -> None:
    talked = given(CHAT, TWO, said(1), said(2))
    read = talked.when(chat.read, BIA, 9).then(chat.Read(BIA, 2))
    read.when(chat.read, BIA, 1).then_nothing()
    talked.when(chat.read, ANA, 2).then_nothing()  # they said it themselves


steps = st.lists(
    st.one_of(
        st.tuples(
            st.just("say"), st.sampled_from([ANA, BIA, CAIO]), st.sampled_from([(), (BIA,), (ANA, CAIO)])
        ),
        st.tuples(st.just("read"), st.sampled_from([ANA, BIA, CAIO]), st.integers(1, 12)),
    ),
    max_size=30,
)


@given_any(steps, st.sampled_from([TWO, TEAM]))
def test_what_is_unread_is_what_others_said_since_one_read_or_spoke(steps: list[Any], opened: Any) -> None:
    state, events = CHAT.fold([opened]), [opened]
    for n, (what, who, more) in enumerate(steps):
        try:
            made = (
                chat.say(state, who, **words(n, mentions=more))
                if what == "say"
                else chat.read(state, who, more)
            )
        except Refused:
            continue
        events += made
        state = CHAT.fold(made, state)
    history = told(*events, stream="chat-r1")
    [row] = fold(CHAT_ROOMS, history).values()
    messages = list(fold(CHAT_MESSAGES, history).values())
    assert [m.n for m in messages] == list(range(1, state.said + 1))
    for member in (ANA, BIA, CAIO):
        seen = state.read.get(member, 0)
        assert row.unread(member) == len([m for m in messages if m.n > seen])
        assert row.calls(member) is any(member in m.mentions for m in messages if m.n > seen)
        assert seen >= max((m.n for m in messages if m.author == member), default=0)
