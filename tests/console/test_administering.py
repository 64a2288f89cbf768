"""Whoever runs the desk reads what a change would be before it is done, and what was changed after it."""

from __future__ import annotations

import csv
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.console.conftest import Desk, faults
from tests.walks.house import until

THEMES = pytest.mark.parametrize("theme", ["light", "dark"])


def still(page: Page, name: str, shot: Any) -> None:
    """What is on the screen keeps nobody out; and is photographed."""
    page.wait_for_timeout(350)
    assert faults(page) == []
    shot(page, name)


def up(page: Page, table: str) -> None:
    page.get_by_label("Planilha para enviar").set_input_files(
        {"name": "usuarios.csv", "mimeType": "text/csv", "buffer": table.encode()}
    )


@THEMES
def test_people_are_invited_by_a_spreadsheet_that_is_read_first_and_their_links_handed_out(
    desk: Desk, theme: str, shot: Any
) -> None:
    house = desk.house
    bel, rui = f"bel@{theme}.example", f"rui@{theme}.example"
    page = desk.page("admin", "/administracao/usuarios", theme=theme, bypass_csp=True)
    page.get_by_role("heading", name="Usuários").wait_for()

    up(page, f"login;name;role\n{bel};Bel;chefia\n")
    told = page.get_by_role("dialog", name="A planilha não foi aplicada")
    expect(told).to_contain_text("Linha 2, coluna role")
    told.get_by_role("button", name="Fechar").click()

    up(
        page,
        f"login;name;role;agent_id;queues\n{bel};Bel;supervisor;ana;suporte-tecnico\n{rui};=Rui;agent;;*\n",
    )
    plan = page.get_by_role("dialog", name="O que a planilha muda")
    expect(plan).to_contain_text("2 pessoas são convidadas, cada uma com um link.")
    expect(plan.get_by_role("row", name=bel)).to_contain_text("Perfil: SupervisãoAtende como: Ana")
    expect(plan.get_by_role("row", name=bel)).to_contain_text("Filas: Suporte técnico")
    still(page, f"planilha-muda-{theme}", shot)
    assert bel not in house.as_admin.get("/v1/settings/users").text
    plan.get_by_role("button", name="Aplicar").click()

    links = page.get_by_role("dialog", name="Links para entregar")
    word = links.get_by_label("Link de Bel").input_value()
    assert word.startswith(f"{house.url}/convite#")
    still(page, f"planilha-links-{theme}", shot)
    with page.expect_download() as down:
        links.get_by_role("button", name="Baixar links").click()
    handed = list(csv.reader(down.value.path().read_text("utf-8-sig").splitlines(), delimiter=";"))
    assert handed[1] == ["Bel", bel, word]
    assert handed[2][:2] == ["'=Rui", rui]
    links.get_by_role("button", name="Fechar").click()
    expect(page.get_by_role("row", name=bel)).to_contain_text("Convidado")
    expect(page.get_by_text(word)).to_have_count(0)

    up(page, f"login;role;active\n{bel};manager;sim\n{rui};agent;não\n")
    expect(plan.get_by_role("row", name=bel)).to_contain_text("Perfil: Supervisão → Gerência")
    expect(plan.get_by_role("row", name=rui)).to_contain_text("Entra: sim → não")
    plan.get_by_role("button", name="Cancelar").click()
    up(page, f"login;role;active\n{bel};manager;sim\n{rui};agent;não\n")
    plan.get_by_role("button", name="Aplicar").click()
    expect(plan).to_have_count(0)
    expect(page.get_by_role("row", name=rui)).to_contain_text("Desativado")
    until(
        lambda: f"{bel};Bel;manager;ana;suporte-tecnico;sim" in house.as_admin.get("/v1/settings/users").text,
        "the users as the spreadsheet says",
    )


