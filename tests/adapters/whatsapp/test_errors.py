"""Every code has a meaning, and every meaning a sentence that an agent understands."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.whatsapp.errors import MEANINGS, backoff, meaning, refusal, retry_after
from commands.whatsapp_port import Action, Failover

DOCUMENTED: dict[Action, set[int]] = {
    Action.OPEN_CIRCUIT: {0, 190},
    Action.CALL_OPERATOR: {3, 10, *range(200, 300), 131005, 133016, 131037, 131045},
    Action.CALL_BILLING: {131042, 131044},
    Action.SLOW_ACCOUNT: {4, 80007},
    Action.SLOW_NUMBER: {130429},
    Action.SLOW_RECIPIENT: {131056},
    Action.STOP_MARKETING: {131048},
    Action.STOP_TEMPLATES: {131064},
    Action.ACCOUNT_BLOCKED: {368, 131031},
    Action.RETRY: {1, 2, 131000, 131016, 135000, 131057, 132069},
    Action.FIX_MESSAGE: {100, 131008, 131009, 132000, 132005, 132012},
    Action.TRY_OTHER_NUMBER_FORM: {131026},
    Action.OUTSIDE_WINDOW: {131047},
    Action.NOT_TODAY: {131049},
    Action.OPT_OUT: {131050},
    Action.SEND_MEDIA_AGAIN: {131052, 131053},
    Action.NEEDS_PHONE: {131062, 131063},
    Action.TEMPLATE_UNUSABLE: {132001, 132007, 132008, 132015, 132016},
    Action.CONFIRM_IDENTITY: {137000},
    Action.GIVE_UP: {130497, 131021, 131030, 131051, 130472, 132068, 2593109},
}
FORBIDDEN = re.compile(
    r"ops!|prezad|estaremos|aguarde|\bticket|\bchat\b|\bsla\b|\bapi\b|token|meta\b", re.IGNORECASE
)


def test_every_documented_code_asks_for_what_the_documents_say() -> None:
    assert {code: known.action for code, known in MEANINGS.items()} == {
        code: action for action, codes in DOCUMENTED.items() for code in codes
    }


def test_every_action_is_asked_for_by_some_code() -> None:
    assert set(DOCUMENTED) == set(Action)


SENTENCES = sorted({known.sentence for known in MEANINGS.values()} | {meaning(-1).sentence})


@pytest.mark.parametrize("sentence", SENTENCES)
def test_agents_read_a_plain_sentence(sentence: str) -> None:
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert len(sentence) <= 220
    assert not FORBIDDEN.search(sentence)
    assert not re.search(r"\d{3}", sentence), "codes belong under the details"
    assert "  " not in sentence


def test_spam_limits_and_opt_outs_are_never_evaded_through_another_number() -> None:
    for code in (131048, 131049, 131050, 131056, 131026, 131047, 130429):
        assert meaning(code).failover is Failover.NEVER


@given(st.integers())
def test_no_code_is_without_a_meaning(code: int) -> None:
    assert meaning(code).sentence


@given(st.sampled_from([*MEANINGS, 429, 999_999]), st.integers(1, 50), st.floats(0, 1, exclude_max=True))
def test_what_may_be_tried_again_says_when_and_the_rest_does_not(
    code: int, attempt: int, luck: float
) -> None:
    after = retry_after(code, attempt, lambda: luck)
    action = meaning(code).action
    assert (after is not None) == (action.may_retry or action is Action.NOT_TODAY)
    assert after is None or after > 0


def test_a_number_in_maintenance_is_left_alone_for_a_minute_or_two() -> None:
    assert [retry_after(131057, 1, lambda luck=luck: luck) for luck in (0.0, 0.5)] == [60.0, 90.0]


def test_the_pair_limit_follows_the_providers_own_rule() -> None:
    assert [retry_after(131056, attempt, lambda: 0.3) for attempt in (1, 2, 3, 4)] == [1, 4, 16, 64]


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True))
def test_backoff_doubles_up_to_its_cap_and_leaves_half_to_chance(attempt: int, luck: float) -> None:
    step = min(60.0, 2.0 ** min(attempt - 1, 20))
    assert step / 2 <= backoff(attempt, lambda: luck) <= step


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["error", "code"]), inner),
    max_leaves=8,
)


@given(st.integers(400, 499), JSON, st.one_of(st.none(), st.text(max_size=12)))
def test_no_answer_is_too_strange_to_be_judged(status: int, body: Any, wait: str | None) -> None:
    judged = refusal(status, body, 1, lambda: 0.0, wait=wait)
    match body:
        case {"error": {"code": bool()}}:
            assert judged.code == status
        case {"error": {"code": int(code)}}:
            assert judged.code == code
        case _:
            assert judged.code == status
    assert judged.retry_after is None or 0 < judged.retry_after <= 86_400
