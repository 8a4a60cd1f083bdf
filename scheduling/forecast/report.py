"""The models of a forecast, separate from its computation so that clients can use them."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from onthedot.scheduling.values import Duration, Instant, Model

#: How many tasks are named for a busy instant.
NAMED = 100


class Way(StrEnum):
    """How tasks are spread. `hash`: the minute of a cron expression becomes `H`, derived from the
    task's id. `jitter`: each run is delayed by up to this much. `offset`: the minutes of cron
    expressions, or the phases of intervals, are spaced evenly from task to task."""

    HASH = "hash"
    JITTER = "jitter"
    OFFSET = "offset"


class DueTask(Model):
    """A task that is due at a busy instant."""

    id: str
    name: str


class Spread(Model):
    """The effect of one way of spreading on a busy instant, in the hours around it."""

    how: Way
    tasks: int = Field(description="How many of the instant's tasks it can be applied to.")
    jitter: Duration | None = Field(default=None, description="With `jitter`: the maximum delay.")
    starts: int = Field(description="The starts in the busiest remaining second.")
    last_start_late: Duration = Field(description="As in the forecast, with these triggers.")


class BusyInstant(Model):
    """A second at which many starts are due."""

    at: Instant
    starts: int
    last_start_late: Duration = Field(
        description="How late the last of them would start, including those still waiting."
    )
    tasks: tuple[DueTask, ...] = Field(description=f"At most {NAMED} of them, by id.")
    spread: tuple[Spread, ...] = Field(
        default=(), description="For the busiest instant: ways of spreading its tasks."
    )


class Forecast(Model):
    """The starts to come, from `since` on."""

    since: Instant = Field(alias="from")
    until: Instant = Field(
        description="Exclusive. Earlier than requested if that would take too long."
    )
    step: Duration
    tasks: int = Field(description="The number of tasks that fire.")
    total: int = Field(description="The total number of starts.")
    frozen: int = Field(
        default=0, description="How many more a freeze keeps from starting on time."
    )
    starts: tuple[int, ...] = Field(description="The number of starts in each step.")
    capacity_per_second: float
    last_start_late: Duration = Field(
        description="How late the latest start would be with this capacity."
    )
    busiest: tuple[BusyInstant, ...]
    complete: bool = Field(
        default=True,
        description="False if some tasks, or part of the period, were not counted. With many "
        "tasks, the first forecasts after a start count those read so far: repeat the request.",
    )
