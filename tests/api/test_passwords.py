"""Which passwords will do, and how nothing secret is kept as it is."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import psycopg
import pyotp
import pytest

from adapters.people import PostgresCredentials
from adapters.people.breached import Breached
from adapters.people.credentials import reseal, user_id_of
from adapters.people.passwords import CHEAP, LONGEST, SHORTEST, Argon2, Cost, weakness
from adapters.people.tables import NAMES
from domain.user import UserId
from tests.adapters.test_breached import listed
from tests.api.people import (
    ANA,
    ANOTHER,
    BIA,
    KEY,
    MASTER,
    PASSWORD,
    Street,
    Tell,
    digest,
    guess,
    rule,
)


@pytest.mark.parametrize(
    ("password", "rule"),
    [
        ("curta", "PasswordTooShort"),
        ("x" * (SHORTEST - 1), "PasswordTooShort"),
        ("a1" * LONGEST, "PasswordTooLong"),
        ("aaaaaaaaaaaaaaaa", "PasswordWeak"),
        ("123456789012345", "PasswordWeak"),
        ("password12345", "PasswordWeak"),
        ("qwertyuiopasdf", "PasswordWeak"),
        ("internetfibra2026", "PasswordKnown"),
        ("Atende-Atende-1", "PasswordKnown"),
        ("joana.silva.123", "PasswordKnown"),
        ("provedorexemplo", "PasswordKnown"),
    ],
)
def test_a_password_that_anybody_would_try_will_not_do(password: str, rule: str) -> None:
    assert weakness(password, "Joana Silva", "joana.silva@fibra.example", "Provedor Exemplo") == rule


def test_a_password_that_is_known_to_be_breached_will_not_do(tmp_path: Path) -> None:
    apart: Any = None  # nobody is asked
    list_ = Breached(listed(tmp_path / "list.txt", [PASSWORD, "outra"]))
    credentials = PostgresCredentials(apart, apart, [MASTER], KEY, breached=list_.holds)
    assert credentials.weakness(PASSWORD) == "PasswordKnown"
    assert credentials.weakness(ANOTHER) is None
    assert PostgresCredentials(apart, apart, [MASTER], KEY).weakness(PASSWORD) is None


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        ANOTHER,
        "tudo minúsculo sem número algum",
        "日本語のとても長い合言葉です",
        "x7!kQ9$mZ2#pL",
        "com espaços  e emoji 🙂 no meio",
        "z" + "k3w9 " * 20,
    ],
)
def test_length_is_all_that_is_asked_of_signs(password: str) -> None:
    assert weakness(password, "Joana") is None


def test_what_looks_the_same_is_the_same_password_and_nothing_is_cut_off() -> None:
    async def told() -> None:
        hashing = Argon2(CHEAP)
        kept = await hashing.hash("ação de manhã " + "x" * 100)
        assert kept.startswith("$argon2id$")
        assert await hashing.matches(kept, "ac\u0327a\u0303o de manha\u0303 " + "x" * 100)
        assert not await hashing.matches(kept, "ação de manhã " + "x" * 99 + "y")
        assert not await hashing.matches(kept, "Ação de manhã " + "x" * 100)
        assert not await hashing.matches(None, "nobody has this password")

    asyncio.run(told())


def test_a_hash_costs_what_owasp_asks_for_and_is_made_anew_when_that_changes() -> None:
    assert Cost() == Cost(memory_kib=47_104, passes=1, lanes=1)
    cheap, dear = Argon2(CHEAP), Argon2(Cost(16, 1, 1))
    kept = asyncio.run(cheap.hash(PASSWORD))
    assert dear.outdated(kept)
    assert not cheap.outdated(kept)


def test_changing_a_password_takes_the_current_one_and_signs_out_everywhere_else(tell: Tell[None]) -> None:
    async def told(street: Street) -> None:
        await street.user(ANA)
        async with street.browser() as here, street.browser() as there:
            await here.sign_in(ANA)
            await there.sign_in(ANA)
            wrong = {"current": "errada errada", "new": ANOTHER}
            assert rule(await here.send("PUT", "/v1/me/password", wrong)) == (403, "WrongPassword")
            weak = {"current": PASSWORD, "new": "ana fibra ana fibra"}
            assert rule(await here.send("PUT", "/v1/me/password", weak))[0] == 422
            change = {"current": PASSWORD, "new": ANOTHER}
            assert (await here.send("PUT", "/v1/me/password", change)).status_code == 204
            assert (await here.send("GET", "/v1/me")).status_code == 200
            assert rule(await there.send("GET", "/v1/me")) == (401, "AccessChanged")
            assert rule(await there.sign_in(ANA)) == (401, "SignInRefused")
            assert (await there.sign_in(ANA, ANOTHER)).status_code == 200

    tell(told)


def test_a_programs_token_has_no_password_and_no_session(tell: Tell[None]) -> None:
    async def told(street: Street) -> None:
        async with street.browser() as browser:
            for method, path, body in (
                ("PUT", "/v1/me/password", {"current": "x", "new": "y"}),
                ("POST", "/v1/me/second-factor", {"password": "x"}),
                ("GET", "/v1/sessions", None),
                ("DELETE", "/v1/session", None),
            ):
                answer = await browser.send(method, path, body, token="atende_erp")
                assert rule(answer) == (403, "NotAPerson")

    tell(told)


# What lies where


def test_no_secret_is_kept_as_it_is_nor_in_history_nor_in_what_is_told(
    tell: Tell[Any], database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async def told(street: Street) -> set[str]:
        word = await street.link(ANA)
        async with street.browser() as browser:
            await browser.send("POST", "/v1/activation", {"word": word, "password": PASSWORD})
            await browser.sign_in(ANA)
            app = await browser.enrol()
            street.house.clock.pass_by(seconds=30)
            made = await browser.send("POST", "/v1/me/recovery-codes", {"code": browser.code(app)})
            await browser.sign_in(ANA, "errada errada")
            secrets = {word, PASSWORD, app.secret, browser.cookie or "", browser.token or "x" * 30}
            secrets |= {code.replace("-", "") for code in made.json()["codes"]}
            history = repr(street.house.inbox.history)
            assert not [secret for secret in secrets if secret in history]
            return {*secrets, ANA}

    secrets = {secret for secret in tell(told) if secret}
    with psycopg.connect(database) as connection:
        for table in NAMES:
            kept = str(connection.execute(f"SELECT t::text, t.* FROM {table} t".encode()).fetchall())
            assert not [secret for secret in secrets if secret in kept], table
        assert connection.execute("SELECT hash LIKE '$argon2id$%' FROM password").fetchone() == (True,)
    said = capsys.readouterr()
    assert not [secret for secret in secrets if secret in said.out + said.err]


def test_a_refresh_token_is_kept_as_its_hash(tell: Tell[Any], database: str) -> None:
    async def told(street: Street) -> str:
        await street.user(ANA)
        return (await guess(street, ANA, PASSWORD)).begun.refresh  # type: ignore[no-any-return]

    token = tell(told)
    with psycopg.connect(database) as connection:
        kept = connection.execute("SELECT sha256 FROM refresh_token").fetchall()
    assert [bytes(row[0]) for row in kept] == [digest(token)]


def test_seeds_move_to_the_next_master_key(tell: Tell[Any], database: str) -> None:
    async def told(street: Street) -> tuple[str, str]:
        user_id = await street.user(ANA)
        async with street.browser() as browser:
            await browser.sign_in(ANA)
            return user_id, (await browser.enrol()).secret

    user_id, secret = tell(told)
    reseal(database, ["n" * 40, MASTER])
    reseal(database, ["n" * 40])

    async def after(street: Street) -> None:
        street.house.clock.pass_by(minutes=5)
        at = street.house.clock.now()
        moved = PostgresCredentials(street.credentials._pool, street.hashing, ["n" * 40], KEY)
        assert await moved.code_right(UserId(user_id), pyotp.TOTP(secret).at(at), at)

    tell(after)


def test_ids_of_users_are_computed_and_tell_nothing_without_the_key() -> None:
    assert user_id_of(" ANA@fibra.example", KEY) == user_id_of("ana@FIBRA.example ", KEY)
    assert user_id_of(ANA, KEY) != user_id_of(ANA, b"outra-chave-do-indice")
    assert user_id_of(ANA, KEY) != user_id_of(BIA, KEY)


def test_what_is_sent_to_sign_in_is_bounded_and_never_repeated(tell: Tell[None]) -> None:
    async def told(street: Street) -> None:
        async with street.browser() as browser:
            for body in (
                {"login": ANA, "password": "segredo-muito-longo" * 100},
                {"login": "a" * 300, "password": "segredo"},
                {"login": ANA, "password": "segredo", "segredo": 1},
                {"login": ANA, "password": ""},
                {"login": ANA},
            ):
                answer = await browser.send("POST", "/v1/sign-in", body)
                assert rule(answer) == (422, "Invalid")
                assert "segredo" not in answer.text
                assert ANA not in answer.text

    tell(told)
