"""The console at `/`: built files, kept at hand as they leave. It asks nothing of anybody else."""

from __future__ import annotations

import gzip
import mimetypes
from pathlib import Path
from typing import Final, NamedTuple

from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

BUILT: Final = Path(__file__).parent / "console" / "dist"
ENTRY: Final = "index.html"

CSP: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "img-src 'self' blob: data:",
        "media-src 'self' blob:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS: Final = {
    "Content-Security-Policy": CSP,
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self), payment=()",
}
FOR_EVER: Final = "public, max-age=31536000, immutable"
SQUEEZED: Final = frozenset({".html", ".js", ".css", ".svg", ".json", ".webmanifest"})

SCREENS: Final = (
    "",
    "atendimentos",
    "equipe",
    "painel",
    "tv",
    "analise",
    "auditoria",
    "administracao",
    "convite",
)
"""First steps of the addresses that are screens. All else that is not there is a problem, not a page."""

NOT_BUILT: Final = """<!doctype html><html lang="pt-BR"><meta charset="utf-8"><title>Atende</title>
<h1>O console ainda não foi construído</h1>
<p>Quem cuida deste servidor constrói com <code>make console</code>. A API funciona normalmente:
<a href="/docs">/docs</a>.</p></html>"""


class Kept(NamedTuple):
    body: bytes
    squeezed: bytes | None
    kind: str


class Pages:
    """ASGI. Answers GET for screens and built files, and hands all else on. Files are read again once the
    entry page has changed."""

    def __init__(self, otherwise: ASGIApp, folder: Path = BUILT) -> None:
        self._otherwise, self._folder = otherwise, folder
        self._files: dict[str, Kept] = {}
        self._read_at = -1

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = self._answer(scope) if scope["type"] == "http" else None
        await (answer or self._otherwise)(scope, receive, send)

    def _answer(self, scope: Scope) -> Response | None:
        path = str(scope["path"]).removeprefix("/")
        if scope["method"] not in ("GET", "HEAD"):
            return None
        self._look()
        name = path if path in self._files else ENTRY
        if name != path and path.partition("/")[0] not in SCREENS:
            return None
        if (kept := self._files.get(name)) is None:
            return HTMLResponse(NOT_BUILT, 200 if path == "" else 404, HEADERS)
        return _told(kept, scope, for_ever=name.startswith("assets/"))

    def _look(self) -> None:
        entry = self._folder / ENTRY
        changed_at = entry.stat().st_mtime_ns if entry.exists() else 0
        if changed_at == self._read_at:
            return
        found = [file for file in self._folder.rglob("*") if file.is_file()]
        self._files = {file.relative_to(self._folder).as_posix(): _kept(file) for file in found}
        self._read_at = changed_at


def _kept(file: Path) -> Kept:
    body = file.read_bytes()
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return Kept(body, gzip.compress(body, 9, mtime=0) if file.suffix in SQUEEZED else None, kind)


def _told(kept: Kept, scope: Scope, *, for_ever: bool) -> Response:
    headers = HEADERS | {"Cache-Control": FOR_EVER if for_ever else "no-cache"}
    accepted = next((value for name, value in scope["headers"] if name == b"accept-encoding"), b"")
    if kept.squeezed is None:
        return Response(kept.body, 200, headers, kept.kind)
    headers["Vary"] = "Accept-Encoding"
    if b"gzip" not in accepted:
        return Response(kept.body, 200, headers, kept.kind)
    return Response(kept.squeezed, 200, headers | {"Content-Encoding": "gzip"}, kept.kind)
