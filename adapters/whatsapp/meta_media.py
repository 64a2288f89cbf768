"""Files to and from Meta: fetched at once into our own store, lent to the provider when they are sent."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import mimetypes
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx

from adapters.whatsapp.errors import Jitter, backoff, meaning
from commands.whatsapp_port import (
    Damaged,
    MediaFile,
    MediaUnavailable,
    Missing,
    ObjectStore,
    Stored,
    TooLarge,
    Unsendable,
)

T = TypeVar("T")

MB = 1024 * 1024
FETCH_LIMIT = 100 * MB
ORIGINS = frozenset({"https://lookaside.fbsbx.com"})
TRIES = 3
TRANSFER = 300.0  # seconds one file may take

# What may be lent, by the declared type; documents of any type stay below the last one.
UPLOAD_LIMITS = {
    "image/webp": 500 * 1024,  # stickers: 100 KB when static
    "image/": 5 * MB,
    "audio/": 16 * MB,
    "video/": 16 * MB,
    "": 100 * MB,
}

_NODE = re.compile(r"[A-Za-z0-9_-]{1,256}", re.ASCII)  # an id that is safe as one step of a path
_MIME = re.compile(r"[a-z0-9][a-z0-9.+-]*/[a-z0-9][a-z0-9.+-]*(; ?[a-z]+=[a-z0-9._-]+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a file can be had for five minutes, and what is said about it."""

    url: httpx.URL
    mime: str
    sha256: str | None
    size: int | None


