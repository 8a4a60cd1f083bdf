"""The use cases of backfills: start, read, cancel."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from itertools import islice

from temporalio.client import WorkflowExecution, WorkflowExecutionStatus
from temporalio.common import SearchAttributePair, TypedSearchAttributes

from onthedot import naming
from onthedot.access.audit_log import note
from onthedot.scheduling.calendars.days import CalendarDays
from onthedot.scheduling.errors import BackfillNotFound, FieldProblem, InvalidDefinition, WrongState
from onthedot.scheduling.firing.occurrences import occurrences
from onthedot.scheduling.policy import OverlapPolicy
from onthedot.scheduling.run import Links, RunCause
from onthedot.scheduling.stored.backfill import (
    MAX_OCCURRENCES,
    Backfill,
    BackfillOrder,
    BackfillProgress,
    BackfillStatus,
)
from onthedot.scheduling.stored.task_state import TaskState
from onthedot.scheduling.trigger import OnceTrigger, Recurring
from onthedot.service.arithmetic import SINGLE
from onthedot.service.calendars.lookup import calendars_for
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.rows import first_rows

_STATUS = {
    WorkflowExecutionStatus.RUNNING: BackfillStatus.RUNNING,
    WorkflowExecutionStatus.CONTINUED_AS_NEW: BackfillStatus.RUNNING,
    WorkflowExecutionStatus.COMPLETED: BackfillStatus.COMPLETED,
    WorkflowExecutionStatus.CANCELED: BackfillStatus.CANCELLED,
    WorkflowExecutionStatus.TERMINATED: BackfillStatus.CANCELLED,
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_POLICIES = (OverlapPolicy.BUFFER_ALL, OverlapPolicy.ALLOW_ALL)


class Backfills:
    """The backfills of all tasks."""

    def __init__(self, temporal: Temporal) -> None:
        self._temporal = temporal

    async def start(
        self,
        task_id: str,
        *,
        start: datetime,
        end: datetime,
        overlap: OverlapPolicy | None,
        by: str = "",
    ) -> Backfill:
        """Run the occurrences from `start` to `end`, both included.

        Raises:
            TaskNotFound.
            WrongState: the task is not a recurring one.
            InvalidDefinition: the period is empty, has too many occurrences or is not past.
        """
        state = await Tasks(self._temporal).state(task_id)
        return await self.begin(state, start=start, end=end, overlap=overlap, by=by)

    async def begin(
        self,
        state: TaskState,
        *,
        start: datetime,
        end: datetime,
        overlap: OverlapPolicy | None,
        by: str = "",
    ) -> Backfill:
        """`start`, for a task that was read before; if it was deleted since then, nothing runs.

        Raises:
            TemporalUnavailable, WrongState, InvalidDefinition: see `start`.
        """
        task_id = state.id
        trigger, now = state.definition.trigger, self._temporal.now()
        # Nothing is due before 1970, and subtracting from `datetime.min` would overflow.
        start = max(start, _EPOCH)
        if isinstance(trigger, OnceTrigger):
            raise WrongState(f"Task {task_id!r} is one-time: POST /tasks/{task_id}/run runs it.")
        if overlap is None:
            own = state.definition.overlap
            overlap = own if own in _POLICIES else OverlapPolicy.BUFFER_ALL
        calendars = await calendars_for(self._temporal, trigger)
        total = await SINGLE.work_out(
            _checked, trigger, task_id, start, end, overlap, now, calendars
        )
        run = state.order(cause=RunCause.BACKFILL).model_copy(update={"requested_by": by})
        order = BackfillOrder(
            token=secrets.token_hex(6),
            run=run,
            trigger=trigger,
            start=start,
            end=end,
            overlap=overlap,
            total=total,
            registered_at=state.created_at,
        )
        progress = BackfillProgress(
            start=start, end=end, overlap=overlap, total=total, done=0, requested_by=by
        )
        workflow_id = naming.backfill(task_id, order.token)
        await self._temporal.ask(
            self._temporal.client.start_workflow(
                naming.BACKFILL,
                order,
                id=workflow_id,
                task_queue=self._temporal.task_queue,
                memo={naming.BACKFILL_MEMO: progress},
                search_attributes=TypedSearchAttributes(
                    [SearchAttributePair(naming.TASK_ID, task_id)]
                ),
                static_summary=f"{state.definition.name}: backfill of {total} occurrences"[:200],
                rpc_timeout=self._temporal.rpc_timeout,
            )
        )
        begun = self._answer(workflow_id, BackfillStatus.RUNNING, progress)
        note(task_id, started=begun.id)
        return begun

    async def get(self, backfill_id: str) -> Backfill:
        """One backfill. Raises BackfillNotFound."""
        described = await self._temporal.described(f"backfill:{backfill_id}")
        if described is None:
            raise BackfillNotFound(backfill_id)
        return await self._told(described)

    async def of_task(self, task_id: str) -> list[Backfill]:
        """The latest backfills of a task, at most 100; running ones first."""
        query = (
            f"WorkflowType = '{naming.BACKFILL}' AND {naming.TASK_ID.name} = '{task_id}' "
            f"AND ExecutionStatus != 'ContinuedAsNew'"
        )
        rows = await first_rows(self._temporal, query, limit=100)
        return [await self._told(row) for row in rows]

    async def cancel(self, backfill_id: str, *, by: str = "") -> Backfill:
        """Stop a backfill and its runs in progress.

        Raises:
            BackfillNotFound.
            WrongState: it has ended already.
        """
        found = await self.get(backfill_id)
        if found.status is not BackfillStatus.RUNNING:
            raise WrongState(f"Backfill {backfill_id} has ended already: {found.status.value}.")
        handle = self._temporal.client.get_workflow_handle(f"backfill:{backfill_id}")
        await self._temporal.ask(handle.cancel(reason=naming.cancel_reason(by)))
        return found

    async def _told(self, execution: WorkflowExecution) -> Backfill:
        progress = await execution.memo_value(naming.BACKFILL_MEMO, type_hint=BackfillProgress)
        status = _STATUS.get(
            execution.status or WorkflowExecutionStatus.TERMINATED, BackfillStatus.FAILED
        )
        if progress.stopped and status is BackfillStatus.COMPLETED:
            status = BackfillStatus.CANCELLED
        return self._answer(execution.id, status, progress)

    def _answer(
        self, workflow_id: str, status: BackfillStatus, progress: BackfillProgress
    ) -> Backfill:
        backfill_id = naming.id_in(workflow_id)
        return Backfill(
            **dict(progress),
            id=backfill_id,
            task_id=backfill_id.rpartition("~")[0],
            status=status,
            links=Links(temporal_ui=self._temporal.ui_link(workflow_id)),
        )


def _checked(
    trigger: Recurring,
    task_id: str,
    start: datetime,
    end: datetime,
    overlap: OverlapPolicy,
    now: datetime,
    calendars: CalendarDays,
) -> int:
    problems = []
    if overlap not in _POLICIES:
        fix = "must be buffer_all (one run after the other) or allow_all (in parallel)"
        problems.append(FieldProblem("overlap", fix))
    if end < start:
        problems.append(FieldProblem("to", "must not be before from"))
    if end > now:
        problems.append(
            FieldProblem("to", "must be in the past; later occurrences run on schedule")
        )
    if problems:
        raise InvalidDefinition(*problems)
    just_before = start - timedelta(microseconds=1)
    within = occurrences(trigger, after=just_before, until=end, key=task_id, calendars=calendars)
    total = sum(1 for _ in islice(within, MAX_OCCURRENCES + 1))
    if total == 0:
        raise InvalidDefinition(FieldProblem("from", "there is no occurrence in this period"))
    if total > MAX_OCCURRENCES:
        fix = f"the period has more than {MAX_OCCURRENCES} occurrences; choose a shorter one"
        raise InvalidDefinition(FieldProblem("from", fix))
    return total
