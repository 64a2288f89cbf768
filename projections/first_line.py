"""To whom does automation owe something? One row per conversation, as the first line sees it.

`domain.firstline.due` says from a row's standing what is to be done, and when. What is known of a customer
outlives their episodes, so rows stay; whoever asks what is due looks at those that are open.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar, Final

from domain import conversation
from domain.channel import ChannelId
from domain.conversation import Author, ConversationId, MessageId, Stage, speech
from domain.firstline import Heard, Standing, Subject
from domain.journal import Recorded
from domain.privacy import Class, Identity, Open, kept
from domain.sla.policy import Kind
from projections.answer import Projection, by_root, replace

_SMALL_TALK: Final = frozenset({Subject.GREETING.value, Subject.THANKS.value})


@dataclass(frozen=True, slots=True)
class Row:
    """`unread` holds {message_id, kind, text, reply_id} of what automation has not read, oldest first.
    `armed` is the version, `correlation` the thread of the event that changed the row last."""

    KEY: ClassVar[tuple[str, ...]] = ("conversation_id",)

    conversation_id: ConversationId
    armed: int
    correlation: Open
    channel_id: ChannelId | None = None
    episode: int = 0
    open: bool = False
    automation: bool = False  # the stage
    silenced: bool = False
    name: Identity | None = None
    through: MessageId | None = None  # the customer's newest message
    unread: Annotated[tuple[dict[str, Any], ...], Class.CONTENT] = ()
    unread_from: datetime | None = None
    unread_to: datetime | None = None
    breached: bool = False  # the clock of automation
    read_at: datetime | None = None
    said_something: bool = False
    numbered: bool = False
    number_owed: bool = False
    number_told: bool = False

    @property
    def standing(self) -> Standing:
        """What the first line's timers look at."""
        return Standing(
            automated=self.automation and not self.silenced,
            unread_from=self.unread_from,
            unread_to=self.unread_to,
            tapped=bool(self.unread) and self.unread[-1]["reply_id"] is not None,
            breached=self.breached,
            read_at=self.read_at,
            said_something=self.said_something,
            numbered=self.numbered,
            number_owed=self.open and self.number_owed,
        )

    @property
    def heard(self) -> tuple[Heard, ...]:
        """What automation has not read."""
        return tuple(Heard(m["kind"], m["text"], m["reply_id"]) for m in self.unread)


def evolve(row: Row | None, recorded: Recorded) -> Row | None:
    known = Row(ConversationId(recorded.root), 0, "") if row is None else row
    changed = _evolve(known, recorded.event)
    if changed is known:
        return row
    return replace(changed, armed=recorded.version, correlation=recorded.cause.correlation)


def _evolve(row: Row, event: object) -> Row:
    match event:
        case conversation.MessageReceived(echo=False, kind=kind):
            return row if kind in conversation.SILENT_KINDS else _received(row, event)
        case conversation.MessageEdited(message_id=message_id, kind=kind, text=text):
            if all(message["message_id"] != message_id for message in row.unread):
                return row
            words = {"kind": kind, "text": text}
            return replace(
                row,
                unread=tuple({**m, **words} if m["message_id"] == message_id else m for m in row.unread),
            )
        case conversation.BurstRead(understood=understood, read_at=at):
            return replace(
                _all_read(row),
                read_at=at,
                said_something=row.said_something or understood not in _SMALL_TALK,
            )
        case conversation.SendRequested(author=Author.AUTOMATION, purpose=purpose):
            if purpose in speech.NUMBERED:
                return replace(row, number_owed=False, number_told=True)
            if purpose.endswith(speech.UNNUMBERED) and not row.number_told:
                return replace(row, number_owed=True)
            return row
        case conversation.ContactKnown(name=str(name)):
            return replace(row, name=kept(name) or row.name)
        case conversation.ProtocolGiven(episode=episode):
            return replace(row, numbered=True) if episode == row.episode else row
        case conversation.Opened(episode=episode, channel_id=channel_id, stage=stage):
            return Row(
                row.conversation_id,
                row.armed,
                row.correlation,
                channel_id,
                episode,
                open=True,
                automation=stage is Stage.AUTOMATION,
                name=row.name,
                through=row.through,
            )
        case conversation.Reopened(stage=stage):
            return replace(
                _all_read(row),
                open=True,
                automation=stage is Stage.AUTOMATION,
                breached=False,
                read_at=None,
                said_something=False,
            )
        case conversation.AutomationSilenced():
            return replace(row, silenced=True)
        case conversation.Breached(kind=Kind.AUTOMATION):
            return replace(row, breached=True) if row.automation else row
        case conversation.EnteredWaiting() | conversation.Assigned():
            return replace(_all_read(row), automation=False) if row.automation else row
        case conversation.Undone():
            return row if row.open else replace(row, open=True)
        case conversation.Closed():
            return replace(_all_read(row), open=False, automation=False)
        case _:
            return row


def _received(row: Row, event: conversation.MessageReceived) -> Row:
    if not row.automation:
        return replace(row, through=event.message_id)
    reply_id = event.content.get("reply_id")
    message = {
        "message_id": event.message_id,
        "kind": event.kind,
        "text": event.words,
        "reply_id": _word(reply_id),
    }
    return replace(
        row,
        through=event.message_id,
        unread=(*row.unread, message),
        unread_from=row.unread_from or event.received_at,
        unread_to=event.received_at,
    )


def _all_read(row: Row) -> Row:
    return replace(row, unread=(), unread_from=None, unread_to=None)


def _word(value: Any) -> str | None:
    return value if isinstance(value, str) else None


FIRST_LINE = Projection(
    "first_line",
    2,
    Row,
    by_root,
    evolve,
    (
        conversation.Assigned,
        conversation.AutomationSilenced,
        conversation.Breached,
        conversation.BurstRead,
        conversation.Closed,
        conversation.ContactKnown,
        conversation.EnteredWaiting,
        conversation.MessageEdited,
        conversation.MessageReceived,
        conversation.Opened,
        conversation.ProtocolGiven,
        conversation.Reopened,
        conversation.SendRequested,
        conversation.Undone,
    ),
)
