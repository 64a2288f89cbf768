"""The rules of the clocks, one by one."""

from __future__ import annotations

import pytest

from tests.api.scenarios.day import OFFICE, Day, Json, house, on, wall

OI = on("10:00", "message", message="oi")
WAITS = on("10:01", "handoff", queue="suporte")
ANA = on("10:05", "assign", agent="ana")
HURRY = on("10:01", "handoff", queue="suporte", priority="urgent")


def answer(at: str, message: str = "a1", **fields: str) -> Json:
    return on(at, "agent_message", message=message, **fields)


# ── starts ───────────────────────────────────────────────────────────────────────────────────────


def test_entering_the_queue_starts_a_first_response_clock_at_our_time() -> None:
    assert Day(OI, WAITS).life("first") == ("10:01", "10:31", "running", None)


@pytest.mark.parametrize(
    ("priority", "due", "resolution"),
    [
        ("urgent", "10:06", "14:01"),
        ("high", "10:16", "18:01"),
        ("normal", "10:31", "13 10:01"),
        ("low", "11:01", "14 10:01"),
    ],
)
def test_targets_are_those_of_the_priority(priority: str, due: str, resolution: str) -> None:
    day = Day(OI, on("10:01", "handoff", queue="q", priority=priority))
    assert wall(day.clock("first")["due_at"]) == due
    assert wall(day.clock("resolution")["due_at"]) == resolution


def test_a_queue_overrides_targets_field_by_field() -> None:
    queues = {"suporte": {"targets": {"normal": {"first": 7}}}}
    day = Day(OI, WAITS, ANA, answer("10:06"), on("10:10", "message"), policy={"queues": queues})
    assert day.clock("first")["target_minutes"] == 7
    assert day.clock("next")["target_minutes"] == 30


def test_a_next_response_starts_at_the_provider_time_of_the_oldest_unanswered_message() -> None:
    day = Day(
        OI,
        WAITS,
        ANA,
        answer("10:06"),
        on("10:20", "message", sent_at="2026-03-12T10:18:00-03:00"),
        on("10:21", "message"),
    )
    assert day.life("next") == ("10:18", "10:48", "running", None)


def test_no_later_arrival_moves_a_running_clock_not_even_back() -> None:
    day = Day(
        OI,
        WAITS,
        ANA,
        answer("10:06"),
        on("10:20", "message"),
        on("10:21", "message", sent_at="2026-03-12T10:12:00-03:00"),
    )
    assert day.life("next") == ("10:20", "10:50", "running", None)
    assert day.kinds().count("next") == 1


def test_a_provider_time_in_the_future_is_the_arrival() -> None:
    sent = "2026-03-12T10:40:00-03:00"
    day = Day(OI, WAITS, ANA, answer("10:06"), on("10:20", "message", sent_at=sent))
    assert wall(day.clock("next")["started_at"]) == "10:20"


def test_ten_minutes_on_the_way_are_not_late() -> None:
    sent = "2026-03-12T10:10:00-03:00"
    day = Day(OI, WAITS, ANA, answer("10:06"), on("10:20", "message", sent_at=sent))
    assert wall(day.clock("next")["started_at"]) == "10:10"


def test_a_message_older_than_ten_minutes_starts_its_clock_on_arrival() -> None:
    sent = "2026-03-12T10:09:59-03:00"
    day = Day(OI, WAITS, ANA, answer("10:06"), on("10:20", "message", sent_at=sent))
    assert wall(day.clock("next")["started_at"]) == "10:20"


def test_a_late_message_goes_straight_to_waiting() -> None:
    day = Day(on("10:20", "message", sent_at="2026-03-12T09:00:00-03:00"))
    assert day.conversation["stage"] == "waiting"
    assert sorted(day.kinds()) == ["first", "resolution"]
    assert wall(day.clock("first")["started_at"]) == "10:20"


def test_a_late_message_ends_automation() -> None:
    day = Day(OI, on("10:05", "message", sent_at="2026-03-12T09:00:00-03:00"))
    assert day.conversation["stage"] == "waiting"
    assert wall(day.clock("first")["started_at"]) == "10:05"
    assert day.clock("automation")["ended_by"] == "handed_over"


def test_given_back_the_next_response_counts_from_the_oldest_unanswered_message() -> None:
    day = Day(OI, WAITS, ANA, answer("10:06"), on("10:10", "message"), on("10:15", "return"))
    assert day.life("next") == ("10:10", "10:40", "running", None)


def test_given_back_with_nothing_unanswered_the_next_response_counts_from_the_entry() -> None:
    day = Day(OI, WAITS, ANA, answer("10:06"), on("10:15", "return"))
    assert day.life("next") == ("10:15", "10:45", "running", None)


