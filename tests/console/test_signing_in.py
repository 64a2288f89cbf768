"""Whoever signs in is helped by their browser, sees where else they are in, and finds the way out."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.console.conftest import Desk, faults
from tests.console.test_staying_right import PASSWORD, elsewhere, signs_in

__all__ = ["elsewhere"]

PLACES = ("/", "/equipe", "/painel", "/tv", "/analise", "/administracao/filas", "/auditoria")


def invited(desk: Desk, login: str) -> str:
    ask = {"login": login, "name": "Nara", "role": "manager"}
    return str(desk.house.as_admin.post("/v1/users", ask).raise_for_status().json()["word"])


def pasted(page: Page, label: str, words: str) -> None:
    """Put there as a password manager or Ctrl+V does."""
    field = page.get_by_label(label, exact=True)
    field.focus()
    taken = field.evaluate(
        "(box, words) => { const clip = new DataTransfer(); clip.setData('text/plain', words);"
        " return box.dispatchEvent(new ClipboardEvent('paste', {clipboardData: clip, cancelable: true,"
        " bubbles: true})); }",
        words,
    )
    assert taken  # nobody stood in its way
    page.keyboard.insert_text(words)


def test_what_is_typed_as_a_password_is_hidden_may_be_pasted_and_browsers_know_what_it_is(desk: Desk) -> None:
    login = "nara@fibra.example"
    page = desk.page(None, f"/convite#{invited(desk, login)}")
    for label, kind in (("Senha nova", "new-password"), ("Mais uma vez", "new-password")):
        field = page.get_by_label(label)
        expect(field).to_have_attribute("type", "password")
        expect(field).to_have_attribute("autocomplete", kind)
        pasted(page, label, PASSWORD)
    page.get_by_role("button", name="Continuar").click()
    expect(page.get_by_label("E-mail")).to_have_attribute("autocomplete", "username")
    field = page.get_by_label("Senha")
    expect(field).to_have_attribute("type", "password")
    expect(field).to_have_attribute("autocomplete", "current-password")
    page.get_by_label("E-mail").fill(login)
    pasted(page, "Senha", PASSWORD)
    page.get_by_role("button", name="Entrar", exact=True).click()
    expect(page.get_by_role("link", name="Painel")).to_be_visible()
    assert PASSWORD not in page.content()


@pytest.mark.parametrize("name", ["admin", "chefe"])
def test_the_way_out_is_in_sight_on_every_screen(desk: Desk, name: str) -> None:
    page = desk.page(name)
    page.locator(".connection").wait_for()
    for path in PLACES:
        page.goto(desk.house.url + path)
        out = page.get_by_role("button", name="Sair")
        menu = page.locator(".rail-button.me")
        expect(out.or_(menu)).to_be_visible()
        if menu.is_visible():
            menu.click()
            expect(page.get_by_role("menuitem", name="Sair")).to_be_visible()
            page.keyboard.press("Escape")
    page.locator(".rail-button.me").click()
    page.get_by_role("menuitem", name="Sair").click()
    expect(page.get_by_role("heading", name="Entrar no Atende")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_session_elsewhere_is_seen_and_ended_with_the_password(
    desk: Desk, elsewhere: httpx.Client, theme: str, shot: Any
) -> None:
    page, _ = signs_in(desk, elsewhere, f"vera{theme}", "/painel", theme=theme, bypass_csp=True)
    page.get_by_role("heading", name="Filas").wait_for()
    page.locator(".rail-button.me").click()
    page.get_by_role("menuitem", name="Onde você entrou").click()
    sheet = page.get_by_role("dialog", name="Onde você entrou")
    expect(sheet.get_by_role("listitem")).to_have_count(2)
    expect(sheet.get_by_role("listitem").filter(has_text="Aqui")).to_contain_text("Chrome, Linux")
    expect(sheet.get_by_role("button", name="Encerrar")).to_be_disabled()
    page.wait_for_timeout(350)
    assert faults(page) == []
    shot(page, f"sessoes-{theme}")
    sheet.get_by_label("Senha").fill("não é esta senha")
    sheet.get_by_role("button", name="Encerrar").click()
    expect(page.locator(".toast", has_text="A senha atual não confere.")).to_be_visible()
    assert elsewhere.get("/v1/me").status_code == 200
    sheet.get_by_label("Senha").fill(PASSWORD)
    sheet.get_by_role("button", name="Encerrar").click()
    expect(sheet.get_by_role("listitem")).to_have_count(1)
    expect(sheet).to_contain_text("Você entrou só aqui.")
    assert elsewhere.get("/v1/me").status_code == 401
