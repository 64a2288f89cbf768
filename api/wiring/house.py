"""One process of a desk: what it holds of doors, engine, policies, couriers and watches.

What follows the log for reading (the views) runs in a process of its own: `api.wiring.reading`.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from uuid import uuid4

import psycopg
import structlog
from psycopg_pool import AsyncConnectionPool
from pydantic import SecretStr
from redis.asyncio import Redis
from redis.exceptions import RedisError

from adapters.alarms import Outside, OutsideAlarms
from adapters.archive import Archive, Unopened
from adapters.books import Bookshelf
from adapters.calendar_hours import CalendarHours
from adapters.clock import SystemClock
from adapters.drafts import PostgresDrafts
from adapters.engine.answers import Answers
from adapters.engine.asking import Asking
from adapters.engine.bookmarks import Bookmarks
from adapters.engine.envelopes import Envelopes
from adapters.engine.feed import Feed, Follower
from adapters.engine.followers import CourierFollower, PolicyFollower
from adapters.engine.inbox import EmbeddedInbox
from adapters.engine.leases import LIVING, WORKERS
from adapters.engine.observing import Onlooker
from adapters.engine.owner import Owner
from adapters.engine.parcels import Parcels
from adapters.engine.topic_inbox import TopicInbox
from adapters.engine.watches import keep_watch
from adapters.histories import IndexHistories
from adapters.keyring import Keyring
from adapters.live import ChangedRows, RedisWire
from adapters.log.chain import Halted
from adapters.log.index import Index, Mark
from adapters.log.port import Log, LogUnavailable
from adapters.objects import FileObjects
from adapters.outcomes import IndexOutcomes
from adapters.presence import RedisPresence
from adapters.raw_bodies import RawFiles
from adapters.read_receipts import OwnersReceipts
from adapters.reads import (
    CorrespondenceRows,
    DeadlineRows,
    FirstLineRows,
    OutgoingRows,
    Page,
    Pool,
    RatingsWanted,
    Reads,
    SnoozedRows,
    Wanted,
)
from adapters.reads.asking import SPEAKING
from adapters.reads.courtesies import CallBackRows, EndedRows, ScheduledRows, SilentRows, WaitingRows
from adapters.reads.floor import FloorRows
from adapters.reads.templates import TemplateRows
from adapters.tokens import PostgresTokens
from adapters.uploads import PostgresUploads
from adapters.whatsapp.addresses import KeyedNames
from adapters.whatsapp.door import Line, ProviderDoor
from adapters.whatsapp.meta_api import Access, MetaWhatsApp, graph_client
from adapters.whatsapp.meta_templates import Account, MetaTemplates
from adapters.whatsapp.pacing import MetaPacing
from adapters.whatsapp.parser import Provider
from api.desk import Desk, Probe, Reach, Which, WhichRatings
from api.settings import ChannelSettings, RecipientSettings, Settings
from api.wiring import people
from api.wiring.beginning import POSTMAN, RESTART, follower_names
from api.wiring.keys import keyring
from api.wiring.reading import Progress, progress_of_policies, progress_of_views
from api.wiring.scenarios import free_days
from api.wiring.storage import open_commands, open_log
from commands.catalogue import COURIERS, HANDLERS, POLICIES, STREAMS, WATCHES
from commands.courtesy_ports import CallBacks, Endings, QueueHours, ScheduledSends, Silences, Waits
from commands.floor_ports import Floor, Presence
from commands.ports import (
    Alarms,
    Clock,
    Correspondence,
    Deadlines,
    FirstLine,
    Inbox,
    Names,
    Outgoing,
    Snoozes,
    Unavailable,
)
from commands.processes import matchmaker, steward
from commands.processes.postman import Postman
from commands.roles import Courier, Policy, Watch
from commands.template_port import ProvidersTemplates, TemplateRegistry
from commands.whatsapp_port import ObjectStore, Pacing, WhatsApp
from domain.agent import AgentId
from domain.conversation import SendAccepted
from domain.firstline import FirstLineSettings
from domain.journal import Recorded
from projections import inbox, ratings

log = structlog.get_logger(__name__)

BEHIND = 500  # records a follower may lie behind before the house says it is not ready
STANDING = timedelta(seconds=5)  # without progress, with more to read, after which a view stands still
TOLD = timedelta(seconds=30)  # after it ended by itself, a postman or watch makes the house unready
ROUTING = {matchmaker.NAME, steward.NAME}  # they wait for views, and hold up nobody else
LEAVES = {POSTMAN, *(courier.name for courier in COURIERS)} - ROUTING  # what goes out of the house


@dataclass(frozen=True)
class Ports:
    """What the processes may touch."""

    clock: Clock
    inbox: Inbox
    first_line: FirstLine
    first_line_settings: FirstLineSettings
    snoozes: Snoozes
    deadlines: Deadlines
    shelf: Bookshelf
    outgoing: Outgoing
    correspondence: Correspondence
    names: Names
    whatsapp: WhatsApp
    pacing: Pacing
    objects: ObjectStore
    alarms: Alarms
    floor: Floor
    presence: Presence
    providers_templates: ProvidersTemplates
    template_registry: TemplateRegistry
    queue_hours: QueueHours
    silences: Silences
    endings: Endings
    scheduled_sends: ScheduledSends
    waits: Waits
    call_backs: CallBacks

    @property
    def book(self) -> str:
        """The rules in force, as they travel with commands."""
        return self.shelf.text


class DeskReads(Reads):
    """The reads, asked in the doors' words."""

    async def conversations(  # type: ignore[override]  # the doors name their filters themselves
        self, which: Which, at: datetime, *, limit: int, after: str | None
    ) -> Page[inbox.Row]:
        wanted = Wanted(
            stages=None if which.stage is None else [which.stage],
            queue_id=which.queue_id,
            agent_id=which.agent_id,
            channel_id=which.channel_id,
            priorities=None if which.priority is None else [which.priority],
            protocol=which.protocol,
            tag=which.tag,
            within=None if which.reach is None else (which.reach.queues, which.reach.agent_id),
        )
        return await super().conversations(wanted, at, limit=limit, after=after)

    async def counts(  # type: ignore[override]  # so that the doors' word for it is theirs
        self, agent_id: AgentId | None, at: datetime, reach: Reach | None
    ) -> inbox.Counts:
        return await super().counts(agent_id, at, None if reach is None else (reach.queues, reach.agent_id))

    async def ratings(self, which: WhichRatings) -> list[ratings.Row]:  # type: ignore[override]
        wanted = RatingsWanted(
            queue_id=which.queue_id,
            agent_id=which.agent_id,
            alerted=which.alerted,
            within=None if which.reach is None else (which.reach.queues, which.reach.agent_id),
            limit=which.limit,
        )
        return await super().ratings(wanted)


