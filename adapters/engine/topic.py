"""What a topic of commands must be able to do: keep what is wanted, in order, until it is decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from adapters.log.port import Reader


class CommandsTopic(Protocol):
    """As many partitions as the log; what is decided on partition n of the log waits in partition n. Offsets
    count from 0. All but `put` raise LogUnavailable when nobody answers."""

    @property
    def id(self) -> str:
        """Another one for a topic that was made anew, whatever its name."""
        ...

    @property
    def partitions(self) -> int: ...

    def put(self, partition: int, value: bytes, told: Callable[[bool], None]) -> None:
        """Send it, and return at once. `told` hears from another thread: True once it is durable, False when
        that is unknown. What is sent together may become one value (`Parcels`). Raises Busy when too much is
        on its way already, and RecordTooLarge."""
        ...

    def reader(self, start: Mapping[int, int]) -> Reader:
        """Read these partitions, each from that offset on."""
        ...

    def starts(self) -> dict[int, int]:
        """The first offset that is still kept, for each partition."""
        ...

    def ends(self) -> dict[int, int]:
        """The offset after the last, for each partition."""
        ...

    def close(self) -> None:
        """Let what is on its way arrive, for a moment; whoever still waits hears that it is unknown."""
        ...
