"""What a task asks of its schedule, and what it hears back. Stored: fields only get added."""

from __future__ import annotations

from pydantic import Field

from onthedot.scheduling.policy import OverlapPolicy
from onthedot.scheduling.stored.run_order import RunOrder
from onthedot.scheduling.trigger import Recurring
from onthedot.scheduling.values import Duration, Instant, Model

#: The type of the error that says: no attempt can bring the schedule in line, until the task or the
#: worker's release changes.
NEVER = "CannotBeScheduled"


class ScheduleSnapshot(Model):
    """What was seen when the schedule was last read; stored under the name `look`."""

    revision: int
    at: Instant
    remaining: int | None = None
    compiled_at: Instant
    """The present that the schedule was compiled for."""
    compiled: str
    """Digest of what the trigger was compiled to; another one now: the zone's rules changed."""
    found: str
    """Digest of what the schedule held; another one now: someone else edited it."""


class Held(Model):
    """An occurrence that the schedule was made too late for, whose time is still to come."""

    nominal: Instant
    at: Instant
    """When it is to start: where its jitter moves it."""


class ScheduleOrder(Model):
    """The schedule as it should be."""

    run: RunOrder
    trigger: Recurring
    overlap: OverlapPolicy
    catchup_window: Duration
    paused: bool
    note: str
    covered_until: Instant
    """Occurrences after this instant are this order's to start, if no schedule did."""
    owner: str
    """The task's first execution. A schedule that another one left behind is not kept."""
    remaining: int | None = None
    """Runs left of `max_runs` if they are counted again; None for all of them."""
    counted_from: int = 1
    """The revision that had the runs counted again: a schedule of it or later knows better."""
    look: ScheduleSnapshot | None = None
    """The last one; None if no schedule was made yet."""
    held: Held | None = None
    """To be started when its time comes."""


class ScheduleRemoval(Model):
    """Asks for the end of a schedule."""

    task_id: str
    start_due: bool = False
    """Start what is due by now and was not started; else it never runs."""
    tell_remaining: bool = False
    """Say how many runs of `max_runs` were left."""
    deleted: Instant | None = None
    """When the task was registered, where it is deleted: its backfills end as well."""


class Removed(Model):
    """The schedule is gone."""

    remaining: int | None = None
    """Runs that were left of `max_runs`, where that was asked and could be told."""


class Applied(Model):
    """The schedule is as it was ordered."""

    effective_at: Instant
    """The order holds for all occurrences after this instant, the earlier one for those before."""
    covered_until: Instant
    """Every occurrence up to here was started, or was not to be."""
    look: ScheduleSnapshot
    wake_at: Instant | None
    """When it is worth looking again: for upkeep, or because the last occurrence will be over."""
    held: Held | None = None
    """Still to be started."""
    calendars: dict[str, int] = Field(default_factory=dict)
    """The revisions of the calendars that it was compiled with."""
    zone_rules: str = ""
    """The release of the zone database that it was compiled with. None of earlier releases."""
    finished: bool = False
    """No occurrence is left, none runs and none waits."""
    remaining: int | None = None
