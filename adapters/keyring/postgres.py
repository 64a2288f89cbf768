"""The key store: a PostgreSQL database of its own. An epoch's key wraps data keys, the master key wraps it.

A key that is destroyed leaves its fingerprint behind, and a trigger keeps it from ever being there again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from typing import Final
from uuid import UUID

import psycopg
import structlog
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg import Connection, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from adapters.keyring.keys import (
    Secret,
    WrongMasterKey,
    fingerprint_of,
    fresh,
    unwrap,
    wrap,
    wrapping_key,
)
from adapters.keyring.ring import HOUSE, Fence, Incomplete, Lost, Owner
from adapters.log.port import LogUnavailable
from adapters.log.postgres import NEVER_IDLE
from adapters.tables import ensure
from domain.privacy import Class, SubjectId

log = structlog.get_logger(__name__)

WEEK: Final = 7
AT_ONCE: Final = 500  # keys wrapped anew together; whoever needs a key meanwhile waits for no more
TRIES: Final = 3  # two may make the same key; the second then finds the first one's

# The newest key of each that is young enough, or the day's; else the one that came along.
_HOLD: Final = """
WITH wanted AS (
  SELECT w.subject, w.class, nullif(w.day, 0) AS day, w.fingerprint, w.epoch, w.wrapped
  FROM unnest(%b::uuid[], %b::text[], %b::int[], %b::text[], %b::int[], %b::bytea[])
    AS w(subject, class, day, fingerprint, epoch, wrapped)
), known AS (
  SELECT DISTINCT ON (k.subject, k.class) k.subject, k.class, k.generation, k.fingerprint, k.epoch, k.wrapped
  FROM wanted w JOIN data_key k ON k.subject = w.subject AND k.class = w.class
  WHERE CASE WHEN w.day IS NULL THEN k.made_at > now() - interval '365 days' ELSE k.generation = w.day END
    AND NOT EXISTS (SELECT FROM fence f WHERE f.subject = k.subject)
  ORDER BY k.subject, k.class, k.generation DESC
), made AS (
  INSERT INTO data_key (subject, class, generation, fingerprint, epoch, wrapped)
  SELECT w.subject, w.class, coalesce(w.day, 1 + coalesce((
           SELECT max(k.generation) FROM data_key k WHERE k.subject = w.subject AND k.class = w.class), 0)),
         w.fingerprint, w.epoch, w.wrapped
  FROM wanted w
  WHERE NOT EXISTS (SELECT FROM known k WHERE k.subject = w.subject AND k.class = w.class)
  ORDER BY w.subject, w.class
  ON CONFLICT (subject, class, generation) DO NOTHING
  RETURNING subject, class, generation, fingerprint, epoch, wrapped
)
SELECT * FROM known UNION ALL SELECT * FROM made
"""

_FETCH: Final = """
SELECT w.fingerprint, k.subject, k.class, k.generation, k.epoch, k.wrapped,
       coalesce(f.at, b.at), coalesce(f.article, b.article),
       CASE WHEN f.subject IS NULL THEN b.protocol ELSE f.protocol END
