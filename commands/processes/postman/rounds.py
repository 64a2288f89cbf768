"""The rounds: who may be called now, one call per customer at a time, and every call's end reported.

The order of a customer is kept because only the head of a conversation is ever taken, and never while an
attempt at it is under way. A call is made only by whoever's token was decided; a call without an outcome is
unknown, and what is unknown is tried once more by the domain's own rule, never directly.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final, Protocol
from uuid import uuid4

from commands.intention import Command
from commands.ports import (
    Accepted,
    Busy,
    Clock,
    Decision,
    Inbox,
    Names,
    Outgoing,
    Ready,
    Unavailable,
)
from commands.processes.postman.letters import (
    Delivered,
    Later,
    Refused,
    Uncertain,
    Verdict,
    judge,
    letter,
)
from commands.processes.postman.reports import report, start, unknown
from commands.whatsapp_port import (
    Action,
    MediaUnavailable,
    NotSent,
    ObjectStore,
    OutgoingMessage,
    Pacing,
    Unknown,
    Unsendable,
    WhatsApp,
)
from domain.channel import ChannelId
from domain.conversation import ConversationId, MessageId, Sending

AT_ONCE: Final = 64
CALL_DEADLINE: Final = timedelta(seconds=60)
"""A call that has not ended by then never tells us any more."""
MARGIN: Final = timedelta(seconds=15)
"""How much longer a call of another process is left alone."""
PAUSE: Final = 0.1  # seconds between two rounds
PUT_OFF: Final = timedelta(seconds=2)  # after a no, or a file that cannot be lent now
UNCONFIGURED: Final = 60.0  # seconds until a channel nobody configured is tried again
LENT: Final = 1_000  # files whose loan is remembered
REMEMBERED: Final = 10_000  # conversations whose last attempt is remembered

log = logging.getLogger(__name__)


class Post(Protocol):
    """What a postman needs."""

    @property
    def clock(self) -> Clock: ...
    @property
    def inbox(self) -> Inbox: ...
    @property
    def outgoing(self) -> Outgoing: ...
    @property
    def whatsapp(self) -> WhatsApp: ...
    @property
    def pacing(self) -> Pacing: ...
    @property
    def objects(self) -> ObjectStore: ...
    @property
    def names(self) -> Names: ...


class Postman:
    """Several may walk at once: the domain lets only one of them call."""

    def __init__(
        self,
        ports: Post,
        *,
        at_once: int = AT_ONCE,
        deadline: timedelta = CALL_DEADLINE,
        token: Callable[[], str] = lambda: uuid4().hex,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._ports, self._at_once, self._deadline = ports, at_once, deadline
        self._token, self._jitter = token, jitter
        self._walking: dict[ConversationId, asyncio.Task[None]] = {}
        self._channels: dict[ConversationId, ChannelId] = {}  # of those who are walking
        self._tried: dict[ConversationId, tuple[MessageId, int]] = {}  # the last attempt we started
        self._put_off: dict[ConversationId, datetime] = {}
        self._resting: dict[ChannelId, datetime] = {}  # nothing can leave before then …
        self._shaky: set[ChannelId] = set()  # … and then one goes ahead of the others
        self._other_form: set[MessageId] = set()
        self._lent: dict[tuple[ChannelId, str], str] = {}
        self._stop = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Walk until told to stop; then let the calls under way end and be reported."""
        self._stop = stop
        pause = PAUSE
        try:
            while not stop.is_set():
                try:
                    await self.go_round()
                    pause = PAUSE
                except (Busy, Unavailable):
                    pause = min(pause * 2, 5.0)
                await self._wait(pause)
        finally:
            await self.come_home()

    async def go_round(self) -> int:
        """Set out for every head that may go now; how many that were."""
        at = self._ports.clock.now()
        await self._give_up_abandoned(at)
        self._resting = {channel: until for channel, until in self._resting.items() if until > at}
        self._put_off = {one: until for one, until in self._put_off.items() if until > at}
        probed = self._shaky & set(self._channels.values())
        without = frozenset(self._resting) | probed
        heads = await self._ports.outgoing.ready(at, self._at_once * 4, without)
        set_out = 0
        for head in heads:
            if len(self._walking) >= self._at_once:
                break
            if not self._may_go(head):
                continue
            self._walk(head)
            set_out += 1
        return set_out

    async def come_home(self) -> None:
        """Wait for every call under way to end; what outlives its deadline is left to be found unknown."""
        if self._walking:
            _, late = await asyncio.wait(
                self._walking.values(), timeout=(self._deadline + MARGIN).total_seconds()
            )
            for task in late:
                task.cancel()

    def _may_go(self, head: Ready) -> bool:
        if head.conversation_id in self._walking or head.conversation_id in self._put_off:
            return False
        if head.channel_id in self._shaky and head.channel_id in self._channels.values():
            return False
        tried = self._tried.get(head.conversation_id)
        if tried is None or tried[0] != head.message_id:
            return True
        # what is read follows the log at a distance: this is not news of the attempt we made
        return head.attempt >= tried[1] and head.status is not Sending.STARTED

    def _walk(self, head: Ready) -> None:
        task = asyncio.create_task(self._deliver(head))
        self._walking[head.conversation_id] = task
        self._channels[head.conversation_id] = head.channel_id
        task.add_done_callback(lambda ended: self._back(head, ended))

    def _back(self, head: Ready, ended: asyncio.Task[None]) -> None:
        self._walking.pop(head.conversation_id, None)
        self._channels.pop(head.conversation_id, None)
        if not ended.cancelled() and (error := ended.exception()) is not None:
            log.error("send_broken message=%s error=%s", head.message_id, type(error).__name__)
            self._put_off[head.conversation_id] = self._ports.clock.now() + self._deadline + MARGIN

    # One letter

    async def _deliver(self, head: Ready) -> None:
        attempt = head.attempt + 1
        try:
            message = await self._write(head, attempt)
            await self._take_a_place(head)
        except MediaUnavailable as unavailable:
            if unavailable.again:
                self._put_off[head.conversation_id] = self._ports.clock.now() + PUT_OFF
                return
            message = None
        except Unsendable:
            message = None
        except (Busy, Unavailable):
            self._put_off[head.conversation_id] = self._ports.clock.now() + PUT_OFF
            return
        if self._stop.is_set():
            return  # told to stop while waiting for our turn; nothing was started
        token = self._token()
        if not await self._may_call(head, attempt, token):
            self._put_off[head.conversation_id] = self._ports.clock.now() + PUT_OFF
            return
        self._tried[head.conversation_id] = (head.message_id, attempt)
        if len(self._tried) > REMEMBERED:
            del self._tried[next(iter(self._tried))]
        verdict = Refused(None) if message is None else await self._call(head, attempt, message)
        await self._decide(self._report(head, attempt, token, verdict))
        await self._learn(head, verdict)

    async def _write(self, head: Ready, attempt: int) -> OutgoingMessage:
        return letter(
            head, attempt, await self._with_file(head), other_form=head.message_id in self._other_form
        )

    async def _with_file(self, head: Ready) -> dict[str, Any]:
        """The content as the provider takes it: a file of ours is lent to it first, once per channel."""
        key = head.content.get("key")
        if not isinstance(key, str):
            return head.content
        loan = (head.channel_id, key)
        if loan not in self._lent:
            stored = await self._ports.objects.find(key)
            if stored is None:
                raise Unsendable("key", "names no file")
            mime = str(head.content.get("mime", ""))
            self._lent[loan] = await self._ports.whatsapp.upload_media(head.channel_id, stored, mime=mime)
            if len(self._lent) > LENT:
                del self._lent[next(iter(self._lent))]
        rest = {name: value for name, value in head.content.items() if name not in ("key", "mime")}
        return {**rest, "media_id": self._lent[loan]}

    async def _take_a_place(self, head: Ready) -> None:
        """Keep to the provider's pace, before anything is started; cut short when told to stop."""
        wait = await self._ports.pacing.reserve(head.channel_id, self._recipient_ref(head))
        if wait > 0:
            await self._wait(wait)

    async def _may_call(self, head: Ready, attempt: int, token: str) -> bool:
        decision = await self._decide(start(head, attempt, token))
        return isinstance(decision, Accepted)

    async def _call(self, head: Ready, attempt: int, message: OutgoingMessage) -> Verdict:
        other_form = head.message_id in self._other_form
        try:
            async with asyncio.timeout(self._deadline.total_seconds()):
                outcome = await self._ports.whatsapp.send(head.channel_id, message)
        except TimeoutError:
            outcome = Unknown("deadline")
        except Unsendable as unsendable:
            log.error("send_refused message=%s field=%s", head.message_id, unsendable.field)
            return Refused(None)
        except KeyError:
            log.error("channel_not_configured channel=%s", head.channel_id)
            outcome = NotSent("circuit_open", UNCONFIGURED)
        return judge(outcome, head, attempt, self._jitter(), other_form=other_form)

    def _report(self, head: Ready, attempt: int, token: str, verdict: Verdict) -> Command:
        ref = None
        if isinstance(verdict, Delivered):
            ref = self._ports.names.message_ref(head.channel_id, verdict.sent.provider_id)
        return report(head, attempt, token, verdict, ref, self._ports.clock.now())

    async def _learn(self, head: Ready, verdict: Verdict) -> None:
        """What the outcome teaches us about the channel, the pace, the number and the file."""
        channel = head.channel_id
        if not isinstance(verdict, Later):
            if not isinstance(verdict, Uncertain):
                self._shaky.discard(channel)
                self._other_form.discard(head.message_id)
            return
        if verdict.rest is not None:
            self._resting[channel] = self._ports.clock.now() + timedelta(seconds=verdict.rest)
            self._shaky.add(channel)
        if verdict.slow is not None:
            one = self._recipient_ref(head) if verdict.slow is Action.SLOW_RECIPIENT else None
            await self._ports.pacing.hold(channel, verdict.seconds, one)
        if verdict.other_form:
            self._other_form.add(head.message_id)
        if verdict.lend_again:
            self._lent.pop((channel, str(head.content.get("key"))), None)

    # Those who never came back

    async def _give_up_abandoned(self, at: datetime) -> None:
        """Attempts whose caller is gone, or whose outcome it could not report: nobody knows, so we say so."""
        before = at - self._deadline - MARGIN
        for head in await self._ports.outgoing.abandoned(before, self._at_once):
            if head.conversation_id not in self._walking:
                await self._ports.inbox.submit(unknown(head, head.attempt, "abandoned"))

    # Patience

    async def _decide(self, command: Command) -> Decision:
        """Ask until it is decided: the same id makes that harmless. Once told to stop, ask no further: what
        is not told then is found unknown later."""
        pause = 0.05
        while True:
            try:
                return await self._ports.inbox.submit(command)
            except (Busy, Unavailable):
                if self._stop.is_set():
                    raise
                await asyncio.sleep(pause * (0.5 + self._jitter()))
                pause = min(pause * 2, 2.0)

    async def _wait(self, seconds: float) -> None:
        """Until then, or until told to stop."""
        try:
            async with asyncio.timeout(seconds):
                await self._stop.wait()
        except TimeoutError:
            return

    def _recipient_ref(self, head: Ready) -> str:
        return self._ports.names.recipient_ref(
            head.channel_id, head.to or head.recipient or head.conversation_id
        )
