"""The eventsourcing library's recorders over one partition of a chained log and its index."""

from __future__ import annotations

import threading
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any, Final, LiteralString
from uuid import UUID, uuid4

from eventsourcing import persistence
from eventsourcing.persistence import (
    DataError,
    IntegrityError,
    InterfaceError,
    ListenNotifySubscription,
    Notification,
    OperationalError,
    ProgrammingError,
    StoredEvent,
    Subscription,
    Tracking,
)
from eventsourcing.postgres import PostgresDatastore
from eventsourcing.utils import retry
from psycopg.sql import SQL, Identifier
from pydantic_core import from_json

from adapters.log.chain import partition_of
from adapters.log.port import LogUnavailable, RecordTooLarge
from adapters.log.record import OutcomeDict, body_of, event_json
from adapters.log.writer import Writer
from domain.grammar import root_of

COMMAND: Final = "recorder"  # what the outcome of a record written here is called
KIND: Final = "aggregate"  # of the streams of originators that are only a UUID
LOOK_AGAIN: Final = 1.0  # seconds; a bell may shorten the wait, never replace the look
again = retry((InterfaceError, OperationalError), max_attempts=10, wait=0.2)

_FORWARDS: Final = """
SELECT version, type, body::text AS body FROM {schema}.event
WHERE stream = %s AND (%s::bigint IS NULL OR version > %s) AND (%s::bigint IS NULL OR version <= %s)
ORDER BY version LIMIT %s
"""
_BACKWARDS: Final = """
SELECT version, type, body::text AS body FROM {schema}.event
WHERE stream = %s AND (%s::bigint IS NULL OR version > %s) AND (%s::bigint IS NULL OR version <= %s)
ORDER BY version DESC LIMIT %s
"""


class LogAggregateRecorder(persistence.AggregateRecorder):
    """Events by originator. The first version is 0 or 1, then each follows the one before."""

    def __init__(self, writer: Writer, partitions: int, datastore: PostgresDatastore, schema: str) -> None:
        self.writer, self.datastore, self._schema, self._partitions = writer, datastore, schema, partitions

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """Record all of them or none. Returns when `select_events` sees them, or, with the keyword
        `wait_for_index=False`, when they are durable: the index has them at the next write or look.

        Raises IntegrityError when a version is taken or does not follow, ProgrammingError when the
        originators do not share a partition, DataError when they are too large for one record, and
        OperationalError when it is unknown whether they were recorded.
        """
        self._insert(stored_events, None, **kwargs)
        return None

    def _insert(
        self,
        stored_events: Sequence[StoredEvent],
        tracking: Tracking | None,
        *,
        wait_for_index: bool = True,
        **_: Any,
    ) -> list[int] | None:
        if not stored_events and tracking is None:
            return None
        named = [(self._stream(event.originator_id), event) for event in stored_events]
        self._refuse_strangers({stream for stream, _ in named})

        def check() -> None:
            self._check_versions(named)
            if tracking is not None:
                self._check_tracking(tracking)

        with said_as_the_library_does():
            body = _body(named, tracking)
            ordinals = self.writer.write(body, len(named), check, wait_for_index=wait_for_index)
        return list(ordinals)

    @again
    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        rows = self._select(
            _BACKWARDS if desc else _FORWARDS,
            (self._stream(originator_id), gt, gt, lte, lte, limit),
        )
        return [StoredEvent(originator_id, row["version"], row["type"], _state(row["body"])) for row in rows]

    def _select(self, query: LiteralString, parameters: Sequence[Any]) -> list[dict[str, Any]]:
        statement = SQL(query).format(schema=Identifier(self._schema))
        with self.datastore.get_connection() as connection:
            return connection.execute(statement, parameters, prepare=True).fetchall()

    def _check_versions(self, named: Iterable[tuple[str, StoredEvent]]) -> None:
        versions: dict[str, list[int]] = {}
        for stream, event in named:
            versions.setdefault(stream, []).append(event.originator_version)
        found = self._select(
            "SELECT stream, (SELECT max(version) FROM {schema}.event e WHERE e.stream = s.stream) AS last"
            " FROM unnest(%s::text[]) AS s(stream)",
            (list(versions),),
        )
        for row in found:
            wanted, last = versions[row["stream"]], row["last"]
            firsts = (0, 1) if last is None else (last + 1,)
            if wanted[0] not in firsts or wanted != list(range(wanted[0], wanted[0] + len(wanted))):
                raise IntegrityError(f"versions {wanted} do not follow version {last}")

    def _check_tracking(self, tracking: Tracking) -> None:
        known = self._max_tracking_id(tracking.application_name)
        if known is not None and tracking.notification_id <= known:
            raise IntegrityError(
                f"{tracking.application_name} {tracking.notification_id} was processed, up to {known}"
            )

    def _max_tracking_id(self, application_name: str) -> int | None:
        rows = self._select(
            "SELECT notification_id FROM {schema}.tracking WHERE application_name = %s", (application_name,)
        )
        return rows[0]["notification_id"] if rows else None

    def _refuse_strangers(self, streams: set[str]) -> None:
        partitions = {partition_of(root_of(stream), self._partitions) for stream in streams}
        if partitions - {self.writer.place.partition}:
            raise ProgrammingError("what is saved together must share the partition of this recorder")

    def _stream(self, originator_id: UUID | str) -> str:
        return f"{KIND}-{originator_id}" if isinstance(originator_id, UUID) else originator_id

    def _originator_id(self, stream: str) -> UUID | str:
        if self.datastore.originator_id_type == "uuid":
            return UUID(stream.removeprefix(f"{KIND}-"))
        return stream


