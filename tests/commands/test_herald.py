"""Whoever a breach or a step names hears of it, in words without a customer in them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from commands.ports import Alarm
from commands.processes.herald import carry
from domain.agent import AgentId
from domain.conversation import Breached, Escalated, RoundEnded
from domain.firstline import FirstLineSettings
from domain.queue import Priority, QueueId
from domain.sla.clock import Breach
from domain.sla.facts import Cause
from domain.sla.policy import Kind, Level
from tests.projections.histories import START, recorded

QUEUE = QueueId("suporte-tecnico")
DUE = START + timedelta(minutes=5)
BREACH = Breach(DUE, DUE, Cause.DUE, "agent:ana", 5, QUEUE, Priority.URGENT, 1, "24x7", 1)


@dataclass
class Gate:
    at: datetime = DUE
    told: list[tuple[str, Alarm]] = field(default_factory=list)

    @property
    def first_line_settings(self) -> FirstLineSettings:
        return FirstLineSettings(company="Fibra", phone="0800 000 0000")

    @property
    def clock(self) -> Gate:
        return self

    @property
    def alarms(self) -> Gate:
        return self

    def now(self) -> datetime:
        return self.at

    async def tell(self, recipient: str, alarm: Alarm) -> bool:
        self.told.append((recipient, alarm))
        return True


def carried(event: Any, **gate: Any) -> list[tuple[str, Alarm]]:
    before = Gate(**gate)
    assert asyncio.run(carry(recorded(event, 1), before)) == []
    return before.told


def test_a_breach_is_told_to_its_supervisors_and_agents_see_it_on_their_screens() -> None:
    told = carried(Breached(3, Kind.FIRST, BREACH, ("agent:ana", "sofia", "sergio")))
    assert [recipient for recipient, _ in told] == ["sofia", "sergio"]
    alarm = told[0][1]
    assert alarm.subject == "Prazo vencido na fila Suporte técnico"
    assert "o prazo venceu hoje às 11h37. Abra a conversa c1 e responda." in alarm.text
    assert alarm.data["what"] == "breached"


def test_a_step_is_told_to_whom_it_reached() -> None:
    step = Escalated(3, Level.MANAGER, 60, Level.DIRECTOR, ("davi",), QUEUE, START, DUE)
    [(recipient, alarm)] = carried(step)
    assert recipient == "davi"
    assert "espera resposta desde hoje às 11h32" in alarm.text
    assert (alarm.data["level"], alarm.data["after_minutes"]) == ("manager", 60)


def test_a_resolution_that_is_late_is_told_as_one() -> None:
    [(_, alarm)] = carried(Breached(2, Kind.RESOLUTION, BREACH, ("sofia",)))
    assert "prazo de solução" in alarm.text


def test_a_round_in_which_nobody_accepted_is_told_to_the_supervisors_of_the_queue() -> None:
    ended = RoundEnded((AgentId("ana"),), DUE + timedelta(seconds=60), DUE, ("agent:carla", "sofia"), QUEUE)
    [(recipient, alarm)] = carried(ended)
    assert recipient == "sofia"
    assert alarm.subject == "Ninguém aceitou na fila Suporte técnico"
    assert "ninguém aceitou a conversa c1" in alarm.text
    assert (alarm.data["what"], alarm.data["asked"]) == ("round_ended", 1)


def test_old_news_raises_no_alarm() -> None:
    breached = Breached(3, Kind.FIRST, BREACH, ("sofia",))
    assert carried(breached, at=DUE + timedelta(hours=7)) == []


def test_the_same_news_has_the_same_key() -> None:
    step = Escalated(3, Level.MANAGER, 60, Level.MANAGER, ("marta",), QUEUE, START, DUE)
    assert carried(step)[0][1].key == carried(step, at=datetime(2026, 3, 12, 18, tzinfo=UTC))[0][1].key
