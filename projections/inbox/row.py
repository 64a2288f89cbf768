"""A conversation as the agent's list shows it, and where it stands in the list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, ClassVar, Final

from domain import conversation
from domain.agent import AgentId
from domain.channel import ChannelId
from domain.conversation import Awaiting, ConversationId, Stage
from domain.privacy import Class, Clear, Content, Identity, Open
from domain.queue import Priority, QueueId

MANAGER: Final = timedelta(minutes=60)
"""The manager is told when a wait is that old, but never before its own breach."""
_EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Row:
    """A conversation. `version` goes back to us as what was seen. Without an episode (`episode` 0) there is
    nothing to show yet."""

    KEY: ClassVar[tuple[str, ...]] = ("conversation_id",)

    conversation_id: ConversationId
    version: int
    channel_id: ChannelId | None = None
    episode: int = 0
    period: int = 0
    stage: Stage = Stage.CLOSED
    awaiting: Awaiting | None = None  # in service: whose turn it is
    agent_id: AgentId | None = None
    last_agent_id: AgentId | None = None
    queue_id: QueueId | None = None
    priority: Priority = Priority.NORMAL
    subject: Open | None = None
    reason: Open | None = None  # why it waits
    protocol: Open | None = None
    contact_name: Identity | None = None
    contact_phone: Identity | None = None
    # what the desk wrote down of them
    contact_called: Identity | None = None  # its own name for them
    contact_email: Identity | None = None
    contact_second_phone: Identity | None = None
    contact_document: Identity | None = None  # masked: nobody is shown more of it
    contact_remark: Content | None = None
    contact_contracts: Annotated[tuple[dict[str, Any], ...], Class.IDENTITY] = ()  # in the order of linking
    opened_at: datetime | None = None
    entered_at: datetime | None = None  # the queue
    waiting_since: datetime | None = None  # start of the running clock
    due_at: datetime | None = None  # of the running clock
    first: bool = False  # the first answer of this period is still owed
    answered_at: datetime | None = None  # the first human answer of this period
    unanswered_since: datetime | None = None  # the oldest message nobody has answered
    activity_at: datetime | None = None  # last message, call or transfer
    unread: int = 0  # customer messages since somebody of us wrote
    last_kind: Open | None = None
    last_side: Open | None = None  # customer, agent, automation, device
    last_preview: Content | None = None
    last_at: datetime | None = None
    window_until: datetime | None = None  # free text may be sent so long
    wake_at: datetime | None = None
    cancellation_at: datetime | None = None
    silenced: bool = False
    tags: Annotated[tuple[str, ...], Clear()] = ()  # of this episode
    blocked: bool = False  # whoever writes here is not attended
    closed_at: datetime | None = None
    closed_by: Open | None = None
    closed_reason: Open | None = None
    breached: bool = False  # the running clock, as an event says
    manager_at: datetime | None = None  # when the manager is told of the running clock
    # being offered: it waits, under this name
    offered_to: AgentId | None = None
    offer_expires_at: datetime | None = None
    tried: tuple[AgentId, ...] = ()  # asked in this round, and did not accept
    restart_at: datetime | None = None  # the round is over
    relaxed: bool = False  # what the queue requires is only preferred
    ripe: bool = False  # what kept it from being offered is over
    quiet_since: datetime | None = None  # in service: the customer owes the answer
    silent: bool = False  # takes no place of its agent
    # what the fold must remember: [version, since] of unanswered messages, and where our answers under way
    # were asked for
    unanswered: Annotated[tuple[list[Any], ...], Clear()] = ()
    answering: Annotated[dict[str, int] | None, Clear()] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many stand in each list. `waiting_late` are past their due time; `closed_lately` in the last 24
    hours; `mine` those in service with whoever asks."""

    automation: int
    waiting: int
    waiting_late: int
    in_service: int
    mine: int
    closed_lately: int
    queues: dict[str, int]  # waiting, by queue; "" for none


def place(row: Row, at: datetime) -> tuple[conversation.Place, ConversationId]:
    """Where an open conversation stands in the one order, as of an instant; the smallest comes first.

    A breach and the manager's step are those of the running clock; where no event has spoken of it, both are
    read off its times.
    """
    breached = row.breached or (row.due_at is not None and row.due_at <= at)
    manager_at = row.manager_at
    if manager_at is None and row.due_at is not None:
        manager_at = max(row.due_at, (row.waiting_since or row.due_at) + MANAGER)
    opened_at = row.opened_at or _EVER
    where = conversation.place(
        row.priority,
        row.due_at,
        oldest_at=row.unanswered_since,
        opened_at=opened_at,
        active_at=row.activity_at or opened_at,
        breached=breached,
        past_manager=manager_at is not None and manager_at <= at,
    )
    return where, row.conversation_id
