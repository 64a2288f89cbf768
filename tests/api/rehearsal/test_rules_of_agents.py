"""Scenarios, one for each rule: strategies, capacity, silence, presence, hours, last agents."""

from __future__ import annotations

import pytest

from tests.api.rehearsal.played import agent, by, on, played, queue

ASSIGN = [queue(mode="assign")]
FIBRE = {"required": {"fibra": 3}}


# Strategies


def test_round_robin_asks_the_least_recently_offered() -> None:
    day = played(
        *(on(n, "arrives", f"c{n}") for n in range(4)),
        agents=[agent("ana", 9, last_offered_at=-5), agent("bia", 9, last_offered_at=-9), agent("caio", 9)],
        queues=ASSIGN,
    )
    assert [who for _, _, who in day.taken()] == ["caio", "bia", "ana", "caio"]
    assert day.facts("assigned")[1]["why"]["chosen_by"] == "least_recently_offered"


def test_round_robin_includes_agents_who_were_never_asked() -> None:
    day = played(
        on(0, "arrives", "c1"), agents=[agent("ana", last_offered_at=-1000), agent("bia")], queues=ASSIGN
    )
    assert day.taken() == [(0, "c1", "bia")]


def test_load_balanced_weighs_the_live_load_over_all_queues() -> None:
    both = ("geral", "fibra")
    day = played(
        by(0, "ana", "opens", "x1", queue="fibra"),
        by(0, "ana", "opens", "x2", queue="fibra"),
        by(0, "bia", "opens", "x3"),
        on(1, "arrives", "c1"),
        agents=[agent("ana", 9, *both), agent("bia", 9, *both)],
        queues=[queue(mode="assign", strategy="load_balanced"), queue("fibra")],
    )
    assert day.taken(how="assigned") == [(1, "c1", "bia")]
    assert day.facts("assigned", how="assigned")[0]["why"]["chosen_by"] == "lowest_load"


def test_load_counts_by_weight_and_is_not_divided_by_capacity() -> None:
    weighted = queue(mode="assign", strategy="load_balanced", weights={"urgent": 3})
    day = played(
        by(0, "ana", "opens", "x1", priority="urgent"),
        by(0, "bia", "opens", "x2"),
        by(0, "bia", "opens", "x3"),
        on(1, "arrives", "c1"),
        agents=[agent("ana", 90), agent("bia", 3)],
        queues=[weighted],
    )
    assert day.taken(how="assigned") == [(1, "c1", "bia")]


def test_offered_conversations_count_in_the_load() -> None:
    day = played(
        on(0, "arrives", "c1"),
        on(1, "arrives", "c2"),
        agents=[agent("ana", 9), agent("bia", 9)],
        queues=[queue(strategy="load_balanced")],
        until=5,
    )
    assert [who for _, _, who in day.offers()] == ["ana", "bia"]


def test_silent_conversations_do_not_count_in_the_load() -> None:
    day = played(
        by(0, "ana", "opens", "x1"),
        by(0, "ana", "waits_on_third_party", "x1"),
        by(0, "bia", "opens", "x2"),
        on(1, "arrives", "c1"),
        agents=[agent("ana", 9), agent("bia", 9)],
        queues=[queue(mode="assign", strategy="load_balanced")],
    )
    assert day.taken(how="assigned") == [(1, "c1", "ana")]


def test_equal_loads_go_to_the_longest_idle_since_the_last_assignment_or_release() -> None:
    day = played(
        on(0, "arrives", "c1"),
        by(5, "ana", "closes", "c1"),
        on(10, "arrives", "c2"),
        by(15, "bia", "closes", "c2"),
        on(20, "arrives", "c3"),
        agents=[agent("ana", idle_since=-9), agent("bia", idle_since=-8)],
        queues=[queue(mode="assign", strategy="load_balanced")],
    )
    assert [who for _, _, who in day.taken()] == ["ana", "bia", "ana"]
    assert day.facts("assigned")[2]["why"]["chosen_by"] == "longest_idle"


def test_an_idle_agent_is_provably_among_the_candidates() -> None:
    day = played(
        on(0, "arrives", "c1"),
        agents=[agent("ana", 9), agent("zeca", 9)],
        queues=[queue(mode="assign", strategy="load_balanced")],
    )
    assert {c["agent"] for c in day.only("assigned")["why"]["candidates"]} == {"ana", "zeca"}


