"""What the doors ask about people who sign in: what they prove themselves with, how long they are let in, and
who guesses. None of it is history; the facts are (`domain.user`)."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.journal import Position
from domain.user import Ending, Role, SessionId, User, UserId


@dataclass(frozen=True, slots=True)
class Guess:
    """Whether one more guess is let through. `wait`: seconds until there is one again, 0 when it is.
    `failures`: of this account in a row, this guess among them."""

    wait: float
    failures: int


class Guessing(Protocol):
    """Counts guesses, per account and per address. A guess counts as wrong before it is looked at, so that
    many at once are not more than one after the other. Raises Unavailable: who cannot count lets nobody
    in."""

    def attempt(self, account: UserId, address: str) -> Awaitable[Guess]: ...

    def take_back(self, account: UserId, address: str) -> Awaitable[None]:
        """The guess was not wrong, but not the whole proof."""
        ...

    def succeeded(self, account: UserId, address: str) -> Awaitable[None]:
        """The account begins anew, and the address takes its guess back."""
        ...


@dataclass(frozen=True, slots=True)
class Seed:
    """A second factor to be: for an app, once to read and once as a picture."""

    uri: str
    secret: str
    svg: str


class Credentials(Protocol):
    """Passwords, second factors, one-time links. Kept so that nobody who reads the store can use them. All
    raise Unavailable."""

    def user_id(self, login: str) -> UserId:
        """Who signs in like that, whether there is such a user or not: computed, not looked up."""
        ...

    def device_word(self, user_id: UserId) -> str:
        """What a browser may keep, to be known again as one this user signed in with."""
        ...

    def device_of(self, user_id: UserId, word: str) -> str | None:
        """Which of their browsers it is; None: none of theirs."""
        ...

    def weakness(self, password: str, *about: str) -> str | None:
        """Why a password will not do, as a rule's name. `about`: words about the person."""
        ...

    def password_right(self, user_id: UserId, password: str) -> Awaitable[bool]:
        """The same work for whoever has none, or is not there at all."""
        ...

    def keep_password(self, user_id: UserId, password: str) -> Awaitable[None]: ...

    def new_seed(self, user_id: UserId, login: str) -> Awaitable[Seed]:
        """It counts once it is confirmed; until then whatever counted before does."""
        ...

    def confirm_seed(self, user_id: UserId, code: str, at: datetime) -> Awaitable[bool]: ...

    def has_second_factor(self, user_id: UserId) -> Awaitable[bool]: ...

    def code_right(self, user_id: UserId, code: str, at: datetime) -> Awaitable[bool]:
        """Each code once: the same one again, or an older one, is wrong."""
        ...

    def new_recovery_codes(self, user_id: UserId) -> Awaitable[Sequence[str]]:
        """The former ones are worth nothing from here on."""
        ...

    def recovery_code_right(self, user_id: UserId, code: str) -> Awaitable[bool]:
        """Each once."""
        ...

    def forget_second_factor(self, user_id: UserId) -> Awaitable[None]: ...

    def new_link(self, user_id: UserId, expires_at: datetime) -> Awaitable[str]:
        """A word that lets its bearer choose a password, once. Links made before are worth nothing."""
        ...

    def link_of(self, word: str, at: datetime) -> Awaitable[UserId | None]:
        """Whose link it is; it stays good."""
        ...

    def use_link(self, word: str, at: datetime) -> Awaitable[UserId | None]:
        """As `link_of`, and it is used up."""
        ...


@dataclass(frozen=True, slots=True)
class Session:
    """One place where somebody is signed in. `label`: what kind of browser, as we call it."""

    session_id: SessionId
    user_id: UserId
    started_at: datetime
    used_at: datetime
    ends_at: datetime
    label: str


@dataclass(frozen=True, slots=True)
class Begun:
    session: Session
    refresh: str  # told now and never again


@dataclass(frozen=True, slots=True)
class Reused:
    """A refresh token came a second time: its session is over."""

    session: Session


class Sessions(Protocol):
    """Where people are signed in. All raise Unavailable."""

    def begin(self, user_id: UserId, session_id: SessionId, label: str, at: datetime) -> Awaitable[Begun]: ...

    def refresh(self, token: str, at: datetime) -> Awaitable[Begun | Reused | None]:
        """The next token for this one, which is used up. None: nobody's, too old, or the session is over."""
        ...

    def of_refresh(self, token: str) -> Awaitable[Session | None]:
        """Whose it is, whether it can still be used or not."""
        ...

    def alive(self, session_id: SessionId, at: datetime) -> Awaitable[bool]:
        """May be a second old."""
        ...

    def listed(self, user_id: UserId, at: datetime) -> Awaitable[Sequence[Session]]:
        """Those that are alive, the last used first."""
        ...

    def end(
        self,
        user_id: UserId,
        ending: Ending,
        at: datetime,
        *,
        only: SessionId | None = None,
        but: SessionId | None = None,
    ) -> Awaitable[Sequence[SessionId]]:
        """End one, or all of somebody (`but` one). Answers those that were alive."""
        ...


class Standings(Protocol):
    def of(self, user_id: UserId) -> Awaitable[User]:
        """What history says of them: at most a second old. Raises Unavailable."""
        ...

    def forget(self, user_id: UserId) -> None:
        """Something changed: look again next time."""
        ...

    def arrived(self, position: Position, timeout: float) -> Awaitable[bool]:
        """Whether history is known up to there, within so many seconds. Raises Unavailable."""
        ...


@dataclass(frozen=True, slots=True)
class Claims:
    """What an access token says. `rights` is the number of its bearer's rights when it was made."""

    user_id: UserId
    session_id: SessionId
    rights: int


class Bearers(Protocol):
    """Access tokens: good for ten minutes, and only as long as the session and the rights they speak of."""

    def issue(self, claims: Claims, at: datetime) -> tuple[str, datetime]:
        """The token, and when it ends."""
        ...

    def read(self, token: str, at: datetime) -> Claims | None:
        """None for whatever we did not issue, or not for this."""
        ...


@dataclass(frozen=True)
class People:
    """All of it. `second_factor`: the roles that do nothing until they have enrolled one."""

    guessing: Guessing
    credentials: Credentials
    sessions: Sessions
    standings: Standings
    bearers: Bearers
    second_factor: frozenset[Role] = frozenset()
