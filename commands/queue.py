"""What is wanted of queues."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from commands.intention import Command
from domain import queue
from domain.queue import Priority, Queue, QueueId
from domain.queueing import Rules


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


@dataclass(frozen=True, kw_only=True)
class SetRouting(Command):
    """How it hands out, all of it."""

    queue_id: QueueId
    rules: Rules
    weights: dict[Priority, float] = field(default_factory=dict)


def set_routing(command: SetRouting, state: Queue, at: datetime) -> list[queue.Event]:
    return queue.set_routing(state, command.rules, command.weights)


@dataclass(frozen=True, kw_only=True)
class SetService(Command):
    """Whose hours it keeps, how long what was closed is reopened, and the codes it is closed with."""

    queue_id: QueueId
    calendar_id: str | None = None
    reopening: int = 24
    reasons: tuple[str, ...] = ()
    opening_template: str | None = None
    opening_language: str = queue.LANGUAGE


def set_service(command: SetService, state: Queue, at: datetime) -> list[queue.Event]:
    return queue.set_service(
        state,
        calendar_id=command.calendar_id,
        reopening=command.reopening,
        reasons=command.reasons,
        opening_template=command.opening_template,
        opening_language=command.opening_language,
    )


@dataclass(frozen=True, kw_only=True)
class PostNotice(Command):
    queue_id: QueueId
    text: str
    until: datetime | None = None


def post_notice(command: PostNotice, state: Queue, at: datetime) -> list[queue.Event]:
    return queue.post_notice(state, command.text, until=command.until, at=at)


@dataclass(frozen=True, kw_only=True)
class TakeDownNotice(Command):
    queue_id: QueueId


def take_down_notice(command: TakeDownNotice, state: Queue, at: datetime) -> list[queue.Event]:
    return queue.take_down_notice(state, at=at)


@dataclass(frozen=True, kw_only=True)
class OpenQueue(Command):
    """Its hours began then."""

    queue_id: QueueId
    opened_at: datetime


def open_queue(command: OpenQueue, state: Queue, at: datetime) -> list[queue.Event]:
    return queue.open_up(state, opened_at=command.opened_at)
