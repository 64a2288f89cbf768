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
