"""Files of conversations, for whoever may read them."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Path, Response
from fastapi.responses import StreamingResponse

from api.access import AtDesk, about
from api.documented import READS, problems
from api.errors import Problem
from api.permissions import Mask, Permission, everywhere, grant
from api.routes.conversations import Reader

router = APIRouter(tags=["conversations"])

SHOWN: Final = frozenset(
    {
        "image/jpeg",
        "image/png",
        "image/webp",
        "image/gif",
        "audio/ogg",
        "audio/mpeg",
        "audio/mp4",
        "audio/aac",
        "audio/amr",
        "video/mp4",
        "video/3gpp",
        "application/pdf",
    }
)
"""What a browser may show. Whatever else a customer sends is only ever saved, never run in our name."""


@router.get(
    "/v1/media/{key}",
    summary="A file that was sent",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "The bytes; the type is the declared one where a browser may show it",
            "content": {
                "image/jpeg": {
                    "schema": {"type": "string", "format": "binary"},
                    "example": "(bytes da foto das luzes do modem)",
                }
            },
        },
        **problems(*READS, "OutOfReach", "UnknownMedia"),
    },
)
async def media(
    key: Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="From the transcript")],
    desk: AtDesk,
    who: Reader,
) -> Response:
    """Whoever may not read what was said gets no files either; others those of conversations in reach."""
    held = grant(who, Permission.READ_CONVERSATIONS)
    if held is None or Mask.CONTENT in held.masks:
        raise Problem("Forbidden")
    declared = await desk.reads.media_type(key)
    stored = None if declared is None else await desk.objects.find(key)
    if declared is None or stored is None:
        raise Problem("UnknownMedia")
    if not everywhere(who, Permission.READ_CONVERSATIONS):
        holders = await desk.reads.holders(key)
        if not any(grant(who, Permission.READ_CONVERSATIONS, about(row)) for row in holders):
            raise Problem("OutOfReach")
    kind = declared.partition(";")[0].strip().lower()
    shown = kind in SHOWN
    headers = {
        "Content-Length": str(stored.size),
        "Content-Disposition": "inline" if shown else "attachment",
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return StreamingResponse(
        desk.objects.get(key), headers=headers, media_type=kind if shown else "application/octet-stream"
    )
