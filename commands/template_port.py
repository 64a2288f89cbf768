"""What may be asked of templates: of the provider, and of our own registry."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.channel import ChannelId
from domain.template import Category, Quality, Shape, Status, Template


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the provider's list."""

    name: str
    language: str
    shape: Shape
    category: Category
    status: Status
    quality: Quality


@dataclass(frozen=True, slots=True)
class Kept:
    """What the registry has. `version` is of its stream: it names the wish to change it."""

    channel_id: ChannelId
    name: str
    language: str
    version: int
    template: Template


class ProvidersTemplates(Protocol):
    @property
    def channels(self) -> Sequence[ChannelId]:
        """The numbers whose templates can be asked for."""
        ...

    def listed(self, channel_id: ChannelId) -> Awaitable[Sequence[Listed] | None]:
        """All there are; None when nobody can say now, and then nothing may be concluded from it."""
        ...


class TemplateRegistry(Protocol):
    def kept(self) -> Awaitable[Sequence[Kept]]: ...
