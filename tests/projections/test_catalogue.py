"""The catalogue is complete, and its rows say what they hold."""

from __future__ import annotations

import importlib
import pkgutil
from enum import StrEnum
from typing import Annotated, Any, NewType, get_args, get_origin, get_type_hints

import pytest

import projections
from domain import agent, canned, channel, chat, conversation, delivery, queue, template, user
from domain.privacy import Class, Clear
from projections.answer import Projection, columns
from projections.catalogue import PROJECTIONS

UNSEEN = {
    conversation.ReceiptParked,  # told again as ReceiptHeard when its message is known
    conversation.AnswerVoided,  # the message's own line says that it failed
    conversation.AnswerArrived,  # … or that it arrived
    conversation.ClocksSet,  # what clocks say is told by `deadlines`
    conversation.Warned,
    conversation.StopVoided,
    conversation.NoAnswerNeeded,
    conversation.SubjectForgotten,  # what was said until then reads as gone
    conversation.OfferAccepted,  # told by the assignment that follows
    conversation.RoundRestarted,
    conversation.SkillsRelaxed,
    conversation.Ripened,
    conversation.FellSilent,
    conversation.Stirred,
    conversation.EstimateMissed,  # what was said of it is a message
    conversation.EstimateTold,
    conversation.HoursTold,
    conversation.PositionTold,
    conversation.RatingAlerted,  # the rating is a line
    conversation.RatingCommented,  # the comment is a message
    conversation.SatisfactionAsked,
    conversation.ScheduleSent,
}
"""Events of a conversation that change no transcript."""


def modules() -> list[Any]:
    found = pkgutil.walk_packages(projections.__path__, "projections.")
    return [importlib.import_module(module.name) for module in found]


def test_every_projection_is_in_the_catalogue_under_its_own_name() -> None:
    written = {id(v): v for m in modules() for v in vars(m).values() if isinstance(v, Projection)}
    assert sorted(p.name for p in written.values()) == sorted(PROJECTIONS)
    assert all(PROJECTIONS[p.name] is p for p in written.values())


@pytest.mark.parametrize("name", PROJECTIONS)
def test_a_projection_says_its_question(name: str) -> None:
    [module] = [
        m for m in modules() if any(v is PROJECTIONS[name] for v in vars(m).values()) and _own(m, name)
    ]
    assert "?" in (module.__doc__ or "").splitlines()[0]


def _own(module: Any, name: str) -> bool:
    return module.__name__.split(".")[1] == name


@pytest.mark.parametrize("name", PROJECTIONS)
def test_every_text_of_a_row_says_whose_words_it_holds(name: str) -> None:
    row = PROJECTIONS[name].row
    hints = get_type_hints(row, include_extras=True)
    for field in columns(row):
        assert _thought_about(hints[field]), f"{name}.{field}: a text nobody thought about"


def _thought_about(hint: Any) -> bool:
    if get_origin(hint) is Annotated:
        return any(isinstance(mark, Class | Clear) for mark in hint.__metadata__)
    if isinstance(hint, NewType) or (isinstance(hint, type) and issubclass(hint, StrEnum)):
        return True
    if get_origin(hint) is tuple:
        return all(_thought_about(part) for part in get_args(hint) if part is not Ellipsis)
    if get_origin(hint) is dict or hint is str:
        return False
    return all(_thought_about(part) for part in get_args(hint))


@pytest.mark.parametrize("name", PROJECTIONS)
def test_the_key_of_a_row_is_among_its_fields_and_never_missing(name: str) -> None:
    row = PROJECTIONS[name].row
    assert set(row.KEY) <= set(columns(row))
    hints = get_type_hints(row)
    assert all(type(None) not in get_args(hints[field]) for field in row.KEY)


def test_no_event_of_a_conversation_is_overlooked_by_the_transcript() -> None:
    seen = set(PROJECTIONS["transcript"].wakes)
    silent = {conversation.ContactKnown, conversation.BurstRead} | UNSEEN
    assert seen | silent == set(get_args(conversation.Event))
    assert not seen & silent


@pytest.mark.parametrize(
    ("name", "events"),
    [
        ("deliveries", delivery.Event),
        ("queues", queue.Event),
        ("agents", agent.Event),
        ("channels", channel.Event),
        ("templates", template.Event),
        ("chat_rooms", chat.Event),
        ("canned", canned.Event),
    ],
)
def test_no_event_of_the_small_streams_is_overlooked(name: str, events: Any) -> None:
    assert set(PROJECTIONS[name].wakes) == set(get_args(events) or (events,))


def test_no_event_of_a_user_is_overlooked_but_the_end_of_a_session() -> None:
    assert set(get_args(user.Event)) - set(PROJECTIONS["users"].wakes) == {user.SessionEnded}
