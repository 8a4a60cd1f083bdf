"""`/tasks`: register, list, read, replace, delete."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query, Response
from pydantic import Field

from onthedot.api.deps import (
    Caller,
    CountsDep,
    Cursor,
    Limit,
    QueryTags,
    QueryText,
    StrictQuery,
    TaskIdPath,
    TaskListDep,
    TasksDep,
    TemporalDep,
)
from onthedot.api.documented import ETAG, LOCATION, links, refusals
from onthedot.api.etags import ExpectedRevision, etag
from onthedot.api.examples import NewTaskBody, TaskBody
from onthedot.api.json_body import JsonRoute
from onthedot.messages.tasks import TaskPage, UnreadTask
from onthedot.scheduling.task import Health, Task, TaskStatus
from onthedot.service.tasks.lists.filter import TaskFilter
from onthedot.service.tasks.lists.sorting import SortedTasks, TaskOrder
from onthedot.service.tasks.registering.warnings import with_warnings

router = APIRouter(route_class=JsonRoute, tags=["tasks"])

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="Makes the registration safe to repeat: the same key and body return the "
        "same task; another body is rejected.",
        examples=["order-4711"],
    ),
]


class TaskQuery(StrictQuery):
    """Which tasks to list."""

    kind: Literal["once", "cron", "interval"] | None = Field(
        None, description="The kind of trigger."
    )
    status: TaskStatus | None = Field(None, description="What the task is doing.")
    health: Health | None = Field(
        None, description="The outcome of the last run that succeeded, failed or timed out."
    )
    tag: QueryTags = Field([])
    q: QueryText | None = Field(
        None,
        description="Words anywhere in name, id, description, tags and target (URL, command, "
        "activity, workflow), or the start of the name or id.",
    )
    sort: TaskOrder | None = Field(
        None,
        description="By default open tasks come first. `created` and `last_run` sort latest "
        "first, `next_run` "
        "soonest first, `name` from A to Z. Up to 5,000 tasks are sorted, again for each page.",
    )
    limit: Limit = 50
    cursor: Cursor = None


@router.post(
    "/tasks",
    status_code=201,
    summary="Register a task",
    responses={
        201: {
            "headers": ETAG | LOCATION,
            "links": links("task_id", "get_task", "replace_task", "pause_task", "delete_task"),
        },
        **refusals(409, 503, body=True),
    },
)
async def create_task(
    new: NewTaskBody,
    tasks: TasksDep,
    temporal: TemporalDep,
    caller: Caller,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> Task:
    """After a 201 the task is durable. If the id is in use, the response is a 409, and the task
    that has it is unchanged."""
    task = await tasks.create(new, by=caller, idempotency_key=idempotency_key or "")
    response.headers["Location"] = f"/tasks/{task.id}"
    response.headers["ETag"] = etag(task.revision)
    return (await with_warnings(temporal, task))[0]


@router.get("/tasks", summary="List tasks", responses=refusals(503))
async def list_tasks(
    query: Annotated[TaskQuery, Query()],
    tasks: TaskListDep,
    temporal: TemporalDep,
    counts: CountsDep,
) -> TaskPage:
    """Open ones first, newest first. Long definitions are abridged: rows lack bodies, headers,
    arguments and `last_run`.

    A task that finishes while you page through the list may appear twice, but none is missing."""
    which = TaskFilter(
        kind=query.kind,
        status=query.status,
        health=query.health,
        tags=tuple(query.tag),
        q=query.q,
    )
    if query.sort is None:
        page = await tasks.page(which, limit=query.limit, cursor=query.cursor)
    else:
        page = await SortedTasks(temporal, counts).page(
            which, query.sort, limit=query.limit, cursor=query.cursor
        )
    unread = [UnreadTask(id=task_id, detail=why) for task_id, why in page.unread.items()]
    return TaskPage(items=page.items, next_cursor=page.next_cursor, unread=unread)


@router.get(
    "/tasks/{task_id}",
    summary="Read a task",
    responses={200: {"headers": ETAG}, **refusals(404, 503)},
)
async def get_task(task_id: TaskIdPath, tasks: TasksDep, response: Response) -> Task:
    """The whole definition, the next runs and the last one."""
    task = await tasks.get(task_id)
    response.headers["ETag"] = etag(task.revision)
    return task


@router.put(
    "/tasks/{task_id}",
    summary="Replace a task's definition",
    responses={
        200: {"headers": ETAG},
        201: {
            "model": Task,
            "description": "Registered, with `create=true`.",
            "headers": ETAG | LOCATION,
        },
        **refusals(404, 409, 412, 503, body=True),
    },
)
async def replace_task(
    task_id: TaskIdPath,
    body: TaskBody,
    tasks: TasksDep,
    temporal: TemporalDep,
    caller: Caller,
    expected: ExpectedRevision,
    response: Response,
    create: Annotated[
        bool, Query(description="Registers the task if it does not exist (201).")
    ] = False,
) -> Task:
    """Takes effect from the next occurrence, and neither adds nor drops any other. The kind may
    change. A finished task becomes active again. An unchanged `max_runs` keeps its count. Without
    `paused`, a paused task stays paused.

    You may send back what `GET` returns: read-only fields are ignored. A PUT that changes nothing
    keeps the revision."""
    ask = tasks.put if create else tasks.replace
    found = await ask(
        task_id,
        body.definition,
        by=caller,
        if_match=expected,
        keeps_pause=body.keeps_pause,
    )
    task, registered = found if isinstance(found, tuple) else (found, False)
    if registered:
        response.status_code = 201
        response.headers["Location"] = f"/tasks/{task.id}"
    response.headers["ETag"] = etag(task.revision)
    return (await with_warnings(temporal, task))[0]


@router.delete(
    "/tasks/{task_id}",
    status_code=204,
    response_class=Response,
    summary="Delete a task",
    responses=refusals(404, 409, 412, 503),
)
async def delete_task(
    task_id: TaskIdPath,
    tasks: TasksDep,
    caller: Caller,
    expected: ExpectedRevision,
    note: Annotated[
        str, Query(max_length=500, description="Why; the task's revisions keep it.")
    ] = "",
) -> None:
    """It never fires again, its backfills start no further run, and the id is free. A run in
    progress finishes. The runs of a recurring task stay readable; a finished one-time task goes
    with its run.

    The definition is kept for the retention: `POST /tasks/{id}/restore` puts the task back."""
    await tasks.delete(task_id, by=caller, note=note, if_match=expected)
