"""What the simulated provider knows: who wrote when, what it accepted, what it holds."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from adapters.simulator.faults import Faults
from adapters.whatsapp.addresses import candidate_phones

WINDOW = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message that left for the customer. `answered` says what the sender was told: `answer`, `500`,
    `reset` or `hang`."""

    n: int
    wamid: str
    phone_number_id: str
    address: str
    kind: str
    opaque: str | None
    at: str
    answered: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class File:
    media_id: str
    data: bytes
    mime: str

    @property
    def sha256(self) -> bytes:
        return hashlib.sha256(self.data).digest()


@dataclass(slots=True)
class Ledger:
    accepted: list[Accepted] = field(default_factory=list)
    read: list[str] = field(default_factory=list)  # provider ids, in order
    typing: list[str] = field(default_factory=list)
    refused: Counter[int] = field(default_factory=Counter)  # by code
    files: dict[str, File] = field(default_factory=dict)
    windows: dict[tuple[str, str], datetime] = field(default_factory=dict)  # (number, address) -> last wrote
    known: set[str] = field(default_factory=set)

    def by_address(self) -> dict[str, list[str | None]]:
        """Opaque data of what was accepted for each customer, in order."""
        order: dict[str, list[str | None]] = {}
        for message in self.accepted:
            order.setdefault(message.address, []).append(message.opaque)
        return order

    def resolve(self, address: str) -> str | None:
        """The customer behind an address; Brazilian mobiles answer with and without the ninth digit."""
        return next((form for form in (address, *candidate_phones(address)) if form in self.known), None)

    def window_open(self, phone_number_id: str, address: str, at: datetime) -> bool:
        wrote = self.windows.get((phone_number_id, address))
        return wrote is not None and at - wrote < WINDOW

    def told(self) -> dict[str, Any]:
        """Everything a checker wants, as JSON."""
        return {
            "accepted": [asdict(message) for message in self.accepted],
            "by_address": self.by_address(),
            "read": self.read,
            "typing": self.typing,
            "refused": {str(code): n for code, n in sorted(self.refused.items())},
        }


def wamid(faults: Faults, address: str, n: int) -> str:
    """A provider message id; like a real one it carries the address, so it is as private as that."""
    tail = faults.chance("wamid", str(n)).randbytes(9)
    return "wamid." + base64.b64encode(b"\x1d\x18\x0c" + address.encode() + b"\x15\x02\x00" + tail).decode()
