"""Scenarios, one for each rule: modes, offers, rounds, taking by hand."""

from __future__ import annotations

from tests.api.rehearsal.played import agent, by, on, played, queue

ASSIGN = [queue(mode="assign")]
ANA_BIA = [agent("ana"), agent("bia")]


# Modes


def test_a_queue_offers_unless_it_says_otherwise_and_an_offer_lasts_30_s() -> None:
    day = played(on(0, "arrives", "c1"), agents=[agent("ana")])
    assert day.facts("offered")[0]["expires_at"] == 30
    assert day.facts("expired")[0]["at"] == 30


def test_an_offered_row_waits_with_the_name_and_its_clock_runs() -> None:
    day = played(on(0, "arrives", "c1"), agents=[agent("ana")], until=10)
    row = day.conversation("c1")
    assert (row["stage"], row["offered_to"], row["agent"]) == ("waiting", "ana", None)
    assert (row["waiting_since"], row["due_at"]) == (0, 1800)


def test_an_assigning_queue_asks_nobody() -> None:
    day = played(on(5, "arrives", "c1"), agents=[agent("ana")], queues=ASSIGN)
    assert day.taken(how="assigned") == [(5, "c1", "ana")]
    assert day.facts("offered") == []


def test_a_pulling_queue_waits_for_agents() -> None:
    day = played(
        on(0, "arrives", "c1"), by(60, "ana", "pulls"), agents=[agent("ana")], queues=[queue(mode="pull")]
    )
    assert day.taken() == [(60, "c1", "ana")]
    assert day.facts("offered") == []
    assert day.only("assigned")["how"] == "pulled"


# Answers


def test_who_accepts_has_it() -> None:
    day = played(on(0, "arrives", "c1"), by(12, "ana", "accepts", "c1"), agents=[agent("ana")])
    assert day.taken(how="accepted") == [(12, "c1", "ana")]


def test_an_accept_at_the_instant_of_expiry_counts() -> None:
    day = played(on(0, "arrives", "c1"), by(30, "ana", "accepts", "c1"), agents=[agent("ana")])
    assert day.taken(how="accepted") == [(30, "c1", "ana")]
    assert day.facts("expired") == []


def test_an_accept_after_expiry_is_refused() -> None:
    day = played(on(0, "arrives", "c1"), by(31, "ana", "accepts", "c1"), agents=[agent("ana")])
    assert day.only("refused") | {"rule": "NotOffered"} == day.only("refused")


def test_a_declined_offer_goes_to_the_next() -> None:
    day = played(on(0, "arrives", "c1"), by(7, "ana", "declines", "c1"), agents=ANA_BIA)
    assert day.offers()[:2] == [(0, "c1", "ana"), (7, "c1", "bia")]


def test_an_expired_offer_goes_to_the_next() -> None:
    day = played(on(0, "arrives", "c1"), agents=ANA_BIA)
    assert day.offers()[:2] == [(0, "c1", "ana"), (30, "c1", "bia")]


def test_an_accept_at_the_instant_of_its_offer_waits_for_it() -> None:
    day = played(on(0, "arrives", "c1"), by(0, "ana", "accepts", "c1"), agents=[agent("ana")])
    assert day.taken(how="accepted") == [(0, "c1", "ana")]


# Expired offers in a row


def test_two_consecutive_expired_offers_are_a_pause() -> None:
    day = played(on(0, "arrives", "c1"), agents=[agent("ana")])
    assert [(f["at"], f["in_a_row"]) for f in day.facts("expired")] == [(30, 1), (120, 2)]
    assert day.only("paused") | {"at": 120, "agent": "ana", "reason": "nao_respondeu"} == day.only("paused")


def test_an_accept_resets_the_count_of_expired_offers() -> None:
    day = played(
        on(0, "arrives", "c1"),
        by(95, "ana", "accepts", "c1"),
        by(100, "ana", "closes", "c1"),
        on(200, "arrives", "c2"),
        agents=[agent("ana")],
        until=250,
    )
    assert [f["in_a_row"] for f in day.facts("expired")] == [1, 1]
    assert day.facts("paused") == []


def test_a_decline_resets_the_count_of_expired_offers() -> None:
    day = played(on(0, "arrives", "c1"), by(95, "ana", "declines", "c1"), agents=[agent("ana")], until=190)
    assert [f["in_a_row"] for f in day.facts("expired")] == [1, 1]
    assert day.facts("paused") == []


