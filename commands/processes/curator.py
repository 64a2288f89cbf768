"""The curator: keeps the registry of templates as the provider has it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID, uuid5

from commands.intention import COMMANDS, Command
from commands.roles import Watch
from commands.template import MissTemplate, SyncTemplate
from commands.template_port import Kept, Listed, ProvidersTemplates, TemplateRegistry
from domain.channel import ChannelId
from domain.journal import Cause
from domain.template import TEMPLATE, key_of

NAME: Final = "curator"
EVERY: Final = 300.0  # seconds; webhooks tell what is urgent


class Gallery(Protocol):
    @property
    def providers_templates(self) -> ProvidersTemplates: ...
    @property
    def template_registry(self) -> TemplateRegistry: ...


async def look(at: datetime, ports: Gallery) -> list[Command]:
    """One wish per template that is not in the registry as the provider lists it. A list that could not be
    had says nothing."""
    wanted: list[Command] = []
    kept = await ports.template_registry.kept()
    for channel_id in ports.providers_templates.channels:
        listed = await ports.providers_templates.listed(channel_id)
        if listed is not None:
            here = [one for one in kept if one.channel_id == channel_id]
            wanted += differences(channel_id, listed, here, at)
    return wanted


def differences(
    channel_id: ChannelId, listed: Sequence[Listed], kept: Sequence[Kept], at: datetime
) -> Iterator[Command]:
    """What must be recorded for the registry to be as the list."""
    known = {(one.name, one.language): one for one in kept}
    for one in listed:
        had = known.pop((one.name, one.language), None)
        if had is not None and _same(one, had):
            continue
        id_, cause = _about(channel_id, one.name, one.language, "sync", had, at)
        yield SyncTemplate(
            id=id_,
            cause=cause,
            channel_id=channel_id,
            name=one.name,
            language=one.language,
            shape=one.shape,
            category=one.category,
            status=one.status,
            quality=one.quality,
        )
    for gone in known.values():
        id_, cause = _about(channel_id, gone.name, gone.language, "miss", gone, at)
        yield MissTemplate(id=id_, cause=cause, channel_id=channel_id, name=gone.name, language=gone.language)


def _same(one: Listed, had: Kept) -> bool:
    known = had.template
    return (one.shape, one.category, one.status) == (known.shape, known.category, known.status) and (
        one.quality is known.quality or one.quality.value == "unknown"
    )


def _about(
    channel_id: ChannelId, name: str, language: str, what: str, had: Kept | None, at: datetime
) -> tuple[UUID, Cause]:
    """A difference from what is kept is one wish per version of it. What is not kept may have been before, so
    each look wants it anew, and the domain says when that is no news."""
    key = key_of(channel_id, name, language)
    armed = at.isoformat() if had is None else had.version
    stream = TEMPLATE.id(str(channel_id), f"{name}.{language}")
    return uuid5(COMMANDS, f"{NAME}/{key}/{what}/{armed}"), Cause(f"process:{NAME}", key, stream)


def curator() -> Watch:
    return Watch(NAME, EVERY, look)
