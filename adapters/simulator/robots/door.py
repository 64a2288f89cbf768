"""The API as a robot uses it: a token, JSON, and a key per wish, so that asking twice wants it once."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from adapters.simulator.figures import Times

TRIES: Final = 5
BROKEN: Final = 0  # the status of no answer at all


@dataclass(frozen=True, slots=True)
class Answer:
    """`rule` names why not, for a problem."""

    status: int
    body: Mapping[str, Any]
    seconds: float

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def rule(self) -> str:
        return str(self.body.get("rule", ""))


@dataclass(slots=True)
class Counts:
    """What the robots did together."""

    claims: int = 0
    accepts: int = 0  # of what they were offered
    lost_races: int = 0
    answers: int = 0
    notes: int = 0
    reactions: int = 0
    transfers: int = 0
    releases: int = 0
    priorities: int = 0
    closings: int = 0
    acknowledged: int = 0  # waits that were too long
    refusals: Counter[str] = field(default_factory=Counter)  # by rule: the desk said no, as it may
    errors: Counter[str] = field(default_factory=Counter)  # by status: what should not happen
    claimed_in: Times = field(default_factory=Times)


class Door:
    """Asks again, under the same key, when nobody answered, the desk was busy, or it was not decided yet."""

    def __init__(self, client: httpx.AsyncClient, desk: str, token: str, counts: Counts) -> None:
        self._client = client
        self._desk = desk.rstrip("/")
        self._token = token
        self.counts = counts

    async def ask(self, path: str, **query: Any) -> Answer:
        return await self._insist("GET", path, params=query)

    async def want(
        self,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        seen: int | None = None,
        method: str = "POST",
    ) -> Answer:
        """`seen`: the version of the conversation that this was decided on."""
        headers = {"Idempotency-Key": uuid.uuid4().hex}
        if seen is not None:
            headers["If-Match"] = f'"{seen}"'
        return await self._insist(method, path, json=body, headers=headers)

    async def _insist(self, method: str, path: str, **request: Any) -> Answer:
        answer = Answer(BROKEN, {}, 0.0)
        for attempt in range(TRIES):
            answer = await self._once(method, path, **request)
            if answer.status not in (BROKEN, 202, 502, 503, 504):
                break
            self.counts.errors[f"{answer.status} {answer.rule}".strip()] += 1
            await asyncio.sleep(0.5 * 2**attempt)
        else:
            return answer
        if answer.status == 409 or answer.rule in ("NotOwner", "HumanOwns"):
            self.counts.refusals[answer.rule] += 1
        elif not answer.ok:
            self.counts.errors[f"{answer.status} {answer.rule}".strip()] += 1
        return answer

    async def _once(self, method: str, path: str, **request: Any) -> Answer:
        headers = {"Authorization": f"Bearer {self._token}", **request.pop("headers", {})}
        started = time.perf_counter()
        try:
            response = await self._client.request(method, self._desk + path, headers=headers, **request)
            body = response.json() if response.content else {}
        except httpx.TransportError:
            return Answer(BROKEN, {}, time.perf_counter() - started)
        except ValueError:
            body = {}
        return Answer(response.status_code, body, time.perf_counter() - started)
