"""`/tasks:pause` and the like: change many tasks at once; and `/tags`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Response

from onthedot.api import problems
from onthedot.api.deps import Caller, TemporalDep, from_app
from onthedot.api.documented import AGE, refusals
from onthedot.api.json_body import JsonRoute
from onthedot.messages.bulk import (
    ChangeMany,
    ManyResult,
    ManyResults,
    PauseMany,
    Selection,
    TagList,
)
from onthedot.scheduling.errors import FieldProblem, InvalidDefinition
from onthedot.scheduling.outages import TemporalUnavailable
from onthedot.scheduling.task import TaskStatus
from onthedot.service.tasks.bulk import BulkChanges, Changed
from onthedot.service.tasks.lists.filter import TaskFilter
from onthedot.service.tasks.lists.known_tags import KnownTags

router = APIRouter(route_class=JsonRoute, tags=["tasks"])


@router.get("/tags", summary="List tags", responses={200: {"headers": AGE}, **refusals(503)})
async def list_tags(
    tags: Annotated[KnownTags, from_app("tags")], temporal: TemporalDep, response: Response
) -> TagList:
    """Every tag in use, including those of finished tasks. All tasks are counted; if that takes
    long, the counts may be up to five minutes old. `Age` says how old they are. Of more than 20,000
    tasks the newest are counted, and `complete` is false. It is also false during the first count:
    after a few seconds the response has what was counted so far."""
    counted = await tags.counted()
    age = temporal.now() - counted.at
    response.headers["Age"] = str(max(0, int(age.total_seconds())))
    return TagList(items=counted.items, complete=counted.complete)


@router.post("/tasks:pause", summary="Pause many tasks", responses=refusals(503, body=True))
async def pause_tasks(asked: PauseMany, temporal: TemporalDep, caller: Caller) -> ManyResults:
    """By ids, or by a filter; at most 1,000. Tasks that are already paused stay unchanged. `before`
    is the state that an undo restores."""
    bulk = BulkChanges(temporal, by=caller, dry_run=asked.dry_run)
    ids = await _ids(bulk, asked)
    return answer(await bulk.pause(ids, note=asked.note, until=asked.until))


@router.post("/tasks:resume", summary="Resume many tasks", responses=refusals(503, body=True))
async def resume_tasks(asked: ChangeMany, temporal: TemporalDep, caller: Caller) -> ManyResults:
    """By ids, or by a filter; at most 1,000. Tasks that are not paused stay unchanged."""
    bulk = BulkChanges(temporal, by=caller, dry_run=asked.dry_run)
    return answer(await bulk.resume(await _ids(bulk, asked), note=asked.note))


@router.post("/tasks:run", summary="Run many tasks now", responses=refusals(503, body=True))
async def run_tasks(asked: ChangeMany, temporal: TemporalDep, caller: Caller) -> ManyResults:
    """By ids, or by a filter; at most 1,000. Each call starts one run of each task,
    which keeps the `note`."""
    bulk = BulkChanges(temporal, by=caller, dry_run=asked.dry_run)
    return answer(await bulk.run(await _ids(bulk, asked), note=asked.note))


@router.post("/tasks:delete", summary="Delete many tasks", responses=refusals(503, body=True))
async def delete_tasks(asked: ChangeMany, temporal: TemporalDep, caller: Caller) -> ManyResults:
    """By ids, or by a filter; at most 1,000. The revisions of each task keep the `note`."""
    bulk = BulkChanges(temporal, by=caller, dry_run=asked.dry_run)
    return answer(await bulk.delete(await _ids(bulk, asked), note=asked.note))


@router.post(
    "/tasks:restore", summary="Restore many deleted tasks", responses=refusals(503, body=True)
)
async def restore_tasks(asked: Selection, temporal: TemporalDep, caller: Caller) -> ManyResults:
    """By ids, or by a filter of deleted ones; at most 1,000. Undoes `POST /tasks:delete`."""
    bulk = BulkChanges(temporal, by=caller, dry_run=asked.dry_run)
    if asked.ids is None and asked.has_filter:
        asked = asked.model_copy(update={"status": TaskStatus.DELETED})
    return answer(await bulk.restore(await _ids(bulk, asked)))


async def _ids(bulk: BulkChanges, asked: Selection) -> Sequence[str]:
    if asked.ids is not None and asked.has_filter:
        raise InvalidDefinition(FieldProblem("ids", "give ids or a filter, not both"))
    if asked.ids is not None:
        return asked.ids
    if not asked.has_filter:
        fix = "give the tasks' ids, or a filter: tag, q, status or health"
        raise InvalidDefinition(FieldProblem("ids", fix))
    which = TaskFilter(status=asked.status, health=asked.health, tags=asked.tags, q=asked.q)
    return await bulk.ids(which)


def answer(changed: Sequence[Changed]) -> ManyResults:
    """The result for each.

    Raises:
        TemporalUnavailable: that is the result for all.
    """
    errors = [each.error for each in changed]
    away = next((error for error in errors if isinstance(error, TemporalUnavailable)), None)
    if away is not None and all(error is not None for error in errors):
        raise away
    return ManyResults(
        results=[
            ManyResult(
                id=each.id,
                outcome=each.outcome,
                revision=each.revision,
                before=each.before,
                run=each.run,
                problem=problems.problem_of(each.error) if each.error else None,
            )
            for each in changed
        ]
    )
