from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.house import House
from tests.api.people import story


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def tell(database: str, valkey_url: str) -> Callable[..., Any]:
    """What happens in a street with people who sign in."""
    return lambda what, **more: story(database, valkey_url, what, **more)
