"""SIGKILL between every two steps: what was acknowledged stands, and nothing happens twice."""

from __future__ import annotations

import random
import time
from dataclasses import replace

import pytest

from adapters.services.guarded import free_port
from adapters.views.tables import table
from adapters.whatsapp.addresses import message_ref
from api.wiring.local import CHANNEL
from projections.transcript import TRANSCRIPT as PROJECTION
from tests.faults.conftest import BEST_DAY, Breakable
from tests.faults.gaps import Asked, end, events_of, held, stopped_at
from tests.faults.load import Crowd
from tests.walks.house import House, Running, message_id, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

TRANSCRIPT = table(PROJECTION).name


def ref(house: House, id_: str) -> str:
    return message_ref(house.local.secrets["index_key"].encode(), CHANNEL, id_)


@pytest.mark.parametrize("arrived", [True, False], ids=["which the log got", "which the log never got"])
def test_killed_between_receipt_and_append(desk: Breakable, arrived: bool) -> None:
    """Nobody was told anything; the provider delivers again, and it is heard once."""
    house, id_ = desk.house, message_id()
    who = house.customer()
    raw = house.body(who, house.text(who, "sem conexão aqui", id_=id_))
    with held(desk.dsn, "log"):
        asked = Asked(lambda: house.deliver(raw))
        writers = stopped_at(desk.dsn, "log")
        house.serve.kill()
        if not arrived:
            end(desk.dsn, writers)
    assert asked.ended() is None
    house.open_doors()
    again = house.deliver(raw)
    assert again.status_code == 200
    until(lambda: house.outcomes(again.headers["Delivery-Id"]) == ["accepted"], "heard")
    history = desk.sound()
    assert [body["message_id"] for _, body in history.of_type("conversation.MessageReceived")].count(
        ref(house, id_)
    ) == 1


@pytest.mark.parametrize(
    ("table", "step"),
    [("mark", "append and index"), ("bookmark", "decision and bookmark")],
    ids=["before the index", "before the bookmark"],
)
def test_killed_after_what_was_acknowledged(desk: Breakable, table: str, step: str) -> None:
    house, id_ = desk.house, message_id()
    who = house.customer()
    raw = house.body(who, house.text(who, f"morri entre {step}", id_=id_))
    with held(desk.dsn, table):
        answer = house.deliver(raw)
        assert answer.status_code == 200
        stopped_at(desk.dsn, table)
        house.serve.kill()
    house.open_doors()
    until(lambda: house.outcomes(answer.headers["Delivery-Id"]) == ["accepted"], "heard all the same")
    until(lambda: house.sent_to(who), "greeted all the same")
    history = desk.sound()
    heard = [body["message_id"] for _, body in history.of_type("conversation.MessageReceived")]
    assert heard.count(ref(house, id_)) == 1
    assert house.deliver(raw).headers["Delivery-Id"] == answer.headers["Delivery-Id"]


def test_killed_while_the_provider_had_the_message_and_its_statuses_tell(desk: Breakable) -> None:
    """The call had no answer and its caller is gone; the provider's own statuses settle it, and once is
    once."""
    house, crowd = desk.house, Crowd.of(desk.house, 1)
    (who,) = crowd.people
    house.graph.faults = BEST_DAY.changed({"hangs": 1.0, "delay": 3.0})
    path = f"/v1/conversations/{house.conversation_id(who)}/messages"
    line = house.agent("ana").post(path, {"kind": "text", "text": "Está chegando?"}).json()["line_id"]
    until(lambda: [m for m in house.sent_to(who) if m.opaque == f"{line}.1"], "a call without an answer")
    house.serve.kill()
    house.graph.faults = BEST_DAY
    house.open_doors()
    told = until(
        lambda: next(
            (x for x in house.transcript(who) if x["line_id"] == line and x["status"] == "read"), {}
        ),
        "the statuses' word",
    )
    assert (told["attempt"], told["possibly_twice"]) == (1, False)
    assert len([m for m in house.sent_to(who) if str(m.opaque).startswith(line)]) == 1
    desk.sound()


