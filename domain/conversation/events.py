"""Everything that can happen to a conversation, in the past tense.

One stream per customer and channel number. Times are UTC; `…_at` without more words is our time, `sent_at`
is the provider's. Provider message ids embed a phone number, so in the clear stands a keyed hash of them
(`message_id` of what a customer wrote, `provider_ref` of what we sent) and the id itself is personal.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType, TypeAlias

from domain.agent.events import AgentId, Inputs
from domain.channel import ChannelId
from domain.conversation.clock_events import (
    Breached,
    ClocksSet,
    Escalated,
    EscalationAcknowledged,
    NoAnswerNeeded,
    StopVoided,
    Warned,
)
from domain.conversation.contact_events import ContactEdited, ContractLinked, ContractUnlinked
from domain.conversation.courtesy_events import (
    ConsentGiven,
    ConsentWithdrawn,
    EstimateMissed,
    EstimateTold,
    HoursTold,
    PositionTold,
    Rated,
    RatingAlerted,
    RatingCommented,
    SatisfactionAsked,
    ScheduleCancelled,
    ScheduleDropped,
    ScheduleSent,
    SendScheduled,
)
from domain.conversation.labels import ContactBlocked, ContactUnblocked, Tagged, Untagged
from domain.conversation.oversight_events import ListenedTo
from domain.conversation.undoing_events import Undone
from domain.privacy import Content, ContentData, Identity, Open, SubjectId, told
from domain.queue import Priority, QueueId

ConversationId = NewType("ConversationId", str)
MessageId = NewType("MessageId", str)  # customer's: keyed hash of the provider's id; ours: a UUID


class Opener(StrEnum):
    CUSTOMER = "customer"
    AGENT = "agent"
    DEVICE = "device"  # an echo from the phone in the shop
    CALL = "call"


class Stage(StrEnum):
    AUTOMATION = "automation"
    WAITING = "waiting"
    IN_SERVICE = "in_service"
    CLOSED = "closed"


class Author(StrEnum):
    """Whose words leave."""

    AGENT = "agent"
    AUTOMATION = "automation"


class Receipt(StrEnum):
    """What the provider says became of our message, by rank."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    PLAYED = "played"
    FAILED = "failed"


# ── episodes ─────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Opened:
    """A new episode: one demand, one protocol number (which follows as an event of its own).

    Opened by an agent or from the phone it is theirs at once, waits on the customer, and has no clock for
    a first response; no `Assigned` follows.
    """

    episode: int  # 1, 2, 3 …
    channel_id: ChannelId
    opened_by: Opener
    opened_at: datetime
    stage: Stage
    agent_id: AgentId | None = None  # who opened it, when an agent did


@dataclass(frozen=True, slots=True)
class ProtocolGiven:
    episode: int
    number: Open  # year + 10 digits
    given_at: datetime


@dataclass(frozen=True, slots=True)
class ContactKnown:
    """What the provider told us of who writes; only when something in it is new.

    `digest` is a keyed hash of all of it, computed at the door, so that our memory can tell new from known
    without holding anybody's words.
    """

    wa_id: Identity | None = None
    phone: Identity | None = None  # canonical digits
    user_id: Identity | None = None  # business-scoped
    parent_user_id: Identity | None = None
    name: Identity | None = None
    digest: Open | None = None


@dataclass(frozen=True, slots=True)
class Closed:
    episode: int
    reason: Open  # code of the two-level tree, such as `technical/solved`; `silence`, `quiet`
    outcome: Content | None  # one line
    closed_by: Open  # an agent id, `automation` or `silence`
    closed_at: datetime
    agent_id: AgentId | None = None  # who had it


@dataclass(frozen=True, slots=True)
class Reopened:
    """A new period of the same episode. With an agent and no `Assigned` after it: the agent did it."""

    episode: int
    period: int  # 2, 3 …
    stage: Stage
    reopened_at: datetime
    agent_id: AgentId | None = None


