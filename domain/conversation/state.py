"""What a conversation remembers of itself: only what decisions depend on, and nobody's words.

It is snapshotted, so it holds ids, codes and times; names, phones and texts live in the events alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from domain.agent import AgentId
from domain.channel import ChannelId
from domain.conversation.courtesy import Courtesy
from domain.conversation.events import Author, MessageId, Receipt, Stage
from domain.queue import Priority, QueueId
from domain.sla.state import Clocks

HEARD: Final = 500
"""How many provider messages are remembered as heard; older ones are answered by the command's id."""
SENDS: Final = 200
"""How many finished sends are remembered; what is pending always is."""
PARKED: Final = 100
"""How many receipts of messages we do not know (yet) are kept waiting."""
RECEIPTS: Final = 32
"""How many raw receipts are remembered per message, to tell a repeated one from news."""
UNANSWERED: Final = 50
STOPS: Final = 8

WINDOW: Final = timedelta(hours=24)
REOPENING: Final = timedelta(hours=24)
LATE: Final = timedelta(minutes=10)
RETRY_UNKNOWN: Final = timedelta(seconds=30)
INSISTING: Final = timedelta(seconds=10)
"""Whoever insists on an answer after one unseen message insists on it after those that follow so soon."""
LATELY: Final = 50
"""How many messages of the last `INSISTING` are told apart."""

DEVICE: Final = AgentId("aparelho")
"""Owns what somebody wrote on the phone in the shop."""
GENERAL: Final = QueueId("geral")
"""Where a conversation waits when nothing says otherwise."""

KNOWN: Final = "known"
"""Stands for the digest of a contact who came without one."""

SILENT_KINDS: Final = frozenset({"system"})
"""Kept and shown, but nobody said anything: they open nothing, wait for nothing and open no window."""

CAMPAIGN: Final = "campaign"
NOTICES: Final = frozenset({"protocol", "nudge", "closing"})
"""Automatic texts that may leave while a human owns the conversation: they answer nobody."""


class Awaiting(StrEnum):
    """Whose turn it is, in service."""

    AGENT = "agent"
    CUSTOMER = "customer"
    THIRD_PARTY = "third_party"  # snoozed, with a wake-up


class Sending(StrEnum):
    REQUESTED = "requested"
    STARTED = "started"
    POSTPONED = "postponed"
    UNKNOWN = "unknown"
    ACCEPTED = "accepted"
    FAILED = "failed"


@dataclass(frozen=True)
class Send:
    """One message of ours on its way out."""

    message_id: MessageId
    author: Author
    kind: str
    purpose: str
    episode: int
    period: int
    version: int  # of the conversation when it was requested
    status: Sending = Sending.REQUESTED
    attempt: int = 0
    token: str | None = None
    possibly_twice: bool = False
    since: datetime | None = None  # when the present attempt became unknown
    retry_at: datetime | None = None
    provider_ref: MessageId | None = None
    receipt: Receipt | None = None  # the highest, by rank
    receipts: tuple[tuple[Receipt, datetime, tuple[int, ...]], ...] = ()

    @property
    def done(self) -> bool:
        """Nothing more will be tried: taken, failed, or unknown for good."""
        return (
            self.status is Sending.ACCEPTED
            or self.status is Sending.FAILED
            or (self.status is Sending.UNKNOWN and (self.possibly_twice or self.purpose == CAMPAIGN))
        )

    @property
    def failed(self) -> bool:
        """It did not reach the customer, as far as anybody knows."""
        if self.receipt is None:
            return self.status is Sending.FAILED
        return self.receipt is Receipt.FAILED

    @property
    def human(self) -> bool:
        """A public message of a person: what can stop a response clock."""
        return self.author is Author.AGENT and self.kind != "reaction"


class Stop(NamedTuple):
    """A clock that an answer stopped, as long as the answer may still fail."""

    message_id: MessageId
    since: datetime
    first: bool


class Parked(NamedTuple):
    """A receipt that came before its message's id."""

    provider_ref: MessageId
    receipt: Receipt
    at: datetime
    codes: tuple[int, ...]
    category: str | None


class Wrote(NamedTuple):
    """A customer message: where it stands, and when we heard it."""

    version: int
    at: datetime


class Unanswered(NamedTuple):
    """A customer message nobody has answered: where it stands, and since when it waits."""

    version: int
    since: datetime


CLOSED: Final = "closed"
TRANSFERRED: Final = "transferred"


@dataclass(frozen=True)
class Undo:
    """How it was before somebody closed it or handed it on: they may take that back for some seconds."""

    what: str
    by: str
    at: datetime
    version: int  # where what they did stands
    agent_id: AgentId | None
    queue_id: QueueId | None
    awaiting: Awaiting
    wake_at: datetime | None
    entered_at: datetime | None
    waiting_since: datetime | None
    due_at: datetime | None
    first: bool
    clocks: Clocks


