"""Is it alive, is it ready, and how does it do? For machines that watch; no token, and nobody's words."""

from __future__ import annotations

import asyncio
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from api.access import AtDesk
from api.desk import Desk, Probe
from api.examples import NOT_READY, READY, example
from api.metrics import CONTENT_TYPE, ActiveConversations, Metrics
from api.models import views
from commands.ports import Unavailable

PATIENCE: Final = 2.0  # seconds a component has to say that it is ready

router = APIRouter(tags=["running"])


@router.get(
    "/health/live",
    summary="The process answers",
    responses=example(200, {"status": "ok", "components": {}}),
)
async def live() -> views.Health:
    return views.Health(status="ok")


@router.get(
    "/health/ready",
    summary="Whether work can be done here now, and if not, why",
    response_model=views.Health,
    responses={
        **example(200, READY),
        503: {
            "model": views.Health,
            "description": "Not ready; the reasons by component",
            "content": {"application/json": {"example": NOT_READY}},
        },
    },
)
async def ready(desk: AtDesk) -> Response:
    reasons = await _reasons(desk)
    components = {name: reason or "ok" for name, reason in reasons.items()}
    fine = desk.dispensable.issuperset(name for name, reason in reasons.items() if reason)
    health = views.Health(status="ok" if fine else "unavailable", components=components)
    headers = {} if fine else {"Retry-After": "2"}
    return JSONResponse(health.model_dump(mode="json"), 200 if fine else 503, headers)


async def _reasons(desk: Desk) -> dict[str, str | None]:
    """Of each component, why it is not ready."""
    reasons = await asyncio.gather(*(_asked(probe) for probe in desk.probes.values()))
    return dict(zip(desk.probes, reasons, strict=True))


async def _asked(probe: Probe) -> str | None:
    """Why not; a component that does not answer, or breaks when asked, is not ready either."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await probe()
    except TimeoutError:
        return "no answer in time"
    except Exception as error:  # noqa: BLE001  it is told, by its type: that is what this door is for
        return type(error).__name__


@router.get(
    "/metrics",
    summary="Figures for Prometheus",
    response_class=PlainTextResponse,
    responses={
        200: {
            "description": "The text exposition format",
            "content": {
                "text/plain": {"example": 'active_conversations_total{priority="urgent",status="waiting"} 3'}
            },
        }
    },
)
async def metrics(request: Request, desk: AtDesk) -> Response:
    figures: Metrics = request.app.state.metrics
    active, reasons = await asyncio.gather(_active(desk), _reasons(desk))
    ready = {name: reason is None for name, reason in reasons.items()}
    return Response(figures.scrape(active, ready), media_type=CONTENT_TYPE)


async def _active(desk: Desk) -> ActiveConversations | None:
    try:
        counts = await desk.reads.active()
    except Unavailable:
        return None  # the other figures are worth telling all the same
    return {(stage.value, priority.value): count for (stage, priority), count in counts.items()}
