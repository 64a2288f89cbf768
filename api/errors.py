"""Every error of every door as a problem (RFC 9457), without anything of what was sent."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Any, Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.desk import Desk
from api.problems import FAULT, FIELD_FAULTS, PROBLEMS, STATUS_OF_REFUSAL, TITLES
from commands.ports import Broken, Busy, Denied, Unavailable
from domain.agent import AgentId
from domain.conversation import WINDOW
from domain.copy import moments
from domain.copy.refusals import refusal

MEDIA_TYPE: Final = "application/problem+json"
RETRY_AFTER: Final = "2"  # seconds

_BY_STATUS: Final = {404: "NotFound", 405: "MethodNotAllowed", 413: "TooLarge", 400: "BadBody"}
_FIELD: Final = re.compile(r"[A-Za-z][A-Za-z_-]{0,39}", re.ASCII)


class Problem(Exception):
    """A no, on its way to whoever asked. `rule` names it for programs, `detail` tells it to people."""

    def __init__(
        self,
        rule: str,
        *,
        status: int | None = None,
        detail: str | None = None,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(rule)
        known = PROBLEMS.get(rule)
        self.rule = rule
        self.status = status or (known.status if known else 409)
        self.detail = detail or (known.detail if known else "")
        self.headers = dict(headers or {})
        self.more = {name: value for name, value in more.items() if value is not None}
        if self.status == 503:
            self.headers.setdefault("Retry-After", RETRY_AFTER)
        if rule == "Unauthenticated":
            self.headers.setdefault("WWW-Authenticate", 'Bearer realm="atende"')

    @property
    def type(self) -> str:
        return f"urn:atende:problem:{_slug(self.rule)}"

    def response(self, request_id: str | None = None) -> Response:
        content = {
            "type": self.type,
            "title": TITLES.get(self.status, "Erro"),
            "status": self.status,
            "detail": self.detail,
            "rule": self.rule,
            **self.more,
        }
        if request_id is not None:
            content["request_id"] = request_id
        body = json.dumps(content, ensure_ascii=False).encode()
        return Response(body, self.status, self.headers, MEDIA_TYPE)


def _slug(rule: str) -> str:
    """`AlreadyAttended` -> `already-attended`"""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", rule).lower()


async def refused(denied: Denied, desk: Desk, zone: tzinfo) -> Problem:
    """The problem a refusal of the domain is; whoever stands in the way is named."""
    fields = denied.fields
    someone = fields.get("by") or fields.get("owner")
    name = None if someone is None else await _name_of(desk, AgentId(someone))
    now = desk.clock.now()
    figures = {field: value for field, value in fields.items() if isinstance(value, int)}
    detail = refusal(denied.rule, **figures, agent=name, moment=_moment(fields, now, zone))
    return Problem(
        denied.rule,
        status=status_of(denied.rule),
        detail=detail,
        fields=fields,
        winner=None if name is None else {"agent_id": someone, "name": name},
    )


async def _name_of(desk: Desk, agent_id: AgentId) -> str | None:
    """Their name; None for whoever is no agent of ours, such as the phone in the shop, and when nobody can
    say: what was decided is told all the same."""
    try:
        row = await desk.reads.agent(agent_id)
    except Unavailable:
        return None
    return None if row is None else row.name


def status_of(rule: str) -> int:
    return STATUS_OF_REFUSAL.get(rule, 409)


def _moment(fields: Mapping[str, Any], now: datetime, zone: tzinfo) -> str | None:
    """The time a refusal speaks of, as people tell it."""
    for name, shift in (("ended_at", -WINDOW), ("closed_at", timedelta()), ("retry_at", timedelta())):
        if isinstance(told := fields.get(name), str):
            return moments.recent_moment(datetime.fromisoformat(told) + shift, now, zone)
    return None


def broken(decision: Broken, command_id: object) -> Problem:
    return Problem("Broken", command_id=str(command_id), fields={"error": decision.error})


def faults(errors: Sequence[Any]) -> list[dict[str, str]]:
    """Where a request is wrong and how, without the values and names that were sent."""
    return [
        {"field": _place(error), "code": error["type"], "message": FIELD_FAULTS.get(error["type"], FAULT)}
        for error in errors
    ]


def _place(error: Mapping[str, Any]) -> str:
    steps = list(error["loc"])
    if error["type"] == "extra_forbidden":
        steps[-1:] = ["?"]  # its name was made up by whoever sent it
    if error["type"] == "json_invalid":
        steps = steps[:1]
    return ".".join(str(s) if isinstance(s, int) or _FIELD.fullmatch(s) else "?" for s in steps)


def request_id_of(request: Request) -> str | None:
    found = request.scope.get("request_id")
    return found if isinstance(found, str) else None


def install(app: FastAPI) -> None:
    """Make every error of the app a problem."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Busy, _busy)
    app.add_exception_handler(Unavailable, _unavailable)


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    await request.app.state.denials.record(request, error.rule)
    return error.response(request_id_of(request))


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    rule = _BY_STATUS.get(error.status_code)
    problem = Problem(rule or "Unexpected", status=error.status_code, headers=error.headers)
    return problem.response(request_id_of(request))


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return Problem("Invalid", errors=faults(error.errors())).response(request_id_of(request))


async def _busy(request: Request, _error: Exception) -> Response:
    return Problem("Busy").response(request_id_of(request))


async def _unavailable(request: Request, _error: Exception) -> Response:
    return Problem("Unavailable").response(request_id_of(request))
