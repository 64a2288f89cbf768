"""Which words are someone's own, and under which class they are sealed.

A field of an event says so in its type: `text: Content`, `phone: Identity`. A `str` that holds no words of
a person says `Open`. A bare `str` in an event is an error, because nobody would have thought about it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any


class Class(StrEnum):
    """Why words are kept decides how long: one key per subject, class and generation."""

    IDENTITY = "identity"  # name, CPF, phone, e-mail, address
    CONTENT = "content"  # message text, media, transcripts, notes
    REGULATORY = "regulatory"  # demand summary, classification, answer
    FINANCIAL = "financial"
    DERIVED = "derived"  # intent, sentiment, embeddings, summaries
    TRANSIT = "transit"  # items on their way in; a key per day


class Clear:
    """Marks a field that was looked at and holds nothing of a person."""


Open = Annotated[str, Clear()]
Identity = Annotated[str, Class.IDENTITY]
Content = Annotated[str, Class.CONTENT]
Regulatory = Annotated[str, Class.REGULATORY]
Financial = Annotated[str, Class.FINANCIAL]
Derived = Annotated[str, Class.DERIVED]
ContentData = Annotated[dict[str, Any], Class.CONTENT]  # JSON object
TransitData = Annotated[tuple[dict[str, Any], ...], Class.TRANSIT]  # JSON objects
