"""The machines around us go away and come back: the desk waits, says so, and goes on where it was."""

from __future__ import annotations

import resource
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from secrets import token_urlsafe

import httpx
import psycopg
import pytest

from tests.faults.conftest import BEST_DAY, Breakable
from tests.faults.load import Crowd
from tests.walks.house import message_id, until

ENDED = (0, -signal.SIGTERM)  # by itself, or by handing on the signal it was told with

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.mark.parametrize("how", ["stopped", "killed"])
def test_the_database_goes_and_comes_back_under_load(desk: Breakable, how: str) -> None:
    house, crowd = desk.house, Crowd.of(desk.house)
    crowd.start()
    crowd.more(15)
    if how == "stopped":
        desk.postgres.stop()
    else:
        desk.postgres.kill()
    until(lambda: crowd.answers[503] >= 3, "providers told to come back later")
    until(lambda: house.ready()["components"]["database"] != "ok", "health that says why")
    assert httpx.get(f"{house.url}/health/ready", timeout=10).status_code == 503
    assert httpx.get(f"{house.url}/health/live", timeout=10).status_code == 200
    assert httpx.get(f"{house.url}/metrics", timeout=10).status_code == 200
    assert house.serve.alive
    desk.postgres.start()
    crowd.more(20)
    crowd.stop()
    assert not crowd.rude
    until(lambda: house.ready()["status"] == "ok", "a house that is ready again")
    history = desk.sound(crowd)
    assert not any("broken" in outcome for outcome in history.commands.values())
    # the views as well: everything that was said is in them
    for who in crowd.people:
        until(
            lambda w=who: (
                {x["line_id"] for x in house.lines(w, "agent") if x["line"] == "message"}
                >= {m.opaque.split(".")[0] for m in house.sent_to(w)} & set(crowd.lines)
            ),
            "the transcript",
        )


def test_told_to_stop_while_the_database_is_gone_everybody_ends_well(desk: Breakable) -> None:
    house, crowd = desk.house, Crowd.of(desk.house, 2)
    crowd.start()
    crowd.more(4)
    desk.postgres.stop()
    until(lambda: house.ready()["components"]["engine"] != "ok", "an engine that waits")
    assert house.serve.stop() in ENDED
    assert house.follow.stop() in ENDED
    desk.postgres.start()
    house.open_doors()
    crowd.more(2)
    crowd.stop()
    desk.sound(crowd)


def test_the_provider_is_down_and_comes_back(desk: Breakable) -> None:
    """Refused, then unreachable, then well: the messages of one customer leave in their order, and none
    twice but those whose first call nobody could know about."""
    house, crowd = desk.house, Crowd.of(desk.house, 3)
    house.graph.faults = BEST_DAY.changed({"down": True})
    lines: dict[str, list[str]] = {}
    for who in crowd.people:
        path = f"/v1/conversations/{house.conversation_id(who)}/messages"
        for n in range(3):
            said = house.agent("ana").post(path, {"kind": "text", "text": f"aviso {n}"})
            assert said.status_code == 201
            lines.setdefault(who.address, []).append(said.json()["line_id"])
    until(
        lambda: [x for who in crowd.people for x in house.transcript(who) if x["status"] == "unknown"],
        "a call of which nobody knows",
    )
    assert house.ready()["status"] == "ok"  # the provider's weakness is not ours
    time.sleep(3)
    house.graph.faults = BEST_DAY
    for who in crowd.people:
        until(
            lambda w=who: {m.opaque.split(".")[0] for m in house.sent_to(w)} >= set(lines[w.address]),
            "everything with the customer",
            patience=150,
        )
        left = [m.opaque.split(".")[0] for m in house.sent_to(who)]
        assert [line for line in left if line in lines[who.address]] == lines[who.address]
    desk.sound()


def test_without_the_pace_keeper_the_desk_goes_on(desk: Breakable) -> None:
    house, crowd = desk.house, Crowd.of(desk.house, 2)
    desk.valkey.stop()
    crowd.start()
    crowd.more(6)
    crowd.stop()
    until(
        lambda: (told := house.ready())["components"]["redis"] != "ok" and told["status"] == "ok",
        "a house that is ready, and says what it lacks",
    )
    until(
        lambda: {m.opaque.split(".")[0] for w in crowd.people for m in house.sent_to(w)} >= set(crowd.lines),
        "every answer with its customer",
    )
    desk.valkey.start()
    until(lambda: house.ready()["components"]["redis"] == "ok", "the pace keeper back")
    desk.sound(crowd)


def test_a_full_disk_under_the_log_takes_nothing_and_loses_nothing(desk: Breakable) -> None:
    """The system refuses to let any file of the server grow, as a full disk does."""
    house, who = desk.house, desk.house.customer()
    house.writes(who, "oi")
    until(lambda: house.sent_to(who), "a greeting")
    crowd = Crowd(house, [who])
    words = token_urlsafe(550_000)  # most of a megabyte that no deflating makes small: the log fills soon
    desk.postgres.stop()
    with no_file_beyond(17 << 20):  # a log segment of the server itself has 16 MiB
        desk.postgres.start()
    until(lambda: house.ready()["status"] == "ok", "a house that is ready again")
    refused = None
    for _ in range(40):
        id_ = message_id()
        raw = house.body(who, house.text(who, words, id_=id_))
        answer = house.deliver(raw)
        if answer.status_code != 200:
            refused = answer
            break
        crowd.note(id_)
    assert refused is not None
    assert refused.status_code == 503
    assert refused.headers["Retry-After"]
    until(lambda: house.ready()["components"]["engine"] != "ok", "health that says why")
    desk.postgres.restart()  # with room again
    assert until(lambda: house.deliver(raw).status_code == 200, "the same delivery taken")
    crowd.note(id_)
    until(lambda: house.ready()["status"] == "ok", "a house that is ready again")
    desk.sound(crowd)


@contextmanager
def no_file_beyond(size: int) -> Iterator[None]:
    """What is started in the block can write no file larger than this, as if the disk were full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_lock_on_the_log_stops_no_other_door(desk: Breakable) -> None:
    """Whoever decides waits; health, figures and reading go on."""
    house, who = desk.house, desk.house.customer()
    house.writes(who, "oi")
    until(lambda: house.conversation(who).get("protocol"), "a conversation")
    with psycopg.connect(desk.dsn) as connection:
        connection.execute("LOCK TABLE log IN EXCLUSIVE MODE")
        raw = house.body(who, house.text(who, "ainda aí?"))
        answer = house.deliver(raw)
        assert answer.status_code == 503
        assert httpx.get(f"{house.url}/metrics", timeout=10).status_code == 200
        assert house.conversation(who)["protocol"]
        connection.rollback()
    assert house.deliver(raw).status_code == 200
    desk.sound()
