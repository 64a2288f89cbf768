"""The sorter: each item of a delivery goes to its conversation, and what became of it is folded back.

It reads the items of a delivery as the parser and the door wrote them, and trusts neither: what has the wrong
shape becomes an outcome, never an error, and takes no other item with it. The door adds to each item, where
they apply: `conversation_id`; `ref`, `target_ref`, `reply_ref` (keyed hashes of the provider's ids); `phone`
(canonical digits); `contact_ref` (keyed hash of all that is told of the contact, so that only news is kept
again); `queue_id` (where the channel leads by itself).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from commands.delivery import SettleDelivery
from commands.intention import Command, caused_by, process_id
from commands.ports import Accepted, Broken, Decision, Denied
from commands.processes.sorter.reading import NAME, Knock, Read, Verdict, read_item
from commands.roles import Policy
from domain import conversation, delivery
from domain.delivery import DeliveryId, Outcome
from domain.journal import Recorded


def plan(recorded: Recorded, thanks: frozenset[str] = conversation.THANKS) -> list[Read]:
    """What becomes of each item, in order: a command to ask, or an outcome at once."""
    knock = Knock(recorded, thanks)
    if not knock.received.items:  # their key is gone, and nobody had sorted them for days
        return [("malformed", "its words are gone")] * len(knock.received.listed)
    return [read_item(knock, item) for item in knock.received.items]


def react(recorded: Recorded, thanks: frozenset[str] = conversation.THANKS) -> list[Command]:
    return [read for read in plan(recorded, thanks) if isinstance(read, Command)]


def settle(
    recorded: Recorded, decisions: Sequence[Decision], thanks: frozenset[str] = conversation.THANKS
) -> list[Command]:
    """One outcome per item: those decided here, and those the conversations decided, in the order asked."""
    answers, asked = iter(decisions), set()
    outcomes: list[Outcome] = []
    source = caused_by(recorded, NAME).source
    for n, read in enumerate(plan(recorded, thanks)):
        if isinstance(read, Command):
            outcome, reason = _became(next(answers), source, again=read.id in asked)
            asked.add(read.id)
        else:
            outcome, reason = read
        outcomes.append(Outcome(n, outcome, reason))
    return [
        SettleDelivery(
            id=process_id(recorded, NAME, SettleDelivery.__name__),
            cause=caused_by(recorded, NAME),
            delivery_id=DeliveryId(recorded.root),
            outcomes=tuple(outcomes),
        )
    ]


def _became(decision: Decision, source: str, *, again: bool) -> Verdict:
    match decision:
        case Denied(rule=rule):
            return "refused", rule
        case Broken(error=error):
            return "broken", error
        case Accepted(events=events):
            heard_before = again or (decision.repeated and decision.source != source)
            if heard_before or not events:
                return "duplicate", None
            if f"{conversation.CONVERSATION.kind}.{conversation.ReceiptParked.__name__}" in events:
                return "parked", None
            return "accepted", None


def sorter(thanks: frozenset[str] = conversation.THANKS) -> Policy:
    """The policy, with a deployment's own list of what says nothing but thanks."""
    return Policy(NAME, (delivery.Received,), partial(react, thanks=thanks), partial(settle, thanks=thanks))
