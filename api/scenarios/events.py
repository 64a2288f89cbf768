"""What can happen in a scenario, and the scenario itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from api.scenarios.rules import (
    AgentRules,
    CalendarRules,
    ChannelRules,
    Name,
    PolicyRules,
    Strict,
)
from domain.queue import Priority
from domain.sla.policy import ROUND_THE_CLOCK

CHANNEL = "default"


class Happening(Strict):
    at: AwareDatetime


class In(Happening):
    """Something in one conversation."""

    conversation: Name


# ── what the customer does ───────────────────────────────────────────────────────────────────────


class Message(In):
    event: Literal["message"]
    message: Name | None = None
    sent_at: AwareDatetime | None = None
    text: str | None = None
    thanks: bool | None = None
    new_demand: bool = False
    channel: Name = CHANNEL


class Call(In):
    event: Literal["call"]
    answered: bool = False
    channel: Name = CHANNEL


# ── what is said ─────────────────────────────────────────────────────────────────────────────────


class Automatic(In):
    event: Literal["automatic"]
    awaits_customer: bool = True
    text: str | None = None


class AgentMessage(In):
    event: Literal["agent_message", "template"]
    agent: Name | None = None
    message: Name | None = None
    asked_at: AwareDatetime | None = None
    text: str | None = None


class Echo(In):
    event: Literal["echo"]
    message: Name | None = None
    text: str | None = None
    channel: Name = CHANNEL


class Aside(In):
    event: Literal["note", "reaction"]
    agent: Name | None = None
    text: str | None = None


class Became(In):
    event: Literal["failed", "delivered"]
    message: Name


class NoAnswerNeeded(In):
    event: Literal["no_answer_needed"]
    message: Name | None = None
    agent: Name | None = None


# ── who has it ───────────────────────────────────────────────────────────────────────────────────


class Open(In):
    event: Literal["open"]
    agent: Name
    channel: Name = CHANNEL


class Handoff(In):
    event: Literal["handoff"]
    queue: Name | None = None
    priority: Priority = Priority.NORMAL
    reason: str | None = None
    channel: Name = CHANNEL


class Assign(In):
    event: Literal["assign"]
    agent: Name


class Transfer(In):
    event: Literal["transfer"]
    to_agent: Name | None = None
    to_queue: Name | None = None
    agent: Name | None = None
    reason: str | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.to_agent is None) == (self.to_queue is None):
            raise ValueError("a transfer names to_agent or to_queue, one of them")
        return self


class Return(In):
    event: Literal["return"]
    queue: Name | None = None
    agent: Name | None = None
    reason: str | None = None


class PriorityChange(In):
    event: Literal["priority"]
    priority: Priority
    agent: Name | None = None
    reason: str | None = None


class WaitOnCustomer(In):
    event: Literal["wait_on_customer"]
    agent: Name | None = None


class WaitOnThirdParty(In):
    event: Literal["wait_on_third_party"]
    until: AwareDatetime
    agent: Name | None = None
    reason: str | None = None


class Wake(In):
    event: Literal["wake"]
    agent: Name | None = None


class Close(In):
    event: Literal["close"]
    by: Literal["agent", "automation", "silence"] = "agent"
    agent: Name | None = None
    reason: str | None = None


class Reopen(In):
    event: Literal["reopen"]
    agent: Name


class NewDemand(In):
    event: Literal["new_demand"]
    agent: Name | None = None


class Acknowledge(In):
    event: Literal["acknowledge"]
    by: Name


# ── the house ────────────────────────────────────────────────────────────────────────────────────


class PolicyEdit(Happening):
    event: Literal["policy"]
    policy: PolicyRules


class CalendarEdit(Happening):
    event: Literal["calendar"]
    name: Name
    calendar: CalendarRules


class AgentChange(Happening):
    event: Literal["agent"]
    agent: Name
    available: bool | None = None
    capacity: Annotated[int, Field(ge=0)] | None = None


class Reachable(Happening):
    event: Literal["reachable"]
    person: Name
    reachable: bool


class Timers(Happening):
    event: Literal["timers_down", "timers_up"]


class Look(Happening):
    event: Literal["look"]


Event = Annotated[
    Message
    | Call
    | Automatic
    | AgentMessage
    | Echo
    | Aside
    | Became
    | NoAnswerNeeded
    | Open
    | Handoff
    | Assign
    | Transfer
    | Return
    | PriorityChange
    | WaitOnCustomer
    | WaitOnThirdParty
    | Wake
    | Close
    | Reopen
    | NewDemand
    | Acknowledge
    | PolicyEdit
    | CalendarEdit
    | AgentChange
    | Reachable
    | Timers
    | Look,
    Field(discriminator="event"),
]


class Scenario(Strict):
    name: str | None = None
    description: str | None = None
    calendars: dict[Name, CalendarRules] = Field(default_factory=dict)
    policy: PolicyRules = PolicyRules()
    channels: dict[Name, ChannelRules] = Field(default_factory=dict)
    agents: dict[Name, AgentRules] = Field(default_factory=dict)
    events: list[Event]
    until: AwareDatetime | None = None

    def problems(self) -> list[tuple[str, str]]:
        """What no single field tells: the field, and what is wrong with it."""
        found: list[tuple[str, str]] = []
        ordered = sorted(enumerate(self.events), key=lambda each: each[1].at)
        calendars = {ROUND_THE_CLOCK, *self.calendars}
        if ROUND_THE_CLOCK in self.calendars:
            found.append((f"calendars.{ROUND_THE_CLOCK}", "this name is taken: it never closes"))
        found += _unknown(self.policy, "policy", calendars)
        channels = {CHANNEL, *self.channels}
        for n, event in ordered:
            where = f"events[{n}]"
            match event:
                case CalendarEdit(name=name):
                    if name == ROUND_THE_CLOCK:
                        found.append((f"{where}.name", "this calendar cannot be changed"))
                    calendars.add(name)
                case PolicyEdit(policy=policy):
                    found += _unknown(policy, f"{where}.policy", calendars)
                case Message(channel=channel) | Call(channel=channel) | Echo(channel=channel):
                    if channel not in channels:
                        found.append((f"{where}.channel", f"there is no channel {channel!r}"))
                case Open(channel=channel) | Handoff(channel=channel):
                    if channel not in channels:
                        found.append((f"{where}.channel", f"there is no channel {channel!r}"))
                case _:
                    pass
            if isinstance(event, AgentMessage) and event.asked_at is not None and event.asked_at > event.at:
                found.append((f"{where}.asked_at", "it is asked for before it is accepted"))
        if self.until is not None and ordered and self.until < ordered[-1][1].at:
            found.append(("until", f"it is before events[{ordered[-1][0]}]"))
        years = [event.at.year for event in self.events]
        if years and (min(years) < 1990 or max(years) > 2090):
            found.append(("events", "years from 1990 to 2090"))
        if self.until is not None and years and self.until - ordered[0][1].at > timedelta(days=20 * 366):
            found.append(("until", "a scenario spans at most 20 years"))
        return found


def _unknown(policy: PolicyRules, where: str, calendars: set[str]) -> list[tuple[str, str]]:
    return [
        (".".join((where, *path)), f"there is no calendar {name!r}")
        for path, name in policy.calendars()
        if name not in calendars
    ]
