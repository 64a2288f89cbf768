"""A customer going about their story: writing, waiting, choosing from what they are offered, leaving."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from adapters.simulator import webhooks
from adapters.simulator.customers.files import Files
from adapters.simulator.customers.hearing import Heard
from adapters.simulator.customers.steps import Act, Do, Sign, Story, Wait
from adapters.simulator.webhooks import Attachment, Item, Number, Person

MOST_UNREAD: Final = 20
MOST_CHOICES: Final = 3  # unasked ones, so that two machines never talk to each other for ever


@dataclass(frozen=True, slots=True)
class Written:
    """A message of a customer, as the provider will tell it."""

    who: Person
    item: Item
    at: datetime  # when it was written
    asks: bool
    kind: str
    key: str  # the same in every run of a seed

    @property
    def message_id(self) -> str:
        return str(self.item["id"])


Write = Callable[[Written], Awaitable[None]]


class Customer:
    """`pace` stretches every pause; `run` tells the message ids of one run from those of the next."""

    def __init__(
        self,
        n: int,
        who: Person,
        story: Story,
        *,
        number: Number,
        files: Files,
        write: Write,
        run: str,
        pace: float = 1.0,
    ) -> None:
        self.n = n
        self.who = who
        self.story = story
        self._number = number
        self._files = files
        self._write = write
        self._run = run
        self._pace = pace
        self._chance = random.Random(f"{n}/{story.kind}")  # noqa: S311 - repeatable on purpose
        self._news: asyncio.Queue[Heard] = asyncio.Queue(MOST_UNREAD)
        self._sent = 0
        self._changeable: list[str] = []  # what they may still edit or delete
        self._last: Heard | None = None
        self._offered: Heard | None = None
        self._choices = 0

    def hear(self, news: Heard) -> None:
        """Something came from us. Whoever gets too much at once misses the rest."""
        if not self._news.full():
            self._news.put_nowait(news)

    async def live(self) -> None:
        """Until the story is told, or the customer gives up."""
        for step in self.story.steps:
            if isinstance(step, Do):
                await self._do(step)
            elif not await self._wait(step):
                return

    async def _wait(self, wait: Wait) -> bool:
        """Whether to go on."""
        if await self._until(wait.until, wait.patience):
            return True
        for step in wait.otherwise:
            await self._do(step)
        if wait.until is not Sign.PERSON:
            return True
        return wait.longer > 0 and await self._until(wait.until, wait.longer)

    async def _until(self, sign: Sign, patience: float) -> bool:
        ends = time.monotonic() + patience * self._pace
        while (left := ends - time.monotonic()) > 0:
            try:
                news = await asyncio.wait_for(self._news.get(), left)
            except TimeoutError:
                return False
            self._last = news
            if news.options:
                self._offered = news
            if sign in (news.sign, Sign.ANYTHING):
                return True
            if news.options and self._choices < MOST_CHOICES:
                self._choices += 1
                await self._do(Do(Act.CHOICE, "", 1.5))
        return False

    async def _do(self, step: Do) -> None:
        await asyncio.sleep(step.after * self._pace)
        at = datetime.fromtimestamp(time.time() - step.ago, UTC)
        message_id = self._message_id(self._sent)
        item = self._item(step, message_id, at)
        if item is None:
            return
        self._sent += 1
        if step.act is Act.TEXT:
            self._changeable.append(message_id)
        key = f"{self.n}/{self._sent}"
        await self._write(Written(self.who, item, at, step.asks, step.act, key))

    def _item(self, step: Do, message_id: str, at: datetime) -> Item | None:
        """None when there is nothing it could be about."""
        who = self.who
        match step.act:
            case Act.TEXT:
                return webhooks.text(who, message_id, at, step.words)
            case Act.PHOTO:
                return webhooks.image(who, message_id, at, self._file(step.act), step.words or None)
            case Act.VOICE:
                return webhooks.voice(who, message_id, at, self._file(step.act))
            case Act.DOCUMENT:
                return webhooks.document(who, message_id, at, self._file(step.act), step.words or None)
            case Act.STICKER:
                return webhooks.sticker(who, message_id, at, self._file(step.act))
            case Act.LOCATION:
                lat, lon = self._chance.uniform(-30, -5), self._chance.uniform(-55, -36)
                return webhooks.location(who, message_id, at, round(lat, 6), round(lon, 6))
            case Act.REACTION:
                if self._last is None:
                    return None
                return webhooks.reaction(who, message_id, at, self._last.message_id, step.words or None)
            case Act.EDIT | Act.DELETION:
                if len(self._changeable) < step.back:
                    return None
                target = self._changeable[-step.back]
                if step.act is Act.EDIT:
                    return webhooks.edit(who, message_id, at, target, step.words)
                return webhooks.revoke(who, message_id, at, target)
            case Act.CHOICE | Act.TAP:
                return self._chosen(step, message_id, at)
            case Act.UNSUPPORTED:
                return _untold(webhooks.text(who, message_id, at, ""))
            case Act.NOVELTY:
                return webhooks.text(who, message_id, at, "") | {
                    "type": "hologram",
                    "hologram": {"depth": 3, "frames": [1, 2, 3]},
                }

    def _chosen(self, step: Do, message_id: str, at: datetime) -> Item | None:
        """A row or a button of what was offered last: the one named, else the one of this story."""
        offered, self._offered = self._offered, None
        if offered is None:
            return None
        ids = [reply_id for reply_id, _ in offered.options]
        wanted = (step.words, self.story.subject, self.story.button)
        reply_id = next((name for name in wanted if name in ids), ids[-1])
        title = dict(offered.options)[reply_id]
        make = webhooks.list_reply if offered.sign is Sign.LIST else webhooks.button_reply
        return make(self.who, message_id, at, self._number, offered.message_id, reply_id, title)

    def _file(self, act: Act) -> Attachment:
        held: Sequence[Attachment] = self._files[act]
        return self._chance.choice(held)

    def _message_id(self, place: int) -> str:
        """Like a real one: it carries the address, so it is as private as that."""
        tail = hashlib.sha256(f"{self._run}/{self.n}/{place}".encode()).digest()[:10]
        inner = b"\x1d\x18\x0e" + self.who.address.encode() + b"\x15\x02\x00" + tail
        return "wamid." + base64.b64encode(inner).decode()


def _untold(item: Item) -> Item:
    """What the provider itself could not tell."""
    error: Item = {"code": 131051, "title": "Message type unknown", "message": "Message type unknown"}
    error["error_data"] = {"details": "Message type is currently not supported."}
    del item["text"]
    return item | {"type": "unsupported", "errors": [error], "unsupported": {"type": "poll_creation"}}
