"""A browser that looks at the desk while it works: two processes of the doors, and whatever befalls them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from adapters.services import Valkey
from adapters.services.guarded import free_port
from tests.walks.house import House, Running, a_house, answers, until

pytestmark = pytest.mark.slow


@dataclass
class Browser:
    """Reads a stream in a thread and keeps what a console would: rows and lines by their id, the last id."""

    token: str
    topics: str
    events: list[tuple[str, Any]] = field(default_factory=list)
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    lines: dict[str, dict[str, Any]] = field(default_factory=dict)
    last_id: str | None = None
    error: str | None = None

    @contextmanager
    def looking(self, url: str) -> Iterator[Browser]:
        """Open the stream, from the last id on when there is one."""
        headers = {"Authorization": self.token}
        if self.last_id is not None:
            headers["Last-Event-ID"] = self.last_id
        before = len(self.of("hello"))
        client = httpx.Client(timeout=60, trust_env=False)
        response = client.send(
            client.build_request("GET", f"{url}/v1/live", params={"topics": self.topics}, headers=headers),
            stream=True,
        )
        assert response.status_code == 200, response.read()
        reading = threading.Thread(target=self._read, args=(response,), daemon=True)
        reading.start()
        until(lambda: len(self.of("hello")) > before, "a hello", 10)
        try:
            yield self
        finally:
            response.close()
            client.close()
            reading.join(10)

    def of(self, name: str) -> list[Any]:
        return [told for event, told in list(self.events) if event == name]

    @property
    def stream_id(self) -> str:
        return str(self.of("hello")[-1]["stream_id"])

    def _read(self, response: httpx.Response) -> None:
        fields: dict[str, str] = {}
        try:
            for line in response.iter_lines():
                if line:
                    name, _, value = line.partition(": ")
                    fields[name] = value
                elif fields:
                    self._hear(fields)
                    fields = {}
        except (httpx.HTTPError, OSError) as error:
            self.error = type(error).__name__

    def _hear(self, fields: dict[str, str]) -> None:
        if "event" not in fields:
            return
        name, told = fields["event"], json.loads(fields["data"])
        match name:
            case "list":
                self.rows |= {row["conversation_id"]: row for row in told["items"]}
            case "conversation":
                row = told["conversation"]
                if row["version"] >= self.rows.get(row["conversation_id"], row)["version"]:
                    self.rows[row["conversation_id"]] = row
            case "gone":
                self.rows.pop(told["conversation_id"], None)
            case "transcript":
                self.lines |= {line["line_id"]: line for line in told["items"]}
            case "line":
                self.lines[told["line"]["line_id"]] = told["line"]
        self.last_id = fields.get("id", self.last_id)
        self.events.append((name, told))


@dataclass
class Doors:
    """A house with a second process of the doors, as behind a balancer."""

    house: House
    other: Running
    other_url: str
    valkey: Valkey

    def browser(self, who: str, *topics: str) -> Browser:
        token = self.house.agent(who).http.headers["Authorization"]
        return Browser(token, ",".join(topics))


@pytest.fixture(scope="module")
def doors(postgres_dsn: str, shared_folder: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    import uuid

    import psycopg
    from psycopg import sql

    name = f"live_{uuid.uuid4().hex}"
    valkey = Valkey(shared_folder / f"live-{uuid.uuid4().hex[:8]}")
    valkey.start()
    with psycopg.connect(postgres_dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        folder = tmp_path_factory.mktemp("live")
        try:
            with a_house(folder, f"{postgres_dsn.rpartition('/')[0]}/{name}", valkey.url) as house:
                port = free_port()
                environment = {**house.serve.environment, "ATENDE_PORT": str(port)}
                other = Running("serve", environment, folder / "other.log")
                other.start()
                url = f"http://127.0.0.1:{port}"
                try:
                    answers(other, url)
                    yield Doors(house, other, url, valkey)
                finally:
                    if other.alive:
                        other.stop()
        finally:
            valkey.discard()
            for made in (name, f"{name}_keyring"):
                connection.execute(
                    sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(made))
                )
    for role in (*house.roles, other):
        told = role.log.read_text()
        assert not [word for word in house.said if len(word) > 4 and word in told], role.name


def as_read(house: House, path: str, **params: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = house.as_service.get(path, limit=200, **params).json()["items"]
    return items


def test_a_browser_sees_what_the_reads_say_as_it_happens(doors: Doors) -> None:
    house, who = doors.house, doors.house.customer()
    conversation_id = house.conversation_id(who)
    path = f"/v1/conversations/{conversation_id}"
    waiting = doors.browser("ana", "waiting")
    tab = doors.browser("bia", "mine", f"conversation.{conversation_id}")
    with waiting.looking(house.url), tab.looking(doors.other_url):
        house.waits(who)
        until(lambda: conversation_id in waiting.rows, "the row in the list")
        until(lambda: len(tab.lines) == len(house.transcript(who)), "every line in the tab")
        assert sorted(tab.lines.values(), key=lambda x: x["place"]) == house.transcript(who)
        assert house.agent("bia").post(f"{path}/claim").status_code == 200
        until(lambda: conversation_id not in waiting.rows, "the row gone from the list")
        until(lambda: tab.rows.get(conversation_id, {}).get("agent_id") == "bia", "the row among mine")
        words = "Oi! Já estou vendo o sinal por aqui."
        house.said.add(words)
        assert house.agent("bia").post(f"{path}/messages", {"kind": "text", "text": words}).status_code == 201
        until(
            lambda: any(
                line["text"] == words and line["status"] == "read" for line in list(tab.lines.values())
            ),
            "blue ticks in the tab",
        )
        assert not tab.of("reset")
        assert not tab.of("degraded")
        # the same stream looks at something else, asked for through the other doors
        put = house.agent("ana").http.put(
            f"{doors.other_url}/v1/live/{waiting.stream_id}/topics",
            json={"topics": ["waiting", f"conversation.{conversation_id}"]},
        )
        assert put.status_code == 204, put.text
        until(lambda: waiting.of("transcript"), "the tab on the first stream")
        # who else is there
        assert house.agent("bia").post(f"{path}/presence", {"state": "typing"}).status_code == 204
        until(
            lambda: any(p["viewers"] == [{"agent_id": "bia", "state": "typing"}] for p in tab.of("presence")),
            "who types, on the other doors",
        )


def test_nothing_is_missed_when_a_process_is_killed_and_the_browser_comes_back_elsewhere(
    doors: Doors,
) -> None:
    house, who = doors.house, doors.house.customer()
    conversation_id = house.conversation_id(who)
    browser = doors.browser("ana", "waiting", "automation", f"conversation.{conversation_id}")
    house.waits(who)
    with browser.looking(doors.other_url):
        until(lambda: conversation_id in browser.rows and browser.lines, "the beginning")
        house.writes(who, "alguém aí?")
        until(lambda: any(x["text"] == "alguém aí?" for x in list(browser.lines.values())), "a line")
        doors.other.kill()
        until(lambda: browser.error or not browser.events, "the end of the stream")
    for n in range(5):
        house.writes(who, f"mensagem número {n}")
    assert house.agent("bia").post(f"/v1/conversations/{conversation_id}/claim").status_code == 200
    until(lambda: len(house.lines(who, "customer")) == 7, "all heard")
    before = len(browser.events)
    with browser.looking(house.url):
        until(lambda: "mark" in [name for name, _ in browser.events[before:]], "a mark")
        told = [name for name, _ in browser.events[before:]]
        assert not {"list", "transcript", "reset"} & set(told), told
        until(lambda: len(browser.lines) == len(house.transcript(who)), "every line")
        assert sorted(browser.lines.values(), key=lambda x: x["place"]) == house.transcript(who)
        until(
            lambda: (
                browser.rows.get(conversation_id, {}).get("agent_id") == "bia"
                or conversation_id not in browser.rows
            ),
            "no stale row",
        )
    doors.other.start()


def test_without_redis_the_browser_is_told_and_still_sees_what_happens(doors: Doors) -> None:
    house, who = doors.house, doors.house.customer()
    conversation_id = house.conversation_id(who)
    browser = doors.browser("caio", "waiting", f"conversation.{conversation_id}")
    with browser.looking(house.url):
        until(lambda: browser.of("mark"), "the beginning")
        doors.valkey.stop()
        until(lambda: browser.of("degraded"), "an honest word")
        house.waits(who)
        until(lambda: conversation_id in browser.rows, "the row all the same")
        doors.valkey.start()
        until(lambda: browser.of("recovered"), "that it is well again")
        house.writes(who, "ainda sem sinal")
        until(lambda: any(x["text"] == "ainda sem sinal" for x in list(browser.lines.values())), "the line")
        until(lambda: len(browser.lines) == len(house.transcript(who)), "every line")
        assert sorted(browser.lines.values(), key=lambda x: x["place"]) == house.transcript(who)


def test_what_the_views_committed_and_could_not_tell_is_seen(doors: Doors) -> None:
    house, who = doors.house, doors.house.customer()
    conversation_id = house.conversation_id(who)
    browser = doors.browser("caio", f"conversation.{conversation_id}")
    house.waits(who)
    with browser.looking(house.url):
        until(lambda: browser.of("mark"), "the beginning")
        house.follow.kill()
        house.writes(who, "durante a queda")
        house.follow.start()
        until(lambda: any(x["text"] == "durante a queda" for x in list(browser.lines.values())), "the line")


def test_a_process_that_is_asked_to_end_sends_its_browsers_away_first(doors: Doors) -> None:
    house = doors.house
    if not doors.other.alive:
        doors.other.start()
    until(lambda: httpx.get(f"{doors.other_url}/health/live", timeout=5).status_code == 200, "other doors")
    browser = doors.browser("ana", "waiting")
    with browser.looking(doors.other_url):
        until(lambda: browser.of("mark"), "the beginning")
        assert doors.other.stop() == 0
        assert browser.of("bye")[-1]["reason"] == "stopping"
    assert house.ready()["status"] == "ok"
