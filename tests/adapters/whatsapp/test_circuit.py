"""When a channel stops, and what it takes to flow again."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from adapters.whatsapp.circuit import (
    FAILURES,
    PROBE_DEADLINE,
    Circuit,
    Phase,
    answered,
    failed,
    probe_due,
    probed,
    probing,
)

NO_LUCK = lambda: 0.0  # noqa: E731


def open_circuit(at: float = 0.0) -> Circuit:
    return failed(Circuit(), at, "timeout", NO_LUCK, fatal=True)


def test_failures_count_only_in_a_row() -> None:
    circuit = Circuit()
    for _ in range(10):
        for _ in range(FAILURES - 1):
            circuit = failed(circuit, 0.0, "timeout", NO_LUCK)
        circuit = answered(circuit)
    assert circuit.flows


def test_the_last_failure_of_a_row_opens_it_and_says_why() -> None:
    circuit = Circuit()
    for _ in range(FAILURES):
        assert circuit.flows
        circuit = failed(circuit, 7.0, "http_500", NO_LUCK)
    assert (circuit.phase, circuit.reason) == (Phase.OPEN, "http_500")
    assert circuit.until > 7.0


def test_a_late_answer_does_not_close_it() -> None:
    assert answered(open_circuit()) == open_circuit()


def test_a_late_failure_does_not_make_it_wait_longer() -> None:
    assert failed(open_circuit(), 1e6, "timeout", NO_LUCK, fatal=True) == open_circuit()


def test_a_probe_under_way_is_not_joined_by_another() -> None:
    circuit = open_circuit()
    assert probe_due(circuit, circuit.until)
    under_way = probing(circuit, circuit.until)
    assert not under_way.flows
    assert not probe_due(under_way, circuit.until)


def test_a_probe_nobody_heard_of_again_is_replaced() -> None:
    under_way = probing(open_circuit(), 100.0)
    assert probe_due(under_way, 100.0 + PROBE_DEADLINE)


def test_a_probe_that_gets_through_forgets_everything() -> None:
    assert probed(probing(open_circuit(), 5.0), 5.0, True, NO_LUCK) == Circuit()


@given(st.integers(1, 200), st.floats(0, 1, exclude_max=True))
def test_pauses_grow_and_stay_bounded(probes: int, luck: float) -> None:
    circuit, pauses = open_circuit(), []
    for _ in range(probes):
        at = circuit.until
        circuit = probed(probing(circuit, at), at, False, lambda: luck)
        pauses.append(circuit.until - at)
    assert all(later >= earlier - 1e-6 for earlier, later in pairwise(pauses))
    assert pauses[-1] <= 60.0
    assert circuit.reason == "timeout"


TURNS = st.lists(
    st.tuples(st.sampled_from(["failed", "fatal", "answered", "probe", "alive", "dead"]), st.floats(0, 100)),
    max_size=60,
)


@given(TURNS)
def test_nothing_but_a_probe_closes_an_open_circuit(turns: list[tuple[str, float]]) -> None:
    circuit, at = Circuit(), 0.0
    for turn, gap in turns:
        at += gap
        before = circuit
        match turn:
            case "failed" | "fatal":
                circuit = failed(circuit, at, "x", NO_LUCK, fatal=turn == "fatal")
            case "answered":
                circuit = answered(circuit)
            case "probe" if probe_due(circuit, at):
                circuit = probing(circuit, at)
            case "alive" | "dead" if circuit.phase is Phase.HALF_OPEN:
                circuit = probed(circuit, at, turn == "alive", NO_LUCK)
        if circuit.flows and not before.flows:
            assert turn == "alive"
