"""Files in a folder: whole or not there, and the ones that were announced."""

from __future__ import annotations

import asyncio
import hashlib
import os
import stat
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from adapters.objects import FileObjects
from commands.whatsapp_port import Damaged, Missing, Stored, TooLarge
from tests.adapters.provider import pieces, some_bytes
from tests.luck import examples


def kept(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def read(objects: FileObjects, key: str) -> bytes:
    return b"".join([chunk async for chunk in objects.get(key)])


@examples(40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=3000), st.integers(1, 4000))
def test_what_was_put_comes_back(tmp_path: Path, data: bytes, step: int) -> None:
    objects = FileObjects(tmp_path)
    digest = hashlib.sha256(data).hexdigest()

    async def there_and_back() -> tuple[Stored, bytes]:
        stored = await objects.put(pieces(data, step), sha256=digest, size=len(data), limit=len(data))
        return stored, await read(objects, stored.key)

    stored, back = asyncio.run(there_and_back())
    assert back == data
    assert stored == Stored(digest, digest, len(data))
    assert asyncio.run(objects.find(digest)) == stored


def test_the_same_bytes_are_kept_once(tmp_path: Path) -> None:
    objects = FileObjects(tmp_path)

    async def twice() -> list[Stored]:
        return await asyncio.gather(*(objects.put(pieces(b"o mesmo modem", n)) for n in (1, 2, 3)))

    assert len(set(asyncio.run(twice()))) == 1
    assert len(kept(tmp_path)) == 1


@pytest.mark.parametrize(
    ("announced", "error"),
    [
        ({"sha256": "0" * 64}, Damaged),
        ({"size": 2}, Damaged),
        ({"size": 4}, Damaged),
        ({"limit": 2}, TooLarge),
    ],
)
def test_other_bytes_than_announced_are_not_kept(
    tmp_path: Path, announced: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        asyncio.run(FileObjects(tmp_path).put(pieces(b"abc"), **announced))  # type: ignore[arg-type]
    assert kept(tmp_path) == []


def test_a_source_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    async def breaking() -> AsyncIterator[bytes]:
        yield b"abc"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        asyncio.run(FileObjects(tmp_path).put(breaking()))
    assert kept(tmp_path) == []


def test_giving_up_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    async def given_up() -> None:
        started = asyncio.Event()

        async def endless() -> AsyncIterator[bytes]:
            yield b"abc"
            started.set()
            await asyncio.Event().wait()

        putting = asyncio.create_task(FileObjects(tmp_path).put(endless()))
        await started.wait()
        putting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await putting

    asyncio.run(given_up())
    assert kept(tmp_path) == []


@pytest.mark.parametrize("change", [b"abcdefgX", b"abc", b""])
def test_bytes_that_rotted_are_noticed_when_read(tmp_path: Path, change: bytes) -> None:
    objects = FileObjects(tmp_path)
    stored = asyncio.run(objects.put(pieces(b"abcdefgh")))
    kept(tmp_path)[0].write_bytes(change)
    with pytest.raises(Damaged):
        asyncio.run(read(objects, stored.key))


def test_putting_rotten_bytes_again_heals_them(tmp_path: Path) -> None:
    objects = FileObjects(tmp_path)
    stored = asyncio.run(objects.put(pieces(b"abcdefgh")))
    kept(tmp_path)[0].write_bytes(b"")
    asyncio.run(objects.put(pieces(b"abcdefgh")))
    assert asyncio.run(read(objects, stored.key)) == b"abcdefgh"


@pytest.mark.parametrize("key", ["0" * 64, "../../etc/passwd", "", "0" * 63 + "/", "A" * 64])
def test_there_is_nothing_under_a_key_nobody_was_given(tmp_path: Path, key: str) -> None:
    objects = FileObjects(tmp_path)
    with pytest.raises(Missing):
        asyncio.run(read(objects, key))
    assert asyncio.run(objects.find(key)) is None


def test_forgotten_bytes_are_gone_and_forgetting_twice_is_fine(tmp_path: Path) -> None:
    objects = FileObjects(tmp_path)
    stored = asyncio.run(objects.put(pieces(b"abc")))
    for _ in range(2):
        asyncio.run(objects.forget(stored.key))
    assert kept(tmp_path) == []
    with pytest.raises(Missing):
        asyncio.run(read(objects, stored.key))


def test_nobody_else_on_the_machine_may_read(tmp_path: Path) -> None:
    asyncio.run(FileObjects(tmp_path / "objects").put(pieces(some_bytes(1, 10))))
    for path in (tmp_path / "objects").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0
    assert stat.S_IMODE((tmp_path / "objects").stat().st_mode) == 0o700


def test_what_a_crash_left_half_written_is_removed_a_day_later(tmp_path: Path) -> None:
    FileObjects(tmp_path)
    old, fresh = tmp_path / "incoming" / "old", tmp_path / "incoming" / "fresh"
    for left in (old, fresh):
        left.write_bytes(b"half a pho")
    os.utime(old, (time.time() - 90_000,) * 2)
    FileObjects(tmp_path)
    assert kept(tmp_path) == [fresh]
