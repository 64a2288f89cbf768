"""What a live stream tells. Rows and lines are those of the reads."""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import BaseModel, Field
from pydantic.json_schema import models_json_schema

from api.models.views import Conversation, ConversationWithEpisodes, TranscriptLine, View
from api.models.wallboard import Wallboard

Trouble = Literal["redis", "database", "views"]
Reason = Literal["stopping", "slow", "signed_out", "forbidden", "too_many", "broken"]


class Hello(View):
    """The first event. `stream_id` is how topics are changed."""

    stream_id: str
    topics: list[str] = Field(description="By their full names: `mine` has become `agent.<id>`")
    heartbeat: int = Field(description="Seconds; hearing nothing for twice as long means it is broken")


class Topics(View):
    """What the stream tells about from here on. Snapshots of new ones follow."""

    topics: list[str]


class ListSnapshot(View):
    """The first page of a list in the one order. Replaces whatever is held of it."""

    topic: str
    items: list[Conversation]
    next: str | None = Field(description="Goes as `cursor` to `GET /v1/conversations`")


class TranscriptSnapshot(View):
    """A conversation and its latest lines. Replaces whatever is held of it."""

    topic: str
    conversation: ConversationWithEpisodes | None = Field(description="null: nothing is known of it (yet)")
    items: list[TranscriptLine]
    previous: str | None = Field(description="Goes as `cursor` to the transcript's own address")
    viewers: list[Viewer]


class Row(View):
    """A conversation as it is now. One with a smaller `version` than what is held comes late: ignore it."""

    position: str = Field(description="Of its last change; as the header `Position` of a write")
    lists: list[str] = Field(description="Where it stands now; it has left all others")
    conversation: Conversation


class Gone(View):
    """A conversation has left the lists this stream looks at, for one it does not."""

    position: str
    conversation_id: str


class Line(View):
    """A line as it is now, new or changed: `line_id` tells which, `place` where it belongs. One with a
    smaller ordinal in `position` than what is held comes late: ignore it."""

    position: str
    conversation_id: str
    line: TranscriptLine


class Viewer(View):
    agent_id: str
    state: Literal["viewing", "typing"]


class Presence(View):
    """Who looks at a conversation now, whoever reads this included."""

    conversation_id: str
    viewers: list[Viewer]


class RoomMoved(View):
    """Something was said or read in a room of colleagues that you may enter: ask for it with `after`. Told
    whatever the stream looks at."""

    room_id: str
    position: str


class Mark(View):
    """All that happened so far has been told: its `id` is what `Last-Event-ID` gives back."""


class Degraded(View):
    """What is told may be late: say so. Without Redis changes are looked for every second, without the
    database there are none, and `views` means that what is read has fallen behind what happened."""

    troubles: list[Trouble]
    detail: str


class Recovered(View):
    """It is in time again."""


class Reset(View):
    """What happened in between cannot be told: drop what is held of these topics. Snapshots follow."""

    topics: list[str]
    reason: Literal["too_far", "rebuilt", "unknown", "rights"]


class Bye(View):
    """The last event."""

    reason: Reason
    detail: str
    again: bool = Field(description="Whether to come back, with `Last-Event-ID`")


TranscriptSnapshot.model_rebuild()

EVENTS: Final[dict[str, type[BaseModel]]] = {
    "hello": Hello,
    "topics": Topics,
    "list": ListSnapshot,
    "transcript": TranscriptSnapshot,
    "conversation": Row,
    "gone": Gone,
    "line": Line,
    "presence": Presence,
    "room": RoomMoved,
    "wallboard": Wallboard,
    "mark": Mark,
    "degraded": Degraded,
    "recovered": Recovered,
    "reset": Reset,
    "bye": Bye,
}
"""The events by their names on the wire."""


def schemas() -> dict[str, Any]:
    """The schemas of all events, for the document; they refer to those of the reads."""
    _, told = models_json_schema(
        [(model, "serialization") for model in EVENTS.values()],
        ref_template="#/components/schemas/{model}",
    )
    defined: dict[str, Any] = told["$defs"]
    return defined