# ── heard ────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class MessageReceived:
    message_id: MessageId
    provider_id: Identity
    kind: Open  # text, image, audio, list_reply, location, unsupported …
    text: Content | None
    content: ContentData  # what else this kind carries, as the parser named it
    sent_at: datetime
    received_at: datetime
    reply_to: MessageId | None = None
    late: bool = False  # more than 10 min old on arrival: clocks from arrival, no menu
    thanks: bool = False  # nothing but a thank you: starts no clock, reopens nothing
    forwarded: bool = False
    echo: bool = False  # written by us on the phone or another console
    due_at: datetime | None = None  # in service: this message started a response clock, due then

    @property
    def words(self) -> str | None:
        """What it says: its text, else the words under its picture or file."""
        caption = told(self.content, "caption")
        return self.text if self.text is not None or not isinstance(caption, str) else caption


@dataclass(frozen=True, slots=True)
class MessageEdited:
    message_id: MessageId
    kind: Open
    text: Content | None
    edited_at: datetime
    heard_as: MessageId | None = None  # the message that said so: heard once, as any other


@dataclass(frozen=True, slots=True)
class MessageDeleted:
    message_id: MessageId
    deleted_at: datetime
    heard_as: MessageId | None = None


@dataclass(frozen=True, slots=True)
class Reacted:
    """A reaction by the customer (`agent_id` None) or by us. No emoji: it was taken back."""

    message_id: MessageId
    emoji: Content | None
    reacted_at: datetime
    agent_id: AgentId | None = None
    heard_as: MessageId | None = None


@dataclass(frozen=True, slots=True)
class CallHeard:
    call_id: MessageId
    call_event: Open
    direction: Open
    heard_at: datetime
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NumberChanged:
    wa_id: Identity | None
    changed_at: datetime
    heard_as: MessageId | None = None


@dataclass(frozen=True, slots=True)
class MediaStored:
    """The file is ours now. `key` names it in the object store."""

    message_id: MessageId
    key: Open
    size: int  # bytes
    sha256: Open  # hex
    mime: Open


@dataclass(frozen=True, slots=True)
class MediaLost:
    """The provider would not give the file; the message stays, with a placeholder."""

    message_id: MessageId
    reason: Open


# ── waiting and service ──────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class EnteredWaiting:
    """In a queue, always with a clock. Said again while it waits, it replaces what was said before."""

    queue_id: QueueId
    priority: Priority
    reason: Open  # handoff reason code: `subject`, `asked_for_person`, `silence`, `returned`, `reopened` …
    subject: Open | None
    entered_at: datetime
    due_at: datetime  # first or next human answer
    first: bool  # nobody has answered in this period yet
    waiting_since: datetime | None = None  # start of the clock, when it is not the entry


@dataclass(frozen=True, slots=True)
class Assigned:
    agent_id: AgentId
    how: Open  # claimed, taken (from another agent), assigned, accepted, pulled, transferred, reopened
    assigned_at: datetime
    due_at: datetime | None = None  # a first-response clock starts with it (not out of a queue), due then
    reason: Content | None = None  # by hand above capacity, there is one
    over_capacity: bool = False
    passed_over: int = 0  # how many came before it in the order, when it was chosen by hand


@dataclass(frozen=True, slots=True)
class Released:
    """The agent gave it back; `EnteredWaiting` follows in the same breath."""

    agent_id: AgentId
    reason: Open
    note: Content | None
    released_at: datetime
    by: Open | None = None  # who did it, when not the agent


@dataclass(frozen=True, slots=True)
class Transferred:
    """To an agent (`Assigned` follows) or to a queue (`EnteredWaiting` follows)."""

    from_agent: AgentId | None
    to_agent: AgentId | None
    to_queue: QueueId | None
    reason: Content | None
    transferred_at: datetime
    by: Open | None = None  # who did it, when not who had it


@dataclass(frozen=True, slots=True)
class PriorityChanged:
    priority: Priority
    reason: Content | None
    by: Open
    changed_at: datetime
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Snoozed:
    """Waiting on a third party, until a customer message or the wake-up time (at most 5 days)."""

    reason: Content | None
    until: datetime
    snoozed_at: datetime


@dataclass(frozen=True, slots=True)
class Woke:
    woke_at: datetime


