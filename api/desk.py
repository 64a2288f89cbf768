"""What the doors stand in front of: everything they may ask or hand something to, and nothing behind it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Protocol, TypeVar

from api.live_ports import Rows
from api.taken import Taken
from commands.door_ports import (
    Addresses,
    Drafts,
    Histories,
    Outcomes,
    RawBodies,
    ReadReceipts,
    Tokens,
    Uploads,
    WebhookDoor,
)
from commands.floor_ports import Presence
from commands.live_ports import Wire
from commands.people_ports import People
from commands.ports import Clock, Inbox
from commands.whatsapp_port import ObjectStore
from domain.agent import AgentId
from domain.channel import ChannelId
from domain.chat import RoomId
from domain.conversation import ConversationId, MessageId, Stage
from domain.delivery import DeliveryId
from domain.journal import Position
from domain.queue import Priority, QueueId
from domain.user import UserId
from projections import (
    agents,
    canned,
    channels,
    chat_messages,
    chat_rooms,
    deadlines,
    deliveries,
    episodes,
    inbox,
    queues,
    ratings,
    rules,
    scheduled,
    stints,
    templates,
    transcript,
    users,
)
from projections.wallboard import Wallboard

T_co = TypeVar("T_co", covariant=True)


class Page(Protocol[T_co]):
    """Some rows in order; the cursors lead on from here, None where that side has ended."""

    @property
    def rows(self) -> Sequence[T_co]: ...
    @property
    def next(self) -> str | None: ...
    @property
    def previous(self) -> str | None: ...


class Told(Protocol):
    """A conversation with all its episodes, the latest first."""

    @property
    def row(self) -> inbox.Row: ...
    @property
    def episodes(self) -> tuple[episodes.Row, ...]: ...


@dataclass(frozen=True, slots=True)
class Reach:
    """What stands in these queues, or is (of what is closed: was last) this agent's."""

    queues: frozenset[QueueId]
    agent_id: AgentId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """Which conversations are asked for; None asks for any. Without a stage: the open ones, or all of a
    protocol number."""

    stage: Stage | None = None
    queue_id: QueueId | None = None
    agent_id: AgentId | None = None
    channel_id: ChannelId | None = None
    priority: Priority | None = None
    protocol: str | None = None
    tag: str | None = None
    reach: Reach | None = None  # None: everywhere


@dataclass(frozen=True, slots=True, kw_only=True)
class WhichRatings:
    """Which answers are asked for; None asks for any."""

    queue_id: QueueId | None = None
    agent_id: AgentId | None = None
    alerted: bool | None = None  # a supervisor was told
    reach: Reach | None = None  # None: everywhere
    limit: int = 100


