"""What streams are remembered as: folded states, bounded, warmed up from the index."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from itertools import islice
from typing import Any, Final, NamedTuple

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from adapters.archive import Archive, subject_of
from adapters.log.index import Found
from adapters.log.port import LogUnavailable
from domain.grammar import Stream, kind_of
from domain.privacy import SubjectId

SNAPSHOT_EVERY: Final = 200  # events since the last snapshot
SUBJECT: Final = "~"  # in a snapshot, beside the state: no field can be called so


class Known(NamedTuple):
    """A stream as it stands: its state, its version, the ordinal of its last event, and whose words it holds
    (nobody's yet, or nobody's any more)."""

    state: Any
    version: int
    ordinal: int
    subject: SubjectId | None = None


class Unfoldable(Exception):
    """A stream whose history cannot be read. Its own commands break; the others go on."""


class States:
    """At most `capacity` streams, least recently used first out, never one the index does not hold yet."""

    def __init__(
        self,
        streams: Mapping[str, Stream[Any, Any]],
        archive: Archive,
        capacity: int,
        indexed: Callable[[int], int],
    ) -> None:
        self._streams, self._archive = streams, archive
        self._capacity, self._indexed = capacity, indexed
        self._known: OrderedDict[str, Known | Unfoldable] = OrderedDict()
        self._adapters = {
            kind: TypeAdapter[Any](type(stream.initial))
            for kind, stream in streams.items()
            if stream.initial is not None
        }

    def get(self, stream: str) -> Known:
        """The state of a stream that was warmed. Raises Unfoldable."""
        known = self._known[stream]
        if isinstance(known, Unfoldable):
            raise known
        return known

    def subject(self, stream: str) -> SubjectId | None:
        """Whose words a stream holds, if anybody's."""
        known = self._known.get(stream)
        return known.subject if isinstance(known, Known) else None

    def cold(self, streams: Collection[str]) -> dict[str, int]:
        """Those that are not known, each with the version of its fold: to be looked up, and then `warm`ed."""
        cold: dict[str, int] = {}
        for stream in streams:
            if stream in self._known:
                self._known.move_to_end(stream)
            else:
                cold[stream] = self._streams[kind_of(stream)].version
        return cold

    def warm(self, cold: Collection[str], found: Found) -> None:
        """Fold what was found of these; what was not found has no history yet. Raises LogUnavailable when the
        keys of what was sealed cannot be asked for."""
        bodies = [from_json(row.body) for row in found.events]
        self._archive.fetch(bodies)
        snapshots = found.snapshots
        loaded: dict[str, Known | Unfoldable] = {}
        for stream in cold:
            version, state = snapshots.get(stream, (0, None))
            kind = kind_of(stream)
            initial = self._streams[kind].initial
            subject = None
            try:
                if state is not None:
                    initial = self._adapters[kind].validate_json(state)
                    subject = from_json(state).get(SUBJECT)
            except ValidationError as error:
                loaded[stream] = Unfoldable(type(error).__name__)
            else:
                loaded[stream] = Known(initial, version, 0, subject)
        for row, body in zip(found.events, bodies, strict=True):
            known = loaded[row.stream]
            if isinstance(known, Unfoldable):
                continue
            try:
                event = self._archive.read(row.type, row.schema, body, row.stream, row.version)
                state = self._streams[kind_of(row.stream)].evolve(known.state, event)
                subject = subject_of(body) or known.subject
                if self._archive.ends(event, subject):
                    subject = None
            except LogUnavailable:
                raise
            except Exception as error:  # noqa: BLE001  whatever it is, it breaks this stream and no other
                loaded[row.stream] = Unfoldable(type(error).__name__)
            else:
                loaded[row.stream] = Known(state, row.version, row.ordinal, subject)
        self._known.update(loaded)

    def put(self, stream: str, known: Known) -> None:
        self._known[stream] = known

    def drop(self, streams: Collection[str]) -> None:
        """Forget these: someone else wrote to them."""
        for stream in streams:
            self._known.pop(stream, None)

    def forget(self, these: Callable[[str], bool]) -> None:
        """Forget every stream of which that is true."""
        self.drop([stream for stream in self._known if these(stream)])

    def shrink(self, partition_of: Callable[[str], int]) -> None:
        """Let go of the oldest streams above the capacity, as far as the index has them."""
        spare = len(self._known) - self._capacity
        if spare <= 0:
            return
        for stream in list(islice(self._known, spare)):
            known = self._known[stream]
            if isinstance(known, Unfoldable) or known.ordinal <= self._indexed(partition_of(stream)):
                del self._known[stream]

    def snapshot(self, stream: str, known: Known) -> tuple[str, int, int, str]:
        kind = kind_of(stream)
        state = self._adapters[kind].dump_json(known.state).decode()
        if known.subject is not None:
            state = f'{state[:-1]},"{SUBJECT}":"{known.subject}"}}'
        return stream, self._streams[kind].version, known.version, state
