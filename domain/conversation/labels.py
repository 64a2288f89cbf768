"""Events: what we stick on a conversation, and on whoever writes in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.privacy import Content, Open


@dataclass(frozen=True, slots=True)
class Tagged:
    """Of the present episode; the next one starts without."""

    tag: Open
    by: Open
    tagged_at: datetime


@dataclass(frozen=True, slots=True)
class Untagged:
    tag: Open
    by: Open
    untagged_at: datetime


@dataclass(frozen=True, slots=True)
class ContactBlocked:
    """Whatever they write from here on is kept and shown, and opens nothing."""

    reason: Content
    spam: bool  # nobody's demand; else somebody who is not to be attended here
    by: Open
    blocked_at: datetime


@dataclass(frozen=True, slots=True)
class ContactUnblocked:
    by: Open
    unblocked_at: datetime
