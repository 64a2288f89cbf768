"""The system's table of contents: what may be wanted, who decides it, and what follows by itself.

A test says that it is complete: every command has a handler that is typed as it says, and every event belongs
to exactly one stream.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from commands import (
    access,
    agent,
    calendar,
    canned,
    channel,
    chat,
    conversation,
    delivery,
    firstline,
    policy,
    protocol,
    queue,
    template,
    user,
)
from commands.intention import Command, Handler, on
from commands.processes.caretaker import caretaker
from commands.processes.curator import curator
from commands.processes.dispatcher import dispatcher
from commands.processes.doorkeeper import doorkeeper
from commands.processes.herald import herald
from commands.processes.hourglass import hourglass
from commands.processes.librarian import librarian
from commands.processes.lookout import lookout
from commands.processes.matchmaker import matchmaker
from commands.processes.pollster import pollster
from commands.processes.porter import porter
from commands.processes.reader import reader
from commands.processes.receptionist import receptionist
from commands.processes.registrar import registrar
from commands.processes.sorter import sorter
from commands.processes.steward import steward
from commands.processes.timekeeper import reviser, timekeeper
from commands.processes.usher import usher
from commands.processes.waker import waker
from commands.roles import Courier, Policy, Watch
from domain.access import ACCESS
from domain.agent import AGENT, AgentId
from domain.calendar import CALENDAR
from domain.canned import CANNED
from domain.channel import CHANNEL
from domain.chat import CHAT
from domain.conversation import CONVERSATION, ConversationId
from domain.delivery import DELIVERY
from domain.grammar import Stream
from domain.policy import DESK, POLICY
from domain.protocol import PROTOCOL
from domain.queue import QUEUE
from domain.template import TEMPLATE, key_of
from domain.user import USER

STREAMS: Final[Mapping[str, Stream[Any, Any]]] = {
    stream.kind: stream
    for stream in (
        ACCESS,
        AGENT,
        CALENDAR,
        CANNED,
        CHANNEL,
        CHAT,
        CONVERSATION,
        DELIVERY,
        POLICY,
        PROTOCOL,
        QUEUE,
        TEMPLATE,
        USER,
    )
}
"""Every kind of history."""


def _id(command: Any) -> ConversationId:
    root: ConversationId = command.conversation_id
    return root


def _agent(command: Any) -> AgentId:
    root: AgentId = command.agent_id
    return root


def _template(command: Any) -> str:
    return key_of(command.channel_id, command.name, command.language)


_HANDLERS: Final[Mapping[type[Command], Handler]] = {
    # conversation: episodes
    conversation.OpenConversation: on(CONVERSATION, key=_id, decide=conversation.open_conversation),
    conversation.CloseConversation: on(CONVERSATION, key=_id, decide=conversation.close_conversation),
    conversation.CloseBySilence: on(CONVERSATION, key=_id, decide=conversation.close_by_silence),
    conversation.CloseQuietly: on(CONVERSATION, key=_id, decide=conversation.close_quietly),
    conversation.ReopenConversation: on(CONVERSATION, key=_id, decide=conversation.reopen_conversation),
    conversation.StartNewDemand: on(CONVERSATION, key=_id, decide=conversation.start_new_demand),
    conversation.GiveProtocol: on(CONVERSATION, key=_id, decide=conversation.give_protocol),
    # conversation: hearing
    conversation.HearMessage: on(CONVERSATION, key=_id, decide=conversation.hear_message),
    conversation.HearEcho: on(CONVERSATION, key=_id, decide=conversation.hear_echo),
    conversation.HearCall: on(CONVERSATION, key=_id, decide=conversation.hear_call),
    conversation.HearEdit: on(CONVERSATION, key=_id, decide=conversation.hear_edit),
    conversation.HearDeletion: on(CONVERSATION, key=_id, decide=conversation.hear_deletion),
    conversation.HearReaction: on(CONVERSATION, key=_id, decide=conversation.hear_reaction),
    conversation.HearNumberChange: on(CONVERSATION, key=_id, decide=conversation.hear_number_change),
    conversation.HearReceipt: on(CONVERSATION, key=_id, decide=conversation.hear_receipt),
    conversation.LearnContact: on(CONVERSATION, key=_id, decide=conversation.learn_contact),
    conversation.KeepMedia: on(CONVERSATION, key=_id, decide=conversation.keep_media),
    conversation.LoseMedia: on(CONVERSATION, key=_id, decide=conversation.lose_media),
    # conversation: sending
    conversation.SendMessage: on(CONVERSATION, key=_id, decide=conversation.send_message),
    conversation.SendAutomatically: on(CONVERSATION, key=_id, decide=conversation.send_automatically),
    conversation.ReactToMessage: on(CONVERSATION, key=_id, decide=conversation.react_to_message),
    conversation.StartSend: on(CONVERSATION, key=_id, decide=conversation.start_send),
    conversation.ReportAccepted: on(CONVERSATION, key=_id, decide=conversation.report_accepted),
    conversation.ReportPostponed: on(CONVERSATION, key=_id, decide=conversation.report_postponed),
    conversation.ReportUnknown: on(CONVERSATION, key=_id, decide=conversation.report_unknown),
    conversation.ReportFailed: on(CONVERSATION, key=_id, decide=conversation.report_failed),
    # conversation: serving
    conversation.HandOver: on(CONVERSATION, key=_id, decide=conversation.hand_over),
    conversation.ClaimConversation: on(CONVERSATION, key=_id, decide=conversation.claim_conversation),
    conversation.AssignConversation: on(CONVERSATION, key=_id, decide=conversation.assign_conversation),
    conversation.TransferConversation: on(CONVERSATION, key=_id, decide=conversation.transfer_conversation),
    conversation.ReleaseConversation: on(CONVERSATION, key=_id, decide=conversation.release_conversation),
    conversation.ChangePriority: on(CONVERSATION, key=_id, decide=conversation.change_priority),
    conversation.SnoozeConversation: on(CONVERSATION, key=_id, decide=conversation.snooze_conversation),
    conversation.WakeConversation: on(CONVERSATION, key=_id, decide=conversation.wake_conversation),
    conversation.AddNote: on(CONVERSATION, key=_id, decide=conversation.add_note),
    conversation.UndoMove: on(CONVERSATION, key=_id, decide=conversation.undo_move),
    conversation.ListenTo: on(CONVERSATION, key=_id, decide=conversation.listen_to),
    conversation.Whisper: on(CONVERSATION, key=_id, decide=conversation.whisper),
    conversation.TakeOver: on(CONVERSATION, key=_id, decide=conversation.take_over),
    # conversation: labelling
    conversation.TagConversation: on(CONVERSATION, key=_id, decide=conversation.tag_conversation),
    conversation.BlockContact: on(CONVERSATION, key=_id, decide=conversation.block_contact),
    conversation.UnblockContact: on(CONVERSATION, key=_id, decide=conversation.unblock_contact),
    # conversation: the contact
    conversation.EditContact: on(CONVERSATION, key=_id, decide=conversation.edit_contact),
    conversation.LinkContract: on(CONVERSATION, key=_id, decide=conversation.link_contract),
    conversation.UnlinkContract: on(CONVERSATION, key=_id, decide=conversation.unlink_contract),
    # conversation: clocks
    conversation.FireTimer: on(CONVERSATION, key=_id, decide=conversation.fire_timer),
    conversation.ReviseClocks: on(CONVERSATION, key=_id, decide=conversation.revise_clocks),
    conversation.AcknowledgeEscalation: on(CONVERSATION, key=_id, decide=conversation.acknowledge_escalation),
    conversation.NeedNoAnswer: on(CONVERSATION, key=_id, decide=conversation.need_no_answer),
    # conversation: being offered
    conversation.OfferConversation: on(CONVERSATION, key=_id, decide=conversation.offer_conversation),
    conversation.AcceptOffer: on(CONVERSATION, key=_id, decide=conversation.accept_offer),
    conversation.DeclineOffer: on(CONVERSATION, key=_id, decide=conversation.decline_offer),
    conversation.ExpireOffer: on(CONVERSATION, key=_id, decide=conversation.expire_offer),
    conversation.WithdrawOffer: on(CONVERSATION, key=_id, decide=conversation.withdraw_offer),
    conversation.EndRound: on(CONVERSATION, key=_id, decide=conversation.end_round),
    conversation.RestartRound: on(CONVERSATION, key=_id, decide=conversation.restart_round),
    conversation.RelaxSkills: on(CONVERSATION, key=_id, decide=conversation.relax_skills),
    conversation.RipenConversation: on(CONVERSATION, key=_id, decide=conversation.ripen_conversation),
    conversation.SilenceConversation: on(CONVERSATION, key=_id, decide=conversation.silence_conversation),
    # conversation: consent
    conversation.GiveConsent: on(CONVERSATION, key=_id, decide=conversation.give_consent),
    conversation.WithdrawConsent: on(CONVERSATION, key=_id, decide=conversation.withdraw_consent),
    # conversation: what is said by itself, and later
    conversation.NudgeCustomer: on(CONVERSATION, key=_id, decide=conversation.nudge_customer),
    conversation.CloseSilent: on(CONVERSATION, key=_id, decide=conversation.close_silent),
    conversation.AskSatisfaction: on(CONVERSATION, key=_id, decide=conversation.ask_satisfaction),
    conversation.ScheduleSend: on(CONVERSATION, key=_id, decide=conversation.schedule_send),
    conversation.CancelSchedule: on(CONVERSATION, key=_id, decide=conversation.cancel_schedule),
    conversation.SendWhatIsDue: on(CONVERSATION, key=_id, decide=conversation.send_what_is_due),
    conversation.TellEstimate: on(CONVERSATION, key=_id, decide=conversation.tell_estimate),
    conversation.ApologiseForDelay: on(CONVERSATION, key=_id, decide=conversation.apologise_for_delay),
    conversation.TellPosition: on(CONVERSATION, key=_id, decide=conversation.tell_position),
    conversation.CallBack: on(CONVERSATION, key=_id, decide=conversation.call_back),
    conversation.TellHours: on(CONVERSATION, key=_id, decide=conversation.tell_hours),
    # conversation: forgetting
    conversation.ForgetSubject: on(CONVERSATION, key=_id, decide=conversation.forget_subject),
    # conversation: the first line
    firstline.AnswerBurst: on(CONVERSATION, key=_id, decide=firstline.answer_burst),
    # agent
    agent.WelcomeAgent: on(AGENT, key=_agent, decide=agent.welcome_agent),
    agent.DeactivateAgent: on(AGENT, key=_agent, decide=agent.deactivate_agent),
    agent.ReactivateAgent: on(AGENT, key=_agent, decide=agent.reactivate_agent),
    agent.EquipAgent: on(AGENT, key=_agent, decide=agent.equip_agent),
    agent.BecomeAvailable: on(AGENT, key=_agent, decide=agent.become_available),
    agent.PauseAgent: on(AGENT, key=_agent, decide=agent.pause_agent),
    agent.LogOut: on(AGENT, key=_agent, decide=agent.log_out),
    agent.LoseConnection: on(AGENT, key=_agent, decide=agent.lose_connection),
    agent.ConnectAgent: on(AGENT, key=_agent, decide=agent.connect_agent),
    agent.LeaveDesk: on(AGENT, key=_agent, decide=agent.leave_desk),
    agent.ReservePlace: on(AGENT, key=_agent, decide=agent.reserve_place),
    agent.TakeUp: on(AGENT, key=_agent, decide=agent.take_up),
    agent.LetGo: on(AGENT, key=_agent, decide=agent.let_go),
    agent.HushPlace: on(AGENT, key=_agent, decide=agent.hush_place),
    agent.RousePlace: on(AGENT, key=_agent, decide=agent.rouse_place),
    # queue
    queue.CreateQueue: on(QUEUE, key=lambda c: c.queue_id, decide=queue.create_queue),
    queue.RetireQueue: on(QUEUE, key=lambda c: c.queue_id, decide=queue.retire_queue),
    queue.SetRouting: on(QUEUE, key=lambda c: c.queue_id, decide=queue.set_routing),
    queue.SetService: on(QUEUE, key=lambda c: c.queue_id, decide=queue.set_service),
    queue.PostNotice: on(QUEUE, key=lambda c: c.queue_id, decide=queue.post_notice),
    queue.TakeDownNotice: on(QUEUE, key=lambda c: c.queue_id, decide=queue.take_down_notice),
    queue.OpenQueue: on(QUEUE, key=lambda c: c.queue_id, decide=queue.open_queue),
    # channel
    channel.ConnectChannel: on(CHANNEL, key=lambda c: c.channel_id, decide=channel.connect_channel),
    # policy and calendars
    policy.EditPolicy: on(POLICY, key=lambda c: DESK, decide=policy.edit_policy),
    calendar.EditCalendar: on(CALENDAR, key=lambda c: c.calendar_id, decide=calendar.edit_calendar),
    # answers kept ready
    canned.WriteCanned: on(CANNED, key=lambda c: c.canned_id, decide=canned.write_canned),
    canned.WithdrawCanned: on(CANNED, key=lambda c: c.canned_id, decide=canned.withdraw_canned),
    # template
    template.SyncTemplate: on(TEMPLATE, key=_template, decide=template.sync_template),
    template.MissTemplate: on(TEMPLATE, key=_template, decide=template.miss_template),
    template.HearTemplateStatus: on(TEMPLATE, key=_template, decide=template.hear_template_status),
    template.HearTemplateCategory: on(TEMPLATE, key=_template, decide=template.hear_template_category),
    template.HearTemplateQuality: on(TEMPLATE, key=_template, decide=template.hear_template_quality),
    # protocol
    protocol.AllocateProtocol: on(PROTOCOL, key=lambda c: str(c.year), decide=protocol.allocate_protocol),
    # delivery
    delivery.ReceiveDelivery: on(DELIVERY, key=lambda c: c.delivery_id, decide=delivery.receive_delivery),
    delivery.SettleDelivery: on(DELIVERY, key=lambda c: c.delivery_id, decide=delivery.settle_delivery),
    # user
    user.InviteUser: on(USER, key=lambda c: c.user_id, decide=user.invite_user),
    user.MakeLink: on(USER, key=lambda c: c.user_id, decide=user.make_link),
    user.ChoosePassword: on(USER, key=lambda c: c.user_id, decide=user.choose_password),
    user.ChangeRole: on(USER, key=lambda c: c.user_id, decide=user.change_role),
    user.DeactivateUser: on(USER, key=lambda c: c.user_id, decide=user.deactivate_user),
    user.ReactivateUser: on(USER, key=lambda c: c.user_id, decide=user.reactivate_user),
    user.EnrolTotp: on(USER, key=lambda c: c.user_id, decide=user.enrol_totp),
    user.ResetTotp: on(USER, key=lambda c: c.user_id, decide=user.reset_totp),
    user.LockUser: on(USER, key=lambda c: c.user_id, decide=user.lock_user),
    user.SignIn: on(USER, key=lambda c: c.user_id, decide=user.sign_in),
    user.EndSession: on(USER, key=lambda c: c.user_id, decide=user.end_session),
    # chat
    chat.OpenRoom: on(CHAT, key=lambda c: c.room_id, decide=chat.open_room),
    chat.SayInRoom: on(CHAT, key=lambda c: c.room_id, decide=chat.say_in_room),
    chat.ReadRoom: on(CHAT, key=lambda c: c.room_id, decide=chat.read_room),
    # access
    access.RecordDenial: on(ACCESS, key=lambda c: c.person, decide=access.record_denial),
    access.RecordToken: on(ACCESS, key=lambda c: c.person, decide=access.record_token),
    access.RecordRevocation: on(ACCESS, key=lambda c: c.person, decide=access.record_revocation),
}
HANDLERS: Final[Mapping[type[Command], Handler]] = {
    command: conversation.timed(handler) if handler.stream is CONVERSATION else handler
    for command, handler in _HANDLERS.items()
}
"""Who decides each command, and on which stream; what is decided on a conversation, its clocks are told."""

POLICIES: Final[tuple[Policy, ...]] = (
    sorter(),
    registrar(),
    porter(),
)
"""Woken by an event, they only want things."""

COURIERS: Final[tuple[Courier, ...]] = (
    librarian(),
    reader(),
    herald(),
    matchmaker(),
    steward(),
)
"""Woken by an event, they call out and report what came of it."""

WATCHES: Final[tuple[Watch, ...]] = (
    receptionist(),
    waker(),
    hourglass(),
    doorkeeper(),
    lookout(),
    timekeeper(),
    reviser(),
    curator(),
    caretaker(),
    pollster(),
    dispatcher(),
    usher(),
)
"""Woken by the clock, they read one list of what is due."""
