"""The history of a stream from the index: who wanted what, in order, and nobody's words."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from uuid import uuid4

import pytest

from adapters.archive import HIDDEN
from adapters.histories import IndexHistories
from adapters.keyring import MemoryKeys
from adapters.log.postgres import PostgresLog
from commands.agent import BecomeAvailable, EquipAgent, WelcomeAgent
from domain import agent
from domain.agent import AgentId
from tests.adapters.engine.test_sealed import decided, desk
from tests.adapters.engine.till import CAUSE
from tests.adapters.reads.conftest import Known

pytestmark = pytest.mark.slow


def test_it_tells_who_wanted_what_and_neither_other_things_nor_names(migrated: str) -> None:
    dora = replace(CAUSE, actor="user:dora")
    ana = AgentId("ana")
    with closing(PostgresLog(migrated)) as log, desk(log, migrated, MemoryKeys()) as inbox:
        decided(inbox, WelcomeAgent(id=uuid4(), cause=CAUSE, agent_id=ana, name="Ana Souza"))
        decided(inbox, BecomeAvailable(id=uuid4(), cause=CAUSE, agent_id=ana))
        equip = EquipAgent(id=uuid4(), cause=dora, agent_id=ana, queues=None, skills={"fibra": 2}, capacity=3)
        decided(inbox, equip)
        decided(inbox, replace(equip, id=uuid4(), agent_id=ana, capacity=4))
    events = (agent.Welcomed, agent.Equipped)
    told = Known(migrated).ask(lambda pool: IndexHistories(pool).of("agent-ana", events))
    assert [type(fact.event) for fact in told] == [agent.Welcomed, agent.Equipped, agent.Equipped]
    assert told[0].event.name == HIDDEN
    assert [fact.event.capacity for fact in told[1:]] == [3, 4]
    assert (told[1].cause, told[1].command_id) == (dora, equip.id)
    assert [fact.version for fact in told] == sorted(fact.version for fact in told)
