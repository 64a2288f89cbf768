"""What follows the log for reading: all the views of this house, on one feed, in a process of their own."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import partial
from typing import Any, Final, NamedTuple

from adapters import drafts, people, tables, tokens, uploads
from adapters.archive import Archive
from adapters.engine.feed import Feed
from adapters.keyring import Keyring
from adapters.live import VIEWS, Publisher
from adapters.log import schema
from adapters.log.port import Log
from adapters.views.follower import ViewFollower
from adapters.views.ground import connect, ensure, in_turns
from adapters.views.view import View
from commands.catalogue import POLICIES, STREAMS
from projections.answer import Projection
from projections.catalogue import PROJECTIONS

EASE: Final = 1.0  # a view commits for every batch: fewer and larger ones leave the machine to the desk


def migrate(dsn: str) -> None:
    """Make what a database lacks: log, index, bookmarks, views, tokens, secrets. The keys have their own."""
    schema.migrate(dsn)
    ensure(dsn, list(PROJECTIONS.values()))
    tables.ensure(dsn, tokens.TABLE, people.TABLES, drafts.TABLE, uploads.TABLE)


def follow(
    dsn: str,
    log: Log,
    keyring: Keyring,
    projections: Sequence[Projection[Any]],
    stopping: threading.Event,
    publisher: Publisher | None = None,
) -> BaseException | None:
    """Fold these views until `stopping`, and close the log; `publisher` tells whoever looks at them. Answers
    the error that ended it, if one did."""
    connected = in_turns(partial(connect, dsn))
    views = [
        View(projection, connected, told=publisher if projection.name in VIEWS else None)
        for projection in projections
    ]
    followers = [ViewFollower(view, log) for view in views]
    feed = Feed(log, Archive(STREAMS.values(), keyring), followers, ease=EASE)
    feed.start()
    while feed.alive and not stopping.wait(0.2):
        pass
    feed.stop()
    for view in views:
        view.close()
    if publisher is not None:
        publisher.close()
    keyring.close()
    log.close()
    return feed.error


class Progress(NamedTuple):
    """Of a view, in records over all partitions."""

    behind: int
    folded: int


def progress_of_policies(dsn: str) -> dict[str, Progress]:
    """As for views, of those that have begun."""
    with connect(dsn) as connection:
        rows = connection.execute(
            "SELECT b.follower, sum(greatest(0, m.seq - b.seq))::bigint, sum(b.seq)::bigint"
            " FROM bookmark b JOIN mark m USING (partition) WHERE b.follower = ANY(%s) GROUP BY 1",
            ([policy.name for policy in POLICIES],),
        ).fetchall()
    return {name: Progress(behind, folded) for name, behind, folded in rows}


def progress_of_views(dsn: str) -> dict[str, Progress]:
    """How far each view has come, and how far it has still to go."""
    with connect(dsn) as connection:
        rows = connection.execute(
            "SELECT v.name, sum(greatest(0, m.seq - coalesce(b.seq, 0)))::bigint, "
            "sum(coalesce(b.seq, 0))::bigint FROM unnest(%s::text[], %s::int[]) "
            "AS v(name, version) CROSS JOIN mark m LEFT JOIN view_bookmark b "
            "ON b.name = v.name AND b.version = v.version AND b.partition = m.partition GROUP BY v.name",
            ([p.name for p in PROJECTIONS.values()], [p.version for p in PROJECTIONS.values()]),
        ).fetchall()
    return {name: Progress(behind, folded) for name, behind, folded in rows}
