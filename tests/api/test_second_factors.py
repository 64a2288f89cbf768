"""Codes of an authenticator app and codes to recover with: each once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

from commands.door_ports import Role
from domain.user import Factor, UserId
from tests.api.people import (
    ANA,
    PASSWORD,
    Street,
    Tell,
    rule,
)


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