def test_required_skills_bar_whoever_lacks_them_or_their_level() -> None:
    day = played(
        on(0, "arrives", "c1"),
        agents=[agent("ana", skills={"fibra": 2}), agent("bia"), agent("caio", skills={"fibra": 3})],
        queues=[queue(mode="assign", strategy="skill_based", **FIBRE)],
    )
    assert day.taken() == [(0, "c1", "caio")]
    assert day.only("assigned")["why"]["barred"] == {"ana": "lacks_skill", "bia": "lacks_skill"}


def test_preferred_skills_choose_and_bar_nobody() -> None:
    day = played(
        on(0, "arrives", "c1"),
        on(1, "arrives", "c2"),
        agents=[agent("ana"), agent("bia", skills={"ingles": 2})],
        queues=[queue(mode="assign", strategy="skill_based", preferred={"ingles": 2})],
    )
    assert day.taken() == [(0, "c1", "bia"), (1, "c2", "ana")]
    assert day.facts("assigned")[0]["why"]["chosen_by"] == "skills"


def test_required_skills_become_preferred_after_n_seconds_by_an_event() -> None:
    day = played(
        on(10, "arrives", "c1"),
        agents=[agent("ana")],
        queues=[queue(mode="assign", strategy="skill_based", relax_after=45, **FIBRE)],
    )
    assert day.only("relaxed")["at"] == 55
    assert day.taken() == [(55, "c1", "ana")]
    assert day.only("assigned")["why"]["relaxed"] is True


# Capacity


def test_offers_in_parallel_go_up_to_capacity_each_with_a_place() -> None:
    day = played(*(on(0, "arrives", f"c{n}") for n in range(5)), agents=[agent("ana", 3)], until=5)
    assert len(day.offers()) == 3
    assert day.agent("ana")["reserved"] == 3


def test_automatic_assignment_needs_the_total_below_the_ceiling() -> None:
    day = played(
        *(by(0, "ana", "opens", f"x{n}") for n in range(2)),
        *(by(0, "ana", "waits_on_third_party", f"x{n}") for n in range(2)),
        on(1, "arrives", "c1"),
        agents=[agent("ana", 2, ceiling=2)],
        queues=ASSIGN,
        until=10,
    )
    assert day.taken(how="assigned") == []
    assert day.conversation("c1")["barred"] == {"ana": "at_ceiling"}


def test_the_ceiling_is_twice_the_capacity_unless_set() -> None:
    assert played(agents=[agent("ana", 3)]).agent("ana")["ceiling"] == 6


def test_closing_releases_a_place_and_the_next_in_order_gets_it() -> None:
    day = played(
        on(0, "arrives", "c1"),
        on(1, "arrives", "c2"),
        by(9, "ana", "closes", "c1"),
        agents=[agent("ana")],
        queues=ASSIGN,
    )
    assert day.taken() == [(0, "c1", "ana"), (9, "c2", "ana")]


def test_a_conversation_is_silent_when_the_customer_owed_the_answer_for_10_min() -> None:
    day = played(
        on(0, "arrives", "c1"),
        on(1, "arrives", "c2"),
        by(100, "ana", "answers", "c1"),
        agents=[agent("ana")],
        queues=ASSIGN,
    )
    assert day.only("silent") | {"at": 700, "conversation": "c1"} == day.only("silent")
    assert day.taken()[1] == (700, "c2", "ana")


def test_waiting_on_a_third_party_is_silent_at_once_and_wakes_at_its_time() -> None:
    day = played(
        on(0, "arrives", "c1"),
        by(50, "ana", "waits_on_third_party", "c1", until=200),
        agents=[agent("ana")],
        queues=ASSIGN,
    )
    assert [f["at"] for f in day.facts("silent")] == [50]
    assert day.only("woke") | {"at": 200, "cause": "wake_up"} == day.only("woke")


def test_a_silent_conversation_wakes_above_capacity_and_new_offers_stop_until_below() -> None:
    day = played(
        on(0, "arrives", "c1"),
        by(1, "ana", "waits_on_third_party", "c1"),
        on(2, "arrives", "c2"),
        on(10, "customer_writes", "c1"),
        on(11, "arrives", "c3"),
        by(20, "ana", "closes", "c2"),
        by(30, "ana", "closes", "c1"),
        agents=[agent("ana")],
        queues=ASSIGN,
    )
    assert day.only("woke") | {"agent": "ana", "active": 2, "over_capacity": True} == day.only("woke")
    assert day.taken(how="assigned")[2] == (30, "c3", "ana")


