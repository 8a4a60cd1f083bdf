"""`/triggers`: when something would run."""

from __future__ import annotations

from fastapi import APIRouter

from onthedot.api.deps import TemporalDep
from onthedot.api.documented import refusals
from onthedot.api.json_body import JsonRoute
from onthedot.messages.triggers import PreviewAnswer, PreviewRequest
from onthedot.service.tasks.previews import preview

router = APIRouter(route_class=JsonRoute, tags=["triggers"])


@router.post("/triggers/preview", summary="Preview a trigger", responses=refusals(503, body=True))
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
