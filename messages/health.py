"""Whether all is well, as REST answers it."""

from __future__ import annotations

from pydantic import BaseModel, Field

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