def test_a_lower_capacity_takes_nothing_away_and_stops_what_is_new() -> None:
    day = played(
        on(0, "arrives", "c1"),
        on(1, "arrives", "c2"),
        by(5, "ana", "agent_changes", capacity=1),
        on(6, "arrives", "c3"),
        by(7, "ana", "closes", "c1"),
        by(8, "ana", "closes", "c2"),
        agents=[agent("ana", 2)],
        queues=ASSIGN,
    )
    assert [(at, c) for at, c, _ in day.taken()] == [(0, "c1"), (1, "c2"), (8, "c3")]


# Moving


def test_what_is_released_goes_back_with_its_original_due_time_and_to_somebody_else() -> None:
    day = played(
        on(0, "arrives", "c1"),
        by(60, "ana", "releases", "c1", reason="não é comigo"),
        agents=[agent("ana", 5), agent("bia", 5, last_offered_at=0)],
        queues=ASSIGN,
    )
    back = day.only("entered_waiting", reason="released")
    assert (back["at"], back["due_at"], back["waiting_since"]) == (60, 1800, 0)
    assert day.taken()[1] == (60, "c1", "bia")


def test_the_only_agent_gets_back_what_they_released() -> None:
    day = played(
        on(0, "arrives", "c1"),
        by(60, "ana", "releases", "c1", reason="engano"),
        agents=[agent("ana")],
        queues=ASSIGN,
    )
    assert day.taken()[1] == (60, "c1", "ana")


def test_the_matching_a_transfer_starts_waits_10_s_and_capacity_is_released_at_once() -> None:
    day = played(
        on(0, "arrives", "c1"),
        on(1, "arrives", "c2"),
        by(60, "ana", "transfers", "c1", to_queue="fibra", reason="fibra"),
        agents=[agent("ana"), agent("bia", 1, "fibra")],
        queues=[queue(mode="assign"), queue("fibra", mode="assign")],
    )
    assert day.taken()[1:] == [(60, "c2", "ana"), (70, "c1", "bia")]


def test_a_transfer_to_an_agent_is_at_once_and_above_capacity_is_told() -> None:
    day = played(
        on(0, "arrives", "c1"),
        on(0, "arrives", "c2"),
        by(60, "ana", "transfers", "c1", to_agent="bia", reason="conhece o caso"),
        agents=[agent("ana"), agent("bia")],
        queues=ASSIGN,
    )
    moved = day.only("assigned", how="transferred")
    assert moved | {"at": 60, "agent": "bia", "over_capacity": True} == moved


def test_a_transfer_takes_the_targets_of_the_new_queue_from_the_same_start() -> None:
    day = played(
        on(0, "arrives", "c1"),
        by(60, "ana", "transfers", "c1", to_queue="fibra", reason="fibra"),
        agents=[agent("ana")],
        queues=[queue(mode="assign"), queue("fibra", targets={"normal": 600})],
    )
    assert day.only("entered_waiting", reason="transferred")["due_at"] == 600


def test_only_the_owner_moves_a_conversation_unless_it_is_said_otherwise() -> None:
    rows = (on(0, "arrives", "c1"), by(5, "bia", "closes", "c1"))
    people = [agent("ana"), agent("bia", 0)]
    day = played(*rows, agents=people, queues=ASSIGN)
    assert day.only("refused") | {"rule": "NotOwner", "owner": "ana"} == day.only("refused")
    day = played(rows[0], rows[1] | {"for_another": True}, agents=people, queues=ASSIGN)
    assert day.conversation("c1")["stage"] == "closed"


# Last agents


LAST = queue(mode="assign", prefer_last_for=60)


def test_a_returning_customer_prefers_the_last_agent() -> None:
    day = played(
        on(0, "arrives", "c1", last_agent="bia"),
        agents=[agent("ana"), agent("bia", last_offered_at=0)],
        queues=[LAST],
    )
    assert day.taken() == [(0, "c1", "bia")]
    assert day.only("assigned")["why"]["chosen_by"] == "last_agent"


