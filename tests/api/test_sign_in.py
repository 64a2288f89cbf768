"""Signing in, and everything people try who should not be in. The items of ASVS stand in docs/asvs.csv."""

from __future__ import annotations

import asyncio
import base64
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, TypeVar

import jwt
import psycopg
import pyotp
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from redis.asyncio import Redis

from adapters.people import EdBearers, PostgresCredentials
from adapters.people.credentials import reseal, user_id_of
from adapters.people.passwords import CHEAP, LONGEST, SHORTEST, Argon2, Cost, weakness
from adapters.people.tables import NAMES
from api import admission
from api.admission import Proof
from api.errors import Problem
from api.visitors import COOKIE
from commands.door_ports import Role
from commands.people_ports import Claims
from commands.ports import Unavailable
from domain.user import Ending, Factor, SessionId, UserId
from tests.api.house import NOW
from tests.api.people import ANOTHER, BEFORE, KEY, MASTER, PASSWORD, Street, digest, story

T = TypeVar("T")
Tell = Callable[[Callable[[Street], Awaitable[T]]], T]

ANA, BIA, NOBODY = "ana@fibra.example", "bia@fibra.example", "ninguem@fibra.example"


@pytest.fixture
def tell(database: str, valkey_url: str) -> Callable[..., Any]:
    return lambda what, **more: story(database, valkey_url, what, **more)


