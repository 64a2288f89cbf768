"""What may be asked of WhatsApp, and what can come of it, in our own words and no provider's.

Four things can come of a send, and the difference between them decides what may follow:

| outcome | the message | may it be sent again? |
| --- | --- | --- |
| `Sent` | was accepted (not yet delivered: that is told by statuses) | no |
| `Rejected` | was refused; `action` says what the refusal asks for | only if the action says so |
| `NotSent` | certainly did not leave this house | yes, later |
| `Unknown` | left, or may have left; nobody knows | only after a status could not settle it |
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol


class Kind(StrEnum):
    """What is sent, with the shape of its `content` (a `?` marks what may be left out)."""

    TEXT = "text"  # {text, preview?: bool}
    REACTION = "reaction"  # {target: provider id, emoji}; an empty emoji takes the reaction back
    IMAGE = "image"  # {media_id | link, caption?}
    VIDEO = "video"  # {media_id | link, caption?}
    AUDIO = "audio"  # {media_id | link, voice?: bool}
    DOCUMENT = "document"  # {media_id | link, caption?, filename?}
    STICKER = "sticker"  # {media_id | link}
    TEMPLATE = "template"  # {name, language, components?: list as the provider documents them}
    BUTTONS = "buttons"  # {text, buttons: [{id, title}], header?, footer?}
    LIST = "list"  # {text, button, rows: [{id, title, description?}], header?, footer?}; or, instead of
    # rows, sections: [{title, rows}]


MEDIA = frozenset({Kind.IMAGE, Kind.VIDEO, Kind.AUDIO, Kind.DOCUMENT, Kind.STICKER})


class Unsendable(ValueError):
    """The message breaks a limit of WhatsApp; it was not sent and never can be. Names the field, never its
    words."""

    def __init__(self, field: str, rule: str) -> None:
        super().__init__(f"{field}: {rule}")
        self.field = field
        self.rule = rule


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingMessage:
    """One attempt at one message. Exactly one of `to` and `recipient` names whom it is for.

    `attempt` counts from 1; `<message_id>.<attempt>` comes back with every status of this attempt.
    """

    message_id: str
    attempt: int
    kind: Kind
    content: dict[str, Any]
    to: str | None = None  # the wa_id the provider gave us, else the phone's digits with country code
    recipient: str | None = None  # a business-scoped user id, for customers who show no phone
    reply_to: str | None = None  # the provider's id of the message this one answers

    def __post_init__(self) -> None:
        if (self.to is None) == (self.recipient is None):
            raise Unsendable("to", "exactly one of to and recipient is needed")
        if self.attempt < 1:
            raise Unsendable("attempt", "counts from 1")

    @property
    def opaque(self) -> str:
        """What we send along to recognise the attempt by: `<message id>.<attempt>`."""
        return f"{self.message_id}.{self.attempt}"


def attempt_of(opaque: str) -> tuple[str, int] | None:
    """The message id and attempt that came back as `opaque`; None when it is not ours."""
    message_id, dot, attempt = opaque.rpartition(".")
    if not (dot and message_id and attempt.isascii() and attempt.isdigit()):
        return None
    return message_id, int(attempt)


class Action(StrEnum):
    """What a refusal asks for. Only the first group may be sent again as it is, after `retry_after`."""

    RETRY = "retry"  # a passing weakness: 3 to 5 tries with backoff
    SLOW_NUMBER = "slow_number"  # above the number's throughput
    SLOW_ACCOUNT = "slow_account"  # above the account's limit: every number of it slows down
    SLOW_RECIPIENT = "slow_recipient"  # too much to one customer

    OPEN_CIRCUIT = "open_circuit"  # the channel cannot sign in: nothing leaves until somebody acts
    CALL_OPERATOR = "call_operator"  # permission, name, certificate: the channel needs a hand
    CALL_BILLING = "call_billing"  # the account is not paid
    ACCOUNT_BLOCKED = "account_blocked"  # policy: alert, legal
    STOP_MARKETING = "stop_marketing"  # pause campaigns; never evaded through another number
    STOP_TEMPLATES = "stop_templates"  # no template until somebody looked
    TEMPLATE_UNUSABLE = "template_unusable"  # this template is missing, paused or disabled

    FIX_MESSAGE = "fix_message"  # our mistake or a template mismatch: a dead letter
    SEND_MEDIA_AGAIN = "send_media_again"  # convert or upload once more, one or two tries
    OUTSIDE_WINDOW = "outside_window"  # an approved template may reopen the conversation
    TRY_OTHER_NUMBER_FORM = "try_other_number_form"  # Brazil: once with or without the ninth digit;
    # elsewhere, and after that, the customer is unreachable: call instead
    OPT_OUT = "opt_out"  # the customer said stop: record it
    CONFIRM_IDENTITY = "confirm_identity"  # the number may belong to someone else now
    NEEDS_PHONE = "needs_phone"  # a business-scoped id is not enough for this
    NOT_TODAY = "not_today"  # not before 24 h, if at all
    GIVE_UP = "give_up"

    @property
    def may_retry(self) -> bool:
        """Whether the very same message may be tried again after `retry_after`."""
        return self in _AGAIN


_AGAIN = frozenset({Action.RETRY, Action.SLOW_NUMBER, Action.SLOW_ACCOUNT, Action.SLOW_RECIPIENT})


class Failover(StrEnum):
    """Whether a second number may carry the message instead."""

    NEVER = "never"
    WITH_CONSENT = "with_consent"  # only where the provider's owner allowed it
    SERVICE_ONLY = "service_only"  # service traffic, with consent
    EQUIVALENT_TEMPLATE = "equivalent_template"  # the same template approved on the other number


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a provider's code means here; the sentence is for agents, Portuguese, and holds no code."""

    action: Action
    failover: Failover
    sentence: str


