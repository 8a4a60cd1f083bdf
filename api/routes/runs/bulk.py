"""`/runs:retry` and `/runs:cancel`: change many runs; and `/runs/{id}/retry`."""

from __future__ import annotations

from fastapi import APIRouter, Response

from onthedot.api.deps import Caller, RunIdPath, TemporalDep, within_reach
from onthedot.api.documented import LOCATION, links, refusals
from onthedot.api.json_body import JsonRoute
from onthedot.api.routes.tasks.bulk import answer
from onthedot.messages.bulk import ManyResults, RunSelection
from onthedot.scheduling.errors import FieldProblem, InvalidDefinition
from onthedot.scheduling.run import ShortRun
from onthedot.service.runs.bulk import BulkRuns
from onthedot.service.runs.listing import RunFilter
from onthedot.service.runs.retries import retry
from onthedot.service.tasks.lists.filter import TaskFilter

router = APIRouter(route_class=JsonRoute, tags=["runs"])


@router.post(
    "/runs/{run_id}/retry",
    status_code=202,
    summary="Retry a run",
    responses={
        202: {"headers": LOCATION, "links": links("run_id", "get_run", "cancel_run")},
        **refusals(404, 409, 503),
    },
)
async def retry_run(
    run_id: RunIdPath, temporal: TemporalDep, caller: Caller, response: Response
) -> ShortRun:
    """Starts a new run of the same occurrence, with its own id and Idempotency-Key.

    For a recurring task it uses the current definition; for a manual run or a one-time task, the
    definition of the first run. Each call starts one run."""
    run = await retry(temporal, run_id, by=caller)
    response.headers["Location"] = f"/runs/{run.id}"
    return run


@router.post("/runs:retry", summary="Retry many runs", responses=refusals(503, body=True))
async def retry_runs(asked: RunSelection, temporal: TemporalDep, caller: Caller) -> ManyResults:
    """By ids, or by a filter; at most 1,000. A filter without `status` means those that failed or
    timed out. Retries the latest run of each occurrence, except where a retry succeeded or is in
    progress (`unchanged`). `run` is the new one."""
    bulk, which = BulkRuns(temporal, by=caller, dry_run=asked.dry_run), _filter(asked)
    if which is None:
        return answer(await bulk.retry(asked.ids or ()))
    return answer(await bulk.retry_all(which))


@router.post("/runs:cancel", summary="Cancel many runs", responses=refusals(503, body=True))
async def cancel_runs(asked: RunSelection, temporal: TemporalDep, caller: Caller) -> ManyResults:
    """By ids, or by a filter, which selects running ones; at most 1,000."""
    bulk, which = BulkRuns(temporal, by=caller, dry_run=asked.dry_run), _filter(asked)
    if which is None:
        return answer(await bulk.cancel(asked.ids or ()))
    return answer(await bulk.cancel_all(which))


def _filter(asked: RunSelection) -> RunFilter | None:
    """The filter; None if ids are given."""
    if asked.ids is not None and asked.has_filter:
        raise InvalidDefinition(FieldProblem("ids", "give ids or a filter, not both"))
    if asked.ids is not None:
        return None
    if not asked.has_filter:
        fix = "give the runs' ids, or a filter: task_id, tag, status, failure, since or until"
        raise InvalidDefinition(FieldProblem("ids", fix))
    return RunFilter(
        task_id=asked.task_id,
        status=asked.status,
        failure=asked.failure,
        since=within_reach(asked.since) if asked.since else None,
        until=within_reach(asked.until) if asked.until else None,
        tasks=TaskFilter(tags=asked.tags),
    )