def test_the_last_agent_is_waited_for_n_seconds_while_present_but_full() -> None:
    day = played(
        by(0, "bia", "opens", "x"),
        on(1, "arrives", "c1", last_agent="bia"),
        agents=[agent("ana"), agent("bia")],
        queues=[LAST],
    )
    assert day.taken(how="assigned") == [(61, "c1", "ana")]
    day = played(
        by(0, "bia", "opens", "x"),
        on(1, "arrives", "c1", last_agent="bia"),
        by(40, "bia", "closes", "x"),
        agents=[agent("ana"), agent("bia")],
        queues=[LAST],
    )
    assert day.taken(how="assigned") == [(40, "c1", "bia")]


@pytest.mark.parametrize("gone", ["goes_offline", "connection_lost", "pauses"])
def test_the_last_agent_is_not_waited_for_when_paused_offline_or_lost(gone: str) -> None:
    why = {"reason": "almoco"} if gone == "pauses" else {}
    day = played(
        by(0, "bia", "opens", "x"),
        by(0, "bia", gone, **why),
        on(1, "arrives", "c1", last_agent="bia"),
        agents=[agent("ana"), agent("bia")],
        queues=[LAST],
        until=10,
    )
    assert day.taken(how="assigned") == [(1, "c1", "ana")]


def test_who_writes_within_24_h_of_closing_goes_to_the_last_agent_if_there_is_room() -> None:
    rows = (on(0, "arrives", "c1"), by(5, "ana", "closes", "c1"), on(100, "customer_writes", "c1"))
    day = played(*rows, agents=[agent("ana")], queues=ASSIGN)
    assert day.taken(how="reopened") == [(100, "c1", "ana")]
    day = played(*rows, by(50, "ana", "pauses", reason="almoco"), agents=[agent("ana")], queues=ASSIGN)
    assert day.only("entered_waiting", reason="reopened")["at"] == 100


# Presence


def test_a_paused_agent_gets_nothing_and_drains_the_queue_when_available() -> None:
    day = played(
        by(0, "ana", "pauses", reason="nr17"),
        on(1, "arrives", "c1"),
        by(60, "ana", "becomes_available"),
        agents=[agent("ana")],
        queues=ASSIGN,
    )
    assert day.taken() == [(60, "c1", "ana")]


def test_pausing_withdraws_a_pending_offer_which_goes_to_the_next() -> None:
    day = played(
        on(0, "arrives", "c1"),
        by(5, "ana", "pauses", reason="banheiro"),
        agents=[agent("ana"), agent("bia")],
        until=20,
    )
    assert day.only("withdrawn")["reason"] == "agent_paused"
    assert day.offers() == [(0, "c1", "ana"), (5, "c1", "bia")]


def test_a_connection_is_lost_after_three_missed_heartbeats() -> None:
    day = played(by(100, "ana", "heartbeats_stop"), agents=[agent("ana")], until=200)
    assert day.only("lost")["at"] == 130


def test_a_late_heartbeat_is_no_loss() -> None:
    day = played(by(100, "ana", "heartbeats_stop"), by(129, "ana", "connects"), agents=[agent("ana")])
    assert day.facts("lost") == []


def test_lost_for_60_s_there_are_no_new_offers_counted_from_the_declaration() -> None:
    day = played(
        by(100, "ana", "connection_lost"),
        on(159, "arrives", "c1"),
        on(160, "arrives", "c2"),
        on(161, "arrives", "c3"),
        agents=[agent("ana", 9)],
        queues=ASSIGN,
        until=170,
    )
    assert day.only("no_more_offers")["at"] == 160
    assert [c for _, c, _ in day.taken()] == ["c1"]


def test_who_reconnects_is_given_what_waits() -> None:
    day = played(
        by(100, "ana", "connection_lost"),
        on(200, "arrives", "c1"),
        by(250, "ana", "connects"),
        agents=[agent("ana")],
        queues=ASSIGN,
    )
    assert day.taken() == [(250, "c1", "ana")]


def test_lost_for_5_min_customers_who_wait_go_back_with_the_original_due_time() -> None:
    day = played(
        on(0, "arrives", "c1"),
        by(100, "ana", "connection_lost"),
        agents=[agent("ana")],
        queues=ASSIGN,
        until=410,
    )
    back = day.only("entered_waiting", reason="offline_policy")
    assert (back["at"], back["due_at"]) == (400, 1800)
    assert day.only("offline_policy")["cause"] == "lost"


