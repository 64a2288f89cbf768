"""Tables are made once. Making them again, though nothing changes, takes locks that all who work would wait
for or be ended by; roles start in the middle of a day, and leave alone what stands."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Any, Final, LiteralString

import psycopg

LOCK: Final = 0x41544E44  # "ATND"; of the transaction that makes tables: roles start together
DONE: Final[LiteralString] = """
CREATE TABLE IF NOT EXISTS script (
  digest text NOT NULL,  -- of what was run
  role   text NOT NULL DEFAULT current_user,
  run_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (digest, role)
)
"""
_CREATES: Final = re.compile(r'CREATE TABLE IF NOT EXISTS "?(\w+)')


def ensure(dsn: str, *scripts: str) -> None:
    """Make what is missing of these, in a transaction of its own."""
    with psycopg.connect(dsn) as connection:
        for script in scripts:
            run_once(connection, script)


def take_turn(connection: psycopg.Connection[Any]) -> None:
    """Until the transaction ends, nobody else makes tables in this database."""
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))


def run_once(connection: psycopg.Connection[Any], script: str) -> bool:
    """Run a script that creates what is missing, unless this role has run this very one here and its tables
    still stand; answers whether it ran."""
    take_turn(connection)
    connection.execute("SET LOCAL client_min_messages = warning")
    digest = sha256(script.encode()).hexdigest()
    if _stands(connection, ["script", *_CREATES.findall(script)]) and _was_run(connection, digest):
        return False
    connection.execute(script.encode())
    connection.execute(DONE)
    connection.execute("INSERT INTO script (digest) VALUES (%s) ON CONFLICT DO NOTHING", (digest,))
    return True


def _was_run(connection: psycopg.Connection[Any], digest: str) -> bool:
    asked = "SELECT FROM script WHERE digest = %s AND role = current_user"
    return connection.execute(asked, (digest,)).fetchone() is not None


def _stands(connection: psycopg.Connection[Any], tables: list[str]) -> bool:
    found = connection.execute(
        "SELECT bool_and(to_regclass(quote_ident(name)) IS NOT NULL) FROM unnest(%s::text[]) AS name",
        (tables,),
    ).fetchone()
    return bool(found and found[0])
