"""Agents, queues, channels and deliveries in their simplest form."""

from __future__ import annotations

from domain import agent, channel, delivery, queue
from domain.agent import AGENT
from domain.channel import CHANNEL
from domain.delivery import DELIVERY, Outcome
from domain.queue import QUEUE, Priority, QueueId
from tests.domain.facts import CHANNEL as SHOP
from tests.domain.facts import at
from tests.spec import given

CONNECTED = channel.Connected("Loja", "meta", "1000", QueueId("geral"))
RECEIVED = delivery.Received(SHOP, ({"event": "ignored"},), None, at(0))


def test_an_agent_is_welcomed_once_and_then_renamed() -> None:
    welcomed = given(AGENT).when(agent.welcome, "Ana").then(agent.Welcomed("Ana"))
    welcomed.when(agent.welcome, "Ana Maria").then(agent.Renamed("Ana Maria"))


def test_agents_are_deactivated_and_come_back_but_only_known_ones() -> None:
    gone = given(AGENT, agent.Welcomed("Ana")).when(agent.deactivate).then(agent.Deactivated())
    gone.when(agent.deactivate).then_nothing()
    back = gone.when(agent.reactivate).then(agent.Reactivated())
    back.when(agent.reactivate).then_nothing()
    given(AGENT).when(agent.deactivate).then_refused(agent.UnknownAgent)
    given(AGENT).when(agent.reactivate).then_refused(agent.UnknownAgent)


def test_a_queue_is_created_renamed_and_retired() -> None:
    created = given(QUEUE).when(queue.create, "Geral").then(queue.Created("Geral"))
    created.when(queue.create, "Geral").then_nothing()
    created.when(queue.create, "Recepção").then(queue.Renamed("Recepção"))
    retired = created.when(queue.retire).then(queue.Retired())
    retired.when(queue.retire).then_nothing()
    given(QUEUE).when(queue.retire).then_refused(queue.UnknownQueue)


def test_targets_are_five_fifteen_thirty_and_sixty_minutes_around_the_clock() -> None:
    assert [queue.due(at(0), priority) for priority in Priority] == [at(5), at(15), at(30), at(60)]


def test_a_channel_says_only_what_changed() -> None:
    connected = given(CHANNEL).when(channel.connect, CONNECTED).then(CONNECTED)
    connected.when(channel.connect, CONNECTED).then_nothing()


def test_a_delivery_is_received_once_and_settled_once() -> None:
    received = given(DELIVERY).when(delivery.receive, RECEIVED).then(RECEIVED)
    received.when(delivery.receive, RECEIVED).then_nothing()
    outcomes = (Outcome(0, "ignored"),)
    settled = received.when(delivery.settle, outcomes).then(delivery.Settled(outcomes))
    settled.when(delivery.settle, outcomes).then_nothing()
