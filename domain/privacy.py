"""Which words are someone's own, and under which class they are sealed.

A field of an event says so in its type: `text: Content`, `phone: Identity`. A `str` that holds no words of
a person says `Open`. A bare `str` in an event is an error, because nobody would have thought about it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final, NewType, Self


class Class(StrEnum):
    """Why words are kept decides how long: one key per subject, class and generation."""

    IDENTITY = "identity"  # name, CPF, phone, e-mail, address
    CONTENT = "content"  # message text, media, transcripts, notes
    REGULATORY = "regulatory"  # demand summary, classification, answer
    FINANCIAL = "financial"
    DERIVED = "derived"  # intent, sentiment, embeddings, summaries
    CHAT = "chat"  # what colleagues say among themselves
    TRANSIT = "transit"  # items on their way in; a key per day

    __hash__ = str.__hash__  # it is asked for with every key: that of enums is slower


class Clear:
    """Marks a field that was looked at and holds nothing of a person."""


Open = Annotated[str, Clear()]
Identity = Annotated[str, Class.IDENTITY]
Content = Annotated[str, Class.CONTENT]
Regulatory = Annotated[str, Class.REGULATORY]
Financial = Annotated[str, Class.FINANCIAL]
Derived = Annotated[str, Class.DERIVED]
Chat = Annotated[str, Class.CHAT]
ContentData = Annotated[dict[str, Any], Class.CONTENT]  # JSON object
TransitData = Annotated[tuple[dict[str, Any], ...], Class.TRANSIT]  # JSON objects

SubjectId = NewType("SubjectId", str)
"""Whose keys seal a stream's words: a random UUID, another one after an erasure, never made from a person."""

ERASED: Final = "[dado eliminado — LGPD]"

MASKED: Final = "[dado protegido]"
"""What is read where words are, by whoever may not read them."""


class Erased(str):
    """What is read where words were before their key was destroyed. Still a text, so that everything that
    takes words takes it."""

    class_: Class
    at: datetime
    article: str
    protocol: str | None

    def __new__(cls, class_: Class, at: datetime, article: str, protocol: str | None) -> Self:
        self = super().__new__(cls, ERASED)
        self.class_, self.at, self.article, self.protocol = class_, at, article, protocol
        return self


class ErasedData(dict[str, Any]):
    """What is read where a JSON object was: an empty one that knows why."""

    def __init__(self, erased: Erased) -> None:
        super().__init__()
        self.erased = erased


class ErasedItems(tuple[dict[str, Any], ...]):
    """What is read where JSON objects were: none, and why."""

    erased: Erased

    def __new__(cls, erased: Erased) -> Self:
        self = super().__new__(cls)
        self.erased = erased
        return self


def told(data: Mapping[str, Any], field: str) -> Any:
    """A value of a JSON object; that it is gone, when all of the object is."""
    return data.erased if isinstance(data, ErasedData) else data.get(field)


def kept(words: str | None) -> str | None:
    """The words, unless they are gone: for what is used and not only shown, such as an address."""
    return None if isinstance(words, Erased) else words
