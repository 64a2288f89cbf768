"""The registry is kept as the provider has it, and a list that could not be had says nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from commands.catalogue import HANDLERS
from commands.intention import Command
from commands.processes.curator import look
from commands.template import MissTemplate, SyncTemplate
from commands.template_port import Kept, Listed
from domain.channel import ChannelId
from domain.template import Category, Quality, Shape, Status, Template
from tests.domain.facts import CHANNEL, at

SHAPE = Shape("Oi!")
LISTED = Listed("oi", "pt_BR", SHAPE, Category.UTILITY, Status.APPROVED, Quality.GREEN)
KEPT = Kept(CHANNEL, "oi", "pt_BR", 4, Template(SHAPE, Category.UTILITY, Status.APPROVED, Quality.GREEN))


@dataclass
class Ports:
    lists: dict[ChannelId, list[Listed] | None]
    known: list[Kept] = field(default_factory=list)

    @property
    def providers_templates(self) -> Ports:
        return self

    @property
    def template_registry(self) -> Ports:
        return self

    @property
    def channels(self) -> list[ChannelId]:
        return list(self.lists)

    async def listed(self, channel_id: ChannelId) -> Sequence[Listed] | None:
        return self.lists[channel_id]

    async def kept(self) -> list[Kept]:
        return self.known


def wanted(ports: Ports, minutes: float = 0) -> list[Command]:
    return asyncio.run(look(at(minutes), ports))


def test_what_is_new_or_different_is_synced_and_what_is_the_same_is_not() -> None:
    [new] = wanted(Ports({CHANNEL: [LISTED]}))
    assert isinstance(new, SyncTemplate)
    assert HANDLERS[SyncTemplate].stream_of(new) == "template-loja/oi.pt_BR"
    assert wanted(Ports({CHANNEL: [LISTED]}, [KEPT])) == []
    paused = Listed("oi", "pt_BR", SHAPE, Category.UTILITY, Status.PAUSED, Quality.GREEN)
    [other] = wanted(Ports({CHANNEL: [paused]}, [KEPT]))
    assert isinstance(other, SyncTemplate)
    assert other.status is Status.PAUSED


def test_what_is_not_listed_any_more_is_missed() -> None:
    [gone] = wanted(Ports({CHANNEL: []}, [KEPT]))
    assert isinstance(gone, MissTemplate)


def test_a_list_that_could_not_be_had_removes_nothing() -> None:
    assert wanted(Ports({CHANNEL: None}, [KEPT])) == []


def test_one_numbers_list_says_nothing_of_anothers() -> None:
    assert wanted(Ports({ChannelId("outra"): []}, [KEPT])) == []


def test_the_same_difference_is_one_wish_until_the_registry_moved() -> None:
    first, again = wanted(Ports({CHANNEL: []}, [KEPT])), wanted(Ports({CHANNEL: []}, [KEPT]), 5)
    assert [one.id for one in first] == [one.id for one in again]
    moved = Kept(CHANNEL, "oi", "pt_BR", 6, KEPT.template)
    assert [one.id for one in wanted(Ports({CHANNEL: []}, [moved]))] != [one.id for one in first]


def test_an_unknown_quality_is_no_news() -> None:
    unsure = Listed("oi", "pt_BR", SHAPE, Category.UTILITY, Status.APPROVED, Quality.UNKNOWN)
    assert wanted(Ports({CHANNEL: [unsure]}, [KEPT])) == []
