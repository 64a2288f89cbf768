"""Files that agents bring, to be sent with a message."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Request, Response

from api.access import AtDesk, allowed
from api.attachments import checked, taken
from api.documented import READS, problems
from api.errors import Problem
from api.examples import FILE, example
from api.models import files as models
from api.permissions import Permission
from api.routes.conversations import OfConversation
from commands.door_ports import Identity, Upload
from commands.whatsapp_port import TooLarge
from domain.conversation import ConversationId

router = APIRouter(prefix="/v1/conversations", tags=["conversations"])
Writer = Annotated[Identity, Depends(allowed(Permission.ATTEND))]

_BODY: Final = {
    "requestBody": {
        "required": True,
        "content": {
            "application/octet-stream": {
                "schema": {"type": "string", "format": "binary"},
                "example": "(bytes do arquivo)",
            }
        },
    }
}


@router.post(
    "/{conversation_id}/files",
    status_code=201,
    summary="Bring a file that you will send",
    response_model=models.BroughtFile,
    openapi_extra=_BODY,
    responses={
        **example(201, FILE),
        **problems(*READS, "NotAnAgent", "FileTypeNotTaken", "FileTooLarge", "FileEmpty"),
    },
)
async def bring(
    conversation_id: OfConversation,
    request: Request,
    desk: AtDesk,
    who: Writer,
    content_type: Annotated[str | None, Header(examples=["image/jpeg"])] = None,
) -> Response:
    """The bytes are the body, and `Content-Type` is the file's own. Types and sizes are those that WhatsApp
    takes: images JPEG or PNG to 5 MB, audio and video to 16 MB, documents to 100 MB. The key may be sent by
    you in this conversation within a day; a file that was not is forgotten then."""
    assert who.agent_id is not None  # the permission takes being one
    mime, what = taken(content_type)
    try:
        stored = await desk.objects.put(checked(request.stream(), what), limit=what.limit)
    except TooLarge:
        # nobody reads the rest of it
        raise Problem("FileTooLarge", headers={"Connection": "close"}) from None
    brought = Upload(ConversationId(conversation_id), who.agent_id, stored.key, mime, desk.clock.now())
    await desk.uploads.keep(brought)
    told = models.BroughtFile(key=stored.key, kind=what.kind, mime=mime, size=stored.size)
    return Response(told.model_dump_json(), 201, media_type="application/json")