class LogApplicationRecorder(LogAggregateRecorder, persistence.ApplicationRecorder):
    """Events in the order of the log, too. A notification's id is its ordinal."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """As the aggregate recorder does; answers the notification ids."""
        kwargs.pop("tracking", None)
        return self._insert(stored_events, None, **kwargs)

    @again
    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        first = 0 if start is None else start + (not inclusive_of_start)
        rows = self._select(
            "SELECT ordinal, stream, version, type, body::text AS body FROM {schema}.event"
            " WHERE partition = %s AND ordinal >= %s AND (%s::bigint IS NULL OR ordinal <= %s)"
            " AND (%s::text[] IS NULL OR type = ANY(%s)) ORDER BY ordinal LIMIT %s",
            (
                self.writer.place.partition,
                first,
                stop,
                stop,
                list(topics) or None,
                list(topics) or None,
                limit,
            ),
        )
        return [
            Notification(
                self._originator_id(row["stream"]),
                row["version"],
                row["type"],
                _state(row["body"]),
                row["ordinal"],
            )
            for row in rows
        ]

    @again
    def max_notification_id(self) -> int | None:
        rows = self._select(
            "SELECT max(ordinal) AS ordinal FROM {schema}.event WHERE partition = %s",
            (self.writer.place.partition,),
        )
        last: int | None = rows[0]["ordinal"]
        return last

    def subscribe(
        self, gt: int | None = None, topics: Sequence[str] = ()
    ) -> Subscription[persistence.ApplicationRecorder]:
        return LogSubscription(self, gt, topics)


class LogProcessRecorder(LogApplicationRecorder, persistence.ProcessRecorder):
    """Events and the position they were made from, in one record: processed once, or not at all."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        tracking: Tracking | None = kwargs.pop("tracking", None)
        return self._insert(stored_events, tracking, **kwargs) or None

    def insert_tracking(self, tracking: Tracking) -> None:
        self._insert([], tracking)

    @again
    def max_tracking_id(self, application_name: str) -> int | None:
        return self._max_tracking_id(application_name)


class LogSubscription(ListenNotifySubscription[LogApplicationRecorder]):
    """Pulls from the index; the log itself is the bell, so that any log will do.

    It also indexes what somebody appended and did not live to index.
    """

    def __init__(self, recorder: LogApplicationRecorder, gt: int | None, topics: Sequence[str]) -> None:
        with said_as_the_library_does():
            self._bell = recorder.writer.bell()
        self._pause = threading.Event()
        super().__init__(recorder, gt, topics)  # starts pulling at once
        self._listen_thread = threading.Thread(target=self._listen)
        self._listen_thread.start()

    def stop(self) -> None:
        super().stop()
        self._pause.set()
        self._bell.wake()

    def __exit__(self, *args: object, **kwargs: Any) -> None:
        try:
            super().__exit__(*args, **kwargs)
        finally:
            self._listen_thread.join()

    def _listen(self) -> None:
        try:
            self._has_been_notified.set()  # for what came before we listened
            while not self._has_been_stopped:
                try:
                    self._bell.poll(LOOK_AGAIN)
                    self._recorder.writer.catch_up()
                except LogUnavailable:
                    self._pause.wait(LOOK_AGAIN)
                self._has_been_notified.set()
        except BaseException as error:  # noqa: BLE001  handed to the thread that iterates
            if self._thread_error is None:
                self._thread_error = error
            self.stop()
        finally:
            self._bell.close()


@contextmanager
def said_as_the_library_does() -> Iterator[None]:
    try:
        yield
    except LogUnavailable as error:
        raise OperationalError("the log did not answer: whether this was recorded is unknown") from error
    except RecordTooLarge as error:
        raise DataError(str(error)) from error


def _body(named: Sequence[tuple[str, StoredEvent]], tracking: Tracking | None) -> bytes:
    """One batch with one outcome. Its random id makes the bytes ours: no other append is taken for it."""
    id_, at = str(uuid4()), datetime.now(UTC).isoformat()
    outcome: OutcomeDict = {"id": id_, "command": COMMAND, "at": at, "accepted": len(named)}
    if tracking is not None:
        outcome["tracking"] = [tracking.application_name, tracking.notification_id]
    return body_of(
        [outcome],
        [
            event_json(stream, event.originator_version, event.topic, 1, at, id_, _stored(event.state))
            for stream, event in named
        ],
    )


def _stored(state: bytes) -> bytes:
    """A state as JSON: an object as it is, to the byte; anything else as a Base64 string."""
    if state[:1] == b"{" and state[-1:] == b"}" and b"\\u0000" not in state:
        with suppress(ValueError):
            from_json(state, allow_inf_nan=False)
            return state
    return b'"%b"' % b64encode(state)


def _state(stored: str) -> bytes:
    return b64decode(stored[1:-1]) if stored.startswith('"') else stored.encode()
