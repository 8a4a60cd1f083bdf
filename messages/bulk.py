"""Requests and responses of the calls on many tasks or runs."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from onthedot.messages.problems import Problem
from onthedot.scheduling.run import RunStatus, ShortRun
from onthedot.scheduling.task import Health, TaskStatus
from onthedot.scheduling.values import Instant, Model

#: The most tasks in one change.
MOST_OF_A_CHANGE = 1000

Text = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


#: The id of a run: the task's id and Temporal's own, joined.
RunIdText = Annotated[str, StringConstraints(max_length=400, pattern=r"^[^\x00-\x1f\x7f]*$")]


def _all_of(tag: str | tuple[str, ...] | None) -> tuple[str, ...]:
    return () if tag is None else (tag,) if isinstance(tag, str) else tag


class Selection(Model):
    """Which tasks: ids, or a filter with at least one condition."""

    ids: tuple[Text, ...] | None = Field(
        default=None, min_length=1, max_length=MOST_OF_A_CHANGE, examples=[["nightly-report"]]
    )
    tag: Text | tuple[Text, ...] | None = Field(
        default=None, description="A tag, or several: all of them."
    )
    q: Text | None = Field(default=None, description="As in `GET /tasks`.")
    status: TaskStatus | None = None
    health: Health | None = None
    dry_run: bool = Field(default=False, description="Say what would be done, and do nothing.")

    @property
    def tags(self) -> tuple[str, ...]:
        """All given tags."""
        return _all_of(self.tag)

    @property
    def has_filter(self) -> bool:
        """Whether any filter is given."""
        words = bool(self.q and self.q.strip())
        return bool(self.tags) or words or self.status is not None or self.health is not None


class RunSelection(Model):
    """Which runs: ids, or a filter with at least one condition."""

    ids: tuple[RunIdText, ...] | None = Field(
        default=None, min_length=1, max_length=MOST_OF_A_CHANGE
    )
    task_id: Text | None = None
    tag: Text | tuple[Text, ...] | None = Field(
        default=None, description="A tag of the task, or several: all of them."
    )
    status: RunStatus | None = None
    failure: Text | None = Field(
        default=None, description="The cause of the failure, by its `id` in `GET /incidents`."
    )
    since: Instant | None = Field(default=None, description="`scheduled_for` at or after it.")
    until: Instant | None = Field(default=None, description="`scheduled_for` at or before it.")
    dry_run: bool = Field(default=False, description="Say what would be done, and do nothing.")

    @property
    def tags(self) -> tuple[str, ...]:
        """All given tags."""
        return _all_of(self.tag)

    @property
    def has_filter(self) -> bool:
        """Whether any filter is given."""
        given = (self.task_id, self.status, self.failure, self.since, self.until)
        return bool(self.tags) or any(part is not None for part in given)


class ChangeMany(Selection):
    """Tasks to resume, run or delete, and why."""

    note: str = Field(default="", max_length=500, description="Why, for other readers.")


class PauseMany(ChangeMany):
    """Tasks to pause, why, and for how long."""

    until: Instant | None = Field(default=None, description="They resume by themselves then.")


class Outcome(StrEnum):
    """The result of one task or run."""

    DONE = "done"
    #: It already had the wanted state.
    UNCHANGED = "unchanged"
    #: A dry run: it would have been changed.
    WOULD_CHANGE = "would_change"
    REFUSED = "refused"


class PauseState(BaseModel):
    """Whether a task is paused, why and until when."""

    paused: bool
    note: str = ""
    until: Instant | None = None


class ManyResult(BaseModel):
    """The result of one task or run."""

    id: str
    outcome: Outcome
    revision: int | None = Field(default=None, description="Its current name, if known.")
    before: PauseState | None = Field(
        default=None, description="The state before a pause or a resume, which an undo restores."
    )
    run: ShortRun | None = Field(default=None, description="The run that was started.")
    problem: Problem | None = Field(default=None, description="Why it was refused.")


class ManyResults(BaseModel):
    """One result for each task or run."""

    results: list[ManyResult]


class TagCount(BaseModel):
    """A tag, and the state of the tasks that have it."""

    tag: str
    tasks: int
    failing: int = Field(description="Those whose last run failed or timed out.")
    paused: int


class TagList(BaseModel):
    """Every tag in use."""

    items: list[TagCount]
    complete: bool = Field(
        default=True,
        description="False if there are more than 20,000 tasks, of which the newest are counted, "
        "or if the first count takes more than a few seconds: repeat the request.",
    )
