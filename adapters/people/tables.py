"""The tables of secrets. They belong to no view and are in every dump: nobody can make them anew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, LiteralString

import psycopg

NAMES: Final = ("password", "second_factor", "recovery_code", "link", "session", "refresh_token")

TABLES: Final[LiteralString] = """
CREATE TABLE IF NOT EXISTS password (
    user_id    text        PRIMARY KEY,
    hash       text        NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS second_factor (
    user_id   text   NOT NULL,
    confirmed bool   NOT NULL,
    seed      bytea  NOT NULL, -- sealed
    last_step bigint NOT NULL DEFAULT 0, -- no code of this step or an older one is taken any more
    PRIMARY KEY (user_id, confirmed)
);
CREATE TABLE IF NOT EXISTS recovery_code (
    user_id text NOT NULL,
    hash    text NOT NULL,
    PRIMARY KEY (user_id, hash)
);
CREATE TABLE IF NOT EXISTS link (
    sha256     bytea       PRIMARY KEY,
    user_id    text        NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS link_of ON link (user_id);
CREATE TABLE IF NOT EXISTS session (
    id         text        PRIMARY KEY,
    user_id    text        NOT NULL,
    label      text        NOT NULL,
    started_at timestamptz NOT NULL,
    used_at    timestamptz NOT NULL,
    ends_at    timestamptz NOT NULL, -- whatever happens
    ended_at   timestamptz,
    ending     text
);
CREATE INDEX IF NOT EXISTS session_of ON session (user_id) WHERE ended_at IS NULL;
CREATE TABLE IF NOT EXISTS refresh_token (
    sha256     bytea       PRIMARY KEY,
    session_id text        NOT NULL REFERENCES session ON DELETE CASCADE,
    used_at    timestamptz
);
CREATE INDEX IF NOT EXISTS refresh_token_of ON refresh_token (session_id);
"""


def forget_passwords(dsn: str, user_ids: Sequence[str]) -> None:
    """Nobody of these signs in any more, nor stays in, until a new link is used."""
    with psycopg.connect(dsn) as connection:
        connection.execute("DELETE FROM password WHERE user_id = ANY(%s)", (list(user_ids),))
        connection.execute("DELETE FROM session WHERE user_id = ANY(%s)", (list(user_ids),))
