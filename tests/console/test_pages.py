"""How built files are served."""

from __future__ import annotations

import asyncio
import gzip
import os
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp

from api.pages import CSP, ENTRY, FOR_EVER, Pages
from tests.api.house import House

SCRIPT = "console.log('oi');\n" * 50


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / ENTRY).write_text("<!doctype html><title>Atende</title>")
    (tmp_path / "assets" / "index-a1b2.js").write_text(SCRIPT)
    (tmp_path / "assets" / "letters.woff2").write_bytes(b"wOF2")
    return tmp_path


Ask = Callable[..., httpx.Response]


def asking(app: ASGIApp) -> Ask:
    def ask(path: str, *, method: str = "GET", takes: str = "gzip") -> httpx.Response:
        async def once() -> httpx.Response:
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
                return await client.request(method, path, headers={"Accept-Encoding": takes})

        return asyncio.run(once())

    return ask


@pytest.fixture
def pages(built: Path) -> Ask:
    return asking(Pages(PlainTextResponse("somebody else", 404), built))


@pytest.mark.parametrize("path", ["/", "/painel", "/atendimentos/6f1c2a34-5b6d-8e7f-9a0b-1c2d3e4f5a6b"])
def test_every_screen_is_the_entry_page_and_never_kept_unasked(pages: Ask, path: str) -> None:
    answer = pages(path)
    assert answer.status_code == 200
    assert "<title>Atende" in answer.text
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["Content-Security-Policy"] == CSP


def test_nothing_inline_and_nobody_else_is_let_in() -> None:
    rules = dict(rule.split(" ", 1) for rule in CSP.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["connect-src"] == rules["style-src"] == "'self'"
    assert "unsafe" not in CSP
    assert "http" not in CSP


def test_files_whose_names_change_with_them_are_kept_for_ever(pages: Ask) -> None:
    answer = pages("/assets/index-a1b2.js")
    assert answer.headers["Cache-Control"] == FOR_EVER
    assert answer.headers["Content-Type"].startswith("text/javascript")


def test_what_can_be_squeezed_is_for_whoever_takes_it_so(pages: Ask) -> None:
    squeezed = pages("/assets/index-a1b2.js")
    assert squeezed.headers["Content-Encoding"] == "gzip"
    assert int(squeezed.headers["Content-Length"]) == len(gzip.compress(SCRIPT.encode(), 9, mtime=0))
    assert squeezed.text == SCRIPT
    plain = pages("/assets/index-a1b2.js", takes="identity")
    assert "Content-Encoding" not in plain.headers
    assert plain.text == SCRIPT
    assert "Content-Encoding" not in pages("/assets/letters.woff2").headers


@pytest.mark.parametrize(
    "path", ["/v1/nothing", "/webhooks/x", "/health/x", "/assets/gone.js", "/robots.txt", "/nowhere"]
)
def test_what_is_no_screen_goes_to_others(pages: Ask, path: str) -> None:
    assert pages(path).text == "somebody else"


@pytest.mark.parametrize(
    "path", ["/assets/../../pages.py", "/..%2f..%2fpages.py", "/assets/%2e%2e/%2e%2e/x.py"]
)
def test_nothing_outside_the_folder_is_told(pages: Ask, path: str) -> None:
    assert "class Pages" not in pages(path).text


def test_nobody_writes_to_a_page(pages: Ask) -> None:
    assert pages("/", method="POST").text == "somebody else"


def test_what_was_built_anew_is_served_at_once(pages: Ask, built: Path) -> None:
    assert "Outra" not in pages("/").text
    (built / ENTRY).write_text("<!doctype html><title>Outra</title>")
    os.utime(built / ENTRY, ns=(1, 1))
    assert "Outra" in pages("/").text


def test_what_is_not_built_says_so_and_the_api_goes_on(tmp_path: Path) -> None:
    pages = asking(Pages(PlainTextResponse("somebody else", 404), tmp_path))
    assert "make console" in pages("/").text
    assert pages("/painel").status_code == 404
    assert pages("/v1/me").text == "somebody else"


def test_an_address_the_api_does_not_know_is_still_a_problem() -> None:
    answer = asking(House().app)("/v1/nothing")
    assert answer.status_code == 404
    assert answer.json()["rule"] == "NotFound"
