"""Every screen: open to everybody, in both themes, light to load, and quick with a long list."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from api.pages import BUILT, ENTRY
from tests.console.conftest import PHONE, WIDE, Desk, faults

BUDGET = 180_000  # bytes of script, squeezed, before the first screen works

Shot = Callable[[Page, str], None]


def first_load() -> list[str]:
    """The scripts the entry page asks for, and what those import at once."""
    manifest: dict[str, Any] = json.loads((BUILT / "manifest.json").read_text())
    todo, found = [ENTRY], []
    while todo:
        part = manifest[todo.pop()]
        if part["file"] not in found:
            found.append(part["file"])
            todo += part.get("imports", [])
    return found


@pytest.mark.skipif(not BUILT.exists(), reason="the console is not built")
def test_the_first_load_is_light() -> None:
    sizes = {name: len(gzip.compress((BUILT / name).read_bytes(), 9)) for name in first_load()}
    assert sum(sizes.values()) <= BUDGET, sizes
    assert len(sizes) >= 1


@pytest.mark.skipif(not BUILT.exists(), reason="the console is not built")
def test_the_entry_page_runs_nothing_of_its_own() -> None:
    page = (BUILT / ENTRY).read_text()
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|javascript:", page)
    assert not re.search(r"(?:src|href)=\"(?!/)", page)


def scene(desk: Desk) -> str:
    """Somebody who waits, somebody in service with ana. Answers the id of hers."""
    house = desk.house
    waiting, hers = house.customer(), house.customer()
    house.waits(waiting)
    house.waits(hers, "queria a segunda via do boleto desse mês")
    path = f"/v1/conversations/{house.conversation_id(hers)}"
    house.agent("ana").post(f"{path}/claim").raise_for_status()
    words = "Aqui está a 2ª via. Posso ajudar em mais alguma coisa?"
    house.said.add(words)
    house.agent("ana").post(f"{path}/messages", {"kind": "text", "text": words}).raise_for_status()
    return house.conversation_id(hers)


def screens(desk: Desk, theme: str, size: tuple[int, int], **more: Any) -> Iterator[tuple[str, Page]]:
    """One after the other, each as somebody sees it who works there."""
    look = {"theme": theme, "size": size, **more}
    hers = scene(desk)
    page = desk.page(None, **look)
    page.get_by_role("heading", name="Entrar no Atende").wait_for()
    yield "entrar", page

    page = desk.page("ana", **look)
    page.locator(".row").first.wait_for()
    yield "lista", page
    page.goto(f"{desk.house.url}/atendimentos/{hers}")
    page.locator(".line.agent").first.wait_for()
    yield "atendimento", page
    page.get_by_label("Mensagem ao cliente").fill("/")
    page.get_by_role("listbox", name="Respostas prontas").wait_for()
    yield "respostas", page
    page.get_by_label("Mensagem ao cliente").fill("")
    page.keyboard.press("Escape")
    for key, name in (
        ("e", "encerrar"),
        ("t", "transferir"),
        ("s", "adiar"),
        ("d", "devolver"),
        ("?", "teclas"),
    ):
        page.keyboard.press(key)
        page.get_by_role("dialog").wait_for()
        yield name, page
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Ação, cliente ou protocolo").wait_for()
    yield "acoes", page
    page.keyboard.press("Escape")
    if size == PHONE:
        page.keyboard.press("i")
        page.locator(".context").wait_for()
        yield "cliente", page

    page = desk.page("ana", toured=False, **look)
    page.get_by_role("dialog", name="Boas-vindas ao Atende").wait_for()
    yield "visita", page

    page = desk.page("chefe", "/painel", **look)
    page.get_by_role("heading", name="Filas").wait_for()
    page.locator(".figures .num", has_text=re.compile(r"[1-9]")).first.wait_for()
    yield "painel", page
    page.goto(f"{desk.house.url}/tv")
    page.get_by_role("heading", name="Painel do atendimento").wait_for()
    yield "tv", page
    page.goto(f"{desk.house.url}/analise")
    page.get_by_role("heading", name="Análise").wait_for()
    yield "analise", page

    page = desk.page("admin", "/administracao/filas", **look)
    page.get_by_role("cell", name="suporte-tecnico").wait_for()
    yield "filas", page
    for path in ("equipe", "canais"):
        page.goto(f"{desk.house.url}/administracao/{path}")
        page.locator(".cards li").first.wait_for()
        yield path, page
    page.goto(f"{desk.house.url}/auditoria")
    page.get_by_role("heading", name="Auditoria").wait_for()
    yield "auditoria", page


@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
def test_no_screen_keeps_anybody_out(desk: Desk, theme: str) -> None:
    found = {}
    for name, page in screens(desk, theme, WIDE, bypass_csp=True, reduced_motion="reduce"):
        page.wait_for_timeout(150)
        if wrong := faults(page):
            found[name] = wrong
    assert found == {}


def test_what_axe_should_find_it_finds(desk: Desk) -> None:
    page = desk.page(None, bypass_csp=True)
    page.get_by_role("heading", name="Entrar no Atende").wait_for()
    page.evaluate(
        "document.querySelector('form').insertAdjacentHTML('beforeend', '<img src=\"/favicon.svg\">')"
    )
    assert faults(page)


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_screen_fits_its_width(desk: Desk, shot: Shot, theme: str, size: tuple[int, int]) -> None:
    """And is photographed, for whoever wants to look."""
    for name, page in screens(desk, theme, size):
        shot(page, f"{name}-{size[0]}-{theme}")
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= size[0], name


def test_a_list_of_five_thousand_draws_only_what_is_in_view(desk: Desk) -> None:
    row = desk.house.as_service.get("/v1/conversations", limit=1).json()["items"]
    if not row:
        scene(desk)
        row = desk.house.as_service.get("/v1/conversations", limit=1).json()["items"]
    page = desk.page("bia")
    page.locator(".rows").wait_for()

    def answer(route: Route) -> None:
        """As many as there might be, page by page, one per second."""
        asked = re.search(r"cursor=(\d+)", route.request.url)
        start = int(asked[1]) if asked else 0
        many = "stage=waiting" in route.request.url
        rows = [_made(row[0], n) for n in range(start, start + 200)] if many else []
        more = str(start + 200) if many and start + 200 < 5_000 else None
        route.fulfill(json={"items": rows, "next": more})

    page.route(re.compile(r"/v1/conversations\?"), answer)
    page.route(re.compile(r"/v1/live"), lambda route: route.fulfill(status=404, json={"rule": "NotFound"}))
    page.reload()
    page.locator(".row").first.wait_for()
    page.evaluate(
        """() => {
          window.longest = 0;
          new PerformanceObserver((list) => {
            for (const one of list.getEntries()) window.longest = Math.max(window.longest, one.duration);
          }).observe({type: "longtask"});
        }"""
    )
    box = page.locator(".rows")
    for _ in range(40):
        box.evaluate("(box) => box.scrollTo(0, box.scrollHeight)")
        page.wait_for_timeout(120)
        assert page.locator(".row").count() < 60
    height = box.evaluate("(box) => box.scrollHeight")
    assert height > 3_000 * 58, height


def _made(row: dict[str, Any], n: int) -> dict[str, Any]:
    at = datetime.now(UTC)
    return row | {
        "conversation_id": f"00000000-0000-8000-8000-{n:012d}",
        "stage": "waiting",
        "priority": "normal",
        "due_at": (at + timedelta(seconds=600 + n)).isoformat(),
        "waiting_since": at.isoformat(),
        "contact": {"name": f"Cliente {n}", "phone": None},
        "agent_id": None,
    }
