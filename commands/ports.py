"""What processes and doors may touch, named for what it means in here."""

from __future__ import annotations

from collections.abc import Awaitable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from commands.intention import Command
from domain.channel import ChannelId
from domain.conversation import ConversationId, MessageId, Sending
from domain.firstline import Due, Heard
from domain.journal import Position
from domain.queue import QueueId


class Clock(Protocol):
    """The time, UTC, with its zone."""

    def now(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Accepted:
    """The log holds what the command led to. `position` is the last event's, or where the stream's
    partition stood when there was nothing to record; `events` are stored names, in order."""

    position: Position
    events: tuple[str, ...]
    repeated: bool = False  # this id had been decided before; this is the first answer again
    source: str = ""  # what caused the command that was decided (to notice a key used twice)


@dataclass(frozen=True, slots=True)
class Denied:
    """The domain said no, and the log says so. `rule` is the name of the refusal."""

    rule: str
    fields: dict[str, Any]
    position: Position
    repeated: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class Broken:
    """The handler raised something that is not a refusal; the log says which exception, and nothing else."""

    error: str
    position: Position
    repeated: bool = False
    source: str = ""


Decision = Accepted | Denied | Broken


class Busy(Exception):
    """Too much is waiting already; come back later. Nothing was written."""


class Unavailable(Exception):
    """What must be durable cannot be made so now. Whether it was written is unknown: ask again, same id."""


class Inbox(Protocol):
    """Where commands go in. Accepted means durable; decided means the log holds the outcome.

    Embedded, accepted means decided. On Kafka a command is accepted when the commands topic has it.
    """

    def accept(self, command: Command) -> Awaitable[Decision | None]:
        """Return when the command is durable: with the decision where there is one already. Raises Busy or
        Unavailable."""
        ...

    def submit(self, command: Command) -> Awaitable[Decision]:
        """Return when the command is decided. Raises Busy or Unavailable."""
        ...

    def submit_all(self, commands: Sequence[Command]) -> Awaitable[list[Decision]]:
        """Decide in the order given (per partition); answers in the same order."""
        ...


# ── the first line ───────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class DueBurst:
    """A conversation automation must look at now, as far as is known. `messages` is what it has not read,
    oldest first, empty unless `due` is BURST or BREACH: `text` is the words or the caption, `reply_id` the
    tapped line's."""

    conversation_id: ConversationId
    episode: int
    due: Due
    armed: int  # the version of the stream at the row's last change: it names the wish
    through: MessageId | None  # the newest customer message, read or not
    messages: tuple[Heard, ...]
    correlation: str  # the thread of the event that changed the row last
    name: str | None = None  # as WhatsApp knows the customer
    queue_id: QueueId | None = None  # the channel's default queue (`channel.Connected`), and its name
    queue: str | None = None
    notices: tuple[str, ...] = ()  # of this queue and those the first line leads to, while they hold


class FirstLine(Protocol):
    """What automation has to do, from a row per conversation (`first_line`) that folds:

    - channel, episode: `Opened` starts everything below anew, `Reopened` all but what concerns the number;
    - `automated`: stage AUTOMATION by `Opened` or `Reopened`, until `EnteredWaiting`, `Assigned`, `Closed` or
      `AutomationSilenced`;
    - name: `ContactKnown.name`;
    - `through`: the last `MessageReceived` that is no echo, whatever the stage;
    - the unread messages, `unread_from`, `unread_to`, `tapped`: `MessageReceived` while automated, no echo
      (kind; text, else `content["caption"]`; `content["reply_id"]`; `received_at`), with the words of a
      `MessageEdited`, emptied by `BurstRead`;
    - `breached`: `Breached` of the clock of automation, while in that stage;
    - `read_at`, `said_something`: `BurstRead`; something was said if ever `understood` was neither `greeting`
      nor `thanks`;
    - `numbered`: `ProtocolGiven` of this episode;
    - `number_owed`: an automatic `SendRequested` whose purpose ends in `.unnumbered` sets it, one of
      `speech.NUMBERED` clears it for the whole episode, also when it came first;
    - armed, correlation: version and thread of the event that changed the row last.

    A row goes when the episode is closed, and may go once it is not automated and owes no number.
    `domain.firstline.due(Standing(…), settings, at)` says what is due: the reference for whoever says it in
    SQL.
    """

    def due(self, at: datetime) -> Awaitable[list[DueBurst]]:
        """Everything due at that time, the longest due first; at most a few hundred at once."""
        ...


@dataclass(frozen=True, slots=True)
class Snooze:
    """A conversation that waits on a third party, and until when."""

    conversation_id: ConversationId
    wake_at: datetime


class Snoozes(Protocol):
    def due(self, at: datetime) -> Awaitable[list[Snooze]]:
        """Those that should wake by then, the earliest first; at most a few hundred at once."""
        ...


@dataclass(frozen=True, slots=True)
class Deadline:
    """A conversation whose clocks have something to say, and the version they were set at."""

    conversation_id: ConversationId
    armed: int


class Deadlines(Protocol):
    def due(self, at: datetime) -> Awaitable[list[Deadline]]:
        """Those due by then, however long ago, the longest due first; at most a thousand at once."""
        ...

    def open_after(self, conversation_id: ConversationId, limit: int) -> Awaitable[list[ConversationId]]:
        """Open conversations behind that one, by id."""
        ...


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something somebody outside the desk shall know: words for people, and the same as data. Nothing in it
    is a customer's. `key` is the same however often it is told."""

    key: str
    subject: str
    text: str
    data: dict[str, str | int | None]


class Alarms(Protocol):
    def tell(self, recipient: str, alarm: Alarm) -> Awaitable[bool]:
        """By all channels that are known of a recipient; whether one of them took it. Tries for some seconds,
        and raises nothing when nobody is there to take it."""
        ...


# ── leaving the house ────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Ready:
    """The oldest unfinished send of a conversation (the head of `outgoing`). Exactly one of `to` (wa_id, else
    phone) and `recipient` (business-scoped id) is there, or none when nobody knows where to send.

    `reply_to`, and `target` in the content of a reaction, are the provider's own ids, looked up; a file of
    ours stands in the content as {key, mime, filename?} instead of `media_id` or `link`.
    """

    conversation_id: ConversationId
    channel_id: ChannelId
    message_id: MessageId
    kind: str
    content: dict[str, Any]
    purpose: str
    status: Sending  # requested, started, postponed or unknown
    attempt: int  # the last one that was started, 0 if none
    since: datetime | None = None  # when it started or became unknown
    to: str | None = None
    recipient: str | None = None
    reply_to: str | None = None
    correlation: str = ""


class Outgoing(Protocol):
    def ready(self, at: datetime, limit: int, without: Collection[ChannelId] = ()) -> Awaitable[list[Ready]]:
        """Heads that may be tried now: requested, postponed or unknown with `ready_at` not after `at`, the
        longest ready first, none of the channels `without`. What is unknown for good (tried twice, a
        campaign's) is nobody's head."""
        ...

    def abandoned(self, before: datetime, limit: int) -> Awaitable[list[Ready]]:
        """Heads whose attempt started before then and has no outcome yet."""
        ...


class Names(Protocol):
    """Keyed hashes in place of what could reveal a person."""

    def message_ref(self, channel_id: str, provider_id: str) -> MessageId:
        """What stands in the clear for a provider's message id: the same for what the webhooks tell."""
        ...

    def recipient_ref(self, channel_id: str, address: str) -> str:
        """What pacing knows a customer by."""
        ...


class Correspondence(Protocol):
    """Who writes where. None: not known yet, because what is read follows the log at a distance."""

    def channel_of(self, conversation_id: ConversationId) -> Awaitable[ChannelId | None]: ...

    def provider_id_of(
        self, conversation_id: ConversationId, message_id: MessageId
    ) -> Awaitable[str | None]: ...