def rule(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["rule"]


# In, on, and out


def test_somebody_is_invited_chooses_a_password_and_is_in(tell: Tell[None]) -> None:
    async def told(street: Street) -> None:
        await street.user(ANA, agent_id="ana", queues=["suporte"])
        async with street.browser() as browser:
            answer = await browser.sign_in("  Ana@Fibra.example ")
            assert answer.status_code == 200
            me = (await browser.send("GET", "/v1/me")).json()
            assert (me["actor"], me["role"], me["queues"]) == ("agent:ana", "agent", ["suporte"])
            assert (me["login"], me["name"]) == (ANA, "Ana")
        assert street.names() == ["Invited", "Activated", "SignedIn"]

    tell(told)


def test_a_link_works_once_and_for_a_day(tell: Tell[None]) -> None:
    async def told(street: Street) -> None:
        word = await street.link(ANA)
        async with street.browser() as browser:
            choose = {"word": word, "password": PASSWORD}
            assert (await browser.send("POST", "/v1/activation", choose)).status_code == 204
            assert rule(await browser.send("POST", "/v1/activation", choose)) == (404, "LinkRefused")
            late = await street.link(BIA)
            street.house.clock.pass_by(hours=24)
            choose = {"word": late, "password": PASSWORD}
            assert rule(await browser.send("POST", "/v1/activation", choose)) == (404, "LinkRefused")
            choose["word"] = "convite_" + "a" * 43
            assert rule(await browser.send("POST", "/v1/activation", choose)) == (404, "LinkRefused")

    tell(told)


def test_a_new_link_makes_the_one_before_worthless_and_ends_sessions_when_it_is_used(
    tell: Tell[None],
) -> None:
    async def told(street: Street) -> None:
        first = await street.link(ANA)
        user_id = street.credentials.user_id(ANA)
        async with street.browser() as browser:
            made = await browser.send("POST", f"/v1/users/{user_id}/link", token="atende_dora")
            old = {"word": first, "password": PASSWORD}
            assert rule(await browser.send("POST", "/v1/activation", old)) == (404, "LinkRefused")
            new = {"word": made.json()["word"], "password": PASSWORD}
            assert (await browser.send("POST", "/v1/activation", new)).status_code == 204
            await browser.sign_in(ANA)
            again = await browser.send("POST", f"/v1/users/{user_id}/link", token="atende_dora")
            assert (await browser.send("GET", "/v1/me")).status_code == 200
            used = {"word": again.json()["word"], "password": ANOTHER}
            assert (await browser.send("POST", "/v1/activation", used)).status_code == 204
            assert rule(await browser.send("GET", "/v1/me")) == (401, "AccessChanged")
            assert (await browser.sign_in(ANA, ANOTHER)).status_code == 200

    tell(told)


def test_a_weak_password_does_not_use_the_link_up(tell: Tell[None]) -> None:
    async def told(street: Street) -> None:
        word = await street.link(ANA)
        async with street.browser() as browser:
            weak = await browser.send("POST", "/v1/activation", {"word": word, "password": "internet123"})
            assert rule(weak) == (422, "PasswordTooShort")
            good = await browser.send("POST", "/v1/activation", {"word": word, "password": PASSWORD})
            assert good.status_code == 204

    tell(told)


def test_signing_out_ends_access_and_refresh_at_once(tell: Tell[None]) -> None:
    async def told(street: Street) -> None:
        await street.user(ANA)
        async with street.browser() as browser:
            await browser.sign_in(ANA)
            cookie = browser.cookie
            answer = await browser.send("DELETE", "/v1/session")
            assert answer.status_code == 204
            assert "Max-Age=0" in answer.headers["set-cookie"]
            assert rule(await browser.send("GET", "/v1/me")) == (401, "AccessChanged")
            browser.cookie = cookie or ""
            assert rule(await browser.refresh()) == (401, "SessionOver")
        assert street.events()[-1].ending is Ending.SIGNED_OUT

    tell(told)


def test_sessions_are_listed_and_ended_one_by_one_and_only_ones_own(tell: Tell[None]) -> None:
    async def told(street: Street) -> None:
        for login in (ANA, BIA):
            await street.user(login)
        linux = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
        async with street.browser(**linux) as one, street.browser() as two, street.browser() as bias:
            await one.sign_in(ANA)
            street.house.clock.pass_by(seconds=1)
            await two.sign_in(ANA)
            await bias.sign_in(BIA)
            listed = (await one.send("GET", "/v1/sessions")).json()["items"]
            assert [(s["current"], s["label"]) for s in listed] == [(False, ""), (True, "Firefox, Linux")]
            other = listed[0]["session_id"]
            assert rule(await bias.send("DELETE", f"/v1/sessions/{other}")) == (404, "UnknownSession")
            assert (await two.send("GET", "/v1/me")).status_code == 200
            assert (await one.send("DELETE", f"/v1/sessions/{other}")).status_code == 204
            assert rule(await one.send("DELETE", f"/v1/sessions/{other}")) == (404, "UnknownSession")
            assert rule(await two.send("GET", "/v1/me")) == (401, "AccessChanged")
            assert (await one.send("GET", "/v1/me")).status_code == 200
            assert (await bias.send("GET", "/v1/me")).status_code == 200

    tell(told)


def test_a_session_ends_after_an_idle_hour_and_after_twelve_in_any_case(tell: Tell[None]) -> None:
    async def told(street: Street) -> None:
        await street.user(ANA)
        async with street.browser() as browser:
            await browser.sign_in(ANA)
            street.house.clock.pass_by(minutes=61)
            assert rule(await browser.refresh()) == (401, "SessionOver")
            await browser.sign_in(ANA)
            for _ in range(14):
                street.house.clock.pass_by(minutes=50)
                assert (await browser.refresh()).status_code == 200
            street.house.clock.pass_by(minutes=21)  # twelve hours and a minute
            assert rule(await browser.refresh()) == (401, "SessionOver")

    tell(told)


# A change of what somebody may do


def test_a_role_that_changes_is_in_force_at_the_next_request(tell: Tell[None]) -> None:
    async def told(street: Street) -> None:
        user_id = await street.user(ANA, Role.ADMIN)
        async with street.browser() as browser:
            await browser.sign_in(ANA)
            assert (await browser.send("GET", "/v1/users")).status_code == 200
            changed = await browser.send(
                "PUT", f"/v1/users/{user_id}/role", {"role": "agent"}, token="atende_dora"
            )
            assert changed.status_code == 200
            assert rule(await browser.send("GET", "/v1/users")) == (401, "AccessChanged")
            assert (await browser.refresh()).json()["role"] == "agent"
            assert rule(await browser.send("GET", "/v1/users")) == (403, "Forbidden")

    tell(told)


def test_whoever_is_let_go_is_out_at_once_and_does_not_come_back_by_refreshing(tell: Tell[None]) -> None:
    async def told(street: Street) -> None:
        user_id = await street.user(ANA)
        async with street.browser() as browser:
            await browser.sign_in(ANA)
            path = f"/v1/users/{user_id}"
            gone = await browser.send("POST", f"{path}/deactivate", {}, token="atende_dora")
            assert gone.status_code == 200
            assert rule(await browser.send("GET", "/v1/me")) == (401, "AccessChanged")
            assert rule(await browser.refresh()) == (401, "SessionOver")
            assert rule(await browser.sign_in(ANA)) == (401, "SignInRefused")
            await browser.send("POST", f"{path}/reactivate", {}, token="atende_dora")
            assert (await browser.sign_in(ANA)).status_code == 200

    tell(told)


def test_nobody_changes_or_lets_go_of_themselves(tell: Tell[None]) -> None:
    async def told(street: Street) -> None:
        user_id = await street.user(ANA, Role.ADMIN)
        async with street.browser() as browser:
            await browser.sign_in(ANA)
            raised = await browser.send("PUT", f"/v1/users/{user_id}/role", {"role": "dpo"})
            assert rule(raised) == (403, "NotYourself")
            assert rule(await browser.send("POST", f"/v1/users/{user_id}/deactivate")) == (403, "NotYourself")

    tell(told)


def test_an_admin_signs_somebody_out_everywhere(tell: Tell[None]) -> None:
    async def told(street: Street) -> None:
        user_id = await street.user(ANA)
        async with street.browser() as browser:
            await browser.sign_in(ANA)
            listed = await browser.send("GET", f"/v1/users/{user_id}/sessions", token="atende_dora")
            assert len(listed.json()["items"]) == 1
            ended = await browser.send("DELETE", f"/v1/users/{user_id}/sessions", token="atende_dora")
            assert ended.status_code == 204
            assert rule(await browser.send("GET", "/v1/me")) == (401, "AccessChanged")

    tell(told)


# Guessing


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


async def guess(street: Street, login: str, password: str, address: str = "203.0.113.7") -> Any:
    return await admission.sign_in(
        street.house.desk, Proof(login, password), address=address, label="", request_id="r"
    )


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


# The cookie, and pages of somebody else's


def test_the_refresh_token_is_a_cookie_no_script_reads_and_no_other_page_sends(tell: Tell[None]) -> None:
    async def told(street: Street) -> None:
        await street.user(ANA)
        async with street.browser() as browser:
            answer = await browser.sign_in(ANA)
        name, *attributes = [part.strip() for part in answer.headers["set-cookie"].split(";")]
        assert name.startswith(f"{COOKIE}=renova_")
        assert COOKIE.startswith("__Host-")
        assert {part.lower() for part in attributes} == {
            "httponly",
            "secure",
            "samesite=strict",
            "path=/",
            "max-age=43200",
        }
        assert "renova_" not in answer.text
        assert answer.headers["cache-control"] == "no-store"

    tell(told)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://atende.example.evil.example"},
        {"Origin": "null"},
        {"X-Atende": ""},
    ],
    ids=str,
)
def test_a_page_of_somebody_elses_gets_nothing_done_with_the_cookie(
    tell: Tell[None], headers: dict[str, str]
) -> None:
    async def told(street: Street) -> None:
        await street.user(ANA)
        async with street.browser() as browser:
            await browser.sign_in(ANA)
            cookie = browser.cookie
            assert rule(await browser.send("POST", "/v1/session/refresh", **headers)) == (403, "CrossSite")
            if "X-Atende" not in headers:
                proof = {"login": ANA, "password": PASSWORD}
                assert rule(await browser.send("POST", "/v1/sign-in", proof, **headers)) == (403, "CrossSite")
            assert browser.cookie == cookie
            ours = {"Sec-Fetch-Site": "same-origin", "Origin": "https://atende.example"}
            assert (await browser.send("POST", "/v1/session/refresh", **ours)).status_code == 200

    tell(told)


