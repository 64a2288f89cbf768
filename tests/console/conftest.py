"""A real browser before the real desk: Debian's Chromium, driven by Playwright, with nothing between them."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from adapters import tokens
from api.pages import BUILT
from commands.door_ports import Role
from domain.agent import AgentId
from tests.walks.conftest import house
from tests.walks.house import House, until

__all__ = ["house"]

CHROMIUM = shutil.which("chromium")
ARTIFACTS = Path(__file__).parents[2] / ".artifacts" / "console"
AXE = BUILT.parent / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",  # a microphone that beeps, and
    "--use-fake-ui-for-media-stream",  # somebody who lets pages hear it
]
PATIENCE = 60  # seconds; two cores may serve a house, a browser and another suite
WIDE, PHONE = (1366, 768), (390, 844)
PEOPLE = {"ana": Role.AGENT, "bia": Role.AGENT, "chefe": Role.SUPERVISOR}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    lacking = "no chromium here" if CHROMIUM is None else "" if BUILT.exists() else "the console is not built"
    for item in items:
        if Path(item.fspath).parent == Path(__file__).parent and "desk" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)
            if lacking:
                item.add_marker(pytest.mark.skip(reason=lacking))


@pytest.fixture(scope="module")  # while it is there no other test of this process may run a loop of its own
def _playwright() -> Iterator[Playwright]:
    expect.set_options(timeout=PATIENCE * 1000)
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def browser(_playwright: Playwright) -> Iterator[Browser]:
    opened = _playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    yield opened
    opened.close()


class Desk:
    """Browsers before one house. Every page is watched: what it asks of others, what it complains about."""

    def __init__(self, browser: Browser, house: House) -> None:
        self.house = house
        self.foreign: list[str] = []
        self.complaints: list[str] = []
        self._browser = browser
        self._homes = [house.url]
        self._contexts: list[BrowserContext] = []
        self._tokens: dict[str, str] = {}

    def token(self, name: str) -> str:
        if name not in self._tokens:
            role = Role.ADMIN if name == "admin" else PEOPLE[name]
            agent = None if name == "admin" else AgentId(name)
            self._tokens[name] = tokens.create(self.house.dsn, name, role, agent_id=agent).token
        return self._tokens[name]

    def page(
        self,
        name: str | None,
        path: str = "/",
        *,
        size: tuple[int, int] = WIDE,
        theme: str = "light",
        toured: bool = True,
        live: bool = True,
        through: str | None = None,
        **more: Any,
    ) -> Page:
        """A browser of their own, signed in, on this screen. Not `live`: it asks again and again. `through`:
        the address by which it reaches the desk."""
        if through is not None:
            self._homes.append(through)
        context = self._browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale="pt-BR",
            timezone_id="America/Sao_Paulo",
            **more,
        )
        self._contexts.append(context)
        likes = json.dumps({"theme": theme, "toured": toured, "sounds": False})
        context.add_init_script(
            f"localStorage.getItem('atende.preferences') ?? "
            f"localStorage.setItem('atende.preferences', {json.dumps(likes)})"
        )
        if name is not None:
            context.add_init_script(f"sessionStorage.setItem('atende.token', {json.dumps(self.token(name))})")
        if not live:
            context.route(re.compile(r"/v1/live"), lambda asked: asked.fulfill(status=404, json={}))
        page = context.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        page.on("request", lambda asked: self._asked(asked.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self._said(said.type, said.text))
        page.goto((through or self.house.url) + path)
        return page

    def _asked(self, url: str) -> None:
        if not url.startswith(("data:", *self._homes, *(f"blob:{home}" for home in self._homes))):
            self.foreign.append(url)

    def _said(self, kind: str, text: str) -> None:
        # a no of the API is told as a sentence on the screen; the browser repeats it in its console
        if kind == "error" and not re.match(
            r"Failed to load resource: .*(status of 4|ERR_|status of 503)", text
        ):
            self.complaints.append(text)

    def close(self) -> None:
        for context in self._contexts:
            context.close()
        self._contexts.clear()


ANSWERS = {
    "oi": ("Apresentação", "Oi, {nome}, aqui é {agente}. Já li o que você mandou.", []),
    "luzes": ("Pedir foto do modem", "Pode me mandar uma foto das luzes do modem?", ["suporte-tecnico"]),
    "boleto": ("2ª via", "Aqui está a 2ª via da sua fatura, {nome}.", ["financeiro"]),
}


@pytest.fixture(scope="session")
def _answers(house: House) -> None:
    """What agents have ready behind the slash."""
    for word, (title, text, queues) in ANSWERS.items():
        ask = {"title": title, "text": text, "queues": queues}
        told = house.as_admin.put(f"/v1/canned-answers/{word}", ask).raise_for_status()
    after = told.headers["Position"]
    until(lambda: house.as_admin.get("/v1/canned-answers", after=after).status_code == 200, "the answers")


@pytest.fixture
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    """Nothing a page did may have asked anybody else, or broken a rule of its policy."""
    request.getfixturevalue("_answers")
    opened = Desk(request.getfixturevalue("browser"), request.getfixturevalue("house"))
    yield opened
    opened.close()
    assert opened.foreign == []
    assert opened.complaints == []


@contextmanager
def cut_off(page: Page) -> Iterator[None]:
    """What the page asks to read does not arrive; what it wishes does. For pages that are not live."""
    reads = re.compile(r"/v1/conversations")

    def answer(route: Any) -> None:
        route.abort() if route.request.method == "GET" else route.continue_()

    page.route(reads, answer)
    try:
        yield
    finally:
        page.unroute(reads)


def faults(page: Page) -> list[str]:
    """What axe finds that keeps somebody out, each with the places."""
    if "axe" not in page.evaluate("Object.keys(window)"):
        page.evaluate(AXE.read_text())
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{fault['id']}: {[node['target'] for node in fault['nodes']][:4]}"
        for fault in found["violations"]
        if fault["impact"] in ("serious", "critical")
    ]


@pytest.fixture(scope="session")
def shot() -> Callable[[Page, str], None]:
    ARTIFACTS.mkdir(parents=True, exist_ok=True)

    def take(page: Page, name: str) -> None:
        page.wait_for_timeout(350)  # what moves has moved
        page.screenshot(path=ARTIFACTS / f"{name}.png")

    return take


os.environ.setdefault("PW_TEST_SCREENSHOT_NO_FONTS_READY", "1")
