"""What every wire promises, whatever it is made of. A test class per adapter inherits these."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import TypeVar

import pytest

from commands.live_ports import Move, Whisper, Wire
from commands.ports import Unavailable

T = TypeVar("T")

MOVE = Move("inbox", {3: 7}, {3: 9}, ((("c1",), ("waiting", "waiting.suporte")), (("c2",), ())))
MORE = Move("transcript", {3: 7}, {3: 9}, ((("c1", "#9"), ()),))
UNSAID = Move("inbox", {3: 9}, {3: 12, 0: 1}, None)


class WirePromises:
    """`wires` opens a wire, as another process would; `say` tells it a move, as those who fold views do."""

    wires: Callable[[], AbstractAsyncContextManager[Wire]]
    say: Callable[[Move], None]

    def ask(self, question: Callable[[Wire], Awaitable[T]]) -> T:
        async def asked() -> T:
            async with self.wires() as wire:
                return await question(wire)

        return asyncio.run(asked())

    def test_what_is_said_is_heard_in_order_and_once(self) -> None:
        async def walk(wire: Wire) -> None:
            place = await wire.place()
            for move in (MOVE, MORE, UNSAID):
                self.say(move)
            heard = await wire.listen(place, 1.0)
            assert list(heard.moves) == [MOVE, MORE, UNSAID]
            assert (await wire.listen(heard.place, 0.05)).moves == []

        self.ask(walk)

    def test_what_was_said_before_somebody_began_to_listen_is_not_told(self) -> None:
        async def walk(wire: Wire) -> None:
            self.say(MOVE)
            place = await wire.place()
            self.say(MORE)
            assert list((await wire.listen(place, 1.0)).moves) == [MORE]

        self.ask(walk)

    def test_who_listens_again_from_a_place_misses_nothing(self) -> None:
        async def walk(wire: Wire) -> None:
            place = await wire.place()
            self.say(MOVE)
            first = await wire.listen(place, 1.0)
            self.say(MORE)
            async with self.wires() as other:
                assert list((await other.listen(first.place, 1.0)).moves) == [MORE]
                assert list((await other.listen(place, 1.0)).moves) == [MOVE, MORE]

        self.ask(walk)

    def test_listening_ends_when_nothing_is_said(self) -> None:
        async def walk(wire: Wire) -> None:
            place = await wire.place()
            heard = await wire.listen(place, 0.2)
            assert list(heard.moves) == list(heard.whispers) == []

        self.ask(walk)

    def test_what_is_said_while_somebody_listens_is_heard(self) -> None:
        async def walk(wire: Wire) -> None:
            place = await wire.place()
            listening = asyncio.create_task(wire.listen(place, 0.9))
            await asyncio.sleep(0.1)
            await asyncio.to_thread(self.say, MOVE)
            assert list((await listening).moves) == [MOVE]

        self.ask(walk)

    def test_a_whisper_is_heard_by_every_process(self) -> None:
        async def walk(wire: Wire) -> None:
            whisper = Whisper("topics", {"stream": "s1", "topics": ["waiting"]})
            async with self.wires() as other:
                places = await wire.place(), await other.place()
                await wire.whisper(whisper)
                for listening, place in zip((wire, other), places, strict=True):
                    assert whisper in (await listening.listen(place, 1.0)).whispers

        self.ask(walk)

    def test_a_stream_is_known_everywhere_while_it_is_held(self) -> None:
        async def walk(wire: Wire) -> None:
            async with self.wires() as other:
                assert await other.whose("s1") is None
                await wire.hold({"s1": "agent:ana", "s2": "token:1"})
                assert await other.whose("s1") == "agent:ana"
                await wire.let_go("s1")
                assert await other.whose("s1") is None
                assert await other.whose("s2") == "token:1"

        self.ask(walk)


class CutWirePromises:
    """The same of a wire that can be `cut` and mended."""

    wires: Callable[[], AbstractAsyncContextManager[Wire]]
    cut: Callable[[], None]
    mend: Callable[[], None]

    def test_a_wire_that_is_cut_says_so_and_can_be_used_again(self) -> None:
        async def walk() -> None:
            async with self.wires() as wire:
                place = await wire.place()
                await asyncio.to_thread(self.cut)
                for question in (
                    wire.place,
                    lambda: wire.listen(place, 0.1),
                    lambda: wire.whisper(Whisper("presence")),
                    lambda: wire.hold({"s1": "agent:ana"}),
                    lambda: wire.let_go("s1"),
                    lambda: wire.whose("s1"),
                ):
                    with pytest.raises(Unavailable):
                        await question()
                await asyncio.to_thread(self.mend)
                await wire.hold({"s1": "agent:ana"})
                assert await wire.whose("s1") == "agent:ana"
                await wire.whisper(Whisper("presence"))

        asyncio.run(walk())
