"""`/triggers`: when something would run."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from onthedot.api.deps import TemporalDep
from onthedot.api.documented import refusals
from onthedot.api.json_body import JsonRoute
from onthedot.scheduling.trigger import Trigger
from onthedot.scheduling.values import Instant, Model, TaskId
from onthedot.service.tasks.previews import preview

router = APIRouter(route_class=JsonRoute, tags=["triggers"])


class PreviewRequest(Model):
    """A trigger, and how far to look."""

    trigger: Trigger = Field(
        examples=[{"kind": "cron", "expression": "0 9 * * 1-5", "timezone": "Europe/Rome"}]
    )
    count: int = Field(default=10, ge=1, le=1000)
    after: Instant | None = Field(default=None, description="Defaults to now.")
    id: TaskId | None = Field(
        default=None, description="The task's id, on which `H` and jitter depend."
    )


class PreviewAnswer(BaseModel):
    """When the trigger fires."""

    next_runs: list[Instant]
    description: str = Field(examples=["At 09:00, Monday to Friday"])
    warnings: list[str] = Field(description="What may surprise in it.")


@router.post("/triggers/preview", summary="Preview a trigger", responses=refusals(503, body=True))
async def preview_trigger(body: PreviewRequest, temporal: TemporalDep) -> PreviewAnswer:
    """The very instants at which a task with this trigger runs, in words too. With `jitter`, only
    if the `id` is given; nominal ones otherwise. Registers nothing."""
    found = await preview(
        temporal, body.trigger, count=body.count, after=body.after, task_id=body.id
    )
    return PreviewAnswer(
        next_runs=list(found.next_runs),
        description=found.description,
        warnings=list(found.warnings),
    )
