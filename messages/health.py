"""Responses about health and workers."""

from __future__ import annotations

from pydantic import BaseModel, Field

from onthedot.scheduling.stored.live import PlacesTaken
from onthedot.scheduling.values import Instant


class Alive(BaseModel):
    """The server responds."""

    status: str = "ok"
    version: str


class WorkerSeen(BaseModel):
    """A worker that polls the task queue."""

    last_seen: Instant
    identity: str | None = Field(
        default=None,
        description="Left out for a caller without a token, if the server requires one.",
    )
    held: int | None = Field(
        default=None,
        description="Actions that it holds, including those that wait for a slot; null if it "
        "does not say.",
    )
    places: int | None = Field(
        default=None, description="The most actions that it holds at a time."
    )
    waiting: int | None = Field(
        default=None,
        description="How many of the actions that it holds wait for a slot: for commands, or for "
        "calls to a host.",
    )
    commands: PlacesTaken | None = Field(default=None, description="Its slots for commands.")


class Workers(BaseModel):
    """The workers, most recent poll first."""

    items: list[WorkerSeen]
    runs_waiting: int = Field(description="Workflow tasks that wait for a worker.")
    actions_waiting: int = Field(description="Actions that wait for a worker.")


class Ready(BaseModel):
    """Temporal responds."""

    status: str = "ready"
    namespace: str
    task_queue: str
    workers: list[WorkerSeen] = Field(
        description="Workers that polled Temporal recently. With none, nothing runs; tasks can "
        "be registered but not changed."
    )
    backlog: int = Field(description="Workflow tasks that wait for a worker.")
