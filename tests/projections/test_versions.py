"""Versions add up to what holds now, and tell nobody's words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, get_args
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from adapters.archive import personal_fields
from domain import agent, queue
from domain.agent import AgentId, Shift
from domain.journal import Cause, Position, Recorded
from domain.privacy import MASKED
from domain.queue import Priority
from domain.queueing import Mode, OfflinePolicy, Rules, Strategy
from projections.versions import SETTINGS, Change, versions

AT = datetime(2026, 3, 12, 17, 32, tzinfo=UTC)
NAMES = st.sampled_from(["Suporte", "Vendas", "Plantão"])
SKILLS = st.dictionaries(st.sampled_from(["fibra", "ingles"]), st.integers(1, 5))

wishes = st.one_of(
    NAMES.map(lambda name: lambda state: queue.create(state, name)),
    st.builds(
        lambda mode, required, offer_for, weights: (
            lambda state: queue.set_routing(
                state,
                Rules(mode, Strategy.ROUND_ROBIN, required, {}, offer_for=timedelta(seconds=offer_for)),
                weights,
            )
        ),
        st.sampled_from(Mode),
        SKILLS,
        st.integers(5, 90),
        st.dictionaries(st.sampled_from(Priority), st.sampled_from([0.5, 2.0])),
    ),
    st.builds(
        lambda reasons, hours: (
            lambda state: queue.set_service(state, calendar_id=None, reopening=hours, reasons=reasons)
        ),
        st.lists(st.sampled_from(["technical/solved", "question/answered"]), unique=True),
        st.integers(0, 24),
    ),
    NAMES.map(lambda text: lambda state: queue.post_notice(state, text, until=None, at=AT)),
    st.just(lambda state: queue.take_down_notice(state, at=AT)),
    st.just(lambda state: queue.open_up(state, opened_at=AT)),
)


def told(events: list[Any], stream: str) -> list[Recorded]:
    return [
        Recorded(stream, n, Position(0, n), AT, UUID(int=n), Cause(f"user:{n}", "c", "s"), event)
        for n, event in enumerate(events, start=1)
    ]


def history(wished: list[Any]) -> list[Recorded]:
    state, events = queue.QUEUE.initial, []
    for decide in (lambda state: queue.create(state, "Geral"), *wished):
        made = decide(state)
        state = queue.QUEUE.fold(made, state)
        events += made
    return told(events, "queue-geral")


def after(changes: Any, held: dict[str, Any]) -> dict[str, Any]:
    """Each change stands on what was held before it."""
    for change in changes:
        assert held.get(change.field) == change.before
        held[change.field] = change.after
    return {field: value for field, value in held.items() if value is not None}


@given(st.lists(wishes, max_size=12))
def test_changes_stand_on_one_another_and_end_where_the_queue_is(wished: list[Any]) -> None:
    made = versions(SETTINGS["queue"], history(wished))
    usual = {"mode": "offer", "strategy": "round_robin", "prefer_last": 0.0, "offer_for": 30.0}
    held: dict[str, Any] = {**usual, "offline": OfflinePolicy.RETURN_WAITING.value, "reopening": 24}
    held |= {"reasons": [], "opening_language": "pt_BR"}
    for version in made:
        held = after(version.changes, held)
    assert [version.number for version in made] == list(range(1, len(made) + 1))
    for version in made:  # what restoring one would change stands on what holds now
        assert all(held.get(change.field) == change.before for change in version.restores)


@given(st.lists(wishes, max_size=12), st.data())
def test_what_is_said_again_restores_its_version_and_takes_none_away(wished: list[Any], data: Any) -> None:
    facts = history(wished)
    before = versions(SETTINGS["queue"], facts)
    chosen = data.draw(st.sampled_from(before))
    again = versions(SETTINGS["queue"], told([*(f.event for f in facts), chosen.event], "queue-geral"))
    assert again[-1].restores == again[chosen.number - 1].restores == ()
    assert [c for c in again[-1].changes if c.field != "active"] == list(chosen.restores)
    assert [v.changes for v in again[:-1]] == [v.changes for v in before]


def test_a_name_is_said_to_have_changed_and_not_to_what() -> None:
    facts = told([agent.Welcomed("Ana Souza"), agent.Renamed("Ana Lima")], "agent-ana")
    [first, second] = versions(SETTINGS["agent"], facts)
    assert second.changes == (Change("name", MASKED, MASKED),)
    assert "Ana" not in repr([first.changes, second.changes, first.restores, second.restores])


def test_no_version_tells_a_word_that_is_somebodys() -> None:
    for kind, setting in SETTINGS.items():
        personal = {event.__name__ for event in setting.events if personal_fields(event)}
        assert personal == ({"Welcomed", "Renamed"} if kind == "agent" else set())


def test_what_a_settings_history_passes_over_sets_nothing() -> None:
    for setting in SETTINGS.values():
        assert set(setting.events) <= set(setting.stream.events)
    passed = set(get_args(queue.Event)) - set(SETTINGS["queue"].events)
    assert passed == {queue.Opened}


def test_equipment_is_told_part_by_part() -> None:
    shift = Shift(0, 480, 720)
    facts = told(
        [
            agent.Equipped(None, {"fibra": 2}, 3, None),
            agent.TookUp("c1", AT),
            agent.Equipped((queue.QueueId("geral"),), {}, 5, 8, (shift,)),
        ],
        f"agent-{AgentId('ana')}",
    )
    [first, second] = versions(SETTINGS["agent"], facts)
    assert first.changes == (Change("capacity", 5, 3), Change("skills.fibra", None, 2))
    assert second.changes == (
        Change("capacity", 3, 5),
        Change("ceiling", None, 8),
        Change("queues", None, ["geral"]),
        Change("shifts", [], [[0, 480, 720]]),
        Change("skills.fibra", 2, None),
    )
    assert (second.number, second.actor) == (2, "user:3")
