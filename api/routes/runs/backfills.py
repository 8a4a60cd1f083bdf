"""`/tasks/{id}/backfill` and `/backfills`: past occurrences, run again or for the first time."""

from __future__ import annotations

from fastapi import APIRouter, Response

from onthedot.api.deps import (
    BackfillIdPath,
    BackfillsDep,
    Caller,
    TaskIdPath,
    TasksDep,
    within_reach,
)
from onthedot.api.documented import LOCATION, links, refusals
from onthedot.api.json_body import JsonRoute
from onthedot.messages.runs import BackfillList, BackfillRequest
from onthedot.scheduling.stored.backfill import Backfill

router = APIRouter(route_class=JsonRoute, tags=["backfills"])


@router.post(
    "/tasks/{task_id}/backfill",
    status_code=202,
    summary="Run past occurrences",
    responses={
        202: {
            "headers": LOCATION,
            "links": links("backfill_id", "get_backfill", "cancel_backfill"),
        },
        **refusals(404, 409, 503, body=True),
    },
)
async def start_backfill(
    task_id: TaskIdPath,
    body: BackfillRequest,
    backfills: BackfillsDep,
    caller: Caller,
    response: Response,
) -> Backfill:
    """For recurring tasks; at most 10,000 occurrences. Durable. Its runs have `cause: backfill`."""
    found = await backfills.start(
        task_id,
        start=within_reach(body.start),
        end=within_reach(body.end),
        overlap=body.overlap,
        by=caller,
    )
    response.headers["Location"] = f"/backfills/{found.id}"
    return found


@router.get(
    "/tasks/{task_id}/backfills", summary="List a task's backfills", responses=refusals(404, 503)
)
async def list_backfills(
    task_id: TaskIdPath, backfills: BackfillsDep, tasks: TasksDep
) -> BackfillList:
    """The latest 100, running ones first. Those of a deleted task stay readable."""
    items = await backfills.of_task(task_id)
    if not items:
        await tasks.get(task_id)
    return BackfillList(items=items)


@router.get("/backfills/{backfill_id}", summary="Read a backfill", responses=refusals(404, 503))
async def get_backfill(backfill_id: BackfillIdPath, backfills: BackfillsDep) -> Backfill:
    """Its progress."""
    return await backfills.get(backfill_id)


@router.post(
    "/backfills/{backfill_id}/cancel",
    status_code=202,
    summary="Cancel a backfill",
    responses=refusals(404, 409, 503),
)
async def cancel_backfill(
    backfill_id: BackfillIdPath, backfills: BackfillsDep, caller: Caller
) -> Backfill:
    """Stops it, and its runs in progress."""
    return await backfills.cancel(backfill_id, by=caller)
