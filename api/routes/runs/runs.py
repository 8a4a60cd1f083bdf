"""`/runs`: the execution log."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from onthedot.api.deps import (
    ArchiveDep,
    Caller,
    Cursor,
    Limit,
    QueryInstant,
    QueryTags,
    QueryText,
    RunIdPath,
    RunListDep,
    RunsDep,
    SkippedRunsDep,
    StrictQuery,
    TaskIdPath,
    TasksDep,
)
from onthedot.api.documented import refusals
from onthedot.api.json_body import JsonRoute
from onthedot.messages.runs import RunPage
from onthedot.scheduling.errors import RunNotFound
from onthedot.scheduling.run import Run, RunCause, RunStatus
from onthedot.service.archive.listing import ArchivedRuns
from onthedot.service.ledger.skipped import SkippedRuns
from onthedot.service.runs.listing import RunFilter, RunList
from onthedot.service.tasks.lists.filter import TaskFilter

router = APIRouter(route_class=JsonRoute, tags=["runs"])


class RunQuery(StrictQuery):
    """Which runs to list."""

    status: RunStatus | None = Field(None, description="The status of the run.")
    since: QueryInstant | None = Field(None, description="`scheduled_for` at or after it.")
    until: QueryInstant | None = Field(None, description="`scheduled_for` at or before it.")
    archived: bool = Field(
        False,
        description="Runs in the archive (`ONTHEDOT_ARCHIVE`), which outlives the retention. A "
        "run is there some minutes after it ends. Pages may be short, as with `error`.",
    )
    limit: Limit = 50
    cursor: Cursor = None


class AllRunsQuery(RunQuery):
    """Which runs to list, across tasks."""

    kind: Literal["once", "cron", "interval"] | None = Field(None, description="Of the task.")
    tag: QueryTags = Field([])
    q: QueryText | None = Field(None, description="Words of the task, as in `GET /tasks`.")
    cause: RunCause | None = Field(None, description="Why the run exists.")
    error: QueryText | None = Field(
        None,
        description="The type of its error, such as `HttpStatus`. A page may then have fewer "
        "runs than `limit` without being the last.",
    )
    failure: QueryText | None = Field(
        None,
        description="The cause of its failure: an `id` from `GET /incidents`. Pages may be "
        "short, as with `error`.",
    )


@router.get("/tasks/{task_id}/runs", summary="List a task's runs", responses=refusals(404, 503))
async def list_task_runs(
    task_id: TaskIdPath,
    query: Annotated[RunQuery, Query()],
    runs: RunListDep,
    skipped: SkippedRunsDep,
    archive: ArchiveDep,
    tasks: TasksDep,
) -> RunPage:
    """Running first, then by finish, newest first. The runs of a deleted recurring task stay
    readable for the retention."""
    which = RunFilter(task_id=task_id, status=query.status, since=query.since, until=query.until)
    page = await _page(archive if query.archived else runs, skipped, query, which)
    if not (page.items or query.cursor or query.archived):
        await tasks.get(task_id)
    return page


@router.get("/runs", summary="List runs", responses=refusals(503))
async def list_runs(
    query: Annotated[AllRunsQuery, Query()],
    runs: RunListDep,
    skipped: SkippedRunsDep,
    archive: ArchiveDep,
) -> RunPage:
    """The execution log of all tasks: running first, then by finish, newest first. `status=skipped`
    lists occurrences that were skipped without a run, by default those of the last day."""
    which = RunFilter(
        status=query.status,
        since=query.since,
        until=query.until,
        cause=query.cause,
        error=query.error,
        failure=query.failure,
        tasks=TaskFilter(kind=query.kind, tags=tuple(query.tag), q=query.q),
    )
    return await _page(archive if query.archived else runs, skipped, query, which)


@router.get("/runs/{run_id}", summary="Read a run", responses=refusals(404, 503))
async def get_run(run_id: RunIdPath, runs: RunsDep, archive: ArchiveDep) -> Run:
    """One run with its output, or with what it waits for. Comes from the archive if Temporal no
    longer has it."""
    try:
        return await runs.get(run_id)
    except RunNotFound:
        return await archive.one(run_id)


@router.post(
    "/runs/{run_id}/cancel",
    status_code=202,
    summary="Cancel a run",
    responses=refusals(404, 409, 503),
)
async def cancel_run(run_id: RunIdPath, runs: RunsDep, caller: Caller) -> Run:
    """Asks its action to stop. Read the run again to see whether it has."""
    return await runs.cancel(run_id, by=caller)


async def _page(
    runs: RunList | ArchivedRuns, skipped: SkippedRuns, query: RunQuery, which: RunFilter
) -> RunPage:
    instead = which.status is RunStatus.SKIPPED and not query.archived
    found = skipped if instead else runs
    page = await found.page(which, limit=query.limit, cursor=query.cursor)
    return RunPage(items=page.items, next_cursor=page.next_cursor)
