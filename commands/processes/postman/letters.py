"""What to send for the head of a conversation, and what an outcome asks for. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from commands.ports import Ready
from commands.whatsapp_port import Action, Kind, NotSent, Outcome, OutgoingMessage, Rejected, Sent, Unsendable
from commands.whatsapp_port import Unknown as NobodyKnows

PASSING_TRIES: Final = 5
"""Attempts at a message the provider refuses for a passing weakness."""
SLOW_TRIES: Final = 10
"""… and when it only asks us to be slower."""
MEDIA_TRIES: Final = 3

CHANNEL_REST: Final = 30.0  # seconds, when the provider's side does not say for how long
SIGNED_OUT_REST: Final = 60.0

_SLOW: Final = frozenset({Action.SLOW_NUMBER, Action.SLOW_ACCOUNT, Action.SLOW_RECIPIENT})


# What came of it, and what follows


@dataclass(frozen=True, slots=True)
class Delivered:
    sent: Sent


@dataclass(frozen=True, slots=True)
class Later:
    """It did not leave; again after `seconds`. `rest`: so long nothing of this channel can leave."""

    seconds: float
    code: int | None = None
    other_form: bool = False  # the number is to be tried with, or without, its ninth digit
    rest: float | None = None
    slow: Action | None = None  # who asked us to be slower
    lend_again: bool = False  # the file has to be lent to the provider once more


@dataclass(frozen=True, slots=True)
class Refused:
    """It will not leave."""

    code: int | None


@dataclass(frozen=True, slots=True)
class Uncertain:
    """It left, or may have."""


Verdict = Delivered | Later | Refused | Uncertain


def judge(outcome: Outcome, head: Ready, attempt: int, jitter: float, *, other_form: bool = False) -> Verdict:
    """`jitter` is from 0 to 1; `other_form`: the other form of the number was tried already."""
    match outcome:
        case Sent():
            return Delivered(outcome)
        case NobodyKnows():
            return Uncertain()
        case NotSent(reason="circuit_open", retry_after=after):
            seconds = CHANNEL_REST if after is None else after
            return Later(seconds, rest=seconds)
        case NotSent(retry_after=after):
            return Later(backoff(attempt, jitter) if after is None else after)
        case Rejected():
            return _rejected(outcome, head, attempt, jitter, other_form)


def _rejected(outcome: Rejected, head: Ready, attempt: int, jitter: float, other_form: bool) -> Verdict:
    code, action = outcome.code, outcome.action
    after = backoff(attempt, jitter) if outcome.retry_after is None else outcome.retry_after
    if action is Action.OPEN_CIRCUIT:
        return Later(SIGNED_OUT_REST, code, rest=SIGNED_OUT_REST)
    if action.may_retry and attempt < (SLOW_TRIES if action in _SLOW else PASSING_TRIES):
        return Later(after, code, slow=action if action in _SLOW else None)
    if action is Action.SEND_MEDIA_AGAIN and attempt < MEDIA_TRIES:
        return Later(after, code, lend_again=True)
    if action is Action.TRY_OTHER_NUMBER_FORM and not other_form and with_other_form(head.to) is not None:
        return Later(0.0, code, other_form=True)
    return Refused(code)


def backoff(attempt: int, jitter: float) -> float:
    """Seconds: doubling from 1 to 60, half of it left to chance."""
    return float(min(60, 2 ** min(attempt - 1, 6))) * (0.5 + 0.5 * jitter)


def with_other_form(to: str | None) -> str | None:
    """A Brazilian mobile with its ninth digit if it had none, without if it had; None for anything else."""
    if to is None or not (to.isascii() and to.isdigit() and to.startswith("55")):
        return None
    area, number = to[2:4], to[4:]
    if len(number) == 9 and number[0] == "9" and number[1] in "6789":
        return f"55{area}{number[1:]}"
    if len(number) == 8 and number[0] in "6789":
        return f"55{area}9{number}"
    return None


# The letter itself


def letter(
    head: Ready, attempt: int, content: dict[str, Any], *, other_form: bool = False
) -> OutgoingMessage:
    """One attempt at the head. Raises Unsendable when there is nobody to send to, or no such kind."""
    if head.kind not in set(Kind):
        raise Unsendable("kind", "is not one that can be sent")
    to = (with_other_form(head.to) or head.to) if other_form else head.to
    return OutgoingMessage(
        message_id=head.message_id,
        attempt=attempt,
        kind=Kind(head.kind),
        content=content,
        to=to,
        recipient=None if to is not None else head.recipient,
        reply_to=head.reply_to,
    )
