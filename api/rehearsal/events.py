"""Everything that can happen in a scenario, each as one JSON object with `event`, `at` and what it needs."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from api.rehearsal.parts import Id, Part, Places, Seconds, Skills, Words, moment, span
from domain.agent import AgentId
from domain.conversation import ConversationId
from domain.queue import Priority, QueueId
from domain.queueing import Mode, OfflinePolicy, Rules, Strategy
from domain.routing.rehearsal import Floor, Happening, being, wishes


class Happens(Part):
    """Something at its time. `AGENTS` and `QUEUES` are its fields that name an agent or a queue."""

    AGENTS: ClassVar[tuple[str, ...]] = ("agent",)
    QUEUES: ClassVar[tuple[str, ...]] = ("queue",)
    ANSWERS: ClassVar[bool] = False

    at: Seconds

    def act(self, floor: Floor) -> None:
        raise NotImplementedError

    def happening(self) -> Happening:
        told: dict[str, Any] = self.model_dump()
        return Happening(
            moment(self.at),
            told["event"],
            self.act,
            told.get("conversation"),
            told.get("agent"),
            self.ANSWERS,
        )


class OfAgent(Happens):
    agent: Id

    @property
    def agent_id(self) -> AgentId:
        return AgentId(self.agent)


class OfConversation(Happens):
    conversation: Id

    @property
    def conversation_id(self) -> ConversationId:
        return ConversationId(self.conversation)


class Serves(OfAgent, OfConversation):
    """An agent does something to a conversation."""


# Customers


class Arrives(OfConversation):
    AGENTS = ("last_agent",)

    event: Literal["arrives"]
    queue: Id
    priority: Priority = Priority.NORMAL
    last_agent: Id | None = None
    opened_at: Seconds | None = None
    waiting_since: Seconds | None = None

    def act(self, floor: Floor) -> None:
        wishes.arrive(
            floor,
            self.conversation_id,
            QueueId(self.queue),
            self.priority,
            last_agent=None if self.last_agent is None else AgentId(self.last_agent),
            opened_at=None if self.opened_at is None else moment(self.opened_at),
            waiting_since=None if self.waiting_since is None else moment(self.waiting_since),
        )


class CustomerWrites(OfConversation):
    event: Literal["customer_writes"]

    def act(self, floor: Floor) -> None:
        wishes.customer_writes(floor, self.conversation_id)


# Offers and taking by hand


class Accepts(Serves):
    ANSWERS = True

    event: Literal["accepts"]
    reason: Words | None = None

    def act(self, floor: Floor) -> None:
        wishes.answer_offer(floor, self.agent_id, self.conversation_id, accepts=True, reason=self.reason)


class Declines(Serves):
    ANSWERS = True

    event: Literal["declines"]
    reason: Words | None = None

    def act(self, floor: Floor) -> None:
        wishes.answer_offer(floor, self.agent_id, self.conversation_id, accepts=False, reason=self.reason)


class Pulls(OfAgent):
    event: Literal["pulls"]
    reason: Words | None = None

    def act(self, floor: Floor) -> None:
        wishes.pull(floor, self.agent_id, self.reason)


class Claims(Serves):
    event: Literal["claims"]
    reason: Words | None = None

    def act(self, floor: Floor) -> None:
        wishes.claim(floor, self.agent_id, self.conversation_id, self.reason)


# In service


class Opens(Serves):
    event: Literal["opens"]
    queue: Id
    priority: Priority = Priority.NORMAL

    def act(self, floor: Floor) -> None:
        wishes.open_one(floor, self.agent_id, self.conversation_id, QueueId(self.queue), self.priority)


class Answers(Serves):
    event: Literal["answers"]

    def act(self, floor: Floor) -> None:
        wishes.answer(floor, self.agent_id, self.conversation_id)


class WaitsOnThirdParty(Serves):
    event: Literal["waits_on_third_party"]
    until: Seconds | None = None

    def act(self, floor: Floor) -> None:
        until = None if self.until is None else moment(self.until)
        wishes.set_aside(floor, self.agent_id, self.conversation_id, until)


class Resumes(Serves):
    event: Literal["resumes"]

    def act(self, floor: Floor) -> None:
        wishes.resume(floor, self.agent_id, self.conversation_id)


class Transfers(Serves):
    AGENTS = ("agent", "to_agent")
    QUEUES = ("to_queue",)

    event: Literal["transfers"]
    reason: Words
    to_agent: Id | None = None
    to_queue: Id | None = None
    for_another: bool = False

    def act(self, floor: Floor) -> None:
        wishes.transfer(
            floor,
            self.agent_id,
            self.conversation_id,
            to_agent=None if self.to_agent is None else AgentId(self.to_agent),
            to_queue=None if self.to_queue is None else QueueId(self.to_queue),
            reason=self.reason,
            for_another=self.for_another,
        )


class Releases(Serves):
    event: Literal["releases"]
    reason: Words
    for_another: bool = False

    def act(self, floor: Floor) -> None:
        wishes.release(floor, self.agent_id, self.conversation_id, self.reason, for_another=self.for_another)


class Closes(Serves):
    event: Literal["closes"]
    for_another: bool = False

    def act(self, floor: Floor) -> None:
        wishes.close(floor, self.agent_id, self.conversation_id, for_another=self.for_another)


class ChangesPriority(OfConversation):
    event: Literal["changes_priority"]
    priority: Priority
    reason: Words

    def act(self, floor: Floor) -> None:
        wishes.change_priority(floor, self.conversation_id, self.priority, self.reason)


# Being there


class Pauses(OfAgent):
    event: Literal["pauses"]
    reason: Id

    def act(self, floor: Floor) -> None:
        being.pause(floor, floor.people[self.agent_id], self.reason)


class BecomesAvailable(OfAgent):
    event: Literal["becomes_available"]

    def act(self, floor: Floor) -> None:
        being.become_available(floor, floor.people[self.agent_id])


class GoesOffline(OfAgent):
    event: Literal["goes_offline"]

    def act(self, floor: Floor) -> None:
        being.go_offline(floor, floor.people[self.agent_id])


class Choice(Part):
    conversation: Id
    choice: Literal["return", "transfer", "keep"]
    to_agent: Id | None = None
    to_queue: Id | None = None


class LogsOut(OfAgent):
    event: Literal["logs_out"]
    conversations: list[Choice] = Field(default_factory=list)

    def act(self, floor: Floor) -> None:
        choices = {
            ConversationId(choice.conversation): being.Leaving(
                choice.choice == "return",
                None if choice.to_agent is None else AgentId(choice.to_agent),
                None if choice.to_queue is None else QueueId(choice.to_queue),
            )
            for choice in self.conversations
        }
        being.log_out(floor, floor.people[self.agent_id], choices)


class Deactivates(OfAgent):
    event: Literal["agent_deactivated"]

    def act(self, floor: Floor) -> None:
        being.deactivate(floor, floor.people[self.agent_id])


class HeartbeatsStop(OfAgent):
    event: Literal["heartbeats_stop"]

    def act(self, floor: Floor) -> None:
        being.stop_beating(floor, floor.people[self.agent_id])


class ConnectionLost(OfAgent):
    event: Literal["connection_lost"]

    def act(self, floor: Floor) -> None:
        being.lose(floor, floor.people[self.agent_id])


class Connects(OfAgent):
    event: Literal["connects"]

    def act(self, floor: Floor) -> None:
        being.connect(floor, floor.people[self.agent_id])


# Settings


class AgentChanges(OfAgent):
    event: Literal["agent_changes"]
    capacity: Places | None = None
    ceiling: Places | None = None
    skills: Skills | None = None
    queues: list[Id] | None = None

    def act(self, floor: Floor) -> None:
        wishes.change_agent(
            floor,
            self.agent_id,
            capacity=self.capacity,
            ceiling=self.ceiling,
            skills=self.skills,
            queues=None if self.queues is None else frozenset(QueueId(queue) for queue in self.queues),
        )


class QueueChanges(Happens):
    AGENTS = ()

    event: Literal["queue_changes"]
    queue: Id
    mode: Mode | None = None
    strategy: Strategy | None = None
    required: Skills | None = None
    preferred: Skills | None = None
    relax_after: Seconds | None = None
    prefer_last_for: Seconds | None = None
    offer_for: Annotated[float, Field(ge=1, le=3600, allow_inf_nan=False)] | None = None
    offline_policy: OfflinePolicy | None = None

    def act(self, floor: Floor) -> None:
        old = floor.lines[QueueId(self.queue)].rules
        rules = Rules(
            mode=self.mode or old.mode,
            strategy=self.strategy or old.strategy,
            required=old.required if self.required is None else self.required,
            preferred=old.preferred if self.preferred is None else self.preferred,
            relax_after=old.relax_after if self.relax_after is None else span(self.relax_after),
            prefer_last=old.prefer_last if self.prefer_last_for is None else span(self.prefer_last_for),
            offer_for=old.offer_for if self.offer_for is None else span(self.offer_for),
            offline=self.offline_policy or old.offline,
        )
        wishes.change_queue(floor, QueueId(self.queue), rules)


class Lists(Happens):
    AGENTS = ()

    event: Literal["lists"]
    queue: Id | None = None

    def act(self, floor: Floor) -> None:
        wishes.show(floor, None if self.queue is None else QueueId(self.queue))


Event = Annotated[
    Arrives
    | CustomerWrites
    | Accepts
    | Declines
    | Pulls
    | Claims
    | Opens
    | Answers
    | WaitsOnThirdParty
    | Resumes
    | Transfers
    | Releases
    | Closes
    | ChangesPriority
    | Pauses
    | BecomesAvailable
    | GoesOffline
    | LogsOut
    | Deactivates
    | HeartbeatsStop
    | ConnectionLost
    | Connects
    | AgentChanges
    | QueueChanges
    | Lists,
    Field(discriminator="event"),
]
