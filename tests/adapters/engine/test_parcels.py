"""What waits in the topic is readable only with the key of its day, and only where it lies."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.engine.parcels import SEPARATOR, LostKey, Parcels, Unopenable
from adapters.keyring import Keyring, MemoryKeys
from adapters.log.port import LogUnavailable

LETTERS = st.lists(st.binary(min_size=1).filter(lambda letter: SEPARATOR not in letter), min_size=1)


class Clock:
    def __init__(self) -> None:
        self.at = datetime(2026, 3, 12, 23, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


class Away(MemoryKeys):
    """A key store that may be away."""

    away = False

    def hold(self, *asked: object) -> object:  # type: ignore[override]
        if self.away:
            raise LogUnavailable
        return super().hold(*asked)  # type: ignore[arg-type]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@given(LETTERS)
def test_commands_come_out_as_they_went_in(letters: list[bytes]) -> None:
    joined = SEPARATOR.join(letters)
    if joined.split(SEPARATOR) != letters:  # one ends as a separator begins: no envelope does
        return
    parcels = Parcels(Keyring(MemoryKeys()), Clock())
    assert parcels.unpack(parcels.pack(letters, 3), 3) == letters


@pytest.mark.parametrize(
    "changed",
    [
        lambda value: value[:-1],
        lambda value: value[:-1] + bytes([value[-1] ^ 1]),
        lambda value: b"ATC2" + value[4:],
        lambda value: b"",
    ],
    ids=["cut", "changed", "of another format", "empty"],
)
def test_what_was_changed_does_not_open(changed: Callable[[bytes], bytes], clock: Clock) -> None:
    parcels = Parcels(Keyring(MemoryKeys()), clock)
    with pytest.raises(Unopenable):
        parcels.unpack(changed(parcels.pack([b"a command"], 3)), 3)


def test_what_was_moved_to_another_partition_does_not_open(clock: Clock) -> None:
    parcels = Parcels(Keyring(MemoryKeys()), clock)
    with pytest.raises(Unopenable):
        parcels.unpack(parcels.pack([b"a command"], 3), 4)


def test_commands_go_in_until_the_end_of_tomorrow_while_the_key_store_is_away(clock: Clock) -> None:
    keys = Away()
    parcels = Parcels(Keyring(keys, believed=0), clock)
    parcels.hold()
    keys.away = True
    clock.at += timedelta(days=1)
    assert parcels.pack([b"a command"], 0)
    clock.at += timedelta(days=1)
    with pytest.raises(LogUnavailable):
        parcels.pack([b"a command"], 0)


def test_each_day_has_a_key_of_its_own(clock: Clock) -> None:
    keys = MemoryKeys()
    parcels = Parcels(Keyring(keys), clock)
    first = parcels.pack([b"a command"], 0)
    clock.at += timedelta(days=1)
    assert parcels.pack([b"a command"], 0)[:26] != first[:26]


def test_what_was_sealed_on_a_day_whose_key_was_destroyed_does_not_open(clock: Clock) -> None:
    ring = Keyring(MemoryKeys(), believed=0)
    parcels = Parcels(ring, clock)
    value = parcels.pack([b"a command"], 0)
    ring.sweep(clock.at + timedelta(days=10))
    with pytest.raises(Unopenable):
        parcels.unpack(value, 0)


def test_a_key_that_is_lost_is_not_passed_over(clock: Clock) -> None:
    value = Parcels(Keyring(MemoryKeys()), clock).pack([b"a command"], 0)
    with pytest.raises(LostKey):
        Parcels(Keyring(MemoryKeys()), clock).unpack(value, 0)