class House:
    """Everything one `atende serve` holds. `open` before the first request, `close` after the last."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        dsn, key = settings.dsn.get_secret_value(), settings.index_key.get_secret_value().encode()
        self._dsn = dsn
        self.clock = SystemClock()
        self.keyring = keyring(settings)
        self.archive = Archive(STREAMS.values(), self.keyring)
        self.log = open_log(settings)
        self.inbox: Asking = inbox_of(settings, self.log, self.archive, self.keyring)
        self.pool = _pool(dsn, 30)
        self.live_pool = _pool(dsn, 2)  # what everybody sees does not wait behind what somebody asks
        self.shelf = Bookshelf()
        self.inbox.brief = self.shelf.brief
        self.redis = Redis.from_url(settings.redis_url.get_secret_value()) if settings.redis_url else None
        self.wire = RedisWire(settings.redis_url.get_secret_value()) if settings.redis_url else None
        self.client = graph_client()
        self.objects = FileObjects(settings.data / "media")
        self.drafts = PostgresDrafts(self.pool)
        self.uploads = PostgresUploads(self.pool)
        self.raw_bodies = RawFiles(settings.data / "raw")
        door = ProviderDoor({c.id: _line(c) for c in settings.channels}, key)
        whatsapp = MetaWhatsApp(
            self.client,
            {
                c.id: Access(c.number_id, c.access_token.get_secret_value())
                for c in settings.channels
                if c.access_token
            },
            self.objects,
            base_url=settings.graph_url,
            media_origins=frozenset(settings.media_origins) if settings.media_origins else None,
        )
        first_line = FirstLineSettings(
            company=settings.company,
            phone=settings.phone,
            zone=settings.zone,
            quiet=timedelta(seconds=settings.quiet_window),
            longest=timedelta(seconds=settings.longest_burst),
        )
        reads = DeskReads(self.pool)
        correspondence = CorrespondenceRows(self.pool)
        hours = CalendarHours(self.shelf)
        self.ports = Ports(
            clock=self.clock,
            inbox=self.inbox.later,
            first_line=FirstLineRows(self.pool, first_line),
            first_line_settings=first_line,
            snoozes=SnoozedRows(self.pool),
            deadlines=DeadlineRows(self.pool),
            shelf=self.shelf,
            outgoing=OutgoingRows(self.pool),
            correspondence=correspondence,
            names=KeyedNames(key),
            whatsapp=whatsapp,
            pacing=MetaPacing(self.redis),
            objects=self.objects,
            alarms=OutsideAlarms(
                {name: _outside(told) for name, told in settings.recipients.items()},
                self.client,
                self.clock,
                smtp_url=_secret(settings.smtp_url),
                sender=settings.smtp_from,
                secret=None
                if settings.alarm_secret is None
                else settings.alarm_secret.get_secret_value().encode(),
            ),
            floor=FloorRows(self.pool, hours),
            presence=RedisPresence(self.redis),
            providers_templates=MetaTemplates(self.client, _accounts(settings), base_url=settings.graph_url),
            template_registry=TemplateRows(self.pool),
            queue_hours=hours,
            silences=SilentRows(self.pool),
            endings=EndedRows(self.pool),
            scheduled_sends=ScheduledRows(self.pool),
            waits=WaitingRows(self.pool),
            call_backs=CallBackRows(self.pool),
        )
        self.desk = Desk(
            inbox=self.inbox,
            clock=self.clock,
            reads=reads,
            outcomes=IndexOutcomes(self.pool),
            histories=IndexHistories(self.pool),
            tokens=PostgresTokens(self.pool),
            webhooks=door,
            raw_bodies=self.raw_bodies,
            addresses=door,
            source_key=key,
            objects=self.objects,
            read_receipts=OwnersReceipts(reads, whatsapp),
            drafts=self.drafts,
            uploads=self.uploads,
            people=people.of(settings, self.pool, self.redis),
            free_days=free_days,
            presence=self.ports.presence,
            meaning=lambda code: whatsapp.meaning(code).sentence,
            live_rows=ChangedRows(self.live_pool),
            wire=self.wire,
            probes=self._probes(),
            dispensable=frozenset({"redis", "parked"}),
        )
        self.on_first_answer: Callable[[float, str | None], None] = lambda _seconds, _queue: None
        self._stopping = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._feeds: dict[str, Feed] = {}
        self._ended: dict[str, str] = {}  # why a feed ended, until the next one is through
        self._folded: dict[str, tuple[int, datetime]] = {}  # how far each view is, and since when
        self._behind: dict[str, float] = {}  # records that those who follow elsewhere have not read
        self._fell: dict[str, tuple[str, datetime]] = {}  # what else ended by itself: why, and when last
        self._bookmarks = Bookmarks(dsn)
        self._unbegun: list[str] = []

    def desk_with(self, around: Callable[[Inbox], Inbox]) -> Desk:
        """The desk with something around its inbox."""
        return replace(self.desk, inbox=around(self.desk.inbox))

    # ── open and close ───────────────────────────────────────────────────────────────────────────

    async def open(self, follows: Collection[str] = ()) -> None:
        """Catch up with the log, then let people in. `follows` names what follows by itself in here. Raises
        Halted when the chain is broken."""
        await self.open_for_commands()
        await asyncio.to_thread(self._begin, follows)
        await self.shelf.refresh(self.pool)  # before anything is decided by rules that are none of ours
        wanted = set(follows) - (set() if self.settings.couriers else LEAVES)
        if policies := [policy for policy in POLICIES if policy.name in wanted]:
            self._keep("policies", partial(self._policies, policies))
        for watch in WATCHES:
            if watch.name in wanted:
                self._keep(watch.name, None, partial(self._watch, watch))
        if couriers := [courier for courier in COURIERS if courier.name in wanted]:
            for name, feed in (("couriers", False), ("routing", True)):
                if some := [courier for courier in couriers if (courier.name in ROUTING) is feed]:
                    self._keep(name, partial(self._couriers, some))
        if POSTMAN in wanted:
            self._keep(POSTMAN, None, self._walk)
        self._keep("rules", None, partial(self.shelf.keep, self.pool, self._stopping))
        self._keep("sweep", None, self._sweep)

    def _begin(self, follows: Collection[str]) -> None:
        """On a new log everybody starts at its beginning. On one with a history nobody starts by chance: what
        a policy or courier that is new here should follow, somebody has to say (`atende begin`)."""
        marks = self._marks()
        for name in set(follows) & set(follower_names()):
            if not any(mark.seq for mark in marks.values()):
                self._bookmarks.begin(name, marks)
            elif not self._bookmarks.marks(name):
                self._unbegun.append(name)
                log.error("follower_without_bookmark", follower=name)

    def _marks(self) -> dict[int, Mark]:
        """Where the index stands."""
        index = Index(self._dsn)
        try:
            return index.marks(self.log.id, self.log.partitions)
        finally:
            index.close()

    async def open_for_commands(self) -> None:
        """Catch up with the log and decide; nothing follows by itself."""
        await self.pool.open()
        await self.live_pool.open()
        await asyncio.to_thread(self.inbox.start)

    async def close(self) -> None:
        """Let what is under way end, decide what waits, and let go of everything."""
        self._stopping.set()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.to_thread(self.inbox.stop)
        self._bookmarks.close()
        await self.client.aclose()
        if self.redis is not None:
            await self.redis.aclose()
        if self.wire is not None:
            await self.wire.close()
        await self.live_pool.close()
        await self.pool.close()
        self.keyring.close()
        self.log.close()

    # ── what follows by itself ───────────────────────────────────────────────────────────────────

    def _keep(
        self,
        name: str,
        followers: Callable[[], list[Follower]] | None,
        *runs: Callable[[], Awaitable[None]],
    ) -> None:
        if followers is not None:
            self._tasks.append(
                asyncio.create_task(self._supervise(name, partial(self._feed, name, followers)))
            )
        for run in runs:
            self._tasks.append(asyncio.create_task(self._supervise(name, run)))

    async def _supervise(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        """What ends by itself is told loudly and started again, until the house closes."""
        while not self._stopping.is_set():
            try:
                await run()
            except Exception as error:
                log.exception("process_ended", process=name)
                if name not in self._feeds:  # those tell by themselves
                    self._fell[name] = type(error).__name__, self.clock.now()
            if not self._stopping.is_set():
                await asyncio.sleep(RESTART)

    async def _feed(self, name: str, followers: Callable[[], list[Follower]]) -> None:
        feed = self._feeds[name] = Feed(self.log, self.archive, followers())
        feed.start()
        while feed.alive and not self._stopping.is_set():
            await asyncio.sleep(0.1)
        await asyncio.to_thread(feed.stop)
        if feed.error is not None:
            self._ended[name] = _in_words(feed.error)
            raise feed.error

    def _policies(self, policies: Sequence[Policy]) -> list[Follower]:
        followers: list[Follower] = [
            PolicyFollower(policy, self.inbox, self._bookmarks, self.archive)
            for policy in policies
            if policy.name not in self._unbegun
        ]
        answers = Onlooker("first answers", frozenset({SendAccepted}), self._see_answer, self._marks())
        return [*followers, answers]

    def _see_answer(self, fact: Recorded) -> None:
        if fact.event.first_answer and fact.event.waited is not None:
            self.on_first_answer(fact.event.waited, None)

    def _couriers(self, couriers: Sequence[Courier]) -> list[Follower]:
        loop = asyncio.get_running_loop()
        return [
            CourierFollower(
                courier,
                self.ports,
                self.inbox.later,
                self._bookmarks,
                self.archive,
                loop,
                self._stopping.is_set,
            )
            for courier in couriers
            if courier.name not in self._unbegun
        ]

    async def _watch(self, watch: Watch) -> None:
        await keep_watch(watch, self.ports, self.inbox.later, self.clock, self._stopping)

    async def _walk(self) -> None:
        await Postman(self.ports).run(self._stopping)

    async def _sweep(self) -> None:
        """Raw bodies go when their days are over, and so do the keys of days; a week has its epoch."""
        while not self._stopping.is_set():
            try:
                if gone := await self.raw_bodies.sweep():
                    log.info("raw_bodies_removed", count=gone)
            except OSError:
                log.exception("raw_bodies_not_removed")
            try:
                if gone := await self.drafts.sweep(self.clock.now()):
                    log.info("drafts_removed", count=gone)
                await self._forget_unsent()
            except Unavailable as error:
                log.warning("drafts_not_swept", reason=str(error))
            try:
                if gone := await asyncio.to_thread(self.keyring.sweep, self.clock.now()):
                    log.info("keys_of_the_days_destroyed", count=gone)
                await asyncio.to_thread(self.keyring.rotate, self.clock.now().date())
            except LogUnavailable as error:
                log.warning("keys_not_swept", reason=str(error))
            try:
                await asyncio.wait_for(self._stopping.wait(), 3600)
            except TimeoutError:
                continue

    async def _forget_unsent(self) -> None:
        """Files that were brought a day ago and are in no conversation."""
        for key in await self.uploads.sweep(self.clock.now()):
            if await self.desk.reads.media_type(key) is None:
                await self.objects.forget(key)

    # ── how it is ────────────────────────────────────────────────────────────────────────────────

    def _probes(self) -> Mapping[str, Probe]:
        return {
            "engine": self._engine_ready,
            "database": self._database_ready,
            "redis": self._redis_ready,
            "followers": self._followers_ready,
            "views": self._views_ready,
            "parked": self._nothing_parked,
        }

    async def _engine_ready(self) -> str | None:
        if trouble := self.inbox.trouble or ("not deciding" if self.inbox.stopped else None):
            return trouble
        return await self._nobody_decides() if isinstance(self.inbox, TopicInbox) else None

    async def _nobody_decides(self) -> str | None:
        try:
            async with self.pool.connection(timeout=2) as connection:
                row = await (await connection.execute(LIVING, (WORKERS,))).fetchone()
        except psycopg.OperationalError as error:
            return f"unknown ({type(error).__name__})"
        return None if row and row[0] else "no worker lives: commands wait in their topic"

    async def _database_ready(self) -> str | None:
        try:
            async with self.pool.connection(timeout=2) as connection:
                await connection.execute("SELECT 1")
        except Exception as error:  # noqa: BLE001  whatever it is, it is the reason
            return f"does not answer ({type(error).__name__})"
        return None

    async def _redis_ready(self) -> str | None:
        if self.redis is None:
            return None
        try:
            await asyncio.wait_for(self.redis.ping(), 2)
        except (RedisError, TimeoutError, OSError) as error:
            return f"does not answer ({type(error).__name__}); each process paces alone"
        return None

    async def _followers_ready(self) -> str | None:
        if self.settings.log == "kafka" and not self._feeds:
            return await self._in_time(self._progress_elsewhere)
        late = [f"{name} has no bookmark: say from where, `atende begin {name}`" for name in self._unbegun]
        feeds = list(self._feeds.items())
        try:
            ends = await asyncio.to_thread(self._ends) if feeds else {}
        except LogUnavailable as error:
            return f"unknown: the log does not answer ({error})"
        for name, feed in feeds:
            if feed.idle.is_set():
                self._ended.pop(name, None)  # started again, and through with all there was
            if name in self._ended or not feed.alive:
                late.append(f"{name} stands still: {self._ended.get(name, 'it ended')}")
            elif (lag := feed.lag(ends)) > BEHIND:
                late.append(f"{name} is {lag} records behind")
        now = self.clock.now()
        late += [
            f"{name} ended and was started again: {why}"
            for name, (why, when) in self._fell.items()
            if now - when < TOLD
        ]
        return "; ".join(late) or None

    async def _views_ready(self) -> str | None:
        return await self._in_time(progress_of_views)

    def _progress_elsewhere(self, dsn: str) -> Mapping[str, Progress]:
        """Of policies that another process runs, as their bookmarks tell it."""
        found = progress_of_policies(dsn)
        self._behind = {name: float(one.behind) for name, one in found.items()}
        return found

    async def _in_time(self, progress: Callable[[str], Mapping[str, Progress]]) -> str | None:
        try:
            found = await asyncio.to_thread(progress, self._dsn)
        except psycopg.OperationalError as error:
            return f"unknown ({type(error).__name__})"
        still = self._standing(found)
        late = [
            f"{name} is {one.behind} records behind" + (", and stands still" if name in still else "")
            for name, one in found.items()
            if one.behind > BEHIND or name in still
        ]
        return "; ".join(late) or None

    async def _nothing_parked(self) -> str | None:
        try:
            async with self.pool.connection(timeout=2) as connection:
                found = await connection.execute(
                    "SELECT follower, count(*) FROM parked GROUP BY 1 ORDER BY 1"
                )
                parked = [f"{count} of {follower}" for follower, count in await found.fetchall()]
        except psycopg.OperationalError as error:
            return f"unknown ({type(error).__name__})"
        return f"put aside, see `atende parked list`: {', '.join(parked)}" if parked else None

    def _standing(self, views: Mapping[str, Progress]) -> set[str]:
        """Those that have something to read and came no further for a while."""
        now = self.clock.now()
        for name, view in views.items():
            folded, since = self._folded.get(name, (-1, now))
            moved = view.folded != folded or not view.behind
            self._folded[name] = (view.folded, now if moved else since)
        return {
            name for name, view in views.items() if view.behind and now - self._folded[name][1] > STANDING
        }

    def _ends(self) -> Mapping[int, int]:
        """Where the log ends, as its owner knows where it is in here."""
        return self.inbox.ends if isinstance(self.inbox, EmbeddedInbox) else self.log.ends()

    def follower_lags(self) -> Mapping[str, float]:
        """Records each feed has not read yet; for the metrics. Of feeds elsewhere, as it was when
        readiness was asked last."""
        if not self._feeds:
            return self._behind
        try:
            ends = self._ends()
        except LogUnavailable:
            return {}
        return {name: float(feed.lag(ends)) for name, feed in self._feeds.items() if feed.alive}


def _pool(dsn: str, most: int) -> Pool:
    return AsyncConnectionPool(dsn, min_size=1, max_size=most, open=False, timeout=5, kwargs=SPEAKING)


def _in_words(error: BaseException) -> str:
    if isinstance(error, Halted):
        return f"the log is broken, see `atende verify`: {error.reason}"
    return str(error) if isinstance(error, Unopened) else type(error).__name__


def inbox_of(settings: Settings, log: Log, archive: Archive, keys: Keyring) -> Asking:
    """Where commands go in: to an owner in here, or into the topic that workers read."""
    dsn = settings.dsn.get_secret_value()
    if settings.log == "postgres":
        return EmbeddedInbox(Owner(log, Index(dsn), Index(dsn), archive, HANDLERS, STREAMS, SystemClock()))
    parcels = Parcels(keys, SystemClock())
    parcels.hold()
    return TopicInbox(
        f"{socket.gethostname()}-{uuid4().hex[:12]}",
        open_commands(settings, log.partitions, parcels),
        Envelopes(HANDLERS),
        HANDLERS,
        Answers(settings.redis_url.get_secret_value() if settings.redis_url else None),
        Index(dsn),
    )


def _outside(told: RecipientSettings) -> Outside:
    return Outside(_secret(told.email), _secret(told.webhook))


def _secret(told: SecretStr | None) -> str | None:
    return None if told is None else told.get_secret_value()


def _accounts(settings: Settings) -> dict[str, Account]:
    return {
        c.id: Account(c.waba_id, c.access_token.get_secret_value())
        for c in settings.channels
        if c.waba_id and c.access_token
    }


def _line(channel: ChannelSettings) -> Line:
    return Line(
        Provider(channel.provider),
        channel.queue,
        [secret.get_secret_value().encode() for secret in channel.app_secrets],
        channel.verify_token.get_secret_value().encode() if channel.verify_token else None,
    )
