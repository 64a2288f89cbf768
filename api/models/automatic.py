"""What Atende says by itself, and what it needs for that, as the doors tell it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from api.models.views import View
from api.permissions import Mask
from domain.template import Category, Quality, Status, slots
from projections import templates
from projections.scheduled import State


class Button(View):
    kind: str
    text: str
    url: str | None


class Slot(View):
    part: str = Field(description="`body`, `header`, or `button/<index>`")
    names: list[str] = Field(description="In the order in which parameters are given")


class Rating(View):
    conversation_id: str
    episode: int
    agent_id: str | None = Field(description="Who owned most of the handling time")
    queue_id: str | None
    score: int = Field(description="1, very bad, to 5, very good")
    comment: Annotated[str | None, Mask.CONTENT]
    asked_at: datetime
    rated_at: datetime
    alerted_at: datetime | None = Field(description="1 or 2: when the supervisors were told")


class Ratings(View):
    items: list[Rating]


class ScheduledSend(View):
    schedule_id: str
    agent_id: str
    kind: str
    content: Annotated[dict[str, Any] | None, Mask.CONTENT]
    send_at: datetime
    scheduled_at: datetime
    state: State
    rule: str | None = Field(description="Why it was dropped when its time came")
    ended_at: datetime | None


class ScheduledSends(View):
    items: list[ScheduledSend]


class Template(View):
    name: str
    language: str
    status: Status
    category: Category
    quality: Quality
    header_format: str | None
    header: str | None
    body: str
    footer: str | None
    buttons: list[Button]
    slots: list[Slot] = Field(description="What it asks for")
    reason: str | None = Field(description="Why the provider changed its status, in its own word")
    changed_at: datetime
    sendable: bool = Field(description="Whether an agent may send it now")


class Templates(View):
    items: list[Template]


def template(row: templates.Row) -> Template:
    return Template(
        name=row.name,
        language=row.language,
        status=row.status,
        category=row.category,
        quality=row.quality,
        header_format=row.header_format,
        header=row.header,
        body=row.body,
        footer=row.footer,
        buttons=[Button(**one) for one in row.buttons],
        slots=[Slot(part=slot.part, names=list(slot.names)) for slot in slots(row.shape)],
        reason=row.reason,
        changed_at=row.changed_at,
        sendable=row.status is Status.APPROVED and row.category is Category.UTILITY,
    )
