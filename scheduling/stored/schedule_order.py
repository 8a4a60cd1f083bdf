"""A task's orders to its schedule, and the results. Stored: fields are only ever added."""

from __future__ import annotations

from pydantic import Field

from onthedot.scheduling.policy import OverlapPolicy
from onthedot.scheduling.stored.run_order import RunOrder
from onthedot.scheduling.trigger import Recurring
from onthedot.scheduling.values import Duration, Instant, Model

#: The error type if no attempt can reconcile the schedule until the task or the worker's release
#: changes.
NEVER = "CannotBeScheduled"


class ScheduleSnapshot(Model):
    """The schedule as it was last read; stored under the name `look`."""

    revision: int
    at: Instant
    remaining: int | None = None
    compiled_at: Instant
    """The time for which the schedule was compiled."""
    compiled: str
    """Digest of the compiled trigger; it differs if the zone's rules or calendars changed."""
    found: str
    """Digest of the schedule; it differs if someone else edited it."""


class Held(Model):
    """An occurrence that the schedule does not start by itself, as it was created or changed since
    the nominal instant."""

    nominal: Instant
    at: Instant
    """When it starts, including jitter."""
    deducted: bool = False
    """From the runs left of `max_runs`."""


class ScheduleOrder(Model):
    """The schedule as it should be."""

    run: RunOrder
    trigger: Recurring
    overlap: OverlapPolicy
    catchup_window: Duration
    paused: bool
    note: str
    covered_until: Instant
    """This order starts occurrences after this instant, if no schedule did."""
    owner: str
    """The task's first execution. A schedule of another owner is removed."""
    remaining: int | None = None
    """Runs left of `max_runs` if the count starts again; None for all of them."""
    counted_from: int = 1
    """The revision that restarted the count; schedules of it or later revisions know the count."""
    look: ScheduleSnapshot | None = None
    """The last snapshot; None if no schedule was created yet."""
    held: Held | None = None
    """To be started at its time."""


class ScheduleRemoval(Model):
    """Asks for the removal of a schedule."""

    task_id: str
    start_due: bool = False
    """Start what is due but was not started; otherwise it never runs."""
    counted: ScheduleOrder | None = None
    """Report how many runs of this order's `max_runs` were left."""
    deleted: Instant | None = None
    """When a deleted task was registered: its backfills end as well."""


class Removed(Model):
    """The schedule is gone."""

    remaining: int | None = None
    """Runs that were left of `max_runs`, if requested and known."""


class Applied(Model):
    """The schedule matches the order."""

    effective_at: Instant
    """The order applies to occurrences after this instant, the earlier one to those before."""
    covered_until: Instant
    """Every occurrence up to here was started, or was not to be."""
    look: ScheduleSnapshot
    wake_at: Instant | None
    """When to check again: for upkeep, or after the last occurrence."""
    held: Held | None = None
    """Still to be started."""
    calendars: dict[str, int] = Field(default_factory=dict)
    """The revisions of the calendars that it was compiled with."""
    zone_rules: str = ""
    """The release of the zone database that it was compiled with. Empty from earlier releases."""
    finished: bool = False
    """Whether no occurrence is left, running or waiting."""
    remaining: int | None = None
