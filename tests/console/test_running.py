"""Whoever runs the desk sets it up in a real browser, and the desk is as they said."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from tests.console.conftest import Desk
from tests.walks.house import until


def test_an_admin_sets_people_hours_deadlines_and_answers_as_they_are_to_be(desk: Desk) -> None:
    house = desk.house
    page = desk.page("admin", "/administracao/equipe")

    page.get_by_role("button", name="Nova pessoa").click()
    page.get_by_label("Nome, como os clientes leem").fill("Duda")
    page.get_by_label("Conversas ao mesmo tempo").fill("3")
    page.get_by_label("Habilidades, com o nível").fill("fibra 3, inglês")
    page.get_by_label("Atende todas as filas").uncheck()
    page.get_by_role("group", name="Filas que atende").get_by_label("Financeiro").check()
    page.get_by_role("button", name="Salvar").click()
    card = page.locator(".cards li", has_text="Duda")
    expect(card).to_contain_text("Até 3 conversas, 6 com as silenciosas · Financeiro · fibra 3, ingles 1")

    page.get_by_role("link", name="Horários").click()
    page.get_by_role("button", name="Novo horário").click()
    page.get_by_label("Nome", exact=True).fill("Plantão")
    page.get_by_label("Sábado").fill("8h-12h30")
    page.get_by_label("Fechar nos feriados").select_option("BR-SP")
    page.get_by_label("Outros dias fechados, um por linha").fill("19/03/2027")
    page.get_by_role("button", name="Salvar").click()
    expect(page.locator(".cards li", has_text="plantao")).to_contain_text("Sábado: 08:00-12:30")

    page.get_by_role("link", name="Prazos").click()
    page.get_by_label("Solução, prioridade baixa, minutos").fill("3000")
    page.get_by_label("Supervisão, minutos desde que o cliente espera").fill("35")
    page.get_by_role("button", name="Salvar").click()
    expect(page.locator(".toast", has_text="Prazos salvos")).to_be_visible()

    page.get_by_role("link", name="Filas").click()
    page.get_by_role("button", name="Editar fila Geral").click()
    page.get_by_role("dialog").get_by_label("Horário").select_option("plantao")
    page.get_by_text("Motivos de encerramento").click()
    page.get_by_label("Dúvida respondida").check()
    page.get_by_role("button", name="Salvar").click()
    expect(page.locator(".toast", has_text="Fila Geral salva")).to_be_visible()

    page.get_by_role("link", name="Respostas").click()
    page.get_by_role("button", name="Nova resposta").click()
    page.get_by_label("Atalho, o que se digita depois da barra").fill("Até logo")
    page.get_by_label("Título, como aparece na lista").fill("Despedida")
    page.get_by_role("textbox", name="Texto").fill("Até logo, {cliente}!")
    page.get_by_role("button", name="Salvar").click()
    expect(page.get_by_role("alert")).to_contain_text("Entre chaves só valem nome")
    page.get_by_role("textbox", name="Texto").fill("Até logo, ")
    page.get_by_role("button", name="{nome}").click()
    expect(page.get_by_text("Exemplo: Até logo, Maria")).to_be_visible()
    page.get_by_role("button", name="Salvar").click()
    expect(page.locator(".cards li", has_text="/ate-logo")).to_contain_text("Até logo, {nome}")
    page.get_by_role("button", name="Editar resposta Despedida").click()
    page.get_by_role("button", name="Remover").click()
    expect(page.locator(".cards li", has_text="/ate-logo")).to_have_count(0)

    def rules() -> Any:
        told = house.as_admin.get("/v1/rules").json()
        return told if told["policy"] and told["policy"]["rules"]["steps"][0] == [35, "supervisor"] else None

    told = until(rules, "the policy")
    assert told["policy"]["rules"]["targets"]["low"] == [60, 60, 3000]
    assert told["policy"]["rules"]["warnings"] == [50, 80, 95]
    [plantao] = [one["rules"] for one in told["calendars"] if one["name"] == "plantao"]
    assert plantao["week"][5] == [[480, 750]]
    assert {"2027-03-19", "2027-04-21"} <= set(plantao["closed"])
    [geral] = [one for one in house.as_admin.get("/v1/queues").json()["items"] if one["queue_id"] == "geral"]
    assert (geral["calendar_id"], geral["reasons"]) == ("plantao", ["question/answered"])
    house.as_admin.put("/v1/queues/geral/service", {}).raise_for_status()  # as others expect it


def test_everybody_is_set_from_a_spreadsheet_and_each_cell_that_cannot_be_is_named(desk: Desk) -> None:
    house = desk.house
    house.as_admin.put("/v1/agents/leo", {"name": "Leo", "active": True}).raise_for_status()
    page = desk.page("admin", "/administracao/equipe")
    page.locator(".cards li", has_text="Leo").wait_for()
    with page.expect_download() as down:
        page.get_by_role("button", name="Baixar planilha").click()
    assert down.value.suggested_filename == "atende-equipe.csv"
    head, *lines = down.value.path().read_text(encoding="utf-8-sig").splitlines()
    columns = head.split(";")
    at = columns.index("capacity")
    (leo,) = (line.split(";") for line in lines if line.startswith("leo;"))

    def up(capacity: str) -> None:
        table = "\r\n".join([head, ";".join([*leo[:at], capacity, *leo[at + 1 :]])])
        page.get_by_label("Planilha para enviar").set_input_files(
            {"name": "equipe.csv", "mimeType": "text/csv", "buffer": table.encode()}
        )

    up("muitas")
    told = page.get_by_role("dialog", name="A planilha não foi aplicada")
    expect(told).to_contain_text("Linha 2, coluna capacity")
    told.get_by_role("button", name="Fechar").click()
    up("17")
    expect(page.locator(".toast", has_text="Planilha aplicada")).to_be_visible()
    until(
        lambda: f"leo;Leo;sim;{leo[3]};{leo[4]};17;" in house.as_admin.get("/v1/settings/agents").text,
        "the agent as the spreadsheet says",
    )


def test_models_are_listed_with_what_the_provider_says_of_them(desk: Desk) -> None:
    house = desk.house
    until(lambda: house.as_admin.get("/v1/channels/principal/templates").json()["items"], "the templates")
    page = desk.page("admin", "/administracao/modelos")
    greeting = page.locator(".cards li", has_text="retomar_atendimento")
    expect(greeting).to_contain_text("Aprovado")
    expect(greeting).to_contain_text("pt_BR")
