"""Signing in, going on and leaving, and what becomes of those whose rights change."""

from __future__ import annotations

from commands.door_ports import Role
from domain.user import Ending
from tests.api.people import (
    ANA,
    ANOTHER,
    BIA,
    PASSWORD,
    Street,
    Tell,
    rule,
)


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
            end, proof = f"/v1/sessions/{other}/end", {"password": PASSWORD}
            assert rule(await bias.send("POST", end, proof)) == (404, "UnknownSession")
            assert (await two.send("GET", "/v1/me")).status_code == 200
            assert (await one.send("POST", end, proof)).status_code == 204
            assert rule(await one.send("POST", end, proof)) == (404, "UnknownSession")
            assert rule(await two.send("GET", "/v1/me")) == (401, "AccessChanged")
            assert (await one.send("GET", "/v1/me")).status_code == 200
            assert (await bias.send("GET", "/v1/me")).status_code == 200

    tell(told)


def test_a_session_elsewhere_is_ended_with_the_password_and_guesses_at_it_are_counted(
    tell: Tell[None],
) -> None:
    async def told(street: Street) -> None:
        await street.user(ANA)
        async with street.browser() as one, street.browser() as two:
            await one.sign_in(ANA)
            await two.sign_in(ANA)
            listed = (await one.send("GET", "/v1/sessions")).json()["items"]
            (other,) = (s["session_id"] for s in listed if not s["current"])
            end = f"/v1/sessions/{other}/end"
            answers = [await one.send("POST", end, {"password": "errada errada"}) for _ in range(6)]
            assert {rule(answer) for answer in answers[:5]} == {(403, "WrongPassword")}
            assert rule(answers[5]) == (429, "TooManyGuesses")
            assert (await two.send("GET", "/v1/me")).status_code == 200

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
