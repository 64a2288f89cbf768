"""What happens to the desk on Kafka while people talk: each fault a function, all of them in one table."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random, SystemRandom
from typing import Final, TypeAlias

import httpx
import redis

from adapters.views.tables import table
from projections.transcript import TRANSCRIPT
from tests.faults import odd
from tests.faults.gaps import held, stopped_at
from tests.faults.load import Crowd
from tests.faults.on_kafka import OnKafka
from tests.walks.house import Running, message_id, until

ODD: Final = (str(Path(odd.__file__)),)
LEASE: Final = 3.0  # seconds after which a frozen owner's partitions are somebody else's


@dataclass(frozen=True)
class Dose:
    """How hard it comes: people who talk, what they say before and after, and how often or how long."""

    people: int = 2
    sentences: int = 6
    times: int = 1
    frozen: float = 5.0  # seconds a broker is frozen
    away: float = 3.0  # seconds a server is gone


SMALL: Final = Dose()
LARGE: Final = Dose(people=5, sentences=25, times=3, frozen=20.0, away=12.0)

Act: TypeAlias = Callable[[OnKafka, Crowd, Random, Dose], None]


@dataclass(frozen=True)
class Fault:
    act: Act
    brokers: int = 3
    quick: bool = True  # whether it comes in `make test`, too
    afterwards: Callable[[OnKafka], None] = lambda _desk: None  # when nobody talks any more


# ── who works ────────────────────────────────────────────────────────────────────────────────────


def worker_killed(desk: OnKafka, crowd: Crowd, chance: Random, dose: Dose) -> None:
    for _ in range(dose.times):
        worker = chance.choice(desk.house.workers)
        time.sleep(chance.uniform(0, 0.5))
        worker.kill()
        desk.owned(1)
        crowd.more(dose.sentences)
        worker.start()
        desk.owned(2)


def all_workers_killed(desk: OnKafka, crowd: Crowd, chance: Random, dose: Dose) -> None:
    for _ in range(dose.times):
        time.sleep(chance.uniform(0, 0.5))
        for worker in desk.house.workers:
            worker.kill()
        time.sleep(chance.uniform(0, 1))
        for worker in desk.house.workers:
            worker.start()
        desk.owned(2)
        crowd.more(dose.sentences)


def worker_frozen_until_others_own(desk: OnKafka, crowd: Crowd, chance: Random, dose: Dose) -> None:
    for _ in range(dose.times):
        worker = chance.choice(desk.house.workers)
        time.sleep(chance.uniform(0, 0.5))
        worker.pause()
        desk.owned(1)
        crowd.more(dose.sentences)
        worker.go_on()
        crowd.more(dose.sentences)
        desk.owned(2)
        assert worker.alive, worker.tail()


def processes_killed(desk: OnKafka, crowd: Crowd, chance: Random, dose: Dose) -> None:
    """Policies, couriers and the postman: what they had begun is finished by the next, and left once."""
    (processes,) = desk.house.processes
    for _ in range(dose.times):
        time.sleep(chance.uniform(0, 0.5))
        processes.kill()
        time.sleep(chance.uniform(0, 1))
        processes.start()
        crowd.more(dose.sentences)


def processes_frozen_and_replaced(desk: OnKafka, crowd: Crowd, chance: Random, dose: Dose) -> None:
    """Somebody takes a frozen one for dead and starts another; then it wakes up, and there are two."""
    (processes,) = desk.house.processes
    second = Running(
        "follow", processes.environment, desk.house.local.folder / "second.log", processes.arguments
    )
    for _ in range(dose.times):
        time.sleep(chance.uniform(0, 0.5))
        processes.pause()
        second.start()
        try:
            left = len(desk.house.graph.ledger.accepted)
            until(lambda n=left: len(desk.house.graph.ledger.accepted) > n, "something that leaves")
            crowd.more(dose.sentences)
            processes.go_on()
            crowd.more(dose.sentences)
        finally:
            processes.go_on()
            second.stop()
    assert processes.alive, processes.tail()


def two_owners_at_once(desk: OnKafka, crowd: Crowd, chance: Random, dose: Dose) -> None:
    """A worker that asks for no lock decides everything that others decide as well."""
    house = desk.house
    rival = Running("lawless", house.serve.environment, house.local.folder / "lawless.log", program=ODD)
    time.sleep(chance.uniform(0, 0.5))
    before = lost(desk)
    rival.start()
    try:
        until(lambda: lost(desk, rival) > before, "an append that a rival had won")
        for _ in range(dose.times):
            crowd.more(dose.sentences)
        assert rival.alive, rival.tail()
    finally:
        rival.stop()


def lost(desk: OnKafka, *more: Running) -> int:
    """Appends that were overtaken, as the workers tell it."""
    everybody = [role for role in (*desk.house.workers, *more) if role.log.exists()]
    return sum(role.log.read_text().count('"append_lost"') for role in everybody)


def doors_killed(desk: OnKafka, crowd: Crowd, chance: Random, dose: Dose) -> None:
    for _ in range(dose.times):
        time.sleep(chance.uniform(0, 0.5))
        desk.house.serve.kill()
        desk.house.serve.start()
        crowd.more(dose.sentences)


def clock_of_a_worker_astray(desk: OnKafka, crowd: Crowd, chance: Random, dose: Dose) -> None:
    """Five minutes ahead, or behind: half of the partitions are decided by such a clock."""
    seconds = chance.choice((-300, 300))
    house, worker = desk.house, chance.choice(desk.house.workers)
    strange = Running(
        "astray", worker.environment, house.local.folder / "astray.log", [str(seconds)], program=ODD
    )
    worker.stop()
    strange.start()
    try:
        desk.owned(2)
        for _ in range(dose.times):
            crowd.more(2 * dose.sentences)
        assert strange.alive, strange.tail()
    finally:
        strange.stop()
        worker.start()
    desk.owned(2)


def views_killed_before_their_bookmark(desk: OnKafka, crowd: Crowd, chance: Random, dose: Dose) -> None:
    """Between the rows and the bookmark."""
    for _ in range(dose.times):
        with held(desk.dsn, table(TRANSCRIPT).name):
            stopped_at(desk.dsn, table(TRANSCRIPT).name)
            desk.house.follow.kill()
        desk.house.follow.start()
        crowd.more(dose.sentences)


def views_are_what_the_log_says(desk: OnKafka) -> None:
    for view in ("transcript", "inbox"):
        done = desk.house.atende("rebuild", view)
        assert done.exit_code == 0, done.output


# ── what they stand on ───────────────────────────────────────────────────────────────────────────


def one_broker_of_three_killed(desk: OnKafka, crowd: Crowd, chance: Random, dose: Dose) -> None:
    for _ in range(dose.times):
        node = chance.choice(desk.kafka.nodes).number
        time.sleep(chance.uniform(0, 0.5))
        desk.kafka.kill(node)
        crowd.more(dose.sentences)
        desk.kafka.start_node(node)
        crowd.more(dose.sentences)


def two_brokers_of_three_killed(desk: OnKafka, crowd: Crowd, chance: Random, dose: Dose) -> None:
    nodes = chance.sample([node.number for node in desk.kafka.nodes], 2)
    _gone(desk, crowd, nodes, dose)


def all_brokers_killed(desk: OnKafka, crowd: Crowd, chance: Random, dose: Dose) -> None:
    time.sleep(chance.uniform(0, 0.5))
    _gone(desk, crowd, [node.number for node in desk.kafka.nodes], dose)


def _gone(desk: OnKafka, crowd: Crowd, nodes: list[int], dose: Dose) -> None:
    """Nothing is acknowledged until they are back; then what was asked meanwhile goes on."""
    for node in nodes:
        desk.kafka.kill(node)
    house, until_ = desk.house, time.monotonic() + dose.away
    who = house.customer()
    raw = house.body(who, house.text(who, "alguém aí?", id_=(id_ := message_id())))
    answers: set[int] = set()
    while not answers or time.monotonic() < until_:
        try:
            answers.add(house.deliver(raw).status_code)
        except httpx.TransportError:
            answers.add(0)
    assert answers <= {0, 503}, answers
    desk.kafka.start()
    taken = until(lambda: (a := house.deliver(raw)).status_code == 200 and a, "the same webhook taken")
    crowd.note(id_, taken.headers["Delivery-Id"])
    crowd.more(dose.sentences)


def leader_frozen(desk: OnKafka, crowd: Crowd, chance: Random, dose: Dose) -> None:
    """The broker that leads what somebody says next: frozen, its sockets open."""
    node = chance.choice(desk.kafka.nodes).number
    time.sleep(chance.uniform(0, 0.5))
    desk.kafka.freeze(node)
    time.sleep(dose.frozen)
    desk.kafka.thaw(node)
    crowd.more(2 * dose.sentences)


def database_restarted(desk: OnKafka, crowd: Crowd, chance: Random, dose: Dose) -> None:
    """Nobody decides meanwhile; webhooks are acknowledged all the same."""
    for _ in range(dose.times):
        time.sleep(chance.uniform(0, 0.5))
        with gone(desk):
            for who in crowd.people:
                id_ = message_id()
                answer = desk.house.deliver(desk.house.body(who, desk.house.text(who, "oi?", id_=id_)))
                assert answer.status_code == 200, answer.text
                crowd.note(id_, answer.headers["Delivery-Id"])
            time.sleep(dose.away)
        crowd.more(dose.sentences)
        desk.owned(2)


@contextmanager
def gone(desk: OnKafka) -> Iterator[None]:
    """Without the database."""
    desk.postgres.stop()
    try:
        yield
    finally:
        desk.postgres.start()


def redis_flushed_and_stopped(desk: OnKafka, crowd: Crowd, chance: Random, dose: Dose) -> None:
    """Whoever waits for an answer finds it in the index."""
    with redis.Redis.from_url(desk.valkey.url) as client:
        client.flushall()
    crowd.more(dose.sentences)
    desk.valkey.stop()
    answered = len(crowd.lines) + dose.sentences
    until(lambda: len(crowd.lines) >= answered, "commands answered without it")
    desk.valkey.start()
    crowd.more(dose.sentences)


def view_made_anew(desk: OnKafka, crowd: Crowd, chance: Random, dose: Dose) -> None:
    """Beside the live one, while it is written to all the time: compared where both stand, and swapped."""
    for name in ("inbox", "transcript")[: dose.times]:
        done = desk.house.program("rebuild", name, "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        assert json.loads(done.stdout.splitlines()[-1])["identical"] is True
        crowd.more(dose.sentences)


FAULTS: Final[Mapping[str, Fault]] = {
    "worker killed": Fault(worker_killed),
    "all workers killed": Fault(all_workers_killed, quick=False),
    "worker frozen": Fault(worker_frozen_until_others_own),
    "processes killed": Fault(processes_killed),
    "processes frozen": Fault(processes_frozen_and_replaced),
    "two owners at once": Fault(two_owners_at_once),
    "doors killed": Fault(doors_killed, quick=False),
    "clock 5 min astray": Fault(clock_of_a_worker_astray),
    "views killed": Fault(views_killed_before_their_bookmark, afterwards=views_are_what_the_log_says),
    "view made anew": Fault(view_made_anew, afterwards=views_are_what_the_log_says),
    "1 broker of 3 killed": Fault(one_broker_of_three_killed),
    "2 brokers of 3 killed": Fault(two_brokers_of_three_killed),
    "3 brokers of 3 killed": Fault(all_brokers_killed, quick=False),
    "broker frozen": Fault(leader_frozen),
    "database restarted": Fault(database_restarted),
    "redis stopped": Fault(redis_flushed_and_stopped),
    "the only broker killed": Fault(all_brokers_killed, brokers=1),
}


def under_load(desk: OnKafka, crowd: Crowd, fault: Fault, chance: Random, dose: Dose) -> float:
    """People talk, it happens, people talk on; returns when all they began stands and is decided. Answers how
    many seconds whoever waited longest had to insist since it began."""
    crowd.start()
    crowd.more(dose.sentences)
    began = time.monotonic()
    fault.act(desk, crowd, chance, dose)
    crowd.stop()
    desk.settled(crowd)
    fault.afterwards(desk)
    return crowd.longest_wait(began)


def survives(desk: OnKafka, name: str) -> None:
    """One fault, with few people and a seed that is printed: nothing is lost, decided twice or out of order,
    and the house is ready again."""
    seed = SystemRandom().getrandbits(32)
    print(f"seed {seed}")
    crowd = Crowd(desk.house, desk.people(SMALL.people))
    under_load(desk, crowd, FAULTS[name], Random(seed), SMALL)
    assert not crowd.rude
    history = desk.sound(crowd)
    account = desk.account(crowd)
    assert (account.lost, account.twice, account.disorder) == (0, 0, 0)
    assert not any("broken" in told for told in history.commands.values())
    until(lambda: desk.house.ready()["status"] == "ok", "a house that is ready")
