"""Emojis in what an agent writes and in reactions, with the keyboard alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.console.conftest import Desk, faults
from tests.walks.house import until

Shot = Callable[[Page, str], None]


def caret(page: Page) -> int:
    return int(page.get_by_label("Mensagem ao cliente").evaluate("(box) => box.selectionStart"))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_emoji_is_found_by_its_words_and_put_where_the_caret_stands(
    desk: Desk, shot: Shot, theme: str
) -> None:
    house, who = desk.house, desk.house.customer()
    asked = house.waits(who)
    path = f"/v1/conversations/{asked['conversation_id']}"
    house.agent("ana").post(f"{path}/claim").raise_for_status()
    look = {"theme": theme, "bypass_csp": True, "reduced_motion": "reduce"}
    page = desk.page("ana", f"/atendimentos/{asked['conversation_id']}", **look)
    box = page.get_by_label("Mensagem ao cliente")
    box.fill("Tudo certo, pode usar")
    for _ in range(len(", pode usar")):
        box.press("ArrowLeft")

    box.press("Control+e")
    picker = page.get_by_role("dialog", name="Emoji")
    search = picker.get_by_role("combobox", name="Procurar emoji")
    expect(search).to_be_focused()
    expect(picker.get_by_role("gridcell").first).to_be_visible()
    assert faults(page) == []
    shot(page, f"emojis-{theme}")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    tenth = picker.get_by_role("gridcell", selected=True)
    expect(tenth).to_have_attribute("data-at", "10")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowUp")
    page.keyboard.type("CORACAO verme")
    expect(picker.get_by_role("gridcell", selected=True)).to_have_accessible_name("coração vermelho")
    page.keyboard.press("Enter")
    expect(picker).to_have_count(0)
    expect(box).to_be_focused()
    expect(box).to_have_value("Tudo certo❤️, pode usar")
    assert caret(page) == len("Tudo certo") + 2  # in the signs that JavaScript counts

    box.press("Control+e")
    expect(picker.get_by_role("button", name="Recentes")).to_have_attribute("aria-pressed", "true")
    expect(picker.get_by_role("gridcell")).to_have_count(1)
    page.keyboard.type("nada que exista")
    expect(picker.get_by_role("status")).to_have_text("Nenhum emoji com essas palavras.")
    page.keyboard.press("Escape")
    expect(picker).to_have_count(0)
    expect(box).to_be_focused()
    expect(box).to_have_value("Tudo certo❤️, pode usar")

    box.press("Control+e")
    picker.get_by_role("button", name="Pele morena", exact=True).press("Enter")
    search.focus()
    page.keyboard.type("joinha")
    expect(picker.get_by_role("gridcell", selected=True)).to_have_text("👍🏽")
    assert faults(page) == []
    page.keyboard.press("Enter")
    words = "Tudo certo❤️👍🏽, pode usar"
    expect(box).to_have_value(words)
    box.press("Enter")
    until(
        lambda: [m.body["text"]["body"] for m in house.sent_to(who) if "text" in m.body][-1:] == [words],
        "the words with the provider",
    )
    page.reload()
    box.press("Control+e")
    expect(picker.get_by_role("gridcell").first).to_have_text("👍🏽")


def test_any_emoji_is_a_reaction(desk: Desk) -> None:
    house, who = desk.house, desk.house.customer()
    asked = house.waits(who)
    house.agent("ana").post(f"/v1/conversations/{asked['conversation_id']}/claim").raise_for_status()
    page = desk.page("ana", f"/atendimentos/{asked['conversation_id']}")
    said = page.locator(".line.customer").first
    said.get_by_role("button", name="Reagir").press("Enter")
    page.get_by_role("button", name="Outros emojis").press("Enter")
    expect(page.get_by_role("combobox", name="Procurar emoji")).to_be_focused()
    page.keyboard.type("foguete")
    page.keyboard.press("Enter")
    expect(said.get_by_role("img", name="Reações: 🚀")).to_be_visible()
    said.get_by_role("button", name="Reagir").press("Enter")
    expect(page.get_by_role("button", name="Reagir com 🚀")).to_have_attribute("aria-pressed", "true")