def test_the_cookie_alone_opens_no_door(tell: Tell[None]) -> None:
    async def told(street: Street) -> None:
        await street.user(ANA, Role.ADMIN)
        async with street.browser() as browser:
            await browser.sign_in(ANA)
            browser.token = None
            for method, path in (("GET", "/v1/me"), ("GET", "/v1/users"), ("DELETE", "/v1/session")):
                assert rule(await browser.send(method, path)) == (401, "Unauthenticated")

    tell(told)


def test_a_form_of_another_page_cannot_sign_somebody_in(tell: Tell[None]) -> None:
    async def told(street: Street) -> None:
        await street.user(ANA)
        async with street.browser() as browser:
            for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
                answer = await browser.client.post(
                    "/v1/sign-in",
                    content=json.dumps({"login": ANA, "password": PASSWORD}),
                    headers={"Content-Type": kind},
                )
                assert answer.status_code == 422
                assert browser.cookie is None

    tell(told)


def test_a_session_somebody_prepared_is_not_taken_over_by_signing_in(tell: Tell[None]) -> None:
    async def told(street: Street) -> None:
        for login in (ANA, BIA):
            await street.user(login)
        async with street.browser() as thief, street.browser() as victim:
            await thief.sign_in(BIA)
            planted = thief.cookie
            victim.cookie = planted or ""
            answer = await victim.sign_in(ANA)
            assert victim.cookie != planted
            mine = [s["session_id"] for s in (await victim.send("GET", "/v1/sessions")).json()["items"]]
            assert mine == [answer.json()["session_id"]]
            assert rule(await thief.send("GET", "/v1/me")) == (401, "AccessChanged")
            thief.cookie = planted or ""
            assert rule(await thief.refresh()) == (401, "SessionOver")
        assert Ending.REPLACED in [getattr(event, "ending", None) for event in street.events()]

    tell(told)


