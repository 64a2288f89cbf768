"""The floor of a desk in simulated time: who is there, what waits, what is armed, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from heapq import heappop, heappush
from typing import Any

from domain.conversation import ConversationId, Stage
from domain.queue import QueueId
from domain.routing.rehearsal.people import Case, Fact, Line, Person


class No(Exception):
    """What was wanted cannot be: the rule, as the desk names it, and who or what stands in the way."""

    def __init__(self, rule: str, **fields: Any) -> None:
        super().__init__(rule)
        self.rule = rule
        self.fields = fields


class Floor:
    """It only remembers. What is armed rings in order of time and, at one instant, of arming."""

    def __init__(self, at: datetime, lines: Iterable[Line], people: Iterable[Person]) -> None:
        self.at = at
        self.lines = {line.queue_id: line for line in lines}
        self.people = {person.agent_id: person for person in people}
        self.cases: dict[ConversationId, Case] = {}
        self.facts: list[Fact] = []
        self.turns = 0  # offers and automatic assignments so far
        self._armed: list[tuple[datetime, int, Callable[[], None]]] = []
        self._count = 0

    def arm(self, at: datetime, ring: Callable[[], None] | None = None) -> None:
        """Whatever rings looks for itself whether it still means anything; None: what waits is looked at."""
        self._count += 1
        heappush(self._armed, (at, self._count, ring or _nothing))

    def next_ring(self) -> datetime | None:
        return self._armed[0][0] if self._armed else None

    def ring(self) -> None:
        """Everything due by now, and what that arms for this instant."""
        while self._armed and self._armed[0][0] <= self.at:
            heappop(self._armed)[2]()

    def tell(
        self,
        kind: str,
        case: Case | None = None,
        person: Person | None = None,
        *,
        queue: QueueId | None = None,
        **details: Any,
    ) -> None:
        self.facts.append(
            Fact(
                self.at,
                kind,
                None if case is None else case.conversation_id,
                None if person is None else person.agent_id,
                case.queue_id if queue is None and case is not None else queue,
                details,
            )
        )

    def waiting(self) -> list[Case]:
        """What waits, in the one order."""
        waits = (case for case in self.cases.values() if case.stage is Stage.WAITING)
        return sorted(waits, key=Case.place)

    def case(self, conversation_id: ConversationId) -> Case:
        found = self.cases.get(conversation_id)
        if found is None:
            raise No("UnknownConversation")
        return found


def loads(person: Person) -> dict[str, Any]:
    """An agent's load, as it is told with what changed it."""
    load = person.load
    return {
        "active": load.active,
        "silent": load.silent,
        "reserved": load.reserved,
        "capacity": load.capacity,
        "ceiling": load.ceiling,
    }


def _nothing() -> None:
    pass
