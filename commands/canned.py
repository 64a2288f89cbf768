"""What is wanted of answers that are kept ready."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from commands.intention import Command
from domain import canned
from domain.canned import Canned, CannedId
from domain.queue import QueueId


@dataclass(frozen=True, kw_only=True)
class WriteCanned(Command):
    canned_id: CannedId
    by: str
    title: str
    text: str
    queues: tuple[QueueId, ...] = ()


def write_canned(command: WriteCanned, state: Canned, at: datetime) -> list[canned.Event]:
    return canned.write(
        state, title=command.title, text=command.text, queues=command.queues, by=command.by, at=at
    )


@dataclass(frozen=True, kw_only=True)
class WithdrawCanned(Command):
    canned_id: CannedId
    by: str


def withdraw_canned(command: WithdrawCanned, state: Canned, at: datetime) -> list[canned.Event]:
    return canned.withdraw(state, by=command.by, at=at)
