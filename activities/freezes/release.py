"""Starts what a freeze held: the last occurrence of each task, within its catch-up window.

Safe to repeat: Temporal refuses the id of a run that already started, and a task that is woken
checks for itself whether it may begin.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from temporalio import activity
from temporalio.client import (
    Client,
    ScheduleActionStartWorkflow,
    ScheduleDescription,
    WorkflowExecution,
)
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from onthedot import naming
from onthedot.activities.attempts.heartbeat import heartbeating
from onthedot.activities.missing import missing_ok
from onthedot.naming import attributes
from onthedot.naming.queries import instant
from onthedot.scheduling.freezes.freeze import Then, release_after
from onthedot.scheduling.run import RunCause
from onthedot.scheduling.stored.freeze_order import ReleaseOrder
from onthedot.scheduling.stored.run_order import RunMemo, RunOrder

#: The error type of a run that a freeze kept from starting.
FROZEN = "Frozen"

_AT_ONCE = 10
_RPC = timedelta(seconds=10)


class ReleaseActivities:
    """Starts runs, and wakes tasks."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @activity.defn(name=naming.RELEASE_HELD)
    async def release(self, order: ReleaseOrder) -> int:
        """Release what was held; returns how many runs were started."""
        with heartbeating():
            if order.wake:
                await self._wake(order)
            if order.definition.then is Then.SKIP:
                return 0
            last = await self._last_held(order)
            turns = asyncio.Semaphore(_AT_ONCE)

            async def one(task_id: str, due: datetime) -> bool:
                async with turns:
                    return await self._start(order, task_id, due)

            return sum(await asyncio.gather(*(one(*held) for held in last.items())))

    async def _wake(self, order: ReleaseOrder) -> None:
        """Make one-time tasks that are overdue and have not begun check again."""
        query = (
            f"WorkflowType = '{naming.TASK}' AND ExecutionStatus = 'Running' "
            f"AND {naming.KIND.name} = 'once' AND {naming.DUE.name} <= {instant(order.until)}"
        )
        held = [one.id async for one in self._client.list_workflows(query, page_size=1000)]
        waited = timedelta(0)
        over = order.definition.release_over
        for at, workflow_id in sorted(
            (release_after(naming.id_in(workflow_id), over), workflow_id) for workflow_id in held
        ):
            await asyncio.sleep((at - waited).total_seconds())
            waited = at
            with missing_ok:
                await self._client.get_workflow_handle(workflow_id).signal(
                    naming.CHECK_SCHEDULE, rpc_timeout=_RPC
                )

    async def _last_held(self, order: ReleaseOrder) -> dict[str, datetime]:
        """The last occurrence of each task that this freeze kept from starting."""
        last: dict[str, datetime] = {}
        async for execution in self._skipped(order):
            memo = await execution.memo_value(naming.RUN_MEMO, None, type_hint=RunMemo)
            task_id = execution.typed_search_attributes.get(naming.TASK_ID)
            if memo is None or memo.error is None or not task_id or memo.error.type != FROZEN:
                continue
            if memo.error.message.partition(": ")[0] == f"Frozen by {order.name}":
                last[task_id] = max(last.get(task_id, memo.scheduled_for), memo.scheduled_for)
        return last

    def _skipped(self, order: ReleaseOrder) -> AsyncIterator[WorkflowExecution]:
        query = (
            f"WorkflowType = '{naming.TASK_RUN}' AND {naming.STATUS.name} = "
            f"'{naming.State.SKIPPED}' AND CloseTime >= {instant(order.since)}"
        )
        return self._client.list_workflows(query, page_size=1000)

    async def _start(self, order: ReleaseOrder, task_id: str, due: datetime) -> bool:
        handle = self._client.get_schedule_handle(naming.schedule(task_id))
        schedule: ScheduleDescription | None = None
        with missing_ok:
            schedule = await handle.describe(rpc_timeout=_RPC)
        if schedule is None:
            return False
        run = await self._order(schedule, due)
        window = schedule.schedule.policy.catchup_window
        if run is None or (window is not None and order.until - due > window):
            return False
        token = hashlib.sha256(f"{order.name} {order.until}".encode()).hexdigest()[:16]
        nominal = due - run.jitter
        try:
            await self._client.start_workflow(
                naming.TASK_RUN,
                run,
                id=naming.retry_run(task_id, f"held-{token}", nominal),
                task_queue=activity.info().task_queue,
                task_timeout=naming.TASK_TIMEOUT,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                start_delay=release_after(task_id, order.definition.release_over),
                search_attributes=attributes.run_attributes(run),
                static_summary=attributes.run_summary(run),
                rpc_timeout=_RPC,
            )
        except WorkflowAlreadyStartedError:
            return False
        return True

    async def _order(self, schedule: ScheduleDescription, due: datetime) -> RunOrder | None:
        """The order that the schedule starts an occurrence with; None if it is paused."""
        action = schedule.schedule.action
        if schedule.schedule.state.paused or not isinstance(action, ScheduleActionStartWorkflow):
            return None
        orders = await self._client.data_converter.decode([*action.args], [RunOrder])
        order: RunOrder = orders[0]
        return order.model_copy(
            update={"cause": RunCause.RETRY, "scheduled_for": due, "released": True}
        )