@THEMES
def test_what_a_setting_was_is_read_in_plain_words_and_said_again_as_a_new_version(
    desk: Desk, theme: str, shot: Any
) -> None:
    house, who = desk.house, f"nina-{theme}"
    admin = house.as_admin
    admin.put(f"/v1/agents/{who}", {"name": f"Nina {theme}", "active": True}).raise_for_status()
    for capacity, skills in ((3, {"fibra": 2}), (5, {})):
        ask = {"queues": ["financeiro"], "skills": skills, "capacity": capacity}
        admin.put(f"/v1/agents/{who}/routing", ask).raise_for_status()
    page = desk.page("admin", "/administracao/equipe", theme=theme, bypass_csp=True)
    page.get_by_role("button", name=f"Versões de Nina {theme}").click()
    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_role("heading")).to_have_text(f"Versões: Nina {theme}")
    newest = sheet.get_by_role("listitem").filter(has_text="Versão 3")
    expect(newest).to_contain_text("Capacidade: 3 → 5")
    expect(newest).to_contain_text("Habilidade, fibra: 2 → –")
    expect(newest).to_contain_text("por admin")
    expect(newest.get_by_role("button")).to_have_count(0)  # it is so already
    oldest = sheet.get_by_role("listitem").filter(has_text="Versão 1")
    expect(oldest).to_contain_text("Nome: definido")
    expect(oldest.get_by_role("button")).to_have_count(0)
    still(page, f"versoes-{theme}", shot)

    sheet.get_by_role("button", name="Restaurar esta versão: 2").click()
    expect(sheet.get_by_role("heading")).to_have_text("Restaurar a versão 2?")
    expect(sheet).to_contain_text("Capacidade: 5 → 3")
    still(page, f"versoes-restaurar-{theme}", shot)
    sheet.get_by_role("button", name="Restaurar", exact=True).click()
    expect(sheet.get_by_role("listitem").filter(has_text="Versão 4")).to_contain_text("Capacidade: 5 → 3")
    expect(sheet.get_by_role("listitem").filter(has_text="Versão 3")).to_contain_text("Capacidade: 3 → 5")
    sheet.get_by_role("button", name="Fechar").click()
    expect(page.locator(".cards li", has_text=f"Nina {theme}")).to_contain_text("Até 3 conversas")


def test_every_part_of_the_administration_shows_its_versions(desk: Desk) -> None:
    house = desk.house
    admin = house.as_admin
    hours = {"week": {"mon": ["08:00-12:00"]}, "closed": ["2027-03-19"]}
    admin.put("/v1/calendars/recesso", hours).raise_for_status()
    changed = {"week": {"mon": ["08:00-18:30"]}, "closed": ["2027-03-19", "2027-12-24"]}
    admin.put("/v1/calendars/recesso", changed).raise_for_status()
    admin.put("/v1/queues/recesso", {"name": "Recesso"}).raise_for_status()
    admin.put("/v1/queues/recesso/routing", {"mode": "pull", "offer_for": 45}).raise_for_status()
    admin.put("/v1/queues/recesso/service", {"reasons": ["technical/solved"]}).raise_for_status()
    admin.put("/v1/canned-answers/recesso", {"title": "Recesso", "text": "Voltamos já."}).raise_for_status()
    policy = admin.get("/v1/rules").json()["policy"]
    admin.put("/v1/policy", {"targets": {"low": {"next": 61}}}).raise_for_status()
    told = {
        "filas": ("fila Recesso", ["Distribuição: oferece a um atendente → cada um pega a próxima"]),
        "horarios": (
            "horário recesso",
            ["Segunda: 8h às 12h → 8h às 18h30", "Dias fechados: entra 24/12/2027"],
        ),
        "respostas": ("resposta Recesso", ["Texto: – → Voltamos já.", "Filas: – → todas"]),
        "prazos": ("prazos", ["Baixa, próximas respostas: 60 min → 61 min"]),
        "canais": ("número", ["Fila: – → Geral"]),
    }
    for part, (name, lines) in told.items():
        page = desk.page("admin", f"/administracao/{part}")
        page.get_by_role("button", name=f"Versões de {name}").first.click()
        for line in lines:
            expect(page.get_by_role("dialog").get_by_text(line).first).to_be_visible()
        page.close()
    if policy is None:  # as others expect it
        admin.put("/v1/policy", {}).raise_for_status()