def test_becoming_available_resets_the_count_of_expired_offers() -> None:
    day = played(
        on(0, "arrives", "c1"),
        by(40, "ana", "pauses", reason="banheiro"),
        by(50, "ana", "becomes_available"),
        agents=[agent("ana")],
        until=130,
    )
    assert [(f["at"], f["in_a_row"]) for f in day.facts("expired")] == [(30, 1), (120, 1)]


def test_a_withdrawn_offer_does_not_count_as_expired() -> None:
    day = played(
        on(0, "arrives", "c1"),
        by(95, "bia", "claims", "c1"),
        by(100, "bia", "closes", "c1"),
        on(200, "arrives", "c2"),
        agents=[agent("ana"), agent("bia", 0)],
        until=300,
    )
    assert day.facts("refused", rule="NeedsReason") != []
    day = played(
        on(0, "arrives", "c1"),
        by(95, "bia", "claims", "c1", reason="mora perto"),
        on(200, "arrives", "c2"),
        agents=[agent("ana"), agent("bia", 0)],
        until=250,
    )
    assert day.only("withdrawn") | {"at": 95, "agent": "ana", "reason": "claimed"} == day.only("withdrawn")
    assert [(f["at"], f["in_a_row"]) for f in day.facts("expired")] == [(30, 1), (230, 2)]


def test_parallel_offers_that_expire_together_count_each() -> None:
    day = played(on(0, "arrives", "c1"), on(0, "arrives", "c2"), agents=[agent("ana", 2)], until=40)
    assert [f["in_a_row"] for f in day.facts("expired")] == [1, 2]
    assert len(day.facts("paused")) == 1


# Rounds


def test_a_full_round_without_acceptance_alerts_the_supervisor_and_restarts_after_60_s() -> None:
    day = played(on(0, "arrives", "c1"), agents=ANA_BIA, until=100)
    assert day.only("alert") | {
        "at": 60,
        "conversation": "c1",
        "reason": "full_round",
        "asked": ["ana", "bia"],
        "restart_at": 120,
    } == day.only("alert")
    day = played(on(0, "arrives", "c1"), agents=ANA_BIA, until=125)
    assert day.offers() == [(0, "c1", "ana"), (30, "c1", "bia"), (120, "c1", "ana")]


def test_whoever_cannot_take_it_now_is_no_part_of_the_round() -> None:
    day = played(
        on(0, "arrives", "c0"),
        by(1, "ana", "accepts", "c0"),
        on(2, "arrives", "c1"),
        agents=ANA_BIA,
        until=40,
    )
    assert day.only("alert") | {"at": 32, "asked": ["bia"]} == day.only("alert")


def test_who_becomes_able_to_take_it_is_asked_before_the_round_restarts() -> None:
    day = played(
        on(0, "arrives", "c0"),
        by(1, "ana", "accepts", "c0"),
        on(2, "arrives", "c1"),
        by(50, "ana", "closes", "c0"),
        agents=ANA_BIA,
        until=60,
    )
    assert day.offers(conversation="c1") == [(2, "c1", "bia"), (50, "c1", "ana")]
    assert len(day.facts("alert")) == 1


# Taking by hand


def test_n_takes_the_next_in_order() -> None:
    day = played(
        on(0, "arrives", "c1"),
        on(1, "arrives", "c2", priority="urgent"),
        by(5, "ana", "pulls"),
        agents=[agent("ana")],
        queues=[queue(mode="pull")],
    )
    assert day.taken() == [(5, "c2", "ana")]


def test_n_leaves_alone_what_somebody_else_is_being_asked_about() -> None:
    day = played(
        on(0, "arrives", "c1"),
        on(1, "arrives", "c2"),
        by(5, "bia", "pulls", reason="posso mais uma"),
        agents=[agent("ana"), agent("bia", 0)],
        until=10,
    )
    assert day.taken() == [(5, "c2", "bia")]


def test_claiming_another_row_needs_the_permission_to_choose() -> None:
    day = played(
        on(0, "arrives", "c1"),
        on(1, "arrives", "c2"),
        by(5, "ana", "claims", "c2"),
        agents=[agent("ana")],
        queues=[queue(mode="pull")],
    )
    assert day.only("refused") | {"rule": "MayNotChoose", "next": "c1"} == day.only("refused")


def test_claiming_another_row_is_reported_as_out_of_order() -> None:
    day = played(
        on(0, "arrives", "c1"),
        on(1, "arrives", "c2"),
        by(5, "ana", "claims", "c2"),
        agents=[agent("ana", may_choose=True)],
        queues=[queue(mode="pull")],
    )
    assert day.only("assigned") | {"conversation": "c2", "out_of_order": True} == day.only("assigned")