def test_an_episode_an_agent_opens_owes_no_first_response() -> None:
    day = Day(on("10:00", "open", agent="ana"))
    assert day.kinds() == ["resolution"]
    assert day.conversation["waiting_on"] == "customer"
    assert day.clock("resolution")["state"] == "paused"


def test_the_reply_to_an_agent_who_opened_starts_a_next_response() -> None:
    day = Day(on("10:00", "open", agent="ana"), on("10:10", "message"))
    assert day.life("next") == ("10:10", "10:40", "running", None)


def test_taken_straight_from_automation_a_first_response_is_owed_from_then() -> None:
    day = Day(OI, on("10:03", "assign", agent="ana"))
    assert day.life("first") == ("10:03", "10:33", "running", None)


def test_an_unanswered_call_waits_for_a_person() -> None:
    day = Day(on("10:00", "call"))
    assert day.conversation["stage"] == "waiting"
    assert day.life("first") == ("10:00", "10:30", "running", None)


# ── stops ────────────────────────────────────────────────────────────────────────────────────────


def test_an_agents_message_stops_the_clock_and_waits_on_the_customer() -> None:
    day = Day(OI, WAITS, ANA, answer("10:20"), until="12:00")
    assert day.life("first") == ("10:01", "10:31", "ended", "met")
    assert day.conversation["waiting_on"] == "customer"
    assert day.breaches() == []


def test_an_answer_at_the_due_instant_is_in_time() -> None:
    day = Day(OI, WAITS, ANA, answer("10:31"), until="11:00")
    assert day.clock("first")["verdict"] == "met"
    assert day.breaches("first") == []


def test_an_answer_a_second_after_the_due_instant_is_late() -> None:
    day = Day(OI, WAITS, ANA, answer("10:31:01"), until="11:00")
    assert day.clock("first")["verdict"] == "breached"
    assert day.breaches("first") == [("10:31", "first", "10:31", "due")]


def test_a_template_an_agent_chose_stops_the_clock() -> None:
    day = Day(OI, WAITS, ANA, on("10:20", "template", message="t"))
    assert day.clock("first")["verdict"] == "met"


@pytest.mark.parametrize("event", ["automatic", "note", "reaction", "echo"])
def test_nothing_but_a_humans_public_message_stops_a_clock(event: str) -> None:
    day = Day(OI, WAITS, ANA, on("10:20", event))
    assert day.clock("first")["state"] == "running"


def test_an_echo_stops_the_clock_if_the_setting_says_so() -> None:
    day = Day(OI, WAITS, ANA, on("10:20", "echo"), policy={"echo_stops": True})
    assert day.clock("first")["verdict"] == "met"


def test_an_echo_silences_automation_and_the_next_message_waits() -> None:
    day = Day(OI, on("10:02", "echo"), on("10:20", "message"), until="10:25")
    assert day.conversation["stage"] == "waiting"
    assert day.life("first") == ("10:20", "10:50", "running", None)
    assert day.breaches() == []


def test_an_echo_without_an_episode_opens_one_of_the_device() -> None:
    day = Day(on("10:00", "echo"))
    assert day.conversation["owner"] == "agent:aparelho"
    assert day.kinds() == ["resolution"]


def test_several_messages_are_answered_by_one() -> None:
    day = Day(
        OI, WAITS, ANA, answer("10:06"), on("10:10", "message"), on("10:12", "message"), answer("10:13", "a2")
    )
    assert day.clock("next")["verdict"] == "met"
    assert day.conversation["unanswered"] == []


def test_a_message_that_came_after_the_answer_was_asked_for_still_waits() -> None:
    day = Day(
        OI,
        WAITS,
        ANA,
        answer("10:06"),
        on("10:10", "message", message="m1"),
        on("10:12", "message", message="m2"),
        answer("10:13", "a2", asked_at="2026-03-12T10:11:00-03:00"),
    )
    assert day.clock("next")["verdict"] == "met"
    assert day.life("next", 1) == ("10:12", "10:42", "running", None)


def test_an_impatient_customer_does_not_breach_twice() -> None:
    more = [on(f"10:{n}", "message") for n in range(32, 50, 3)]
    day = Day(OI, WAITS, *more, until="11:00")
    assert day.breaches("first", "next") == [("10:31", "first", "10:31", "due")]


def test_thanks_starts_no_clock_but_ends_the_sub_state() -> None:
    day = Day(OI, WAITS, ANA, answer("10:06"), on("10:10", "message", text="Muito obrigado! valeu"))
    assert "next" not in day.kinds()
    assert day.conversation["waiting_on"] == "agent"
    assert day.clock("resolution")["state"] == "running"


