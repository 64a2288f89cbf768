"""Who signs in here, as the list tells it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain import user
from domain.agent import AgentId
from domain.grammar import Refused
from domain.queue import QueueId
from domain.user import USER, Ending, Factor, Role, SessionId
from projections.answer import fold
from projections.users import USERS
from tests.projections.histories import START, told

SESSION = SessionId("s")
WISHES: tuple[Any, ...] = (
    lambda state: user.invite(state, name="Ana", login="ana@x.example", role=Role.AGENT),
    lambda state: user.make_link(state, expires_at=START + timedelta(days=1)),
    lambda state: user.choose_password(state, by_link=True),
    lambda state: user.choose_password(state, by_link=False),
    lambda state: user.change_role(state, role=Role.DPO, agent_id=None, queues=None, oneself=False),
    lambda state: user.change_role(
        state, role=Role.AGENT, agent_id=AgentId("ana"), queues=(QueueId("geral"),), oneself=False
    ),
    lambda state: user.deactivate(state, oneself=False),
    lambda state: user.reactivate(state),
    lambda state: user.enrol_totp(state),
    lambda state: user.reset_totp(state),
    lambda state: user.lock(state, 100),
    lambda state: user.sign_in(state, SESSION, Factor.NONE),
    lambda state: user.end_session(state, SESSION, Ending.SIGNED_OUT),
)


@given(st.lists(st.sampled_from(WISHES), max_size=40))
def test_the_list_never_disagrees_with_the_user_themselves(wishes: list[Any]) -> None:
    state, events = USER.initial, list[Any]()
    for wish in wishes:
        try:
            made = wish(state)
        except Refused:
            continue
        events += made
        state = USER.fold(made, state)
    rows = fold(USERS, told(*events, stream="user-u1"))
    assert bool(rows) is state.known
    for row in rows.values():
        assert (row.stage, row.role, row.agent_id) == (state.stage, state.role, state.agent_id)
        assert (row.queues, row.activated) == (state.queues, state.activated)
        assert (row.totp, row.locked) == (state.totp, state.locked)
        signed = [n for n, event in enumerate(events, start=1) if isinstance(event, user.SignedIn)]
        last = START + timedelta(seconds=signed[-1]) if signed else None
        assert row.signed_in_at == last


def test_a_link_is_shown_until_it_was_used() -> None:
    until = START + timedelta(days=1)
    invited = (user.Invited("Ana", "ana@x.example", Role.AGENT), user.Activated(), user.LinkMade(until))
    [row] = fold(USERS, told(*invited, stream="user-u1")).values()
    assert row.link_until == until
    [row] = fold(USERS, told(*invited, user.PasswordChanged(), stream="user-u1")).values()
    assert row.link_until == until
    [row] = fold(USERS, told(*invited, user.PasswordChanged(by_link=True), stream="user-u1")).values()
    assert row.link_until is None
