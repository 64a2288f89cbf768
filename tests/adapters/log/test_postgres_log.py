"""The log in PostgreSQL keeps the promises of a log, survives its server, and only ever grows."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from psycopg import Connection

from adapters.log.chain import Head
from adapters.log.port import Entry, Fate, Log, LogUnavailable
from adapters.log.postgres import PostgresLog, PostgresReader, connect
from adapters.log.schema import migrate
from adapters.services import Postgres
from tests.adapters.log.promises import PARTITIONS, LogPromises, drafts_of, read_all, write


@pytest.fixture
def log(database: str) -> Iterator[PostgresLog]:
    migrate(database, partitions=PARTITIONS)
    log = PostgresLog(database)
    yield log
    log.close()


class TestPostgresLog(LogPromises):
    @pytest.fixture
    def log(self, database: str) -> Iterator[Log]:
        migrate(database, partitions=PARTITIONS)
        log = PostgresLog(database)
        yield log
        log.close()


# Which log it is


def test_migrating_again_changes_nothing(database: str, log: PostgresLog) -> None:
    write(log, 0, b"one")
    migrate(database, partitions=PARTITIONS + 1, log_id=uuid4())
    again = PostgresLog(database)
    assert (again.id, again.partitions) == (log.id, PARTITIONS)
    assert read_all(again)[0] == [b"one"]
    again.close()


def test_a_database_without_a_log_says_so(database: str) -> None:
    with pytest.raises(LookupError, match="migrate"):
        PostgresLog(database)


def test_two_processes_share_one_log(database: str, log: PostgresLog) -> None:
    other = PostgresLog(database)
    (one,), (rival,) = drafts_of(log, 0, b"one"), drafts_of(log, 0, b"rival")
    assert log.append([one]) == [Fate.WON]
    assert other.append([rival]) == [Fate.LOST]
    assert read_all(other)[0] == [b"one"]
    other.close()


def test_a_bell_rung_by_another_process_ends_the_wait(database: str, log: PostgresLog) -> None:
    reader, other = log.reader({0: 0}), PostgresLog(database)
    assert reader.poll(0) == []
    write(other, 0, b"one")
    assert len(reader.poll(60)) == 1
    reader.close()
    other.close()


# Only ever added to


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE log SET record = ''",
        "DELETE FROM log",
        "TRUNCATE log",
        "UPDATE log_identity SET partitions = 1",
        "DELETE FROM log_identity",
        "TRUNCATE log_identity",
    ],
)
def test_not_even_the_owner_changes_what_was_written(database: str, log: PostgresLog, statement: str) -> None:
    write(log, 0, b"one")
    with psycopg.connect(database) as owner, pytest.raises(psycopg.Error, match="append-only"):
        owner.execute(statement.encode())
    assert read_all(log)[0] == [b"one"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE log SET record = ''",
        "DELETE FROM log",
        "TRUNCATE log",
        "DROP TABLE log",
        "ALTER TABLE log DISABLE TRIGGER ALL",
        "INSERT INTO log_identity VALUES (false, gen_random_uuid(), 1)",
    ],
)
def test_the_role_that_appends_may_do_nothing_else(database: str, log: PostgresLog, statement: str) -> None:
    write(log, 0, b"one")
    with connect(database) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege) as refused:
        connection.execute(statement.encode())
    assert "append-only" not in str(refused.value)  # by its grants, before any trigger
    assert read_all(log)[0] == [b"one"]


def test_an_owner_who_is_no_superuser_can_migrate_and_append(database: str) -> None:
    role = f"owner_{uuid4().hex}"
    with psycopg.connect(database, autocommit=True) as admin:
        name = admin.info.dbname
        admin.execute(f"CREATE ROLE {role} LOGIN CREATEROLE PASSWORD 'synthetic'".encode())
        if admin.execute("SELECT 1 FROM pg_roles WHERE rolname = 'atende_log'").fetchone():
            admin.execute(f"GRANT atende_log TO {role} WITH ADMIN OPTION, SET FALSE".encode())
        admin.execute(f'ALTER DATABASE "{name}" OWNER TO {role}'.encode())
    dsn = psycopg.conninfo.make_conninfo(database, user=role, password="synthetic")
    try:
        migrate(dsn, partitions=1)
        log = PostgresLog(dsn)
        write(log, 0, b"one")
        assert read_all(log) == {0: [b"one"]}
        log.close()
    finally:
        with psycopg.connect(database, autocommit=True) as admin:
            admin.execute(f"REASSIGN OWNED BY {role} TO CURRENT_USER".encode())
            admin.execute(f"DROP OWNED BY {role}".encode())
            admin.execute(f"DROP ROLE {role}".encode())


# The server goes and comes back


@pytest.mark.slow
def test_the_same_log_and_reader_go_on_after_the_server_was_killed(durable_postgres: Postgres) -> None:
    dsn = durable_postgres.create()
    migrate(dsn, partitions=1)
    log = PostgresLog(dsn)
    reader = log.reader({0: 0})
    head = write(log, 0, b"one")
    assert len(reader.poll(0)) == 1
    (two,) = drafts_of(log, 0, b"two", after=head)

    durable_postgres.kill()
    for ask in (lambda: log.append([two]), lambda: reader.poll(0), log.ends):
        with pytest.raises(LogUnavailable):
            ask()
        with pytest.raises(LogUnavailable):  # and not something else the second time
            ask()

    durable_postgres.start()
    assert log.append([two]) == [Fate.WON]
    assert [entry.record[69:] for entry in reader.poll(0)] == [b"two"]
    write(log, 0, b"three", after=Head(2, two.hash))
    assert [entry.record[69:] for entry in reader.poll(60)] == [b"three"]
    assert read_all(log) == {0: [b"one", b"two", b"three"]}
    reader.close()
    log.close()


def test_a_reader_does_not_look_again_for_bells_of_what_it_has_read(
    database: str, log: PostgresLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = log.reader({0: 1})
    for one in drafts_of(log, 0, *(b"%d" % n for n in range(40))):
        log.append([one])
        assert len(reader.poll(5)) == 1
    looks = []
    read = PostgresReader._read

    def counted(self: PostgresReader, connection: Connection, limit: int) -> list[Entry]:
        looks.append(limit)
        return read(self, connection, limit)

    monkeypatch.setattr(PostgresReader, "_read", counted)
    assert reader.poll(0.2) == []
    assert len(looks) < 10
    reader.close()
