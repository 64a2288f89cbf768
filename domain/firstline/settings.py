"""How the first line behaves and where each subject leads. Defaults; a deployment may change any of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from domain.copy import say
from domain.queue import Priority, QueueId

LONGEST_BURST: Final = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Route:
    """Where a subject leads. `team` is how customers are told: "Já passei para a {team}"."""

    subject: str  # stored with the conversation: technical, billing …
    queue_id: QueueId
    queue: str  # its name, as customers read it
    team: str
    priority: Priority


def _route(subject: str, queue_id: str, team: str, priority: Priority) -> Route:
    return Route(subject, QueueId(queue_id), say(f"queue.{team}"), say(f"team.{team}"), priority)


TECHNICAL: Final = _route("technical", "suporte-tecnico", "technical", Priority.URGENT)
BILLING: Final = _route("billing", "financeiro", "billing", Priority.NORMAL)
QUESTION: Final = _route("question", "geral", "general", Priority.NORMAL)
SALES: Final = _route("sales", "comercial", "sales", Priority.LOW)
CANCEL: Final = _route("cancel", "cancelamento", "cancel", Priority.HIGH)
GENERAL: Final = _route("general", "geral", "general", Priority.NORMAL)


@dataclass(frozen=True, slots=True)
class Keyword:
    """Words of this deployment's own (`telefone fixo`, a product's name) and where they lead."""

    words: str
    route: Route


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstLineSettings:
    company: str
    phone: str  # told when nobody is there
    zone: str = "America/Sao_Paulo"
    routes: tuple[Route, ...] = (TECHNICAL, BILLING, QUESTION, SALES, CANCEL)
    general: Route = GENERAL  # nothing matched
    keywords: tuple[Keyword, ...] = ()
    quiet: timedelta = timedelta(seconds=4)  # nothing more came: the burst is over
    longest: timedelta = LONGEST_BURST  # … and it is over after this, come what may
    number_wait: timedelta = timedelta(seconds=2)  # for the protocol number, once the burst is over
    silence: timedelta = timedelta(minutes=5)  # said something, then nothing: to the queue
    bare_greeting: timedelta = timedelta(hours=2)  # said nothing but hello: closed quietly
    tries: int = 2  # bursts not understood before a person reads them

    def __post_init__(self) -> None:
        if not timedelta(0) < self.quiet <= self.longest <= LONGEST_BURST:
            raise ValueError("the quiet window is above zero, and a burst lasts at most 20 s")
        if self.tries < 1:
            raise ValueError("the first line needs at least one try")

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @property
    def queues(self) -> frozenset[QueueId]:
        """Where it may lead, a channel's own default beside."""
        routes = (self.general, *self.routes, *(keyword.route for keyword in self.keywords))
        return frozenset(route.queue_id for route in routes)

    def route(self, subject: str) -> Route:
        """Where a subject leads; what has no line of its own goes to the general queue."""
        return next((route for route in self.routes if route.subject == subject), self.general)
