"""Facts that tests of conversations start from. People and numbers are made up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from domain import conversation as c
from domain.agent import AgentId
from domain.channel import ChannelId
from domain.conversation import MessageId
from domain.queue import Priority, QueueId, due

NOON = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)
CHANNEL = ChannelId("loja")
ANA, BIA, CAIO = AgentId("ana"), AgentId("bia"), AgentId("caio")
TECHNICAL, SALES = QueueId("suporte-tecnico"), QueueId("vendas")


def at(minutes: float) -> datetime:
    """Minutes after noon."""
    return NOON + timedelta(minutes=minutes)


def said(name: str, minutes: float, text: str = "sem internet", **fields: Any) -> c.MessageReceived:
    """A customer's message, heard the moment it was written."""
    fields = {"sent_at": at(minutes), "received_at": at(minutes), "kind": "text", "content": {}} | fields
    return c.MessageReceived(message_id=MessageId(name), provider_id=f"wamid.{name}", text=text, **fields)


def opened(minutes: float = 0, episode: int = 1, stage: c.Stage = c.Stage.AUTOMATION) -> c.Opened:
    return c.Opened(episode, CHANNEL, c.Opener.CUSTOMER, at(minutes), stage)


def waiting(minutes: float, priority: Priority = Priority.NORMAL, **fields: Any) -> c.EnteredWaiting:
    fields = {"reason": "subject", "subject": None, "first": True} | fields
    fields.setdefault("due_at", due(fields.get("waiting_since") or at(minutes), priority))
    return c.EnteredWaiting(queue_id=TECHNICAL, priority=priority, entered_at=at(minutes), **fields)


def claimed(agent: AgentId, minutes: float) -> c.Assigned:
    return c.Assigned(agent, "claimed", at(minutes))


def wrote(name: str, minutes: float, agent: AgentId | None = ANA, **fields: Any) -> c.SendRequested:
    """A text of ours on its way; automation's when there is no agent."""
    author = c.Author.AUTOMATION if agent is None else c.Author.AGENT
    fields = {"kind": "text", "content": {"text": "Oi"}, "purpose": "reply", "reply_to": None} | fields
    return c.SendRequested(
        message_id=MessageId(name), author=author, agent_id=agent, requested_at=at(minutes), **fields
    )


def started(name: str, minutes: float, attempt: int = 1, **fields: Any) -> c.SendStarted:
    return c.SendStarted(MessageId(name), attempt, f"token-{attempt}", at(minutes), **fields)


def taken(name: str, minutes: float, attempt: int = 1, **fields: Any) -> c.SendAccepted:
    fields = {
        "provider_ref": MessageId(f"ref-{name}"),
        "provider_id": f"wamid.{name}",
        "wa_id": None,
    } | fields
    return c.SendAccepted(message_id=MessageId(name), attempt=attempt, accepted_at=at(minutes), **fields)


def closed(minutes: float, by: str = ANA, reason: str = "technical/solved") -> c.Closed:
    outcome = None if by in ("automation", "silence") else "Voltou a funcionar"
    return c.Closed(1, reason, outcome, by, at(minutes))


WAITS = (opened(), said("oi", 0), waiting(1))
"""Opened at noon, in the technical queue since 12:01, due at 12:31."""
SERVED = (*WAITS, claimed(ANA, 2))
"""Ana has had it since 12:02; nobody has answered."""
ANSWERED = (*SERVED, wrote("a1", 3), started("a1", 3), taken("a1", 4, first_answer=True, waited=180.0))
"""Ana has answered; it is the customer's turn."""
CLOSED = (*ANSWERED, closed(10))