@dataclass(frozen=True, slots=True)
class NoteAdded:
    note_id: MessageId
    agent_id: AgentId
    text: Content
    added_at: datetime
    whispered_to: AgentId | None = None  # a supervisor's word to who attends


@dataclass(frozen=True, slots=True)
class CancellationRequested:
    """Law: it counts from this moment, before any identification and any human."""

    requested_at: datetime


# ── routing ──────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Offered:
    """An agent is asked; it waits as before, its clock runs. `why`: what the choice looked at."""

    agent_id: AgentId
    offered_at: datetime
    expires_at: datetime
    why: Inputs | None = None


@dataclass(frozen=True, slots=True)
class OfferAccepted:
    """`Assigned` follows in the same breath."""

    agent_id: AgentId
    accepted_at: datetime


@dataclass(frozen=True, slots=True)
class OfferDeclined:
    agent_id: AgentId
    reason: Content | None
    declined_at: datetime


@dataclass(frozen=True, slots=True)
class OfferExpired:
    agent_id: AgentId
    expired_at: datetime


@dataclass(frozen=True, slots=True)
class OfferWithdrawn:
    """Ended by something else than its agent. `reason`: `claimed`, `transferred`, `closed`, `paused` …"""

    agent_id: AgentId
    reason: Open
    withdrawn_at: datetime


@dataclass(frozen=True, slots=True)
class RoundEnded:
    """Everybody who could take it now was asked: the supervisor is told, and a new round begins then. `told`:
    the supervisors of its queue, by the policy in force."""

    asked: tuple[AgentId, ...]
    restart_at: datetime
    ended_at: datetime
    told: tuple[Open, ...] = ()
    queue_id: QueueId | None = None


@dataclass(frozen=True, slots=True)
class RoundRestarted:
    restarted_at: datetime


@dataclass(frozen=True, slots=True)
class SkillsRelaxed:
    """It waited so long that what its queue requires is only preferred."""

    relaxed_at: datetime


@dataclass(frozen=True, slots=True)
class Ripened:
    """What kept it from being offered is over: a transfer that may be undone, a wait for the last agent."""

    reason: Open
    ripened_at: datetime


@dataclass(frozen=True, slots=True)
class FellSilent:
    """The customer owes the answer for so long, or a third party has it: it takes no place of its agent."""

    agent_id: AgentId
    silent_at: datetime


@dataclass(frozen=True, slots=True)
class Stirred:
    """It was silent, and is its agent's to answer again."""

    agent_id: AgentId
    stirred_at: datetime


# ── the first line ───────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class BurstRead:
    """Automation read everything the customer had written up to `through`, and what it made of it."""

    through: MessageId
    understood: Open  # a subject code, `person`, `greeting`, `back`, `cancel`, `media`, `nothing`
    tries: int  # failed tries so far in this episode
    read_at: datetime


@dataclass(frozen=True, slots=True)
class AutomationSilenced:
    """A human wrote from the phone: automation keeps still for this episode."""

    episode: int


# ── sending ──────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class SendRequested:
    message_id: MessageId
    author: Author
    agent_id: AgentId | None
    kind: Open  # text, image, …, template, buttons, list, reaction
    content: ContentData  # by kind: text, media key, template name and variables, rows …
    purpose: Open  # `reply`, `greeting`, `protocol`, `menu`, `handoff`, `cancellation`, `closing` …
    reply_to: MessageId | None
    requested_at: datetime
    anyway: bool = False  # the customer had written in between; the agent said: send it all the same


@dataclass(frozen=True, slots=True)
class SendStarted:
    message_id: MessageId
    attempt: int  # 1, 2 …
    token: Open  # whoever holds it may call the provider, nobody else
    started_at: datetime
    possibly_twice: bool = False  # an earlier attempt ended unknown


