"""What is counted: figures for Prometheus, labelled by names of our own and nobody's words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Final, TypeVar, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from api.models.live import Reason
from commands.intention import Command
from commands.ports import Accepted, Broken, Busy, Decision, Denied, Inbox, Unavailable

T = TypeVar("T")

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
UNMATCHED: Final = "unmatched"

_HTTP_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_ANSWER_BUCKETS: Final = (15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400)

ActiveConversations = Mapping[tuple[str, str], int]
"""How many conversations are open, by (status, priority)."""


class Metrics:
    """One registry of our own. The two callables are asked at every scrape and must be quick."""

    def __init__(
        self,
        *,
        inbox_waiting: Callable[[], int] = lambda: 0,
        follower_lags: Callable[[], Mapping[str, float]] = dict,
    ) -> None:
        self.registry = CollectorRegistry()
        self._responses = Histogram(
            "response_time_seconds",
            "Time to answer an HTTP request, by route template",
            ("method", "route", "status"),
            buckets=_HTTP_BUCKETS,
            registry=self.registry,
        )
        self._first_responses = Histogram(
            "first_response_seconds",
            "Time a customer waited for the first human answer of a period",
            ("queue",),
            buckets=_ANSWER_BUCKETS,
            registry=self.registry,
        )
        self._commands = Counter(
            "commands_decided",
            "Commands by what became of them: accepted, refused, broken, repeated, busy, unavailable",
            ("command", "outcome"),
            registry=self.registry,
        )
        waiting = Gauge("inbox_waiting", "Commands waiting to be decided", registry=self.registry)
        waiting.set_function(inbox_waiting)
        self._streams = Gauge("live_streams", "Live streams open here", registry=self.registry)
        self._ended = Counter(
            "live_streams_ended",
            "Live streams that we ended: stopping, slow, signed_out, forbidden, too_many, broken",
            ("reason",),
            registry=self.registry,
        )
        for reason in get_args(Reason):
            self._ended.labels(reason)
        self._active = _Active()
        self.registry.register(self._active)
        self._ready = _Ready()
        self.registry.register(self._ready)
        self.registry.register(_Lags(follower_lags))

    def observe_response(self, method: str, route: str, status: int, seconds: float) -> None:
        """`route` is the template, never the path itself."""
        known = method if method in METHODS else "OTHER"
        self._responses.labels(known, route, str(status)).observe(seconds)

    def observe_first_response(self, seconds: float, queue: str | None = None) -> None:
        """A human gave the first answer of a period after so long."""
        self._first_responses.labels(queue or "").observe(seconds)

    def count_streams(self, open_now: Callable[[], int]) -> None:
        """`open_now` is asked at every scrape."""
        self._streams.set_function(open_now)

    def observe_end(self, reason: str) -> None:
        """We ended a live stream."""
        self._ended.labels(reason).inc()

    def observe_decision(self, command: type[Command], outcome: str) -> None:
        self._commands.labels(command.__name__, outcome).inc()

    def scrape(self, active: ActiveConversations | None, ready: Mapping[str, bool] | None = None) -> bytes:
        """The whole exposition; without the conversations when nobody knows how many there are. `ready` says
        of each component whether it was when asked just now."""
        self._active.counts = active
        self._ready.components = ready or {}
        return generate_latest(self.registry)


class CountedInbox:
    """An inbox that counts what became of every command that goes through it."""

    def __init__(self, inbox: Inbox, metrics: Metrics) -> None:
        self._inbox, self._metrics = inbox, metrics

    async def accept(self, command: Command) -> Decision | None:
        decision = await self._counted([command], self._inbox.accept(command))
        if decision is None:
            self._metrics.observe_decision(type(command), "durable")
        else:
            self._count(command, decision)
        return decision

    async def submit(self, command: Command) -> Decision:
        decision = await self._counted([command], self._inbox.submit(command))
        self._count(command, decision)
        return decision

    async def submit_all(self, commands: Sequence[Command]) -> list[Decision]:
        decisions = await self._counted(commands, self._inbox.submit_all(commands))
        for command, decision in zip(commands, decisions, strict=True):
            self._count(command, decision)
        return decisions

    def _count(self, command: Command, decision: Decision) -> None:
        self._metrics.observe_decision(type(command), outcome_of(decision))

    async def _counted(self, commands: Sequence[Command], asked: Awaitable[T]) -> T:
        try:
            return await asked
        except (Busy, Unavailable) as error:
            for command in commands:
                self._metrics.observe_decision(type(command), type(error).__name__.lower())
            raise


def outcome_of(decision: Decision) -> str:
    match decision:
        case Accepted(repeated=True) | Denied(repeated=True) | Broken(repeated=True):
            return "repeated"
        case Accepted():
            return "accepted"
        case Denied():
            return "refused"
        case Broken():
            return "broken"


class _Active(Collector):
    """Told anew before every scrape: what is gone since the last one is gone here as well."""

    def __init__(self) -> None:
        self.counts: ActiveConversations | None = None

    def collect(self) -> Iterable[Metric]:
        family = GaugeMetricFamily(
            "active_conversations_total",
            "Open conversations by stage and priority",
            labels=("status", "priority"),
        )
        for (status, priority), count in (self.counts or {}).items():
            family.add_metric((status, priority), count)
        yield family


class _Ready(Collector):
    """Told anew before every scrape."""

    def __init__(self) -> None:
        self.components: Mapping[str, bool] = {}

    def collect(self) -> Iterable[Metric]:
        family = GaugeMetricFamily(
            "component_ready", "1 where the component is ready, 0 where it is not", labels=("component",)
        )
        for component, fine in self.components.items():
            family.add_metric((component,), float(fine))
        yield family


class _Lags(Collector):
    def __init__(self, lags: Callable[[], Mapping[str, float]]) -> None:
        self._lags = lags

    def collect(self) -> Iterable[Metric]:
        family = GaugeMetricFamily(
            "follower_lag_records", "Records a feed has not read yet", labels=("follower",)
        )
        for follower, lag in self._lags().items():
            family.add_metric((follower,), lag)
        yield family
