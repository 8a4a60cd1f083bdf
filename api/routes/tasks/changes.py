"""Changes to a task other than replacing it: pause, resume, run now, preview an edit."""

from __future__ import annotations

from fastapi import APIRouter, Response

from onthedot.api.deps import Caller, TaskIdPath, TasksDep, TemporalDep, Who
from onthedot.api.documented import ETAG, LOCATION, links, refusals
from onthedot.api.etags import ExpectedRevision, etag
from onthedot.api.examples import TaskBody
from onthedot.api.json_body import JsonRoute
from onthedot.api.middleware.enough_rights import require
from onthedot.messages.tasks import Pause, Resume, RunNow
from onthedot.scheduling.firing.edit_preview import EditPreview
from onthedot.scheduling.run import ShortRun
from onthedot.scheduling.task import Task
from onthedot.service.tasks import edit_previews

router = APIRouter(route_class=JsonRoute, tags=["tasks"])


@router.post(
    "/tasks/{task_id}/pause",
    summary="Pause a task",
    responses={200: {"headers": ETAG}, **refusals(404, 409, 412, 503, body=True)},
)
async def pause_task(
    task_id: TaskIdPath,
    tasks: TasksDep,
    caller: Caller,
    expected: ExpectedRevision,
    response: Response,
    body: Pause | None = None,
) -> Task:
    """It does not fire until it is resumed, or until `until`."""
    asked = body or Pause()
    task = await tasks.pause(
        task_id, by=caller, note=asked.note, until=asked.until, if_match=expected
    )
    response.headers["ETag"] = etag(task.revision)
    return task


@router.post(
    "/tasks/{task_id}/resume",
    summary="Resume a task",
    responses={200: {"headers": ETAG}, **refusals(404, 409, 412, 503, body=True)},
)
async def resume_task(
    task_id: TaskIdPath,
    tasks: TasksDep,
    caller: Caller,
    expected: ExpectedRevision,
    response: Response,
    body: Resume | None = None,
) -> Task:
    """A one-time task that came due while it was paused runs now, if it is within its
    `catchup_window`."""
    asked = body or Resume()
    task = await tasks.resume(task_id, by=caller, note=asked.note, if_match=expected)
    response.headers["ETag"] = etag(task.revision)
    return task


@router.post(
    "/tasks/{task_id}/run",
    status_code=202,
    summary="Run a task now",
    responses={
        202: {"headers": LOCATION, "links": links("run_id", "get_run", "cancel_run")},
        **refusals(404, 409, 503, body=True),
    },
)
async def run_task(
    task_id: TaskIdPath, tasks: TasksDep, who: Who, response: Response, body: RunNow | None = None
) -> ShortRun:
    """In addition to its schedule, even if other runs are in progress. Each call starts one run.

    The values in the body apply to this run alone; `arguments`, `body` and `env` need the role of
    an editor. While a freeze of the task is in force, the response is a 409 unless `through_freeze`
    is true."""
    asked = body or RunNow()
    if asked.changed:
        require(who, "run_task_with_changes")
    run = await tasks.run_now(
        task_id,
        by=who.name,
        scheduled_for=asked.scheduled_for,
        changed=asked.changed,
        through_freeze=asked.through_freeze,
        note=asked.note,
    )
    response.headers["Location"] = f"/runs/{run.id}"
    return run


@router.post(
    "/tasks/{task_id}/preview-edit",
    summary="Preview an edit",
    responses=refusals(404, 503, body=True),
)
async def preview_edit(
    task_id: TaskIdPath, definition: TaskBody, temporal: TemporalDep
) -> EditPreview:
    """The next ten runs before and after a definition, those gained and those lost. Changes
    nothing."""
    return await edit_previews.preview_edit(
        temporal, task_id, definition.definition, keeps_pause=definition.keeps_pause
    )