# Refresh tokens


def test_a_refresh_token_is_replaced_each_time(tell: Tell[None]) -> None:
    async def told(street: Street) -> None:
        await street.user(ANA)
        async with street.browser() as browser:
            await browser.sign_in(ANA)
            seen = {browser.cookie}
            for n in range(1, 6):
                street.house.clock.pass_by(seconds=1)
                assert (await browser.refresh()).status_code == 200
                seen.add(browser.cookie)
                assert len(seen) == n + 1

    tell(told)


def test_a_thousand_reuses_of_a_refresh_token_are_refused_and_end_the_session_for_both(
    tell: Tell[None],
) -> None:
    async def told(street: Street) -> None:
        await street.user(ANA)
        refused = 0
        for _ in range(10):
            admitted = await guess(street, ANA, PASSWORD)
            spent, token = [], admitted.begun.refresh
            for _ in range(100):
                spent.append(token)
                token = (await admission.refresh(street.house.desk, token, "r")).begun.refresh
            # the newest dies with the first reuse
            for shown in (spent[-1:], [*spent[:-1], token]):
                tries = (admission.refresh(street.house.desk, old, "r") for old in shown)
                outcomes = await asyncio.gather(*tries, return_exceptions=True)
                refused += sum(isinstance(one, Problem) and one.rule == "SessionOver" for one in outcomes)
            assert not await street.sessions.alive(
                admitted.begun.session.session_id, street.house.clock.now()
            )
        assert refused == 1_010
        assert [e.ending for e in street.events() if hasattr(e, "ending")] == [Ending.REUSED] * 10

    tell(told)


def test_of_two_who_show_the_same_refresh_token_at_once_at_most_one_gets_on(tell: Tell[None]) -> None:
    async def told(street: Street) -> None:
        await street.user(ANA)
        for _ in range(20):
            token = (await guess(street, ANA, PASSWORD)).begun.refresh
            both = await asyncio.gather(
                *(admission.refresh(street.house.desk, token, "r") for _ in range(2)), return_exceptions=True
            )
            got = [one for one in both if not isinstance(one, Problem)]
            assert len(got) <= 1
            for one in got:  # and that one not for long
                with pytest.raises(Problem, match="SessionOver"):
                    await admission.refresh(street.house.desk, one.begun.refresh, "r")  # type: ignore[union-attr]

    tell(told)