@dataclass(frozen=True, slots=True)
class Sent:
    """Accepted. `wa_id` and `user_id` are what the provider calls the customer: keep them for sending."""

    provider_id: str
    wa_id: str | None = None
    user_id: str | None = None
    held: bool = False  # accepted, but kept back by the provider for a quality check


@dataclass(frozen=True, slots=True)
class Rejected:
    """Refused. `code` is the provider's (for "detalhes"), `trace` what its support asks for."""

    code: int
    action: Action
    retry_after: float | None = None  # seconds; None when trying again is not the answer
    trace: str = ""


@dataclass(frozen=True, slots=True)
class NotSent:
    """Certainly did not leave. `reason` is a word for logs: `connect`, `circuit_open`."""

    reason: str
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """Left or may have left. `reason` is a word for logs: `timeout`, `reset`, `http_500`."""

    reason: str


@dataclass(frozen=True, slots=True)
class MarkedRead:
    """The customer sees the ticks turn blue, or would."""


Outcome = Sent | Rejected | NotSent | Unknown
ReadOutcome = MarkedRead | Rejected | NotSent | Unknown


@dataclass(frozen=True, slots=True)
class Stored:
    """Bytes that are safe. `sha256` is lower-case hex, of the bytes as stored."""

    key: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class MediaFile:
    """A customer's file, in our own store. `mime` is as declared: it may contradict the bytes."""

    stored: Stored
    mime: str


class MediaUnavailable(Exception):
    """The file was not moved. `again` says whether trying later can help; `reason` is a word for logs."""

    def __init__(self, reason: str, *, again: bool, code: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.again = again
        self.code = code


class WhatsApp(Protocol):
    """The way out of the house. `channel` is our own id of a business number. Nothing here ever retries a
    message by itself, and nothing but `Unsendable`, `MediaUnavailable` and `KeyError` (a channel that is not
    configured) is raised."""

    async def send(self, channel: str, message: OutgoingMessage) -> Outcome:
        """Send once. Raises `Unsendable` before anything leaves if the message breaks a limit."""
        ...

    async def mark_read(self, channel: str, provider_id: str, *, typing: bool = False) -> ReadOutcome:
        """Tell the customer that this message and all before it were read; `typing` also shows the dots for
        up to 25 s. Harmless to repeat."""
        ...

    async def fetch_media(self, channel: str, media_id: str, *, sha256: str | None = None) -> MediaFile:
        """Move a customer's file into our store, checked by size and hash (also against `sha256` where the
        webhook told one, hex or base64). Retries by itself: reading is harmless. Raises
        `MediaUnavailable`."""
        ...

    async def upload_media(self, channel: str, stored: Stored, mime: str) -> str:
        """Lend a stored file to the provider; the id it answers serves `media_id` for 30 days, on this
        channel only. Raises `MediaUnavailable`, and `Unsendable` for a file above its kind's limit."""
        ...

    def meaning(self, code: int) -> Meaning:
        """What a code means, whether it came with an answer or later with a status. Total."""
        ...


class Pacing(Protocol):
    """The provider's speed limits, kept by us so that it never has to."""

    async def reserve(self, channel: str, recipient_ref: str) -> float:
        """Take a place in the line of the number and of the pair; answer how many seconds to wait before
        sending. The place is taken: wait, then send, without asking again. `recipient_ref` is a keyed,
        opaque id, never a phone."""
        ...

    async def hold(self, channel: str, seconds: float, recipient_ref: str | None = None) -> None:
        """The provider said slow down: nobody gets a place earlier than that, for the pair when
        `recipient_ref` is given, else for the whole number."""
        ...


class Damaged(Exception):
    """The bytes are not the ones that were announced (hash or size). Nothing was kept."""


class TooLarge(Exception):
    """More bytes than allowed. Nothing was kept."""


class Missing(KeyError):
    """There is nothing under this key."""


class ObjectStore(Protocol):
    """Where files rest. A key is computed from the bytes: putting the same bytes twice keeps them once."""

    async def put(
        self,
        chunks: AsyncIterable[bytes],
        *,
        sha256: str | None = None,
        size: int | None = None,
        limit: int | None = None,
    ) -> Stored:
        """Keep the bytes durably, whole or not at all. Raises `Damaged` when they are not of the announced
        hash (hex) or size, `TooLarge` above `limit`; an error of `chunks` passes through, nothing kept."""
        ...

    def get(self, key: str) -> AsyncIterator[bytes]:
        """The bytes in order. Raises `Missing` on the first step; `Damaged` at the end if they rotted."""
        ...

    async def find(self, key: str) -> Stored | None:
        """What is kept under a key, without reading it."""
        ...

    async def forget(self, key: str) -> None:
        """Remove the bytes; removing what is not there is fine."""
        ...
