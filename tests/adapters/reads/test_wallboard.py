"""What a wall shows is summed by the database as it is summed by hand."""

from __future__ import annotations

from typing import Any

from adapters.reads import Reads
from domain import agent, conversation, queue
from tests.adapters.reads.test_lists import SUPPORT, closed, minutes, waits
from tests.projections.histories import ANA, told


def test_open_conversations_are_summed_by_queue_and_agent_and_closed_ones_timed(known: Any) -> None:
    taken = conversation.Assigned(ANA, "claimed", minutes(6))
    known.fold(
        told(queue.Created("Suporte", True), stream=f"queue-{SUPPORT}"),
        told(
            agent.Welcomed("Ana"),
            agent.BecameAvailable(minutes(1)),
            stream=f"agent-{ANA}",
        ),
        waits("a", entered=3, due=20),
        waits("b", entered=1, due=5),
        waits("c", entered=4, due=8, then=(taken,)),
        *(
            waits(
                f"d{n}",
                then=(
                    conversation.Assigned(ANA, "claimed", minutes(1)),
                    conversation.Closed(1, "technical/solved", "resolvido", ANA, minutes(1 + n)),
                ),
            )
            for n in range(1, 12)
        ),
        waits("e", then=closed(2, by="silence")),
    )
    board = known.ask(lambda pool: Reads(pool).wallboard(minutes(10)))
    (support,) = board.queues
    assert (support.waiting, support.oldest_at, support.in_service, support.breached) == (2, minutes(1), 1, 2)
    assert (support.available, support.forecast) == (1, 2 * 6 * 60)
    (ana,) = board.agents
    assert (ana.in_service, ana.breached, ana.since, ana.connected) == (1, 1, minutes(1), True)
    later = known.ask(lambda pool: Reads(pool).wallboard(minutes(60 * 5)))
    assert later.queues[0].forecast is None
