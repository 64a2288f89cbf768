"""`/docs`: the document as one page of plain HTML, made here; it asks nothing of anybody else."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

router = APIRouter(include_in_schema=False)

_STYLE: Final = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1f}
details{border:1px solid #d7d7de;border-radius:.4rem;margin:.4rem 0;padding:.4rem .8rem}
summary{cursor:pointer}code,pre{font:13px/1.45 ui-monospace,monospace}pre{background:#f5f5f8;padding:.7rem;
overflow:auto;border-radius:.3rem}b{display:inline-block;min-width:4.2rem}
h3{font-size:1rem;margin:1rem 0 .2rem}
table{border-collapse:collapse}td{padding:.15rem .8rem .15rem 0;vertical-align:top}
"""
_HEADERS: Final = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}


@router.get("/docs")
async def docs(request: Request) -> HTMLResponse:
    return HTMLResponse("".join(page(request.app.openapi())), headers=_HEADERS)


def page(document: Mapping[str, Any]) -> Iterator[str]:
    """The page, piece by piece."""
    info = document["info"]
    yield f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(info["title"])}</title>'
    yield f"<style>{_STYLE}</style><h1>{escape(info['title'])} {escape(info['version'])}</h1>"
    yield f"<p>{escape(info['summary'])}</p><pre>{escape(info['description'].strip())}</pre>"
    yield '<p>For programs: <a href="/openapi.json">openapi.json</a></p>'
    operations = [
        (path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    for tag in document["tags"]:
        yield f"<h2>{escape(tag['name'])}</h2><p>{escape(tag['description'])}</p>"
        for path, method, operation in operations:
            if tag["name"] in operation["tags"]:
                yield from _operation(path, method, operation)


def _operation(path: str, method: str, operation: Mapping[str, Any]) -> Iterator[str]:
    yield f"<details><summary><b>{method.upper()}</b><code>{escape(path)}</code> "
    yield f"{escape(operation['summary'])}</summary><p>{escape(operation.get('description', ''))}</p>"
    if parameters := operation.get("parameters"):
        yield "<h3>Parameters</h3><table>"
        for parameter in parameters:
            needed = "needed" if parameter.get("required") else ""
            yield f"<tr><td><code>{escape(parameter['name'])}</code><td>{parameter['in']}<td>{needed}"
            yield f"<td>{escape(parameter.get('description', ''))}"
        yield "</table>"
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        yield f"<h3>Body <code>{escape(kind)}</code></h3>"
        yield from _examples(content)
    yield "<h3>Answers</h3>"
    for status, response in operation["responses"].items():
        yield f"<p><b>{escape(status)}</b>{escape(response.get('description', ''))}</p>"
        for content in response.get("content", {}).values():
            yield from _examples(content)
    yield "</details>"


def _examples(content: Mapping[str, Any]) -> Iterator[str]:
    several = {name: found["value"] for name, found in content.get("examples", {}).items()}
    single = content.get("schema", {}).get("examples") or []
    for value in [*several.values(), *single, *([content["example"]] if "example" in content else [])]:
        told = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)
        yield f"<pre>{escape(told)}</pre>"
