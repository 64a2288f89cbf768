"""What people get to see."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.permissions import Mask, Scope
from commands.door_ports import Role
from domain.conversation import Awaiting, Opener, Stage
from domain.presence import Availability
from domain.queue import TARGETS, Priority
from domain.queueing import Mode, OfflinePolicy, Strategy
from projections import agents, channels, deliveries, episodes, inbox, queues, transcript
from projections.answer import columns

QUOTED: Final = 200
"""Signs of what was said that are told again where it is answered."""


class View(BaseModel):
    model_config = ConfigDict(from_attributes=True, frozen=True)


class Decided(View):
    """It is history now."""

    command_id: UUID
    position: str = Field(description="`partition:ordinal`, also in the header `Position`")
    changed: bool = Field(description="false: the world already agreed, nothing was recorded")
    repeated: bool = Field(description="true: this was decided before, under the same key")
    conversation_id: str | None = None
    line_id: str | None = Field(None, description="The line of the transcript this will be")
    room_id: str | None = None
    contract_id: str | None = None


class Outcome(View):
    """What came of one of many. `rule` and `detail` say why not, as a problem would."""

    conversation_id: str
    done: bool
    rule: str | None = None
    detail: str | None = None


class Outcomes(View):
    items: list[Outcome]


class Undecided(View):
    """It was not decided in time. Ask at `Location`, or send the same again with the same key."""

    command_id: UUID


class Command(View):
    """What became of a command."""

    command_id: UUID
    outcome: Literal["accepted", "refused", "broken"]
    position: str
    changed: bool = False
    rule: str | None = None
    detail: str | None = None
    fields: dict[str, Any] | None = None


class Contract(View):
    """Linked by hand."""

    contract_id: str = Field(description="Computed from its number and this conversation; it tells neither")
    number: Annotated[str, Mask.NAME]
    label: Annotated[str | None, Mask.NAME]
    by: str = Field(description="The agent who linked it")
    linked_at: datetime


class Contact(View):
    name: Annotated[str | None, Mask.NAME] = Field(
        description="What the desk calls them: the name it gave them, else their own"
    )
    profile_name: Annotated[str | None, Mask.NAME] = Field(description="Their own, as WhatsApp tells it")
    phone: Annotated[str | None, Mask.PHONE]
    second_phone: Annotated[str | None, Mask.PHONE] = None
    email: Annotated[str | None, Mask.PHONE] = None
    document: Annotated[str | None, Mask.NAME] = Field(None, description="Masked, whoever asks")
    remark: Annotated[str | None, Mask.CONTENT] = None
    contracts: list[Contract] = Field(default_factory=list)


class Conversation(View):
    """A conversation as the agent's list shows it."""

    conversation_id: str
    version: int = Field(description="What you saw; goes back as `If-Match`")
    channel_id: str | None
    episode: int
    period: int
    stage: Stage
    awaiting: Awaiting | None = Field(description="In service: whose turn it is")
    agent_id: str | None
    last_agent_id: str | None
    offered_to: str | None = Field(None, description="While it waits: who is being asked")
    offer_expires_at: datetime | None = None
    silent: bool = Field(False, description="In service: takes no place of its agent")
    queue_id: str | None
    priority: Priority
    subject: str | None
    reason: str | None = Field(description="Why it waits")
    protocol: str | None
    contact: Contact
    opened_at: datetime | None
    entered_at: datetime | None = Field(description="When it entered the queue")
    waiting_since: datetime | None = Field(description="Start of the running clock")
    due_at: datetime | None = Field(description="When a human answer is due")
    first: bool = Field(description="The first answer of this period is still owed")
    answered_at: datetime | None
    unanswered_since: datetime | None
    activity_at: datetime | None
    unread: int
    last_kind: str | None
    last_side: str | None
    last_preview: Annotated[str | None, Mask.CONTENT]
    last_at: datetime | None
    window_until: datetime | None = Field(description="Free text may be sent so long")
    wake_at: datetime | None
    cancellation_at: datetime | None
    silenced: bool
    tags: list[str] = Field(description="Of this demand")
    blocked: bool = Field(description="Whoever writes here is not attended: it is kept, and opens nothing")
    closed_at: datetime | None
    closed_by: str | None
    closed_reason: str | None
    breached: bool = Field(description="The running clock ran out, as history says")
    manager_at: datetime | None = Field(description="When the manager is told of the wait that runs")


