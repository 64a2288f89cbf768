"""The doors of whoever runs the simulated provider: faults, the ledger, customers and their files."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:
    from adapters.simulator.graph import Graph


def routes(graph: Graph) -> list[Route]:
    async def faults(request: Request) -> Response:
        """The faults in force; posting some of them changes those."""
        if request.method == "POST":
            try:
                graph.faults = graph.faults.changed(await request.json())
            except ValueError as error:
                return JSONResponse({"error": str(error)}, 400)
        return JSONResponse(asdict(graph.faults))

    async def ledger(_: Request) -> Response:
        """What was accepted, read and refused, and how the webhooks fare."""
        post = {"pending": graph.post.pending, **asdict(graph.post.tally)}
        return JSONResponse(graph.ledger.told() | {"post": post})

    async def customers(request: Request) -> Response:
        """A customer wrote: `{address, at?: seconds, phone_number_id?}`."""
        asked = await request.json()
        at = asked.get("at")
        graph.customer_wrote(
            str(asked["address"]),
            None if at is None else datetime.fromtimestamp(at, UTC),
            asked.get("phone_number_id"),
        )
        return JSONResponse({})

    async def files(request: Request) -> Response:
        """Hold a customer's file: the body, of the type the header says."""
        kept = graph.keep_file(await request.body(), request.headers["content-type"])
        return JSONResponse(asdict(kept))

    return [
        Route("/_control/faults", faults, methods=["GET", "POST"]),
        Route("/_control/ledger", ledger, methods=["GET"]),
        Route("/_control/customers", customers, methods=["POST"]),
        Route("/_control/files", files, methods=["POST"]),
    ]
