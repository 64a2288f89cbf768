"""What a story is made of: things a customer does, and things a customer waits for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class Act(StrEnum):
    """How a customer says something."""

    TEXT = "text"
    VOICE = "voice"
    PHOTO = "photo"
    DOCUMENT = "document"
    STICKER = "sticker"
    LOCATION = "location"
    REACTION = "reaction"  # to the last thing heard; `words` is the emoji, none takes it back
    EDIT = "edit"  # of an earlier message of theirs
    DELETION = "deletion"  # of an earlier message of theirs
    CHOICE = "choice"  # a row of the last list; `words` is its id
    TAP = "tap"  # one of the last buttons; `words` is its id
    UNSUPPORTED = "unsupported"  # what the provider itself cannot tell
    NOVELTY = "novelty"  # a type nobody has heard of


class Sign(StrEnum):
    """What a customer waits for."""

    LIST = "list"
    BUTTONS = "buttons"
    ANYTHING = "anything"
    PERSON = "person"  # words that no machine says


@dataclass(frozen=True, slots=True)
class Do:
    """`after`: seconds since what came before. `back`: which of their own messages an edit or deletion is
    about, 1 for the last. `asks`: whether it wants an answer. `ago`: seconds between writing and arriving,
    for a phone that was away."""

    act: Act
    words: str = ""
    after: float = 1.0
    back: int = 1
    asks: bool = True
    ago: float = 0.0


@dataclass(frozen=True, slots=True)
class Wait:
    """Until the sign comes, at most `patience` seconds; then do the rest and wait `longer`. Whoever waited in
    vain for a person leaves; any other sign can be done without."""

    until: Sign
    patience: float
    otherwise: tuple[Do, ...] = ()
    longer: float = 0.0


Step: TypeAlias = Do | Wait


@dataclass(frozen=True, slots=True)
class Story:
    """`subject` is the row this customer would choose whenever a list comes; `button` likewise."""

    kind: str
    subject: str
    steps: tuple[Step, ...]
    button: str = "other"

    @property
    def says(self) -> int:
        """Messages that are written whatever the desk does."""
        return sum(isinstance(step, Do) for step in self.steps)
