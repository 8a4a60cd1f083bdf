"""`/workers`: who works, and how full they are."""

from __future__ import annotations

from fastapi import APIRouter, Request

from onthedot.api.documented import refusals
from onthedot.messages.health import Workers, WorkerSeen
from onthedot.service.overview.workers import WorkerPlaces, WorkersReader

router = APIRouter(tags=["health"])


@router.get("/workers", summary="List the workers", responses=refusals(503))
async def list_workers(request: Request) -> Workers:
    """Those that poll this deployment's task queue: how many actions each holds of how many places,
    and how many wait. At most two seconds old."""
    reader: WorkersReader = request.app.state.workers
    found = await reader.read()
    return Workers(
        items=[seen(worker) for worker in found.workers],
        runs_waiting=found.runs_waiting,
        actions_waiting=found.actions_waiting,
    )


def seen(worker: WorkerPlaces, *, named: bool = True) -> WorkerSeen:
    """A worker as REST shows it; not `named` for whoever may not know its identity."""
    actions = worker.taken("actions")
    return WorkerSeen(
        identity=worker.identity if named else None,
        last_seen=worker.last_seen,
        held=actions.held if actions else None,
        places=actions.places if actions else None,
        waiting=actions.waiting if actions else None,
        commands=worker.taken("commands"),
    )
