"""The house looks after what runs in it: what ends is told of and started again, and leaks nothing."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr

from adapters.engine.leases import Leases
from adapters.keyring import HOUSE
from adapters.services import ServiceError
from api.settings import Settings
from api.wiring import house as wiring
from api.wiring import keys
from api.wiring.house import House
from commands.catalogue import COURIERS, POLICIES
from domain.privacy import Class


@pytest.fixture
def settings(migrated: str, tmp_path: Path) -> Settings:
    return Settings.model_validate(
        {
            "dsn": migrated,
            "index_key": "0123456789abcdef",
            "master_key": "0123456789abcdef" * 2,
            "data": tmp_path,
        }
    )


def connections(dsn: str) -> int:
    with psycopg.connect(dsn) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        ).fetchone()
    assert row is not None
    return int(row[0])


def test_followers_that_are_started_again_take_no_further_connections(
    migrated: str, settings: Settings
) -> None:
    async def start_again() -> list[int]:
        house, found = House(settings), []
        for _ in range(3):
            for follower in [*house._policies(POLICIES), *house._couriers(COURIERS)]:
                follower.marks()
            found.append(connections(migrated))
        await house.close()
        return found

    first, *later = asyncio.run(start_again())
    assert later == [first, first]


def test_what_ends_again_and_again_makes_the_house_unready(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiring, "RESTART", 0.01)

    async def live() -> tuple[str | None, int]:
        house, ends = House(settings), 0

        async def ends_at_once() -> None:
            nonlocal ends
            ends += 1
            raise KeyError("Joana Prado")

        house._keep("postman", None, ends_at_once)
        while ends < 3:
            await asyncio.sleep(0.01)
        reason = await house._followers_ready()
        await house.close()
        return reason, ends

    reason, ends = asyncio.run(live())
    assert reason == "postman ended and was started again: KeyError"
    assert ends >= 3


def test_what_was_put_aside_is_told_of_and_work_goes_on(migrated: str, settings: Settings) -> None:
    async def asked() -> str | None:
        house = House(settings)
        await house.pool.open()
        assert "parked" in house.desk.dispensable
        try:
            return await house.desk.probes["parked"]()
        finally:
            await house.close()

    assert asyncio.run(asked()) is None
    with psycopg.connect(migrated) as connection:
        for ordinal in (1, 2):
            connection.execute(
                "INSERT INTO parked VALUES ('sorter', 0, %s, 'thing-a', 1, 'thing.Done', 'KeyError')",
                (ordinal,),
            )
    assert asyncio.run(asked()) == "put aside, see `atende parked list`: 2 of sorter"


def test_the_sweep_destroys_the_keys_of_days_that_are_over(database: str, settings: Settings) -> None:
    given = settings.model_copy(update={"keyring_dsn": SecretStr(database)})
    keys.migrate(given)

    async def sweep() -> list[str]:
        house = House(given)
        now = house.clock.now()
        for days in (20, 9, 8, 0):
            house.keyring.hold([(HOUSE, Class.TRANSIT)], (now - timedelta(days=days)).date())
        sweeping = asyncio.create_task(house._sweep())
        while len(left := days_left(database)) > 2:
            await asyncio.sleep(0.01)
        house._stopping.set()
        await sweeping
        await house.close()
        return [str(now.date().toordinal() - day) for day in left]

    assert asyncio.run(sweep()) == ["8", "0"]


def days_left(dsn: str) -> list[int]:
    with psycopg.connect(dsn) as connection:
        rows = connection.execute("SELECT generation FROM data_key ORDER BY generation").fetchall()
    return [generation for (generation,) in rows]


def test_a_master_key_that_is_not_the_one_is_told_before_anything_starts(
    database: str, settings: Settings
) -> None:
    given = settings.model_copy(update={"keyring_dsn": SecretStr(database)})
    keys.migrate(given)
    ring = keys.keyring(given)
    ring.hold([(HOUSE, Class.TRANSIT)], date(2026, 3, 12))
    ring.close()
    keys.migrate(given)
    with pytest.raises(ServiceError, match="ATENDE_MASTER_KEY"):
        keys.migrate(given.model_copy(update={"master_key": SecretStr("x" * 40)}))


def test_doors_tell_when_there_is_no_worker_to_decide(migrated: str, settings: Settings) -> None:
    leases = Leases(migrated, 12, lambda: None)

    async def asked() -> list[str | None]:
        house = House(settings)
        await house.pool.open()
        told = [await house._nobody_decides()]
        leases.start()
        while not leases.wanted:
            await asyncio.sleep(0.01)
        told.append(await house._nobody_decides())
        await asyncio.to_thread(leases.stop)
        while (last := await house._nobody_decides()) is None:  # its connection ends a little later
            await asyncio.sleep(0.01)
        told.append(last)
        await house.close()
        return told

    nobody = "no worker lives: commands wait in their topic"
    assert asyncio.run(asked()) == [nobody, None, nobody]


def test_doors_alone_tell_of_policies_that_stand_still_elsewhere(
    migrated: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stand(seq: int) -> None:
        with psycopg.connect(migrated) as connection:
            connection.execute("INSERT INTO mark VALUES (3, 1, 9, '', 9) ON CONFLICT DO NOTHING")
            connection.execute("DELETE FROM bookmark")
            connection.execute("INSERT INTO bookmark VALUES ('sorter', 3, 1, %s, '', 1)", (seq,))

    async def asked() -> list[tuple[str | None, dict[str, float]]]:
        house, found = House(settings), []
        house.settings = settings.model_copy(update={"log": "kafka"})
        for seq in (2, 2, 7, 9):
            stand(seq)
            found.append((await house.desk.probes["followers"](), dict(house.follower_lags())))
            await asyncio.sleep(0.01)
        await house.close()
        return found

    monkeypatch.setattr(wiring, "STANDING", timedelta())
    assert asyncio.run(asked()) == [
        (None, {"sorter": 7.0}),
        ("sorter is 7 records behind, and stands still", {"sorter": 7.0}),
        (None, {"sorter": 2.0}),
        (None, {"sorter": 0.0}),
    ]
