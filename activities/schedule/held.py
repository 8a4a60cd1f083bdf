"""An occurrence before its schedule was created that jitter moves to after the creation.

A new schedule counts nominal instants from its creation, so it does not start this occurrence. Only
the last one before the creation can be held: jitter ends at the next nominal instant. The task
waits for its time.
"""

from __future__ import annotations

from datetime import datetime

from temporalio.client import ScheduleDescription

from onthedot.activities.schedule.calls import ScheduleCalls
from onthedot.activities.schedule.direct_starts import DirectStarts
from onthedot.activities.schedule.outlook import busy
from onthedot.scheduling.stored.schedule_order import Applied, Held, ScheduleOrder


class HeldOccurrences:
    """Finds a held occurrence, and starts it at its time."""

    def __init__(self, calls: ScheduleCalls, starts: DirectStarts) -> None:
        self._calls = calls
        self._starts = starts

    async def taken_from(
        self, nominals: list[datetime], order: ScheduleOrder, *, after: datetime
    ) -> Held | None:
        """Remove and return the last nominal instant if jitter moves it past `after`."""
        jitter = order.trigger.jitter
        if not nominals or not jitter:
            return None
        last = nominals[-1]
        at = await self._calls.jittered(order.run.task_id, last, jitter=jitter)
        return Held(nominal=nominals.pop(), at=at) if at is not None and at > after else None

    async def released(
        self, held: Held, order: ScheduleOrder, found: ScheduleDescription, *, at: datetime
    ) -> tuple[ScheduleDescription, Held | None]:
        """Have the schedule start the occurrence if its time has come; returns the schedule as it
        is then, and what is still held.

        It is dropped where the schedule would drop it: while paused, or for a run in progress.
        """
        if at < held.at:
            return found, held
        state = found.schedule.state
        used_up = state.limited_actions and not state.remaining_actions
        if order.paused or used_up or (busy(found) and order.overlap.runs_one):
            return found, None
        return await self._starts.pass_on(order, [held.nominal], found), None


def with_held(applied: Applied, held: Held | None) -> Applied:
    """Make the task wake up for the held occurrence, and not finish before."""
    if held is None:
        return applied
    wake_at = held.at if applied.wake_at is None else min(applied.wake_at, held.at)
    return applied.model_copy(update={"held": held, "wake_at": wake_at, "finished": False})
