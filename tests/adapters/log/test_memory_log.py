"""The double keeps the promises of a log, and fails when it is asked to."""

from __future__ import annotations

from uuid import uuid4

import pytest

from adapters.log.memory import MemoryLog
from adapters.log.port import Fate, Log, LogUnavailable
from tests.adapters.log.promises import PARTITIONS, LogPromises, drafts_of, read_all


class TestMemoryLog(LogPromises):
    @pytest.fixture
    def log(self) -> Log:
        return MemoryLog(uuid4(), PARTITIONS)


def fail() -> None:
    raise LogUnavailable


def test_a_failure_before_the_append_wrote_nothing() -> None:
    log = MemoryLog(uuid4(), 1)
    log.before = fail
    with pytest.raises(LogUnavailable):
        log.append(drafts_of(log, 0, b"one"))
    assert read_all(log) == {0: []}


def test_a_lost_acknowledgement_wrote_everything_and_the_same_bytes_have_won() -> None:
    log = MemoryLog(uuid4(), 1)
    log.after = fail
    (one,) = drafts_of(log, 0, b"one")
    with pytest.raises(LogUnavailable):
        log.append([one])
    log.after = lambda: None
    assert log.append([one]) == [Fate.WON]
    assert read_all(log) == {0: [b"one"]}
