"""The first line: what automation does with a burst, with silence, and with its own lateness.

Rules that hold whatever is said:
- nothing is said once a human owns the conversation or wrote from the phone;
- no text is said twice in a period: where it would be, a person takes over;
- a newer message of the customer makes an answer stale, and a stale answer is no answer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from domain.conversation import speech
from domain.conversation.episodes import close_quietly
from domain.conversation.events import (
    Author,
    BurstRead,
    CancellationRequested,
    Event,
    MessageId,
    SendRequested,
    Stage,
)
from domain.conversation.serving import waiting
from domain.conversation.speech import Number, Speech
from domain.conversation.state import Conversation
from domain.firstline import MENU, Due, FirstLineSettings, Route, Subject, Understanding
from domain.queue import QueueId


@dataclass(frozen=True, slots=True)
class Look:
    """What automation saw when it looked: everything its answer depends on beside the conversation."""

    due: Due
    episode: int
    through: MessageId | None  # the customer's newest message then
    understanding: Understanding
    settings: FirstLineSettings
    message_id: MessageId  # of the one message that may be sent
    name: str | None = None  # how to address the customer
    queue_id: QueueId | None = None  # where this channel leads when nothing else says so
    queue: str | None = None
    notices: tuple[str, ...] = ()  # of the queues it may lead to, while they hold


_TOLD: Final = frozenset(
    {Subject.TECHNICAL, Subject.BILLING, Subject.QUESTION, Subject.SALES, Subject.KEYWORD}
)
"""Subjects that need no question: straight to their queue."""


def answer(state: Conversation, look: Look, at: datetime) -> list[Event]:
    """What follows from the look; nothing when it is stale or automation has no say."""
    if look.episode != state.episode or not state.is_open:
        return []
    if look.due is Due.PROTOCOL:
        return _tell_number(state, look, at)
    if state.stage is not Stage.AUTOMATION or state.silenced or look.through != state.last_message:
        return []
    if state.burst_at is not None:
        return _read(state, look, at) if look.due is Due.BURST or look.due is Due.BREACH else []
    if look.due is Due.BURST:
        return []
    if look.due is Due.QUIET:
        return close_quietly(state, seen_version=None, at=at)
    route = look.settings.route("cancel") if _asked(state) == speech.CANCEL_QUESTION else _general(look)
    reason, why = ("automation_late", "delay") if look.due is Due.BREACH else ("silence", "silence")
    return _hand_over(state, look, route, reason, _queued(state, look, route, why), at)


# What was meant


def meant(understanding: Understanding, asked: str | None, offered: bool) -> Subject:
    """The subject, once "2" and "sim" are held against what was asked. `offered`: a menu is on the screen."""
    subject, number, yes = understanding.subject, understanding.number, understanding.yes
    if asked == speech.CANCEL_QUESTION and not understanding.person:
        if subject in (Subject.CANCEL, Subject.NOTHING, Subject.THANKS) and (yes is True or number == 1):
            return Subject.CANCEL_CONTRACT
        if subject in (Subject.NOTHING, Subject.THANKS) and (yes is False or number == 2):
            return Subject.OTHER
    elif offered and number is not None and number <= len(MENU):
        return MENU[number - 1]
    return subject


def _read(state: Conversation, look: Look, at: datetime) -> list[Event]:
    understanding, said = look.understanding, _said(state)
    subject = meant(understanding, _asked(state), bool(said & speech.MENUS))
    if subject is not understanding.subject:
        understanding = Understanding(subject, person=subject is Subject.PERSON)
    look = replace(look, understanding=understanding)
    failed = subject is Subject.NOTHING and not understanding.person and bool(said & speech.ASKING)
    tries = state.tries + failed
    assert look.through is not None
    read = BurstRead(look.through, subject.value, tries, at)
    return [read, *_reply(state, look, subject, said, tries, at)]


def _reply(
    state: Conversation, look: Look, subject: Subject, said: frozenset[str], tries: int, at: datetime
) -> list[Event]:
    if subject is Subject.CANCEL_CONTRACT:
        return _cancel(state, look, at)
    if look.understanding.person or subject in _TOLD or subject is Subject.MEDIA:
        return _to_people(state, look, subject, at)
    if subject is Subject.THANKS:
        return []
    if look.due is Due.BREACH:
        route = look.settings.route("cancel") if subject is Subject.CANCEL else _general(look)
        return _hand_over(state, look, route, "automation_late", _queued(state, look, route, "delay"), at)
    if subject is Subject.NOTHING and tries >= look.settings.tries:
        return _give_up(state, look, at)
    words = _next_words(state, look, subject, said)
    if speech.base(words.purpose) in said:
        if subject is Subject.CANCEL:
            return _to_people(state, look, subject, at)
        return _give_up(state, look, at)
    return _send(state, look, words, at)


def _next_words(state: Conversation, look: Look, subject: Subject, said: frozenset[str]) -> Speech:
    """What automation would say now, if it had not said it before."""
    match subject:
        case Subject.CANCEL:
            return speech.cancel_question()
        case Subject.OTHER:
            return speech.menu(speech.MENU_OTHER)
        case Subject.NOTHING if said & speech.ASKING:
            return speech.not_understood()
        case _ if speech.GREETING in said:
            return speech.menu(speech.MENU_AGAIN)
        case _:
            return speech.greeting(look.settings, _number(state, look), look.notices)


# Handing over


def _to_people(state: Conversation, look: Look, subject: Subject, at: datetime) -> list[Event]:
    """With a subject to its own queue, without one to the general queue."""
    understanding = look.understanding
    route = _general(look)
    if subject is Subject.KEYWORD:
        keyword = next((k for k in look.settings.keywords if k.words == understanding.keyword), None)
        route = route if keyword is None else keyword.route
    elif subject in _TOLD or subject is Subject.CANCEL:
        route = look.settings.route(subject.value)
    words = speech.told(route, understanding.detail, _untold(state, look)) if subject in _TOLD else None
    if words is None:
        words = _queued(state, look, route, "media" if subject is Subject.MEDIA else "person")
    if understanding.person:
        reason = "asked_for_person"
    else:
        reason = "media" if subject is Subject.MEDIA else "subject"
    return _hand_over(state, look, route, reason, words, at)


def _give_up(state: Conversation, look: Look, at: datetime) -> list[Event]:
    route = _general(look)
    words = _queued(state, look, route, "not_understood")
    return _hand_over(state, look, route, "not_understood", words, at)


def _cancel(state: Conversation, look: Look, at: datetime) -> list[Event]:
    """It counts from the moment the customer said so, before anybody else has a word."""
    route = look.settings.route("cancel")
    if state.cancellation:
        return _hand_over(state, look, route, "cancellation", _queued(state, look, route, "person"), at)
    requested_at = state.wrote_at or at
    words = speech.cancellation(requested_at, look.settings.tz, state.protocol)
    return [
        CancellationRequested(requested_at),
        *_hand_over(state, look, route, "cancellation", words, at),
    ]


def _hand_over(
    state: Conversation, look: Look, route: Route, reason: str, words: Speech, at: datetime
) -> list[Event]:
    entered = waiting(state, route.queue_id, route.priority, reason, route.subject, at)
    return [entered, *_send(state, look, words, at)]


def _queued(state: Conversation, look: Look, route: Route, why: str) -> Speech:
    return speech.queued(speech.opening(why, look.name), route, _untold(state, look))


def _general(look: Look) -> Route:
    """The channel's own default, else the deployment's."""
    general = look.settings.general
    if look.queue_id is None or look.queue is None:
        return general
    return replace(general, queue_id=look.queue_id, queue=look.queue)


# The number, and the sending


def _tell_number(state: Conversation, look: Look, at: datetime) -> list[Event]:
    purposes = [send.purpose for send in state.sends.values() if _ours(state, send.episode, send.author)]
    owed = any(purpose.endswith(speech.UNNUMBERED) for purpose in purposes)
    number = _untold(state, look)
    if not owed or number is None:
        return []
    handed_over = state.stage is not Stage.AUTOMATION
    return _send(state, look, speech.protocol(number, handed_over=handed_over), at)


def _number(state: Conversation, look: Look) -> Number | None:
    if state.protocol is None or state.opened_at is None:
        return None
    return Number(state.protocol, state.opened_at, look.settings.tz)


def _untold(state: Conversation, look: Look) -> Number | None:
    """The number, if it is there and this episode's customer has not been told yet."""
    told = any(
        send.purpose in speech.NUMBERED
        for send in state.sends.values()
        if _ours(state, send.episode, send.author)
    )
    return None if told else _number(state, look)


def _send(state: Conversation, look: Look, words: Speech, at: datetime) -> list[Event]:
    """One message; none outside the 24 h window, where only a template may go."""
    if not state.window_open(at) or look.message_id in state.sends:
        return []
    return [
        SendRequested(
            message_id=look.message_id,
            author=Author.AUTOMATION,
            agent_id=None,
            kind=words.kind,
            content=words.content,
            purpose=words.purpose,
            reply_to=None,
            requested_at=at,
        )
    ]


def _ours(state: Conversation, episode: int, author: Author) -> bool:
    return author is Author.AUTOMATION and episode == state.episode


def _spoken(state: Conversation) -> list[str]:
    """What automation said in this period, in order, without regard to numbers."""
    return [
        speech.base(send.purpose)
        for send in state.sends.values()
        if _ours(state, send.episode, send.author) and send.period == state.period
    ]


def _said(state: Conversation) -> frozenset[str]:
    return frozenset(_spoken(state))


def _asked(state: Conversation) -> str | None:
    """The last thing automation said that waits for an answer."""
    spoken = [purpose for purpose in _spoken(state) if purpose != speech.PROTOCOL]
    return spoken[-1] if spoken else None
