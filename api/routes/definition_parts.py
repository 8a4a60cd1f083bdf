"""`/triggers` and `/actions`: try a part of a definition without registering a task."""

from __future__ import annotations

from fastapi import APIRouter

from onthedot.api.deps import Caller, RunsDep, TemporalDep
from onthedot.api.documented import refusals
from onthedot.api.json_body import JsonRoute
from onthedot.messages.runs import ActionTest
from onthedot.messages.triggers import PreviewAnswer, PreviewRequest
from onthedot.scheduling.run import Run
from onthedot.service.tasks.previews import preview

router = APIRouter(route_class=JsonRoute)


@router.post(
    "/actions/test",
    summary="Test an action",
    tags=["actions"],
    responses=refusals(503, body=True),
)
async def try_action(body: ActionTest, runs: RunsDep, caller: Caller) -> Run:
    """Runs it once, now, with one attempt, and responds when it has ended. The execution log does
    not list it."""
    return await runs.test(body.action, attempt_timeout=body.timeout, by=caller)


@router.post(
    "/triggers/preview",
    summary="Preview a trigger",
    tags=["triggers"],
    responses=refusals(503, body=True),
)
async def preview_trigger(body: PreviewRequest, temporal: TemporalDep) -> PreviewAnswer:
    """Exactly the instants at which a task with this trigger runs, and the trigger in words.

    With `jitter`, give the `id`; without it the instants are nominal. Registers nothing."""
    found = await preview(
        temporal, body.trigger, count=body.count, after=body.after, task_id=body.id
    )
    return PreviewAnswer(
        next_runs=list(found.next_runs),
        description=found.description,
        warnings=list(found.warnings),
        moved=list(found.moved),
    )
