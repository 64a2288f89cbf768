"""What people ask for. Guarded here, once: inside it is plain dataclasses."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

from domain.conversation import CONTRACT
from domain.document import document_number
from domain.queue import Priority
from domain.queueing import Mode, OfflinePolicy, Strategy

DEEPEST: Final = 12


def _sayable(value: Any, depth: int = 0) -> None:
    """Nothing in it that a database or a provider cannot hold: NUL, half characters, not-a-numbers."""
    if depth > DEEPEST:
        raise ValueError("too deep")
    match value:
        case str():
            if "\x00" in value or any("\ud800" <= c <= "\udfff" for c in value):
                raise ValueError("not a text")
        case float():
            if not math.isfinite(value):
                raise ValueError("not a number")
        case dict():
            for key, inner in value.items():
                _sayable(key, depth)
                _sayable(inner, depth + 1)
        case list():
            for inner in value:
                _sayable(inner, depth + 1)
        case _:
            pass


class Ask(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _is_sayable(cls, value: Any) -> Any:
        _sayable(value)
        return value


def not_blank(words: str) -> str:
    if not words.strip():
        raise ValueError("blank")
    return words


def _id() -> Any:
    return StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")


Name: TypeAlias = Annotated[str, StringConstraints(max_length=80), AfterValidator(not_blank)]
Id: TypeAlias = Annotated[str, _id()]
ConversationRef: TypeAlias = Annotated[
    str, StringConstraints(pattern=r"^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
]
Code: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Line: TypeAlias = Annotated[str, StringConstraints(max_length=500), AfterValidator(not_blank)]
Reference: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[0-9a-f-]{16,64}$")]
MediaKey: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Phone: TypeAlias = Annotated[str, StringConstraints(pattern=r"^\+?[1-9][0-9]{7,14}$")]


# Messages: the shapes of `commands.whatsapp_port.Kind`


class _Message(Ask):
    reply_to: Reference | None = Field(None, description="`line_id` of the message this one answers")
    anyway: bool = Field(False, description="Send although the customer wrote since what you saw")
    takeover: bool = Field(False, description="Take the conversation first, when it is not yours")

    def content(self) -> dict[str, Any]:
        """What the message says, without how it is sent."""
        return self.model_dump(
            exclude={"kind", "reply_to", "anyway", "takeover"}, exclude_none=True, exclude_defaults=True
        )


class TextMessage(_Message):
    kind: Literal["text"]
    text: Annotated[str, StringConstraints(max_length=4096), AfterValidator(not_blank)]
    preview: bool = False


class TemplateMessage(_Message):
    kind: Literal["template"]
    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,512}$")]
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(_[A-Z]{2})?$")] = "pt_BR"
    components: list[dict[str, Any]] | None = Field(
        None, max_length=20, description="Variables, as the provider documents them"
    )

    def content(self) -> dict[str, Any]:
        return {"language": self.language, **super().content()}


class _Media(_Message):
    key: MediaKey | None = Field(None, description="A file of our own store")
    link: Annotated[str, StringConstraints(max_length=2048, pattern=r"^https://[^\s/]+")] | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> _Media:
        if (self.key is None) == (self.link is None):
            raise ValueError("exactly one of key and link")
        return self


Caption: TypeAlias = Annotated[str, StringConstraints(max_length=1024), AfterValidator(not_blank)]


class ImageMessage(_Media):
    kind: Literal["image"]
    caption: Caption | None = None


class VideoMessage(_Media):
    kind: Literal["video"]
    caption: Caption | None = None


class AudioMessage(_Media):
    kind: Literal["audio"]
    voice: bool = False


class DocumentMessage(_Media):
    kind: Literal["document"]
    caption: Caption | None = None
    filename: Annotated[str, StringConstraints(max_length=240), AfterValidator(not_blank)] | None = None


class StickerMessage(_Media):
    kind: Literal["sticker"]


Body: TypeAlias = Annotated[str, StringConstraints(max_length=1024), AfterValidator(not_blank)]
Edge: TypeAlias = Annotated[str, StringConstraints(max_length=60), AfterValidator(not_blank)]


class Button(Ask):
    id: Annotated[str, StringConstraints(max_length=256), AfterValidator(not_blank)]
    title: Annotated[str, StringConstraints(max_length=20), AfterValidator(not_blank)]


def _different(items: list[Any]) -> list[Any]:
    if len({item.id for item in items}) != len(items):
        raise ValueError("ids must differ")
    return items


class ButtonsMessage(_Message):
    kind: Literal["buttons"]
    text: Body
    buttons: Annotated[list[Button], Field(min_length=1, max_length=3), AfterValidator(_different)]
    header: Edge | None = None
    footer: Edge | None = None


class ListRow(Ask):
    id: Annotated[str, StringConstraints(max_length=200), AfterValidator(not_blank)]
    title: Annotated[str, StringConstraints(max_length=24), AfterValidator(not_blank)]
    description: Annotated[str, StringConstraints(max_length=72), AfterValidator(not_blank)] | None = None


class ListMessage(_Message):
    kind: Literal["list"]
    text: Body
    button: Annotated[str, StringConstraints(max_length=20), AfterValidator(not_blank)]
    rows: Annotated[list[ListRow], Field(min_length=1, max_length=10), AfterValidator(_different)]
    header: Edge | None = None
    footer: Edge | None = None


Message: TypeAlias = Annotated[
    TextMessage
    | TemplateMessage
    | ImageMessage
    | VideoMessage
    | AudioMessage
    | DocumentMessage
    | StickerMessage
    | ButtonsMessage
    | ListMessage,
    Field(discriminator="kind"),
]


class Schedule(Ask):
    """Words, buttons, lists and templates; files cannot wait."""

    send_at: AwareDatetime = Field(description="At most 30 days ahead")
    message: Annotated[
        TextMessage | TemplateMessage | ButtonsMessage | ListMessage, Field(discriminator="kind")
    ]


# Conversations


class OpenConversation(Ask):
    channel_id: Id
    phone: Phone = Field(description="With country code; Brazilian mobiles with or without the ninth digit")


class Note(Ask):
    text: Annotated[str, StringConstraints(max_length=4096), AfterValidator(not_blank)]


class TakeOver(Ask):
    reason: Line = Field(description="Told to who had it")


class Reaction(Ask):
    target: Reference = Field(description="`line_id` of the message")
    emoji: Annotated[str, StringConstraints(min_length=1, max_length=32)] | None = Field(
        description="null takes it back"
    )


class PutConsent(Ask):
    agreed: bool
    source: Code = Field(description="Where the customer said so, such as `phone`, `contract`, `counter`")


class Transfer(Ask):
    to_agent: Id | None = None
    to_queue: Id | None = None
    reason: Line | None = None


class Release(Ask):
    reason: Code = "returned"
    note: Line | None = None
    queue_id: Id | None = Field(None, description="Another queue than the one it came from")


class Close(Ask):
    reason: Annotated[str, StringConstraints(max_length=80)] = Field(
        description="Code of two levels, such as `technical/solved`"
    )
    outcome: Annotated[str, StringConstraints(max_length=500)] = Field(
        description="One line: what came of it"
    )


class ChangePriority(Ask):
    priority: Priority
    reason: Line


class NoAnswerNeeded(Ask):
    message_id: Id | None = Field(None, description="Up to this message of the customer; left out, all")


class Snooze(Ask):
    until: AwareDatetime = Field(description="At most 5 days ahead")
    reason: Line


class Seen(Ask):
    typing: bool = Field(False, description="Show the customer that somebody is typing")


TagCode: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=40)]


class Tags(Ask):
    add: Annotated[list[TagCode], Field(max_length=20)] = []
    remove: Annotated[list[TagCode], Field(max_length=20)] = []


class Block(Ask):
    reason: Line
    spam: bool = Field(False, description="They never wanted anything of us")


def _trimmed(code: str, read: Callable[[str], str | None]) -> AfterValidator:
    """What `read` makes of it; nothing: the fault of that code."""

    def check(words: str) -> str:
        if (found := read(words.strip())) is None:
            raise PydanticCustomError(code, code)
        return found

    return AfterValidator(check)


def _email(words: str) -> str | None:
    return words if _EMAIL.fullmatch(words) else None


def _phone(words: str) -> str | None:
    """Digits with country code; without one it is of Brazil."""
    digits = _BETWEEN.sub("", words.removeprefix("+"))
    if not (digits.isascii() and digits.isdecimal() and 10 <= len(digits) <= 15):
        return None
    return digits if words.startswith("+") or len(digits) > 11 else f"55{digits}"


def _contract(words: str) -> str | None:
    return words if CONTRACT.fullmatch(words) else None


def _line(words: str) -> str | None:
    return " ".join(words.split()) or None


_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s.]+(?:\.[^@\s.]+)+")
_BETWEEN: Final = re.compile(r"[\s().-]+")


class EditContact(Ask):
    """What is left out stays as it is, null takes it out."""

    name: Annotated[str, StringConstraints(max_length=80), _trimmed("blank", _line)] | None = Field(
        None, description="What the desk calls them"
    )
    email: Annotated[str, StringConstraints(max_length=254), _trimmed("email", _email)] | None = None
    phone: Annotated[str, StringConstraints(max_length=30), _trimmed("phone", _phone)] | None = Field(
        None, description="Another one than that of WhatsApp; without country code it is of Brazil"
    )
    document: (
        Annotated[str, StringConstraints(max_length=20), _trimmed("document", document_number)] | None
    ) = Field(
        None, description="Of a person or a company, with or without its marks; told masked from then on"
    )
    remark: Annotated[str, StringConstraints(max_length=280), _trimmed("blank", _line)] | None = None


class LinkContract(Ask):
    number: Annotated[str, StringConstraints(max_length=30), _trimmed("contract", _contract)]
    label: Annotated[str, StringConstraints(max_length=120), _trimmed("blank", _line)] | None = Field(
        None, description="What tells it from others of theirs, such as an address or a plan"
    )


class Search(Ask):
    query: Annotated[str, StringConstraints(min_length=2, max_length=100), AfterValidator(not_blank)] = Field(
        description="Protocol or contract number, a phone, or the beginnings of words of a name"
    )
    limit: Annotated[int, Field(ge=1, le=50)] = 20


class Topics(Ask):
    topics: Annotated[
        list[Annotated[str, StringConstraints(max_length=100)]], Field(min_length=1, max_length=40)
    ]


class Presence(Ask):
    state: Literal["viewing", "typing", "left"]


# The desk


class PutQueue(Ask):
    name: Name


class PutAgent(Ask):
    name: Name
    active: bool = True


Skills: TypeAlias = Annotated[
    dict[Code, Annotated[int, Field(ge=1, le=100)]], Field(max_length=50, description="With levels")
]
Seconds: TypeAlias = Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]


class Shift(Ask):
    weekday: int = Field(ge=0, le=6, description="0 is Monday")
    starts: int = Field(ge=0, le=1440, description="Minutes of the day")
    ends: int = Field(ge=0, le=1440)


class EquipAgent(Ask):
    queues: Annotated[list[Id], Field(max_length=200)] | None = Field(None, description="null: all")
    skills: Skills = Field(default_factory=dict)
    capacity: int = Field(ge=0, le=1000)
    ceiling: int | None = Field(None, ge=0, le=2000, description="null: twice the capacity")
    shifts: Annotated[list[Shift], Field(max_length=50)] | None = Field(
        default_factory=list, description="null: as they are"
    )


class SetRouting(Ask):
    mode: Mode = Mode.OFFER
    strategy: Strategy = Strategy.ROUND_ROBIN
    required: Skills = Field(default_factory=dict)
    preferred: Skills = Field(default_factory=dict)
    relax_after: Seconds | None = Field(None, description="Seconds; null: never")
    prefer_last: Seconds = Field(0, description="Seconds a returning customer waits for their last agent")
    offer_for: float = Field(30, ge=5, le=3600, description="Seconds", allow_inf_nan=False)
    offline: OfflinePolicy = OfflinePolicy.RETURN_WAITING
    weights: dict[Priority, Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)]] = Field(
        default_factory=dict, description="In an agent's load, by priority; 1 where nothing is said"
    )


class SetService(Ask):
    calendar_id: Id | None = None
    reopening: int = Field(24, ge=0, le=24, description="Hours")
    reasons: Annotated[
        list[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*/[a-z][a-z0-9_]*$", max_length=80)]],
        Field(max_length=200),
    ] = Field(default_factory=list)
    opening_template: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,512}$")] | None = Field(
        None, description="An approved utility without variables, for whoever asked to be called at opening"
    )
    opening_language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(_[A-Z]{2})?$")] = "pt_BR"


class PostNotice(Ask):
    text: Line
    until: AwareDatetime | None = None


# Being there


class Ground(Ask):
    """Why, where somebody wants to know."""

    reason: Line | None = None


class Declare(Ask):
    availability: Literal["available", "paused"]
    reason: Code | None = Field(None, description="Of a pause: the code of its reason")

    @model_validator(mode="after")
    def _has_a_reason(self) -> Declare:
        if (self.availability == "paused") != (self.reason is not None):
            raise ValueError("a pause has a reason, and nothing else has")
        return self


class Leave(Ask):
    conversation_id: ConversationRef
    choice: Literal["return", "transfer", "keep"]
    to_agent: Id | None = None
    to_queue: Id | None = None

    @model_validator(mode="after")
    def _names_one(self) -> Leave:
        if ((self.to_agent is None) == (self.to_queue is None)) == (self.choice == "transfer"):
            raise ValueError("a transfer names an agent or a queue, and nothing else does")
        return self


class LogOut(Ask):
    conversations: Annotated[list[Leave], Field(max_length=200)] = Field(default_factory=list)


class Bulk(Ask):
    conversations: Annotated[list[ConversationRef], Field(min_length=1, max_length=200)]
    do: Literal["transfer", "release", "close", "priority", "tag"]
    to_agent: Id | None = None
    to_queue: Id | None = None
    reason: Line | None = Field(None, description="Why; of closing its code. Only tags need none")
    outcome: Line | None = Field(None, description="Of closing: one line")
    priority: Priority | None = None
    add: Annotated[list[TagCode], Field(max_length=20)] = Field([], description="Tags to put on")
    remove: Annotated[list[TagCode], Field(max_length=20)] = Field([], description="Tags to take off")

    @model_validator(mode="after")
    def _says_what_it_takes(self) -> Bulk:
        if self.do != "tag" and not (self.reason or "").strip():
            raise ValueError("it says why")
        if self.do == "priority" and self.priority is None:
            raise ValueError("it says which priority")
        if self.do == "tag" and not (self.add or self.remove):
            raise ValueError("it says which tags")
        return self


class PutChannel(Ask):
    name: Name
    provider: Literal["meta", "dialog360", "twilio"] = "meta"
    number_id: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{1,64}$")] = Field(
        description="The provider's id of our number, not the number itself"
    )
    queue_id: Id = "geral"
