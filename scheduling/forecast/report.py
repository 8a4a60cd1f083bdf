"""What a forecast says. Models only: a client reads them without the arithmetic."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from onthedot.scheduling.values import Duration, Instant, Model

#: How many tasks of a busy instant are named.
NAMED = 100


class Way(StrEnum):
    """How tasks are spread. `hash`: the minute of a cron expression becomes `H`, drawn from the
    task's id. `jitter`: each run is delayed by up to so much. `offset`: the minute of a cron
    expression, or the phase of an interval, goes from one task to the next in even steps."""

    HASH = "hash"
    JITTER = "jitter"
    OFFSET = "offset"


class DueTask(Model):
    """A task that is due at a busy instant."""

    id: str
    name: str


class Spread(Model):
    """What one way of spreading would make of a busy instant, in the hours around it."""

    how: Way
    tasks: int = Field(description="How many of the instant's tasks it can be done to.")
    jitter: Duration | None = Field(default=None, description="With `jitter`: how wide at most.")
    starts: int = Field(description="Of the busiest second that is left.")
    last_start_late: Duration = Field(description="As in the forecast, with these triggers.")


class BusyInstant(Model):
    """A second at which many starts are due."""

    at: Instant
    starts: int
    last_start_late: Duration = Field(
        description="How late the last of them would be, with what waits from before."
    )
    tasks: tuple[DueTask, ...] = Field(description=f"At most {NAMED} of them, by id.")
    spread: tuple[Spread, ...] = Field(
        default=(), description="For the busiest: what would take them apart."
    )


class Forecast(Model):
    """The starts to come, from `since` on."""

    since: Instant = Field(alias="from")
    until: Instant = Field(description="Not included. Earlier than asked for if that were too far.")
    step: Duration
    tasks: int = Field(description="How many tasks fire by a schedule or once.")
    total: int = Field(description="How many starts there are in all.")
    frozen: int = Field(
        default=0, description="How many more a freeze keeps from starting at their time."
    )
    starts: tuple[int, ...] = Field(description="How many there are in each step.")
    capacity_per_second: float
    last_start_late: Duration = Field(
        description="How late the latest start would be, if so many can begin in a second."
    )
    busiest: tuple[BusyInstant, ...]
    complete: bool = Field(
        default=True, description="False where not all tasks, or not all of the span, were counted."
    )
