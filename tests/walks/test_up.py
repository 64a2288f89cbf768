"""All roles of one machine, and what becomes of one that dies."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import uuid
from pathlib import Path

import httpx
import psutil
import pytest

from tests.walks.house import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


def roles(up: subprocess.Popen[bytes], name: str) -> list[psutil.Process]:
    """The processes of a role that are alive."""
    children = psutil.Process(up.pid).children()
    return [
        child
        for child in children
        if child.status() != psutil.STATUS_ZOMBIE and child.cmdline()[2:4] == ["api.cli", name]
    ]


@pytest.mark.parametrize("name", ["follow", "serve"])
def test_a_role_that_is_killed_comes_back_and_ctrl_c_ends_them_all(shared_folder: Path, name: str) -> None:
    folder = shared_folder / f"up-{uuid.uuid4().hex[:8]}"
    up = subprocess.Popen(
        [sys.executable, "-m", "api.cli", "up", "--data", str(folder), "--port", "0"],
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        until(lambda: (folder / "up.json").exists(), "a desk that is up", 90)
        url = json.loads((folder / "up.json").read_text())["url"]
        (before,) = roles(up, name)
        before.kill()
        until(lambda: [one for one in roles(up, name) if one.pid != before.pid], f"another {name}", 30)
        until(lambda: httpx.get(f"{url}/health/ready").status_code == 200, "a desk that is ready", 60)
        children = psutil.Process(up.pid).children(recursive=True)
        up.send_signal(signal.SIGINT)
        assert up.wait(60) == 0
        _, alive = psutil.wait_procs(children, 10)
        assert not alive
    finally:
        up.kill()
        up.wait()
