"""People who sign in, put together."""

from __future__ import annotations

from redis.asyncio import Redis

from adapters.keyring import WrongMasterKey
from adapters.people import (
    Argon2,
    EdBearers,
    IndexStandings,
    PostgresCredentials,
    PostgresSessions,
    RedisGuessing,
)
from adapters.people.breached import Breached
from adapters.people.credentials import reseal
from adapters.people.passwords import Cost
from adapters.reads import Pool
from adapters.services import ServiceError
from api.settings import Settings
from commands.people_ports import People


def of(settings: Settings, pool: Pool, redis: Redis | None, cost: Cost | None = None) -> People:
    """What the doors ask about people. `cost`: of a password's hash."""
    key, masters = settings.index_key.get_secret_value().encode(), _masters(settings)
    return People(
        guessing=RedisGuessing(redis, key),
        credentials=PostgresCredentials(
            pool,
            Argon2(cost),
            masters,
            key,
            settings.company,
            (lambda _: False) if (path := settings.breached_passwords) is None else Breached(path).holds,
        ),
        sessions=PostgresSessions(pool),
        standings=IndexStandings(pool),
        bearers=EdBearers(masters),
        second_factor=frozenset(settings.second_factor),
    )


def migrate(settings: Settings) -> None:
    """Seal the seeds under the master key of now. Raises ServiceError for one that cannot open them."""
    try:
        reseal(settings.dsn.get_secret_value(), _masters(settings))
    except WrongMasterKey:
        raise ServiceError(
            "ATENDE_MASTER_KEY is not the key that second factors were sealed with: take them away "
            "(table second_factor), or start with the right key"
        ) from None


def _masters(settings: Settings) -> list[str]:
    given = (settings.master_key, settings.master_key_before)
    return [key.get_secret_value() for key in given if key is not None]
