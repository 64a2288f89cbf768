"""The circuit of one channel: after failures in a row nothing is sent until a probe has got through.

Pure: a state and the time go in, a state comes out. Times are seconds of any clock that only runs forward.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from adapters.whatsapp.errors import Jitter, backoff


class Phase(StrEnum):
    CLOSED = "closed"  # messages flow
    OPEN = "open"  # nothing flows until `until`
    HALF_OPEN = "half_open"  # one probe is under way; messages still do not flow


@dataclass(frozen=True, slots=True)
class Circuit:
    phase: Phase = Phase.CLOSED
    failures: int = 0  # in a row, while closed
    opened: int = 0  # times in a row without a probe getting through
    until: float = 0.0  # when the next probe is due
    reason: str = ""

    @property
    def flows(self) -> bool:
        return self.phase is Phase.CLOSED


FAILURES = 5  # in a row
PROBE_DEADLINE = 20.0  # a probe nobody heard of again is replaced after this


def failed(
    circuit: Circuit, at: float, reason: str, jitter: Jitter, *, fatal: bool = False, limit: int = FAILURES
) -> Circuit:
    """A message met a failure of the channel; `fatal` (signed out) opens at once. What was still under way
    when it opened changes nothing any more."""
    if not circuit.flows:
        return circuit
    failures = circuit.failures + 1
    if fatal or failures >= limit:
        return _opened(circuit, at, reason, jitter)
    return replace(circuit, failures=failures, reason=reason)


def answered(circuit: Circuit) -> Circuit:
    """The provider answered a message, kindly or not: failures are no longer in a row. Only a probe closes
    an open circuit, because a late answer to an old message says nothing about now."""
    return Circuit() if circuit.flows else circuit


def probe_due(circuit: Circuit, at: float) -> bool:
    return not circuit.flows and at >= circuit.until


def probing(circuit: Circuit, at: float) -> Circuit:
    """Someone takes the probe upon themselves; others wait for what comes of it."""
    return replace(circuit, phase=Phase.HALF_OPEN, until=at + PROBE_DEADLINE)


def probed(circuit: Circuit, at: float, alive: bool, jitter: Jitter) -> Circuit:
    """What came of the probe: closed, or open again and for longer."""
    return Circuit() if alive else _opened(circuit, at, circuit.reason, jitter)


def _opened(circuit: Circuit, at: float, reason: str, jitter: Jitter) -> Circuit:
    opened = circuit.opened + 1
    return Circuit(Phase.OPEN, 0, opened, at + backoff(opened, jitter, base=2.0), reason)