def test_an_access_token_of_a_stolen_session_is_worth_nothing_once_it_shows(tell: Tell[None]) -> None:
    async def told(street: Street) -> None:
        await street.user(ANA)
        async with street.browser() as owner, street.browser() as thief:
            await owner.sign_in(ANA)
            thief.cookie = owner.cookie or ""
            assert (await thief.refresh()).status_code == 200
            assert rule(await owner.refresh()) == (401, "SessionOver")
            assert rule(await thief.send("GET", "/v1/me")) == (401, "AccessChanged")

    tell(told)


@pytest.mark.parametrize(
    "cookie", ["", "renova_", "renova_" + "a" * 43, "x" * 199, "renova_" + "a" * 42 + "é"]
)
def test_what_is_nearly_a_refresh_token_is_nobodys(tell: Tell[None], cookie: str) -> None:
    async def told(street: Street) -> None:
        with pytest.raises(Problem, match="SessionOver"):
            await admission.refresh(street.house.desk, cookie, "r")

    tell(told)


# Access tokens

NOW_CLAIMS = Claims(UserId("u"), SessionId("s"), 3)


def bearers() -> EdBearers:
    return EdBearers([MASTER])


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any], bytes]:
    head, body, signature = (base64.urlsafe_b64decode(part + "==") for part in token.split("."))
    return json.loads(head), json.loads(body), signature


def plain(told: dict[str, Any]) -> bytes:
    return json.dumps(told, separators=(",", ":")).encode()


def encoded(head: dict[str, Any], body: dict[str, Any], signature: bytes) -> str:
    pieces = (plain(head), plain(body), signature)
    return ".".join(base64.urlsafe_b64encode(piece).rstrip(b"=").decode() for piece in pieces)


def test_an_access_token_is_good_for_ten_minutes() -> None:
    token, ends = bearers().issue(NOW_CLAIMS, NOW)
    assert ends == NOW + timedelta(minutes=10)
    assert bearers().read(token, ends - timedelta(seconds=1)) == NOW_CLAIMS
    assert bearers().read(token, ends) is None


@pytest.mark.parametrize(
    "forge",
    [
        lambda head, body, sig: ({**head, "alg": "none"}, body, b""),
        lambda head, body, sig: ({**head, "alg": "HS256"}, body, sig),
        lambda head, body, sig: ({**head, "kid": "outra"}, body, sig),
        lambda head, body, sig: ({**head, "typ": "JWT"}, body, sig),
        lambda head, body, sig: ({**head, "jku": "https://evil.example/keys"}, body, sig),
        lambda head, body, sig: (head, {**body, "sub": "outra"}, sig),
        lambda head, body, sig: (head, {**body, "ver": 4}, sig),
        lambda head, body, sig: (head, {**body, "exp": body["exp"] + 9_999}, sig),
        lambda head, body, sig: (head, body, sig[:-1] + bytes([sig[-1] ^ 1])),
        lambda head, body, sig: (head, body, b""),
    ],
)
def test_an_access_token_that_was_touched_is_nobodys(forge: Callable[..., Any]) -> None:
    token, _ = bearers().issue(NOW_CLAIMS, NOW)
    assert bearers().read(encoded(*parts(token)), NOW) is not None
    assert bearers().read(encoded(*forge(*parts(token))), NOW) is None


@pytest.mark.parametrize(
    "change",
    [
        {"aud": "outra"},
        {"iss": "outra"},
        {"aud": None},
        {"sid": None},
        {"exp": None},
        {"ver": None},
        {"ver": "3"},
    ],
    ids=str,
)
def test_a_token_we_signed_for_something_else_is_nobodys(change: dict[str, Any]) -> None:
    ours = bearers()
    head, body, _ = parts(ours.issue(NOW_CLAIMS, NOW)[0])
    claims = {name: value for name, value in {**body, **change}.items() if value is not None}
    signed = jwt.encode(claims, ours._key, "EdDSA", {"typ": head["typ"], "kid": head["kid"]})  # type: ignore[arg-type]
    assert ours.read(signed, NOW) is None


