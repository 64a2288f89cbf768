"""The keys at hand in this process: asked for in batches, believed for a minute, let go of on demand."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Final, NamedTuple, Protocol, TypeAlias

from adapters.keyring.keys import Key, Secret
from domain.privacy import Class, Erased, SubjectId

HOUSE: Final = SubjectId("00000000-0000-0000-0000-000000000000")
"""Whose key of the day seals what is on its way in; its generation is the day."""
BELIEVED: Final = 60.0  # seconds a key is used before the store is asked again
AT_HAND: Final = 8_000  # keys kept in memory, less than 1 KiB each
TRANSIT_DAYS: Final = 8  # whole days a key of the day outlives its day

Owner: TypeAlias = tuple[SubjectId, Class]


class NoKey(LookupError):
    """No key may be made for this subject any more: it was forgotten."""


class Incomplete(Exception):
    """Keys of a subject that was to be forgotten are still there."""


class Fence(NamedTuple):
    """Why a key is no more, and never again."""

    at: datetime
    article: str
    protocol: str | None


class Lost(NamedTuple):
    """What a box says of its key."""

    fingerprint: str
    subject: SubjectId
    class_: Class
    generation: int


class Store(Protocol):
    """Where keys are kept. Every method is one question, and raises LogUnavailable without an answer."""

    def hold(self, wanted: Sequence[Owner], day: int) -> list[Secret]:
        """The current key of each, made when there is none; the house's is the day's. Nothing for those who
        were forgotten."""
        ...

    def fetch(self, wanted: Sequence[tuple[str, SubjectId]]) -> dict[str, Secret | Fence]:
        """What is known of these fingerprints; a fence on the key, or on its subject, wins."""
        ...

    def forget(self, subject: SubjectId, fence: Fence) -> int:
        """Destroy all keys of a subject for ever; how many there were. Again changes nothing. Raises
        Incomplete."""
        ...

    def give_up(self, lost: Sequence[Lost], fence: Fence) -> int:
        """Write off those of these keys that are not here, for ever; how many."""
        ...

    def sweep(self, before: int, fence: Fence) -> int:
        """Destroy the house's keys of the days before; how many."""
        ...

    def rotate(self, day: int) -> int:
        """Wrap some of what older epoch keys wrap under that day's; how many. When none are left those
        epoch keys are destroyed."""
        ...

    def close(self) -> None: ...


class _Held(threading.local):
    """What each thread asked to have at hand: whatever others need, this stays."""

    def __init__(self) -> None:
        self.keys: dict[Owner, Key] = {}


class Keyring:
    """Any thread may ask. What is `hold` or `fetch`ed first is then at hand without asking."""

    def __init__(
        self,
        store: Store,
        *,
        believed: float = BELIEVED,
        at_hand: int = AT_HAND,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store, self._believed, self._most, self._clock = store, believed, at_hand, clock
        self._current: dict[Owner, Key] = {}
        self._known: dict[str, Key | Fence] = {}  # by fingerprint, in the order they were learned
        self._held = _Held()
        self._lock = threading.Lock()

    def hold(self, wanted: Iterable[Owner], today: date) -> list[Owner]:
        """Have the current key of each at hand for this thread, until it holds others: what is missing is
        asked for, or made, in one round trip. Answers those for whom none may be made any more. Raises
        LogUnavailable."""
        day, now, current, owners = today.toordinal(), self._clock(), self._current, list(wanted)
        with self._lock:
            missing = [
                owner
                for owner in owners
                if (key := current.get(owner)) is None
                or key.until < now
                or (owner[0] == HOUSE and key.generation != day)
            ]
            for owner in missing:
                current.pop(owner, None)
            if missing:
                for secret in self._store.hold(missing, day):
                    key = Key.of(secret, now + self._believed)
                    current[secret.subject, secret.class_] = self._known[secret.fingerprint] = key
            held = {owner: current.pop(owner) for owner in owners if owner in current}
            current |= held  # what was used last is let go of last
            self._held.keys = held
            self._shrink()
        return [owner for owner in missing if owner not in held]

    def sealing(self, subject: SubjectId, class_: Class) -> Key:
        """The key that this thread holds for this. Raises NoKey when none may be made."""
        try:
            return self._held.keys[subject, class_]
        except KeyError:
            raise NoKey from None

    def fetch(self, wanted: Iterable[tuple[str, SubjectId]]) -> None:
        """Have the keys of these fingerprints at hand, in one round trip. Raises LogUnavailable."""
        now, known = self._clock(), self._known
        missing = {
            (fingerprint, subject)
            for fingerprint, subject in wanted
            if (key := known.get(fingerprint)) is None or (isinstance(key, Key) and key.until < now)
        }
        if not missing:
            return
        with self._lock:
            for fingerprint, _ in missing:
                self._known.pop(fingerprint, None)
            for fingerprint, found in self._store.fetch(sorted(missing)).items():
                if isinstance(found, Secret):
                    key = self._known[fingerprint] = Key.of(found, now + self._believed)
                    if found.subject != HOUSE:  # whoever reads a stream may write on it next
                        self._current.setdefault((found.subject, found.class_), key)
                else:
                    self._known[fingerprint] = found
            self._shrink()

    def opening(self, fingerprint: str, subject: SubjectId, class_: Class) -> Key | Erased | None:
        """The key, why there is none any more, or nothing, which should not be. Raises LogUnavailable."""
        found = self._known.get(fingerprint)
        if found is None:
            self.fetch([(fingerprint, subject)])
            found = self._known.get(fingerprint)
        return Erased(class_, *found) if isinstance(found, Fence) else found

    def evict(self, subject: SubjectId) -> None:
        """Let go of a subject's keys; whoever needs one asks the store."""
        with self._lock:
            for keys in (self._current, self._held.keys):
                for owner in [owner for owner in keys if owner[0] == subject]:
                    del keys[owner]
            for fingerprint in [
                f for f, key in self._known.items() if isinstance(key, Key) and key.subject == subject
            ]:
                del self._known[fingerprint]

    def forget(self, subject: SubjectId, fence: Fence) -> int:
        """Destroy a subject's keys for ever; how many there were. Raises Incomplete, LogUnavailable."""
        try:
            with self._lock:
                return self._store.forget(subject, fence)
        finally:
            self.evict(subject)

    def give_up(self, lost: Sequence[Lost], fence: Fence) -> int:
        """Write off those of these keys that the store does not have; how many. Raises LogUnavailable."""
        with self._lock:
            return self._store.give_up(lost, fence)

    def sweep(self, at: datetime) -> int:
        """Destroy the keys of the days that are over for long; how many."""
        with self._lock:
            gone = self._store.sweep(at.date().toordinal() - TRANSIT_DAYS, Fence(at, "LGPD art. 15, I", None))
        if gone:
            self.evict(HOUSE)
        return gone

    def rotate(self, today: date) -> int:
        """Begin the week's epoch; how many keys changed their wrapping."""
        wrapped = 0
        while True:
            with self._lock:
                some = self._store.rotate(today.toordinal())
            wrapped += some
            if not some:
                return wrapped

    def close(self) -> None:
        self._store.close()

    def _shrink(self) -> None:
        spare = len(self._known) - self._most
        for fingerprint in list(self._known)[: max(0, spare)]:
            del self._known[fingerprint]
        spare = len(self._current) - self._most
        for owner in list(self._current)[: max(0, spare)]:
            del self._current[owner]
