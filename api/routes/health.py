"""`/healthz`, `/readyz` and `/metrics`."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from onthedot.api.deps import TemporalDep
from onthedot.api.documented import Responses, refusals
from onthedot.messages.health import Alive, Ready, WorkerSeen
from onthedot.service.overview import gauges, health

router = APIRouter(tags=["health"])


def _of_health(*statuses: int) -> Responses:
    """The errors of calls that take nothing, so that little can be wrong with them."""
    known = refusals(503)
    return {status: known[status] for status in sorted({403, 405, *statuses})}


@router.get("/healthz", summary="Is the server alive?", responses=_of_health(500))
async def alive(request: Request) -> Alive:
    """200 as long as it answers at all. Asks for no token."""
    return Alive(version=request.app.version)


@router.get(
    "/readyz",
    summary="Can tasks be registered?",
    responses=_of_health(500, 503),
)
async def ready(request: Request, temporal: TemporalDep) -> Ready:
    """200 when Temporal answers, with the workers it has seen. Asks for no token."""
    found = await health.check(temporal)
    known = hasattr(request.state, "identity")
    return Ready(
        namespace=found.namespace,
        task_queue=found.task_queue,
        workers=[
            WorkerSeen(last_seen=w.last_seen, identity=w.identity if known else None)
            for w in found.workers
        ],
        backlog=found.backlog,
    )


@router.get(
    "/metrics",
    summary="Metrics for Prometheus",
    response_class=Response,
    responses={
        200: {"content": {"text/plain": {"schema": {"type": "string"}}}},
        **_of_health(401, 500),
    },
)
async def metrics(temporal: TemporalDep) -> Response:
    """Of this server, and how many workers there are; a worker serves its own."""
    await gauges.refresh(temporal)
    return Response(generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})