def test_thanks_with_a_question_is_a_question() -> None:
    day = Day(OI, WAITS, ANA, answer("10:06"), on("10:10", "message", text="obrigado?"))
    assert day.clock("next")["state"] == "running"


def test_what_needs_no_answer_ends_the_wait_neither_met_nor_answered() -> None:
    day = Day(
        OI,
        WAITS,
        ANA,
        answer("10:06"),
        on("10:10", "message", message="ok"),
        on("10:11", "no_answer_needed", message="ok"),
        until="13:00",
    )
    assert day.clock("next")["verdict"] == "settled"
    assert day.breaches() == []
    assert day.told["counts"] == {"ana": {"no_answer_needed": 1}}


def test_what_came_after_the_marked_message_still_waits() -> None:
    day = Day(
        OI,
        WAITS,
        ANA,
        answer("10:06"),
        on("10:10", "message", message="ok"),
        on("10:12", "message", message="e agora?"),
        on("10:13", "no_answer_needed", message="ok"),
    )
    assert day.life("next", 1) == ("10:12", "10:42", "running", None)


def test_what_needs_no_answer_after_the_breach_leaves_the_breach_and_ends_the_chain() -> None:
    day = Day(OI, HURRY, ANA, on("10:10", "no_answer_needed"), until="13:00")
    assert day.clock("first")["verdict"] == "breached"
    assert day.steps() == []


# ── answers that fail ────────────────────────────────────────────────────────────────────────────


def test_an_answer_that_fails_is_voided_and_the_clock_runs_from_its_start() -> None:
    day = Day(OI, WAITS, ANA, answer("10:10"), on("10:20", "failed", message="a1"), until="10:25")
    assert day.life("first") == ("10:01", "10:31", "running", None)
    assert day.conversation["waiting_on"] == "agent"
    assert [void["message"] for void in day.told["voids"]] == ["a1"]


def test_a_void_after_the_due_time_is_a_breach_at_the_void() -> None:
    day = Day(OI, WAITS, ANA, answer("10:10"), on("10:40", "failed", message="a1"), until="10:41")
    assert day.breaches() == [("10:40", "first", "10:31", "void")]


def test_overdue_steps_happen_at_the_void() -> None:
    day = Day(OI, WAITS, ANA, answer("10:10"), on("11:05", "failed", message="a1"), until="11:06")
    assert day.steps() == [("11:05", "supervisor", "supervisor"), ("11:05", "manager", "manager")]


def test_a_later_answer_that_succeeded_keeps_the_stop() -> None:
    day = Day(OI, WAITS, ANA, answer("10:10"), answer("10:11", "a2"), on("10:20", "failed", message="a1"))
    assert day.clock("first")["verdict"] == "met"
    assert day.told["voids"] == []


def test_when_all_answers_failed_the_first_stop_is_voided() -> None:
    day = Day(
        OI,
        WAITS,
        ANA,
        answer("10:10"),
        answer("10:11", "a2"),
        on("10:20", "failed", message="a1"),
        on("10:21", "failed", message="a2"),
    )
    assert day.life("first") == ("10:01", "10:31", "running", None)


def test_a_revived_clock_is_the_only_one() -> None:
    day = Day(
        OI,
        WAITS,
        ANA,
        answer("10:10"),
        on("10:15", "message"),
        on("10:20", "failed", message="a1"),
        until="10:25",
    )
    assert day.clock("next")["verdict"] == "cancelled"
    assert day.life("first") == ("10:01", "10:31", "running", None)


def test_an_answer_that_arrives_after_it_was_given_up_stops_the_clock_again() -> None:
    day = Day(
        OI,
        WAITS,
        ANA,
        answer("10:10"),
        on("10:20", "failed", message="a1"),
        on("10:22", "delivered", message="a1"),
        until="11:00",
    )
    assert day.clock("first")["verdict"] == "met"
    assert day.conversation["waiting_on"] == "customer"


def test_what_was_delivered_does_not_fail_any_more() -> None:
    day = Day(
        OI,
        WAITS,
        ANA,
        answer("10:10"),
        on("10:11", "delivered", message="a1"),
        on("10:20", "failed", message="a1"),
    )
    assert day.clock("first")["verdict"] == "met"


def test_a_failure_after_closing_does_not_reopen() -> None:
    day = Day(OI, WAITS, ANA, answer("10:10"), on("10:12", "close"), on("10:20", "failed", message="a1"))
    assert day.conversation["stage"] == "closed"
    assert day.clock("first")["verdict"] == "met"


