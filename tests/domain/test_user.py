"""Users: who may sign in, and what is remembered of what they may do."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from domain import access, user
from domain.access import ACCESS
from domain.agent import AgentId
from domain.queue import QueueId
from domain.user import USER, Ending, Factor, Role, SessionId, Stage
from tests.domain.facts import at
from tests.spec import Given, given

ANA = {"name": "Ana", "login": "ana@fibra.example", "role": Role.AGENT, "agent_id": AgentId("ana")}
INVITED = user.Invited("Ana", "ana@fibra.example", Role.AGENT, AgentId("ana"))
ACTIVE = (INVITED, user.Activated())
SESSION = SessionId("s1")


def test_somebody_is_invited_once() -> None:
    invited = given(USER).when(user.invite, **ANA).then(INVITED)
    invited.when(user.invite, **ANA).then_refused(user.AlreadyInvited)
    assert invited.state.stage is Stage.INVITED


def test_a_program_is_no_user() -> None:
    given(USER).when(user.invite, **{**ANA, "role": Role.SERVICE}).then_refused(user.NoPrograms)
    given(USER, *ACTIVE).when(
        user.change_role, role=Role.SERVICE, agent_id=None, queues=None, oneself=False
    ).then_refused(user.NoPrograms)


def test_the_first_password_lets_in_and_a_later_one_is_a_change() -> None:
    active = given(USER, INVITED).when(user.choose_password, by_link=True).then(user.Activated())
    active.when(user.choose_password, by_link=False).then(user.PasswordChanged())
    given(USER, INVITED).when(user.sign_in, SESSION, Factor.NONE).then_refused(user.NotAdmitted)


def test_only_a_link_ends_a_lock() -> None:
    locked = given(USER, *ACTIVE, user.Locked(100))
    locked.when(user.sign_in, SESSION, Factor.TOTP).then_refused(user.NotAdmitted)
    locked.when(user.choose_password, by_link=False).then(user.PasswordChanged())
    back = locked.when(user.choose_password, by_link=True).then(user.PasswordChanged(True), user.Unlocked())
    back.when(user.sign_in, SESSION, Factor.NONE).then(user.SignedIn(SESSION, Factor.NONE))


def test_locking_says_nothing_of_whoever_is_not_there() -> None:
    for history in ((), (INVITED,), (*ACTIVE, user.Deactivated()), (*ACTIVE, user.Locked(100))):
        given(USER, *history).when(user.lock, 100).then_nothing()
    given(USER, *ACTIVE).when(user.lock, 100).then(user.Locked(100))


def test_whoever_was_let_go_does_not_sign_in_until_taken_back() -> None:
    gone = given(USER, *ACTIVE).when(user.deactivate, oneself=False).then(user.Deactivated())
    gone.when(user.deactivate, oneself=False).then_nothing()
    gone.when(user.sign_in, SESSION, Factor.NONE).then_refused(user.NotAdmitted)
    gone.when(user.choose_password, by_link=True).then_refused(user.UserDeactivated)
    gone.when(user.make_link, expires_at=at(5)).then_refused(user.UserDeactivated)
    gone.when(user.enrol_totp).then_refused(user.UserDeactivated)
    back = gone.when(user.reactivate).then(user.Reactivated())
    back.when(user.reactivate).then_nothing()
    back.when(user.sign_in, SESSION, Factor.NONE).then(user.SignedIn(SESSION, Factor.NONE))


def test_whoever_never_chose_a_password_comes_back_invited() -> None:
    back = given(USER, INVITED, user.Deactivated()).when(user.reactivate).then(user.Reactivated())
    assert back.state.stage is Stage.INVITED


def test_nobody_changes_what_they_themselves_may_do() -> None:
    active = given(USER, *ACTIVE)
    active.when(user.change_role, role=Role.ADMIN, agent_id=None, queues=None, oneself=True).then_refused(
        user.NotYourself
    )
    active.when(user.deactivate, oneself=True).then_refused(user.NotYourself)


def test_a_second_factor_is_enrolled_once_and_reset_once() -> None:
    enrolled = given(USER, *ACTIVE).when(user.enrol_totp).then(user.TotpEnrolled())
    enrolled.when(user.enrol_totp).then_nothing()
    reset = enrolled.when(user.reset_totp).then(user.TotpReset())
    reset.when(user.reset_totp).then_nothing()


def test_every_session_that_ends_says_why() -> None:
    given(USER, *ACTIVE).when(user.end_session, SESSION, Ending.REUSED).then(
        user.SessionEnded(SESSION, Ending.REUSED)
    )


@pytest.mark.parametrize(
    ("decision", "named"),
    [
        (user.make_link, {"expires_at": at(5)}),
        (user.choose_password, {"by_link": True}),
        (user.change_role, {"role": Role.AGENT, "agent_id": None, "queues": None, "oneself": False}),
        (user.deactivate, {"oneself": False}),
        (user.reactivate, {}),
        (user.enrol_totp, {}),
        (user.reset_totp, {}),
        (user.end_session, {"session_id": SESSION, "ending": Ending.REVOKED}),
    ],
)
def test_nothing_is_decided_of_whoever_is_not_there(decision: Any, named: dict[str, Any]) -> None:
    given(USER).when(decision, **named).then_refused(user.UnknownUser)


@pytest.mark.parametrize(
    "event",
    [
        user.RoleChanged(Role.SUPERVISOR),
        user.RoleChanged(Role.AGENT, AgentId("ana"), (QueueId("geral"),)),
        user.Deactivated(),
        user.Reactivated(),
        user.Locked(100),
    ],
)
def test_every_change_of_what_somebody_may_do_has_a_number_of_its_own(event: user.Event) -> None:
    before: Given[user.User, user.Event] = given(USER, *ACTIVE)
    assert given(USER, *ACTIVE, event).state.rights == before.state.rights + 1


@given_any(st.lists(st.sampled_from([*Role]), max_size=8))
def test_the_number_never_goes_back_and_the_last_role_counts(roles: list[Role]) -> None:
    state, seen = USER.fold(ACTIVE), [0]
    for role in roles:
        state = USER.evolve(state, user.RoleChanged(role))
        seen.append(state.rights)
    assert seen == sorted(set(seen))
    assert state.role is (roles[-1] if roles else Role.AGENT)


def test_who_was_turned_away_is_remembered_by_the_log_alone() -> None:
    denied = access.Denied("agent:ana", "Forbidden", "GET /v1/users", "users.read", at(0))
    assert given(ACCESS).when(access.deny, denied).then(denied).state == ACCESS.initial


def test_a_token_that_was_made_or_revoked_is_a_fact() -> None:
    made = access.TokenMade("t1", Role.SERVICE, None, ("desk.read",), at(60))
    given(ACCESS).when(access.make_token, made).then(made)
    given(ACCESS, made).when(access.revoke_token, "t1").then(access.TokenRevoked("t1"))
