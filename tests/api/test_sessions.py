"""The cookie that keeps a browser signed in, and everybody who tries to use it for something else."""

from __future__ import annotations

import asyncio
import json

import pytest

from api import admission
from api.errors import Problem
from api.visitors import COOKIE, DEVICE
from commands.door_ports import Role
from domain.user import Ending
from tests.api.people import (
    ANA,
    BIA,
    PASSWORD,
    Street,
    Tell,
    guess,
    rule,
)


def test_the_refresh_token_is_a_cookie_no_script_reads_and_no_other_page_sends(tell: Tell[None]) -> None:
    async def told(street: Street) -> None:
        await street.user(ANA)
        async with street.browser() as browser:
            answer = await browser.sign_in(ANA)
        cookies = sorted(answer.headers.get_list("set-cookie"))
        assert [cookie.partition("=")[0] for cookie in cookies] == [DEVICE, COOKIE]
        assert cookies[1].startswith("__Host-atende=renova_")
        for cookie, seconds in zip(cookies, (180 * 86_400, 12 * 3_600), strict=True):
            attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
            assert attributes == {"httponly", "secure", "samesite=strict", "path=/", f"max-age={seconds}"}
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
