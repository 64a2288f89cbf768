"""How often luck is tried."""

from __future__ import annotations

from typing import Any

from hypothesis import settings


def examples(most: int, **more: Any) -> settings:
    """So many examples of a law that takes its time; fewer when the profile wants fewer of all."""
    return settings(max_examples=min(most, settings().max_examples), **more)
