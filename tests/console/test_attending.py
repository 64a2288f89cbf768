"""An agent's work in a real browser, against the desk as it runs."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.console.conftest import Desk, cut_off
from tests.walks.house import until


def open_(page: Page, name: str) -> None:
    page.locator(".row", has_text=name).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)


def name_of(row: dict[str, Any]) -> str:
    return str(row["contact"]["name"])


def test_an_agents_day_from_the_first_look_to_closing_and_back(desk: Desk) -> None:
    house, who = desk.house, desk.house.customer()
    name = name_of(house.waits(who))
    page = desk.page(None)
    page.get_by_role("button", name="Entrar com um token").click()
    page.get_by_label("Token de acesso").fill("atende_nada")
    page.get_by_role("button", name="Entrar", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("token de acesso válido")
    page.get_by_label("Token de acesso").fill(desk.token("ana"))
    page.get_by_role("button", name="Entrar", exact=True).click()

    open_(page, name)
    page.get_by_role("button", name="Assumir").click()
    box = page.get_by_label("Mensagem ao cliente")
    expect(box).to_be_focused()
    words = "Bom dia! Já estou vendo o sinal do seu equipamento."
    house.said.add(words)
    box.fill(words)
    box.press("Enter")
    sent = page.locator(".line.agent", has_text=words)
    expect(sent).to_have_count(1)
    expect(sent.get_by_role("img", name="Lida")).to_be_visible()
    assert [m.body["text"]["body"] for m in house.sent_to(who) if "text" in m.body][-1] == words

    note = "Sinal óptico baixo na caixa da rua."
    house.said.add(note)
    page.get_by_role("button", name="Nota", exact=True).click()
    page.get_by_label("Nota interna").fill(note)
    page.get_by_role("button", name="Guardar nota").click()
    expect(page.locator(".context .notes")).to_contain_text(note)

    page.get_by_role("button", name="Encerrar").click()
    page.get_by_label("Resolvido na hora").check()
    page.get_by_label("Resultado, em uma linha").fill("Conector refeito, sinal normal.")
    house.said.add("Conector refeito, sinal normal.")
    page.get_by_role("dialog").get_by_role("button", name="Encerrar").click()
    until(lambda: house.conversation(who)["stage"] == "closed", "the closing")
    page.get_by_role("button", name="Desfazer").click()
    until(lambda: house.conversation(who)["stage"] == "in_service", "its undoing")
    expect(page.locator(".turn", has_text="Você desfez o encerramento")).to_be_visible()


def test_of_two_who_claim_at_once_one_is_told_who_was_first(desk: Desk) -> None:
    who = desk.house.customer()
    name = name_of(desk.house.waits(who))
    ana, bia = desk.page("ana"), desk.page("bia", live=False)
    for page in (ana, bia):
        open_(page, name)
        expect(page.get_by_role("button", name="Assumir")).to_be_visible()
    with cut_off(bia):  # what she sees stands still for a moment
        ana.keyboard.press("a")
        until(lambda: desk.house.conversation(who)["agent_id"] == "ana", "the first claim")
        bia.keyboard.press("a")
        expect(bia.locator(".toast")).to_contain_text("Ana")
    assert desk.house.conversation(who)["agent_id"] == "ana"
    expect(bia.locator(".offer")).to_contain_text("Ana está com esta conversa")
    expect(ana.get_by_label("Mensagem ao cliente")).to_be_focused()


def test_a_customer_is_attended_by_keyboard_alone(desk: Desk) -> None:
    """Three keys from the list to the first ready answer: `n`, `/`, Enter."""
    house, who = desk.house, desk.house.customer()
    for other in house.as_service.get("/v1/conversations", stage="waiting").json()["items"]:
        house.agent("caio").post(f"/v1/conversations/{other['conversation_id']}/claim")
    house.waits(who)
    page = desk.page("bia")
    expect(page.locator(".row")).to_have_count(1)
    page.mouse.move(0, 0)
    page.keyboard.press("n")
    expect(page.get_by_label("Mensagem ao cliente")).to_be_visible()
    page.keyboard.press("/")
    expect(page.get_by_role("listbox", name="Respostas prontas")).to_be_visible()
    page.keyboard.press("Enter")
    box = page.get_by_label("Mensagem ao cliente")
    expect(box).not_to_have_value("")
    house.said.add(box.input_value())
    page.keyboard.press("Enter")
    expect(page.locator(".line.agent").get_by_role("img", name="Lida")).to_be_visible()

    page.keyboard.press("Escape")
    page.keyboard.press("p")
    expect(page.locator(".toast")).to_contain_text(house.conversation(who)["protocol"])
    page.keyboard.press("t")
    expect(page.get_by_role("dialog", name="Transferir")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.keyboard.type("encer")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Encerrar atendimento")).to_be_visible()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("Voltou a funcionar.")
    house.said.add("Voltou a funcionar.")
    page.keyboard.press("Enter")
    until(lambda: house.conversation(who)["stage"] == "closed", "the closing")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Atalhos do teclado")).to_be_visible()


def test_nobody_answers_over_what_they_have_not_read(desk: Desk) -> None:
    house, who = desk.house, desk.house.customer()
    name = name_of(house.waits(who))
    page = desk.page("ana", live=False)
    open_(page, name)
    page.keyboard.press("a")
    box = page.get_by_label("Mensagem ao cliente")
    expect(box).to_be_focused()
    first, late = "Vou reiniciar a porta do seu lado.", "espera, voltou sozinho agora"
    house.said |= {first, late}
    with cut_off(page):
        house.writes(who, late)
        until(lambda: any(line["text"] == late for line in house.lines(who, "customer")), "what they wrote")
        box.fill(first)
        box.press("Enter")
        asking = page.get_by_role("alertdialog", name="Confirmar envio")
        expect(asking).to_contain_text("O cliente escreveu enquanto você digitava")
        assert not [m for m in house.sent_to(who) if m.body.get("text", {}).get("body") == first]
    expect(page.locator(".line.customer", has_text=late)).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".line.agent", has_text=first).get_by_role("img", name="Lida")).to_be_visible()
    assert len([m for m in house.sent_to(who) if m.body.get("text", {}).get("body") == first]) == 1


def test_a_desk_that_is_gone_is_told_and_what_was_written_leaves_once_when_it_is_back(desk: Desk) -> None:
    house, who = desk.house, desk.house.customer()
    name = name_of(house.waits(who))
    page = desk.page("ana")
    open_(page, name)
    page.keyboard.press("a")
    box = page.get_by_label("Mensagem ao cliente")
    expect(box).to_be_focused()
    house.serve.kill()
    expect(page.locator(".banner")).to_contain_text("Sem conexão")
    expect(page.locator(".connection")).to_contain_text("Sem conexão")
    words = "Continuo por aqui, um instante."
    house.said.add(words)
    box.fill(words)
    box.press("Enter")
    expect(page.locator('[data-sending="failed"]')).to_contain_text("Sem conexão")
    house.open_doors()
    expect(page.locator(".banner")).to_have_count(0, timeout=30_000)
    page.get_by_role("button", name="Tentar de novo").click()
    expect(page.locator(".line.agent", has_text=words).get_by_role("img", name="Lida")).to_be_visible()
    assert len([m for m in house.sent_to(who) if m.body.get("text", {}).get("body") == words]) == 1


def test_what_does_not_become_a_page_stays_words(desk: Desk) -> None:
    """A customer's markup is shown as they wrote it, and never run."""
    house, who = desk.house, desk.house.customer()
    words = '<img src=x onerror="document.title=1"> sem internet <b>agora</b>'
    name = name_of(house.waits(who, words))
    page = desk.page("ana")
    open_(page, name)
    expect(page.locator(".line.customer .text").first).to_have_text(words)
    assert re.fullmatch(r"(\(\d+\) )?Atende", page.title())


