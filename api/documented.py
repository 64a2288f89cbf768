"""What OpenAPI says beyond what the code says by itself: problems, headers, the document as a whole."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.errors import MEDIA_TYPE, Problem, status_of
from api.models import live
from api.problems import PROBLEMS, TITLES
from domain.copy.refusals import REFUSALS

Responses = dict[int | str, dict[str, Any]]

READS: Final = (
    "Unauthenticated",
    "AccessChanged",
    "Forbidden",
    "SecondFactorOwed",
    "Invalid",
    "Unavailable",
)
"""What any reading door may say."""
WRITES: Final = (*READS, "NotAnAgent", "BadBody", "TooLarge", "KeyReused", "Broken", "Busy")
"""What any writing door may say."""

DELIVERY_HEADERS: Final[dict[str, Any]] = {
    "Delivery-Id": {
        "description": "Keyed hash of channel and body: the same body, the same id",
        "schema": {"type": "string"},
    }
}
POSITION: Final[dict[str, Any]] = {
    "Position": {
        "description": "How far history had come with this, `partition:ordinal`; give it to reads as `after`",
        "schema": {"type": "string", "examples": ["3:1712"]},
    },
    "Idempotency-Key": {
        "description": "The key it was decided under: yours, or one made for you",
        "schema": {"type": "string"},
    },
}

PROBLEM: Final[dict[str, Any]] = {
    "title": "Problem",
    "description": "RFC 9457. `detail` is for people, `rule` for programs. Nothing sent is repeated.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "rule"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:atende:problem:already-attended"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "rule": {"type": "string"},
        "fields": {"type": "object", "description": "Who or what stands in the way: ids, numbers, times"},
        "winner": {
            "type": "object",
            "description": "Who was first",
            "properties": {"agent_id": {"type": "string"}, "name": {"type": "string"}},
        },
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "field": {"type": "string"},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
        "command_id": {"type": "string", "format": "uuid"},
        "request_id": {"type": "string"},
    },
}

_FIELDS: Final[dict[str, dict[str, Any]]] = {
    "AlreadyAttended": {
        "detail": "Bia já está com esta conversa.",
        "fields": {"by": "bia"},
        "winner": {"agent_id": "bia", "name": "Bia"},
    },
    "Invalid": {"errors": [{"field": "body.text", "code": "missing", "message": "Campo obrigatório."}]},
    "Broken": {"command_id": "0b9f6c3e-2f0a-5d7e-9c53-6f3b1c2d4e5f", "fields": {"error": "ValueError"}},
}


def problems(*rules: str) -> Responses:
    """The responses of a route that may end in these rules, an example for each."""
    examples: dict[int, dict[str, Any]] = defaultdict(dict)
    for rule in rules:
        known = PROBLEMS.get(rule)
        status = known.status if known else status_of(rule)
        detail = known.detail if known else REFUSALS[rule][-1]
        problem = Problem(rule, status=status, detail=detail)
        value = {
            "type": problem.type,
            "title": TITLES[status],
            "status": status,
            "detail": detail,
            "rule": rule,
        }
        examples[status][rule] = {"value": value | _FIELDS.get(rule, {})}
    return {
        status: {
            "description": TITLES[status],
            "content": {
                MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": of_status}
            },
            **({"headers": _RETRY} if status == 503 else {}),
        }
        for status, of_status in sorted(examples.items())
    }


_RETRY: Final[dict[str, Any]] = {
    "Retry-After": {"description": "Seconds", "schema": {"type": "string", "examples": ["2"]}}
}

DESCRIPTION: Final = """
A desk behind WhatsApp numbers where everything is an event.

* **Writes** are wishes. Each has an `Idempotency-Key` (one is made when missing): the same key again gets the
  first answer again, the same key with another body is 422. The answer carries `Position`.
* **Reads** come from views that follow a moment later. `after=<position>` waits up to two seconds until
  what you wrote is there.
* **What you saw** is the `ETag` of a conversation. Sent back as `If-Match` it protects from deciding over
  what changed meanwhile: stage or owner for most, a new message of the customer for what you send.
* **No** is a problem (RFC 9457) with a sentence for people in `detail` and a `rule` for programs.
"""

TAGS: Final = [
    {"name": "conversations", "description": "Who waits, what was said, and everything an agent does"},
    {"name": "live", "description": "What changes, told as it does"},
    {"name": "people", "description": "Signing in, sessions, users, tokens, permissions"},
    {"name": "chat", "description": "Colleagues among themselves"},
    {"name": "clocks", "description": "Until when an answer is due, who was told, and by which rules"},
    {"name": "desk", "description": "Queues, agents, channels"},
    {"name": "journal", "description": "What became of a delivery or a command"},
    {"name": "webhooks", "description": "Where providers knock"},
    {"name": "running", "description": "Health and figures"},
]


def openapi_of(app: FastAPI) -> dict[str, Any]:
    """The document, made once, with the schema of problems in it."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            summary=app.summary,
            description=app.description,
            routes=app.routes,
            tags=TAGS,
        )
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        schemas["Problem"] = PROBLEM
        for name, schema in live.schemas().items():
            schemas.setdefault(name, schema)
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        app.openapi_schema = document
    return app.openapi_schema
