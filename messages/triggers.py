"""Request and response of a trigger's preview."""

from __future__ import annotations

from pydantic import BaseModel, Field

from onthedot.scheduling.excluding.moved_run import MovedRun
from onthedot.scheduling.trigger import Trigger
from onthedot.scheduling.values import Instant, Model, TaskId


class PreviewRequest(Model):
    """A trigger, and how many instants to preview."""

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
    warnings: list[str] = Field(description="What may be surprising about it.")
    moved: list[MovedRun] = Field(
        default_factory=list,
        description="Those of `next_runs` that were moved from an excluded day.",
    )
