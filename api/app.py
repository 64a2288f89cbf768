"""The doors, hung: one FastAPI application before one desk."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import AbstractAsyncContextManager
from datetime import tzinfo
from functools import partial
from importlib.metadata import version
from ipaddress import ip_network
from zoneinfo import ZoneInfo

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from api import documented, errors, reference
from api.at_the_door import AtTheDoor
from api.denials import Denials
from api.desk import Desk
from api.live import Hub
from api.metrics import Metrics
from api.pages import Pages
from api.routes import (
    automatic,
    bulk,
    canned,
    chat,
    clocks,
    contact,
    conversations,
    drafts,
    files,
    journal,
    labelling,
    me,
    media,
    overseeing,
    routing,
    running,
    serving,
    sheets,
    sign_in,
    stints,
    taking,
    tokens,
    user_sheets,
    users,
    versions,
    wallboard,
    webhooks,
)
from api.routes import desk as desk_routes
from api.routes import live as live_routes
from api.routes.webhooks import Deliveries
from api.wishes import PATIENCE

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]

ROUTERS = (
    conversations.router,
    routing.router,
    taking.router,
    bulk.router,
    serving.router,
    overseeing.router,
    overseeing.router_of_agents,
    stints.router,
    labelling.router,
    contact.router,
    drafts.router,
    files.router,
    live_routes.router,
    clocks.router,
    automatic.router,
    media.router,
    desk_routes.router,
    canned.router,
    sheets.router,
    user_sheets.router,
    versions.router,
    wallboard.router,
    chat.router,
    sign_in.router,
    me.router,
    users.router,
    tokens.router,
    journal.router,
    running.router,
    reference.router,
    webhooks.router,
)


def create_app(
    desk: Desk,
    *,
    metrics: Metrics | None = None,
    zone: tzinfo | None = None,
    patience: float = PATIENCE,
    lifespan: Lifespan | None = None,
    trusted: Collection[str] = (),
) -> FastAPI:
    """All routes before this desk. `zone` is where times are told to people, `patience` how many seconds a
    person waits for a decision before getting 202; what proxies in `trusted` networks say of an address is
    believed. Without `metrics` it counts for itself."""
    figures = metrics or Metrics()
    app = FastAPI(
        title="Atende",
        summary="The customer-service desk behind an internet provider's WhatsApp numbers",
        description=documented.DESCRIPTION,
        version=version("atende"),
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # nothing of a request leaves by a side door: its words may be somebody's
        telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False},
    )
    app.state.desk = desk
    app.state.live = hub = Hub(desk, ended=figures.observe_end)
    figures.count_streams(lambda: len(hub.streams))
    app.state.metrics = figures
    app.state.zone = zone or ZoneInfo("America/Sao_Paulo")
    app.state.patience = patience
    app.state.trusted = [ip_network(network) for network in trusted]
    app.state.denials = Denials()
    for router in ROUTERS:
        # not `include_router`: it would make every route anew, and only when the first request comes
        app.router.routes.extend(router.routes)
    app.router.default = Pages(app.router.default)
    errors.install(app)
    app.add_middleware(AtTheDoor, metrics=figures)
    app.openapi = partial(documented.openapi_of, app)  # type: ignore[method-assign]  # as FastAPI says
    deliveries = AtTheDoor(Deliveries(desk), metrics=figures)
    app.middleware_stack = Threshold(deliveries, app.build_middleware_stack())
    return app


class Threshold:
    """Deliveries go straight to their door; everybody else through the framework."""

    def __init__(self, deliveries: ASGIApp, others: ASGIApp) -> None:
        self._deliveries, self._others = deliveries, others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (self._deliveries if Deliveries.meant(scope) else self._others)(scope, receive, send)
