"""Which templates does the provider have of us, and how do they stand? One row per number, name, language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar

from domain import template
from domain.channel import ChannelId
from domain.journal import Recorded
from domain.privacy import Clear, Open
from domain.template import Button, Category, Quality, Shape, Status, Template, named_in
from projections.answer import Key, Projection, replace


@dataclass(frozen=True, slots=True)
class Row:
    """`buttons` holds {kind, text, url}. A template that was removed keeps no row."""

    KEY: ClassVar[tuple[str, ...]] = ("channel_id", "name", "language")

    channel_id: ChannelId
    name: Open
    language: Open
    version: int  # of its stream
    category: Category
    status: Status
    quality: Quality
    body: Open
    header_format: Open | None
    header: Open | None
    footer: Open | None
    buttons: Annotated[tuple[dict[str, Any], ...], Clear()]
    reason: Open | None
    changed_at: datetime

    @property
    def shape(self) -> Shape:
        buttons = tuple(Button(one["kind"], one["text"], one["url"]) for one in self.buttons)
        return Shape(self.body, self.header_format, self.header, self.footer, buttons)

    @property
    def template(self) -> Template:
        """As decisions see it."""
        return Template(self.shape, self.category, self.status, self.quality)


def key(recorded: Recorded) -> Key | None:
    return (recorded.root, *named_in(recorded.stream))


def evolve(row: Row | None, recorded: Recorded) -> Row | None:
    event, version = recorded.event, recorded.version
    if isinstance(event, template.Registered):
        name, language = named_in(recorded.stream)
        return Row(
            ChannelId(recorded.root),
            name,
            language,
            version,
            event.category,
            event.status,
            event.quality,
            **_shape(event.shape),
            reason=None,
            changed_at=event.registered_at,
        )
    if row is None:
        return None
    match event:
        case template.Reshaped(shape=shape, reshaped_at=at):
            return replace(row, version=version, changed_at=at, **_shape(shape))
        case template.StatusChanged(status=status, reason=reason, changed_at=at):
            return replace(row, version=version, status=status, reason=reason, changed_at=at)
        case template.Recategorised(category=category, changed_at=at):
            return replace(row, version=version, category=category, changed_at=at)
        case template.QualityChanged(quality=quality, changed_at=at):
            return replace(row, version=version, quality=quality, changed_at=at)
        case template.Removed():
            return None
        case _:
            return row


def _shape(shape: Shape) -> dict[str, Any]:
    return {
        "body": shape.body,
        "header_format": shape.header_format,
        "header": shape.header,
        "footer": shape.footer,
        "buttons": tuple({"kind": b.kind, "text": b.text, "url": b.url} for b in shape.buttons),
    }


TEMPLATES = Projection("templates", 1, Row, key, evolve, template.TEMPLATE.events)