def test_a_token_signed_by_somebody_else_under_our_name_is_nobodys() -> None:
    head, body, _ = parts(bearers().issue(NOW_CLAIMS, NOW)[0])
    strange = jwt.encode(
        body, Ed25519PrivateKey.generate(), "EdDSA", {"typ": head["typ"], "kid": head["kid"]}
    )  # type: ignore[arg-type]
    assert bearers().read(strange, NOW) is None


@pytest.mark.parametrize("token", ["", "a.b", "a.b.c", "." * 10, "x" * 5_000, "é.é.é", "null.null.null"])
def test_what_is_no_token_at_all_is_nobodys(token: str) -> None:
    assert bearers().read(token, NOW) is None


def test_tokens_of_the_master_key_before_are_believed_while_it_is_given() -> None:
    old, _ = EdBearers([BEFORE]).issue(NOW_CLAIMS, NOW)
    assert EdBearers([MASTER, BEFORE]).read(old, NOW) == NOW_CLAIMS
    assert EdBearers([MASTER]).read(old, NOW) is None


def test_a_token_says_nothing_personal() -> None:
    _, body, _ = parts(bearers().issue(NOW_CLAIMS, NOW)[0])
    assert set(body) == {"iss", "aud", "sub", "sid", "ver", "iat", "exp", "jti"}


# Second factors


def test_once_enrolled_a_code_is_asked_for_and_told_only_to_whoever_knew_the_password(
    tell: Tell[None],
) -> None:
    async def told(street: Street) -> None:
        await street.user(ANA)
        async with street.browser() as browser:
            await browser.sign_in(ANA)
            app = await browser.enrol()
            assert rule(await browser.sign_in(ANA)) == (401, "CodeNeeded")
            assert rule(await browser.sign_in(ANA, "errada errada")) == (401, "SignInRefused")
            assert rule(await browser.sign_in(ANA, code="000000")) == (401, "SignInRefused")
            street.house.clock.pass_by(seconds=30)
            assert (await browser.sign_in(ANA, code=browser.code(app))).status_code == 200
        factors = [event.factor for event in street.events() if hasattr(event, "factor")]
        assert factors == [Factor.NONE, Factor.TOTP]

    tell(told)


def test_a_thousand_replays_of_a_code_are_refused(tell: Tell[None]) -> None:
    async def told(street: Street) -> None:
        user_id = UserId(await street.user(ANA))
        async with street.browser() as browser:
            await browser.sign_in(ANA)
            app = await browser.enrol()
        street.house.clock.pass_by(minutes=5)
        at = street.house.clock.now()
        older, code = app.at(at - timedelta(seconds=30)), app.at(at)
        assert await street.credentials.code_right(user_id, code, at)
        replays = [(code, n % 30) for n in range(500)] + [(older, n % 30) for n in range(500)]
        tries = (
            street.credentials.code_right(user_id, shown, at + timedelta(seconds=seconds))
            for shown, seconds in replays
        )
        assert await asyncio.gather(*tries) == [False] * 1_000
        later = at + timedelta(seconds=30)
        assert await street.credentials.code_right(user_id, app.at(later), later)

    tell(told)


def test_of_many_who_show_the_same_code_at_once_one_gets_in(tell: Tell[None]) -> None:
    async def told(street: Street) -> None:
        user_id = UserId(await street.user(ANA))
        async with street.browser() as browser:
            await browser.sign_in(ANA)
            app = await browser.enrol()
        street.house.clock.pass_by(minutes=5)
        at = street.house.clock.now()
        shown = await asyncio.gather(
            *(street.credentials.code_right(user_id, app.at(at), at) for _ in range(20))
        )
        assert sorted(shown) == [False] * 19 + [True]

    tell(told)


def test_a_code_of_two_minutes_ago_or_ahead_is_wrong(tell: Tell[None]) -> None:
    async def told(street: Street) -> None:
        user_id = UserId(await street.user(ANA))
        async with street.browser() as browser:
            await browser.sign_in(ANA)
            app = await browser.enrol()
        street.house.clock.pass_by(minutes=10)
        at = street.house.clock.now()
        for seconds in (-120, -60, 60, 120):
            code = app.at(at + timedelta(seconds=seconds))
            assert not await street.credentials.code_right(user_id, code, at)
        for code in ("", "12345", "1234567", "١٢٣٤٥٦", "12 456"):
            assert not await street.credentials.code_right(user_id, code, at)

    tell(told)


