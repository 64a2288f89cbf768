"""Who looks at what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from api.live import topics
from api.live.stream import Stream


class Switchboard:
    """The open streams, by id and by topic."""

    def __init__(self) -> None:
        self._streams: dict[str, Stream] = {}
        self._looking: defaultdict[str, set[Stream]] = defaultdict(set)

    def __len__(self) -> int:
        return len(self._streams)

    def __iter__(self) -> Iterator[Stream]:
        return iter(list(self._streams.values()))

    def get(self, stream_id: str) -> Stream | None:
        return self._streams.get(stream_id)

    def add(self, stream: Stream) -> None:
        self._streams[stream.id] = stream
        for topic in stream.topics:
            self._looking[topic].add(stream)

    def remove(self, stream: Stream) -> None:
        self._streams.pop(stream.id, None)
        self._leave(stream, stream.topics)

    def look_at(self, stream: Stream, wanted: Iterable[str]) -> None:
        """Change what a stream looks at."""
        listed = tuple(wanted)
        self._leave(stream, stream.topics - set(listed))
        stream.look_at(listed)
        for topic in listed:
            self._looking[topic].add(stream)

    def at(self, wanted: Iterable[str]) -> set[Stream]:
        """Those who look at any of these."""
        found: set[Stream] = set()
        for topic in wanted:
            if topic in self._looking:
                found |= self._looking[topic]
        return found

    def at_lists(self) -> set[Stream]:
        return self.at(topic for topic in self._looking if topics.is_list(topic))

    def looked_at(self, topic: str) -> bool:
        return topic in self._looking

    def conversations(self) -> list[str]:
        """The conversations somebody looks at."""
        found = (topics.conversation_of(topic) for topic in self._looking)
        return [one for one in found if one is not None]

    def _leave(self, stream: Stream, left: Iterable[str]) -> None:
        for topic in left:
            looking = self._looking.get(topic)
            if looking is not None:
                looking.discard(stream)
                if not looking:
                    del self._looking[topic]