class MetaMedia:
    """The media half of the Cloud API. Both directions are harmless to repeat: both retry by themselves."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        root: str,
        objects: ObjectStore,
        origins: frozenset[str] | None = None,
        *,
        jitter: Jitter,
        limit: int = FETCH_LIMIT,
        pause: float = 0.5,
    ) -> None:
        self._client = client
        self._root = root
        self._objects = objects
        self._origins = ORIGINS if origins is None else origins
        self._jitter = jitter
        self._limit = limit
        self._pause = pause

    async def fetch(self, phone_number_id: str, token: str, media_id: str, sha256: str | None) -> MediaFile:
        if not _NODE.fullmatch(media_id):
            raise MediaUnavailable("bad_media_id", again=False)
        wanted = hex_digest(sha256)

        async def once() -> MediaFile:
            place = await self._find(phone_number_id, token, media_id)
            return await self._bring(token, place, wanted)

        return await self._patiently(once)

    async def upload(self, phone_number_id: str, token: str, stored: Stored, mime: str) -> str:
        if not _MIME.fullmatch(mime):
            raise Unsendable("mime", "a media type")
        limit = next(limit for kind, limit in UPLOAD_LIMITS.items() if mime.startswith(kind))
        if stored.size > limit:
            raise Unsendable("file", f"at most {limit} bytes of {mime.partition('/')[0]}")
        return await self._patiently(lambda: self._lend(phone_number_id, token, stored, mime))

    async def _patiently(self, once: Callable[[], Awaitable[T]]) -> T:
        """What `once` answers, tried a few times as long as trying again can help."""
        attempt = 1
        while True:
            try:
                async with asyncio.timeout(TRANSFER):
                    return await once()
            except MediaUnavailable as unavailable:
                failure = unavailable
            except (TimeoutError, httpx.TimeoutException):
                failure = MediaUnavailable("timeout", again=True)
            except httpx.RequestError:
                failure = MediaUnavailable("connection", again=True)
            if attempt == TRIES or not failure.again:
                raise failure
            await asyncio.sleep(backoff(attempt, self._jitter, base=self._pause, cap=5))
            attempt += 1

    async def _find(self, phone_number_id: str, token: str, media_id: str) -> _Place:
        response = await self._client.get(
            f"{self._root}/{media_id}",
            params={"phone_number_id": phone_number_id},
            headers={"Authorization": f"Bearer {token}"},
        )
        about = _understood(response)
        try:
            url = httpx.URL(str(about.get("url")))
        except httpx.InvalidURL:
            raise MediaUnavailable("bad_url", again=False) from None
        if url.userinfo or origin(url) not in self._origins:
            raise MediaUnavailable("foreign_url", again=False)
        size, mime, sha256 = about.get("file_size"), about.get("mime_type"), about.get("sha256")
        size = int(size) if isinstance(size, int) or (isinstance(size, str) and size.isdigit()) else None
        if size is not None and size > self._limit:
            raise MediaUnavailable("too_large", again=False)
        return _Place(
            url,
            mime if isinstance(mime, str) and mime else "application/octet-stream",
            hex_digest(sha256 if isinstance(sha256, str) else None),
            size,
        )

    async def _bring(self, token: str, place: _Place, wanted: str | None) -> MediaFile:
        if wanted and place.sha256 and wanted != place.sha256:
            raise MediaUnavailable("other_file", again=False)
        async with self._client.stream(
            "GET",
            place.url,
            headers={"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"},
        ) as response:
            if response.status_code != 200:
                # 401 and 404 mean an address that ran out: the next try asks for a new one.
                raise MediaUnavailable(f"http_{response.status_code}", again=True)
            try:
                stored = await self._objects.put(
                    response.aiter_bytes(),
                    sha256=wanted or place.sha256,
                    size=place.size,
                    limit=self._limit,
                )
            except Damaged:
                raise MediaUnavailable("damaged", again=True) from None
            except TooLarge:
                raise MediaUnavailable("too_large", again=False) from None
        return MediaFile(stored, place.mime)

    async def _lend(self, phone_number_id: str, token: str, stored: Stored, mime: str) -> str:
        boundary = f"atende-{stored.sha256[:32]}"
        # The file's own name may hold a person's: the provider gets one that says nothing.
        name = f"arquivo{mimetypes.guess_extension(mime.partition(';')[0]) or ''}"
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="messaging_product"\r\n\r\nwhatsapp\r\n'
            f'--{boundary}\r\nContent-Disposition: form-data; name="type"\r\n\r\n{mime}\r\n'
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            f"Content-Type: {mime}\r\n\r\n"
        ).encode()
        tail = f"\r\n--{boundary}--\r\n".encode()

        async def parts() -> AsyncIterator[bytes]:
            yield head
            async for chunk in self._objects.get(stored.key):
                yield chunk
            yield tail

        try:
            response = await self._client.post(
                f"{self._root}/{phone_number_id}/media",
                content=parts(),
                headers={
                    "Authorization": f"Bearer {token}",
                    "Content-Type": f"multipart/form-data; boundary={boundary}",
                    "Content-Length": str(len(head) + stored.size + len(tail)),
                },
            )
        except Missing:
            raise MediaUnavailable("missing", again=False) from None
        except Damaged:
            raise MediaUnavailable("damaged", again=False) from None
        media_id = _understood(response).get("id")
        if not isinstance(media_id, str) or not media_id:
            raise MediaUnavailable("unreadable_answer", again=True)
        return media_id


def origin(url: httpx.URL) -> str:
    """`scheme://host[:port]`, the port only where it is not the usual one."""
    port = f":{url.port}" if url.port is not None else ""
    return f"{url.scheme}://{url.host}{port}"


def hex_digest(digest: str | None) -> str | None:
    """A SHA-256 in lower-case hex, from hex (media endpoint) or base64 (webhooks); None for anything else."""
    if digest is None:
        return None
    if re.fullmatch(r"[0-9a-fA-F]{64}", digest):
        return digest.lower()
    try:
        raw = base64.b64decode(digest, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw.hex() if len(raw) == hashlib.sha256().digest_size else None


def _understood(response: httpx.Response) -> dict[str, Any]:
    """The JSON object of a kind answer; anything else is `MediaUnavailable`."""
    try:
        body = response.json()
    except ValueError:
        body = None
    body = body if isinstance(body, dict) else {}
    if response.status_code == 200:
        return body
    if response.status_code >= 500:
        raise MediaUnavailable(f"http_{response.status_code}", again=True)
    error = body.get("error")
    code = error.get("code") if isinstance(error, dict) else None
    code = code if isinstance(code, int) else response.status_code
    raise MediaUnavailable(f"code_{code}", again=meaning(code).action.may_retry, code=code)
