"""The provider's speed limits as laws, in one process and in many."""

from __future__ import annotations

import asyncio
import socket
import uuid
from collections.abc import Awaitable, Callable
from typing import TypeVar

import redis
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from redis.asyncio import Redis

from adapters.services import Valkey
from adapters.whatsapp.pacing import (
    PAIR,
    SCRIPT,
    SECOND,
    Lines,
    MetaPacing,
    Pace,
    gcra,
    held,
    per_number,
)
from tests.luck import examples

T = TypeVar("T")
WIDE = {"principal": Pace(interval=1, burst=10_000)}  # a number whose own limit is never met

PACES = st.builds(Pace, interval=st.integers(1, 10 * SECOND), burst=st.integers(1, 60))
GAPS = st.lists(st.integers(0, 20 * SECOND), min_size=1, max_size=120)


def departures(gaps: list[int], pace: Pace) -> list[int]:
    """When messages leave that ask after these gaps and wait as they are told."""
    now = arrival = 0
    left = []
    for gap in gaps:
        now += gap
        arrival, wait = gcra(now, arrival, pace)
        left.append(now + wait)
    return left


# Laws


@given(GAPS, PACES)
def test_no_stretch_of_time_sees_more_than_burst_and_rate_allow(gaps: list[int], pace: Pace) -> None:
    left = departures(gaps, pace)
    for first in range(len(left)):
        for last in range(first, len(left)):
            together = last - first + 1
            assert left[last] - left[first] >= (together - pace.burst) * pace.interval


@given(GAPS, PACES)
def test_messages_leave_in_the_order_they_asked(gaps: list[int], pace: Pace) -> None:
    left = departures(gaps, pace)
    assert left == sorted(left)


@given(GAPS, PACES)
def test_after_a_long_silence_the_whole_burst_is_free_again(gaps: list[int], pace: Pace) -> None:
    asked = [*gaps, (len(gaps) + pace.burst) * pace.interval, *([0] * (pace.burst - 1))]
    at = 0
    moments = [at := at + gap for gap in asked]
    assert departures(asked, pace)[-pace.burst :] == moments[-pace.burst :]


@given(st.integers(0, 10**15), st.integers(0, 10**15), PACES, st.integers(0, 600 * SECOND))
def test_a_pause_is_kept_by_whoever_asks_next(now: int, arrival: int, pace: Pace, pause: int) -> None:
    _, wait = gcra(now, held(now, arrival, pace, pause), pace)
    assert wait >= pause
    assert held(now, arrival, pace, pause) >= arrival


@given(st.integers(1, 2000))
def test_a_number_never_exceeds_its_limit_in_any_second(limit: int) -> None:
    pace = per_number(limit)
    assert pace.burst + (SECOND - 1) // pace.interval <= limit


def test_the_pair_limit_is_forty_five_at_once_and_then_one_every_six_seconds() -> None:
    left = departures([0] * 47, PAIR)
    assert left == [0] * 45 + [6 * SECOND, 12 * SECOND]


STEPS = st.tuples(
    st.integers(0, 20 * SECOND), st.sampled_from("ab"), st.one_of(st.none(), st.integers(0, 60 * SECOND))
)