def test_a_supervisor_sees_the_wall_reads_along_whispers_and_takes_over(desk: Desk, shot: Any) -> None:
    house, who = desk.house, desk.house.customer()
    name = name_of(house.waits(who))
    one = house.conversation_id(who)
    house.agent("ana").post(f"/v1/conversations/{one}/claim").raise_for_status()
    ana, boss = desk.page("ana", f"/atendimentos/{one}"), desk.page("chefe", "/painel", theme="dark")
    expect(ana.get_by_role("heading", level=1)).to_contain_text(name)
    expect(boss.get_by_role("heading", name="Filas")).to_be_visible()
    expect(boss.locator(".figures .num", has_text=re.compile(r"[1-9]")).first).to_be_visible()
    shot(boss, "painel-dark")
    boss.get_by_role("button", name="Situação de Ana").click()
    boss.get_by_role("menuitem", name="Pausa: Treinamento").click()
    expect(boss.locator("tr", has_text="Ana").locator(".chip")).to_have_text("Treinamento")

    boss.goto(f"{house.url}/atendimentos/{one}")
    expect(boss.locator(".oversight")).to_contain_text("Você está acompanhando")
    expect(ana.locator(".turn", has_text="abriu para acompanhar")).to_be_visible()
    advice, why = "Ofereça a visita de hoje à tarde.", "O cliente pediu a supervisão."
    house.said |= {advice, why}
    boss.get_by_role("button", name="Sussurrar").click()
    boss.get_by_role("dialog").get_by_role("textbox").fill(advice)
    boss.keyboard.press("Enter")
    expect(ana.locator(".line", has_text=advice)).to_contain_text("sussurrou para você")
    shot(ana, "sussurro-light")
    shot(boss, "acompanhando-dark")
    boss.get_by_role("button", name="Assumir no lugar").click()
    boss.get_by_role("dialog").get_by_role("textbox").fill(why)
    boss.keyboard.press("Enter")
    expect(boss.get_by_label("Mensagem ao cliente")).to_be_visible()
    expect(ana.locator(".toast", has_text=why)).to_contain_text("assumiu o atendimento")
    expect(ana.locator(".turn", has_text="assumiu no seu lugar")).to_be_visible()
    assert house.conversation(who)["agent_id"] == "chefe"
    assert not [m for m in house.sent_to(who) if advice in str(m.body)]

    boss.goto(f"{house.url}/tv")
    expect(boss.get_by_role("heading", name="Painel do atendimento")).to_be_visible()
    shot(boss, "tv-dark")
