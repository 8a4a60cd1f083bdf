"""The Temporal schedule of the standing audit, which is not a task and not listed as one."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from datetime import timedelta

from temporalio.client import (
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleState,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.service import RPCError

from onthedot import naming
from onthedot.scheduling.ledger.audit_report import AuditPlan
from onthedot.scheduling.outages import TemporalUnavailable
from onthedot.service.temporal.calls import Temporal

_LOG = logging.getLogger("onthedot.ledger_audit")
_AGAIN_AFTER = timedelta(seconds=30)


async def ensure_audit(temporal: Temporal, plan: AuditPlan | None = None) -> None:
    """Create or update the schedule. Safe to repeat, and for several workers at once."""
    schedule = _schedule(temporal, plan or AuditPlan())
    with suppress(ScheduleAlreadyRunningError):
        await temporal.ask(temporal.client.create_schedule(naming.AUDIT_SCHEDULE, schedule))
        return
    handle = temporal.client.get_schedule_handle(naming.AUDIT_SCHEDULE)
    found = (await temporal.ask(handle.describe())).schedule
    action = found.action
    if (
        isinstance(action, ScheduleActionStartWorkflow)
        and action.workflow == naming.AUDIT
        and action.task_queue == temporal.task_queue
        and list(found.spec.intervals) == list(schedule.spec.intervals)
    ):
        return

    def replaced(_: ScheduleUpdateInput) -> ScheduleUpdate:
        return ScheduleUpdate(schedule=schedule)

    await temporal.ask(handle.update(replaced))


async def have_ledgers_audited(temporal: Temporal) -> None:
    """Repeat `ensure_audit` until it succeeds. Tasks run without an audit, too."""
    while True:
        try:
            await ensure_audit(temporal)
        except (RPCError, TemporalUnavailable) as error:
            _LOG.warning("no standing audit yet: %s", error)
            await asyncio.sleep(_AGAIN_AFTER.total_seconds())
        else:
            return


def _schedule(temporal: Temporal, plan: AuditPlan) -> Schedule:
    return Schedule(
        action=ScheduleActionStartWorkflow(
            naming.AUDIT,
            plan,
            id=naming.AUDIT_SCHEDULE,
            task_queue=temporal.task_queue,
            task_timeout=naming.TASK_TIMEOUT,
            static_summary="Compares what should have run with what did",
        ),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(plan.every)]),
        # Each audit continues where the last one ended, so a missed audit need not be repeated.
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=plan.every),
        state=ScheduleState(note="On the Dot's standing audit of all ledgers"),
    )