def test_killed_in_a_call_nobody_ever_tells_of(desk: Breakable) -> None:
    """One message left and no status ever comes; one never left. Neither can be known: each is tried once
    more, after the caller was found gone and 30 s passed, and says that it may be there twice."""
    house, crowd = desk.house, Crowd.of(desk.house, 2)
    left, kept = crowd.people
    ana = house.agent("ana")

    def says(who, words: str) -> str:  # type: ignore[no-untyped-def]
        path = f"/v1/conversations/{house.conversation_id(who)}/messages"
        line: str = ana.post(path, {"kind": "text", "text": words}).json()["line_id"]
        return line

    house.graph.faults = BEST_DAY.changed({"hangs": 1.0, "silent": 1.0})
    first = says(left, "Talvez chegue duas vezes.")
    until(lambda: [m for m in house.sent_to(left) if m.opaque == f"{first}.1"], "a call without an answer")
    house.graph.faults = BEST_DAY.changed({"slow": 3.0})
    second = says(kept, "Talvez não chegue.")
    stream = f"conversation-{house.conversation_id(kept)}"
    until(
        lambda: [
            e for e in events_of(desk.dsn, stream, "conversation.SendStarted") if e["message_id"] == second
        ],
        "the call begun",
    )
    house.graph.faults = BEST_DAY.changed({"slow": 3.0, "fails": 1.0, "silent": 1.0})
    house.serve.kill()
    time.sleep(4)  # until the provider has refused it
    assert not [m for m in house.sent_to(kept) if str(m.opaque).startswith(second)]
    house.graph.faults = BEST_DAY
    house.open_doors()
    after = says(left, "E esta vem depois.")
    for who, line, times in ((left, first, 2), (kept, second, 1)):
        told = until(
            lambda w=who, n=line: next(
                (x for x in house.transcript(w) if x["line_id"] == n and x["status"] == "read"), {}
            ),
            "the second attempt",
            patience=200,
        )
        assert (told["attempt"], told["possibly_twice"]) == (2, True)
        assert len([m for m in house.sent_to(who) if str(m.opaque).startswith(line)]) == times
    until(lambda: [m for m in house.sent_to(left) if m.opaque == f"{after}.1"], "what was said afterwards")
    desk.sound()


def test_killed_again_and_again_under_load(desk: Breakable) -> None:
    seed = random.SystemRandom().getrandbits(32)
    chance = random.Random(seed)
    print(f"seed {seed}")
    house, crowd = desk.house, Crowd.of(desk.house)
    crowd.start()
    crowd.more(10)
    for _ in range(4):
        time.sleep(chance.uniform(0.05, 1.0))
        house.serve.kill()
        if chance.random() < 0.5:
            house.follow.kill()
        house.open_doors()
        crowd.more(chance.randrange(3, 12))
    crowd.stop()
    assert not crowd.rude
    desk.sound(crowd)
    done = house.atende("rebuild", "all")
    assert done.exit_code == 0, done.output


def test_a_frozen_owner_that_wakes_up_harms_nobody(desk: Breakable) -> None:
    """Two owners at once: the first record in the log wins, the other reads it and decides again."""
    house, crowd = desk.house, Crowd.of(desk.house, 3)
    crowd.start()
    crowd.more(5)
    house.serve.pause()
    port = str(free_port())
    second = Running(
        "serve", {**house.serve.environment, "ATENDE_PORT": port}, house.local.folder / "second.log"
    )
    other = replace(house, url=f"http://127.0.0.1:{port}", serve=second)
    second.start()
    try:
        until(lambda: other.ready()["status"] == "ok", "the second owner ready")
        guests = Crowd(other, crowd.people)
        guests.start()
        guests.more(5)
        house.serve.go_on()
        guests.more(15)
        guests.stop()
        crowd.more(5)
        crowd.stop()
    finally:
        house.serve.go_on()
        second.stop()
    assert any(line["event"] == "append_lost" for line in house.serve.lines() + second.lines())
    crowd.acknowledged += guests.acknowledged
    crowd.lines += guests.lines
    desk.sound(crowd)


def test_a_follower_killed_between_rows_and_bookmark_folds_nothing_twice(desk: Breakable) -> None:
    house, crowd = desk.house, Crowd.of(desk.house, 2)
    with held(desk.dsn, TRANSCRIPT):
        crowd.start()
        stopped_at(desk.dsn, TRANSCRIPT)
        house.follow.kill()
    house.open_doors()
    crowd.more(5)
    crowd.stop()
    for view in ("transcript", "inbox"):
        done = house.atende("rebuild", view)
        assert done.exit_code == 0, done.output
    desk.sound(crowd)
