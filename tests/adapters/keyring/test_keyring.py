"""What the keyring promises, of the store in PostgreSQL and of the double in memory."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest

from adapters.keyring import (
    HOUSE,
    Fence,
    Incomplete,
    Key,
    Keyring,
    Lost,
    MemoryKeys,
    NoKey,
    PostgresKeys,
    WrongMasterKey,
    postgres,
)
from adapters.keyring.ring import Store
from adapters.log.port import LogUnavailable
from domain.privacy import Class, Erased, SubjectId

MASTER = "a master key of more than thirty-two signs"
DAY = date(2026, 3, 12)
NOON = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)
FENCE = Fence(NOON, "LGPD art. 18, VI", "20260000000001")

Make = Callable[[], Store]


@pytest.fixture
def keys(database: str) -> str:
    """A database of keys."""
    postgres.migrate(database)
    return database


@pytest.fixture(params=["memory", "postgres"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    if request.param == "memory":
        yield MemoryKeys()
        return
    kept = PostgresKeys(request.getfixturevalue("keys"), MASTER)
    yield kept
    kept.close()


class Hours:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def somebody() -> SubjectId:
    return SubjectId(str(uuid4()))


def seal(key: Key, words: bytes) -> bytes:
    return key.cipher.encrypt(b"n" * 12, words, None)


# Of every store


def test_a_key_is_made_once_and_found_again_by_another_process(store: Store) -> None:
    ana = somebody()
    one, other = Keyring(store), Keyring(store)
    one.hold([(ana, Class.CONTENT), (ana, Class.IDENTITY)], DAY)
    other.hold([(ana, Class.CONTENT)], DAY)
    mine, theirs = one.sealing(ana, Class.CONTENT), other.sealing(ana, Class.CONTENT)
    assert (mine.generation, mine.fingerprint) == (1, theirs.fingerprint)
    assert theirs.cipher.decrypt(b"n" * 12, seal(mine, b"oi"), None) == b"oi"
    assert one.sealing(ana, Class.IDENTITY).fingerprint != mine.fingerprint
    reader = Keyring(store)
    found = reader.opening(mine.fingerprint, ana, Class.CONTENT)
    assert isinstance(found, Key)
    assert (found.subject, found.class_, found.generation) == (ana, Class.CONTENT, 1)
    assert found.cipher.decrypt(b"n" * 12, seal(mine, b"oi"), None) == b"oi"


def test_the_houses_key_is_another_every_day(store: Store) -> None:
    ring, house = Keyring(store), (HOUSE, Class.TRANSIT)
    ring.hold([house], DAY)
    first = ring.sealing(*house)
    ring.hold([house], DAY + timedelta(days=1))
    second = ring.sealing(*house)
    assert (first.generation, second.generation) == (DAY.toordinal(), DAY.toordinal() + 1)
    assert first.fingerprint != second.fingerprint


def test_a_key_of_the_day_goes_when_eight_more_days_are_over_and_not_before(store: Store) -> None:
    ring, house = Keyring(store), (HOUSE, Class.TRANSIT)
    ring.hold([house], DAY)
    key = ring.sealing(*house)
    assert ring.sweep(NOON + timedelta(days=8)) == 0
    assert isinstance(ring.opening(key.fingerprint, HOUSE, Class.TRANSIT), Key)
    assert ring.sweep(NOON + timedelta(days=9)) == 1
    gone = ring.opening(key.fingerprint, HOUSE, Class.TRANSIT)
    assert isinstance(gone, Erased)
    assert gone.class_ is Class.TRANSIT
    ring.hold([house], DAY + timedelta(days=9))
    assert ring.sealing(*house).generation == DAY.toordinal() + 9


def test_whoever_was_forgotten_has_no_key_and_never_gets_one(store: Store) -> None:
    ring, ana, bia = Keyring(store), somebody(), somebody()
    ring.hold([(s, c) for s in (ana, bia) for c in (Class.CONTENT, Class.IDENTITY)], DAY)
    key, kept = ring.sealing(ana, Class.CONTENT), ring.sealing(bia, Class.CONTENT)
    assert ring.forget(ana, FENCE) == 2
    assert ring.forget(ana, Fence(NOON + timedelta(days=1), "another", None)) == 0
    with pytest.raises(NoKey):
        ring.sealing(ana, Class.CONTENT)
    ring.hold([(ana, Class.CONTENT), (ana, Class.REGULATORY), (bia, Class.CONTENT)], DAY)
    for class_ in (Class.CONTENT, Class.REGULATORY):
        with pytest.raises(NoKey):
            ring.sealing(ana, class_)
    assert ring.sealing(bia, Class.CONTENT).fingerprint == kept.fingerprint
    for reader in (ring, Keyring(store)):
        gone = reader.opening(key.fingerprint, ana, Class.CONTENT)
        assert isinstance(gone, Erased)
        assert (gone.class_, gone.at, gone.article, gone.protocol) == (Class.CONTENT, *FENCE)


def test_a_key_that_was_never_there_is_missing_and_not_erased(store: Store) -> None:
    assert Keyring(store).opening("x" * 22, somebody(), Class.CONTENT) is None


def test_a_lost_key_of_somebody_forgotten_is_erased_and_not_missing(store: Store) -> None:
    ring, ana = Keyring(store), somebody()
    ring.forget(ana, FENCE)
    assert isinstance(ring.opening("x" * 22, ana, Class.CONTENT), Erased)


def test_a_key_that_was_lost_is_written_off_and_one_that_is_there_is_not(store: Store) -> None:
    ring, ana, bia = Keyring(store), somebody(), somebody()
    ring.hold([(bia, Class.CONTENT)], DAY)
    there = ring.sealing(bia, Class.CONTENT)
    lost = [Lost("x" * 22, ana, Class.CONTENT, 1), Lost(there.fingerprint, bia, Class.CONTENT, 1)]
    assert ring.give_up(lost, FENCE) == 1
    assert ring.give_up(lost, FENCE) == 0
    assert isinstance(ring.opening("x" * 22, ana, Class.CONTENT), Erased)
    assert isinstance(Keyring(store).opening(there.fingerprint, bia, Class.CONTENT), Key)
    assert ring.hold([(ana, Class.CONTENT), (bia, Class.CONTENT)], DAY) == [(ana, Class.CONTENT)]


def test_a_key_of_the_day_that_was_lost_has_a_successor_the_same_day(store: Store) -> None:
    ring, house = Keyring(store), (HOUSE, Class.TRANSIT)
    ring.give_up([Lost("x" * 22, HOUSE, Class.TRANSIT, DAY.toordinal())], FENCE)
    assert ring.hold([house], DAY) == []
    assert ring.sealing(*house).generation == DAY.toordinal()
    assert isinstance(ring.opening("x" * 22, HOUSE, Class.TRANSIT), Erased)


# Of the keys at hand


def test_a_batch_asks_once_and_what_is_at_hand_is_not_asked_for() -> None:
    store, clock = MemoryKeys(), Hours()
    ring = Keyring(store, clock=clock)
    everybody = [(somebody(), Class.CONTENT) for _ in range(100)]
    ring.hold(everybody, DAY)
    ring.hold(everybody, DAY)
    ring.fetch([(ring.sealing(*owner).fingerprint, owner[0]) for owner in everybody])
    assert store.asked == 1
    clock.now = 61
    ring.hold(everybody, DAY)
    ring.hold(everybody, DAY)
    assert store.asked == 2


def test_what_is_held_stays_at_hand_however_many_keys_others_need() -> None:
    ring, house = Keyring(MemoryKeys(), at_hand=3), (HOUSE, Class.TRANSIT)
    for _ in range(10):
        mine = [house, *((somebody(), Class.CONTENT) for _ in range(5))]
        ring.hold(mine, DAY)
        other = threading.Thread(target=ring.hold, args=([(somebody(), Class.CONTENT)], DAY))
        other.start()
        other.join()
        assert [ring.sealing(*owner).subject for owner in mine] == [subject for subject, _ in mine]


def test_whoever_has_read_a_stream_may_write_on_it_without_asking() -> None:
    store, ana = MemoryKeys(), somebody()
    (secret,) = store.hold([(ana, Class.CONTENT)], DAY.toordinal())
    ring = Keyring(store)
    ring.fetch([(secret.fingerprint, ana)])
    asked = store.asked
    ring.hold([(ana, Class.CONTENT)], DAY)
    assert ring.sealing(ana, Class.CONTENT).fingerprint == secret.fingerprint
    assert store.asked == asked


def test_a_key_destroyed_elsewhere_is_believed_in_for_a_minute_and_no_longer() -> None:
    store, clock = MemoryKeys(), Hours()
    ring, elsewhere, ana = Keyring(store, clock=clock), Keyring(store), somebody()
    ring.hold([(ana, Class.CONTENT)], DAY)
    key = ring.sealing(ana, Class.CONTENT)
    elsewhere.forget(ana, FENCE)
    ring.fetch([(key.fingerprint, ana)])
    assert isinstance(ring.opening(key.fingerprint, ana, Class.CONTENT), Key)
    clock.now = 61
    ring.fetch([(key.fingerprint, ana)])
    assert isinstance(ring.opening(key.fingerprint, ana, Class.CONTENT), Erased)
    ring.hold([(ana, Class.CONTENT)], DAY)
    with pytest.raises(NoKey):
        ring.sealing(ana, Class.CONTENT)


def test_what_is_let_go_of_is_asked_for_again() -> None:
    store = MemoryKeys()
    ring, ana, bia = Keyring(store), somebody(), somebody()
    ring.hold([(ana, Class.CONTENT), (bia, Class.CONTENT)], DAY)
    ring.evict(ana)
    assert ring.sealing(bia, Class.CONTENT)
    with pytest.raises(NoKey):
        ring.sealing(ana, Class.CONTENT)
    ring.hold([(ana, Class.CONTENT), (bia, Class.CONTENT)], DAY)
    assert store.asked == 2


def test_memory_is_bounded() -> None:
    ring = Keyring(MemoryKeys(), at_hand=10)
    for _ in range(30):
        ring.hold([(somebody(), Class.CONTENT)], DAY)
    assert len(ring._known) == len(ring._current) == 10


# Of PostgreSQL


def test_keys_lie_wrapped_and_another_master_key_opens_none(keys: str) -> None:
    store, ana = PostgresKeys(keys, MASTER), somebody()
    (secret,) = store.hold([(ana, Class.CONTENT)], DAY.toordinal())
    store.close()
    with psycopg.connect(keys) as connection:
        rows = connection.execute(
            "SELECT wrapped FROM data_key UNION ALL SELECT wrapped FROM epoch"
        ).fetchall()
    assert len(rows) == 2
    assert all(secret.key not in wrapped for (wrapped,) in rows)
    stranger = PostgresKeys(keys, "another master key of enough signs")
    with pytest.raises(WrongMasterKey):
        stranger.check()
    stranger.close()


def test_a_new_master_key_takes_over_from_the_one_before(keys: str) -> None:
    store, ana = PostgresKeys(keys, MASTER), somebody()
    (secret,) = store.hold([(ana, Class.CONTENT)], DAY.toordinal())
    store.close()
    both = PostgresKeys(keys, "another master key of enough signs", MASTER)
    both.check()
    both.close()
    alone = PostgresKeys(keys, "another master key of enough signs")
    alone.check()
    assert alone.fetch([(secret.fingerprint, ana)]) == {secret.fingerprint: secret}
    alone.close()


def test_a_week_has_its_own_epoch_and_the_keys_move_on(keys: str) -> None:
    store = PostgresKeys(keys, MASTER)
    everybody = [(somebody(), Class.CONTENT) for _ in range(700)]
    held = store.hold(everybody, DAY.toordinal())
    reader = PostgresKeys(keys, MASTER)
    reader.fetch([(held[0].fingerprint, held[0].subject)])
    ring = Keyring(store)
    assert ring.rotate(DAY + timedelta(days=7)) == 700
    assert ring.rotate(DAY + timedelta(days=7)) == 0
    with psycopg.connect(keys) as connection:
        assert connection.execute("SELECT count(*) FROM epoch").fetchone() == (1,)
    wanted = [(secret.fingerprint, secret.subject) for secret in held]
    assert reader.fetch(wanted) == {secret.fingerprint: secret for secret in held}
    with pytest.raises(LogUnavailable):  # whoever is a week behind is told, and asks again
        reader.hold([(somebody(), Class.CONTENT)], DAY.toordinal())
    assert reader.hold([(somebody(), Class.CONTENT)], DAY.toordinal())
    store.close()
    reader.close()


def test_a_key_of_a_year_ago_gets_a_successor_and_is_still_read(keys: str) -> None:
    store, ana = PostgresKeys(keys, MASTER), somebody()
    (old,) = store.hold([(ana, Class.CONTENT)], DAY.toordinal())
    with psycopg.connect(keys) as connection:
        connection.execute("UPDATE data_key SET made_at = made_at - interval '366 days'")
    (new,) = store.hold([(ana, Class.CONTENT)], DAY.toordinal())
    assert (old.generation, new.generation) == (1, 2)
    assert store.fetch([(old.fingerprint, ana)]) == {old.fingerprint: old}
    assert store.forget(ana, FENCE) == 2
    store.close()


def test_a_destroyed_key_that_comes_back_is_refused_and_a_fence_is_for_ever(keys: str) -> None:
    store, ana = PostgresKeys(keys, MASTER), somebody()
    (secret,) = store.hold([(ana, Class.CONTENT)], DAY.toordinal())
    with psycopg.connect(keys, autocommit=True) as connection:
        connection.execute("CREATE TABLE backup AS SELECT * FROM data_key")
        store.forget(ana, FENCE)
        connection.execute("INSERT INTO data_key SELECT * FROM backup")
        assert connection.execute("SELECT count(*) FROM data_key").fetchone() == (0,)
        connection.execute("ALTER TABLE data_key DISABLE TRIGGER key_may_be")
        connection.execute("INSERT INTO data_key SELECT * FROM backup")
        assert store.fetch([(secret.fingerprint, ana)]) == {secret.fingerprint: FENCE}
        connection.execute("ALTER TABLE data_key ENABLE TRIGGER key_may_be")
        assert store.hold([(ana, Class.CONTENT)], DAY.toordinal()) == []
        for table in ("fence", "forbidden"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"DELETE FROM {table}")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"TRUNCATE {table}")
    store.close()


def test_a_key_that_stays_is_an_error(keys: str) -> None:
    store, ana = PostgresKeys(keys, MASTER), somebody()
    store.hold([(ana, Class.CONTENT)], DAY.toordinal())
    with psycopg.connect(keys, autocommit=True) as connection:
        connection.execute(
            "CREATE FUNCTION stays() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"
        )
        connection.execute(
            "CREATE TRIGGER stays BEFORE DELETE ON data_key FOR EACH ROW EXECUTE FUNCTION stays()"
        )
    with pytest.raises(Incomplete):
        store.forget(ana, FENCE)
    store.close()


def test_whoever_makes_a_key_while_its_subject_is_forgotten_makes_none(keys: str) -> None:
    """Many times over, since which of the two is first is luck."""
    for _ in range(20):
        ana, held = somebody(), list[object]()
        maker, forgetter = PostgresKeys(keys, MASTER), PostgresKeys(keys, MASTER)
        maker.hold([(somebody(), Class.CONTENT)], DAY.toordinal())
        thread = threading.Thread(
            target=lambda who=ana, m=maker, h=held: h.extend(m.hold([(who, Class.CONTENT)], DAY.toordinal()))
        )
        thread.start()
        forgetter.forget(ana, FENCE)
        thread.join()
        with psycopg.connect(keys) as connection:
            left = connection.execute("SELECT count(*) FROM data_key WHERE subject = %s", (ana,)).fetchone()
        assert left == (0,)
        maker.close()
        forgetter.close()


def test_two_processes_that_make_the_same_key_have_the_same_one(keys: str) -> None:
    owners = [(somebody(), Class.CONTENT) for _ in range(200)]
    found: list[dict[SubjectId, str]] = []

    def hold(order: list[tuple[SubjectId, Class]]) -> None:
        store = PostgresKeys(keys, MASTER)
        found.append({s.subject: s.fingerprint for s in store.hold(order, DAY.toordinal())})
        store.close()

    threads = [threading.Thread(target=hold, args=(order,)) for order in (owners, owners[::-1], owners)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found[0] == found[1] == found[2]
    assert len(found[0]) == 200


def test_a_key_somebody_changed_is_missing_and_holds_up_no_other(keys: str) -> None:
    store, ana, bia = PostgresKeys(keys, MASTER), somebody(), somebody()
    held = {s.subject: s for s in store.hold([(ana, Class.CONTENT), (bia, Class.CONTENT)], DAY.toordinal())}
    of_ana, of_bia = held[ana], held[bia]
    with psycopg.connect(keys) as connection:
        connection.execute(
            "UPDATE data_key a SET wrapped = b.wrapped FROM data_key b "
            "WHERE a.subject = %s AND b.subject = %s",
            (ana, bia),
        )
    wanted = [(of_ana.fingerprint, ana), (of_bia.fingerprint, bia)]
    assert store.fetch(wanted) == {of_bia.fingerprint: of_bia}
    assert store.hold([(ana, Class.CONTENT), (bia, Class.CONTENT)], DAY.toordinal()) == [of_bia]
    store.close()


def test_a_store_that_is_away_is_waited_for() -> None:
    store = PostgresKeys("postgresql://nobody@127.0.0.1:1/none", MASTER)
    with pytest.raises(LogUnavailable, match="keyring"):
        store.fetch([("x" * 22, somebody())])


def test_the_database_is_made_beside_the_logs_and_made_once(database: str) -> None:
    dsn = postgres.beside(database)
    try:
        threads = [threading.Thread(target=postgres.migrate, args=(dsn,)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        postgres.migrate(dsn)
        with psycopg.connect(dsn) as connection:
            assert connection.execute("SELECT count(*) FROM data_key").fetchone() == (0,)
    finally:
        with psycopg.connect(database, autocommit=True) as connection:
            name = psycopg.conninfo.conninfo_to_dict(dsn)["dbname"]
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
