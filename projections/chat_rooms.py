"""In which rooms do colleagues talk, and what has nobody of them read yet?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, ClassVar, Final

from domain import chat
from domain.agent import AgentId
from domain.chat import Kind, RoomId
from domain.journal import Recorded
from domain.privacy import Chat, Clear
from domain.queue import QueueId
from projections.answer import Projection, by_root, replace

PREVIEW: Final = 120
"""Signs of the last words that a list shows."""

Numbers = Annotated[dict[str, int], Clear()]
"""By agent, the number of a message."""


@dataclass(frozen=True, slots=True)
class Row:
    KEY: ClassVar[tuple[str, ...]] = ("room_id",)

    room_id: RoomId
    kind: Kind
    queue_id: QueueId | None
    members: tuple[AgentId, ...]
    opened_at: datetime
    said: int = 0
    read: Numbers = field(default_factory=dict)
    mentioned: Numbers = field(default_factory=dict)  # the last message that names them
    last_at: datetime | None = None
    last_author: AgentId | None = None
    last_preview: Chat | None = None

    def unread(self, agent_id: AgentId) -> int:
        return self.said - self.read.get(agent_id, 0)

    def calls(self, agent_id: AgentId) -> bool:
        """Whether something they have not read names them."""
        return self.mentioned.get(agent_id, 0) > self.read.get(agent_id, 0)


def evolve(row: Row | None, recorded: Recorded) -> Row | None:
    match recorded.event:
        case chat.Opened(kind=kind, members=members, queue_id=queue_id):
            return Row(RoomId(recorded.root), kind, queue_id, members, recorded.at)
        case chat.Said() as said if row is not None:
            return replace(
                row,
                said=said.n,
                read={**row.read, said.author: said.n},
                mentioned={**row.mentioned, **dict.fromkeys(said.mentions, said.n)},
                last_at=said.at,
                last_author=said.author,
                last_preview=said.text[:PREVIEW],
            )
        case chat.Read(member=member, through=through) if row is not None:
            return replace(row, read={**row.read, member: through})
        case _:
            return row


CHAT_ROOMS = Projection("chat_rooms", 1, Row, by_root, evolve, (chat.Opened, chat.Said, chat.Read))
