"""`/healthz`, `/readyz`, `/metrics` and `/workers`."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from onthedot.api.deps import TemporalDep, from_app
from onthedot.api.documented import Responses, refusals
from onthedot.messages.health import Alive, Ready, Workers, WorkerSeen
from onthedot.scheduling.outages import TemporalUnavailable
from onthedot.scheduling.stored.live import PlacesTaken
from onthedot.service.overview import health
from onthedot.service.overview.workers import WorkerPlaces, WorkersReader

router = APIRouter(tags=["health"])

WorkersDep = Annotated[WorkersReader, from_app("workers")]

#: It is polled all the time, so it does not ask the workers each time.
_PLACES_AGE = timedelta(seconds=5)
_PLACES_PATIENCE = 0.5


def _of_health(*statuses: int) -> Responses:
    """The errors of calls without parameters."""
    known = refusals(503)
    return {status: known[status] for status in sorted({403, 405, *statuses})}


@router.get("/healthz", summary="Is the server alive?", responses=_of_health(500))
async def alive(request: Request) -> Alive:
    """200 as long as the server responds at all. Needs no token."""
    return Alive(version=request.app.version)


@router.get(
    "/readyz",
    summary="Can tasks be registered?",
    responses=_of_health(500, 503),
)
async def ready(request: Request, temporal: TemporalDep, reader: WorkersDep) -> Ready:
    """200 if Temporal responds, with the workers that it has seen. Needs no token."""
    found, known = await health.check(temporal), hasattr(request.state, "identity")
    places = await _places(reader)
    return Ready(
        namespace=found.namespace,
        task_queue=found.task_queue,
        workers=[
            _seen(WorkerPlaces(w.identity, w.last_seen, places.get(w.identity, ())), named=known)
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
    """Metrics of this server, and the number of workers. Each worker serves its own metrics."""
    await health.refresh_gauges(temporal)
    return Response(generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


@router.get("/workers", summary="List the workers", responses=refusals(503))
async def list_workers(reader: WorkersDep) -> Workers:
    """The workers that poll this deployment's task queue: how many actions each one runs, how many
    it may run, and how many wait. At most two seconds old."""
    found = await reader.read()
    return Workers(
        items=[_seen(worker) for worker in found.workers],
        runs_waiting=found.runs_waiting,
        actions_waiting=found.actions_waiting,
    )


async def _places(reader: WorkersReader) -> dict[str, tuple[PlacesTaken, ...]]:
    """How full each worker is, if known within half a second."""
    try:
        async with asyncio.timeout(_PLACES_PATIENCE):
            found = await reader.read(max_age=_PLACES_AGE)
    except (TemporalUnavailable, TimeoutError):
        return {}
    return {worker.identity: worker.places for worker in found.workers}


def _seen(worker: WorkerPlaces, *, named: bool = True) -> WorkerSeen:
    """A worker as REST shows it; without its identity unless `named`."""
    actions = worker.taken("actions")
    return WorkerSeen(
        identity=worker.identity if named else None,
        last_seen=worker.last_seen,
        held=actions.held if actions else None,
        places=actions.places if actions else None,
        waiting=actions.waiting if actions else None,
        commands=worker.taken("commands"),
    )
