"""The wire, as the doors use it: in memory, and on a real Valkey."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from redis import Redis

from adapters.live import Publisher, RedisWire
from adapters.live.publishing import KEPT, MOST
from adapters.live.said import FIELD, MOVES, OPEN, read_move, read_whisper, written
from adapters.services import Valkey
from adapters.views.view import Changed
from commands.live_ports import Heard, Move, Wire
from domain.conversation import ConversationId, Stage
from domain.queue import QueueId
from projections import inbox
from tests.adapters.live.promises import CutWirePromises, WirePromises
from tests.api.live import MemoryWire


class TestMemoryWire(WirePromises, CutWirePromises):
    @pytest.fixture(autouse=True)
    def _wire(self) -> None:
        wire = MemoryWire()

        @asynccontextmanager
        async def wires() -> AsyncIterator[Wire]:
            yield wire

        self.wires, self.say = wires, wire.moves.append
        self.cut = lambda: setattr(wire, "away", True)
        self.mend = lambda: setattr(wire, "away", False)


class TestRedisWire(WirePromises):
    @pytest.fixture(autouse=True)
    def _wire(self, valkey_url: str) -> None:
        @asynccontextmanager
        async def wires() -> AsyncIterator[Wire]:
            wire = RedisWire(valkey_url)
            try:
                yield wire
            finally:
                await wire.close()

        def say(move: Move) -> None:
            with Redis.from_url(valkey_url) as redis:
                redis.xadd(MOVES, {FIELD: written(move)})

        self.wires, self.say, self.url = wires, say, valkey_url

    def test_a_stream_nobody_holds_any_more_is_forgotten(self) -> None:
        async def walk(wire: Wire) -> None:
            await wire.hold({"s1": "agent:ana"})

        self.ask(walk)
        with Redis.from_url(self.url) as redis:
            left = redis.ttl(OPEN + "s1")
        assert isinstance(left, int)
        assert 0 < left < 60

    def test_what_is_not_ours_is_passed_over(self) -> None:
        async def walk(wire: Wire) -> Heard:
            place = await wire.place()
            with Redis.from_url(self.url) as redis:
                for said in (b"{", b"[1,2]", b'["inbox",1,2,3]', b"null", b'["inbox",{"a":"b"},{},[]]'):
                    redis.xadd(MOVES, {FIELD: said})
                redis.xadd(MOVES, {"other": b"x"})
            self.say(Move("inbox", {}, {0: 1}, ()))
            return await wire.listen(place, 1.0)

        assert [move.marks for move in self.ask(walk).moves] == [{0: 1}]

    @pytest.mark.parametrize("said", [b"", b"7", b"[]", b'{"a":1}', b"\xff"])
    def test_a_whisper_of_a_stranger_is_an_error_of_one_kind(self, said: bytes) -> None:
        for read in (read_move, read_whisper):
            with pytest.raises(ValueError):
                read(said)


@pytest.mark.slow
class TestDurableWire(CutWirePromises):
    @pytest.fixture(autouse=True)
    def _wire(self, durable_valkey: Valkey) -> None:
        @asynccontextmanager
        async def wires() -> AsyncIterator[Wire]:
            wire = RedisWire(durable_valkey.url)
            try:
                yield wire
            finally:
                await wire.close()

        self.wires, self.cut, self.mend = wires, durable_valkey.stop, durable_valkey.start


# Those who tell


def row(n: int, stage: Stage = Stage.WAITING) -> inbox.Row:
    return inbox.Row(ConversationId(f"c{n}"), 1, episode=1, stage=stage, queue_id=QueueId("suporte"))


def told(url: str) -> list[Move]:
    with Redis.from_url(url) as redis:
        entries: list[tuple[bytes, dict[bytes, bytes]]] = redis.xrange(MOVES)  # type: ignore[assignment]
    return [read_move(fields[FIELD]) for _, fields in entries]


def changed(n: int = 1) -> Changed:
    return Changed((f"c{n}",), row(n), row(n, Stage.IN_SERVICE))


def test_moves_go_on_from_where_the_last_one_ended(valkey_url: str) -> None:
    publisher = Publisher(valkey_url)
    publisher.stands("inbox", {0: 5})
    publisher.moved("inbox", {0: 7}, [changed()])
    publisher.moved("inbox", {0: 7, 1: 2}, [Changed(("c2",), None, row(2))])
    publisher.close()
    begun, first, second = told(valkey_url)
    assert (begun.marks, begun.rows) == ({0: 5}, None)
    assert (first.was, first.marks) == ({0: 5}, {0: 7})
    assert first.rows == ((("c1",), ("waiting", "waiting.suporte")),)
    assert (second.was, second.marks, second.rows) == ({0: 7}, {0: 7, 1: 2}, ((("c2",), ()),))


def test_more_rows_than_can_be_said_are_not_said_at_all(valkey_url: str) -> None:
    publisher = Publisher(valkey_url)
    publisher.stands("inbox", {})
    publisher.moved("inbox", {0: 900}, [changed(n) for n in range(MOST + 1)])
    publisher.close()
    assert told(valkey_url)[-1].rows is None


def test_no_word_of_a_person_goes_through_redis(valkey_url: str) -> None:
    said = inbox.Row(
        ConversationId("c1"), 1, episode=1, contact_name="Joana", contact_phone="5511", last_preview="oi"
    )
    publisher = Publisher(valkey_url)
    publisher.stands("inbox", {})
    publisher.moved("inbox", {0: 1}, [Changed(("c1",), None, said)])
    publisher.close()
    with Redis.from_url(valkey_url) as redis:
        raw = repr(redis.xrange(MOVES))
    assert not any(word in raw for word in ("Joana", "5511", "oi"))


def test_what_is_kept_in_redis_has_an_end(valkey_url: str) -> None:
    publisher = Publisher(valkey_url)
    for n in range(KEPT + 500):
        publisher.moved("inbox", {0: n}, ())
    publisher.close()
    with Redis.from_url(valkey_url) as redis:
        length = redis.xlen(MOVES)
    assert isinstance(length, int)
    assert KEPT <= length < KEPT + 300


@pytest.mark.slow
def test_a_view_does_not_wait_for_a_redis_that_hangs_and_tells_later_that_something_was_not_told(
    durable_valkey: Valkey,
) -> None:
    publisher = Publisher(durable_valkey.url)
    publisher.stands("inbox", {0: 1})
    os.kill(durable_valkey.pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        for n in range(2, 12):
            publisher.moved("inbox", {0: n}, [changed()])
        assert time.monotonic() - began < 4  # were each waited for, it would take five
    finally:
        os.kill(durable_valkey.pid, signal.SIGCONT)
    time.sleep(1.5)
    publisher.moved("inbox", {0: 12}, [changed()])
    publisher.moved("inbox", {0: 13}, [changed()])
    publisher.close()
    *_, late, next_one = told(durable_valkey.url)
    assert (late.marks, late.rows) == ({0: 12}, None)
    assert (next_one.was, next_one.marks) == ({0: 12}, {0: 13})
    assert next_one.rows is not None


def test_a_redis_that_is_not_there_stops_nobody() -> None:
    publisher = Publisher("redis://127.0.0.1:1/0")
    publisher.stands("inbox", {0: 1})
    publisher.moved("inbox", {0: 2}, [changed()])
    publisher.close()
    publisher.moved("inbox", {0: 3}, [changed()])
    assert publisher is not None
