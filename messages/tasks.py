"""What the calls on tasks are sent and answer."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field, JsonValue

from onthedot.messages.problems import Problem
from onthedot.scheduling.task import Task
from onthedot.scheduling.values import Instant, Model

#: The most tasks of one batch.
MOST_OF_A_BATCH = 1000


class TaskPage(BaseModel):
    """Some tasks, and where the list goes on."""

    items: list[Task]
    next_cursor: str | None = Field(
        default=None, description="For the next page; null on the last one."
    )


class Resume(Model):
    """Why a task is resumed."""

    note: str = Field(default="", max_length=500, examples=["maintenance is over"])


class Pause(Resume):
    """Why a task is paused, and for how long."""

    until: Instant | None = Field(default=None, description="Resumes by itself then.")


class Batch(Model):
    """Tasks to register."""

    tasks: Annotated[
        tuple[dict[str, JsonValue], ...],
        Field(
            min_length=1,
            max_length=MOST_OF_A_BATCH,
            description="Each as in `POST /tasks`. One that is not well-formed is answered for "
            "itself, too.",
            examples=[
                [
                    {
                        "id": "hello",
                        "trigger": {"kind": "cron", "expression": "0 9 * * 1-5"},
                        "action": {"kind": "log", "message": "good morning"},
                    }
                ]
            ],
        ),
    ]


class Registered(BaseModel):
    """A task that is there now."""

    status: int = Field(description="201, as `POST /tasks` answers.", examples=[201])
    task: Task


class Refused(BaseModel):
    """A task that was not registered, and why."""

    status: int = Field(description="As `POST /tasks` would have answered.", examples=[409])
    problem: Problem


class BatchResults(BaseModel):
    """One result a task, in the order of the request."""

    results: list[Registered | Refused]