FROM unnest(%b::text[], %b::uuid[]) AS w(fingerprint, subject)
LEFT JOIN fence f ON f.subject = w.subject
LEFT JOIN forbidden b ON b.fingerprint = w.fingerprint
LEFT JOIN data_key k ON k.fingerprint = w.fingerprint
WHERE k.subject IS NOT NULL OR f.subject IS NOT NULL OR b.fingerprint IS NOT NULL
"""

_DESTROY: Final = """
WITH gone AS (
  DELETE FROM data_key WHERE subject = %(subject)s AND generation < %(before)s
  RETURNING fingerprint, subject, class, generation
)
INSERT INTO forbidden (fingerprint, subject, class, generation, at, article, protocol)
SELECT fingerprint, subject, class, generation, %(at)s, %(article)s, %(protocol)s FROM gone
ON CONFLICT DO NOTHING
"""
_EVER: Final = 2**31 - 1


def beside(dsn: str) -> str:
    """Where the keys of a deployment are unless it says so: a database of their own on the same server."""
    return make_conninfo(dsn, dbname=f"{conninfo_to_dict(dsn).get('dbname') or 'atende'}_keyring")


def migrate(dsn: str) -> None:
    """Make the database and its tables, where they are missing. The role needs CREATEDB for the former."""
    try:
        _make_tables(dsn)
    except psycopg.OperationalError as error:
        if not _exists(dsn):
            _create(dsn, error)
        _make_tables(dsn)


def _make_tables(dsn: str) -> None:
    ensure(dsn, files(__package__).joinpath("schema.sql").read_text())


def _exists(dsn: str) -> bool:
    """Whether the server knows the database, however it answers; a server that does not answer is no no."""
    name = conninfo_to_dict(dsn)["dbname"]
    try:
        with psycopg.connect(make_conninfo(dsn, dbname="postgres")) as connection:
            row = connection.execute("SELECT FROM pg_database WHERE datname = %s", (name,)).fetchone()
    except psycopg.OperationalError:
        return True
    return row is not None


def _create(dsn: str, error: Exception) -> None:
    name = sql.Identifier(str(conninfo_to_dict(dsn)["dbname"]))
    with psycopg.connect(make_conninfo(dsn, dbname="postgres"), autocommit=True) as connection:
        try:
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(name))
        except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
            return  # another process was first
        except psycopg.errors.InsufficientPrivilege:
            raise error from None
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))


class PostgresKeys:
    """`dsn` names a migrated database; `master` the key that wraps, `before` the one it replaces."""

    def __init__(self, dsn: str, master: str, before: str | None = None) -> None:
        self._dsn = dsn
        self._masters = [wrapping_key(key) for key in (master, before) if key]
        self._connection: Connection | None = None
        self._epochs: dict[int, AESGCM] = {}

    def hold(self, wanted: Sequence[Owner], day: int) -> list[Secret]:
        epoch = day // WEEK
        with self._connected() as connection:
            under = self._epoch(connection, epoch)
            held: list[Secret] = []
            missing = list(wanted)
            for _ in range(TRIES):
                held += self._hold(connection, missing, day, epoch, under)
                there = {(secret.subject, secret.class_) for secret in held}
                missing = [owner for owner in wanted if owner not in there]
                if not missing:
                    break
        return held

    def _hold(
        self, connection: Connection, wanted: Sequence[Owner], day: int, epoch: int, under: AESGCM
    ) -> list[Secret]:
        offered: dict[str, bytes] = {}
        wrapped: list[bytes] = []
        for subject, class_ in wanted:
            key = fresh()
            fingerprint = fingerprint_of(key)
            offered[fingerprint] = key
            wrapped.append(wrap(under, key, _bound(subject, class_, fingerprint)))
        rows = connection.execute(
            _HOLD,
            (
                [UUID(subject) for subject, _ in wanted],
                [class_.value for _, class_ in wanted],
                [day if subject == HOUSE else 0 for subject, _ in wanted],
                list(offered),
                [epoch] * len(wanted),
                wrapped,
            ),
            prepare=True,
        ).fetchall()
        made = (
            Secret(SubjectId(str(row[0])), Class(row[1]), row[2], row[3], offered[row[3]])
            if row[3] in offered
            else self._secret(connection, *row)
            for row in rows
        )
        return [secret for secret in made if secret is not None]

    def fetch(self, wanted: Sequence[tuple[str, SubjectId]]) -> dict[str, Secret | Fence]:
        found: dict[str, Secret | Fence] = {}
        with self._connected() as connection:
            rows = connection.execute(
                _FETCH, ([f for f, _ in wanted], [_uuid(s) for _, s in wanted]), prepare=True
            ).fetchall()
            for fingerprint, subject, class_, generation, epoch, wrapped, at, article, protocol in rows:
                if at is not None:
                    found[fingerprint] = Fence(at, article, protocol)
                elif secret := self._secret(
                    connection, subject, class_, generation, fingerprint, epoch, wrapped
                ):
                    found[fingerprint] = secret
        return found

    def forget(self, subject: SubjectId, fence: Fence) -> int:
        who = {"subject": UUID(subject), "before": _EVER, **fence._asdict()}
        with self._connected() as connection:
            with connection.transaction():
                connection.execute(
                    "SELECT pg_advisory_xact_lock(hashtextextended(%(subject)s::uuid::text, 0))", who
                )
                connection.execute(
                    "INSERT INTO fence (subject, at, article, protocol) "
                    "VALUES (%(subject)s, %(at)s, %(article)s, %(protocol)s) ON CONFLICT DO NOTHING",
                    who,
                )
                gone = connection.execute(_DESTROY, who).rowcount
            left = connection.execute(
                "SELECT count(*) FROM data_key WHERE subject = %(subject)s", who
            ).fetchone()
            if left != (0,):
                raise Incomplete(f"{left and left[0]} keys are still there")
            self._wipe(connection)
        return gone

    def give_up(self, lost: Sequence[Lost], fence: Fence) -> int:
        with self._connected() as connection:
            return connection.execute(
                "INSERT INTO forbidden (fingerprint, subject, class, generation, at, article, protocol) "
                "SELECT l.*, %s, %s, %s "
                "FROM unnest(%s::text[], %s::uuid[], %s::text[], %s::int[]) "
                "AS l(fingerprint, subject, class, generation) "
                "WHERE NOT EXISTS (SELECT FROM data_key k WHERE k.fingerprint = l.fingerprint) "
                "ON CONFLICT DO NOTHING",
                (
                    *fence,
                    [one.fingerprint for one in lost],
                    [UUID(one.subject) for one in lost],
                    [one.class_.value for one in lost],
                    [one.generation for one in lost],
                ),
            ).rowcount

    def sweep(self, before: int, fence: Fence) -> int:
        with self._connected() as connection:
            gone = connection.execute(
                _DESTROY, {"subject": UUID(HOUSE), "before": before, **fence._asdict()}
            ).rowcount
            if gone:
                self._wipe(connection)
        return gone

    def rotate(self, day: int) -> int:
        epoch = day // WEEK
        with self._connected() as connection:
            under = self._epoch(connection, epoch)
            with connection.transaction():
                rows = connection.execute(
                    "SELECT subject, class, generation, fingerprint, epoch, wrapped FROM data_key "
                    "WHERE epoch < %s LIMIT %s FOR UPDATE",
                    (epoch, AT_ONCE),
                ).fetchall()
                secrets = [secret for row in rows if (secret := self._secret(connection, *row)) is not None]
                connection.execute(
                    "UPDATE data_key k SET epoch = %s, wrapped = w.wrapped "
                    "FROM unnest(%s::text[], %s::bytea[]) AS w(fingerprint, wrapped) "
                    "WHERE k.fingerprint = w.fingerprint",
                    (
                        epoch,
                        [s.fingerprint for s in secrets],
                        [wrap(under, s.key, _bound(s.subject, s.class_, s.fingerprint)) for s in secrets],
                    ),
                )
            if (
                not secrets
                and connection.execute(
                    "DELETE FROM epoch e WHERE epoch < %s "
                    "AND NOT EXISTS (SELECT FROM data_key k WHERE k.epoch = e.epoch)",
                    (epoch,),
                ).rowcount
            ):
                self._wipe(connection)
                self._epochs = {}
        return len(secrets)

    def check(self) -> None:
        """Raises WrongMasterKey when what is there cannot be opened, and LogUnavailable. What the master
        key before this one wraps is wrapped under this one."""
        with self._connected() as connection, connection.transaction():
            rows = connection.execute("SELECT epoch, wrapped FROM epoch FOR UPDATE").fetchall()
            for epoch, wrapped in rows:
                key = unwrap(self._masters, wrapped, _epoch_bound(epoch))
                connection.execute(
                    "UPDATE epoch SET wrapped = %s WHERE epoch = %s",
                    (wrap(self._masters[0], key, _epoch_bound(epoch)), epoch),
                )

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _secret(
        self,
        connection: Connection,
        subject: UUID,
        class_: str,
        generation: int,
        fingerprint: str,
        epoch: int,
        wrapped: bytes,
    ) -> Secret | None:
        """The key of a row; nothing, loudly, for one that somebody has changed."""
        whose, kind = SubjectId(str(subject)), Class(class_)
        under = self._epoch(connection, epoch)
        try:
            key = unwrap([under], wrapped, _bound(whose, kind, fingerprint))
        except WrongMasterKey:
            log.error("key_unreadable", subject=whose, class_=class_, generation=generation)
            return None
        return Secret(whose, kind, generation, fingerprint, key)

    def _epoch(self, connection: Connection, epoch: int) -> AESGCM:
        if epoch not in self._epochs:
            offered = wrap(self._masters[0], fresh(), _epoch_bound(epoch))
            connection.execute(
                "INSERT INTO epoch (epoch, wrapped) VALUES (%s, %s) ON CONFLICT DO NOTHING", (epoch, offered)
            )
            row = connection.execute("SELECT wrapped FROM epoch WHERE epoch = %s", (epoch,)).fetchone()
            assert row is not None
            self._epochs[epoch] = AESGCM(unwrap(self._masters, row[0], _epoch_bound(epoch)))
        return self._epochs[epoch]

    def _wipe(self, connection: Connection) -> None:
        """The space of what was deleted is free for others at once."""
        connection.execute("VACUUM data_key, epoch")

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        try:
            if self._connection is None or self._connection.closed:
                self._connection = psycopg.connect(self._dsn, autocommit=True, connect_timeout=5)
                self._connection.execute(NEVER_IDLE)
            yield self._connection
        except (psycopg.OperationalError, psycopg.InternalError) as error:
            self.close()
            raise LogUnavailable(f"keyring: {type(error).__name__}") from error
        except psycopg.errors.ForeignKeyViolation as error:  # somebody has ended the epoch we wrapped under
            self._epochs = {}
            raise LogUnavailable("keyring: an epoch is over") from error


def _uuid(subject: SubjectId) -> UUID:
    """What a body says it is sealed for may be anything; what is no UUID is nobody's."""
    try:
        return UUID(subject)
    except ValueError:
        return UUID(HOUSE)


def _bound(subject: SubjectId, class_: Class, fingerprint: str) -> str:
    return f"data\0{subject}\0{class_.value}\0{fingerprint}"


def _epoch_bound(epoch: int) -> str:
    return f"epoch\0{epoch}"
