"""What a task asks of its Temporal schedule, and what it hears back. Stored: fields only get added."""

from __future__ import annotations

from scheduling.policy import OverlapPolicy
from scheduling.run_order import RunOrder
from scheduling.trigger import Recurring
from scheduling.values import Duration, Instant, Model


class ScheduleOrder(Model):
    """The schedule as it should be."""

    run: RunOrder
    trigger: Recurring
    overlap: OverlapPolicy
    catchup_window: Duration
    paused: bool
    note: str
    tags: tuple[str, ...] = ()
    covered_until: Instant
    """Occurrences after this instant are this order's to start, if no schedule did."""
    made_before: bool
    """A schedule was made earlier: if it is gone, what it started must not be started again."""
    remaining: int | None = None
    """Runs left of `max_runs`; None to leave the count to the schedule."""


class Applied(Model):
    """The schedule is as it was ordered."""

    effective_at: Instant
    """The order holds for all occurrences after this instant, the earlier one for those before."""
    wake_at: Instant | None
    """When it is worth looking again: for upkeep, or because the last occurrence will be over."""
    finished: bool = False
    """No occurrence is left, none runs and none waits."""
    remaining: int | None = None
