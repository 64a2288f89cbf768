"""When a conversation says no."""

from __future__ import annotations

from domain.grammar import Refused


class NotOpen(Refused):
    """There is no open episode."""


class AlreadyOpen(Refused):
    """There is an open episode already; only one at a time."""


class AlreadyAttended(Refused):
    """Another agent has it. `by` is who."""


class Changed(Refused):
    """Stage or owner changed since what was seen. `by` is who did it."""


class NotWaiting(Refused):
    """Only what waits can be offered."""


class NotOffered(Refused):
    """Only who is being asked can answer. `by` is who is, None when nobody."""


class AlreadyOffered(Refused):
    """Somebody else is being asked. `by` is who."""


class NeedsGround(Refused):
    """Taking more than there is room for says why."""


class NotOwner(Refused):
    """Only who attends may do this. `owner` is who does, None when nobody."""


class NotInService(Refused):
    """Only a conversation in service can be set aside."""


class NotClosed(Refused):
    """Only what is closed can be reopened."""


class ReopenTooLate(Refused):
    """Reopening ends 24 h after closing; a new demand gets its own protocol. `closed_at` says when it was."""


class HumanOwns(Refused):
    """Automation keeps still while a human attends. `by` is who."""


class AutomationIsSilent(Refused):
    """A human wrote from the phone: automation keeps still for this episode."""


class CustomerWrote(Refused):
    """The customer wrote since what the agent saw. `version` is where the last message stands."""


class CustomerWaits(Refused):
    """Silence never closes over a customer who waits for us."""


class WindowClosed(Refused):
    """Free text is for 24 h after the customer's last message; a template may go. `ended_at` says when it
    closed, None when the customer never wrote."""


class NeedsQueue(Refused):
    """It came from no queue, so one must be named."""


class NeedsReceiver(Refused):
    """A transfer names an agent or a queue, one of them."""


class UnknownReason(Refused):
    """A closing reason is a code of two levels, such as `technical/solved`."""


class NeedsOutcome(Refused):
    """Closing says in one line what came of it."""


class BadWakeUp(Refused):
    """Waiting on a third party ends by a wake-up in the future, within 5 days."""


class BadSendTime(Refused):
    """What leaves later leaves in the future, within 30 days."""


class UnknownSchedule(Refused):
    """No such message is waiting for its time."""


class UnknownEpisode(Refused):
    """There is no such episode."""


class UnknownSend(Refused):
    """No such message of ours is known."""


class AlreadyStarted(Refused):
    """Somebody may be calling the provider already. `attempt` is the one under way."""


class AlreadyDone(Refused):
    """Nothing more will be tried for this message."""


class WrongAttempt(Refused):
    """Attempts are counted from 1 without gaps. `expected` is the next."""


class NotYet(Refused):
    """It may be tried again, but later. `retry_at` says from when."""


class EarlierPending(Refused):
    """An earlier message to this customer has not left yet. `message` is which."""


class BadTag(Refused):
    """A tag is a short code: small letters without accents, digits, hyphens."""


class TooManyTags(Refused):
    """A demand carries so many tags at `most`."""


class NeedsReason(Refused):
    """Blocking, and taking from a colleague, say why in one line."""


class Blocked(Refused):
    """Whoever writes here is not attended any more."""


class BadDocument(Refused):
    """A CPF or CNPJ ends in the check digits that the others make."""


class BadContract(Refused):
    """A contract number is 30 letters and digits at most, with dots, hyphens or strokes between them."""


class AlreadyLinked(Refused):
    """A contract is linked to a contact once."""


class TooManyContracts(Refused):
    """A contact has so many contracts at `most`."""


class NothingToUndo(Refused):
    """Nothing they did last here can be taken back."""


class UndoTooLate(Refused):
    """What was done can be taken back for 10 s."""


class WrittenSince(Refused):
    """The customer wrote since: what was done stands."""


class UnknownMessage(Refused):
    """No such message of the customer was heard."""


class NothingToAcknowledge(Refused):
    """Nobody waits longer than they should."""
