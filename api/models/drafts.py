"""What somebody began to write, as the doors hear of it and tell of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from api.models.asks import Ask
from api.models.views import View


class PutDraft(Ask):
    text: Annotated[str, StringConstraints(max_length=4096)]
    note: bool = Field(False, description="It is to be a note that colleagues alone see")


class Draft(View):
    text: str = ""
    note: bool = False
    saved_at: datetime | None = None