# ── pauses ───────────────────────────────────────────────────────────────────────────────────────


def test_resolution_alone_pauses_while_the_customer_owes_the_answer() -> None:
    day = Day(OI, WAITS, ANA, answer("10:10"), on("12:10", "message"))
    resolution = day.clock("resolution")
    assert [(wall(p["from"]), wall(p["to"])) for p in resolution["pauses"]] == [("10:10", "12:10")]
    assert wall(resolution["due_at"]) == "13 12:01"


def test_a_third_party_pauses_resolution_until_the_wake_up() -> None:
    aside = on("10:10", "wait_on_third_party", until="2026-03-12T11:10:00-03:00", reason="técnico")
    day = Day(OI, WAITS, ANA, answer("10:06"), on("10:08", "message"), aside, until="11:30")
    assert [(wall(p["from"]), wall(p["to"])) for p in day.clock("resolution")["pauses"]] == [
        ("10:06", "10:08"),
        ("10:10", "11:10"),
    ]
    assert day.told["counts"]["ana"] == {"third_party": 1}
    assert day.breaches("next") == [("10:38", "next", "10:38", "due")]


def test_any_customer_message_ends_waiting_on_a_third_party() -> None:
    aside = on("10:10", "wait_on_third_party", until="2026-03-13T10:10:00-03:00")
    day = Day(OI, WAITS, ANA, answer("10:06"), aside, on("10:30", "message"))
    assert day.conversation["waiting_on"] == "agent"
    assert day.life("next") == ("10:30", "11:00", "running", None)


def test_a_wake_up_lies_at_most_five_days_away() -> None:
    far = on("10:10", "wait_on_third_party", until="2026-03-17T10:10:01-03:00")
    near = on("10:11", "wait_on_third_party", until="2026-03-17T10:11:00-03:00")
    day = Day(OI, WAITS, ANA, far, near)
    assert day.refused() == ["wait_on_third_party"]
    assert day.conversation["waiting_on"] == "third_party"


def test_resolution_runs_from_the_first_waiting_to_closing() -> None:
    day = Day(OI, WAITS, ANA, answer("10:06"), on("10:10", "message"), on("10:30", "close"))
    assert day.clock("resolution")["verdict"] == "met"
    assert day.clock("resolution")["used_minutes"] == 25
    assert wall(day.clock("resolution")["started_at"]) == "10:01"


def test_a_response_clock_never_pauses() -> None:
    aside = on("10:06", "wait_on_third_party", until="2026-03-13T10:10:00-03:00")
    day = Day(OI, WAITS, ANA, aside, until="10:40")
    assert day.breaches("first") == [("10:31", "first", "10:31", "due")]


# ── automation ───────────────────────────────────────────────────────────────────────────────────


def test_the_breach_of_automation_moves_the_conversation_to_waiting() -> None:
    day = Day(OI, until="10:15")
    assert day.breaches() == [("10:10", "automation", "10:10", "due")]
    assert day.conversation["stage"] == "waiting"
    assert day.conversation["queue"] == "geral"
    assert day.life("first") == ("10:10", "10:40", "running", None)


def test_automation_is_paused_while_the_customer_owes_an_answer() -> None:
    day = Day(OI, on("10:04", "automatic"), on("10:30", "message"), until="10:35")
    assert wall(day.clock("automation")["due_at"]) == "10:36"
    assert day.breaches() == []


def test_automation_runs_on_the_calendar_of_the_channels_default_queue() -> None:
    day = Day(
        on("07:00", "message", channel="site"),
        until="07:30",
        calendars={"office": {"week": OFFICE}},
        policy={"queues": {"vendas": {"calendar": "office"}}},
        channels={"site": {"queue": "vendas"}},
    )
    assert wall(day.clock("automation")["due_at"]) == "08:10"


def test_a_channel_without_automation_leads_straight_to_its_queue() -> None:
    day = Day(on("10:00", "message", channel="site"), channels={"site": {"queue": "v", "automation": False}})
    assert day.conversation["queue"] == "v"
    assert day.kinds().count("automation") == 0


def test_handed_over_in_time_automation_met_its_target() -> None:
    assert Day(OI, WAITS).clock("automation")["verdict"] == "met"


# ── changes ──────────────────────────────────────────────────────────────────────────────────────


def test_a_satisfied_first_response_stays_satisfied_after_a_transfer() -> None:
    day = Day(OI, WAITS, ANA, answer("10:06"), on("10:15", "transfer", to_queue="financeiro"))
    assert day.clock("first")["verdict"] == "met"
    assert day.life("next") == ("10:15", "10:45", "running", None)


