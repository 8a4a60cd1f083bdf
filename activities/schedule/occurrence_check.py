"""The guard against an instant at which the schedule fired although the task is not due."""

from __future__ import annotations

from datetime import timedelta

from temporalio import activity

from onthedot import naming
from onthedot.activities.schedule.off_loop import off_loop
from onthedot.scheduling.firing.occurrences import next_occurrences
from onthedot.scheduling.stored.run_order import RunOrder


@activity.defn(name=naming.CHECK_OCCURRENCE)
async def check_occurrence(order: RunOrder) -> str:
    """Why the order's instant is none of its trigger's; empty if it is one."""
    if order.trigger is None or order.scheduled_for is None:
        return ""
    nominal = order.scheduled_for - order.jitter
    just_before = nominal - timedelta(microseconds=1)
    following = await off_loop(
        next_occurrences, order.trigger, after=just_before, count=1, key=order.task_id
    )
    if following and following[0] == nominal:
        return ""
    return (
        f"{nominal.isoformat()} is not an occurrence of the task in {order.trigger.timezone}: "
        f"the schedule fired next to a clock change. The true instants around it are not affected."
    )
