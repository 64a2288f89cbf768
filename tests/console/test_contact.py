"""What an agent writes down of a contact, and links to it, with the keyboard alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.console.conftest import Desk, faults

Shot = Callable[[Page, str], None]
in_both_themes = pytest.mark.parametrize("theme", ["light", "dark"])


@in_both_themes
def test_a_contact_is_edited_and_whoever_looks_on_sees_it(desk: Desk, shot: Shot, theme: str) -> None:
    house, who = desk.house, desk.house.customer()
    house.waits(who)
    path = f"/atendimentos/{house.conversation_id(who)}"
    called, mail = f"Vizinha da padaria {theme}", f"padaria-{theme}@example.com"
    house.said |= {called, mail, "529.982.247-25", "52998224725"}
    look = {"theme": theme, "bypass_csp": True, "reduced_motion": "reduce"}
    page, other = desk.page("ana", path, **look), desk.page("bia", path)
    for each in (page, other):
        expect(each.get_by_role("heading", level=1)).to_contain_text(who.name)

    page.keyboard.press("u")
    asked = page.get_by_role("dialog", name="Editar contato")
    expect(asked.get_by_label("Como chamar")).to_be_focused()
    words = (called, "(11) 3000-4471", "padaria@", "529.982.247-24", "Portão verde.")
    for word in words:
        page.keyboard.type(word)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(asked.get_by_label("E-mail")).to_be_focused()
    expect(asked.get_by_label("E-mail")).to_have_accessible_description(
        "Este e-mail não parece completo. Confira o endereço."
    )
    expect(asked.get_by_label("CPF ou CNPJ (opcional)")).to_have_accessible_description(
        "Este CPF ou CNPJ não existe. Confira os números."
    )
    assert faults(page) == []
    shot(page, f"editar-contato-{theme}")
    for right in (mail, "529.982.247-25"):
        page.keyboard.press("Control+a")
        page.keyboard.type(right)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(asked).to_have_count(0)
    for each in (page, other):
        expect(each.get_by_role("heading", level=1)).to_contain_text(called)
        beside = each.get_by_role("complementary", name="Sobre o atendimento")
        expect(beside).to_contain_text(f"No WhatsApp: {who.name}")
        for told in ("(11) 3000-4471", mail, "***.982.247-**", "Portão verde."):
            expect(beside).to_contain_text(told)
        expect(beside).not_to_contain_text("529.982")
    expect(other.locator(".turn", has_text="editou o contato")).to_contain_text(
        "Ana editou o contato (nome, outro telefone, e-mail, CPF ou CNPJ, observação)"
    )
    assert faults(page) == []
    shot(page, f"contato-{theme}")

    page.keyboard.press("u")
    expect(asked.get_by_label("Como chamar")).to_have_value(called)
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(who.name)
    page.keyboard.press("z")
    expect(page.get_by_role("heading", level=1)).to_contain_text(called)
    page.keyboard.press("u")
    asked.get_by_label("Tirar o CPF ou CNPJ guardado").focus()
    page.keyboard.press("Space")
    asked.get_by_role("button", name="Salvar").press("Enter")
    expect(page.locator(".context")).not_to_contain_text("982.247")


@in_both_themes
def test_contracts_are_linked_unlinked_and_found(desk: Desk, shot: Shot, theme: str) -> None:
    house, who = desk.house, desk.house.customer()
    house.waits(who)
    path = f"/atendimentos/{house.conversation_id(who)}"
    number = f"CT-{theme}-90417"
    house.said |= {number, "Fibra 500, Rua das Flores, 12"}
    look = {"theme": theme, "bypass_csp": True, "reduced_motion": "reduce"}
    page, other = desk.page("ana", path, **look), desk.page("bia", path)
    expect(other.get_by_role("heading", level=1)).to_contain_text(who.name)
    expect(page.get_by_role("heading", level=1)).to_contain_text(who.name)

    page.keyboard.press("Control+k")
    page.keyboard.type("vincular")
    results = page.get_by_role("listbox", name="Resultados")
    expect(results.get_by_role("option").first).to_contain_text("Vincular contrato")
    page.keyboard.press("Enter")
    asked = page.get_by_role("dialog", name="Vincular contrato")
    expect(asked.get_by_label("Número do contrato")).to_be_focused()
    page.keyboard.type(number)
    page.keyboard.press("Tab")
    page.keyboard.type("Fibra 500, Rua das Flores, 12")
    page.keyboard.press("Enter")
    expect(asked).to_have_count(0)
    linked = ".contracts li"
    for each in (page, other):
        expect(each.locator(linked)).to_contain_text("Fibra 500, Rua das Flores, 12")
        expect(each.locator(".turn", has_text="vinculou o contrato")).to_contain_text(number)
    expect(page.locator(".turn", has_text="vinculou o contrato")).to_contain_text("Você")
    expect(other.locator(linked)).to_contain_text("vinculado por Ana")

    page.keyboard.press("b")
    page.keyboard.type(number.lower())
    page.keyboard.press("Enter")
    expect(asked.get_by_label("Número do contrato")).to_have_accessible_description(
        "Este contrato já está vinculado a este contato."
    )
    assert faults(page) == []
    shot(page, f"vincular-contrato-{theme}")
    page.keyboard.press("Escape")

    page.get_by_role("button", name=f"Desvincular o contrato {number}").press("Enter")
    expect(page.locator(linked)).to_have_count(0)
    expect(other.locator(linked)).to_have_count(0)
    expect(other.locator(".turn", has_text="desvinculou o contrato")).to_contain_text(number)
    page.keyboard.press("z")
    expect(page.locator(linked)).to_contain_text(number)

    page.keyboard.press("Control+k")
    page.keyboard.type(number)
    expect(results.get_by_role("option", name=who.name)).to_be_visible()
