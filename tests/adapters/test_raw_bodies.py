"""Raw bodies: kept once, swept when their days are over, whatever else happens in their folder."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

from adapters.raw_bodies import RawFiles
from domain.delivery import DeliveryId


def test_a_file_that_goes_while_others_are_swept_stops_nothing(tmp_path: Path) -> None:
    bodies = RawFiles(tmp_path)
    asyncio.run(bodies.keep(DeliveryId("old"), b"{}"))
    os.utime(tmp_path / "old", (time.time() - 31 * 86_400,) * 2)
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")  # listed, and not there when looked at
    asyncio.run(bodies.keep(DeliveryId("young"), b"{}"))
    assert asyncio.run(bodies.sweep()) == 1
    assert not (tmp_path / "old").exists()
    assert (tmp_path / "young").exists()
