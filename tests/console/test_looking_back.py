"""A supervisor looks at a queue and at a conversation as they were, and comes back."""

from __future__ import annotations

import re
import time
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect

from tests.console.conftest import PHONE, WIDE, Desk, faults
from tests.walks.house import until

ZONE = ZoneInfo("America/Sao_Paulo")


def a_minute_passes() -> datetime:
    """The next whole minute, once it has come."""
    begun = datetime.now(ZONE).replace(second=0, microsecond=0) + timedelta(minutes=1)
    time.sleep(max(0.0, (begun - datetime.now(ZONE)).total_seconds()) + 0.5)
    return begun


def fits(page: Page, width: int) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth") <= width)


def test_a_supervisor_sees_a_queue_and_a_conversation_as_they_were_and_comes_back(
    desk: Desk, shot: Any
) -> None:
    house, who, words = desk.house, desk.house.customer(), "Já estou olhando o seu sinal."
    name = str(house.waits(who)["contact"]["name"])
    one = house.conversation_id(who)
    made = house.as_admin.put("/v1/queues/plantao", {"name": "Plantão"})  # nobody else waits there
    known = made.headers["Position"]
    until(lambda: house.as_admin.get("/v1/queues", after=known).status_code == 200, "the queue")
    moved = {"to_queue": "plantao", "reason": "Plantão da rua."}
    house.agent("chefe").post(f"/v1/conversations/{one}/transfer", moved).raise_for_status()
    waiting = a_minute_passes()
    house.agent("ana").post(f"/v1/conversations/{one}/claim").raise_for_status()
    house.said.add(words)
    told = house.agent("ana").post(f"/v1/conversations/{one}/messages", {"kind": "text", "text": words})
    told.raise_for_status()
    attended = a_minute_passes()
    after = told.headers["Position"]
    stints = f"/v1/conversations/{one}/stints"
    until(lambda: house.agent("chefe").get(stints, after=after).status_code == 200, "the stints")
    then = f"{attended:%Y-%m-%dT%H:%M}"

    look = {"theme": "light", "size": WIDE, "bypass_csp": True}
    boss = desk.page("chefe", "/painel", **look)
    expect(boss.get_by_role("link", name="Suporte técnico")).to_be_visible()
    boss.keyboard.press("g")
    expect(boss.get_by_role("heading", name="Como estava", level=1)).to_be_visible()
    boss.get_by_role("combobox", name="Fila").select_option("plantao")
    boss.get_by_label("Horário").fill(f"{attended:%H:%M}")
    bar, then_ = (
        boss.get_by_role("slider", name="Momento que você está vendo"),
        boss.locator(".past-list li", has_text=name),
    )
    expect(then_).to_contain_text("Com Ana")
    expect(bar).to_have_attribute("aria-valuetext", re.compile(r"\d+ esperando, [1-9]\d* em atendimento"))
    expect(boss.locator(".time-track path.serving")).to_have_count(1)
    minutes = attended.hour * 60 + attended.minute
    bar.focus()
    for key, by in (("PageDown", -15), ("PageUp", 15), ("ArrowLeft", -1)):
        before = int(bar.input_value())
        boss.keyboard.press(key)
        expect(bar).to_have_value(str(max(0, before + by)))
    if minutes >= 15:
        expect(then_).to_contain_text("Esperando")
    boss.get_by_label("Horário").fill(f"{waiting:%H:%M}")
    expect(then_).to_contain_text("Esperando há")
    expect(boss.locator(".past-banner")).to_contain_text("Você está vendo como estava")
    shot(boss, "como-estava-1366-light")
    assert faults(boss) == []
    boss.get_by_text("O dia em números").click()
    expect(boss.locator(".past-numbers tbody tr").first).to_be_visible()

    then_.get_by_role("link").click()
    expect(boss.get_by_role("heading", level=1)).to_contain_text(name)
    expect(boss.locator(".past-place")).to_have_text("Esperando na fila Plantão")
    expect(boss.locator(".line.customer").first).to_be_visible()
    expect(boss.locator(".line", has_text=words)).to_have_count(0)
    assert boss.locator(".composer, .oversight, .unowned").count() == 0
    assert faults(boss) == []
    shot(boss, "conversa-como-estava-1366-light")
    boss.get_by_role("log", name="Conversa como estava").focus()
    for _ in range(round((attended - waiting).total_seconds() / 60)):
        boss.keyboard.press("ArrowRight")
    expect(boss.locator(".past-place")).to_have_text("Com Ana")
    expect(boss.locator(".line", has_text=words)).to_be_visible()
    expect(boss).to_have_url(re.compile(rf"/atendimentos/{one}\?em={then}"))
    boss.keyboard.press("?")
    expect(boss.get_by_role("dialog")).to_contain_text("Voltar ao presente")
    boss.keyboard.press("Escape")
    expect(boss.get_by_role("dialog")).to_have_count(0)
    expect(boss.locator(".past-banner")).to_contain_text("Você está vendo como estava")
    boss.keyboard.press("Escape")
    expect(boss.locator(".oversight")).to_contain_text("Você está acompanhando")
    expect(boss).to_have_url(re.compile(rf"/atendimentos/{one}$"))
    expect(boss.locator(".turn", has_text="Você abriu para acompanhar").first).to_be_visible()
    boss.keyboard.press("Shift+G")
    expect(boss.get_by_role("button", name="Voltar ao presente")).to_be_visible()
    boss.get_by_role("button", name="Voltar ao presente").click()
    boss.keyboard.press("Control+k")
    boss.get_by_role("combobox", name="Ação, cliente ou protocolo").fill("como estava")
    expect(boss.get_by_role("option", name="Ver como estava uma fila")).to_be_visible()

    for theme, size in (("dark", WIDE), ("dark", PHONE), ("light", PHONE), ("contrast", WIDE)):
        page = desk.page(
            "chefe",
            f"/painel/como-estava/plantao?em={then}",
            theme=theme,
            size=size,
            bypass_csp=True,
            reduced_motion="reduce",
        )
        expect(page.locator(".past-list li", has_text=name)).to_contain_text("Com Ana")
        assert (faults(page), fits(page, size[0])) == ([], True)
        shot(page, f"como-estava-{size[0]}-{theme}")
        page.goto(f"{house.url}/atendimentos/{one}?em={then}")
        expect(page.locator(".past-place")).to_have_text("Com Ana")
        expect(page.locator(".line", has_text=words)).to_be_visible()
        assert (faults(page), fits(page, size[0])) == ([], True)
        shot(page, f"conversa-como-estava-{size[0]}-{theme}")

    ana = desk.page("ana", f"/atendimentos/{one}?em={waiting:%Y-%m-%dT%H:%M}")
    expect(ana.get_by_label("Mensagem ao cliente")).to_be_visible()
    assert ana.locator(".past-banner").count() == 0
