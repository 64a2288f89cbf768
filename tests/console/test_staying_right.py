"""The screen is right after whatever happens to its connection, its rights, or all at once."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg
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


PASSWORD = "cavalo bateria grampo 71"


@pytest.fixture
def elsewhere(desk: Desk) -> Iterator[httpx.Client]:
    """Where else somebody is signed in."""
    with httpx.Client(base_url=desk.house.url, headers={"X-Atende": "1"}, timeout=30) as client:
        yield client


def signs_in(desk: Desk, elsewhere: httpx.Client, name: str, path: str, **look: Any) -> tuple[Page, str]:
    """A supervisor with a password, here on a page and elsewhere; the page, and their id."""
    house, login = desk.house, f"{name}@fibra.example"
    ask = {"login": login, "name": name.title(), "role": "supervisor"}
    made = house.as_admin.post("/v1/users", ask).raise_for_status().json()
    chosen = {"word": made["word"], "password": PASSWORD}
    elsewhere.post("/v1/activation", json=chosen).raise_for_status()
    signed = elsewhere.post("/v1/sign-in", json={"login": login, "password": PASSWORD}).raise_for_status()
    elsewhere.headers["Authorization"] = f"Bearer {signed.json()['access_token']}"
    (cookie,) = (c for c in signed.headers.get_list("set-cookie") if c.startswith("__Host-atende="))
    elsewhere.headers["Cookie"] = cookie.partition(";")[0]  # this client sends none where there is no TLS
    page = desk.page(None, path, **look)
    page.get_by_label("E-mail").fill(login)
    page.get_by_label("Senha").fill(PASSWORD)
    page.get_by_role("button", name="Entrar", exact=True).click()
    return page, made["user_id"]


def denied(desk: Desk, actor: str) -> set[tuple[str, str]]:
    with psycopg.connect(desk.house.dsn) as connection:
        told = connection.execute("SELECT body FROM event WHERE type = 'access.Denied'").fetchall()
    return {(body["rule"], body["route"]) for (body,) in told if body["actor"] == actor}


@pytest.mark.parametrize("path", ["/painel", "/tv"])
def test_who_supervises_no_longer_loses_the_wall_at_once_and_is_told_so(
    desk: Desk, elsewhere: httpx.Client, path: str
) -> None:
    house, name = desk.house, f"rosa{path.strip('/')}"
    before = sum(house.metric("live_streams").values())
    page, user_id = signs_in(desk, elsewhere, name, path)
    expect(page.get_by_role("heading", name="Filas")).to_be_visible()
    until(lambda: sum(house.metric("live_streams").values()) == before + 1, "the wall is live")
    page.evaluate("window.opened = 'once'")

    house.as_admin.put(f"/v1/users/{user_id}/role", {"role": "agent"}).raise_for_status()
    expect(page.get_by_text("Esta tela não é do seu perfil")).to_be_visible()
    expect(page.locator("main .empty")).to_contain_text("Seu perfil agora é Atendente.")
    expect(page.get_by_role("heading", name="Filas")).to_have_count(0)
    expect(page.get_by_role("link", name="Painel")).to_have_count(0)
    until(lambda: sum(house.metric("live_streams").values()) == before, "their stream has ended")
    assert page.evaluate("window.opened") == "once"  # it was not loaded again
    page.get_by_role("link", name="Atender").click()
    expect(page.get_by_role("heading", name="Atendimento")).to_be_visible()
    expect(page.locator(".connection")).to_contain_text("Ao vivo")

    def wall() -> tuple[int, str]:
        answer = elsewhere.get("/v1/wallboard")
        return answer.status_code, answer.json()["rule"]

    assert wall() == (401, "AccessChanged")
    renewed = elsewhere.post("/v1/session/refresh").raise_for_status().json()
    elsewhere.headers["Authorization"] = f"Bearer {renewed['access_token']}"
    assert wall() == (403, "Forbidden")
    until(lambda: ("Forbidden", "GET /v1/wallboard") in denied(desk, f"user:{user_id}"), "it is written down")


def test_who_is_let_go_is_out_of_an_open_wall_at_once(desk: Desk, elsewhere: httpx.Client) -> None:
    house = desk.house
    before = sum(house.metric("live_streams").values())
    page, user_id = signs_in(desk, elsewhere, "teo", "/painel")
    expect(page.get_by_role("heading", name="Filas")).to_be_visible()
    page.evaluate("window.opened = 'once'")
    house.as_admin.post(f"/v1/users/{user_id}/deactivate", {}).raise_for_status()
    expect(page.get_by_text("Seu acesso mudou ou a sua sessão terminou.")).to_be_visible()
    expect(page.get_by_role("heading", name="Filas")).to_have_count(0)
    until(lambda: sum(house.metric("live_streams").values()) == before, "their stream has ended")
    assert page.evaluate("window.opened") == "once"
    assert elsewhere.post("/v1/session/refresh").status_code == 401


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