def test_a_running_clock_takes_the_targets_of_the_new_queue_from_the_same_start() -> None:
    queues = {"vip": {"targets": {"normal": {"first": 20}}}}
    day = Day(OI, WAITS, ANA, on("10:10", "transfer", to_queue="vip"), policy={"queues": queues})
    assert day.life("first") == ("10:01", "10:21", "running", None)


def test_late_at_a_transfer_is_a_breach_then() -> None:
    queues = {"vip": {"targets": {"normal": {"first": 5}}}}
    day = Day(OI, WAITS, ANA, on("10:10", "transfer", to_queue="vip"), policy={"queues": queues})
    assert day.breaches() == [("10:10", "first", "10:06", "queue change")]


def test_the_owner_at_each_second_is_recorded() -> None:
    day = Day(OI, WAITS, ANA, on("10:10", "transfer", to_agent="bia"), answer("10:20"))
    assert [(wall(o["from"]), wall(o["to"]), o["owner"]) for o in day.clock("first")["owners"]] == [
        ("10:01", "10:05", "queue:suporte"),
        ("10:05", "10:10", "agent:ana"),
        ("10:10", "10:20", "agent:bia"),
    ]


def test_a_raised_priority_counts_from_the_same_start() -> None:
    day = Day(OI, WAITS, on("10:05", "priority", priority="high", agent="ana"))
    assert day.life("first") == ("10:01", "10:16", "running", None)


def test_raised_when_already_late_it_is_breached_now() -> None:
    day = Day(OI, WAITS, on("10:20", "priority", priority="high"), until="10:25")
    assert day.breaches() == [("10:20", "first", "10:16", "priority change")]


def test_raising_to_urgent_is_counted() -> None:
    day = Day(OI, WAITS, on("10:02", "priority", priority="urgent", agent="ana"))
    assert day.told["counts"] == {"ana": {"raised_to_urgent": 1}}


def test_a_breach_stays_when_the_priority_is_lowered() -> None:
    day = Day(OI, HURRY, on("10:10", "priority", priority="low"), until="12:30")
    assert day.clock("first")["verdict"] == "breached"
    assert day.breaches("first") == [("10:06", "first", "10:06", "due")]


def test_a_priority_lowered_in_time_gives_more_time() -> None:
    day = Day(OI, HURRY, on("10:05", "priority", priority="low"), until="10:30")
    assert day.life("first") == ("10:01", "11:01", "running", None)


def test_a_policy_edit_judges_open_clocks_again() -> None:
    edit = house("10:10", "policy", policy={"targets": {"normal": {"first": 12}}})
    day = Day(OI, WAITS, edit, until="10:20")
    assert day.breaches() == [("10:13", "first", "10:13", "due")]
    assert day.told["breaches"][0]["policy_version"] == 2


def test_late_at_a_policy_edit_is_a_breach_then() -> None:
    edit = house("10:10", "policy", policy={"targets": {"normal": {"first": 5}}})
    assert Day(OI, WAITS, edit).breaches() == [("10:10", "first", "10:06", "policy change")]


def test_closed_verdicts_keep_the_version_that_judged_them() -> None:
    edit = house("10:10", "policy", policy={"targets": {"normal": {"first": 1}}})
    day = Day(OI, WAITS, ANA, answer("10:06"), edit)
    assert day.clock("first")["verdict"] == "met"
    assert day.clock("first")["policy_version"] == 1
    assert day.clock("resolution")["policy_version"] == 2


def test_after_a_calendar_edit_the_whole_span_is_judged_again() -> None:
    calendars = {"office": {"week": OFFICE}}
    always = house("11:50", "calendar", name="office", calendar={"always": True})
    waits = on("11:40", "handoff", queue="suporte")
    day = Day(on("11:40", "message"), waits, always, calendars=calendars, policy={"calendar": "office"})
    assert day.life("first") == ("11:40", "12:10", "running", None)
    assert day.clock("first")["calendar_version"] == 2


def test_late_at_a_calendar_edit_is_a_breach_then() -> None:
    calendars = {"office": {"week": OFFICE}}
    always = house("12:30", "calendar", name="office", calendar={"always": True})
    waits = on("11:40", "handoff", queue="suporte")
    day = Day(on("11:40", "message"), waits, always, calendars=calendars, policy={"calendar": "office"})
    assert day.breaches("first") == [("12:30", "first", "12:10", "calendar change")]


# ── business hours ───────────────────────────────────────────────────────────────────────────────