class Episode(View):
    episode: int
    opened_by: Opener
    opened_at: datetime
    protocol: str | None
    protocol_at: datetime | None
    periods: int
    closed_at: datetime | None
    closed_by: str | None
    reason: str | None
    outcome: Annotated[str | None, Mask.CONTENT]


class ConversationWithEpisodes(Conversation):
    episodes: list[Episode]


class Conversations(View):
    items: list[Conversation]
    next: str | None = Field(description="Goes back as `cursor`; null on the last page")


class Counts(View):
    automation: int
    waiting: int
    waiting_late: int = Field(description="Of those, past their due time")
    in_service: int
    mine: int = Field(description="In service with whoever asks")
    closed_lately: int = Field(description="In the last 24 hours")
    queues: dict[str, int] = Field(description="Waiting, by queue")


class Found(View):
    items: list[Conversation] = Field(description="The last active first")


class Media(View):
    state: transcript.File
    key: str | None = None
    url: str | None = None
    size: int | None = None
    mime: str | None = None
    sha256: str | None = None
    lost: str | None = None


class Failure(View):
    """Why a message did not arrive: a sentence, and the provider's code for the details."""

    code: int
    sentence: str


class Quoted(View):
    """The beginning of what a message answers."""

    line_id: str
    kind: str
    side: transcript.Side | None
    agent_id: str | None
    text: Annotated[str | None, Mask.CONTENT]
    deleted_at: datetime | None


class TranscriptLine(View):
    """A line of a transcript: a message, a call, a note, or a turn of the conversation."""

    line_id: str
    place: int
    line: transcript.Line
    kind: str
    at: datetime
    side: transcript.Side | None
    agent_id: str | None
    text: Annotated[str | None, Mask.CONTENT]
    content: Annotated[dict[str, Any] | None, Mask.CONTENT]
    purpose: str | None
    sent_at: datetime | None
    reply_to: str | None
    quoted: Quoted | None = Field(description="What `reply_to` is, as far as we know it")
    late: bool
    thanks: bool
    forwarded: bool
    edited_at: datetime | None
    original: Annotated[str | None, Mask.CONTENT]
    deleted_at: datetime | None
    reactions: Annotated[dict[str, Any] | None, Mask.CONTENT]
    media: Annotated[Media | None, Mask.CONTENT]
    status: transcript.Status | None
    status_at: datetime | None
    failures: list[Failure]
    attempt: int
    possibly_twice: bool
    retry_at: datetime | None
    category: str | None


class Transcript(View):
    items: list[TranscriptLine] = Field(description="In the order in which they were said")
    previous: str | None = Field(description="Leads to what was said before; null at the beginning")
    next: str | None = Field(description="Leads to what comes after, when it has come")


class Queue(View):
    queue_id: str
    name: str
    active: bool
    targets: dict[Priority, int] = Field(description="Minutes to every human answer, by priority")
    mode: Mode
    strategy: Strategy
    offer_for: float = Field(description="Seconds an offer may be accepted")
    required: dict[str, int] = Field(default_factory=dict, description="Skills, with levels")
    preferred: dict[str, int] = Field(default_factory=dict)
    relax_after: float | None = Field(None, description="Seconds until what is required is preferred")
    prefer_last: float = Field(0, description="Seconds a returning customer waits for their last agent")
    offline: OfflinePolicy
    calendar_id: str | None = Field(None, description="Of its hours, where the policy names none")
    reopening: int = Field(description="Hours for which what was closed is taken up again")
    reasons: list[str] = Field(default_factory=list, description="It is closed with one of these; none: any")
    opening_template: str | None = Field(None, description="For whoever asked to be called at opening")
    opening_language: str = Field(description="Of that template")
    notice: str | None = None
    notice_until: datetime | None = None


_QUEUE = (
    "mode",
    "strategy",
    "offer_for",
    "required",
    "preferred",
    "relax_after",
    "prefer_last",
    "offline",
    "calendar_id",
    "reopening",
    "opening_template",
    "opening_language",
)


class Load(View):
    """What an agent has, and how much that may be. `reserved`: offered to them, or about to be theirs."""

    active: int
    silent: int
    reserved: int
    capacity: int
    ceiling: int


class Agent(View):
    agent_id: str
    name: Annotated[str, Mask.NAME]
    active: bool
    availability: Availability = Field(description="What they declare")
    pause_reason: str | None = None
    connected: bool = Field(description="false: their connection was declared lost")
    load: Load
    queues: list[str] | None = Field(description="Those they serve; null: all")
    skills: dict[str, int] = Field(default_factory=dict, description="With levels")


class Channel(View):
    channel_id: str
    name: str
    provider: str
    number_id: str
    queue_id: str