def test_codes_are_guessed_no_more_than_passwords(tell: Tell[None]) -> None:
    async def told(street: Street) -> None:
        await street.user(ANA)
        async with street.browser() as browser:
            await browser.sign_in(ANA)
            await browser.enrol()
            said = []
            for n in range(20):
                await browser.sign_in(ANA)  # the right password in between takes only its own attempt back
                said.append(rule(await browser.sign_in(ANA, code=f"{n:06d}"))[1])
        assert said == ["SignInRefused"] * 5 + ["TooManyGuesses"] * 15

    tell(told)


def test_a_code_to_recover_with_works_once_and_new_ones_end_the_former(tell: Tell[None]) -> None:
    async def told(street: Street) -> None:
        user_id = UserId(await street.user(ANA))
        async with street.browser() as browser:
            await browser.sign_in(ANA)
            app = await browser.enrol()
            street.house.clock.pass_by(seconds=30)
            made = await browser.send("POST", "/v1/me/recovery-codes", {"code": browser.code(app)})
            codes = made.json()["codes"]
            assert len(set(codes)) == 10
            assert (await browser.sign_in(ANA, recovery_code=codes[0].lower())).status_code == 200
            assert rule(await browser.sign_in(ANA, recovery_code=codes[0])) == (401, "SignInRefused")
            street.house.clock.pass_by(seconds=30)
            await browser.sign_in(ANA, code=browser.code(app))
            street.house.clock.pass_by(seconds=30)
            await browser.send("POST", "/v1/me/recovery-codes", {"code": browser.code(app)})
            assert not await street.credentials.recovery_code_right(user_id, codes[1])
        assert Factor.RECOVERY in [getattr(event, "factor", None) for event in street.events()]

    tell(told)


def test_a_seed_counts_only_once_it_is_confirmed_and_needs_the_password(tell: Tell[None]) -> None:
    async def told(street: Street) -> None:
        await street.user(ANA)
        async with street.browser() as browser:
            await browser.sign_in(ANA)
            wrong = await browser.send("POST", "/v1/me/second-factor", {"password": "errada errada"})
            assert rule(wrong) == (403, "WrongPassword")
            begun = await browser.send("POST", "/v1/me/second-factor", {"password": PASSWORD})
            assert begun.json()["svg"].startswith("<svg")
            assert begun.json()["secret"] in begun.json()["uri"]
            assert rule(await browser.send("PUT", "/v1/me/second-factor", {"code": "000000"})) == (
                403,
                "WrongCode",
            )
            assert (await browser.sign_in(ANA)).status_code == 200  # nothing is asked for yet

    tell(told)


def test_roles_that_need_a_second_factor_do_nothing_before_they_have_one(tell: Callable[..., None]) -> None:
    async def told(street: Street) -> None:
        await street.user(ANA, Role.ADMIN)
        async with street.browser() as browser:
            signed = await browser.sign_in(ANA)
            assert signed.json()["owes_second_factor"] is True
            assert rule(await browser.send("GET", "/v1/users")) == (403, "SecondFactorOwed")
            app = await browser.enrol()
            street.house.clock.pass_by(seconds=30)
            assert (await browser.send("GET", "/v1/users")).status_code == 200
            assert (await browser.sign_in(ANA, code=browser.code(app))).json()["owes_second_factor"] is False

    tell(told, second_factor=frozenset({Role.ADMIN}))


def test_a_lost_second_factor_is_taken_away_and_everybody_signed_out(tell: Tell[None]) -> None:
    async def told(street: Street) -> None:
        user_id = await street.user(ANA)
        async with street.browser() as browser:
            await browser.sign_in(ANA)
            await browser.enrol()
            reset = await browser.send("DELETE", f"/v1/users/{user_id}/second-factor", token="atende_dora")
            assert reset.status_code == 200
            assert rule(await browser.send("GET", "/v1/me")) == (401, "AccessChanged")
            assert (await browser.sign_in(ANA)).status_code == 200
        assert "TotpReset" in street.names()

    tell(told)


# Passwords


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
