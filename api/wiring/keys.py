"""Where the keys of people's words are."""

from __future__ import annotations

from adapters.keyring import Keyring, PostgresKeys, WrongMasterKey, postgres
from adapters.services import ServiceError
from api.settings import Settings


def keyring_dsn(settings: Settings) -> str:
    """The database the settings name, else the one beside the log's."""
    given = settings.keyring_dsn
    return given.get_secret_value() if given else postgres.beside(settings.dsn.get_secret_value())


def keyring(settings: Settings) -> Keyring:
    """The keys of this deployment; nothing is asked of the store yet."""
    return Keyring(_store(settings))


def migrate(settings: Settings) -> None:
    """Make what the key store lacks. Raises ServiceError when the master key is not the one it was made
    with."""
    postgres.migrate(keyring_dsn(settings))
    store = _store(settings)
    try:
        store.check()
    except WrongMasterKey:
        raise ServiceError(
            "ATENDE_MASTER_KEY is not the key that the key store was made with: nothing in it can be opened"
        ) from None
    finally:
        store.close()


def _store(settings: Settings) -> PostgresKeys:
    before = settings.master_key_before
    return PostgresKeys(
        keyring_dsn(settings),
        settings.master_key.get_secret_value(),
        before.get_secret_value() if before else None,
    )
