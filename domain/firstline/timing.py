"""When automation has something to do in a conversation. Pure; whoever keeps the times asks here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.firstline.settings import FirstLineSettings


class Due(StrEnum):
    """Why automation looks at a conversation now."""

    BURST = "burst"  # the customer wrote and paused
    PROTOCOL = "protocol"  # the number came after a text had left without it
    SILENCE = "silence"  # said something, then nothing more
    QUIET = "quiet"  # said hello, then nothing more
    BREACH = "breach"  # automation owes an answer for too long


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of an open conversation's first line; times are ours, of this period.

    `unread_from`, `unread_to`: first and last customer message automation has not read, None when all is
    read. `breached`: its clock ran out, by the calendar and the policy. `read_at`: when it last read a burst.
    """

    automated: bool  # in AUTOMATION, and nobody silenced it
    unread_from: datetime | None = None
    unread_to: datetime | None = None
    tapped: bool = False  # the last one is a line or a button: nothing more is to come
    breached: bool = False
    read_at: datetime | None = None
    said_something: bool = False  # a burst of more than hello and thank you
    numbered: bool = False  # the episode has its protocol number
    number_owed: bool = False  # a text left without it, and nothing has told it since


def due(standing: Standing, settings: FirstLineSettings, at: datetime) -> Due | None:
    """The one thing to do now, limits included; lateness before a burst, a burst before an owed number."""
    if standing.automated and standing.breached:
        return Due.BREACH
    if standing.automated and standing.unread_from is not None:
        ready = burst_ends(standing, settings)
        if ready is not None and at >= ready + (timedelta(0) if standing.numbered else settings.number_wait):
            return Due.BURST
    if standing.number_owed and standing.numbered:
        return Due.PROTOCOL
    if not standing.automated or standing.unread_from is not None or standing.read_at is None:
        return None
    if standing.said_something:
        return Due.SILENCE if at >= standing.read_at + settings.silence else None
    return Due.QUIET if at >= standing.read_at + settings.bare_greeting else None


def burst_ends(standing: Standing, settings: FirstLineSettings) -> datetime | None:
    """When the customer has paused long enough, or has been heard for as long as a burst may last."""
    if standing.unread_from is None or standing.unread_to is None:
        return None
    if standing.tapped:
        return standing.unread_to
    return min(standing.unread_to + settings.quiet, standing.unread_from + settings.longest)
