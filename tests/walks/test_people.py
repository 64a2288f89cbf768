"""Somebody is invited from the command line, signs in at a house that runs, and what they may do changes."""

from __future__ import annotations

from typing import Any

import httpx
import psycopg
import pyotp
import pytest

from tests.walks.house import House, until

pytestmark = pytest.mark.slow

LOGIN = "renata.moura@fibra.example"
NAME = "Renata Moura"
PASSWORD = "cavalo bateria grampo 71"


def rule(answer: httpx.Response) -> tuple[int, Any]:
    return answer.status_code, answer.json().get("rule")


def test_from_the_link_to_the_door_and_out_again(house: House) -> None:
    made = house.atende("user", "add", LOGIN, "--role", "admin", "--name", NAME)
    assert made.exit_code == 0, made.output
    word = made.stdout.strip().splitlines()[-1].rpartition("#")[2]
    house.said |= {LOGIN, NAME, PASSWORD, word}  # no log may hold them
    with httpx.Client(base_url=house.url, headers={"X-Atende": "1"}, timeout=30) as browser:
        chosen = browser.post("/v1/activation", json={"word": word, "password": PASSWORD})
        assert chosen.status_code == 204, chosen.text
        signed = browser.post("/v1/sign-in", json={"login": LOGIN, "password": PASSWORD})
        assert signed.status_code == 200, signed.text
        browser.headers["Authorization"] = f"Bearer {signed.json()['access_token']}"
        assert rule(browser.get("/v1/users")) == (403, "SecondFactorOwed")  # an admin has one

        seed = browser.post("/v1/me/second-factor", json={"password": PASSWORD}).json()["secret"]
        confirmed = browser.put("/v1/me/second-factor", json={"code": pyotp.TOTP(seed).now()})
        assert len(confirmed.json()["codes"]) == 10
        until(lambda: browser.get("/v1/users").status_code == 200, "the second factor is known")

        def listed() -> list[tuple[str, str, str]]:
            users = browser.get("/v1/users").json()["items"]
            active = [u for u in users if (u["login"], u["stage"]) == (LOGIN, "active")]
            return [(u["name"], u["role"], u["user_id"]) for u in active]

        ((name, role, user),) = until(listed, "the view has the user")
        assert (name, role) == (NAME, "admin")

        # the role changes: another admin does it, from a process of its own
        path = f"/v1/users/{user}"
        house.as_admin.put(f"{path}/role", {"role": "agent"}).raise_for_status()
        until(lambda: browser.get("/v1/users").status_code == 401, "the old rights are over")
        assert rule(browser.get("/v1/users")) == (401, "AccessChanged")
        refreshed = browser.post("/v1/session/refresh", headers={"Cookie": _cookie(signed)})
        assert refreshed.status_code == 200, refreshed.text
        browser.headers["Authorization"] = f"Bearer {refreshed.json()['access_token']}"
        assert rule(browser.get("/v1/users")) == (403, "Forbidden")

        # the cookie of before comes a second time
        stolen = browser.post("/v1/session/refresh", headers={"Cookie": _cookie(signed)})
        assert rule(stolen) == (401, "SessionOver")
        until(lambda: browser.get("/v1/me").status_code == 401, "the session is over for both")

        house.as_admin.post(f"{path}/deactivate", {}).raise_for_status()
        gone = browser.post("/v1/sign-in", json={"login": LOGIN, "password": PASSWORD})
        assert rule(gone) == (401, "SignInRefused")

    told = house.atende("tell", f"user-{user}", "--json")
    for what in ("invited", "activated", "signed in", "totp enrolled", "role changed", "session ended"):
        assert what in told.stdout
    assert NAME not in told.stdout
    assert LOGIN not in told.stdout
    with psycopg.connect(house.dsn) as connection:
        record = b"".join(r for (r,) in connection.execute("SELECT record FROM log").fetchall())
        denied = connection.execute("SELECT body FROM event WHERE type = 'access.Denied'").fetchall()
    for secret in (PASSWORD, word, seed, LOGIN, NAME):
        assert secret.encode() not in record
    assert ("Forbidden", "GET /v1/users") in {(body["rule"], body["route"]) for (body,) in denied}


def _cookie(answer: httpx.Response) -> str:
    """As a browser would send it; this client does not, because the house has no TLS here."""
    (cookie,) = (c for c in answer.headers.get_list("set-cookie") if c.startswith("__Host-atende="))
    return str(cookie).partition(";")[0]
