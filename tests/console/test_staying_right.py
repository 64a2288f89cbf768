"""The screen is right after whatever happens to its connection, its rights, or all at once."""

from __future__ import annotations

import re
import socket
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from adapters import tokens
from commands.door_ports import Role
from domain.agent import AgentId
from tests.console.conftest import Desk
from tests.console.test_attending import name_of
from tests.walks.house import until

AWAY = 60  # seconds


class Network:
    """What lies between a browser and the desk: bytes go to and fro until it is cut."""

    def __init__(self, url: str) -> None:
        self._desk = urlsplit(url)
        self._port, self._open = 0, list[socket.socket]()
        self.mend()
        self.url = f"http://127.0.0.1:{self._port}"

    def mend(self) -> None:
        door = socket.create_server(("127.0.0.1", self._port))
        self._port = door.getsockname()[1]
        self._open.append(door)
        threading.Thread(target=self._let_in, args=(door,), daemon=True).start()

    def cut(self) -> None:
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._open.clear()

    def _let_in(self, door: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, _ = door.accept()
                far = socket.create_connection((self._desk.hostname, self._desk.port))
                self._open += [near, far]
                for ends in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=ends, daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while told := one.recv(65536):
                other.sendall(told)
        with suppress(OSError):
            other.shutdown(socket.SHUT_WR)


def test_a_minute_without_a_network_is_told_and_nothing_is_missing_after_it(desk: Desk) -> None:
    house, who = desk.house, desk.house.customer()
    name = name_of(house.waits(who))
    network = Network(desk.house.url)
    page = desk.page("ana", f"/atendimentos/{house.conversation_id(who)}", through=network.url)
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    expect(page.locator(".connection")).to_contain_text("Ao vivo")
    network.cut()
    expect(page.locator(".banner")).to_contain_text("Sem conexão")
    words = [f"continuo sem sinal, recado {n}" for n in range(5)]
    for said in words:
        house.writes(who, said)
    house.waits(house.customer())
    page.wait_for_timeout(AWAY * 1000)
    expect(page.locator(".connection")).to_contain_text("Sem conexão")
    network.mend()
    expect(page.locator(".connection")).to_contain_text("Ao vivo")
    expect(page.locator(".banner")).to_have_count(0)
    waiting = house.as_service.get("/v1/conversations", stage="waiting", limit=200).json()["items"]
    if len(waiting) < 40:  # of a longer one only the first page is told, and counted
        expect(page.get_by_role("tab", name="Espera")).to_contain_text(str(len(waiting)))
    theirs = page.locator(".line.customer")
    for said in words:
        expect(theirs.filter(has_text=said)).to_have_count(1)
    page.close()
    network.cut()


def as_somebody(desk: Desk, name: str, **more: Any) -> tuple[Page, Any]:
    """A page of somebody with a token of their own, and the token."""
    issued = tokens.create(desk.house.dsn, name, Role.AGENT, agent_id=AgentId(name), **more)
    page = desk.page(None)
    page.evaluate("(token) => sessionStorage.setItem('atende.token', token)", issued.token)
    page.reload()
    expect(page.get_by_role("heading", name="Atendimento")).to_be_visible()
    expect(page.locator(".connection")).to_contain_text("Ao vivo")
    return page, issued


@pytest.mark.parametrize("how", ["expired", "taken back"])
def test_who_may_no_longer_look_sees_nothing_more_and_is_asked_who_they_are(desk: Desk, how: str) -> None:
    house = desk.house
    soon = datetime.now(UTC) + timedelta(seconds=15)
    page, issued = as_somebody(desk, "bia", **({"expires_at": soon} if how == "expired" else {}))
    if how == "taken back":
        tokens.revoke(house.dsn, issued.id)
    expect(page.get_by_role("button", name="Entrar", exact=True)).to_be_visible()
    who = house.customer()
    name = name_of(house.waits(who))
    expect(page.get_by_text(name)).to_have_count(0)


def test_two_tabs_of_a_browser_share_a_stream_and_the_one_left_goes_on(desk: Desk) -> None:
    house, who = desk.house, desk.house.customer()
    name = name_of(house.waits(who))
    path = f"/atendimentos/{house.conversation_id(who)}"
    first = desk.page("ana", path)
    expect(first.get_by_role("heading", level=1)).to_contain_text(name)
    expect(first.locator(".connection")).to_contain_text("Ao vivo")
    alone = sum(house.metric("live_streams").values())
    second = first.context.new_page()
    second.goto(house.url + path)
    expect(second.get_by_role("heading", level=1)).to_contain_text(name)
    expect(second.locator(".connection")).to_contain_text("Ao vivo")
    assert sum(house.metric("live_streams").values()) == alone
    house.writes(who, "dito às duas abas")
    for page in (first, second):
        expect(page.locator(".line.customer", has_text="dito às duas abas")).to_have_count(1)
    first.close()
    house.writes(who, "dito à aba que ficou")
    expect(second.locator(".line.customer", has_text="dito à aba que ficou")).to_have_count(1)
    expect(second.locator(".connection")).to_contain_text("Ao vivo")
    until(lambda: sum(house.metric("live_streams").values()) == alone, "one stream for whoever is left")


def test_after_a_thousand_events_at_once_every_line_stands_there_once(desk: Desk) -> None:
    house, who = desk.house, desk.house.customer()
    name = name_of(house.waits(who))
    page = desk.page("ana", f"/atendimentos/{house.conversation_id(who)}")
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    others = [house.customer() for _ in range(9)]
    for n in range(20):  # ten customers, five messages in each of twenty bodies
        for one in (who, *others):
            house.writes(one, *(f"rajada {5 * n + k:03d}" for k in range(5)))
    expect(page.locator(".line.customer", has_text="rajada 099")).to_have_count(1)
    expect(page.locator(".connection")).to_contain_text("Ao vivo")
    shown = page.locator(".thread").evaluate("(box) => box.textContent")
    told = re.findall(r"rajada (\d{3})", shown)
    assert told == sorted(set(told))
    assert told[-1] == "099"
    page.goto(f"{house.url}/atendimentos/{house.conversation_id(others[-1])}")
    expect(page.locator(".line.customer", has_text="rajada 099")).to_have_count(1)
