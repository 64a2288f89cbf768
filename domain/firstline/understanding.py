"""From a burst of messages to what is wanted. Pure, total, and never sure of more than the words say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from domain.firstline import phrases, vocabulary
from domain.firstline.normal import PAUSE, normal, words


class Subject(StrEnum):
    """What a burst comes to; stored with it."""

    TECHNICAL = "technical"
    BILLING = "billing"
    QUESTION = "question"
    SALES = "sales"
    CANCEL = "cancel"  # wants to cancel; a question follows
    CANCEL_CONTRACT = "cancel_contract"  # said so to that question: it counts from now
    OTHER = "other"  # said to that question that it is something else
    KEYWORD = "keyword"  # words of the deployment's own table
    PERSON = "person"
    BACK = "back"
    GREETING = "greeting"
    THANKS = "thanks"
    MEDIA = "media"  # something to look at or listen to: for people
    NOTHING = "nothing"


MENU: Final = (
    Subject.TECHNICAL,
    Subject.BILLING,
    Subject.QUESTION,
    Subject.SALES,
    Subject.CANCEL,
    Subject.PERSON,
)
"""The lines of the menu, in their order; each line's reply id is the subject's code."""

MOST: Final = 16_384
"""Characters of a burst that are read; WhatsApp lets a customer write 4,096 in one message."""

_TAPPED: Final = frozenset({*MENU, Subject.CANCEL_CONTRACT, Subject.OTHER})
"""Reply ids of ours: the lines of the menu and the two buttons of the cancellation question."""
_WORDLESS: Final = frozenset({"sticker", "reaction"})
_IN_WORDS: Final = frozenset({"text", "list_reply", "button_reply", "template_button"})


@dataclass(frozen=True, slots=True)
class Heard:
    """One message of a burst: its kind, its words or caption, and the reply id if a line was tapped."""

    kind: str
    text: str | None = None
    reply_id: str | None = None


@dataclass(frozen=True, slots=True)
class Understanding:
    """`person` may stand beside a subject; `number`, `yes` mean something only beside what was asked."""

    subject: Subject
    detail: str = ""  # technical: down, slow …; billing: invoice, paid …
    person: bool = False
    number: int | None = None
    yes: bool | None = None
    keyword: str | None = None

    @property
    def said_something(self) -> bool:
        """More than hello and thank you: silence after it is not the end."""
        return self.subject not in (Subject.GREETING, Subject.THANKS)


def understand(messages: Sequence[Heard], keywords: Iterable[str] = ()) -> Understanding:
    """What the burst as a whole asks for, as far as `MOST` characters tell. `keywords` are the deployment's
    own, in its own spelling."""
    tapped = next((m.reply_id for m in reversed(messages) if m.reply_id in _TAPPED), None)
    if tapped is not None:
        typed, _ = _without_denials([t for t in _readable([m for m in messages if m.kind == "text"]) if t])
        return Understanding(
            Subject(tapped), person=tapped == Subject.PERSON or bool(vocabulary.PERSON.search(typed))
        )
    texts = [text for text in _readable(messages) if text.strip()]
    said = _said(texts, tuple(keywords))
    looked_at = any(m.kind not in _IN_WORDS and m.kind not in _WORDLESS for m in messages)
    if looked_at and said.subject in _EMPTY:
        return Understanding(Subject.MEDIA, person=said.person)
    if not texts and messages:
        return Understanding(Subject.GREETING)  # a sticker says no more than hello
    return said


def _readable(messages: Sequence[Heard]) -> Iterator[str]:
    """The texts, up to `MOST` characters in all: what nobody could have typed in one burst stops nobody."""
    left = MOST
    for message in messages:
        text = (message.text or "")[:left]
        left -= len(text)
        yield text


_EMPTY: Final = frozenset({Subject.GREETING, Subject.THANKS, Subject.NOTHING, Subject.BACK})


def _said(texts: list[str], keywords: tuple[str, ...]) -> Understanding:
    whole = " ".join(words(text) for text in texts).strip()
    asks = any("?" in text for text in texts)
    kept, denied = _without_denials(texts)
    yes = _yes(whole, asks, denied)
    number = phrases.number(words(texts[-1])) if texts else None
    person = bool(vocabulary.PERSON.search(kept)) or whole == "atendimento"

    own = next((k for k in keywords if _holds(kept, words(k))), None)
    if own is not None:
        return Understanding(Subject.KEYWORD, person=person, keyword=own)
    if vocabulary.CANCEL.search(kept):
        return Understanding(Subject.CANCEL, person=person, yes=yes)
    if whole in phrases.BACK:
        return Understanding(Subject.BACK)
    if not whole:
        return Understanding(_of_emoji(texts))
    if not asks and phrases.THANKS.make(whole) and not phrases.GREETING.make(whole):
        return Understanding(Subject.THANKS, yes=yes)
    if phrases.GREETING.make(whole):
        return Understanding(Subject.GREETING)
    for subject, table in _ORDER:
        detail = _match(table, kept)
        if detail is not None:
            return Understanding(subject, detail, person=person, yes=yes if yes is False else None)
    if person:
        return Understanding(Subject.PERSON, person=True)
    if yes is not None or number is not None:
        return Understanding(Subject.NOTHING, number=number, yes=yes)
    if asks and len(whole.split()) >= 3:
        return Understanding(Subject.QUESTION)
    return Understanding(Subject.NOTHING)


_BLOCKED_FIRST: Final[vocabulary.Table] = (("blocked", vocabulary.BLOCKED),)
_ORDER: Final = (
    (Subject.BILLING, _BLOCKED_FIRST),  # "internet bloqueada" is a bill, not a fault
    (Subject.TECHNICAL, vocabulary.TECHNICAL),
    (Subject.BILLING, vocabulary.BILLING),
    (Subject.SALES, vocabulary.SALES),
    (Subject.QUESTION, vocabulary.QUESTION),
)


def _match(table: vocabulary.Table, text: str) -> str | None:
    return next((detail for detail, pattern in table if pattern.search(text)), None)


def _without_denials(texts: Sequence[str]) -> tuple[str, bool]:
    """The burst in one line without what it says it is not; a denial never reaches into the next message,
    a subject may (customers break lines where others breathe). Also: was cancelling denied?"""
    kept, denied = [], False
    for text in texts:
        line, cancels = vocabulary.DENIED_CANCEL.subn(f" {PAUSE} ", normal(text))
        denied = denied or cancels > 0
        kept.append(vocabulary.DENIED_SUBJECT.sub(f" {PAUSE} ", line))
    return re.sub(r"\s+", " ", " ".join(kept)).strip(), denied


def _yes(whole: str, asks: bool, denied: bool) -> bool | None:
    if asks or not whole:
        return None
    if denied or phrases.NO.make(whole):
        return False
    if phrases.YES.make(whole) or (vocabulary.CANCEL.search(whole) and phrases.CANCEL_WISH.make(whole)):
        return True
    return None


def _holds(text: str, phrase: str) -> bool:
    return bool(phrase) and f" {phrase} " in f" {text} "


def _of_emoji(texts: Sequence[str]) -> Subject:
    """No word at all: thumbs and hearts thank, a lone mark or face says no more than hello."""
    if any(c in phrases.THANKING for text in texts for c in text):
        return Subject.THANKS
    return Subject.GREETING


_GIVEN_NAME: Final = re.compile(r"[^\W\d_]{2,20}(?:['’-][^\W\d_]{2,20})?")


def first_name(name: str | None) -> str | None:
    """How to address someone, from the name they gave WhatsApp; None when it does not look like a name."""
    given = (name or "").split()
    if not given or not _GIVEN_NAME.fullmatch(given[0]):
        return None
    return given[0][:1].upper() + (given[0][1:].lower() if given[0].isupper() else given[0][1:])