class Queues(View):
    items: list[Queue]


class Agents(View):
    items: list[Agent]


class Channels(View):
    items: list[Channel]


class Item(View):
    item: int
    event: str | None
    outcome: str | None = Field(description="null until it is decided")
    reason: str | None


class Delivery(View):
    delivery_id: str
    channel_id: str
    received_at: datetime
    settled_at: datetime | None = Field(description="When every item was decided")
    kept: bool = Field(description="Whether the raw body was kept")
    items: list[Item]


class Held(View):
    scope: Scope
    masks: list[Mask]


class Me(View):
    actor: str
    name: str
    role: Role
    agent_id: str | None
    permissions: list[str]
    grants: dict[str, Held] = Field(description="How far each permission reaches, and what it hides")
    queues: list[str] | None = Field(description="Whose conversations are theirs; null: every queue's")
    user_id: str | None = Field(None, description="null: a token, not somebody who signed in")
    login: str | None = None
    second_factor: bool = False
    owes_second_factor: bool = False


class Health(View):
    status: Literal["ok", "unavailable"]
    components: dict[str, str] = Field(default_factory=dict, description="`ok`, or why not, by component")


_ROW = tuple(name for name in columns(inbox.Row) if name in Conversation.model_fields)


def _of_row(row: inbox.Row) -> dict[str, Any]:
    contact = Contact(
        name=row.contact_called or row.contact_name,
        profile_name=row.contact_name,
        phone=row.contact_phone,
        second_phone=row.contact_second_phone,
        email=row.contact_email,
        document=row.contact_document,
        remark=row.contact_remark,
        contracts=[Contract(**contract) for contract in row.contact_contracts],
    )
    return {name: getattr(row, name) for name in _ROW} | {"contact": contact}


def conversation(row: inbox.Row) -> Conversation:
    return Conversation(**_of_row(row))


def conversation_with(row: inbox.Row, of: tuple[episodes.Row, ...]) -> ConversationWithEpisodes:
    return ConversationWithEpisodes(**_of_row(row), episodes=[Episode.model_validate(e) for e in of])


_LINE = tuple(name for name in columns(transcript.Row) if name in TranscriptLine.model_fields)


def line(
    row: transcript.Row, meaning: Callable[[int], str], quoted: transcript.Row | None = None
) -> TranscriptLine:
    """`meaning` tells a provider's code as a sentence; `quoted` is what the line answers."""
    media = None
    if row.file is not None:
        media = Media(
            state=row.file,
            key=row.file_key,
            url=None if row.file_key is None else f"/v1/media/{row.file_key}",
            size=row.file_size,
            mime=row.file_mime,
            sha256=row.file_sha256,
            lost=row.file_lost,
        )
    failures = [Failure(code=code, sentence=meaning(code)) for code in row.codes]
    return TranscriptLine(
        **{name: getattr(row, name) for name in _LINE},
        quoted=None if quoted is None else _quoted(quoted),
        media=media,
        failures=failures,
    )


def _quoted(row: transcript.Row) -> Quoted:
    text = None if row.text is None else row.text[:QUOTED]
    return Quoted(
        line_id=row.line_id,
        kind=row.kind,
        side=row.side,
        agent_id=row.agent_id,
        text=text,
        deleted_at=row.deleted_at,
    )


def delivery(row: deliveries.Row) -> Delivery:
    return Delivery(
        delivery_id=row.delivery_id,
        channel_id=row.channel_id,
        received_at=row.received_at,
        settled_at=row.settled_at,
        kept=row.raw is not None,
        items=[Item(**item) for item in row.items],
    )


def queue(row: queues.Row) -> Queue:
    return Queue(
        queue_id=row.queue_id,
        name=row.name,
        active=row.active,
        targets=dict(TARGETS),
        notice=row.notice,
        notice_until=row.notice_until,
        reasons=list(row.reasons),
        **{name: getattr(row, name) for name in _QUEUE},
    )


def agent(row: agents.Row) -> Agent:
    load = row.load
    return Agent(
        agent_id=row.agent_id,
        name=row.name,
        active=row.active,
        availability=row.availability,
        pause_reason=row.pause_reason,
        connected=row.lost_at is None,
        load=Load(
            active=load.active,
            silent=load.silent,
            reserved=load.reserved,
            capacity=load.capacity,
            ceiling=load.ceiling,
        ),
        queues=None if row.every_queue else list(row.queues),
        skills=row.skills,
    )


def channel(row: channels.Row) -> Channel:
    return Channel.model_validate(row)
