"""What the provider says of templates, as wishes to have it recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from commands.intention import Command
from domain import template
from domain.channel import ChannelId
from domain.template import Category, Quality, Shape, Status, Template


@dataclass(frozen=True, kw_only=True)
class SyncTemplate(Command):
    """One line of the provider's list."""

    channel_id: ChannelId
    name: str
    language: str
    shape: Shape
    category: Category
    status: Status
    quality: Quality


def sync_template(command: SyncTemplate, state: Template, at: datetime) -> list[template.Event]:
    return template.sync(
        state,
        command.shape,
        category=command.category,
        status=command.status,
        quality=command.quality,
        at=at,
    )


@dataclass(frozen=True, kw_only=True)
class MissTemplate(Command):
    """The provider's list has it no longer."""

    channel_id: ChannelId
    name: str
    language: str


def miss_template(command: MissTemplate, state: Template, at: datetime) -> list[template.Event]:
    return template.miss(state, at=at)


@dataclass(frozen=True, kw_only=True)
class HearTemplateStatus(Command):
    """A webhook; `told_at` is the provider's time."""

    channel_id: ChannelId
    name: str
    language: str
    status: Status
    told_at: datetime
    reason: str | None = None


def hear_template_status(command: HearTemplateStatus, state: Template, at: datetime) -> list[template.Event]:
    return template.hear_status(state, command.status, reason=command.reason, at=command.told_at)


@dataclass(frozen=True, kw_only=True)
class HearTemplateCategory(Command):
    channel_id: ChannelId
    name: str
    language: str
    category: Category
    told_at: datetime


def hear_template_category(
    command: HearTemplateCategory, state: Template, at: datetime
) -> list[template.Event]:
    return template.hear_category(state, command.category, at=command.told_at)


@dataclass(frozen=True, kw_only=True)
class HearTemplateQuality(Command):
    channel_id: ChannelId
    name: str
    language: str
    quality: Quality
    told_at: datetime


def hear_template_quality(
    command: HearTemplateQuality, state: Template, at: datetime
) -> list[template.Event]:
    return template.hear_quality(state, command.quality, at=command.told_at)
