"""Every path through our workflows, and how to bring it about. Begin with `shape.py`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tests.replay.shapes import backfills, one_time, planning, recurring, runs
from tests.replay.shapes.shape import Shape

__all__ = ["SHAPES", "Shape"]

#: Each brings its shape about and names the workflows whose histories are to be kept.
SHAPES: dict[str, Callable[[Shape], Awaitable[list[str]]]] = {
    shape.__name__.replace("_", "-"): shape
    for shape in (
        one_time.once_fired,
        one_time.once_begun_late,
        one_time.once_asleep_in_temporal,
        one_time.once_failed,
        one_time.once_edited_paused_and_resumed,
        one_time.once_missed,
        one_time.once_deleted,
        one_time.once_cancelled_before_and_after_it_was_due,
        recurring.recurring_to_its_end,
        recurring.recurring_edited_paused_and_deleted,
        recurring.recurring_looked_at_and_mended,
        recurring.recurring_refused_now_and_then,
        recurring.recurring_cancelled,
        recurring.every_kind_after_every_other,
        recurring.continued_as_new,
        runs.run_succeeded,
        runs.run_tried_again,
        runs.run_failed_and_timed_out,
        runs.run_of_somebody_elses,
        runs.run_interrupted_and_told,
        planning.run_frozen_and_released,
        planning.once_held_and_lifted,
        runs.run_cancelled,
        planning.calendar_changed_and_deleted,
        backfills.backfill_done_and_cancelled,
        backfills.backfill_of_a_deleted_task,
        recurring.recurring_told_of_its_health,
    )
}
