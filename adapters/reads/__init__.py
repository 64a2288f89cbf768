"""The questions doors and processes ask of what is known."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from adapters.reads import (
    chats,
    conversations,
    deadlines,
    finding,
    lists,
    rated,
    stints,
    transcripts,
    wallboard,
)
from adapters.reads.arrivals import Arrivals
from adapters.reads.asking import Pool, asking
from adapters.reads.conversations import SnoozedRows, Told, Wanted, Within
from adapters.reads.deadlines import DeadlineRows
from adapters.reads.first_line import FirstLineRows
from adapters.reads.lists import Sums
from adapters.reads.pages import BadCursor, Page
from adapters.reads.rated import RatingsWanted
from adapters.reads.sending import CorrespondenceRows, OutgoingRows
from domain.agent import AgentId
from domain.channel import ChannelId
from domain.chat import RoomId
from domain.conversation import ConversationId, MessageId, Stage
from domain.delivery import DeliveryId
from domain.journal import Position
from domain.queue import Priority, QueueId
from domain.user import UserId
from projections import (
    agents,
    canned,
    channels,
    chat_messages,
    chat_rooms,
    deliveries,
    inbox,
    queues,
    ratings,
    scheduled,
    templates,
    transcript,
    users,
)
from projections import deadlines as timers
from projections import rules as judging
from projections import stints as whereabouts
from projections.wallboard import Wallboard

__all__ = [
    "BadCursor",
    "CorrespondenceRows",
    "DeadlineRows",
    "FirstLineRows",
    "OutgoingRows",
    "Page",
    "Pool",
    "RatingsWanted",
    "Reads",
    "SnoozedRows",
    "Sums",
    "Told",
    "Wanted",
]


class Reads:
    """What doors ask. Every question takes a connection of the pool, whose times are UTC, and gives it back.

    Raises Unavailable when the database is away.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._arrivals = Arrivals(pool)

    async def conversations(
        self, wanted: Wanted, at: datetime, *, limit: int = 50, after: str | None = None
    ) -> Page[inbox.Row]:
        async with asking(self._pool) as connection:
            return await conversations.conversations(connection, wanted, at, limit=limit, after=after)

    async def conversation(self, conversation_id: ConversationId) -> Told | None:
        async with asking(self._pool) as connection:
            return await conversations.conversation(connection, conversation_id)

    async def by_ids(self, ids: Sequence[ConversationId], *, limit: int) -> list[inbox.Row]:
        async with asking(self._pool) as connection:
            return await finding.by_ids(connection, ids, limit=limit)

    async def by_protocol(self, protocol: str, *, limit: int) -> list[inbox.Row]:
        async with asking(self._pool) as connection:
            return await finding.by_protocol(connection, protocol, limit=limit)

    async def by_name(self, names: Sequence[str], *, limit: int) -> list[inbox.Row]:
        async with asking(self._pool) as connection:
            return await finding.by_name(connection, names, limit=limit)

    async def counts(
        self, agent_id: AgentId | None, at: datetime, within: Within | None = None
    ) -> inbox.Counts:
        async with asking(self._pool) as connection:
            return await finding.counts(connection, agent_id, at, within)

    async def lines(self, conversation_id: ConversationId, ids: Sequence[MessageId]) -> list[transcript.Row]:
        async with asking(self._pool) as connection:
            return await transcripts.some_lines(connection, conversation_id, ids)

    async def clocks(self, conversation_id: ConversationId) -> timers.Row | None:
        async with asking(self._pool) as connection:
            return await deadlines.clocks_of(connection, conversation_id)

    async def rules(self) -> list[judging.Row]:
        async with asking(self._pool) as connection:
            return await deadlines.rules_in_force(connection)

    async def transcript(
        self,
        conversation_id: ConversationId,
        *,
        limit: int = 50,
        at: str | None = None,
        by: datetime | None = None,
    ) -> Page[transcript.Row]:
        async with asking(self._pool) as connection:
            return await transcripts.lines(connection, conversation_id, limit=limit, at=at, by=by)

    async def stood(
        self, queue_id: QueueId, moment: datetime, *, limit: int = 50, after: str | None = None
    ) -> Page[whereabouts.Row]:
        async with asking(self._pool) as connection:
            return await stints.stood(connection, queue_id, moment, limit=limit, after=after)

    async def tally(self, queue_id: QueueId, moment: datetime) -> whereabouts.Tally:
        async with asking(self._pool) as connection:
            return await stints.tally(connection, queue_id, moment)

    async def depths(
        self, queue_id: QueueId, start: datetime, until: datetime, step: timedelta
    ) -> list[whereabouts.Depth]:
        async with asking(self._pool) as connection:
            return await stints.depths(connection, queue_id, start, until, step)

    async def stints(
        self, conversation_id: ConversationId, *, limit: int = 500, after: str | None = None
    ) -> Page[whereabouts.Row]:
        async with asking(self._pool) as connection:
            return await stints.of_conversation(connection, conversation_id, limit=limit, after=after)

    async def media_type(self, key: str) -> str | None:
        async with asking(self._pool) as connection:
            return await transcripts.media_type(connection, key)

    async def holders(self, key: str) -> list[inbox.Row]:
        async with asking(self._pool) as connection:
            return await conversations.holders(connection, key)

    async def user(self, user_id: UserId) -> users.Row | None:
        async with asking(self._pool) as connection:
            return await lists.one_user(connection, user_id)

    async def users(self) -> list[users.Row]:
        async with asking(self._pool) as connection:
            return await lists.all_users(connection)

    async def rooms(self, agent_id: AgentId, queues: Collection[QueueId] | None) -> list[chat_rooms.Row]:
        async with asking(self._pool) as connection:
            return await chats.rooms(connection, agent_id, queues)

    async def room(self, room_id: RoomId) -> chat_rooms.Row | None:
        async with asking(self._pool) as connection:
            return await chats.room(connection, room_id)

    async def said(
        self, room_id: RoomId, *, limit: int = 50, before: int | None = None
    ) -> list[chat_messages.Row]:
        async with asking(self._pool) as connection:
            return await chats.said(connection, room_id, limit=limit, before=before)

    async def delivery(self, delivery_id: DeliveryId) -> deliveries.Row | None:
        async with asking(self._pool) as connection:
            return await lists.one_delivery(connection, delivery_id)

    async def queues(self) -> list[queues.Row]:
        async with asking(self._pool) as connection:
            return await lists.all_queues(connection)

    async def agent(self, agent_id: AgentId) -> agents.Row | None:
        async with asking(self._pool) as connection:
            return await lists.one_agent(connection, agent_id)

    async def agents(self) -> list[agents.Row]:
        async with asking(self._pool) as connection:
            return await lists.all_agents(connection)

    async def canned(self) -> list[canned.Row]:
        async with asking(self._pool) as connection:
            return await lists.all_canned(connection)

    async def channels(self) -> list[channels.Row]:
        async with asking(self._pool) as connection:
            return await lists.all_channels(connection)

    async def ratings(self, wanted: RatingsWanted) -> list[ratings.Row]:
        async with asking(self._pool) as connection:
            return await rated.ratings(connection, wanted)

    async def scheduled(self, conversation_id: ConversationId) -> list[scheduled.Row]:
        async with asking(self._pool) as connection:
            return await rated.scheduled_of(connection, conversation_id)

    async def templates(self, channel_id: ChannelId) -> list[templates.Row]:
        async with asking(self._pool) as connection:
            return await lists.all_templates(connection, channel_id)

    async def numbers(self, at: datetime) -> list[Sums]:
        async with asking(self._pool) as connection:
            return await lists.sums(connection, at)

    async def wallboard(self, at: datetime) -> Wallboard:
        async with asking(self._pool) as connection:
            return await wallboard.standing(connection, at)

    async def active(self) -> dict[tuple[Stage, Priority], int]:
        async with asking(self._pool) as connection:
            return await conversations.active(connection)

    async def wait_for(self, views: Collection[str], position: Position, timeout: float = 2.0) -> bool:
        """Return once all these views have folded everything up to the position; False when they have not
        within `timeout` seconds. Raises KeyError for a view that is not in the catalogue."""
        return await self._arrivals.wait_for(views, position, timeout)
