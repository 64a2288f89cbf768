"""Whoever guesses gets nowhere, and learns nothing."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable

import pytest
from redis.asyncio import Redis

from adapters.people import PostgresCredentials
from api import admission
from api.errors import Problem
from api.visitors import DEVICE
from commands.ports import Unavailable
from domain.user import UserId
from tests.api.people import (
    ANA,
    ANOTHER,
    BIA,
    MASTER,
    NOBODY,
    PASSWORD,
    Street,
    Tell,
    guess,
    rule,
)

pytestmark = pytest.mark.slow


def test_ten_thousand_guesses_are_refused_and_a_handful_is_looked_at(tell: Tell[None]) -> None:
    async def told(street: Street) -> None:
        await street.user(ANA)
        before = street.hashing.looked
        said = Counter[str]()
        for batch in range(100):
            tries = (guess(street, ANA, f"palpite {batch} {n}", f"198.51.{batch}.{n}") for n in range(100))
            outcomes = await asyncio.gather(*tries, return_exceptions=True)
            said.update(one.rule if isinstance(one, Problem) else repr(one) for one in outcomes)
        looked = street.hashing.looked - before
        # five, and one more if this took longer than the first wait
        assert 5 <= looked <= 7
        assert said == {"SignInRefused": looked, "TooManyGuesses": 10_000 - looked}
        with pytest.raises(Problem, match="TooManyGuesses"):
            await guess(street, ANA, PASSWORD)
        assert "SignedIn" not in street.names()

    tell(told)


def test_a_thousand_guesses_at_once_are_not_more_than_one_after_the_other(tell: Tell[None]) -> None:
    async def told(street: Street) -> None:
        await street.user(ANA)
        before = street.hashing.looked
        tries = (
            guess(street, ANA, f"palpite número {n}", f"10.0.{n // 250}.{n % 250}") for n in range(1_000)
        )
        outcomes = await asyncio.gather(*tries, return_exceptions=True)
        assert all(isinstance(one, Problem | Unavailable) for one in outcomes)
        assert street.hashing.looked - before <= 5

    tell(told)


def test_each_wrong_password_after_five_waits_twice_as_long_and_an_hour_at_most(tell: Tell[None]) -> None:
    async def told(street: Street) -> None:
        user_id = await street.user(ANA)
        waits: list[int] = []
        async with street.browser() as browser:
            for wrong in range(4, 16):
                await street.free(user_id)
                await street.redis.hset(
                    f"atende:guess:account:{user_id}", mapping={"wrong": wrong, "until": 0}
                )
                await browser.sign_in(ANA, "errada errada errada")
                held = await browser.sign_in(ANA)
                assert rule(held) == (429, "TooManyGuesses")
                waits.append(int(held.headers["retry-after"]))
        expected = [min(3_600, 30 * 2**n) for n in range(12)]
        assert all(abs(wait - told - 1) <= 1 for wait, told in zip(waits, expected, strict=True)), waits

    tell(told)


def test_a_right_password_makes_the_wrong_ones_before_it_forgotten(tell: Tell[None]) -> None:
    async def told(street: Street) -> None:
        await street.user(ANA)
        async with street.browser() as browser:
            for _ in range(3):
                for _ in range(4):
                    assert rule(await browser.sign_in(ANA, "errada errada")) == (401, "SignInRefused")
                assert (await browser.sign_in(ANA)).status_code == 200

    tell(told)


def test_a_stranger_who_guesses_does_not_keep_the_user_out_of_a_browser_they_had_used(
    tell: Tell[None],
) -> None:
    async def told(street: Street) -> None:
        await street.user(ANA)
        async with street.browser() as known, street.browser("198.51.100.9") as stranger:
            await known.sign_in(ANA)
            device = known.client.cookies.get(DEVICE) or ""
            for _ in range(7):
                await stranger.sign_in(ANA, "errada errada")
            assert rule(await stranger.sign_in(ANA)) == (429, "TooManyGuesses")
            assert (await known.sign_in(ANA)).status_code == 200
            assert known.client.cookies.get(DEVICE) == device
            assert rule(await stranger.sign_in(ANA)) == (429, "TooManyGuesses")
            # what the browser kept opens nothing, and is counted as anybody is
            said = [rule(await known.sign_in(ANA, "errada errada"))[1] for _ in range(7)]
            assert said == ["SignInRefused"] * 5 + ["TooManyGuesses"] * 2

    tell(told)


@pytest.mark.parametrize("of", ["another user", "another key", "nobody", "a word touched"])
def test_what_a_browser_kept_of_somebody_else_makes_it_no_known_one(tell: Tell[None], of: str) -> None:
    async def told(street: Street) -> None:
        ana, bia = UserId(await street.user(ANA)), UserId(await street.user(BIA))
        other = PostgresCredentials(street.credentials._pool, street.hashing, [MASTER], b"outra-chave")
        mine = street.credentials.device_word(ana)
        word = {
            "another user": street.credentials.device_word(bia),
            "another key": other.device_word(ana),
            "nobody": "x",
            "a word touched": mine[:-1] + ("0" if mine[-1] != "0" else "1"),
        }[of]
        assert street.credentials.device_of(ana, mine) is not None
        assert street.credentials.device_of(ana, word) is None

    tell(told)


def test_a_hundred_wrong_passwords_in_a_row_lock_until_a_new_link_is_used(tell: Tell[None]) -> None:
    async def told(street: Street) -> None:
        user_id = await street.user(ANA)
        async with street.browser() as browser:
            await street.redis.hset(f"atende:guess:account:{user_id}", mapping={"wrong": 99, "until": 0})
            assert rule(await browser.sign_in(ANA, "errada errada")) == (401, "SignInRefused")
            assert street.names()[-1] == "Locked"
            await street.free(user_id)
            assert rule(await browser.sign_in(ANA)) == (401, "SignInRefused")
            made = await browser.send("POST", f"/v1/users/{user_id}/link", token="atende_dora")
            await browser.send("POST", "/v1/activation", {"word": made.json()["word"], "password": ANOTHER})
            assert (await browser.sign_in(ANA, ANOTHER)).status_code == 200

    tell(told)


def test_one_address_guesses_at_twenty_accounts_a_minute_and_no_more(tell: Tell[None]) -> None:
    async def told(street: Street) -> None:
        await street.user(ANA)
        async with street.browser("198.51.100.9") as browser, street.browser("198.51.100.10") as neighbour:
            told = [rule(await browser.sign_in(f"p{n}@fibra.example", "errada errada"))[1] for n in range(25)]
            assert told == ["SignInRefused"] * 20 + ["TooManyGuesses"] * 5
            assert rule(await browser.sign_in(ANA)) == (429, "TooManyGuesses")
            assert (await neighbour.sign_in(ANA)).status_code == 200

    tell(told)


def test_an_office_with_one_address_is_not_held_back_by_those_who_sign_in(tell: Tell[None]) -> None:
    async def told(street: Street) -> None:
        await street.user(ANA)
        async with street.browser() as browser:
            for _ in range(30):
                assert (await browser.sign_in(ANA)).status_code == 200

    tell(told)


def test_what_a_stranger_says_of_their_address_is_not_believed_but_what_our_proxies_say_is(
    tell: Callable[..., None],
) -> None:
    async def told(street: Street) -> None:
        async with street.browser("198.51.100.9") as stranger, street.browser("10.1.2.3") as proxy:
            for n in range(20):
                await stranger.send(
                    "POST",
                    "/v1/sign-in",
                    {"login": f"p{n}@fibra.example", "password": "errada"},
                    **{"X-Forwarded-For": f"203.0.113.{n}"},
                )
            assert rule(await stranger.sign_in(ANA)) == (429, "TooManyGuesses")
            for n in range(25):
                answer = await proxy.send(
                    "POST",
                    "/v1/sign-in",
                    {"login": f"q{n}@fibra.example", "password": "errada"},
                    **{"X-Forwarded-For": f"1.1.1.1, 203.0.113.{n}, 10.9.9.9"},
                )
                assert rule(answer) == (401, "SignInRefused")

    tell(told, trusted=("10.0.0.0/8",))


def test_whoever_is_not_there_gets_the_same_answer_after_the_same_work(tell: Tell[None]) -> None:
    async def told(street: Street) -> None:
        user_id = await street.user(ANA)
        gone = await street.user(BIA)
        await street.link("convidada@fibra.example")
        async with street.browser() as admin:
            await admin.send("POST", f"/v1/users/{gone}/deactivate", {}, token="atende_dora")
        answers, works = [], []
        for login, password in (
            (ANA, "errada errada"),
            (NOBODY, "errada errada"),
            (BIA, PASSWORD),
            ("convidada@fibra.example", PASSWORD),
        ):
            await street.free(user_id)
            looked, asked = street.hashing.looked, len(street.house.inbox.decisions)
            async with street.browser() as browser:
                answer = await browser.sign_in(login, password, code="123456")
            told = answer.json()
            told.pop("request_id")
            answers.append((answer.status_code, told, sorted(set(answer.headers) - {"x-request-id"})))
            works.append((street.hashing.looked - looked, len(street.house.inbox.decisions) - asked))
        assert answers == [answers[0]] * 4
        assert works == [(1, 0)] * 4

    tell(told)


def test_nobody_signs_in_while_guesses_cannot_be_counted(tell: Tell[None]) -> None:
    async def told(street: Street) -> None:
        await street.user(ANA)
        lost = Redis(host="127.0.0.1", port=1, socket_connect_timeout=0.2)
        for redis in (lost, None):
            street.people.guessing._redis = redis  # type: ignore[attr-defined]
            async with street.browser() as browser:
                assert rule(await browser.sign_in(ANA)) == (503, "Unavailable")
                assert browser.cookie is None
        await lost.aclose()
        assert "SignedIn" not in street.names()

    tell(told)


def test_nobody_signs_in_while_nobody_decides(tell: Tell[None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "PATIENCE", 0.05)

    async def told(street: Street) -> None:
        await street.user(ANA)
        async with street.browser() as browser:
            street.house.inbox.slow = True
            assert rule(await browser.sign_in(ANA)) == (503, "Unavailable")
            street.house.inbox.slow, street.house.inbox.error = False, Unavailable()
            assert rule(await browser.sign_in(ANA)) == (503, "Unavailable")
            assert browser.cookie is None

    tell(told)


def test_a_valkey_that_forgot_everything_lets_nobody_in_without_a_password(tell: Tell[None]) -> None:
    async def told(street: Street) -> None:
        await street.user(ANA)
        await street.redis.flushdb()
        async with street.browser() as browser:
            assert rule(await browser.sign_in(ANA, "errada errada")) == (401, "SignInRefused")
            assert (await browser.sign_in(ANA)).status_code == 200

    tell(told)
