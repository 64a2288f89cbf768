"""Whatever happens to a desk on three brokers: nothing acknowledged is lost, nothing is decided twice,
nothing leaves twice without its mark. Each fault once, with few people; `make faults` brings them harder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.services import why_no_kafka
from tests.faults.faults import FAULTS, survives
from tests.faults.on_kafka import ON_BROKERS, Ground, OnKafka, ground
from tests.walks.house import until

pytestmark = ON_BROKERS


@pytest.fixture(scope="module")
def three(shared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    if (reason := why_no_kafka()) is not None:
        pytest.skip(reason)
    with ground(shared_folder, tmp_path_factory.mktemp("three"), 3) as servers:
        yield servers


@pytest.fixture(scope="module")
def _house(three: Ground) -> Iterator[OnKafka]:
    with three.house() as desk:
        yield desk


@pytest.fixture
def desk(_house: OnKafka) -> Iterator[OnKafka]:
    """Shared, and whole again after each test."""
    _house.mend()
    yield _house
    _house.mend()


@pytest.mark.parametrize("name", [name for name, f in FAULTS.items() if f.quick and f.brokers == 3])
def test_nothing_acknowledged_is_lost_or_decided_twice(desk: OnKafka, name: str) -> None:
    survives(desk, name)


def test_the_first_answers_are_counted_by_whoever_follows(desk: OnKafka) -> None:
    house, who = desk.house, desk.house.customer()

    def counted() -> float:
        return sum(house.metric("first_response_seconds_count", house.figures).values())

    house.writes(who, "minha internet caiu")
    until(lambda: house.conversation(who).get("stage") == "waiting", "a wait")
    path, before = f"/v1/conversations/{house.conversation_id(who)}", counted()
    house.agent("ana").post(f"{path}/claim").raise_for_status()
    house.agent("ana").post(f"{path}/messages", {"kind": "text", "text": "Oi!"}).raise_for_status()
    until(lambda: counted() == before + 1, "the first answer counted once")