@examples(60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, min_size=1, max_size=40), st.integers(10**12, 10**16 // 2), PACES)
def test_the_shared_lines_count_exactly_as_our_own(
    valkey_url: str, steps: list[tuple[int, str, int | None]], start: int, pace: Pace
) -> None:
    story, now = uuid.uuid4().hex, start
    arrivals: dict[str, int] = {}
    with redis.Redis.from_url(valkey_url) as client:
        script = client.register_script(SCRIPT)
        for gap, line, pause in steps:
            now += gap
            if pause is None:
                arrivals[line], wait = gcra(now, arrivals.get(line, 0), pace)
            else:
                arrivals[line], wait = held(now, arrivals.get(line, 0), pace, pause), 0
            arguments = [now, pace.interval, pace.burst, -1 if pause is None else pause]
            answer = script(keys=[f"{story}/{line}"], args=arguments)
            assert answer == [wait, arrivals[line] - now]


# Several processes, and when they lose sight of each other


def talk(what: Callable[[Redis], Awaitable[T]], url: str) -> T:
    async def inside() -> T:
        async with Redis.from_url(url) as client:
            return await what(client)

    return asyncio.run(inside())


def test_two_processes_stand_in_one_line(valkey_url: str) -> None:
    async def both(client: Redis) -> list[float]:
        one, other = MetaPacing(client, WIDE), MetaPacing(client, WIDE)
        return [await (one, other)[n % 2].reserve("principal", "r1") for n in range(100)]

    waits = talk(both, valkey_url)
    assert waits[:45] == [0.0] * 45
    # 55 more than the burst at 6 s each; what the test itself took is given back
    assert waits == sorted(waits)
    assert waits[-1] > 200


def test_customers_do_not_wait_for_each_other(valkey_url: str) -> None:
    async def many(client: Redis) -> float:
        pacing = MetaPacing(client, WIDE)
        await pacing.hold("principal", 600, "r1")
        return await pacing.reserve("principal", "r2")

    assert talk(many, valkey_url) == 0.0


def test_a_paused_number_makes_everyone_wait_and_only_its_own(valkey_url: str) -> None:
    async def paused(client: Redis) -> tuple[float, float]:
        pacing = MetaPacing(client)
        await pacing.hold("principal", 600)
        return await pacing.reserve("principal", "r1"), await pacing.reserve("filial", "r1")

    waits = talk(paused, valkey_url)
    assert waits[0] > 300
    assert waits[1] == 0.0


def test_lines_are_forgotten_when_they_are_empty(valkey_url: str) -> None:
    async def lives(client: Redis) -> list[int]:
        await MetaPacing(client).reserve("principal", "r1")
        return [await client.pttl(key) for key in await client.keys("atende:pace:*")]

    number, pair = sorted(talk(lives, valkey_url))
    assert 0 < number <= 10_100
    assert 0 < pair <= 16_000


def test_without_the_shared_lines_a_process_goes_on_from_where_they_stood(durable_valkey: Valkey) -> None:
    async def lost(client: Redis) -> tuple[float, float]:
        pacing = MetaPacing(client, WIDE, lines=Lines(clock=lambda: 0))
        shared = [await pacing.reserve("principal", "r1") for _ in range(100)][-1]
        durable_valkey.kill()
        return shared, await pacing.reserve("principal", "r1")

    shared, alone = talk(lost, durable_valkey.url)
    assert shared > 200
    assert shared <= alone <= shared + 6.0


def test_the_shared_lines_are_found_again(durable_valkey: Valkey) -> None:
    async def back(client: Redis) -> int:
        pacing = MetaPacing(client, respite=0.0)
        durable_valkey.kill()
        await pacing.reserve("principal", "r1")
        durable_valkey.start()
        await pacing.reserve("principal", "r1")
        return len(await client.keys("atende:pace:*"))

    assert talk(back, durable_valkey.url) == 2


def test_lines_that_never_answer_hold_nobody_up() -> None:
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()

        async def asked(client: Redis) -> list[float]:
            pacing = MetaPacing(client, WIDE, patience=0.05, lines=Lines(clock=lambda: 0))
            return [await pacing.reserve("principal", "r1") for _ in range(46)]

        assert talk(asked, f"redis://127.0.0.1:{mute.getsockname()[1]}") == [0.0] * 45 + [6.0]


def test_no_server_at_all_is_the_same_arithmetic() -> None:
    async def alone() -> list[float]:
        pacing = MetaPacing(None, WIDE, lines=Lines(clock=lambda: 0))
        return [await pacing.reserve("principal", "r1") for _ in range(47)]

    assert asyncio.run(alone()) == [0.0] * 45 + [6.0, 12.0]


def test_a_process_does_not_remember_everyone_for_ever() -> None:
    now = [0]
    pacing = MetaPacing(None, lines=(lines := Lines(clock=lambda: now[0])))

    async def crowd() -> None:
        for n in range(20_000):
            now[0] += SECOND
            await pacing.reserve("principal", f"r{n}")

    asyncio.run(crowd())
    assert len(lines._arrivals) <= 8192
