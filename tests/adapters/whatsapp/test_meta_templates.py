"""The provider's list, read over real HTTP: every page of it, or nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx
import pytest

from adapters.simulator.faults import Faults
from adapters.simulator.graph import Graph
from adapters.simulator.templates import APPROVED
from adapters.whatsapp.meta_templates import PAGE, Account, MetaTemplates, read_line
from commands.template_port import Listed
from domain.channel import ChannelId
from domain.template import Button, Category, Quality, Shape, Status
from tests.adapters.provider import CHANNEL, NUMBER, TOKEN, provider


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Graph, str]]:
    with provider() as both:
        yield both


@pytest.fixture
def graph(served: tuple[Graph, str]) -> Graph:
    served[0].start_anew()
    return served[0]


def listed(url: str, token: str = TOKEN, waba_id: str = NUMBER.waba_id) -> list[Listed] | None:
    async def ask() -> list[Listed] | None:
        async with httpx.AsyncClient() as client:
            templates = MetaTemplates(client, {CHANNEL: Account(waba_id, token)}, base_url=url)
            found = await templates.listed(ChannelId(CHANNEL))
            return None if found is None else list(found)

    return asyncio.run(ask())


def test_every_template_is_read_with_its_shape_and_standing(served: tuple[Graph, str], graph: Graph) -> None:
    found = {one.name: one for one in listed(served[1]) or []}
    assert len(found) == len(APPROVED)
    assert found["segunda_via"] == Listed(
        "segunda_via",
        "pt_BR",
        Shape("A sua fatura vence em {{1}}: {{2}}.", footer="Responda se precisar de ajuda."),
        Category.UTILITY,
        Status.APPROVED,
        Quality.GREEN,
    )
    assert found["equipe_de_volta"].shape.buttons == (Button("quick_reply", "Pode falar"),)
    assert found["aviso_antigo"].status is Status.PAUSED
    assert found["oferta_fibra"].category is Category.MARKETING


def test_a_list_of_many_pages_is_read_to_its_end(served: tuple[Graph, str], graph: Graph) -> None:
    graph.templates = [{**APPROVED[0], "name": f"aviso_{n}"} for n in range(2 * PAGE + 1)]
    assert len({one.name for one in listed(served[1]) or []}) == 2 * PAGE + 1


def test_a_list_that_cannot_be_had_is_none_and_not_an_empty_one(
    served: tuple[Graph, str], graph: Graph
) -> None:
    assert listed(served[1], token="wrong") is None
    assert listed(served[1], waba_id="1") is None
    graph.faults = Faults(down=True)
    assert listed(served[1]) is None
    assert listed("http://127.0.0.1:9") is None


@pytest.mark.parametrize(
    "line",
    [None, "x", {}, {"name": "a", "language": "pt_BR"}, {"name": "a", "language": "pt_BR", "components": []}],
)
def test_what_is_no_template_is_passed_over(line: object) -> None:
    assert read_line(line) is None


def test_words_nobody_knows_yet_are_other() -> None:
    line = {"name": "a", "language": "pt", "status": "NEW", "category": "X", "quality_score": {"score": "Z"}}
    read = read_line(line | {"components": [{"type": "BODY", "text": "oi"}, "odd"]})
    assert read is not None
    assert (read.status, read.category, read.quality) == (Status.OTHER, Category.OTHER, Quality.UNKNOWN)
