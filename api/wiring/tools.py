"""What the command line does besides running: verify, rebuild, tokens, what is parked."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from adapters import tables, tokens
from adapters.archive import Archive, Unopened
from adapters.engine.bookmarks import Bookmarks, Parked
from adapters.engine.feed import Feed
from adapters.log.chain import Bookmark, Halted
from adapters.log.index import Index, Mark
from adapters.log.inspection import Inspection
from adapters.log.port import place
from adapters.log.telling import history
from adapters.log.verification import Report
from adapters.log.verification import verify as walk
from adapters.schemas import Catalogue, catalogue
from adapters.services import ServiceError
from adapters.views import rebuild as views
from adapters.views.follower import BoundedFollower
from adapters.views.ground import connect
from adapters.views.rebuild import NotComparable
from adapters.views.view import View
from adapters.whatsapp.items import Item
from adapters.whatsapp.parser import Provider, parse
from api.settings import Settings
from api.wiring.beginning import follower_names
from api.wiring.inviting import Invitation, Invited, invite
from api.wiring.keys import keyring
from api.wiring.storage import open_log
from commands.catalogue import STREAMS
from commands.door_ports import ListedToken, Role
from domain.agent import AgentId
from domain.queue import QueueId
from projections.answer import Projection
from projections.catalogue import PROJECTIONS

__all__ = ["NotComparable", "ServiceError"]  # told to people in a sentence, by the command line

PATIENCE: Final = 60.0  # seconds for the two tables of a rebuild to stand at the same place


def read_body(provider: str, body: bytes) -> list[Item]:
    """What a webhook body says; any bytes are read. Raises ValueError for a provider that is not known."""
    return parse(Provider(provider), body)


def verify(settings: Settings, progress: Callable[[int, int], None]) -> Report:
    """Walk the whole log, and compare the index with it."""
    log, index = open_log(settings), Inspection(settings.dsn.get_secret_value())
    try:
        return walk(log, index, progress)
    finally:
        index.close()
        log.close()


class Different(Exception):
    """The rows built anew are not the live ones; nothing was swapped."""


def rebuild(
    settings: Settings, name: str, progress: Callable[[int, int], None], *, forgotten: bool = False
) -> dict[str, Any]:
    """Build a view beside the live one, compare, swap. Answers the figures; raises Different, KeyError.

    `forgotten`: somebody was, since the live rows were made: it is swapped although rows differ.
    """
    projection, dsn, keys = PROJECTIONS[name], settings.dsn.get_secret_value(), keyring(settings)
    views.begin(dsn, projection)
    log = open_log(settings)
    view = View(projection, partial(connect, dsn), spare=True)
    first = views.stands(dsn, projection)  # so that the new one is never ahead of the live one
    follower = BoundedFollower(view, log, first)
    feed = Feed(log, Archive(STREAMS.values(), keys), [follower], limit=5000)
    started = time.perf_counter()
    feed.start()
    try:
        while feed.alive and (left := _left(dsn, projection, first)):
            progress(feed.facts, left)
            time.sleep(0.2)
        if isinstance(feed.error, Halted):
            raise ServiceError(f"The log is broken: {feed.error}. See `atende verify`; nothing was swapped.")
        if isinstance(feed.error, Unopened):
            raise ServiceError(f"{feed.error} Nothing was swapped.")
        if feed.error is not None:
            raise feed.error
        seconds, facts = time.perf_counter() - started, feed.facts
        rows, identical = 0, True
        for partition in range(log.partitions):
            compared = _compare(dsn, projection, partition, follower)
            identical &= compared.identical
            if not compared.identical and not forgotten:
                raise Different(
                    f"{name}, partition {partition}: {compared.only_live} rows only in the live table, "
                    f"{compared.only_new} only in the new one"
                )
            rows += compared.new
    except (Different, NotComparable, ServiceError):
        feed.stop()
        view.close()
        views.abandon(dsn, projection)
        raise
    finally:
        feed.stop()
        view.close()
        keys.close()
        log.close()
    views.swap(dsn, projection)
    return {
        "view": name,
        "events": facts,
        "seconds": round(seconds, 3),
        "events_per_second": round(facts / seconds) if seconds else 0,
        "rows": rows,
        "identical": identical,
    }


def _left(dsn: str, projection: Projection[Any], bounds: Mapping[int, Bookmark]) -> int:
    """Records that the new table has yet to read to stand at these bounds."""
    new = views.stands(dsn, projection, spare=True)
    return sum(bound.seq - (new[p].seq if p in new else 0) for p, bound in bounds.items())


def _compare(
    dsn: str, projection: Projection[Any], partition: int, follower: BoundedFollower
) -> views.Comparison:
    """Hold the live table in one partition until the new one has come as far, and compare them there."""
    with views.held(dsn, projection, partition) as live:
        if live is not None:
            follower.may_go(partition, live)
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return views.compare(dsn, projection, partition)
            except NotComparable:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)


def view_names() -> list[str]:
    """Every view that can be built anew."""
    return list(PROJECTIONS)


def parked(dsn: str) -> list[Parked]:
    """All events that were put aside, oldest first."""
    bookmarks = Bookmarks(dsn)
    try:
        return bookmarks.parked()
    finally:
        bookmarks.close()


def begin(settings: Settings, follower: str, *, at_end: bool) -> None:
    """Say from where a policy or courier starts on a log that has a history. Raises KeyError for a stranger,
    and ValueError for one that has started already."""
    if follower not in follower_names():
        raise KeyError(follower)
    dsn = settings.dsn.get_secret_value()
    log, index, bookmarks = open_log(settings), Index(dsn), Bookmarks(dsn)
    try:
        if bookmarks.marks(follower):
            raise ValueError(follower)
        marks = index.marks(log.id, log.partitions)
        if not at_end:
            starts = {p: place(log, p).start for p in marks}
            marks = {p: Mark(log.offset_after(p, 0), *start) for p, start in starts.items()}
        bookmarks.begin(follower, marks)
    finally:
        bookmarks.close()
        index.close()
        log.close()


def schemas() -> Catalogue:
    """The JSON Schemas of the record and of every event, by stored name and schema number."""
    return catalogue(Archive(STREAMS.values(), None))


def create_token(
    dsn: str,
    name: str,
    role: str,
    agent: str | None,
    scopes: Sequence[str] | None = None,
    days: float | None = None,
) -> tokens.Issued:
    """A new token, told this once. With an agent it acts as that agent; `scopes` are all it may, of what its
    role may."""
    tables.ensure(dsn, tokens.TABLE)
    return tokens.create(
        dsn,
        name,
        Role(role),
        agent_id=AgentId(agent) if agent else None,
        scopes=frozenset(scopes) if scopes else None,
        expires_at=None if days is None else datetime.now(UTC) + timedelta(days=days),
    )


def invite_user(
    settings: Settings, login: str, name: str, role: str, agent: str | None, queues: Sequence[str] | None
) -> Invitation:
    """A link that lets somebody choose a password, once. Raises ServiceError."""
    of = None if queues is None else tuple(QueueId(queue) for queue in sorted(set(queues)))
    return invite(settings, Invited(login, name, Role(role), AgentId(agent) if agent else None, of))


def list_tokens(dsn: str) -> list[ListedToken]:
    """All tokens ever made, newest first, without the tokens."""
    tables.ensure(dsn, tokens.TABLE)
    return tokens.listed(dsn)


ROOT: Final = Path(__file__).parents[2]
"""Where the sources lie, for what needs a checkout (benchmarks)."""


def providers() -> list[str]:
    """Whose webhook bodies can be read."""
    return [provider.value for provider in Provider]


def roles() -> list[str]:
    """What a token may be made for."""
    return [role.value for role in Role]


def revoke_token(dsn: str, token_id: UUID) -> bool:
    """Whether there was such a token, and it was still good."""
    return tokens.revoke(dsn, token_id)


def broken_commands(dsn: str) -> list[dict[str, Any]]:
    """Commands whose handlers raised something that is no refusal, newest first."""
    with connect(dsn) as connection:
        rows = connection.execute(
            "SELECT command_id, outcome FROM command WHERE outcome->>'broken' IS NOT NULL "
            "ORDER BY outcome->>'at' DESC LIMIT 1000"
        ).fetchall()
    return [
        {
            "id": str(id_),
            "command": outcome["command"],
            "stream": outcome["stream"],
            "error": outcome["broken"],
            "at": outcome["at"],
        }
        for id_, outcome in rows
    ]


def story(settings: Settings, stream: str, *, words: bool) -> list[dict[str, Any]]:
    """The events of a stream as lines to read, in order; with `words`, what people said stands in them."""
    dsn, zone = settings.dsn.get_secret_value(), ZoneInfo(settings.zone)
    keys = keyring(settings) if words else None
    try:
        return [
            {
                "version": told.version,
                "at": told.at.astimezone(zone).strftime("%d/%m/%Y %H:%M:%S"),
                "what": told.what,
                "details": dict(told.details),
                "who": told.who,
                "why": told.why,
                "command": told.command,
                "position": f"{told.position.partition}:{told.position.ordinal}",
            }
            for told in history(dsn, Archive(STREAMS.values(), keys), stream, personal=words)
        ]
    finally:
        if keys is not None:
            keys.close()
