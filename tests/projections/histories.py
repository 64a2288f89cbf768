"""Histories that could have happened: made by the domain's own decisions from a list of numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from domain import conversation
from domain.agent import AgentId
from domain.channel import ChannelId
from domain.conversation import CONVERSATION, Author, Conversation, MessageId, Receipt
from domain.conversation.automation import Look, answer
from domain.firstline import Due, FirstLineSettings, Subject, Understanding
from domain.grammar import Refused
from domain.journal import Cause, Position, Recorded
from domain.queue import Priority, QueueId
from domain.sla.policy import Book

START = datetime(2026, 3, 12, 14, 32, tzinfo=UTC)
ANA, BIA = AgentId("ana"), AgentId("bia")
CHANNEL = ChannelId("loja")
CAUSE = Cause("system", "thread", "test")
SETTINGS = FirstLineSettings(company="Fibra", phone="0800 000 0000")
AGENTS = (ANA, BIA)
QUEUES = (QueueId("suporte-tecnico"), QueueId("geral"))

steps = st.lists(st.tuples(st.integers(0, 32), st.integers(0, 1000)), max_size=60)


def recorded(
    event: Any,
    version: int,
    *,
    stream: str = "conversation-c1",
    ordinal: int | None = None,
    partition: int = 0,
) -> Recorded:
    """A fact in its envelope."""
    return Recorded(
        stream,
        version,
        Position(partition, version if ordinal is None else ordinal),
        START + timedelta(seconds=version),
        UUID(int=version),
        CAUSE,
        event,
    )


def told(*events: Any, stream: str = "conversation-c1") -> list[Recorded]:
    """A stream's history, from its first version on."""
    return [recorded(event, n, stream=stream) for n, event in enumerate(events, start=1)]


