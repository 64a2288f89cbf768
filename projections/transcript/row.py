"""A line of a transcript, its columns and its words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from domain.agent import AgentId
from domain.conversation import ConversationId, MessageId
from domain.privacy import Content, ContentData, Identity, Open


class Line(StrEnum):
    MESSAGE = "message"
    CALL = "call"
    REACTION = "reaction"  # the sending of ours; what it says stands beside the message it is about
    NOTE = "note"  # seen by us alone
    TURN = "turn"  # something happened to the conversation; `kind` says what


class Side(StrEnum):
    CUSTOMER = "customer"
    AGENT = "agent"
    AUTOMATION = "automation"
    DEVICE = "device"  # us, on the phone in the shop or another console


class Status(StrEnum):
    """What is known of a message of ours. In this order a later word is worth more: a failure is believed
    until somebody has it, and sent is not believed after a failure."""

    REQUESTED = "requested"
    STARTED = "started"
    UNKNOWN = "unknown"  # it may have left
    QUEUED = "queued"  # the provider took it
    SENT = "sent"
    FAILED = "failed"
    DELIVERED = "delivered"
    READ = "read"
    PLAYED = "played"


class File(StrEnum):
    AWAITED = "awaited"
    STORED = "stored"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Row:
    """`line_id` is the message's, call's or note's id, or `#version` for a turn. `place` orders the lines."""

    KEY: ClassVar[tuple[str, ...]] = ("conversation_id", "line_id")

    conversation_id: ConversationId
    line_id: MessageId
    place: int
    line: Line
    kind: Open
    at: datetime  # our time
    side: Side | None = None
    agent_id: AgentId | None = None
    text: Content | None = None
    content: ContentData | None = None
    purpose: Open | None = None  # of what we sent
    sent_at: datetime | None = None  # the provider's time of what the customer sent
    reply_to: MessageId | None = None
    provider_id: Identity | None = None
    late: bool = False
    thanks: bool = False
    forwarded: bool = False
    edited_at: datetime | None = None
    original: Content | None = None  # what an edited message said at first
    deleted_at: datetime | None = None
    reactions: ContentData | None = None  # by side: {customer: emoji, agent: emoji}
    file: File | None = None
    file_key: Open | None = None
    file_size: int | None = None
    file_sha256: Open | None = None
    file_mime: Open | None = None
    file_lost: Open | None = None  # why
    status: Status | None = None  # of what we sent
    status_at: datetime | None = None
    codes: tuple[int, ...] = ()  # the provider's, of a failure
    attempt: int = 0
    possibly_twice: bool = False
    retry_at: datetime | None = None
    category: Open | None = None  # for pricing
