"""Files that agents bring, as the doors tell of them."""

from __future__ import annotations

from pydantic import Field

from api.models.views import View


class BroughtFile(View):
    key: str = Field(description="For a message with a file")
    kind: str = Field(description="How it is sent: `image`, `video`, `audio` or `document`")
    mime: str
    size: int