@dataclass
class Walk:
    """A conversation on its way: what it remembers, and what has happened."""

    state: Conversation = field(default_factory=lambda: CONVERSATION.initial)
    events: list[conversation.Event] = field(default_factory=list)
    at: datetime = START
    said: int = 0

    def happen(self, decide: Callable[[], Sequence[conversation.Event]]) -> None:
        """What a decision says, or nothing where it refuses."""
        try:
            events = decide()
        except Refused:
            return
        for event in events:
            self.events.append(event)
            self.state = CONVERSATION.evolve(self.state, event)

    def step(self, choice: int, n: int) -> None:
        self.at += timedelta(seconds=n)
        at, state, seen = self.at, self.state, self.state.version
        agent = AGENTS[n % 2]
        sends = list(state.sends.values())
        send = sends[-1 - n % min(3, len(sends))] if sends else None
        match choice:
            case 0 | 1 | 2 | 3:
                self.happen(lambda: conversation.receive(state, self._message(n), channel_id=CHANNEL))
            case 4:
                kind = "system" if n % 5 == 2 else "text"
                message = self._message(n, echo=n % 5 == 0, thanks=n % 5 == 1, kind=kind)
                if message.echo:
                    self.happen(lambda: conversation.hear_echo(state, message, channel_id=CHANNEL))
                else:
                    self.happen(lambda: conversation.receive(state, message, channel_id=CHANNEL))
            case 5:
                self.happen(
                    lambda: conversation.enter_waiting(
                        state,
                        queue_id=QUEUES[n % 2],
                        priority=tuple(Priority)[n % 4],
                        reason="subject",
                        subject="technical",
                        at=at,
                    )
                )
            case 6:
                self.happen(lambda: conversation.claim(state, agent, at=at, seen_version=seen))
            case 8 | 9:
                self._send(n, state.agent_id or agent)
            case 10 | 11 | 12 if send is not None:
                self.happen(
                    lambda: conversation.start_send(
                        state, send.message_id, attempt=send.attempt + 1, token="t", at=at
                    )
                )
            case 13 | 14 if send is not None:
                self._settle(send, n)
            case 15 | 23 if send is not None:
                often = Receipt.DELIVERED if send.failed else Receipt.FAILED
                word = often if n % 3 else tuple(Receipt)[n % 6]
                self.happen(
                    lambda: conversation.hear_receipt(
                        state,
                        MessageId(f"ref-{send.message_id}"),
                        word,
                        sent_at=at,
                        codes=(131026,) if word is Receipt.FAILED else (),
                        correlation=(send.message_id, max(send.attempt, 1)) if n % 2 else None,
                        at=at,
                    )
                )
            case 16:
                self.happen(
                    lambda: conversation.transfer(
                        state,
                        state.agent_id or agent,
                        to_agent=agent if n % 3 else None,
                        to_queue=None if n % 3 else QUEUES[0],
                        reason=None,
                        at=at,
                        seen_version=seen,
                    )
                )
            case 17:
                self.happen(
                    lambda: conversation.release(
                        state, state.agent_id or agent, reason="returned", note="oi", at=at, seen_version=seen
                    )
                )
            case 18:
                self.happen(
                    lambda: conversation.close(
                        state,
                        state.agent_id or agent,
                        reason="technical/solved",
                        outcome="resolvido",
                        at=at,
                        seen_version=seen,
                    )
                )
            case 19:
                self.happen(lambda: conversation.reopen(state, agent, at=at, seen_version=seen))
            case 20:
                self.happen(
                    lambda: conversation.change_priority(
                        state, tuple(Priority)[n % 4], by=agent, reason=None, at=at
                    )
                )
            case 21:
                owner = state.agent_id or agent
                until = at + timedelta(hours=1)
                self.happen(lambda: conversation.snooze(state, owner, reason=None, until=until, at=at))
            case 7 | 24:
                look = Look(
                    due=Due.BURST if n % 2 else tuple(Due)[n % 5],
                    episode=state.episode,
                    through=state.last_message,
                    understanding=Understanding(tuple(Subject)[n % len(Subject)]),
                    settings=SETTINGS,
                    message_id=MessageId(f"auto-{len(self.events)}"),
                )
                self.happen(lambda: answer(state, look, at))
            case 25 | 26:
                expires_at = at + timedelta(seconds=30)
                self.happen(
                    lambda: conversation.offer(
                        state, agent, expires_at=expires_at, why={"could": n}, entered_at=None, at=at
                    )
                )
            case 27:
                self.happen(lambda: self._answered(n))
            case 28 if state.restart_at is not None:
                due_at = state.restart_at
                self.happen(lambda: conversation.restart_round(state, restart_at=due_at, at=due_at))
            case 28:
                self.happen(
                    lambda: conversation.decline_offer(state, state.offered_to or agent, reason=None, at=at)
                )
                after, restart_at = self.state, at + timedelta(seconds=60)
                self.happen(
                    lambda: conversation.end_round(
                        after, after.tried, restart_at=restart_at, book=Book(), at=at
                    )
                )
                if n % 3 == 0:
                    over = self.state
                    self.happen(
                        lambda: conversation.restart_round(over, restart_at=restart_at, at=restart_at)
                    )
            case 29 if state.entered_at is not None and n % 2:
                entered_at = state.entered_at
                self.happen(lambda: conversation.relax(state, entered_at=entered_at, at=at))
            case 29:
                self.happen(lambda: conversation.fall_silent(state, since_version=None, at=at))
            case 22:
                self.happen(lambda: conversation.give_protocol(state, state.episode, f"2026{n:010d}", at=at))
            case 30:
                tags = ("massiva", "vip", "visita")
                add, remove = (tags[n % 3],), (tags[n % 2],)
                self.happen(lambda: conversation.tag(state, add=add, remove=remove, by=agent, at=at))
            case 32 if state.undo is not None:
                self.at = at - timedelta(seconds=n)  # at once
                again, who = self.at, AgentId(state.undo.by)
                self.happen(lambda: conversation.undo(state, who, at=again))
            case 31 if n % 3:
                self.happen(lambda: conversation.unblock(state, agent, at=at))
            case 31:
                self.happen(
                    lambda: conversation.block(
                        state, agent, reason="propaganda", spam=n % 2 == 0, at=at, seen_version=None
                    )
                )
            case _:
                self.happen(lambda: conversation.open_episode(state, agent, channel_id=CHANNEL, at=at))

    def _message(
        self, n: int, *, echo: bool = False, thanks: bool = False, kind: str = "text"
    ) -> conversation.MessageReceived:
        self.said += 1
        return conversation.MessageReceived(
            MessageId(f"in-{self.said}"),
            f"wamid-{self.said}",
            kind,
            f"mensagem {n}",
            {},
            self.at - timedelta(seconds=n),
            self.at,
            echo=echo,
            thanks=thanks,
        )

    def _answered(self, n: int) -> list[conversation.Event]:
        """What becomes of an offer, by whoever is being asked."""
        state, at = self.state, self.at
        asked = state.offered_to or AGENTS[n % 2]
        match n % 4:
            case 0:
                return conversation.accept_offer(state, asked, reason=None, at=at)
            case 1:
                return conversation.decline_offer(state, asked, reason="ocupado", at=at)
            case 2 if state.expires_at is not None:
                return conversation.expire_offer(state, expires_at=state.expires_at, at=state.expires_at)
            case _:
                return conversation.withdraw_offer(state, asked, reason="agent_away", at=at)

    def _send(self, n: int, agent: AgentId) -> None:
        self.said += 1
        human = n % 3 > 0
        self.happen(
            lambda: conversation.request_send(
                self.state,
                message_id=MessageId(f"out-{self.said}"),
                author=Author.AGENT if human else Author.AUTOMATION,
                agent_id=agent if human else None,
                kind="text",
                content={"text": f"resposta {n}"},
                purpose="reply",
                at=self.at,
            )
        )

    def _settle(self, send: conversation.Send, n: int) -> None:
        state, at, attempt = self.state, self.at, max(send.attempt, 1)
        message_id = send.message_id
        decisions: tuple[Callable[[], list[conversation.Event]], ...] = (
            lambda: conversation.send_accepted(
                state,
                message_id,
                attempt=attempt,
                provider_ref=MessageId(f"ref-{message_id}"),
                provider_id=f"wamid-{message_id}",
                wa_id="5511900000000",
                at=at,
            ),
            lambda: conversation.send_unknown(state, message_id, attempt=attempt, at=at),
            lambda: conversation.send_failed(state, message_id, attempt=attempt, code=131026, at=at),
            lambda: conversation.send_postponed(
                state, message_id, attempt=attempt, code=None, retry_at=at + timedelta(seconds=5)
            ),
        )
        self.happen(decisions[0 if n % 2 else n // 2 % 4])


def walk(numbers: Sequence[tuple[int, int]]) -> Walk:
    going = Walk()
    for choice, n in numbers:
        going.step(choice, n)
    return going
