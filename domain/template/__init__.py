"""A message approved in advance by the provider: one stream per number, name and language.

The registry is fed by the provider alone, by its list and by its webhooks; nobody writes a template here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias, assert_never

from domain.channel import ChannelId
from domain.grammar import Stream
from domain.privacy import Open
from domain.template.refusals import (
    LengthExceeded,
    MissingVariables,
    NeedsOptIn,
    TemplateNotApproved,
    TemplatePaused,
    UnknownTemplate,
    VariableTooLong,
    WrongCategory,
)
from domain.template.shape import Button, Shape, Slot, check_lengths, check_variables, slots, variables

__all__ = [
    "TEMPLATE",
    "Button",
    "Category",
    "Event",
    "LengthExceeded",
    "MissingVariables",
    "NeedsOptIn",
    "Quality",
    "QualityChanged",
    "Recategorised",
    "Registered",
    "Removed",
    "Reshaped",
    "Shape",
    "Slot",
    "Status",
    "StatusChanged",
    "Template",
    "TemplateNotApproved",
    "TemplatePaused",
    "UnknownTemplate",
    "VariableTooLong",
    "WrongCategory",
    "check_send",
    "hear_category",
    "hear_quality",
    "hear_status",
    "key_of",
    "miss",
    "named_in",
    "slots",
    "sync",
    "variables",
]


class Status(StrEnum):
    APPROVED = "approved"
    PENDING = "pending"
    REJECTED = "rejected"
    PAUSED = "paused"  # for its quality; it comes back by itself
    DISABLED = "disabled"
    OTHER = "other"  # appeals, deletions under way, and whatever is invented tomorrow


class Category(StrEnum):
    UTILITY = "utility"
    MARKETING = "marketing"
    AUTHENTICATION = "authentication"
    OTHER = "other"


class Quality(StrEnum):
    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    UNKNOWN = "unknown"


def key_of(channel_id: ChannelId, name: str, language: str) -> str:
    """Root and leaf of its stream: templates of one number share its partition."""
    return f"{channel_id}/{name}.{language}"


def named_in(stream: str) -> tuple[str, str]:
    """Name and language, out of the id of a stream."""
    name, _, language = stream.partition("/")[2].rpartition(".")
    return name, language


# Events


@dataclass(frozen=True, slots=True)
class Registered:
    """The provider told us of it, for the first time or again."""

    shape: Shape
    category: Category
    status: Status
    quality: Quality
    registered_at: datetime


@dataclass(frozen=True, slots=True)
class Reshaped:
    shape: Shape
    reshaped_at: datetime


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """`changed_at` is the provider's time where it told one."""

    status: Status
    reason: Open | None
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Recategorised:
    category: Category
    before: Category
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class QualityChanged:
    quality: Quality
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Removed:
    """It is not in the provider's list any more."""

    removed_at: datetime


Event: TypeAlias = Registered | Reshaped | StatusChanged | Recategorised | QualityChanged | Removed

# State


@dataclass(frozen=True, slots=True)
class Template:
    shape: Shape | None = None  # None: not in the registry
    category: Category = Category.OTHER
    status: Status = Status.OTHER
    quality: Quality = Quality.UNKNOWN
    status_at: datetime | None = None  # the newest word on each: an older one changes nothing
    category_at: datetime | None = None
    quality_at: datetime | None = None

    @property
    def known(self) -> bool:
        return self.shape is not None


# Decisions: what the provider says


def sync(
    state: Template, shape: Shape, *, category: Category, status: Status, quality: Quality, at: datetime
) -> list[Event]:
    """As the provider's list has it now; what is as it was is no news."""
    check_lengths(shape)
    if not state.known:
        return [Registered(shape, category, status, quality, at)]
    news: list[Event] = []
    if shape != state.shape:
        news.append(Reshaped(shape, at))
    if category is not state.category:
        news.append(Recategorised(category, state.category, at))
    if status is not state.status:
        news.append(StatusChanged(status, None, at))
    if quality is not state.quality and quality is not Quality.UNKNOWN:
        news.append(QualityChanged(quality, at))
    return news


def miss(state: Template, *, at: datetime) -> list[Event]:
    """The provider's list has it no longer."""
    return [Removed(at)] if state.known else []


def hear_status(state: Template, status: Status, *, reason: str | None, at: datetime) -> list[Event]:
    """A webhook's word, which may come late, twice or out of order."""
    _must_be_known(state)
    if status is state.status or _older(at, state.status_at):
        return []
    return [StatusChanged(status, reason, at)]


def hear_category(state: Template, category: Category, *, at: datetime) -> list[Event]:
    _must_be_known(state)
    if category is state.category or _older(at, state.category_at):
        return []
    return [Recategorised(category, state.category, at)]


def hear_quality(state: Template, quality: Quality, *, at: datetime) -> list[Event]:
    _must_be_known(state)
    if quality is state.quality or _older(at, state.quality_at):
        return []
    return [QualityChanged(quality, at)]


def _must_be_known(state: Template) -> None:
    if not state.known:
        raise UnknownTemplate


def _older(at: datetime, than: datetime | None) -> bool:
    return than is not None and at < than


# Decisions: what may leave


def check_send(state: Template | None, components: Sequence[Mapping[str, Any]]) -> None:
    """Whether an agent may send it with these components, as the provider documents them. Raises one refusal
    per rule."""
    if state is None or state.shape is None:
        raise UnknownTemplate
    if state.status is Status.PAUSED:
        raise TemplatePaused
    if state.status is not Status.APPROVED:
        raise TemplateNotApproved(status=state.status.value)
    if state.category is not Category.UTILITY:
        raise WrongCategory(category=state.category.value)
    check_variables(state.shape, components)


# Memory


def evolve(state: Template, event: Event) -> Template:
    match event:
        case Registered(registered_at=at):
            return Template(event.shape, event.category, event.status, event.quality, at, at, at)
        case Reshaped(shape=shape):
            return replace(state, shape=shape)
        case StatusChanged(status=status, changed_at=at):
            return replace(state, status=status, status_at=at)
        case Recategorised(category=category, changed_at=at):
            return replace(state, category=category, category_at=at)
        case QualityChanged(quality=quality, changed_at=at):
            return replace(state, quality=quality, quality_at=at)
        case Removed():
            return Template()
    assert_never(event)


TEMPLATE: Stream[Template, Event] = Stream(
    "template",
    (Registered, Reshaped, StatusChanged, Recategorised, QualityChanged, Removed),
    Template(),
    evolve,
)
