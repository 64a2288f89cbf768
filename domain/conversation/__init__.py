"""A conversation: everything said between one customer and one number of ours.

The noun is the namespace: `conversation.receive`, `conversation.Closed`, `conversation.CONVERSATION`.
"""

# ruff: noqa: I001  one import per module reads better here than one per name

from domain.conversation.consenting import (
    CALL_ME as CALL_ME,
    check_opt_in as check_opt_in,
    give_consent as give_consent,
    withdraw_consent as withdraw_consent,
)
from domain.conversation.contact import (
    CONTRACT as CONTRACT,
    MOST_CONTRACTS as MOST_CONTRACTS,
    edit_contact as edit_contact,
    link_contract as link_contract,
    unlink_contract as unlink_contract,
)
from domain.conversation.contact_events import (
    ContactEdited as ContactEdited,
    ContractLinked as ContractLinked,
    ContractUnlinked as ContractUnlinked,
    DETAILS as DETAILS,
)
from domain.conversation.courtesy import (
    Courtesy as Courtesy,
    main_agent as main_agent,
)
from domain.conversation.courtesy_events import (
    Consent as Consent,
    ConsentGiven as ConsentGiven,
    ConsentWithdrawn as ConsentWithdrawn,
    EstimateMissed as EstimateMissed,
    EstimateTold as EstimateTold,
    HoursTold as HoursTold,
    PositionTold as PositionTold,
    Rated as Rated,
    RatingAlerted as RatingAlerted,
    RatingCommented as RatingCommented,
    SatisfactionAsked as SatisfactionAsked,
    ScheduleCancelled as ScheduleCancelled,
    ScheduleDropped as ScheduleDropped,
    ScheduleSent as ScheduleSent,
    SendScheduled as SendScheduled,
)
from domain.conversation.episodes import (
    NEW_DEMAND as NEW_DEMAND,
    close as close,
    close_by_silence as close_by_silence,
    close_quietly as close_quietly,
    give_protocol as give_protocol,
    open_episode as open_episode,
    reopen as reopen,
    start_new_demand as start_new_demand,
)
from domain.conversation.clock_events import (
    Breached as Breached,
    ClocksSet as ClocksSet,
    Escalated as Escalated,
    EscalationAcknowledged as EscalationAcknowledged,
    NoAnswerNeeded as NoAnswerNeeded,
    StopVoided as StopVoided,
    Warned as Warned,
)
from domain.conversation.events import (
    AnswerArrived as AnswerArrived,
    AnswerVoided as AnswerVoided,
    Assigned as Assigned,
    Author as Author,
    AutomationSilenced as AutomationSilenced,
    BurstRead as BurstRead,
    CallHeard as CallHeard,
    CancellationRequested as CancellationRequested,
    Closed as Closed,
    ContactKnown as ContactKnown,
    ConversationId as ConversationId,
    EnteredWaiting as EnteredWaiting,
    Event as Event,
    FellSilent as FellSilent,
    MediaLost as MediaLost,
    MediaStored as MediaStored,
    MessageDeleted as MessageDeleted,
    MessageEdited as MessageEdited,
    MessageId as MessageId,
    MessageReceived as MessageReceived,
    NoteAdded as NoteAdded,
    NumberChanged as NumberChanged,
    OfferAccepted as OfferAccepted,
    OfferDeclined as OfferDeclined,
    OfferExpired as OfferExpired,
    OfferWithdrawn as OfferWithdrawn,
    Offered as Offered,
    Opened as Opened,
    Opener as Opener,
    PriorityChanged as PriorityChanged,
    ProtocolGiven as ProtocolGiven,
    Reacted as Reacted,
    Receipt as Receipt,
    ReceiptHeard as ReceiptHeard,
    ReceiptParked as ReceiptParked,
    Released as Released,
    Reopened as Reopened,
    Ripened as Ripened,
    RoundEnded as RoundEnded,
    RoundRestarted as RoundRestarted,
    SendAccepted as SendAccepted,
    SendFailed as SendFailed,
    SendPostponed as SendPostponed,
    SendRequested as SendRequested,
    SendStarted as SendStarted,
    SendUnknown as SendUnknown,
    SkillsRelaxed as SkillsRelaxed,
    Snoozed as Snoozed,
    Stage as Stage,
    Stirred as Stirred,
    SubjectForgotten as SubjectForgotten,
    Transferred as Transferred,
    Woke as Woke,
)
from domain.conversation.forgetting import (
    forget as forget,
)
from domain.conversation.hearing import (
    hear_call as hear_call,
    hear_deletion as hear_deletion,
    hear_echo as hear_echo,
    hear_edit as hear_edit,
    hear_number_change as hear_number_change,
    hear_reaction as hear_reaction,
    keep_media as keep_media,
    learn_contact as learn_contact,
    lose_media as lose_media,
    may_reopen as may_reopen,
    receive as receive,
)
from domain.conversation.overseeing import (
    listen as listen,
    take_over as take_over,
    whisper as whisper,
)
from domain.conversation.oversight_events import ListenedTo as ListenedTo
from domain.conversation.undoing import undo as undo
from domain.conversation.undoing_events import Undone as Undone
from domain.conversation.labelling import (
    block as block,
    tag as tag,
    unblock as unblock,
)
from domain.conversation.labels import (
    ContactBlocked as ContactBlocked,
    ContactUnblocked as ContactUnblocked,
    Tagged as Tagged,
    Untagged as Untagged,
)
from domain.conversation.memory import (
    CONVERSATION as CONVERSATION,
    evolve as evolve,
)
from domain.conversation.order import (
    Place as Place,
    place as place,
)
from domain.conversation.recalling import call_back as call_back
from domain.conversation.refusals import (
    AlreadyAttended as AlreadyAttended,
    AlreadyDone as AlreadyDone,
    AlreadyLinked as AlreadyLinked,
    AlreadyOffered as AlreadyOffered,
    AlreadyOpen as AlreadyOpen,
    AlreadyStarted as AlreadyStarted,
    AutomationIsSilent as AutomationIsSilent,
    BadContract as BadContract,
    BadDocument as BadDocument,
    BadTag as BadTag,
    BadSendTime as BadSendTime,
    BadWakeUp as BadWakeUp,
    Blocked as Blocked,
    Changed as Changed,
    CustomerWaits as CustomerWaits,
    CustomerWrote as CustomerWrote,
    EarlierPending as EarlierPending,
    HumanOwns as HumanOwns,
    NeedsOutcome as NeedsOutcome,
    NeedsQueue as NeedsQueue,
    NeedsGround as NeedsGround,
    NeedsReason as NeedsReason,
    NeedsReceiver as NeedsReceiver,
    NotClosed as NotClosed,
    NotInService as NotInService,
    NotOffered as NotOffered,
    NotOpen as NotOpen,
    NotOwner as NotOwner,
    NothingToAcknowledge as NothingToAcknowledge,
    NotWaiting as NotWaiting,
    NotYet as NotYet,
    ReopenTooLate as ReopenTooLate,
    TooManyContracts as TooManyContracts,
    TooManyTags as TooManyTags,
    UnknownEpisode as UnknownEpisode,
    NothingToUndo as NothingToUndo,
    UndoTooLate as UndoTooLate,
    WrittenSince as WrittenSince,
    UnknownMessage as UnknownMessage,
    UnknownReason as UnknownReason,
    UnknownSchedule as UnknownSchedule,
    UnknownSend as UnknownSend,
    WindowClosed as WindowClosed,
    WrongAttempt as WrongAttempt,
)
from domain.conversation.offering import (
    accept_offer as accept_offer,
    decline_offer as decline_offer,
    end_round as end_round,
    expire_offer as expire_offer,
    fall_silent as fall_silent,
    offer as offer,
    relax as relax,
    restart_round as restart_round,
    ripen as ripen,
    withdraw_offer as withdraw_offer,
)
from domain.conversation.satisfaction import (
    ask_satisfaction as ask_satisfaction,
)
from domain.conversation.scheduling import (
    cancel_schedule as cancel_schedule,
    schedule_send as schedule_send,
    send_scheduled as send_scheduled,
)
from domain.conversation.sending import (
    react as react,
    request_send as request_send,
    start_send as start_send,
)
from domain.conversation.serving import (
    LONGEST_SNOOZE as LONGEST_SNOOZE,
    add_note as add_note,
    assign as assign,
    change_priority as change_priority,
    claim as claim,
    enter_waiting as enter_waiting,
    given as given,
    release as release,
    snooze as snooze,
    transfer as transfer,
    waiting as waiting,
    wake as wake,
)
from domain.conversation.settling import (
    hear_receipt as hear_receipt,
    send_accepted as send_accepted,
    send_failed as send_failed,
    send_postponed as send_postponed,
    send_unknown as send_unknown,
)
from domain.conversation.silence import (
    Plan as Plan,
    close_silent as close_silent,
    nudge as nudge,
    plan as plan,
)
from domain.conversation.state import (
    Awaiting as Awaiting,
    CAMPAIGN as CAMPAIGN,
    Conversation as Conversation,
    DEVICE as DEVICE,
    GENERAL as GENERAL,
    HEARD as HEARD,
    KNOWN as KNOWN,
    LATE as LATE,
    NOTICES as NOTICES,
    PARKED as PARKED,
    Parked as Parked,
    REOPENING as REOPENING,
    RETRY_UNKNOWN as RETRY_UNKNOWN,
    SENDS as SENDS,
    SILENT_KINDS as SILENT_KINDS,
    STOPS as STOPS,
    Send as Send,
    Sending as Sending,
    Stop as Stop,
    UNANSWERED as UNANSWERED,
    Unanswered as Unanswered,
    WINDOW as WINDOW,
)
from domain.conversation.thanks import (
    THANKS as THANKS,
    thanks_only as thanks_only,
)
from domain.conversation.waiting_words import (
    apologise as apologise,
    tell_estimate as tell_estimate,
    tell_hours as tell_hours,
    tell_position as tell_position,
)
from domain.conversation.weighing import (
    call_key as call_key,
    highest as highest,
    is_inbound as is_inbound,
    waits_since as waits_since,
)