def test_the_due_time_skips_lunch_nights_and_holidays() -> None:
    calendars = {"office": {"week": OFFICE, "holidays": "BR"}}
    day = Day(on("2026-04-02 17:40", "call"), calendars=calendars, policy={"calendar": "office"}, channels={})
    assert day.clock("first")["due_at"] == "2026-04-06T11:10:00Z"  # Good Friday and a weekend later


def test_a_state_holiday_closes_only_its_state() -> None:
    def due(holidays: str) -> str:
        calendars = {"office": {"week": OFFICE, "holidays": holidays}}
        day = Day(on("2026-07-08 17:50", "call"), calendars=calendars, policy={"calendar": "office"})
        told: str = day.clock("first")["due_at"]
        return told

    assert due("BR-SP") == "2026-07-10T11:20:00Z"
    assert due("BR-RJ") == "2026-07-09T11:20:00Z"


def test_a_target_used_up_at_closing_is_late_before_the_next_opening() -> None:
    calendars = {"office": {"week": OFFICE}}
    waits, ana = on("17:30", "handoff", queue="s"), on("17:35", "assign", agent="ana")
    late = answer("13 07:00")
    day = Day(on("17:30", "message"), waits, ana, late, calendars=calendars, policy={"calendar": "office"})
    assert day.breaches("first") == [("18:00", "first", "18:00", "due")]


# ── warnings ─────────────────────────────────────────────────────────────────────────────────────


def test_warnings_come_at_50_80_and_95_percent() -> None:
    assert Day(OI, WAITS, until="10:31").warnings("first") == [("10:16", 50), ("10:25", 80), ("10:29:30", 95)]


def test_thresholds_passed_by_a_change_are_not_sent() -> None:
    day = Day(OI, WAITS, on("10:14", "priority", priority="high"), until="10:16")
    assert day.warnings("first") == [("10:15:15", 95)]


def test_no_percentage_is_sent_twice_nor_one_below() -> None:
    day = Day(
        OI,
        on("10:01", "handoff", queue="s", priority="high"),
        on("10:14", "priority", priority="low"),
        until="11:00",
    )
    assert day.warnings("first") == [("10:08:30", 50), ("10:13", 80), ("10:58", 95)]


def test_thresholds_passed_in_transit_are_not_sent() -> None:
    sent = "2026-03-12T10:17:00-03:00"
    urgent = on("10:07", "priority", priority="urgent")
    day = Day(OI, WAITS, ANA, answer("10:06"), urgent, on("10:20", "message", sent_at=sent), until="10:22")
    assert day.warnings("next") == [("10:21", 80), ("10:21:45", 95)]


def test_too_late_in_transit_is_a_breach_on_arrival() -> None:
    sent = "2026-03-12T10:11:00-03:00"
    urgent = on("10:07", "priority", priority="urgent")
    day = Day(OI, WAITS, ANA, answer("10:06"), urgent, on("10:20", "message", sent_at=sent))
    assert day.breaches("next") == [("10:20", "next", "10:16", "transit")]


# ── breach and downtime ──────────────────────────────────────────────────────────────────────────


def test_the_owner_and_the_supervisors_are_told_of_a_breach() -> None:
    people = {"supervisor": ["sofia", "sergio"]}
    day = Day(OI, WAITS, ANA, until="10:31", policy={"recipients": people})
    assert day.told["breaches"][0]["told"] == ["agent:ana", "sofia", "sergio"]


def test_a_resolution_breach_only_notifies() -> None:
    day = Day(OI, WAITS, ANA, on("10:10", "no_answer_needed"), until="14 12:00")
    assert [(kind, cause) for _, kind, _, cause in day.breaches()] == [("resolution", "due")]
    assert day.told["breaches"][0]["told"] == ["agent:ana", "supervisor"]
    assert day.steps() == []


def test_after_downtime_overdue_breaches_and_steps_fire_at_once() -> None:
    day = Day(OI, WAITS, house("10:02", "timers_down"), house("11:10", "timers_up"), until="11:15")
    assert day.breaches("first") == [("11:10", "first", "10:31", "due")]
    assert day.steps() == [("11:10", "supervisor", "supervisor"), ("11:10", "manager", "manager")]


def test_after_downtime_overdue_warnings_are_dropped() -> None:
    day = Day(OI, WAITS, house("10:02", "timers_down"), house("10:26", "timers_up"), until="10:31")
    assert day.warnings("first") == [("10:29:30", 95)]


