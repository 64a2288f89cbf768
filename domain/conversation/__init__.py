"""A conversation: everything said between one customer and one number of ours.

The noun is the namespace: `conversation.receive`, `conversation.Closed`, `conversation.CONVERSATION`.
"""

from domain.conversation.episodes import (
    NEW_DEMAND as NEW_DEMAND,
)
from domain.conversation.episodes import (
    close as close,
)
from domain.conversation.episodes import (
    close_by_silence as close_by_silence,
)
from domain.conversation.episodes import (
    close_quietly as close_quietly,
)
from domain.conversation.episodes import (
    give_protocol as give_protocol,
)
from domain.conversation.episodes import (
    open_episode as open_episode,
)
from domain.conversation.episodes import (
    reopen as reopen,
)
from domain.conversation.episodes import (
    start_new_demand as start_new_demand,
)
from domain.conversation.events import (
    AnswerVoided as AnswerVoided,
)
from domain.conversation.events import (
    Assigned as Assigned,
)
from domain.conversation.events import (
    Author as Author,
)
from domain.conversation.events import (
    AutomationSilenced as AutomationSilenced,
)
from domain.conversation.events import (
    BurstRead as BurstRead,
)
from domain.conversation.events import (
    CallHeard as CallHeard,
)
from domain.conversation.events import (
    CancellationRequested as CancellationRequested,
)
from domain.conversation.events import (
    Closed as Closed,
)
from domain.conversation.events import (
    ContactKnown as ContactKnown,
)
from domain.conversation.events import (
    ConversationId as ConversationId,
)
from domain.conversation.events import (
    EnteredWaiting as EnteredWaiting,
)
from domain.conversation.events import (
    Event as Event,
)
from domain.conversation.events import (
    MediaLost as MediaLost,
)
from domain.conversation.events import (
    MediaStored as MediaStored,
)
from domain.conversation.events import (
    MessageDeleted as MessageDeleted,
)
from domain.conversation.events import (
    MessageEdited as MessageEdited,
)
from domain.conversation.events import (
    MessageId as MessageId,
)
from domain.conversation.events import (
    MessageReceived as MessageReceived,
)
from domain.conversation.events import (
    NoteAdded as NoteAdded,
)
from domain.conversation.events import (
    NumberChanged as NumberChanged,
)
from domain.conversation.events import (
    Opened as Opened,
)
from domain.conversation.events import (
    Opener as Opener,
)
from domain.conversation.events import (
    PriorityChanged as PriorityChanged,
)
from domain.conversation.events import (
    ProtocolGiven as ProtocolGiven,
)
from domain.conversation.events import (
    Reacted as Reacted,
)
from domain.conversation.events import (
    Receipt as Receipt,
)
from domain.conversation.events import (
    ReceiptHeard as ReceiptHeard,
)
from domain.conversation.events import (
    ReceiptParked as ReceiptParked,
)
from domain.conversation.events import (
    Released as Released,
)
from domain.conversation.events import (
    Reopened as Reopened,
)
from domain.conversation.events import (
    SendAccepted as SendAccepted,
)
from domain.conversation.events import (
    SendFailed as SendFailed,
)
from domain.conversation.events import (
    SendPostponed as SendPostponed,
)
from domain.conversation.events import (
    SendRequested as SendRequested,
)
from domain.conversation.events import (
    SendStarted as SendStarted,
)
from domain.conversation.events import (
    SendUnknown as SendUnknown,
)
from domain.conversation.events import (
    Snoozed as Snoozed,
)
from domain.conversation.events import (
    Stage as Stage,
)
from domain.conversation.events import (
    Transferred as Transferred,
)
from domain.conversation.events import (
    Woke as Woke,
)
from domain.conversation.hearing import (
    hear_call as hear_call,
)
from domain.conversation.hearing import (
    hear_deletion as hear_deletion,
)
from domain.conversation.hearing import (
    hear_echo as hear_echo,
)
from domain.conversation.hearing import (
    hear_edit as hear_edit,
)
from domain.conversation.hearing import (
    hear_number_change as hear_number_change,
)
from domain.conversation.hearing import (
    hear_reaction as hear_reaction,
)
from domain.conversation.hearing import (
    keep_media as keep_media,
)
from domain.conversation.hearing import (
    learn_contact as learn_contact,
)
from domain.conversation.hearing import (
    lose_media as lose_media,
)
from domain.conversation.hearing import (
    may_reopen as may_reopen,
)
from domain.conversation.hearing import (
    receive as receive,
)
from domain.conversation.memory import (
    CONVERSATION as CONVERSATION,
)
from domain.conversation.memory import (
    call_key as call_key,
)
from domain.conversation.memory import (
    evolve as evolve,
)
from domain.conversation.memory import (
    highest as highest,
)
from domain.conversation.refusals import (
    AlreadyAttended as AlreadyAttended,
)
from domain.conversation.refusals import (
    AlreadyDone as AlreadyDone,
)
from domain.conversation.refusals import (
    AlreadyOpen as AlreadyOpen,
)
from domain.conversation.refusals import (
    AlreadyStarted as AlreadyStarted,
)
from domain.conversation.refusals import (
    AutomationIsSilent as AutomationIsSilent,
)
from domain.conversation.refusals import (
    BadWakeUp as BadWakeUp,
)
from domain.conversation.refusals import (
    Changed as Changed,
)
from domain.conversation.refusals import (
    CustomerWaits as CustomerWaits,
)
from domain.conversation.refusals import (
    CustomerWrote as CustomerWrote,
)
from domain.conversation.refusals import (
    EarlierPending as EarlierPending,
)
from domain.conversation.refusals import (
    HumanOwns as HumanOwns,
)
from domain.conversation.refusals import (
    NeedsOutcome as NeedsOutcome,
)
from domain.conversation.refusals import (
    NeedsQueue as NeedsQueue,
)
from domain.conversation.refusals import (
    NeedsReceiver as NeedsReceiver,
)
from domain.conversation.refusals import (
    NotClosed as NotClosed,
)
from domain.conversation.refusals import (
    NotInService as NotInService,
)
from domain.conversation.refusals import (
    NotOpen as NotOpen,
)
from domain.conversation.refusals import (
    NotOwner as NotOwner,
)
from domain.conversation.refusals import (
    NotYet as NotYet,
)
from domain.conversation.refusals import (
    ReopenTooLate as ReopenTooLate,
)
from domain.conversation.refusals import (
    UnknownEpisode as UnknownEpisode,
)
from domain.conversation.refusals import (
    UnknownReason as UnknownReason,
)
from domain.conversation.refusals import (
    UnknownSend as UnknownSend,
)
from domain.conversation.refusals import (
    WindowClosed as WindowClosed,
)
from domain.conversation.refusals import (
    WrongAttempt as WrongAttempt,
)
from domain.conversation.sending import (
    hear_receipt as hear_receipt,
)
from domain.conversation.sending import (
    react as react,
)
from domain.conversation.sending import (
    request_send as request_send,
)
from domain.conversation.sending import (
    send_accepted as send_accepted,
)
from domain.conversation.sending import (
    send_failed as send_failed,
)
from domain.conversation.sending import (
    send_postponed as send_postponed,
)
from domain.conversation.sending import (
    send_unknown as send_unknown,
)
from domain.conversation.sending import (
    start_send as start_send,
)
from domain.conversation.serving import (
    LONGEST_SNOOZE as LONGEST_SNOOZE,
)
from domain.conversation.serving import (
    add_note as add_note,
)
from domain.conversation.serving import (
    assign as assign,
)
from domain.conversation.serving import (
    change_priority as change_priority,
)
from domain.conversation.serving import (
    claim as claim,
)
from domain.conversation.serving import (
    enter_waiting as enter_waiting,
)
from domain.conversation.serving import (
    given as given,
)
from domain.conversation.serving import (
    release as release,
)
from domain.conversation.serving import (
    snooze as snooze,
)
from domain.conversation.serving import (
    transfer as transfer,
)
from domain.conversation.serving import (
    waiting as waiting,
)
from domain.conversation.serving import (
    wake as wake,
)
from domain.conversation.state import (
    CAMPAIGN as CAMPAIGN,
)
from domain.conversation.state import (
    DEVICE as DEVICE,
)
from domain.conversation.state import (
    GENERAL as GENERAL,
)
from domain.conversation.state import (
    HEARD as HEARD,
)
from domain.conversation.state import (
    KNOWN as KNOWN,
)
from domain.conversation.state import (
    LATE as LATE,
)
from domain.conversation.state import (
    NOTICES as NOTICES,
)
from domain.conversation.state import (
    PARKED as PARKED,
)
from domain.conversation.state import (
    REOPENING as REOPENING,
)
from domain.conversation.state import (
    RETRY_UNKNOWN as RETRY_UNKNOWN,
)
from domain.conversation.state import (
    SENDS as SENDS,
)
from domain.conversation.state import (
    STOPS as STOPS,
)
from domain.conversation.state import (
    UNANSWERED as UNANSWERED,
)
from domain.conversation.state import (
    WINDOW as WINDOW,
)
from domain.conversation.state import (
    Awaiting as Awaiting,
)
from domain.conversation.state import (
    Conversation as Conversation,
)
from domain.conversation.state import (
    Parked as Parked,
)
from domain.conversation.state import (
    Send as Send,
)
from domain.conversation.state import (
    Sending as Sending,
)
from domain.conversation.state import (
    Stop as Stop,
)
from domain.conversation.state import (
    Unanswered as Unanswered,
)
from domain.conversation.thanks import (
    THANKS as THANKS,
)
from domain.conversation.thanks import (
    thanks_only as thanks_only,
)
