"""Who works at the desk of a demo, and how it is set up: robots and their chief, a user per role, queues."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import httpx
from rich.console import Console
from rich.table import Table

from adapters import people, tokens
from api.wiring import reading
from api.wiring.answers import ANSWERS
from api.wiring.local import CHANNEL, NUMBER
from commands.door_ports import Role
from domain.agent import AgentId
from domain.sla.policy import MINUTE

NAMES: Final = ("Ana", "Bia", "Caio", "Duda", "Enzo", "Flora", "Gil", "Helena", "Ivo", "Jade", "Kauã", "Lia")
QUEUES: Final = {
    "suporte-tecnico": "Suporte técnico",
    "financeiro": "Financeiro",
    "comercial": "Comercial",
    "cancelamento": "Cancelamento",
    "geral": "Geral",
}
DOMAIN: Final = "demo.example"  # of the users' addresses
PEOPLE: Final = {
    Role.AGENT: "Ana",
    Role.SUPERVISOR: "Sônia",
    Role.MANAGER: "Gil",
    Role.DIRECTOR: "Dora",
    Role.ANALYST: "Lia",
    Role.AUDITOR: "Noa",
    Role.ADMIN: "Alex",
    Role.DPO: "Otília",
}
MODES: Final = {  # how they hand out what waits
    "suporte-tecnico": "offer",
    "financeiro": "assign",
    "comercial": "pull",
    "cancelamento": "offer",
    "geral": "pull",
}
AWAY: Final = "cancelamento"  # whose team is not there while a day is rehearsed: its waits grow too long
CHIEF: Final = "robo-chefe"
AT_ONCE: Final = 6  # conversations of a robot
RECIPIENTS: Final = {"supervisor": [CHIEF], "manager": ["manager"], "director": ["director"]}
SIGNS: Final = "abcdefghjkmnpqrstvwxyz23456789"  # none is taken for another

CONSOLE: Final = Console(stderr=True, soft_wrap=True)


@dataclass(frozen=True)
class Staff:
    """The robots' tokens, good for this run alone, the administrator's, and that of whoever watches."""

    admin: str
    watcher: str
    robots: list[dict[str, Any]]
    agents: list[str]  # who each robot is
    issued: list[UUID]


@contextmanager
def staffed(dsn: str, agents: int, *, fast: bool = False) -> Iterator[Staff]:
    reading.migrate(dsn)
    admin = tokens.create(dsn, "demonstração", Role.ADMIN)
    watcher = tokens.create(dsn, "fila no terminal", Role.SERVICE)  # who runs the desk may not read at it
    chief = tokens.create(dsn, "chefia", Role.SUPERVISOR, agent_id=AgentId(CHIEF))
    issued, ids = [admin.id, watcher.id, chief.id], list[str]()
    robots: list[dict[str, Any]] = []
    queues = list(QUEUES)
    for n in range(agents):
        name = NAMES[n % len(NAMES)] + ("" if n < len(NAMES) else f" {n // len(NAMES) + 1}")
        agent_id = f"robo-{n + 1}"
        token = tokens.create(dsn, name, Role.AGENT, agent_id=AgentId(agent_id))
        issued.append(token.id)
        ids.append(agent_id)
        robots.append(
            {
                "name": name,
                "token": token.token,
                "skills": [queues[n % len(queues)], "geral"],
                "leaves": [AWAY] if fast else [],
            }
        )
    robots.append({"name": "Rui", "token": chief.token, "chief": True})
    try:
        yield Staff(admin.token, watcher.token, robots, [*ids, CHIEF], issued)
    finally:
        for token_id in issued:
            tokens.revoke(dsn, token_id)


def furnish(url: str, staff: Staff, *, fast: bool = False) -> None:
    """Queues, agents, the channel and the deadlines, as an administrator sets them up. `fast`: the minutes of
    the deadlines last a second, and one team is away."""
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {staff.admin}"}, timeout=20) as api:
        for queue, name in QUEUES.items():
            api.put(f"/v1/queues/{queue}", json={"name": name}).raise_for_status()
            api.put(f"/v1/queues/{queue}/routing", json={"mode": MODES[queue]}).raise_for_status()
        served = [queue for queue in QUEUES if queue != AWAY] if fast else None
        for agent_id, robot in zip(staff.agents, staff.robots, strict=True):
            named = {"name": robot["name"], "active": True}
            api.put(f"/v1/agents/{agent_id}", json=named).raise_for_status()
            place: dict[str, Any] = {
                "queues": [] if robot.get("chief") else served,
                "skills": {},
                "capacity": AT_ONCE,
            }
            api.put(f"/v1/agents/{agent_id}/routing", json=place).raise_for_status()
        api.put(
            f"/v1/channels/{CHANNEL}",
            json={"name": "Número principal", "provider": "meta", "number_id": NUMBER, "queue_id": "geral"},
        ).raise_for_status()
        _write_answers(api)
        _set_deadlines(api, fast=fast)


def _write_answers(api: httpx.Client) -> None:
    """Once: whoever tries the desk may change them."""
    if api.get("/v1/canned-answers").json().get("items"):
        return
    for canned_id, title, text, queues in ANSWERS:
        answer = {"title": title, "text": text, "queues": queues}
        api.put(f"/v1/canned-answers/{canned_id}", json=answer).raise_for_status()


def _set_deadlines(api: httpx.Client, *, fast: bool) -> None:
    """Those of the desk, unless somebody has set others: and then those again, after a rehearsal."""
    policy = api.get("/v1/rules").raise_for_status().json()["policy"]
    if fast or policy is None or policy["rules"].get("minute", MINUTE) != MINUTE:
        rules = {"recipients": RECIPIENTS, "minute": 1 if fast else MINUTE}
        api.put("/v1/policy", json=rules).raise_for_status()


@contextmanager
def visitors(dsn: str, url: str, staff: Staff) -> Iterator[None]:
    """One user per role, so that a person can sign in; their passwords are worth nothing afterwards."""
    invited = _welcome(url, staff)
    try:
        yield
    finally:
        people.forget_passwords(dsn, invited)


def _welcome(url: str, staff: Staff) -> list[str]:
    """As any user: invited by the administrator, and activated by the link. Answers their ids."""
    ids: list[str] = []
    table = Table("role", "signs in as", "password, of this run alone", title="Who you can sign in as")
    with httpx.Client(base_url=url, timeout=20) as api:
        admin = {"Authorization": f"Bearer {staff.admin}"}
        known = {
            user["login"]: user["user_id"] for user in api.get("/v1/users", headers=admin).json()["items"]
        }
        for role in Role:
            if role is Role.SERVICE:
                continue
            login, password = f"{role.value}@{DOMAIN}", _password()
            attends = role.value if role in (Role.AGENT, Role.SUPERVISOR) else None
            if attends:
                agent = {"name": PEOPLE[role], "active": True}
                api.put(f"/v1/agents/{attends}", json=agent, headers=admin).raise_for_status()
            asked = {"login": login, "name": PEOPLE[role], "role": role.value, "agent_id": attends}
            invited = (
                api.post(f"/v1/users/{known[login]}/link", headers=admin)
                if login in known
                else api.post("/v1/users", json=asked, headers=admin)
            )
            if invited.status_code == httpx.codes.CONFLICT:  # the view had not heard of them yet
                continue
            made = invited.raise_for_status().json()
            ids.append(made["user_id"])
            word = made["word"]
            api.post("/v1/activation", json={"word": word, "password": password}).raise_for_status()
            table.add_row(role.value, login, password)
    CONSOLE.print(table)
    return ids


def _password() -> str:
    """Four groups of five: easy to type, and 100 bits."""
    return "-".join("".join(secrets.choice(SIGNS) for _ in range(5)) for _ in range(4))
