"""Meta's codes: what each asks for, whether another number may help, and the sentence an agent reads.

Compiled from the provider's error pages and from two well-kept clients (pywa, courier). Only `code` counts:
titles, types and details change without notice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from commands.whatsapp_port import Action, Failover, Meaning, Rejected
from domain.copy import say

Jitter = Callable[[], float]  # a number from 0 up to, but not including, 1

_NEVER = Failover.NEVER
_CONSENT = Failover.WITH_CONSENT

_SIGNED_OUT = Meaning(
    Action.OPEN_CIRCUIT,
    _CONSENT,
    say("failure.signed_out"),
)
_NO_PERMISSION = Meaning(
    Action.CALL_OPERATOR,
    _CONSENT,
    say("failure.no_permission"),
)
_ACCOUNT_LIMIT = Meaning(
    Action.SLOW_ACCOUNT,
    _NEVER,
    say("failure.account_limit"),
)
_NUMBER_LIMIT = Meaning(
    Action.SLOW_NUMBER,
    _NEVER,
    say("failure.number_limit"),
)
_SPAM = Meaning(
    Action.STOP_MARKETING,
    _NEVER,
    say("failure.spam"),
)
_PAIR_LIMIT = Meaning(
    Action.SLOW_RECIPIENT,
    _NEVER,
    say("failure.pair_limit"),
)
_REGISTERED_TOO_OFTEN = Meaning(
    Action.CALL_OPERATOR,
    _NEVER,
    say("failure.registered_too_often"),
)
_TEMPLATE_VIOLATIONS = Meaning(
    Action.STOP_TEMPLATES,
    _NEVER,
    say("failure.template_violations"),
)
_BLOCKED = Meaning(
    Action.ACCOUNT_BLOCKED,
    Failover.SERVICE_ONLY,
    say("failure.blocked"),
)
_COUNTRY = Meaning(
    Action.GIVE_UP,
    _NEVER,
    say("failure.country"),
)
_PASSING = Meaning(
    Action.RETRY,
    _NEVER,
    say("failure.passing"),
)
_MAINTENANCE = Meaning(
    Action.RETRY,
    _NEVER,
    say("failure.maintenance"),
)
_BAD_PARAMETER = Meaning(
    Action.FIX_MESSAGE,
    _NEVER,
    say("failure.bad_parameter"),
)
_TO_OURSELVES = Meaning(Action.GIVE_UP, _NEVER, say("failure.to_ourselves"))
_UNDELIVERABLE = Meaning(
    Action.TRY_OTHER_NUMBER_FORM,
    _NEVER,
    say("failure.undeliverable"),
)
_SANDBOX = Meaning(
    Action.GIVE_UP,
    _NEVER,
    say("failure.sandbox"),
)
_NAME_OR_CERTIFICATE = Meaning(
    Action.CALL_OPERATOR,
    _CONSENT,
    say("failure.name_or_certificate"),
)
_PAYMENT = Meaning(
    Action.CALL_BILLING,
    _CONSENT,
    say("failure.payment"),
)
_OUTSIDE_WINDOW = Meaning(
    Action.OUTSIDE_WINDOW,
    _NEVER,
    say("failure.outside_window"),
)
_NOT_TODAY = Meaning(
    Action.NOT_TODAY,
    _NEVER,
    say("failure.not_today"),
)
_STOPPED_MARKETING = Meaning(
    Action.OPT_OUT,
    _NEVER,
    say("failure.stopped_marketing"),
)
_UNSUPPORTED = Meaning(Action.GIVE_UP, _NEVER, say("failure.unsupported"))
_MEDIA = Meaning(
    Action.SEND_MEDIA_AGAIN,
    _NEVER,
    say("failure.media"),
)
_NEEDS_PHONE = Meaning(
    Action.NEEDS_PHONE,
    _NEVER,
    say("failure.needs_phone"),
)
_EXPERIMENT = Meaning(
    Action.GIVE_UP,
    _NEVER,
    say("failure.experiment"),
)
_TEMPLATE = Meaning(
    Action.TEMPLATE_UNUSABLE,
    Failover.EQUIVALENT_TEMPLATE,
    say("failure.template"),
)
_FLOW_BLOCKED = Meaning(
    Action.GIVE_UP,
    _NEVER,
    say("failure.flow_blocked"),
)
_FLOW_THROTTLED = Meaning(
    Action.RETRY,
    _NEVER,
    say("failure.flow_throttled"),
)
_IDENTITY_CHANGED = Meaning(
    Action.CONFIRM_IDENTITY,
    _NEVER,
    say("failure.identity_changed"),
)
_HISTORY_DECLINED = Meaning(Action.GIVE_UP, _NEVER, say("failure.history_declined"))
_UNKNOWN_CODE = Meaning(
    Action.GIVE_UP,
    _NEVER,
    say("failure.unknown_code"),
)

MEANINGS: Mapping[int, Meaning] = {
    0: _SIGNED_OUT,
    190: _SIGNED_OUT,
    3: _NO_PERMISSION,
    10: _NO_PERMISSION,
    **dict.fromkeys(range(200, 300), _NO_PERMISSION),
    131005: _NO_PERMISSION,
    4: _ACCOUNT_LIMIT,
    80007: _ACCOUNT_LIMIT,
    130429: _NUMBER_LIMIT,
    131048: _SPAM,
    131056: _PAIR_LIMIT,
    133016: _REGISTERED_TOO_OFTEN,
    131064: _TEMPLATE_VIOLATIONS,
    368: _BLOCKED,
    131031: _BLOCKED,
    130497: _COUNTRY,
    1: _PASSING,
    2: _PASSING,
    131000: _PASSING,
    131016: _PASSING,
    135000: _PASSING,
    131057: _MAINTENANCE,
    100: _BAD_PARAMETER,
    131008: _BAD_PARAMETER,
    131009: _BAD_PARAMETER,
    132000: _BAD_PARAMETER,
    132005: _BAD_PARAMETER,
    132012: _BAD_PARAMETER,
    131021: _TO_OURSELVES,
    131026: _UNDELIVERABLE,
    131030: _SANDBOX,
    131037: _NAME_OR_CERTIFICATE,
    131045: _NAME_OR_CERTIFICATE,
    131042: _PAYMENT,
    131044: _PAYMENT,
    131047: _OUTSIDE_WINDOW,
    131049: _NOT_TODAY,
    131050: _STOPPED_MARKETING,
    131051: _UNSUPPORTED,
    131052: _MEDIA,
    131053: _MEDIA,
    131062: _NEEDS_PHONE,
    131063: _NEEDS_PHONE,
    130472: _EXPERIMENT,
    132001: _TEMPLATE,
    132007: _TEMPLATE,
    132008: _TEMPLATE,
    132015: _TEMPLATE,
    132016: _TEMPLATE,
    132068: _FLOW_BLOCKED,
    132069: _FLOW_THROTTLED,
    137000: _IDENTITY_CHANGED,
    2593109: _HISTORY_DECLINED,
}

# An answer without the provider's own words (a proxy's page): then the HTTP status stands for the code.
_BY_HTTP_STATUS: Mapping[int, Meaning] = {
    401: _SIGNED_OUT,
    403: _NO_PERMISSION,
    404: _NO_PERMISSION,
    429: _NUMBER_LIMIT,
}

DAY = 86_400.0


def meaning(code: int) -> Meaning:
    """What a code means. Total: a code nobody has described is given up, visibly."""
    return MEANINGS.get(code) or _BY_HTTP_STATUS.get(code) or _UNKNOWN_CODE


def retry_after(code: int, attempt: int, jitter: Jitter) -> float | None:
    """Seconds before the same message may be tried again; None when trying again is not the answer."""
    match meaning(code).action:
        case _ if code == 131057:
            return 60 + 60 * jitter()  # the upgrade takes up to a minute
        case Action.RETRY | Action.SLOW_NUMBER:
            return backoff(attempt, jitter)
        case Action.SLOW_ACCOUNT:
            return backoff(attempt, jitter, base=30, cap=900)
        case Action.SLOW_RECIPIENT:
            return float(4 ** min(attempt - 1, 5))  # the provider's own rule: 4^X, X counts from 0
        case Action.NOT_TODAY:
            return DAY
        case _:
            return None


def backoff(attempt: int, jitter: Jitter, *, base: float = 1.0, cap: float = 60.0) -> float:
    """Doubling from `base` up to `cap`, half of it left to chance so that callers do not march in step."""
    step = min(cap, base * 2.0 ** min(attempt - 1, 30))
    return step * (0.5 + 0.5 * jitter())


def refusal(status: int, body: Any, attempt: int, jitter: Jitter, *, wait: str | None = None) -> Rejected:
    """A 4xx answer, judged by its code alone; `body` is whatever JSON came, `wait` a Retry-After header."""
    error = body.get("error") if isinstance(body, dict) else None
    error = error if isinstance(error, dict) else {}
    code = error.get("code")
    if not isinstance(code, int) or isinstance(code, bool):
        code = status
    trace = error.get("fbtrace_id")
    action = meaning(code).action
    after = retry_after(code, attempt, jitter)
    if after is not None and action.may_retry and wait is not None and wait.isascii() and wait.isdigit():
        after = max(after, float(min(int(wait), 3600)))
    return Rejected(code, action, after, trace if isinstance(trace, str) else "")
