"""Requests and responses of the calls on tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import BaseModel, Field, JsonValue, create_model, model_validator

from onthedot.messages import IGNORED
from onthedot.messages.problems import Problem
from onthedot.scheduling.action import Name, SecretRef, Text
from onthedot.scheduling.revisions.revision import Revision
from onthedot.scheduling.task import Task, TaskDefinition
from onthedot.scheduling.values import Instant, Model

#: The most tasks in one batch.
MOST_OF_A_BATCH = 1000


class UnreadTask(BaseModel):
    """A task that this server cannot show, which happens during a rolling upgrade."""

    id: str
    detail: str = Field(description="What it does not know, and what to do.")


class TaskPage(BaseModel):
    """A page of tasks."""

    items: list[Task]
    next_cursor: str | None = Field(
        default=None, description="For the next page; null on the last one."
    )
    unread: list[UnreadTask] = Field(
        default=[],
        description="Tasks that belong here, but a later release stored what this server does not "
        "know. Empty except during a rolling upgrade or after a rollback.",
    )


class RevisionPage(BaseModel):
    """A page of a task's revisions, newest first."""

    items: list[Revision]
    next_cursor: str | None = Field(
        default=None, description="For the next page; null on the last one."
    )


if TYPE_CHECKING:
    _Answered = TaskDefinition
else:
    #: Includes whatever a response adds to a definition.
    _Answered = create_model(
        "_Answered",
        __base__=TaskDefinition,
        **{
            name: (Any, IGNORED)
            for name in Task.model_fields
            if name not in TaskDefinition.model_fields
        },
    )


class TaskReplacement(_Answered):
    """A definition, or a task from a response: its read-only fields are ignored."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if getattr(self, "abridged", None) is True:
            raise ValueError(
                "is a row of a list, which leaves parts out: read the task itself, and send that"
            )
        return self

    @property
    def definition(self) -> TaskDefinition:
        """The part of it that is stored."""
        return TaskDefinition.part_of(self)

    @property
    def keeps_pause(self) -> bool:
        """Whether a paused task stays paused, because the body does not say."""
        return "paused" not in self.model_fields_set


class RunNow(Model):
    """What differs in a manual run."""

    scheduled_for: Instant | None = Field(
        default=None, description="The past instant at which the run counts as due; default now."
    )
    arguments: tuple[JsonValue, ...] | None = Field(
        default=None, max_length=64, description="In place of the `activity`'s or `workflow`'s own."
    )
    body: JsonValue = Field(default=None, description="In place of the body of the `http` call.")
    env: dict[Name, Text | SecretRef] | None = Field(
        default=None,
        max_length=64,
        description="In addition to the `command`'s own; these take precedence.",
    )

    through_freeze: bool = Field(default=False, description="Run it although a freeze is in force.")
    note: str = Field(
        default="", max_length=500, description="Why, for other readers; the run keeps it."
    )

    @property
    def changed(self) -> dict[str, Any]:
        """The given fields of the action. A body may be null."""
        given = self.model_fields_set - {"scheduled_for", "through_freeze", "note"}
        return {name: getattr(self, name) for name in sorted(given)}


class Resume(Model):
    """Why a task is resumed."""

    note: str = Field(default="", max_length=500, examples=["maintenance is over"])


class Pause(Resume):
    """Why a task is paused, and for how long."""

    until: Instant | None = Field(default=None, description="Resumes automatically at this time.")


class Batch(Model):
    """Tasks to register."""

    tasks: Annotated[
        tuple[dict[str, JsonValue], ...],
        Field(
            min_length=1,
            max_length=MOST_OF_A_BATCH,
            description="Each as in `POST /tasks`. A malformed one gets its own error.",
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
    """A registered task."""

    status: int = Field(description="201, as in `POST /tasks`.", examples=[201])
    task: Task


class Refused(BaseModel):
    """A task that was not registered, and why."""

    status: int = Field(description="As in `POST /tasks`.", examples=[409])
    problem: Problem


class BatchResults(BaseModel):
    """One result for each task, in the order of the request."""

    results: list[Registered | Refused]
