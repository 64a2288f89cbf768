"""Files under one folder, each named by the hash of its bytes, whole or not there at all."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import time
import uuid
from collections.abc import AsyncIterable, AsyncIterator, Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

from commands.whatsapp_port import Damaged, Missing, Stored, TooLarge

P = ParamSpec("P")
T = TypeVar("T")

_KEY = re.compile(r"[0-9a-f]{64}", re.ASCII)
_CHUNK = 1024 * 1024
_STALE = 86_400  # seconds after which a half-written file belongs to nobody


class FileObjects:
    """`ObjectStore` in a folder: bytes are written aside, synced, checked, and then given their name."""

    def __init__(self, folder: Path) -> None:
        """Makes the folder, readable by its owner alone, and removes what a crash left half-written."""
        self._folder = folder
        self._incoming = folder / "incoming"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._incoming.mkdir(mode=0o700, exist_ok=True)
        for left in self._incoming.iterdir():
            if time.time() - left.stat().st_mtime > _STALE:
                left.unlink(missing_ok=True)

    async def put(
        self,
        chunks: AsyncIterable[bytes],
        *,
        sha256: str | None = None,
        size: int | None = None,
        limit: int | None = None,
    ) -> Stored:
        aside = self._incoming / uuid.uuid4().hex
        digest = hashlib.sha256()
        length = 0
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            try:
                async for chunk in chunks:
                    length += len(chunk)
                    if limit is not None and length > limit:
                        raise TooLarge(f"more than {limit} bytes")
                    digest.update(chunk)
                    await _finished(_write, handle, chunk)
                if (size is not None and length != size) or (sha256 not in (None, digest.hexdigest())):
                    raise Damaged("not the bytes that were announced")
                await _finished(os.fsync, handle)
            finally:
                os.close(handle)
            key = digest.hexdigest()
            await _finished(_name, aside, self._path(key))
        finally:
            aside.unlink(missing_ok=True)
        return Stored(key, key, length)

    async def get(self, key: str) -> AsyncIterator[bytes]:
        try:
            handle = os.open(self._path(key), os.O_RDONLY)
        except FileNotFoundError:
            raise Missing(key) from None
        digest = hashlib.sha256()
        try:
            while chunk := await _finished(os.read, handle, _CHUNK):
                digest.update(chunk)
                yield chunk
        finally:
            os.close(handle)
        if digest.hexdigest() != key:
            raise Damaged("the stored bytes are no longer what they were")

    async def find(self, key: str) -> Stored | None:
        try:
            status = await _finished(os.stat, self._path(key))
        except (FileNotFoundError, Missing):
            return None
        return Stored(key, key, status.st_size)

    async def forget(self, key: str) -> None:
        await _finished(self._path(key).unlink, missing_ok=True)

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise Missing(key)
        return self._folder / key[:2] / key[2:4] / key


async def _finished(step: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a blocking step in a thread, and never leave before it ended: a number of an open file that is
    closed under a running write may already belong to another file."""
    running = asyncio.ensure_future(asyncio.to_thread(step, *args, **kwargs))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait({running})
        raise


def _write(handle: int, chunk: bytes) -> None:
    rest = memoryview(chunk)
    while rest:
        rest = rest[os.write(handle, rest) :]


def _name(aside: Path, path: Path) -> None:
    """Give the bytes their name, durably: the file was synced before, the folders are after."""
    for folder in (path.parent.parent, path.parent):
        folder.mkdir(mode=0o700, exist_ok=True)
    aside.replace(path)
    for folder in (path.parent, path.parent.parent, path.parent.parent.parent):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
