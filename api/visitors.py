"""What a request says of whoever sends it: from which page, from where, with what; what they carry away."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from fastapi import Request, Response

from api.admission import Admitted
from api.desk import Desk
from api.errors import Problem
from api.models import people as asks
from commands.door_ports import Identity
from domain.user import UserId

COOKIE: Final = "__Host-atende"
LONGEST: Final = 12 * 3_600  # seconds: as long as a session may last
DEVICE: Final = "__Host-atende-device"
KNOWN: Final = 180 * 86_400  # seconds a browser is known again

_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("iPad", "iOS"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def person(identity: Identity) -> UserId:
    """Who signed in. Raises Problem for a token of `atende token`, which is nobody in particular."""
    if identity.user_id is None:
        raise Problem("NotAPerson")
    return identity.user_id


def same_site(request: Request) -> None:
    """Raises Problem for what a page of somebody else's made a browser send. Programs say neither."""
    fetched = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if fetched not in (None, "same-origin") or (
        origin is not None and urlsplit(origin).netloc != request.headers.get("host")
    ):
        raise Problem("CrossSite")


def address_of(request: Request) -> str:
    """Where it comes from: what stands nearest to us in the chain of proxies, and is none of ours."""
    nearest = request.client.host if request.client else ""
    said = [one.strip() for one in request.headers.get("x-forwarded-for", "").split(",") if one.strip()]
    while said and _is_ours(request, nearest):
        nearest = said.pop()
    return nearest


async def count(request: Request, desk: Desk, user_id: UserId) -> None:
    """One more guess of this account. Raises Problem when it has to wait."""
    guess = await desk.people.guessing.attempt(user_id, address_of(request))
    if guess.wait:
        raise Problem("TooManyGuesses", headers={"Retry-After": str(int(guess.wait) + 1)})


async def prove(request: Request, desk: Desk, user_id: UserId, password: str) -> None:
    """That whoever is signed in knows the password, too. Raises Problem."""
    await count(request, desk, user_id)
    if not await desk.people.credentials.password_right(user_id, password):
        raise Problem("WrongPassword")
    await desk.people.guessing.succeeded(user_id, address_of(request))


def _is_ours(request: Request, address: str) -> bool:
    try:
        told = ip_address(address)
    except ValueError:
        return False
    return any(told in network for network in request.app.state.trusted)


def label_of(request: Request) -> str:
    """What kind of browser, in words of our own: `Firefox, Linux`; nothing of what it says is kept."""
    said = request.headers.get("user-agent", "")
    kinds = (next((name for sign, name in names if sign in said), "") for names in (_BROWSERS, _SYSTEMS))
    return ", ".join(kind for kind in kinds if kind)


def keep(response: Response, name: str, value: str, seconds: int) -> None:
    """A cookie that no script reads and no other page sends."""
    response.set_cookie(name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="strict")


def carry(response: Response, admitted: Admitted) -> asks.SignedIn:
    """The cookie goes with the response, the access token in its body."""
    keep(response, COOKIE, admitted.begun.refresh, LONGEST)
    return asks.SignedIn(
        access_token=admitted.access_token,
        expires_at=admitted.expires_at,
        session_id=admitted.begun.session.session_id,
        role=admitted.role,
        owes_second_factor=admitted.owes_second_factor,
    )


async def sessions_of(desk: Desk, identity: Identity, user_id: UserId) -> asks.Sessions:
    """Where somebody is signed in, as `identity` sees it."""
    found = await desk.people.sessions.listed(user_id, desk.clock.now())
    return asks.Sessions(
        items=[
            asks.Session(
                session_id=one.session_id,
                started_at=one.started_at,
                used_at=one.used_at,
                ends_at=one.ends_at,
                label=one.label,
                current=one.session_id == identity.session_id,
            )
            for one in found
        ]
    )
