"""A scenario file: read strictly, every fault named by its field."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import Field, ValidationError

from api.rehearsal.events import AgentChanges, Arrives, Event, LogsOut, OfConversation, Opens, Transfers
from api.rehearsal.parts import Agent, Part, Queue, Seconds, moment
from domain.routing.rehearsal import Floor, play

AFTERWARDS: Final = 24 * 3600.0
"""Without an `until` a scenario is played until nothing more is due, but no longer than so many seconds after
the last thing that is written down."""


class Scenario(Part):
    queues: list[Queue] = Field(min_length=1, max_length=200)
    agents: list[Agent] = Field(default_factory=list, max_length=1000)
    events: list[Event] = Field(default_factory=list, max_length=100_000)
    until: Seconds | None = None

    @property
    def end(self) -> float:
        """When it ends at the latest."""
        if self.until is not None:
            return self.until
        edges = (edge for queue in self.queues for hours in queue.hours or () for edge in hours)
        return max((0.0, *(event.at for event in self.events), *edges)) + AFTERWARDS


@dataclass(frozen=True, slots=True)
class Fault:
    """Where a scenario is wrong, and how. `field` is a path such as `events.3.queue`, or `scenario`."""

    field: str
    message: str


class Invalid(Exception):
    """It is no scenario. At least one fault."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{fault.field}: {fault.message}" for fault in faults))
        self.faults = list(faults)


def read(body: bytes) -> Scenario:
    """The scenario that a file's bytes are. Raises Invalid."""
    try:
        scenario = Scenario.model_validate_json(body)
    except ValidationError as error:
        raise Invalid([_fault(told) for told in error.errors(include_url=False)]) from None
    faults = list(_faults(scenario))
    if faults:
        raise Invalid(faults)
    return scenario


def run(scenario: Scenario) -> Floor:
    """The floor as it is in the end, with everything that came of it."""
    return play(
        [queue.line() for queue in scenario.queues],
        [agent.person() for agent in scenario.agents],
        [event.happening() for event in scenario.events],
        moment(scenario.end),
        to_the_end=scenario.until is not None,
    )


def _fault(error: Any) -> Fault:
    steps = list(error["loc"])
    if len(steps) > 2 and steps[0] == "events":  # the kind of event, by which its model was found
        del steps[2]
    message: str = error["msg"]
    if error["type"] in ("union_tag_invalid", "union_tag_not_found") and steps[:1] == ["events"]:
        steps.append("event")
        message = _kinds(message)
    if error["type"] == "json_invalid":
        steps = []
    return Fault(".".join(map(str, steps)) or "scenario", message)


def _kinds(message: str) -> str:
    return message.replace("using 'event' ", "")


def _faults(scenario: Scenario) -> Iterator[Fault]:
    """What only shows when the parts are held side by side."""
    queues, agents = {queue.id for queue in scenario.queues}, {agent.id for agent in scenario.agents}
    yield from _twice("queues", [queue.id for queue in scenario.queues])
    yield from _twice("agents", [agent.id for agent in scenario.agents])
    for n, queue in enumerate(scenario.queues):
        yield from _hours(f"queues.{n}.hours", queue.hours or [])
    for n, agent in enumerate(scenario.agents):
        here = f"agents.{n}"
        for m, name in enumerate(agent.queues):
            yield from _known(f"{here}.queues.{m}", name, queues, "queue")
        if agent.ceiling is not None and agent.ceiling < agent.capacity:
            yield Fault(f"{here}.ceiling", "The ceiling is at least the capacity.")
        if agent.accepts_after is not None and agent.declines_after is not None:
            yield Fault(f"{here}.declines_after", "An agent accepts or declines by itself, not both.")
    arrived = {event.conversation for event in scenario.events if isinstance(event, Arrives | Opens)}
    for n, event in enumerate(scenario.events):
        here = f"events.{n}"
        for field in event.AGENTS:
            yield from _known(f"{here}.{field}", getattr(event, field, None), agents, "agent")
        for field in event.QUEUES:
            yield from _known(f"{here}.{field}", getattr(event, field, None), queues, "queue")
        if isinstance(event, OfConversation):
            yield from _known(f"{here}.conversation", event.conversation, arrived, "conversation")
        yield from _event_faults(here, event, queues, agents, arrived)


def _event_faults(
    here: str, event: object, queues: set[str], agents: set[str], arrived: set[str]
) -> Iterator[Fault]:
    match event:
        case Transfers(to_agent=agent, to_queue=queue) if (agent is None) == (queue is None):
            yield Fault(f"{here}.to_agent", "A transfer names an agent or a queue, one of them.")
        case Arrives(at=at, opened_at=opened_at, waiting_since=since):
            for field, value in (("opened_at", opened_at), ("waiting_since", since)):
                if value is not None and value > at:
                    yield Fault(f"{here}.{field}", "Not after the arrival.")
        case AgentChanges(queues=named, capacity=capacity, ceiling=ceiling):
            for m, name in enumerate(named or ()):
                yield from _known(f"{here}.queues.{m}", name, queues, "queue")
            if capacity is not None and ceiling is not None and ceiling < capacity:
                yield Fault(f"{here}.ceiling", "The ceiling is at least the capacity.")
        case LogsOut(conversations=choices):
            yield from _twice(f"{here}.conversations", [c.conversation for c in choices], "conversation")
            for m, choice in enumerate(choices):
                there = f"{here}.conversations.{m}"
                yield from _known(f"{there}.conversation", choice.conversation, arrived, "conversation")
                yield from _known(f"{there}.to_agent", choice.to_agent, agents, "agent")
                yield from _known(f"{there}.to_queue", choice.to_queue, queues, "queue")
                named_one = (choice.to_agent is None) != (choice.to_queue is None)
                if choice.choice == "transfer" and not named_one:
                    yield Fault(f"{there}.to_agent", "A transfer names an agent or a queue, one of them.")
                if choice.choice != "transfer" and (choice.to_agent or choice.to_queue):
                    yield Fault(f"{there}.choice", "Only a transfer names an agent or a queue.")
        case _:
            pass


def _known(field: str, name: str | None, known: set[str], what: str) -> Iterator[Fault]:
    if name is not None and name not in known:
        yield Fault(field, f"There is no such {what} in this scenario.")


def _twice(where: str, names: list[str], field: str = "id") -> Iterator[Fault]:
    seen: set[str] = set()
    for n, name in enumerate(names):
        if name in seen:
            yield Fault(f"{where}.{n}.{field}", "Named twice.")
        seen.add(name)


def _hours(where: str, spans: list[tuple[float, float]]) -> Iterator[Fault]:
    last = -1.0
    for n, (opens, closes) in enumerate(spans):
        if closes <= opens:
            yield Fault(f"{where}.{n}", "It closes after it opens.")
        if opens <= last:
            yield Fault(f"{where}.{n}", "Spans are in order and do not touch.")
        last = closes