@dataclass(frozen=True)  # without slots: every event makes a new one, by `changed`
class Conversation:
    version: int = 0  # events so far: the version of the stream
    channel_id: ChannelId | None = None
    contact: str | None = None  # keyed digest of what we know of who writes
    card: dict[str, str] = field(default_factory=dict)  # keyed digests of what the desk wrote down, by detail
    contracts: tuple[str, ...] = ()  # linked by hand, by keyed hash

    # the episode and its period
    episode: int = 0  # 0: none yet
    period: int = 0
    stage: Stage = Stage.CLOSED
    opened_at: datetime | None = None
    period_version: int = 0  # where this period began
    protocol: str | None = None  # of this episode
    unnumbered: tuple[int, ...] = ()  # episodes whose protocol number has not come yet
    closed_at: datetime | None = None
    closed_by: str | None = None  # an agent, `automation` or `silence`
    silenced: bool = False  # automation keeps still for this episode
    cancellation: bool = False  # asked for in this episode
    tags: tuple[str, ...] = ()  # of this episode, in the order they were put on
    blocked: bool = False  # whoever writes here is not attended

    # who has it
    agent_id: AgentId | None = None
    last_agent: AgentId | None = None
    awaiting: Awaiting = Awaiting.AGENT
    wake_at: datetime | None = None
    queue_id: QueueId | None = None
    priority: Priority = Priority.NORMAL
    subject: str | None = None
    moved_version: int = 0  # where stage or owner last changed
    moved_by: str | None = None  # and through whom

    # the wait for a human
    entered_at: datetime | None = None  # the queue
    waiting_since: datetime | None = None  # start of the running response clock
    due_at: datetime | None = None
    first: bool = False  # the first answer of this period is still owed
    unanswered: tuple[Unanswered, ...] = ()
    stops: tuple[Stop, ...] = ()
    voided: int | None = None  # where the answer stands whose failure set the running clock going again

    # being offered
    offered_to: AgentId | None = None
    expires_at: datetime | None = None
    tried: tuple[AgentId, ...] = ()  # asked in this round, and did not accept
    restart_at: datetime | None = None  # the round is over
    relaxed: bool = False  # what the queue requires is only preferred
    silent: bool = False  # takes no place of its agent

    # what the customer said
    inbound_at: datetime | None = None  # provider time of the latest: the 24 h window
    wrote_version: int = 0  # where the customer's last message stands
    wrote_at: datetime | None = None  # when we heard it
    wrote_lately: tuple[Wrote, ...] = ()  # those within `INSISTING` of the last one, itself included
    wrote_before: int = 0  # where the newest of all older ones stands
    last_message: MessageId | None = None
    burst_at: datetime | None = None  # when we heard the first message automation has not read yet
    read_through: MessageId | None = None
    understood: str | None = None
    tries: int = 0
    heard: dict[MessageId, int] = field(default_factory=dict)  # id -> version, oldest first

    # what we said
    sends: dict[MessageId, Send] = field(default_factory=dict)  # in the order they were requested
    parked: tuple[Parked, ...] = ()

    # the clocks, as they were set last
    clocks: Clocks = field(default_factory=Clocks)
    clocks_version: int = 0  # where that stands: what was armed for another version is void
    courtesy: Courtesy = field(default_factory=Courtesy)  # for what is said by itself
    undo: Undo | None = None

    @property
    def is_open(self) -> bool:
        return self.stage is not Stage.CLOSED

    @property
    def attended(self) -> bool:
        """Whether an agent of the desk has it; what the device owns, anybody may take."""
        return self.agent_id is not None and self.agent_id != DEVICE

    @property
    def window_ends_at(self) -> datetime | None:
        """Until when free text may be sent, the end included."""
        return None if self.inbound_at is None else self.inbound_at + WINDOW

    def window_open(self, at: datetime) -> bool:
        return self.inbound_at is not None and at <= self.inbound_at + WINDOW

    def moved_since(self, seen_version: int | None) -> bool:
        """Whether stage or owner changed after what someone saw."""
        return seen_version is not None and self.moved_version > seen_version

    def wrote_since(self, seen_version: int | None) -> bool:
        """Whether the customer wrote a message after what someone saw."""
        return seen_version is not None and self.wrote_version > seen_version

    def told_of_all_since(self, seen_version: int | None) -> bool:
        """Whether all of that came so soon after its first message that being told of one is being told of
        all."""
        return seen_version is None or self.wrote_before <= seen_version