def test_claiming_the_first_row_is_in_order_and_needs_no_permission() -> None:
    day = played(
        on(0, "arrives", "c1"),
        by(5, "ana", "claims", "c1"),
        agents=[agent("ana")],
        queues=[queue(mode="pull")],
    )
    assert day.only("assigned") | {"how": "claimed", "out_of_order": False} == day.only("assigned")


def test_claiming_an_offered_row_withdraws_the_offer() -> None:
    day = played(
        on(0, "arrives", "c1"),
        by(5, "bia", "claims", "c1"),
        agents=[agent("ana"), agent("bia")],
        until=60,
    )
    assert day.only("withdrawn") | {"agent": "ana", "reason": "claimed"} == day.only("withdrawn")
    assert day.taken() == [(5, "c1", "bia")]
    assert day.agent("ana")["expired_in_a_row"] == 0


def test_claiming_above_capacity_needs_a_reason_and_is_recorded() -> None:
    rows = (on(0, "arrives", "c1"), on(1, "arrives", "c2"), by(2, "ana", "pulls"))
    bare = played(*rows, by(3, "ana", "pulls"), agents=[agent("ana")], queues=[queue(mode="pull")])
    assert bare.only("refused")["rule"] == "NeedsReason"
    told = played(
        *rows,
        by(3, "ana", "pulls", reason="cliente na loja"),
        agents=[agent("ana")],
        queues=[queue(mode="pull")],
    )
    assert (
        told.facts("assigned")[1] | {"over_capacity": True, "reason": "cliente na loja"}
        == (told.facts("assigned")[1])
    )
    assert told.agent("ana")["active"] == 2


# Order


def test_waiting_conversations_drain_in_order() -> None:
    day = played(
        on(0, "arrives", "low", priority="low"),
        on(1, "arrives", "normal"),
        on(2, "arrives", "high", priority="high"),
        on(3, "arrives", "urgent", priority="urgent"),
        by(10, "ana", "becomes_available"),
        agents=[agent("ana", 4, availability="offline")],
        queues=ASSIGN,
    )
    assert [c for _, c, _ in day.taken()] == ["urgent", "high", "normal", "low"]


def test_an_older_wait_that_is_due_first_goes_before_a_higher_priority() -> None:
    day = played(
        on(0, "arrives", "low", priority="low"),
        on(3000, "arrives", "normal"),
        by(3001, "ana", "pulls"),
        agents=[agent("ana")],
        queues=[queue(mode="pull")],
    )
    assert day.taken() == [(3001, "low", "ana")]


def test_one_that_nobody_can_take_holds_up_nobody() -> None:
    day = played(
        on(0, "arrives", "first", queue="fibra"),
        on(1, "arrives", "second"),
        agents=[agent("ana")],
        queues=[queue(mode="assign"), queue("fibra", mode="assign")],
    )
    assert day.taken() == [(1, "second", "ana")]


def test_a_customer_who_writes_again_does_not_move() -> None:
    day = played(
        on(0, "arrives", "c1"),
        on(5, "arrives", "c2"),
        on(6, "customer_writes", "c1"),
        on(7, "lists"),
        agents=[],
    )
    assert day.only("listed")["order"] == ["c1", "c2"]


def test_past_the_manager_step_comes_first_and_breached_before_the_rest() -> None:
    day = played(
        on(0, "arrives", "low", priority="low"),
        on(3590, "arrives", "urgent", priority="urgent"),
        on(3595, "lists"),
        on(3601, "lists"),
        agents=[],
        until=3700,
    )
    assert [f["order"] for f in day.facts("listed")] == [["urgent", "low"], ["low", "urgent"]]


def test_a_raised_priority_counts_from_the_same_start_and_may_be_late_at_once() -> None:
    day = played(
        on(0, "arrives", "c1"),
        on(600, "changes_priority", "c1", priority="urgent", reason="sem internet"),
        agents=[],
        until=700,
    )
    assert day.only("priority_changed")["due_at"] == 300
    assert day.only("breached") | {"at": 600, "cause": "priority_change"} == day.only("breached")


def test_a_breach_stays_when_the_priority_is_lowered() -> None:
    day = played(
        on(0, "arrives", "c1", priority="urgent"),
        on(400, "changes_priority", "c1", priority="low", reason="engano"),
        agents=[],
        until=500,
    )
    assert day.conversation("c1")["breached"] is True
