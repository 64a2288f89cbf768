"""Live streams: a snapshot, then every change, and an honest word when that cannot be."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, get_args
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import ClientDisconnect

from api import examples
from api.live import marks, stream, topics
from api.live.events import bye, event
from api.live.response import LiveResponse
from api.live.sight import HeldSight, Sight, sight_of
from api.live.stream import Stream
from api.models import live
from api.models.views import Contact
from api.models.views import conversation as conversation_view
from commands import conversation as wanted
from commands.door_ports import Identity, Role
from commands.live_ports import Move
from domain.agent import AgentId
from domain.chat import Kind, RoomId
from domain.conversation import ConversationId, MessageId, Stage
from domain.copy.live import ENDED, LATE
from domain.privacy import MASKED
from domain.queue import Priority, QueueId
from domain.user import UserId
from projections import chat_rooms, inbox
from tests.api.house import ANA, BIA, NOW, TOKENS, House
from tests.api.live import LiveHouse, reading, running

pytestmark = pytest.mark.slow


def live_walk(walk: Callable[[LiveHouse], Awaitable[None]]) -> Callable[[], None]:
    """A test in a loop of its own. What the house decides is decided in a thread: it has a loop, too."""

    def test() -> None:
        asyncio.run(asyncio.wait_for(walk(LiveHouse()), 20))

    test.__name__, test.__doc__ = walk.__name__, walk.__doc__
    return test


async def does(act: Callable[..., Any], *args: Any, **more: Any) -> Any:
    return await asyncio.to_thread(act, *args, **more)


async def claimed(house: LiveHouse, conversation_id: ConversationId, by: AgentId = ANA) -> None:
    await does(house.want, wanted.ClaimConversation, conversation_id=conversation_id, agent_id=by)


def ids(snapshot: Any) -> list[str]:
    return [item["conversation_id"] for item in snapshot["items"]]


# Snapshot, then changes


@live_walk
async def test_a_stream_begins_with_what_is_there_and_goes_on_with_what_changes(house: LiveHouse) -> None:
    first = await does(house.somebody_waits)
    house.commit()
    async with running(house.hub), reading(house.hub, "waiting") as reader:
        assert ids(await reader.heard("list")) == [first]
        await reader.heard("mark")
        second = await does(house.somebody_waits, phone="5511900000002", n=2)
        house.commit()
        row = await reader.heard("conversation")
        assert row["conversation"]["conversation_id"] == second
        assert row["lists"] == ["waiting", "waiting.suporte"]
        listed = (await does(house.get, "/v1/conversations?stage=waiting")).json()["items"]
        assert row["conversation"] in listed
        assert reader.names[:2] == ["hello", "list"]


@live_walk
async def test_a_row_that_leaves_a_list_is_told_to_those_who_look_at_it_and_no_more_of_it(
    house: LiveHouse,
) -> None:
    waits = await does(house.somebody_waits)
    house.commit()
    async with (
        running(house.hub),
        reading(house.hub, "waiting") as of_waiting,
        reading(house.hub, "mine", who="ana") as anas,
        reading(house.hub, "mine", who="bia") as bias,
    ):
        for reader in (of_waiting, anas, bias):
            await reader.heard("mark")
        await claimed(house, waits)
        house.commit()
        gone = await of_waiting.heard("gone")
        assert gone.keys() == {"position", "conversation_id"}
        row = await anas.heard("conversation")
        assert row["lists"] == ["in_service", "agent.ana"]
        await bias.heard("mark", 2)
        assert bias.of("conversation") == bias.of("gone") == []


@live_walk
async def test_a_tab_shows_what_is_said_as_it_is_said(house: LiveHouse) -> None:
    waits = await does(house.somebody_waits)
    house.commit()
    async with running(house.hub), reading(house.hub, f"conversation.{waits}") as reader:
        told = await reader.heard("transcript")
        assert told["conversation"]["conversation_id"] == waits
        lines = len(told["items"])
        await does(house.writes, "e a luz do modem está vermelha", n=7)
        house.commit()
        line = await reader.heard("line")
        assert line["line"]["text"] == "e a luz do modem está vermelha"
        answer = await does(house.get, f"/v1/conversations/{waits}/transcript")
        assert answer.json()["items"] == [*told["items"], line["line"]]
        assert len(answer.json()["items"]) == lines + 1
        assert (await reader.heard("conversation"))["conversation"]["unread"] == 2


@live_walk
async def test_a_line_tells_what_it_answers_also_when_that_was_said_long_before(house: LiveHouse) -> None:
    waits = await does(house.somebody_waits)
    await claimed(house, waits)
    house.commit()
    first = f"{1:032x}"
    async with running(house.hub), reading(house.hub, f"conversation.{waits}") as reader:
        await reader.heard("mark")
        await does(
            house.want,
            wanted.SendMessage,
            conversation_id=waits,
            agent_id=ANA,
            kind="text",
            content={"text": "Desde que horas?"},
            reply_to=MessageId(first),
        )
        house.commit()
        line = (await reader.heard("line"))["line"]
        assert (line["quoted"]["line_id"], line["quoted"]["text"]) == (first, "Oi, estou sem internet")
        assert line["quoted"]["side"] == "customer"
        page = (await does(house.get, f"/v1/conversations/{waits}/transcript?limit=1")).json()["items"]
        assert page == [line]


@live_walk
async def test_whoever_looks_at_other_things_hears_nothing_of_it(house: LiveHouse) -> None:
    waits = await does(house.somebody_waits)
    other = await does(house.somebody_waits, phone="5511900000002", n=2)
    house.commit()
    async with running(house.hub), reading(house.hub, f"conversation.{other}", "closed") as reader:
        await reader.heard("mark")
        await does(house.writes, "alguém aí?", n=7)
        house.commit()
        await reader.heard("mark", 2)
        assert reader.of("line") == reader.of("conversation") == reader.of("gone") == []
    assert waits != other


@live_walk
async def test_changes_are_read_and_encoded_once_however_many_look(house: LiveHouse) -> None:
    await does(house.somebody_waits)
    house.commit()
    async with running(house.hub):
        readers = [reading(house.hub, "waiting", who="erp") for _ in range(15)]
        opened = [await reader.__aenter__() for reader in readers]
        for reader in opened:
            await reader.heard("mark")
        before = house.rows.questions
        await does(house.writes, "alguém aí?", n=7)
        house.commit()
        for reader in opened:
            await reader.heard("conversation")
        assert house.rows.questions - before <= 2
        for closing in readers:
            await closing.__aexit__(None, None, None)
        assert len(house.hub.streams) == 0


# Nothing is missed


@live_walk
async def test_a_stream_goes_on_in_another_process_from_the_last_id(house: LiveHouse) -> None:
    waits = await does(house.somebody_waits)
    house.commit()
    async with running(house.hub), reading(house.hub, "waiting", f"conversation.{waits}") as first:
        await first.heard("mark")
    await does(house.writes, "alguém aí?", n=7)
    await claimed(house, await does(house.somebody_waits, phone="5511900000002", n=2))
    house.commit(told=False)
    async with (
        running(house.another_hub()) as other,
        reading(other, "waiting", f"conversation.{waits}", last=first.last_id) as second,
    ):
        await second.heard("mark")
        assert second.of("list") == second.of("transcript") == second.of("reset") == []
        assert [line["line"]["text"] for line in second.of("line")] == ["alguém aí?"]
        assert [row["conversation"]["conversation_id"] for row in second.of("conversation")] == [waits]
        assert len(second.of("gone")) == 1


@live_walk
async def test_a_topic_whose_snapshot_was_not_told_is_told_from_its_beginning(house: LiveHouse) -> None:
    waits = await does(house.somebody_waits)
    house.commit()
    async with running(house.hub) as hub:
        async with reading(hub, "waiting") as first:
            await first.heard("mark")
        async with reading(hub, "waiting", f"conversation.{waits}", last=first.last_id) as second:
            await second.heard("mark")
            assert second.of("list") == []
            assert len(second.of("transcript")) == 1


@live_walk
async def test_what_was_committed_and_never_told_is_found_all_the_same(house: LiveHouse) -> None:
    """The process that folds the views was killed between its commit and its word."""
    await does(house.somebody_waits)
    house.commit()
    async with running(house.hub), reading(house.hub, "waiting") as reader:
        await reader.heard("mark")
        await does(house.writes, "alguém aí?", n=7)
        house.commit(told=False)
        assert (await reader.heard("conversation"))["conversation"]["unread"] == 2


@live_walk
async def test_a_hole_in_what_is_told_is_noticed_and_filled(house: LiveHouse) -> None:
    waits = await does(house.somebody_waits)
    house.commit()
    async with running(house.hub), reading(house.hub, f"conversation.{waits}") as reader:
        await reader.heard("mark")
        await does(house.writes, "um", n=7)
        house.commit()
        del house.wire.moves[-2:]  # trimmed, or lost with a Redis that fell over
        await does(house.writes, "dois", n=8)
        house.commit()
        await reader.heard("line", 2)
        assert sorted(line["line"]["text"] for line in reader.of("line")) == ["dois", "um"]


@live_walk
async def test_whoever_missed_too_much_begins_anew(house: LiveHouse) -> None:
    await does(house.somebody_waits)
    house.commit()
    async with running(house.hub), reading(house.hub, "waiting") as reader:
        await reader.heard("mark")
        for n in range(3):
            await does(house.somebody_waits, phone=f"551190000010{n}", n=100 + n)

        async def too_many(*_: Any) -> None:
            return None

        house.rows.conversations_since = too_many  # type: ignore[method-assign, assignment]
        house.commit(told=False)
        assert (await reader.heard("reset")) == {"topics": ["waiting"], "reason": "too_far"}
        assert len(ids(await reader.heard("list", 2))) == 4


@live_walk
async def test_while_views_fold_for_minutes_nobody_begins_anew_every_second(house: LiveHouse) -> None:
    await does(house.somebody_waits)
    house.commit()

    async def too_many(*_: Any) -> None:
        return None

    house.rows.conversations_since = too_many  # type: ignore[method-assign, assignment]
    async with running(house.hub), reading(house.hub, "waiting") as reader:
        await reader.heard("mark")
        for n in range(3):
            await does(house.writes, "alguém aí?", n=10 + n)
            house.commit(told=False)
            house.wire.moves.append(Move("inbox", {}, {3: len(house.inbox.history)}, None))
            await asyncio.sleep(0.5)
        assert len(reader.of("reset")) == 1
        assert (await reader.heard("degraded"))["troubles"] == ["views"]  # and that is said meanwhile
        house.passed = 60
        await reader.heard("reset", 2)
        await reader.heard("recovered")


@live_walk
async def test_views_that_were_built_anew_are_told_anew(house: LiveHouse) -> None:
    await does(house.somebody_waits)
    house.commit()
    async with running(house.hub) as hub, reading(hub, "waiting") as reader:
        await reader.heard("mark")
        house.rows.generation = "1.2.1.1"
        assert (await reader.heard("reset"))["reason"] == "rebuilt"
        await reader.heard("list", 2)
        async with reading(hub, "waiting", last="1.1.1.1~0.0.0.1~0.0.0.1~" + marks.tail(["waiting"])) as late:
            assert (await late.heard("reset"))["reason"] == "rebuilt"
            await late.heard("list")


@live_walk
async def test_an_id_from_a_history_that_is_not_ours_begins_anew(house: LiveHouse) -> None:
    await does(house.somebody_waits)
    house.commit()
    ahead = "1.1.1.1~0.0.0.zzz~0.0.0.zzz~" + marks.tail(["waiting"])
    async with running(house.hub) as hub, reading(hub, "waiting", last=ahead) as reader:
        assert (await reader.heard("reset"))["reason"] == "unknown"
        await reader.heard("list")


@live_walk
async def test_whoever_comes_back_after_much_is_not_sent_away_for_it(house: LiveHouse) -> None:
    """All that is owed at once may be more than what may wait."""
    waits = await does(house.somebody_waits)
    house.commit()
    tab = f"conversation.{waits}"
    async with running(house.hub) as hub:
        async with reading(hub, tab) as first:
            await first.heard("mark")
        for n in range(300):
            await does(house.writes, "x" * 4000, n=100 + n)
        house.commit(told=False)
        async with reading(hub, tab, last=first.last_id) as second:
            await second.heard("mark")
            assert len(second.of("line")) == 300
            assert second.of("bye") == []
            assert sum(len(line["line"]["text"]) for line in second.of("line")) > stream.MOST_BYTES


# Honest about what is away


@live_walk
async def test_without_redis_the_stream_says_so_and_changes_still_come(house: LiveHouse) -> None:
    await does(house.somebody_waits)
    house.commit()
    async with running(house.hub) as hub, reading(hub, "waiting") as reader:
        await reader.heard("mark")
        house.wire.away = True
        told = await reader.heard("degraded")
        assert told["troubles"] == ["redis"]
        assert told["detail"]
        await does(house.writes, "alguém aí?", n=7)
        house.commit(told=False)
        assert (await reader.heard("conversation"))["conversation"]["unread"] == 2
        async with reading(hub, "waiting") as late:
            await late.heard("degraded")
            await late.heard("list")
        house.wire.away = False
        await reader.heard("recovered")
        await does(house.writes, "oi?", n=8)
        house.commit()
        row = await reader.heard("conversation", 2)
        assert row["conversation"]["unread"] == 3


@live_walk
async def test_a_database_that_is_away_is_told_and_nothing_is_missed_when_it_is_back(
    house: LiveHouse,
) -> None:
    await does(house.somebody_waits)
    house.commit()
    async with running(house.hub), reading(house.hub, "waiting") as reader:
        await reader.heard("mark")
        await does(house.writes, "alguém aí?", n=7)
        house.reads.away = True
        house.commit()
        assert (await reader.heard("degraded"))["troubles"] == ["database"]
        assert reader.of("conversation") == []
        house.reads.away = False
        await reader.heard("recovered")
        assert (await reader.heard("conversation"))["conversation"]["unread"] == 2


@live_walk
async def test_views_that_stand_still_with_more_to_fold_are_told(house: LiveHouse) -> None:
    house.rows.behind = 3
    async with running(house.hub), reading(house.hub, "waiting") as reader:
        await reader.heard("mark")
        await asyncio.sleep(1.1)
        assert reader.of("degraded") == []
        house.passed = 60
        assert (await reader.heard("degraded"))["troubles"] == ["views"]
        house.rows.behind = 0
        await reader.heard("recovered")


@live_walk
async def test_whoever_does_not_read_is_dropped_with_a_reason_and_may_come_back(house: LiveHouse) -> None:
    async def same() -> Identity | None:
        return TOKENS["ana"]

    one = Stream(TOKENS["ana"], HeldSight(frozenset()), same, ["waiting"], [])
    one.take()
    for _ in range(stream.MOST + 1):
        one.push(b"event: x\ndata: {}\n\n")
    assert one.ending == "slow"
    assert one.take() == bye("slow")
    one.push(b"more")
    assert one.take() == b""
    assert json.loads(bye("slow").split(b"data: ")[1])["again"] is True


@live_walk
async def test_too_many_bytes_are_too_much_but_one_snapshot_never_is(house: LiveHouse) -> None:
    async def same() -> Identity | None:
        return TOKENS["ana"]

    one = Stream(TOKENS["ana"], HeldSight(frozenset()), same, ["waiting"], [])
    one.snapshot("waiting", b"x" * (2 * stream.MOST_BYTES))
    one.push(b"x")
    assert one.ending is None
    one.push(b"x" * stream.MOST_BYTES)
    assert one.ending == "slow"


@live_walk
async def test_a_process_that_ends_tells_everybody_to_come_back(house: LiveHouse) -> None:
    async with running(house.hub) as hub, reading(hub, "waiting") as reader:
        await reader.heard("list")
        hub.ending = lambda: True
        told = await reader.heard("bye")
        assert (told["reason"], told["again"]) == ("stopping", True)
        while not reader.over:
            await asyncio.sleep(0.01)


@live_walk
async def test_a_reader_who_takes_nothing_is_let_go(
    house: LiveHouse,
) -> None:
    sent: list[Any] = []

    async def stuck(message: Any) -> None:
        sent.append(message)
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()

    async def nobody() -> Any:
        await asyncio.Event().wait()

    async def same() -> Identity | None:
        return TOKENS["ana"]

    async with running(house.hub) as hub:
        opened = hub.open(TOKENS["ana"], same, ["waiting"], None)
        answer = LiveResponse(hub, opened, None)
        answer.patience = 0.2
        with pytest.raises(ClientDisconnect):
            await answer({"type": "http"}, nobody, stuck)
        assert len(hub.streams) == 0
        assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]


@live_walk
async def test_a_reader_who_is_gone_is_forgotten_at_once(house: LiveHouse) -> None:
    gone = asyncio.Event()

    async def receive() -> Any:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(_: Any) -> None:
        return

    async def same() -> Identity | None:
        return TOKENS["ana"]

    async with running(house.hub) as hub:
        opened = hub.open(TOKENS["ana"], same, ["waiting"], None)
        answering = asyncio.create_task(LiveResponse(hub, opened, None)({"type": "http"}, receive, send))
        await asyncio.sleep(0.1)
        assert len(hub.streams) == 1
        gone.set()
        await answering
        assert len(hub.streams) == 0
        assert house.wire.open == {}


# Rights


@live_walk
async def test_a_token_that_is_no_good_any_more_ends_its_streams(house: LiveHouse) -> None:
    known: list[Identity | None] = [TOKENS["ana"]]

    async def again() -> Identity | None:
        return known[0]

    async with running(house.hub) as hub, reading(hub, "waiting", again=again) as reader:
        await reader.heard("list")
        known[0] = None
        await hub.rights.check()
        told = await reader.heard("bye")
        assert (told["reason"], told["again"]) == ("signed_out", True)  # with another token


@live_walk
async def test_another_role_takes_away_what_it_may_not_see(house: LiveHouse) -> None:
    known = [TOKENS["ana"]]

    async def again() -> Identity | None:
        return known[0]

    async with running(house.hub) as hub, reading(hub, "waiting", again=again) as reader:
        await reader.heard("list")
        known[0] = replace(TOKENS["ana"], role=Role.DIRECTOR)
        await hub.rights.check("agent:ana")
        assert (await reader.heard("bye"))["reason"] == "forbidden"
        assert reader.of("conversation") == []


@live_walk
async def test_a_change_of_rights_is_in_force_at_once_in_every_process(house: LiveHouse) -> None:
    known: list[Identity | None] = [TOKENS["ana"]]

    async def again() -> Identity | None:
        return known[0]

    async with (
        running(house.hub) as here,
        running(house.another_hub()) as there,
        reading(here, "waiting", again=again) as reader,
        reading(here, "waiting", who="bia") as other,
    ):
        await reader.heard("list")
        known[0] = None
        await there.rights_changed("agent:ana")
        assert (await reader.heard("bye"))["reason"] == "signed_out"
        assert other.of("bye") == []


@live_walk
async def test_that_something_was_said_in_a_room_is_told_to_whoever_may_enter_it_alone(
    house: LiveHouse,
) -> None:
    two = chat_rooms.Row(RoomId("r1"), Kind.DIRECT, None, (ANA, BIA), NOW)
    of_support = chat_rooms.Row(RoomId("r2"), Kind.QUEUE, QueueId("suporte"), (), NOW)
    async with (
        running(house.hub) as here,
        running(house.another_hub()) as there,
        reading(here) as ana,
        reading(there, who="bia") as bia,
        reading(here, who="edu") as edu,
        reading(here, who="fora") as fora,
    ):
        await there.room_moved(two, "3:7")
        assert await ana.heard("room") == {"room_id": "r1", "position": "3:7"}
        assert (await bia.heard("room"))["room_id"] == "r1"
        house.wire.away = True  # then whoever is here hears of it still
        await here.room_moved(of_support, "3:8")
        assert (await edu.heard("room"))["room_id"] == "r2"
        assert (await ana.heard("room", 2))["room_id"] == "r2"
        assert fora.of("room") == []


NOBODY = Contact(name=None, profile_name=None, phone=None)


@dataclass(frozen=True)
class QueueSight:
    """What stands in one queue, and no phones."""

    queue: str

    whole = False
    shows = "no phones"

    def reaches(self, row: inbox.Row) -> bool:
        return row.queue_id == self.queue

    def shown(self, view: Any) -> Any:
        contact = getattr(view, "contact", None)
        return view if contact is None else view.model_copy(update={"contact": NOBODY})


def of_queue(identity: Identity) -> Sight | None:
    """Agents see the queue of their role here; all others everything."""
    return QueueSight("suporte") if identity.role is Role.AGENT else HeldSight(frozenset())


@pytest.mark.parametrize(
    ("method", "door", "body"),
    [
        ("PUT", "role", {"role": "director"}),
        ("POST", "deactivate", None),
        ("DELETE", "second-factor", None),
        ("DELETE", "sessions", None),
    ],
)
def test_a_door_that_changes_what_somebody_may_do_changes_what_they_look_at(
    method: str, door: str, body: Any
) -> None:
    async def walked(house: LiveHouse) -> None:
        house.app.state.live = doors = house.another_hub()
        person = {"login": "gil@provedor.example", "name": "Gil", "role": "manager"}
        user_id = (await does(house.post, "/v1/users", person, "dora")).json()["user_id"]
        gil = replace(TOKENS["gil"], user_id=UserId(user_id))
        known: list[Identity | None] = [gil]

        async def again() -> Identity | None:
            return known[0]

        with patch.dict(TOKENS, gil=gil):
            async with (
                running(house.hub) as here,
                running(doors),
                reading(here, "waiting", who="gil", again=again) as reader,
                reading(here, "waiting", who="bia") as other,
            ):
                await reader.heard("list")
                known[0] = None
                answer = await does(house.request, method, f"/v1/users/{user_id}/{door}", "dora", json=body)
                assert answer.is_success, answer.text
                assert (await reader.heard("bye"))["reason"] == "signed_out"
                assert other.of("bye") == []

    asyncio.run(asyncio.wait_for(walked(LiveHouse()), 20))


@live_walk
async def test_nobody_is_told_of_what_is_out_of_their_reach_nor_what_is_masked(house: LiveHouse) -> None:
    near = await does(house.somebody_waits)
    house.commit()
    hub = house.another_hub(sight_of=of_queue)
    async with (
        running(hub),
        reading(hub, "waiting") as anas,
        reading(hub, "waiting", who="erp") as whole,
    ):
        told = await anas.heard("list")
        assert [item["contact"] for item in told["items"]] == [NOBODY.model_dump()]
        assert (await whole.heard("list"))["items"][0]["contact"]["name"] == "Joana Prado"
        await anas.heard("mark")
        await whole.heard("mark")
        await does(house.writes, n=5, phone="5511900000005")
        far = house.conversation_of("5511900000005")
        await does(
            house.want,
            wanted.HandOver,
            conversation_id=far,
            queue_id=QueueId("geral"),
            priority=Priority.NORMAL,
            reason="subject",
        )
        house.commit()
        assert (await whole.heard("conversation"))["conversation"]["conversation_id"] == far
        await does(house.writes, "alguém aí?", n=7)
        house.commit()
        row = await anas.heard("conversation")
        assert row["conversation"]["conversation_id"] == near
        assert row["conversation"]["contact"] == NOBODY.model_dump()
        assert len(anas.of("conversation")) == 1
        assert not await hub.in_sight(TOKENS["ana"], [f"conversation.{far}"])
        assert await hub.in_sight(TOKENS["ana"], [f"conversation.{near}"])
        assert await hub.in_sight(TOKENS["erp"], [f"conversation.{far}"])


@live_walk
async def test_a_conversation_that_moves_out_of_reach_is_taken_away_with_its_words(house: LiveHouse) -> None:
    waits = await does(house.somebody_waits)
    house.commit()
    hub = house.another_hub(sight_of=of_queue)
    tab = f"conversation.{waits}"
    async with running(hub), reading(hub, "waiting", tab) as reader:
        await reader.heard("mark")
        id_before = reader.last_id
        await does(
            house.want,
            wanted.HandOver,
            conversation_id=waits,
            queue_id=QueueId("geral"),
            priority=Priority.NORMAL,
            reason="subject",
        )
        house.commit()
        assert (await reader.heard("gone"))["conversation_id"] == waits
        assert (await reader.heard("topics"))["topics"] == ["waiting"]
        await does(house.writes, "segredo", n=7)
        house.commit()
        await asyncio.sleep(0.3)
        assert all(line["line"]["text"] != "segredo" for line in reader.of("line"))
        async with reading(hub, "waiting", tab, last=id_before) as back:
            assert (await back.heard("topics"))["topics"] == ["waiting"]
            await back.heard("mark")
            assert back.of("line") == back.of("conversation") == []


@live_walk
async def test_other_rights_make_what_was_told_void(house: LiveHouse) -> None:
    await does(house.somebody_waits)
    house.commit()
    known = [TOKENS["carla"]]

    async def again() -> Identity | None:
        return known[0]

    hub = house.another_hub(sight_of=of_queue)
    async with running(hub), reading(hub, "waiting", who="carla", again=again) as reader:
        assert (await reader.heard("list"))["items"][0]["contact"]["name"] == "Joana Prado"
        known[0] = replace(TOKENS["carla"], role=Role.AGENT)
        await hub.rights.check()
        assert (await reader.heard("reset"))["reason"] == "rights"
        assert (await reader.heard("list", 2))["items"][0]["contact"]["name"] is None


@pytest.mark.parametrize("topic", ["waiting", "agent.ana", "closed", "conversation." + "0" * 8])
def test_whoever_may_not_read_conversations_looks_at_none_of_them(topic: str) -> None:
    assert not topics.sees(TOKENS["ivo"], topic)


def test_every_topic_needs_a_permission_and_strangers_names_are_no_topics() -> None:
    assert all(kind.permission for kind in topics.KINDS.values())
    for word in ("", "waiting.", "waiting.Ä", "wallboard.x", "conversation.x", "agent", "closed.x", "mine.x"):
        with pytest.raises(topics.UnknownTopic):
            topics.resolved([word], TOKENS["ana"])
    with pytest.raises(topics.UnknownTopic):
        topics.resolved([f"agent.a{n}" for n in range(topics.MOST + 1)], TOKENS["carla"])


# Topics, wherever the stream is


@live_walk
async def test_a_tab_is_opened_and_closed_without_another_stream(house: LiveHouse) -> None:
    waits = await does(house.somebody_waits)
    house.commit()
    async with running(house.hub) as hub, reading(hub, "waiting") as reader:
        await reader.heard("mark")
        tab = f"conversation.{waits}"
        assert await hub.look_at(reader.stream.id, TOKENS["ana"], ["waiting", tab])
        assert (await reader.heard("topics"))["topics"] == ["waiting", tab]
        await reader.heard("transcript")
        assert len(reader.of("list")) == 1  # what was told is not told again
        assert await hub.look_at(reader.stream.id, TOKENS["ana"], ["waiting"])
        await reader.heard("mark", 3)
        await does(house.writes, "alguém aí?", n=7)
        house.commit()
        await reader.heard("conversation")
        assert reader.of("line") == []


@live_walk
async def test_topics_are_changed_through_another_process(house: LiveHouse) -> None:
    waits = await does(house.somebody_waits)
    house.commit()
    async with (
        running(house.hub) as here,
        running(house.another_hub()) as there,
        reading(here, "waiting") as reader,
    ):
        await reader.heard("mark")
        assert await there.look_at(reader.stream.id, TOKENS["ana"], [f"conversation.{waits}"])
        await reader.heard("transcript")
        assert not await there.look_at(reader.stream.id, TOKENS["bia"], ["waiting"])
        assert not await there.look_at("0" * 32, TOKENS["ana"], ["waiting"])
    assert not await there.look_at(reader.stream.id, TOKENS["ana"], ["waiting"])


@live_walk
async def test_nobody_changes_what_somebody_else_looks_at(house: LiveHouse) -> None:
    async with running(house.hub) as hub, reading(hub, "waiting") as reader:
        await reader.heard("list")
        assert not await hub.look_at(reader.stream.id, TOKENS["bia"], ["closed"])
        assert reader.stream.topics == {"waiting"}


# Who else is there


@live_walk
async def test_who_looks_and_who_types_is_told_everywhere_and_kept_nowhere(house: LiveHouse) -> None:
    waits = await does(house.somebody_waits)
    house.commit()
    recorded = len(house.inbox.history)
    tab = f"conversation.{waits}"
    async with (
        running(house.hub) as here,
        running(house.another_hub()) as there,
        reading(here, tab) as reader,
    ):
        await reader.heard("mark")
        await there.present(waits, BIA, "typing")
        told = await reader.heard("presence")
        assert told == {"conversation_id": waits, "viewers": [{"agent_id": "bia", "state": "typing"}]}
        async with reading(here, tab, who="carla") as late:
            assert (await late.heard("transcript"))["viewers"] == told["viewers"]
        await there.present(waits, BIA, "left")
        assert (await reader.heard("presence", 2))["viewers"] == []
    assert len(house.inbox.history) == recorded


@live_walk
async def test_who_stops_saying_that_they_type_does_not_type(house: LiveHouse) -> None:
    from api.live.viewers import TYPING, VIEWING, Viewers

    now = [0.0]
    viewers = Viewers(lambda: now[0])
    viewers.heard("c", "bia", "typing")
    assert [one.state for one in viewers.of("c")] == ["typing"]
    assert len(viewers.changed()) == 1
    assert viewers.changed() == []
    now[0] = TYPING
    assert [one.state for one in viewers.changed()[0].viewers] == ["viewing"]
    now[0] = VIEWING
    assert viewers.changed()[0].viewers == []
    assert viewers.changed() == []


@live_walk
async def test_one_person_does_not_fill_the_house(house: LiveHouse) -> None:
    from api.live.hub import EACH

    async with running(house.hub) as hub, reading(hub, "waiting") as oldest:
        others = [reading(hub, "waiting") for _ in range(EACH)]
        for one in others:
            await one.__aenter__()
        assert (await oldest.heard("bye"))["reason"] == "too_many"
        for one in others:
            await one.__aexit__(None, None, None)


# Ids


vectors = st.dictionaries(st.integers(0, 11), st.integers(0, 10**12), max_size=12)


@given(vectors, vectors, st.sets(st.sampled_from(["waiting", "closed", "agent.ana", "automation"])))
def test_an_id_says_what_was_told(one: dict[int, int], other: dict[int, int], told: set[str]) -> None:
    word = marks.head("1.1.1.2", {"inbox": one, "transcript": other}) + marks.tail(told)
    seen = marks.last_seen(word)
    assert seen is not None
    assert seen.generation == "1.1.1.2"
    assert {p: o for p, o in seen.marks["inbox"].items() if o} == {p: o for p, o in one.items() if o}
    assert {p: o for p, o in seen.marks["transcript"].items() if o} == {p: o for p, o in other.items() if o}
    assert all(seen.knows(topic) for topic in told)
    assert not seen.knows("waiting.suporte")


@given(st.text())
def test_no_id_of_a_stranger_breaks_anything(word: str) -> None:
    marks.last_seen(word)
    seen = marks.last_seen(f"1.1~{word}~~")
    assert seen is None or set(word) <= set("0123456789abcdefghijklmnopqrstuvwxyz.~")


# The doors


def test_a_stream_is_an_event_stream_that_nobody_keeps(house: House) -> None:
    answer = house.get("/v1/live?topics=waiting,mine")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-accel-buffering"] == "no"
    assert answer.text.startswith("retry: ")
    assert '"topics":["waiting","agent.ana"]' in answer.text.replace(" ", "")
    assert "event: bye" in answer.text  # nobody follows the views in this house


@pytest.mark.parametrize("word", ["quer,", "waiting,,mine", "conversation.1", "waiting;mine"])
def test_a_topic_that_does_not_exist_is_refused_without_being_repeated(house: House, word: str) -> None:
    answer = house.get("/v1/live", params={"topics": word})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "topic"
    assert word not in answer.text


def test_mine_takes_being_an_agent(house: House) -> None:
    answer = house.get("/v1/live?topics=mine", "erp")
    assert (answer.status_code, answer.json()["rule"]) == (403, "NotAnAgent")
    assert house.get("/v1/live", "erp").status_code == 200


def test_a_stream_that_is_not_there_cannot_be_turned(house: House) -> None:
    answer = house.request("PUT", f"/v1/live/{'0' * 32}/topics", "ana", json={"topics": ["waiting"]})
    assert (answer.status_code, answer.json()["rule"]) == (404, "UnknownStream")


def test_a_stream_does_not_count_as_a_slow_answer(house: House) -> None:
    house.get("/v1/live")
    assert b'route="/v1/live"' in house.metrics.scrape(None)


def test_every_trouble_and_every_end_has_its_sentence() -> None:
    assert set(LATE) == set(get_args(live.Trouble))
    assert set(ENDED) == set(get_args(live.Reason))


@pytest.mark.parametrize("name", sorted(live.EVENTS))
def test_every_event_of_the_document_is_one(name: str) -> None:
    example = examples.LIVE_EVENTS[name]
    told = live.EVENTS[name].model_validate(example, extra="forbid")
    assert json.loads(event(told).split(b"data: ")[1]).keys() == example.keys()


def test_the_document_has_a_schema_for_every_event(house: House) -> None:
    document = house.app.openapi()
    content = document["paths"]["/v1/live"]["get"]["responses"]["200"]["content"]["text/event-stream"]
    for one in content["schema"]["oneOf"]:
        name = one["contentSchema"]["$ref"].rpartition("/")[2]
        assert name in document["components"]["schemas"]
        assert one["title"] in live.EVENTS
        assert len(one["examples"]) == 1


# As the table of permissions says


def test_whoever_has_queues_reaches_what_stands_in_them_and_what_is_theirs() -> None:
    ana = replace(TOKENS["ana"], queues=frozenset({QueueId("suporte")}))
    sight = sight_of(ana)
    assert sight is not None
    assert not sight.whole
    waits = inbox.Row(ConversationId("c"), 1, episode=1, stage=Stage.WAITING, queue_id=QueueId("suporte"))
    assert sight.reaches(waits)
    assert not sight.reaches(replace(waits, queue_id=QueueId("geral")))
    assert sight.reaches(replace(waits, queue_id=QueueId("geral"), stage=Stage.IN_SERVICE, agent_id=ANA))
    assert sight == sight_of(ana)


def test_whoever_sees_all_is_told_the_same_as_all_who_see_as_much() -> None:
    assert sight_of(TOKENS["erp"]) == sight_of(TOKENS["ana"])
    whole, pseudonymous = sight_of(TOKENS["erp"]), sight_of(TOKENS["lia"])
    assert whole is not None
    assert pseudonymous is not None
    assert whole.shows != pseudonymous.shows
    row = inbox.Row(ConversationId("c"), 1, contact_name="Joana Prado", last_preview="segredo")
    shown = pseudonymous.shown(conversation_view(row))
    assert (shown.contact.name, shown.last_preview) == (MASKED, MASKED)
    assert sight_of(TOKENS["ivo"]) is None
