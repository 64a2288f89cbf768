"""What people prove themselves with, and where they are signed in: secrets in tables of their own, in
PostgreSQL; guesses counted in Valkey. Nothing of it is in the log."""

from __future__ import annotations

from adapters.people.bearers import EdBearers
from adapters.people.credentials import PostgresCredentials
from adapters.people.guessing import RedisGuessing
from adapters.people.passwords import Argon2
from adapters.people.sessions import PostgresSessions
from adapters.people.standings import IndexStandings
from adapters.people.tables import TABLES, forget_passwords

__all__ = [
    "TABLES",
    "Argon2",
    "EdBearers",
    "IndexStandings",
    "PostgresCredentials",
    "PostgresSessions",
    "RedisGuessing",
    "forget_passwords",
]
