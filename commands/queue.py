"""What is wanted of queues."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from commands.intention import Command
from domain import queue
from domain.queue import Queue, QueueId


@dataclass(frozen=True, kw_only=True)
class CreateQueue(Command):
    """Open a queue, or give it a new name."""

    queue_id: QueueId
    name: str


def create_queue(command: CreateQueue, state: Queue, at: datetime) -> list[queue.Event]:
    return queue.create(state, command.name)


@dataclass(frozen=True, kw_only=True)
class RetireQueue(Command):
    queue_id: QueueId


def retire_queue(command: RetireQueue, state: Queue, at: datetime) -> list[queue.Event]:
    return queue.retire(state)