def test_a_late_answer_while_the_timers_are_down_says_so_itself_once() -> None:
    day = Day(
        OI,
        WAITS,
        ANA,
        house("10:06", "timers_down"),
        answer("10:40"),
        house("10:50", "timers_up"),
        until="12:30",
    )
    assert day.breaches("first") == [("10:40", "first", "10:31", "late action")]
    assert day.steps() == []


def test_a_late_closing_breaches_resolution_itself() -> None:
    targets = {"normal": {"first": 30, "next": 30, "resolution": 20}}
    day = Day(
        OI, WAITS, ANA, house("10:06", "timers_down"), on("10:30", "close"), policy={"targets": targets}
    )
    assert day.breaches() == [("10:30", "resolution", "10:21", "late action")]


# ── escalation ───────────────────────────────────────────────────────────────────────────────────


def test_steps_come_at_30_60_and_120_minutes_of_the_wait() -> None:
    assert Day(OI, HURRY, until="13:00").steps() == [
        ("10:31", "supervisor", "supervisor"),
        ("11:01", "manager", "manager"),
        ("12:01", "director", "director"),
    ]


def test_no_step_comes_before_the_breach_of_its_own_priority() -> None:
    day = Day(OI, on("10:01", "handoff", queue="s", priority="low"), until="12:30")
    assert day.steps() == [
        ("11:01", "supervisor", "supervisor"),
        ("11:01", "manager", "manager"),
        ("12:01", "director", "director"),
    ]


def test_steps_count_the_business_time_of_the_queue() -> None:
    day = Day(
        on("11:50", "message"),
        on("11:50", "handoff", queue="s", priority="urgent"),
        until="13:55",
        calendars={"office": {"week": OFFICE}},
        policy={"calendar": "office"},
    )
    assert day.steps() == [("13:20", "supervisor", "supervisor"), ("13:50", "manager", "manager")]


def test_only_a_human_answer_ends_the_chain() -> None:
    day = Day(
        OI,
        HURRY,
        on("10:20", "acknowledge", by="sofia"),
        on("10:25", "automatic"),
        on("10:40", "assign", agent="ana"),
        answer("11:10"),
        until="14:00",
    )
    assert day.steps() == [("11:01", "supervisor", "supervisor"), ("11:01", "manager", "manager")]


def test_acknowledging_names_who_acts_and_postpones_the_next_step_once() -> None:
    day = Day(
        OI,
        HURRY,
        on("10:35", "acknowledge", by="sofia"),
        on("10:36", "acknowledge", by="sofia"),
        until="12:30",
    )
    assert day.steps() == [
        ("10:31", "supervisor", "supervisor"),
        ("11:31", "manager", "manager"),
        ("12:01", "director", "director"),
    ]
    assert [(a["by"], a["postponed"]) for a in day.told["acknowledgements"]] == [
        ("sofia", "manager"),
        ("sofia", None),
    ]


def test_acknowledging_is_possible_from_the_breach_on() -> None:
    day = Day(OI, HURRY, on("10:05", "acknowledge", by="sofia"), until="10:40")
    assert day.refused() == ["acknowledge"]
    assert day.steps() == [("10:31", "supervisor", "supervisor")]


def test_an_empty_level_uses_up_the_next_and_later_ones_keep_their_times() -> None:
    day = Day(OI, HURRY, until="13:00", policy={"recipients": {"supervisor": []}})
    assert day.steps() == [("10:31", "supervisor", "manager"), ("12:01", "director", "director")]


def test_a_level_that_nobody_of_can_be_reached_passes_on_at_once() -> None:
    day = Day(OI, HURRY, house("11:00", "reachable", person="manager", reachable=False), until="13:00")
    assert day.steps() == [("10:31", "supervisor", "supervisor"), ("11:01", "manager", "director")]


def test_recipients_are_those_of_the_queue() -> None:
    queues = {"suporte": {"recipients": {"manager": ["marta"]}}}
    day = Day(OI, HURRY, until="11:30", policy={"queues": queues})
    assert [e["recipients"] for e in day.told["escalations"]] == [["supervisor"], ["marta"]]


def test_a_step_overdue_after_a_raise_happens_at_the_breach() -> None:
    day = Day(
        OI, on("10:01", "handoff", queue="s", priority="low"), on("10:50", "priority", priority="urgent")
    )
    assert day.breaches() == [("10:50", "first", "10:06", "priority change")]
    assert day.steps() == [("10:50", "supervisor", "supervisor")]


# ── closing and coming back ──────────────────────────────────────────────────────────────────────


def test_closed_unanswered_the_response_clock_ends_without_verdict() -> None:
    assert Day(OI, WAITS, ANA, on("10:10", "close")).clock("first")["verdict"] == "unanswered"


