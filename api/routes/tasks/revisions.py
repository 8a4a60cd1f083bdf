"""`/tasks/{id}/revisions` and `/tasks/{id}/restore`: earlier definitions, and restoring them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from onthedot.api.deps import (
    Caller,
    Cursor,
    Limit,
    StrictQuery,
    TaskIdPath,
    TasksDep,
    with_temporal,
)
from onthedot.api.documented import ETAG, refusals
from onthedot.api.etags import ExpectedRevision, etag
from onthedot.api.json_body import JsonRoute
from onthedot.messages.tasks import RevisionPage
from onthedot.scheduling.task import Task, TaskDefinition
from onthedot.service.tasks.history.revisions import Revisions

router = APIRouter(route_class=JsonRoute, tags=["tasks"])


RevisionsDep = Annotated[Revisions, with_temporal(Revisions)]
RevisionPath = Annotated[int, Path(ge=1, lt=10**9, description="The revision.", examples=[1])]


class RevisionQuery(StrictQuery):
    """Which revisions to list."""

    limit: Limit = 50
    cursor: Cursor = None


@router.get(
    "/tasks/{task_id}/revisions",
    summary="List a task's revisions",
    responses=refusals(404, 503),
)
async def list_revisions(
    task_id: TaskIdPath, query: Annotated[RevisionQuery, Query()], revisions: RevisionsDep
) -> RevisionPage:
    """Who changed what, and when, newest first: replacements, pauses, resumes, deletions. Those of
    a deleted task stay readable for the retention."""
    page = await revisions.page(task_id, limit=query.limit, cursor=query.cursor)
    return RevisionPage(items=page.items, next_cursor=page.next_cursor)


@router.get(
    "/tasks/{task_id}/revisions/{revision}",
    summary="Read a task's definition as it was",
    responses=refusals(404, 503),
)
async def get_revision(
    task_id: TaskIdPath, revision: RevisionPath, revisions: RevisionsDep
) -> TaskDefinition:
    """The definition at a revision, as `PUT /tasks/{id}` takes it."""
    return await revisions.definition(task_id, revision)


@router.post(
    "/tasks/{task_id}/revisions/{revision}/restore",
    summary="Restore an earlier definition",
    responses={200: {"headers": ETAG}, **refusals(404, 409, 412, 503)},
)
async def restore_revision(
    task_id: TaskIdPath,
    revision: RevisionPath,
    tasks: TasksDep,
    caller: Caller,
    expected: ExpectedRevision,
    response: Response,
) -> Task:
    """Creates a new revision equal to an earlier one, including `paused`. Takes effect as a
    replacement does.

    A definition that could not be registered now, for instance because its instant is past, is
    rejected."""
    task = await tasks.restore_revision(task_id, revision, by=caller, if_match=expected)
    response.headers["ETag"] = etag(task.revision)
    return task


@router.post(
    "/tasks/{task_id}/restore",
    summary="Restore a deleted task",
    responses={200: {"headers": ETAG}, **refusals(404, 409, 503)},
)
async def restore_task(
    task_id: TaskIdPath, tasks: TasksDep, caller: Caller, response: Response
) -> Task:
    """Within the retention, as it was: definition, pause, note, remaining `max_runs`.

    Occurrences that came due meanwhile do not run, except that of a one-time task within its
    `catchup_window`. A finished task comes back as finished. Its backfills stay ended. The response
    is a 409 if another task has the id now."""
    task = await tasks.restore(task_id, by=caller)
    response.headers["ETag"] = etag(task.revision)
    return task
