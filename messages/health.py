"""Whether all is well, as REST answers it."""

from __future__ import annotations

from pydantic import BaseModel, Field

from onthedot.scheduling.stored.live import PlacesTaken
from onthedot.scheduling.values import Instant


class Alive(BaseModel):
    """The server answers."""

    status: str = "ok"
    version: str


class WorkerSeen(BaseModel):
    """A worker that polls."""

    last_seen: Instant
    identity: str | None = Field(
        default=None, description="Left out for a caller without a token, where one is needed."
    )
    held: int | None = Field(
        default=None,
        description="Actions that it holds, those that wait for a place included; null where it "
        "does not say.",
    )
    places: int | None = Field(default=None, description="Actions that it may hold at a time.")
    waiting: int | None = Field(
        default=None,
        description="Of those that it holds: how many wait for a place among its commands, or "
        "among the calls to a host.",
    )
    commands: PlacesTaken | None = Field(default=None, description="Its places for commands.")


class Workers(BaseModel):
    """The workers, the last to poll first."""

    items: list[WorkerSeen]
    runs_waiting: int = Field(description="Workflow tasks that wait until a worker takes them up.")
    actions_waiting: int = Field(description="Actions that wait until a worker takes them up.")


class Ready(BaseModel):
    """Temporal answers."""

    status: str = "ready"
    namespace: str
    task_queue: str
    workers: list[WorkerSeen] = Field(
        description="Those that Temporal has heard of lately. None: nothing runs, and a task can "
        "be registered but not changed."
    )
    backlog: int = Field(description="Workflow tasks that wait for a worker.")