def test_closed_unanswered_after_the_breach_the_breach_stays() -> None:
    assert Day(OI, HURRY, ANA, on("10:30", "close")).clock("first")["verdict"] == "breached"


CLOSED = (OI, WAITS, ANA, answer("10:06"), on("10:10", "close", agent="ana"))


def test_within_24_hours_it_reopens_to_its_queue_with_clocks_of_its_own() -> None:
    day = Day(*CLOSED, on("13 10:10", "message"))
    assert (day.conversation["stage"], day.conversation["queue"]) == ("waiting", "suporte")
    assert (day.conversation["episode"], day.conversation["period"]) == (1, 2)
    assert day.life("first", 1) == ("13 10:10", "13 10:40", "running", None)


def test_after_24_hours_it_is_a_new_episode() -> None:
    day = Day(*CLOSED, on("13 10:10:01", "message"))
    assert (day.conversation["stage"], day.conversation["episode"]) == ("automation", 2)


def test_it_reopens_straight_to_the_last_agent_if_free() -> None:
    day = Day(*CLOSED, on("10:30", "message"), agents={"ana": {"available": True, "capacity": 1}})
    assert day.conversation["owner"] == "agent:ana"
    assert day.life("first", 1) == ("10:30", "11:00", "running", None)


def test_a_full_agent_gets_nothing_back() -> None:
    other = [on("10:15", "open", "d", agent="ana")]
    day = Day(*CLOSED, *other, on("10:30", "message"), agents={"ana": {"available": True, "capacity": 1}})
    assert day.conversation["stage"] == "waiting"


def test_closed_by_silence_it_reopens_to_automation() -> None:
    day = Day(OI, WAITS, ANA, answer("10:06"), on("11:10", "close", by="silence"), on("11:30", "message"))
    assert day.conversation["stage"] == "automation"
    assert wall(day.clock("automation", 1)["due_at"]) == "11:40"


def test_thanks_never_reopens() -> None:
    assert Day(*CLOSED, on("10:30", "message", text="obrigada 🙏")).conversation["stage"] == "closed"


def test_a_new_demand_is_an_episode_of_its_own() -> None:
    day = Day(*CLOSED, on("10:30", "message", new_demand=True))
    assert (day.conversation["stage"], day.conversation["episode"]) == ("automation", 2)


def test_silence_never_closes_over_a_customer_who_waits() -> None:
    day = Day(OI, WAITS, ANA, on("10:30", "close", by="silence"))
    assert day.refused() == ["close"]


# ── the one order ────────────────────────────────────────────────────────────────────────────────


def line(name: str, at: str, priority: str) -> list[Json]:
    return [on(at, "message", name), on(at, "handoff", name, queue="s", priority=priority)]


def test_past_the_manager_step_comes_first_then_breached_and_urgent_then_the_rest() -> None:
    day = Day(
        *line("old", "08:00", "low"),
        *line("breached", "10:00", "normal"),
        *line("urgent", "10:39", "urgent"),
        *line("normal", "10:30", "normal"),
        *line("high", "10:38", "high"),
        on("10:35", "open", "quiet", agent="ana"),
        until="10:40",
    )
    assert day.order() == ["old", "urgent", "breached", "high", "normal", "quiet"]
    assert day.tiers() == {
        "old": "past_manager",
        "urgent": "hurried",
        "breached": "hurried",
        "high": "running",
        "normal": "running",
        "quiet": "resting",
    }


def test_a_customer_who_writes_again_never_moves_back() -> None:
    both = [*line("a", "10:00", "normal"), *line("b", "10:01", "normal")]
    day = Day(*both, on("10:05", "message", "a"), on("10:06", "message", "a"))
    assert day.order() == ["a", "b"]


def test_without_a_human_clock_the_oldest_activity_comes_first() -> None:
    day = Day(
        on("10:00", "open", "x", agent="ana"),
        on("10:01", "open", "y", agent="ana"),
        on("10:05", "agent_message", "x"),
    )
    assert day.order() == ["y", "x"]


def test_due_at_the_same_instant_the_priority_decides() -> None:
    day = Day(
        *line("low", "10:00", "low"), *line("high", "10:45", "high"), *line("normal", "10:30", "normal")
    )
    assert day.order() == ["high", "normal", "low"]


def test_an_executed_manager_step_counts_only_for_the_running_clock() -> None:
    day = Day(
        *line("a", "08:00", "urgent"),
        on("10:00", "agent_message", "a", agent="ana"),
        on("10:01", "message", "a"),
        *line("b", "10:00", "urgent"),
    )
    assert day.tiers() == {"a": "hurried", "b": "hurried"}