class Reads(Protocol):
    """The questions, answered from the views. All raise Unavailable when the database is away, and those with
    a cursor ValueError for one they never gave."""

    def conversations(
        self, which: Which, at: datetime, *, limit: int, after: str | None
    ) -> Awaitable[Page[inbox.Row]]:
        """A page in the one order as of `at`; later pages keep the instant of the first."""
        ...

    def conversation(self, conversation_id: ConversationId) -> Awaitable[Told | None]: ...

    def by_ids(self, ids: Sequence[ConversationId], *, limit: int) -> Awaitable[Sequence[inbox.Row]]:
        """Those of these that there are, the last active first; so the other two."""
        ...

    def by_protocol(self, protocol: str, *, limit: int) -> Awaitable[Sequence[inbox.Row]]:
        """By the number of any of their episodes."""
        ...

    def by_name(self, names: Sequence[str], *, limit: int) -> Awaitable[Sequence[inbox.Row]]:
        """Those whose names and contracts have words that begin with all the words of one of these, whatever
        the accents."""
        ...

    def counts(self, agent_id: AgentId | None, at: datetime, reach: Reach | None) -> Awaitable[inbox.Counts]:
        """How many stand in each list, of what is within reach; `agent_id` is whose are `mine`."""
        ...

    def lines(
        self, conversation_id: ConversationId, ids: Sequence[MessageId]
    ) -> Awaitable[Sequence[transcript.Row]]:
        """Those of these lines that there are."""
        ...

    def clocks(self, conversation_id: ConversationId) -> Awaitable[deadlines.Row | None]: ...

    def rules(self) -> Awaitable[Sequence[rules.Row]]:
        """The policy and the calendars in force."""
        ...

    def transcript(
        self, conversation_id: ConversationId, *, limit: int, at: str | None, by: datetime | None = None
    ) -> Awaitable[Page[transcript.Row]]:
        """A page of lines in order; without a cursor the latest ones, or the latest by an instant."""
        ...

    def stood(
        self, queue_id: QueueId, moment: datetime, *, limit: int, after: str | None
    ) -> Awaitable[Page[stints.Row]]:
        """What a queue had at a moment: what waited before what was attended, the longest first."""
        ...

    def tally(self, queue_id: QueueId, moment: datetime) -> Awaitable[stints.Tally]: ...

    def depths(
        self, queue_id: QueueId, start: datetime, until: datetime, step: timedelta
    ) -> Awaitable[Sequence[stints.Depth]]:
        """How many a queue had at `start`, and wherever a look each `step` up to `until` finds others."""
        ...

    def stints(
        self, conversation_id: ConversationId, *, limit: int, after: str | None
    ) -> Awaitable[Page[stints.Row]]:
        """In order."""
        ...

    def media_type(self, key: str) -> Awaitable[str | None]:
        """The declared type of a file that some conversation holds; None when none does."""
        ...

    def holders(self, key: str) -> Awaitable[Sequence[inbox.Row]]:
        """The conversations that hold a file; the first hundred."""
        ...

    def user(self, user_id: UserId) -> Awaitable[users.Row | None]: ...

    def users(self) -> Awaitable[Sequence[users.Row]]: ...

    def rooms(
        self, agent_id: AgentId, queues: Collection[QueueId] | None
    ) -> Awaitable[Sequence[chat_rooms.Row]]:
        """The rooms of these queues (None: of every queue), and those of this agent with others; the last
        said first."""
        ...

    def room(self, room_id: RoomId) -> Awaitable[chat_rooms.Row | None]: ...

    def said(
        self, room_id: RoomId, *, limit: int, before: int | None
    ) -> Awaitable[Sequence[chat_messages.Row]]:
        """The last of what was said, or of what was said before a number; in order."""
        ...

    def delivery(self, delivery_id: DeliveryId) -> Awaitable[deliveries.Row | None]: ...

    def queues(self) -> Awaitable[Sequence[queues.Row]]: ...

    def agent(self, agent_id: AgentId) -> Awaitable[agents.Row | None]: ...

    def agents(self) -> Awaitable[Sequence[agents.Row]]: ...

    def canned(self) -> Awaitable[Sequence[canned.Row]]: ...

    def channels(self) -> Awaitable[Sequence[channels.Row]]: ...

    def ratings(self, which: WhichRatings) -> Awaitable[Sequence[ratings.Row]]:
        """The newest answer first."""
        ...

    def scheduled(self, conversation_id: ConversationId) -> Awaitable[Sequence[scheduled.Row]]:
        """What is or was to leave later, by its time."""
        ...

    def templates(self, channel_id: ChannelId) -> Awaitable[Sequence[templates.Row]]:
        """What the provider has of this number, by name."""
        ...

    def wallboard(self, at: datetime) -> Awaitable[Wallboard]:
        """Every queue and every agent, as they stand."""
        ...

    def active(self) -> Awaitable[Mapping[tuple[Stage, Priority], int]]:
        """How many conversations are open."""
        ...

    def wait_for(self, views: Collection[str], position: Position, timeout: float) -> Awaitable[bool]:
        """Whether all these views have folded everything up to a position within so many seconds."""
        ...


Probe = Callable[[], Awaitable[str | None]]
"""Why something is not ready, in words that are nobody's; None when it is."""


@dataclass(frozen=True)
class Desk:
    """One field per port; `probes` are asked for readiness, by the name of the component."""

    inbox: Inbox
    clock: Clock
    reads: Reads
    outcomes: Outcomes
    histories: Histories
    tokens: Tokens
    webhooks: WebhookDoor
    raw_bodies: RawBodies
    addresses: Addresses
    objects: ObjectStore
    read_receipts: ReadReceipts
    drafts: Drafts
    uploads: Uploads
    people: People
    presence: Presence
    source_key: bytes  # of the digests that tell the same wish, or the same words, from others
    meaning: Callable[[int], str]  # what a provider's code means, as a sentence for agents; total
    live_rows: Rows
    wire: Wire | None = None  # None: changes are looked for, and nobody hears of them sooner
    free_days: Callable[[Iterable[int], str | None], Iterable[date]] = lambda _years, _state: ()
    taken: Taken = field(default_factory=Taken)
    probes: Mapping[str, Probe] = field(default_factory=dict)
    dispensable: frozenset[str] = frozenset()  # components without which work goes on: told, and still ready
