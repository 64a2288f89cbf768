"""What changed, from what the wire says and from the views themselves: read once, for all who look at it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Final, TypeAlias

from api import quoting
from api.live import events, topics
from api.live.marks import INBOX, TRANSCRIPT, LastSeen, head
from api.live.stream import Stream
from api.live.switchboard import Switchboard
from api.live_ports import Conversations, Lines, Rows, Standing
from api.models import views
from commands.live_ports import Marks, Move
from domain.conversation import ConversationId
from domain.journal import Position
from projections import inbox, transcript

MOST: Final = 1_000
"""Changed rows that are told one by one; whoever missed more begins anew."""


_Told: TypeAlias = tuple[str, views.TranscriptLine, Position]


class Changes:
    """How far everybody was told, and what they were not told yet.

    `missed` says that the wire may not have told everything: the views are looked at. A move is believed when
    it goes on from where we stand; else something between is missing.
    """

    def __init__(
        self,
        rows: Rows,
        streams: Switchboard,
        meaning: Callable[[int], str],
        lose: Callable[[Stream, str], None],
    ) -> None:
        """`lose` takes a topic away from a stream that may not see it any more."""
        self._rows, self._streams, self._meaning, self._lose = rows, streams, meaning, lose
        self._generation = ""
        self._marks: dict[str, dict[int, int]] = {}  # everything up to here was told
        self._heard: dict[str, dict[int, int]] = {}  # of everything up to here we heard what changed
        self._ahead: dict[str, Marks] = {}  # further than we were at the last look
        self._touched: dict[str, set[str]] = {}  # conversations, with the lists they stood in before
        self._lines: set[tuple[str, str]] = set()
        self.missed = True
        self.head: bytes | None = None  # of the marks everybody was told; None while nobody knows

    def hear(self, moves: Iterable[Move]) -> None:
        """Note what was said to have changed; `tell` reads it."""
        for move in moves:
            mine = self._heard.get(move.view)
            if mine is None:
                continue
            if all(mine.get(p, 0) >= ordinal for p, ordinal in move.marks.items()):
                continue  # the views told it first
            if move.rows is None or any(mine.get(p, 0) < ordinal for p, ordinal in move.was.items()):
                self.missed = True
                continue
            if move.view == INBOX:
                for (conversation_id,), before in move.rows:
                    self._touched.setdefault(conversation_id, set()).update(before)
            elif move.view == TRANSCRIPT:
                self._lines.update((key[0], key[1]) for key, _ in move.rows)
            self._heard[move.view] = _furthest(mine, move.marks)

    async def tell(self) -> str | None:
        """Read what changed and push it to those who look at it. Answers why all must begin anew, or None.
        Raises Unavailable; then it is told the next time."""
        if self.missed:
            return await self._catch_up()
        if not self._touched and not self._lines:
            return None
        conversations = await self._read_conversations(self._touched)
        lines = await self._lines_told(await self._read_lines(self._lines))
        touched, self._touched, self._lines = self._touched, {}, set()
        for row, position in conversations:
            self._tell_row(row, position, touched.get(row.conversation_id))
        self._tell_lines(lines)
        self._marks = {view: dict(heard) for view, heard in self._heard.items()}
        self._mark()
        return None

    async def look(self) -> Standing:
        """How far the views are. What they were at the last look and was not told by now was missed. Raises
        Unavailable."""
        standing = await self._rows.standing()
        if standing.generation != self._generation:
            self.missed = True
        for view, marks in self._ahead.items():
            mine = self._marks.get(view, {})
            self.missed = self.missed or any(mine.get(p, 0) < o for p, o in marks.items())
        self._ahead = dict(standing.marks)
        return standing

    async def since(self, stream: Stream, last: LastSeen) -> str | None:
        """Push to one stream what changed since it was told the last time. Answers why that cannot be done,
        or None. Raises Unavailable."""
        standing = await self._rows.standing()
        if last.generation != standing.generation:
            return "rebuilt"
        if any(
            standing.marks[view].get(p, 0) < ordinal
            for view, marks in last.marks.items()
            for p, ordinal in marks.items()
        ):
            return "unknown"  # another history: a copy was restored
        if stream.topics <= {topics.WALLBOARD}:
            return None
        told = {view: _all(standing.marks[view], last.marks[view]) for view in (INBOX, TRANSCRIPT)}
        conversations = await self._rows.conversations_since(told[INBOX], MOST)
        looked_at = await self._in_sight(stream)
        lines = await self._rows.lines_since(told[TRANSCRIPT], looked_at, MOST) if looked_at else ()
        if conversations is None or lines is None:
            return "too_far"
        for row, position in conversations:
            lists = inbox.lists(row)
            apart = stream.topics.isdisjoint((*lists, topics.of_conversation(row.conversation_id)))
            if apart or not stream.sight.reaches(row):
                stream.owe(events.gone(row.conversation_id, position))
            else:
                stream.owe(events.row(row, position, lists, stream.sight))
        for conversation_id, told_line, position in await self._lines_told(lines):
            stream.owe(events.line(conversation_id, told_line, position, stream.sight))
        return None

    async def _in_sight(self, stream: Stream) -> list[ConversationId]:
        """The conversations a stream looks at; those that are out of its reach by now it loses."""
        looked_at = [c for topic in stream.topics if (c := topics.conversation_of(topic)) is not None]
        if not looked_at or stream.sight.whole:
            return looked_at
        for row, _ in await self._rows.conversations(looked_at):
            if not stream.sight.reaches(row):
                looked_at.remove(row.conversation_id)
                self._lose(stream, topics.of_conversation(row.conversation_id))
        return looked_at

    # ── from the views alone ─────────────────────────────────────────────────────────────────────

    async def _catch_up(self) -> str | None:
        """Go to where the views stand, whatever the wire has told."""
        standing = await self._rows.standing()  # first: what is read after it includes all it says
        anew = self._generation and standing.generation != self._generation
        reason: str | None = "rebuilt" if anew else None
        if self._generation and not anew and len(self._streams):
            mine = {view: _all(standing.marks[view], self._marks[view]) for view in (INBOX, TRANSCRIPT)}
            conversations = await self._rows.conversations_since(mine[INBOX], MOST)
            looked_at = [ConversationId(c) for c in self._streams.conversations()]
            lines = await self._rows.lines_since(mine[TRANSCRIPT], looked_at, MOST) if looked_at else ()
            if conversations is None or lines is None:
                reason = "too_far"
            else:
                lines_told = await self._lines_told(lines)
                for row, position in conversations:
                    self._tell_row(row, position, None)
                self._tell_lines(lines_told)
        self._generation = standing.generation
        self._marks = {view: _furthest(self._marks.get(view, {}), m) for view, m in standing.marks.items()}
        if anew:
            self._marks = {view: dict(m) for view, m in standing.marks.items()}
        self._heard = {view: dict(told) for view, told in self._marks.items()}
        self._touched, self._lines, self._ahead, self.missed = {}, set(), {}, False
        self._mark()
        return reason

    async def _lines_told(self, lines: Lines) -> list[_Told]:
        """The lines as they are told, with what they answer."""
        shown = [(row, at) for row, at in lines if row.line is not transcript.Line.REACTION]
        quotes = quoting.among(row for row, _ in shown)
        if missing := quoting.wanted(row for row, _ in shown) - quotes.keys():
            quotes |= quoting.among(row for row, _ in await self._rows.lines(sorted(missing)))
        return [
            (row.conversation_id, views.line(row, self._meaning, quoting.quoted(row, quotes)), at)
            for row, at in shown
        ]

    # ── to those who look ────────────────────────────────────────────────────────────────────────

    async def _read_conversations(self, touched: Mapping[str, set[str]]) -> Conversations:
        """Those that anybody may be looking at."""
        if not self._streams.at_lists():
            touched = {c: b for c, b in touched.items() if self._streams.looked_at(topics.of_conversation(c))}
        wanted = [ConversationId(conversation_id) for conversation_id in touched]
        return await self._rows.conversations(wanted) if wanted else ()

    async def _read_lines(self, lines: Iterable[tuple[str, str]]) -> Lines:
        wanted = [key for key in lines if self._streams.looked_at(topics.of_conversation(key[0]))]
        return await self._rows.lines(wanted) if wanted else ()

    def _tell_row(self, row: inbox.Row, position: Position, before: set[str] | None) -> None:
        """The row to whoever looks where it stands; to whoever looks where it stood, that it is gone.
        `before` None: it may have stood anywhere."""
        lists, topic = inbox.lists(row), topics.of_conversation(row.conversation_id)
        looking = self._streams.at((*lists, topic))
        seen = {stream for stream in looking if stream.sight.whole or stream.sight.reaches(row)}
        chunks: dict[Hashable, bytes] = {}
        for stream in seen:
            if (chunk := chunks.get(stream.sight.shows)) is None:
                chunk = chunks[stream.sight.shows] = events.row(row, position, lists, stream.sight)
            stream.push(chunk)
        left = (self._streams.at_lists() if before is None else self._streams.at(before)) | looking
        if left := left - seen:
            gone = events.gone(row.conversation_id, position)
            for stream in left:
                stream.push(gone)
        for stream in looking - seen:
            if topic in stream.topics:
                self._lose(stream, topic)

    def _tell_lines(self, lines: Iterable[_Told]) -> None:
        for conversation_id, line, position in lines:
            chunks: dict[Hashable, bytes] = {}
            for stream in self._streams.at([topics.of_conversation(conversation_id)]):
                if (chunk := chunks.get(stream.sight.shows)) is None:
                    chunk = chunks[stream.sight.shows] = events.line(
                        conversation_id, line, position, stream.sight
                    )
                stream.push(chunk)

    def _mark(self) -> None:
        self.head = events.mark(head(self._generation, self._marks))
        for stream in self._streams:
            stream.mark(self.head)


def _furthest(one: Marks, other: Marks) -> dict[int, int]:
    return {p: max(one.get(p, 0), other.get(p, 0)) for p in {*one, *other}}


def _all(known: Marks, mine: Marks) -> dict[int, int]:
    """Where one stands in every partition there is; in one never heard of, before its first event."""
    return {p: mine.get(p, 0) for p in {*known, *mine}}
