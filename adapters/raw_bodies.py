"""Where raw webhook bodies rest when something in them was not understood: files of 30 days."""

from __future__ import annotations

import asyncio
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from domain.delivery import DeliveryId

DAYS: Final = 30


class RawFiles:
    """One file per delivery, named by its id, readable by this program's account alone."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder

    async def keep(self, delivery_id: DeliveryId, body: bytes) -> str:
        """Keep it durably; the same delivery again changes nothing. Raises OSError."""
        await asyncio.to_thread(self._write, delivery_id, body)
        return f"raw/{delivery_id}"

    def _write(self, delivery_id: DeliveryId, body: bytes) -> None:
        path = self._folder / delivery_id
        if path.exists():
            return
        aside = path.with_suffix(f".{os.getpid()}-{time.monotonic_ns()}")
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        aside.rename(path)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    async def sweep(self, days: float = DAYS) -> int:
        """Remove what is older; answers how many."""
        return await asyncio.to_thread(self._sweep, time.time() - days * 86_400)

    def _sweep(self, before: float) -> int:
        gone = 0
        for path in self._folder.iterdir():
            with suppress(FileNotFoundError):  # renamed by whoever is just writing it, or swept by another
                if path.stat().st_mtime < before:
                    path.unlink()
                    gone += 1
        return gone