def test_otherwise_it_is_kept_and_the_customers_next_message_goes_to_the_queue() -> None:
    day = played(
        on(0, "arrives", "c1"),
        by(10, "ana", "answers", "c1"),
        by(100, "ana", "connection_lost"),
        on(500, "customer_writes", "c1"),
        agents=[agent("ana")],
        queues=ASSIGN,
        until=510,
    )
    assert day.only("kept") | {"at": 400, "conversation": "c1"} == day.only("kept")
    back = day.only("entered_waiting", reason="wrote_while_agent_gone")
    assert (back["at"], back["due_at"]) == (500, 2300)


def test_a_pause_over_15_min_is_the_offline_policy_and_lunch_counts() -> None:
    day = played(
        on(0, "arrives", "c1"),
        by(100, "ana", "pauses", reason="almoco"),
        agents=[agent("ana")],
        queues=ASSIGN,
    )
    assert day.only("entered_waiting", reason="offline_policy")["at"] == 1000


def test_banheiro_is_never_limited() -> None:
    day = played(
        on(0, "arrives", "c1"),
        by(100, "ana", "pauses", reason="banheiro"),
        agents=[agent("ana")],
        queues=ASSIGN,
        until=9000,
    )
    assert day.facts("offline_policy") == []
    assert day.conversation("c1")["agent"] == "ana"


@pytest.mark.parametrize(("policy", "back"), [("keep", []), ("return_all", ["c1", "c2"])])
def test_a_queue_may_keep_or_return_everything(policy: str, back: list[str]) -> None:
    day = played(
        on(0, "arrives", "c1"),
        on(1, "arrives", "c2"),
        by(2, "ana", "answers", "c2"),
        by(100, "ana", "goes_offline"),
        agents=[agent("ana", 2)],
        queues=[queue(mode="assign", offline_policy=policy)],
    )
    assert [f["conversation"] for f in day.facts("entered_waiting", reason="offline_policy")] == back


def test_logging_out_asks_for_each_open_conversation() -> None:
    rows = [on(n, "arrives", f"c{n}") for n in range(3)]
    people = [agent("ana", 3), agent("bia", 0)]
    bare = played(*rows, by(9, "ana", "logs_out"), agents=people, queues=ASSIGN)
    assert bare.only("refused") | {
        "rule": "NeedsChoice",
        "conversations": ["c0", "c1", "c2"],
    } == bare.only("refused")
    assert bare.agent("ana")["availability"] == "available"
    choices = [
        {"conversation": "c0", "choice": "return"},
        {"conversation": "c1", "choice": "transfer", "to_agent": "bia"},
        {"conversation": "c2", "choice": "keep"},
    ]
    day = played(
        *rows,
        by(9, "ana", "logs_out", conversations=choices),
        on(20, "customer_writes", "c2"),
        agents=people,
        queues=ASSIGN,
    )
    assert day.conversation("c0")["stage"] == "waiting"
    assert day.conversation("c1")["agent"] == "bia"
    assert day.conversation("c2") | {"agent": "ana", "kept_until_next_shift": True} == day.conversation("c2")


def test_deactivating_returns_everything_and_deletes_nobody() -> None:
    day = played(
        on(0, "arrives", "c1"),
        by(5, "ana", "agent_deactivated"),
        by(6, "ana", "becomes_available"),
        agents=[agent("ana")],
        queues=ASSIGN,
    )
    assert day.only("entered_waiting", reason="deactivated")["at"] == 5
    assert day.only("refused")["rule"] == "AgentDeactivated"
    assert day.agent("ana")["deactivated"] is True


# Hours


def test_in_closed_hours_there_are_no_new_offers_and_opening_drains_the_queue() -> None:
    day = played(
        on(0, "arrives", "c1"),
        on(1, "arrives", "c2", priority="high"),
        agents=[agent("ana", 2)],
        queues=[queue(mode="assign", hours=[[3600, 7200]])],
    )
    assert day.taken() == [(3600, "c2", "ana"), (3600, "c1", "ana")]
    assert day.facts("queue_opened")[0]["at"] == 3600


def test_a_pending_offer_lives_on_when_the_queue_closes() -> None:
    day = played(
        on(90, "arrives", "c1"),
        by(110, "ana", "accepts", "c1"),
        agents=[agent("ana")],
        queues=[queue(hours=[[0, 100]])],
    )
    assert day.taken(how="accepted") == [(110, "c1", "ana")]


def test_due_times_count_open_time_only() -> None:
    day = played(on(90, "arrives", "c1"), agents=[], queues=[queue(hours=[[0, 100], [1000, 9000]])], until=95)
    assert day.only("entered_waiting")["due_at"] == 1000 + 1800 - 10
