"""Keys in memory, for tests: what the store in PostgreSQL promises, without PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.keyring.keys import Secret, fingerprint_of, fresh
from adapters.keyring.ring import HOUSE, Fence, Lost, Owner
from domain.privacy import SubjectId


class MemoryKeys:
    """Gone with the process, and every word sealed under it with them."""

    def __init__(self) -> None:
        self.keys: dict[str, Secret] = {}
        self.forbidden: dict[str, Fence] = {}
        self.fences: dict[SubjectId, Fence] = {}
        self._given_up: set[Owner] = set()
        self.asked = 0

    def hold(self, wanted: Sequence[Owner], day: int) -> list[Secret]:
        self.asked += 1
        return [
            self._current(owner, day if owner[0] == HOUSE else None)
            for owner in wanted
            if owner[0] not in self.fences and (owner not in self._given_up or owner[0] == HOUSE)
        ]

    def _current(self, owner: Owner, day: int | None) -> Secret:
        for secret in self.keys.values():
            if (secret.subject, secret.class_) == owner and day in (None, secret.generation):
                return secret
        key = fresh()
        secret = Secret(*owner, 1 if day is None else day, fingerprint_of(key), key)
        self.keys[secret.fingerprint] = secret
        return secret

    def fetch(self, wanted: Sequence[tuple[str, SubjectId]]) -> dict[str, Secret | Fence]:
        self.asked += 1
        found = {
            fingerprint: self.fences.get(subject)
            or self.forbidden.get(fingerprint)
            or self.keys.get(fingerprint)
            for fingerprint, subject in wanted
        }
        return {fingerprint: known for fingerprint, known in found.items() if known is not None}

    def forget(self, subject: SubjectId, fence: Fence) -> int:
        self.fences.setdefault(subject, fence)
        return self._destroy([s for s in self.keys.values() if s.subject == subject], fence)

    def give_up(self, lost: Sequence[Lost], fence: Fence) -> int:
        new = [one for one in lost if one.fingerprint not in self.keys.keys() | self.forbidden.keys()]
        self.forbidden |= {one.fingerprint: fence for one in new}
        self._given_up |= {(one.subject, one.class_) for one in new}
        return len(new)

    def sweep(self, before: int, fence: Fence) -> int:
        old = [s for s in self.keys.values() if s.subject == HOUSE and s.generation < before]
        return self._destroy(old, fence)

    def _destroy(self, secrets: Sequence[Secret], fence: Fence) -> int:
        for secret in secrets:
            self.forbidden[secret.fingerprint] = fence
            del self.keys[secret.fingerprint]
        return len(secrets)

    def rotate(self, day: int) -> int:
        return 0

    def close(self) -> None:
        pass