@dataclass(frozen=True, slots=True)
class SendAccepted:
    """The provider took it. `waited` = seconds the customer had been waiting for a human, if this ended it;
    `due_at` = the next answer, if the customer had written again before the provider took it."""

    message_id: MessageId
    attempt: int
    provider_ref: MessageId | None
    provider_id: Identity | None
    wa_id: Identity | None
    accepted_at: datetime
    first_answer: bool = False  # the first human answer of this period
    waited: float | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SendUnknown:
    """The call ended without an answer: only a status with our id settles it."""

    message_id: MessageId
    attempt: int
    unknown_at: datetime


@dataclass(frozen=True, slots=True)
class SendPostponed:
    """It certainly did not leave, and may be tried again from `retry_at`, as the next attempt."""

    message_id: MessageId
    attempt: int
    code: int | None
    retry_at: datetime


@dataclass(frozen=True, slots=True)
class SendFailed:
    """It will not leave any more."""

    message_id: MessageId
    attempt: int
    code: int | None
    failed_at: datetime


@dataclass(frozen=True, slots=True)
class ReceiptHeard:
    """The provider's word on our message. All are kept; the state folds them by rank."""

    message_id: MessageId
    receipt: Receipt
    at: datetime  # provider time
    codes: tuple[int, ...] = ()
    category: Open | None = None  # pricing category


@dataclass(frozen=True, slots=True)
class ReceiptParked:
    """It came before we knew the provider's id of any message of ours; attached later."""

    provider_ref: MessageId
    receipt: Receipt
    at: datetime
    codes: tuple[int, ...] = ()
    category: Open | None = None


@dataclass(frozen=True, slots=True)
class AnswerVoided:
    """The message that had stopped a clock failed, and no later one succeeded: the clock runs again from its
    original start."""

    message_id: MessageId
    waiting_since: datetime
    due_at: datetime
    first: bool
    voided_at: datetime


@dataclass(frozen=True, slots=True)
class AnswerArrived:
    """An answer given up as failed reached the customer after all, while the clock it had stopped ran again:
    it stops it once more. `due_at` = the next answer, if the customer had written again."""

    message_id: MessageId
    arrived_at: datetime
    first_answer: bool = False
    due_at: datetime | None = None


# ── forgetting ───────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class SubjectForgotten:
    """Whoever spoke here until now is to be forgotten: their keys are destroyed after this, and what is said
    from here on is sealed under another subject's."""

    subject_id: SubjectId
    article: Open  # of the law it rests on
    protocol: Open | None  # of the request, as the deployment numbers them
    forgotten_at: datetime


Event: TypeAlias = (
    Opened
    | ProtocolGiven
    | ContactKnown
    | Closed
    | Reopened
    | MessageReceived
    | MessageEdited
    | MessageDeleted
    | Reacted
    | CallHeard
    | NumberChanged
    | MediaStored
    | MediaLost
    | EnteredWaiting
    | Assigned
    | Released
    | Transferred
    | PriorityChanged
    | Snoozed
    | Woke
    | NoteAdded
    | CancellationRequested
    | Offered
    | OfferAccepted
    | OfferDeclined
    | OfferExpired
    | OfferWithdrawn
    | RoundEnded
    | RoundRestarted
    | SkillsRelaxed
    | Ripened
    | FellSilent
    | Stirred
    | BurstRead
    | AutomationSilenced
    | SendRequested
    | SendStarted
    | SendAccepted
    | SendUnknown
    | SendPostponed
    | SendFailed
    | ReceiptHeard
    | ReceiptParked
    | AnswerVoided
    | AnswerArrived
    | SubjectForgotten
    | Tagged
    | Untagged
    | ContactBlocked
    | ContactUnblocked
    | ContactEdited
    | ContractLinked
    | ContractUnlinked
    | ListenedTo
    | Undone
    | Breached
    | ClocksSet
    | Escalated
    | EscalationAcknowledged
    | NoAnswerNeeded
    | StopVoided
    | Warned
    | ConsentGiven
    | ConsentWithdrawn
    | EstimateMissed
    | EstimateTold
    | HoursTold
    | PositionTold
    | Rated
    | RatingAlerted
    | RatingCommented
    | SatisfactionAsked
    | ScheduleCancelled
    | ScheduleDropped
    | ScheduleSent
    | SendScheduled
)
