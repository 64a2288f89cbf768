"""The simulator is somebody else: it knows the desk by HTTP alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
INSIDE = (
    "adapters.engine",
    "adapters.log",
    "adapters.views",
    "adapters.reads",
    "projections",
    "api",
    "psycopg",
)


@pytest.mark.parametrize("program", ["main", "load"])
def test_a_simulator_knows_nothing_of_the_inside_of_a_desk(program: str) -> None:
    script = f"import sys, adapters.simulator.{program}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True
    )
    known = set(done.stdout.split())
    assert f"adapters.simulator.{program}" in known
    assert not known & set(INSIDE)
