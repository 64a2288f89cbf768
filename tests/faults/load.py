"""People who keep talking whatever breaks, as providers and consoles do: again, until it stands."""

from __future__ import annotations

import json
import os
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from adapters.simulator.webhooks import Person
from adapters.whatsapp.addresses import message_ref
from api.wiring.local import CHANNEL
from tests.walks.house import House, message_id, until

_talking: list[Crowd] = []


def silence() -> None:
    """Whoever a failed test left talking goes quiet."""
    for crowd in _talking:
        crowd.hush()
    _talking.clear()


def acknowledged(house: House) -> Path:
    """Where it stands what the desk has acknowledged: a line for each message, with its webhook's name."""
    return house.local.folder / "acknowledged.jsonl"


@dataclass
class Crowd:
    """Customers in service who write, and an agent who answers each; what was acknowledged is kept."""

    house: House
    people: Sequence[Person]
    pause: float = 0.05
    acknowledged: list[str] = field(default_factory=list)  # our names of the messages
    waits: list[tuple[float, float]] = field(default_factory=list)  # from asking until it stood
    lines: list[str] = field(default_factory=list)  # of the agent, as the desk named them
    answers: Counter[int] = field(default_factory=Counter)  # by status; 0: nobody answered
    rude: list[str] = field(default_factory=list)  # a 503 that did not say when to come back
    _stop: threading.Event = field(default_factory=threading.Event)
    _turn: threading.Lock = field(default_factory=threading.Lock)
    _hushed: bool = False
    _threads: list[threading.Thread] = field(default_factory=list)

    @classmethod
    def of(cls, house: House, size: int = 5, **knobs: float) -> Crowd:
        """That many new customers, attended by Ana."""
        people = [house.customer() for _ in range(size)]
        for who in people:
            house.writes(who, "minha internet caiu")
        for who in people:
            until(lambda w=who: house.conversation(w).get("stage") == "waiting", "a wait")
            until(
                lambda w=who: {x["status"] for x in house.lines(w, "automation")} == {"read"},
                "the first line's words with the customer",  # so that the next to leave is the agent's
            )
            house.agent("ana").post(
                f"/v1/conversations/{house.conversation_id(who)}/claim"
            ).raise_for_status()
        return cls(house, people, **knobs)

    def start(self) -> None:
        _talking.append(self)
        for who in self.people:
            thread = threading.Thread(target=self._talk, args=(who,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def hush(self) -> None:
        """Begin no further sentence, and insist on none."""
        self._hushed = True
        self._stop.set()

    def stop(self, patience: float = 90.0) -> None:
        """Let everybody finish their sentence; what they began is acknowledged in the end."""
        self._stop.set()
        for thread in self._threads:
            thread.join(patience)
            assert not thread.is_alive(), f"somebody was never answered: {dict(self.answers)}"

    def more(self, n: int, patience: float = 120.0) -> None:
        """Wait until that many further messages were acknowledged."""
        wanted = len(self.acknowledged) + n
        until(lambda: len(self.acknowledged) >= wanted, f"{n} more acknowledgements", patience)

    def note(self, id_: str, delivery: str = "") -> None:
        """A message was acknowledged: kept on disk, so that it outlives whatever happens to us."""
        key = self.house.local.secrets["index_key"].encode()
        ref = message_ref(key, CHANNEL, id_)
        with self._turn, acknowledged(self.house).open("a") as ledger:
            ledger.write(json.dumps({"message": ref, "delivery": delivery}) + "\n")
            ledger.flush()
            os.fsync(ledger.fileno())
        self.acknowledged.append(ref)

    def longest_wait(self, since: float) -> float:
        """Seconds that whoever waited longest had to insist, of what stood after that moment."""
        return max((stood - began for began, stood in self.waits if stood >= since), default=0.0)

    def _talk(self, who: Person) -> None:
        path = f"/v1/conversations/{self.house.conversation_id(who)}/messages"
        with httpx.Client(timeout=30, trust_env=False) as door:
            n = 0
            while not self._stop.is_set():
                n += 1
                id_ = message_id()
                raw = self.house.body(who, self.house.text(who, f"recado número {n}", id_=id_))
                taken = self._insist(lambda raw=raw: self.house.deliver(raw, through=door), 200)
                self.note(id_, taken.headers["Delivery-Id"])
                said = {"kind": "text", "text": f"resposta {n}", "anyway": True}
                headers = {"Idempotency-Key": f"{id_}-answer"}
                headers["Authorization"] = self.house.agent("ana").http.headers["Authorization"]
                answer = self._insist(
                    lambda said=said, headers=headers: door.post(
                        f"{self.house.url}{path}", json=said, headers=headers
                    ),
                    201,
                )
                self.lines.append(answer.json()["line_id"])
                self._stop.wait(self.pause)

    def _insist(self, ask, status: int) -> httpx.Response:  # type: ignore[no-untyped-def]
        began = time.monotonic()
        while not self._hushed:
            try:
                answer: httpx.Response = ask()
            except httpx.TransportError:
                self.answers[0] += 1
                time.sleep(0.2)
                continue
            self.answers[answer.status_code] += 1
            if answer.status_code == status:
                self.waits.append((began, time.monotonic()))
                return answer
            if answer.status_code == 503 and not answer.headers.get("Retry-After"):
                self.rude.append(answer.text)
            assert answer.status_code in (202, 503), answer.text
            time.sleep(0.2)
        raise SystemExit  # this thread is done
