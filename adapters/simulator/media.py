"""Files at the simulated provider: described, downloaded with the token, uploaded in parts."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from adapters.simulator.faults import Faults
from adapters.simulator.ledger import File

VALID = 300  # seconds an address lasts

_DISPOSITION = re.compile(rb'name="([^"]+)"')
_TYPE = re.compile(rb"content-type: *([^\r\n]+)", re.IGNORECASE)


def base64_digest(file: File) -> str:
    return base64.b64encode(file.sha256).decode()


def described(file: File, base_url: str) -> dict[str, Any]:
    """What is said about a file, with an address that lasts five minutes."""
    return {
        "messaging_product": "whatsapp",
        "id": file.media_id,
        "url": f"{base_url}files/{file.media_id}/{int(time.time())}",
        "mime_type": file.mime,
        "sha256": file.sha256.hex(),
        "file_size": len(file.data),
    }


def download(
    request: Request, files: Mapping[str, File], faults: Faults, denied: bool, call: str
) -> Response:
    """The bytes, for whoever has the token and comes in time; otherwise there is nothing here."""
    file = files.get(request.path_params["media_id"])
    issued = int(request.path_params["issued"])
    expired = time.time() - issued > VALID or faults.happens("media_expired", call)
    if denied or file is None or expired:
        return Response(status_code=404)
    if faults.happens("media_fails", call):
        return Response(status_code=500)
    data = file.data
    if faults.happens("media_damaged", call):
        data = bytes([data[0] ^ 1]) + data[1:]
    return Response(data, media_type=file.mime)


def parts(content_type: str, raw: bytes) -> dict[str, tuple[bytes, str]]:
    """The fields of a multipart form: name -> (bytes, type)."""
    boundary = re.search(r'boundary="?([^";]+)"?', content_type)
    if boundary is None:
        return {}
    found: dict[str, tuple[bytes, str]] = {}
    for part in raw.split(b"--" + boundary[1].encode())[1:-1]:
        head, _, data = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        name, mime = _DISPOSITION.search(head), _TYPE.search(head)
        if name is not None:
            kind = mime[1].decode() if mime else "text/plain"
            found[name[1].decode()] = (data.removesuffix(b"\r\n"), kind)
    return found
