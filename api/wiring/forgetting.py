"""Forgetting a person: a fence in the log, then their keys destroyed. Repeating it changes nothing.

Beside a running desk this is a second owner for a moment: whoever loses an append decides again, and then
knows of the fence.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import psycopg

from adapters.archive import OF, SEALED
from adapters.keyring import HOUSE, Fence, Incomplete, Lost
from adapters.log.port import LogUnavailable
from adapters.services import ServiceError
from api.settings import Settings
from api.wiring import keys, storage
from api.wiring.house import House
from commands.conversation import ForgetSubject, forgotten_id
from commands.ports import Accepted, Busy, Unavailable
from domain.conversation import CONVERSATION, ConversationId
from domain.grammar import kind_of, root_of
from domain.journal import Cause
from domain.privacy import Class, SubjectId

LOST: Final = "chave perdida"  # what is told in place of an article

_LAST_OF: Final = """
SELECT stream, body->%(sealed)s->>%(of)s FROM event
WHERE stream = %(whom)s AND body->%(sealed)s->>%(of)s <> %(house)s ORDER BY version DESC LIMIT 1
"""
_STREAM_OF: Final = """
SELECT stream, body->%(sealed)s->>%(of)s FROM event
WHERE body->%(sealed)s->>%(of)s = %(whom)s AND %(whom)s <> %(house)s LIMIT 1
"""
_SEALED: Final = "SELECT body->%(sealed)s FROM event WHERE body->%(sealed)s IS NOT NULL"
_FENCES: Final = "SELECT body FROM event WHERE type = 'conversation.SubjectForgotten' ORDER BY at"


@dataclass(frozen=True)
class Forgotten:
    """Whose keys were destroyed, how many there were, and where the fence stands."""

    subject: SubjectId
    stream: str
    keys: int
    position: str


def forget(settings: Settings, whom: str, *, article: str, protocol: str | None) -> Forgotten:
    """`whom` is a subject, or a conversation, of which whoever speaks there now is forgotten.

    Raises ServiceError when nobody is found, and when it is not complete: ask again.
    """
    storage.migrate(settings)
    return asyncio.run(_forget(settings, whom, article, protocol))


async def _forget(settings: Settings, whom: str, article: str, protocol: str | None) -> Forgotten:
    house = House(settings)
    await house.open_for_commands()  # the index has come to the end of the log
    try:
        stream, subject = _found(settings, whom)
        command = ForgetSubject(
            id=forgotten_id(ConversationId(root_of(stream)), subject),
            cause=Cause("system", f"forget:{subject}", "forget"),
            conversation_id=ConversationId(root_of(stream)),
            subject_id=subject,
            article=article,
            protocol=protocol,
        )
        decision = await house.inbox.submit(command)
        if not isinstance(decision, Accepted):
            raise ServiceError(f"Not forgotten: the conversation did not take the fence ({decision}).")
        await house.drafts.forget(ConversationId(root_of(stream)))
        gone = house.keyring.forget(subject, Fence(datetime.now(UTC), article, protocol))
        return Forgotten(subject, stream, gone, f"{decision.position.partition}:{decision.position.ordinal}")
    except (Busy, Unavailable, LogUnavailable, Incomplete) as error:
        raise ServiceError(
            f"Not complete ({type(error).__name__}). Ask again until it is: nothing is done twice."
        ) from error
    finally:
        await house.close()


def _found(settings: Settings, whom: str) -> tuple[str, SubjectId]:
    asked = {"whom": whom, "sealed": SEALED, "of": OF, "house": HOUSE}
    with psycopg.connect(settings.dsn.get_secret_value()) as connection:
        row: Any = connection.execute(_STREAM_OF if _is_uuid(whom) else _LAST_OF, asked).fetchone()
    if row is None:
        raise ServiceError(f"Nobody's words are sealed as {whom}'s.")
    stream, subject = row
    if kind_of(stream) != CONVERSATION.kind:
        raise ServiceError(f"{stream} is no conversation: only whoever speaks in one can be forgotten.")
    return stream, SubjectId(subject)


def write_off(settings: Settings) -> int:
    """After the key store was lost, with no copy that is new enough: what cannot be opened any more reads as
    gone, for ever. Answers how many keys are written off. Raises ServiceError."""
    keys.migrate(settings)
    keyring, lost = keys.keyring(settings), set[Lost]()
    try:
        with psycopg.connect(settings.dsn.get_secret_value()) as connection:
            for (boxes,) in connection.execute(_SEALED, {"sealed": SEALED}):
                of = SubjectId(boxes.pop(OF))
                lost |= {Lost(box[1], of, Class(class_), box[0]) for class_, box in boxes.items()}
        return keyring.give_up(sorted(lost), Fence(datetime.now(UTC), LOST, None))
    except LogUnavailable as error:
        raise ServiceError(f"Not complete ({error}). Ask again until it is.") from error
    finally:
        keyring.close()


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def forget_again(settings: Settings) -> int:
    """After an older copy of the key store was restored: destroy again what the log says was to be forgotten.
    Answers how many keys had come back. Raises ServiceError."""
    keys.migrate(settings)
    gone, keyring = 0, keys.keyring(settings)
    try:
        with psycopg.connect(settings.dsn.get_secret_value()) as connection:
            for (body,) in connection.execute(_FENCES):
                at = datetime.fromisoformat(body["forgotten_at"])
                gone += keyring.forget(
                    SubjectId(body["subject_id"]), Fence(at, body["article"], body["protocol"])
                )
    except (LogUnavailable, Incomplete) as error:
        raise ServiceError(f"Not complete ({error}). Ask again until it is.") from error
    finally:
        keyring.close()
    return gone
