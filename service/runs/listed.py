"""Runs as lists show them, from the SDK's rows or, for long lists, from raw ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from temporalio.api.common.v1 import Payload
from temporalio.api.workflow.v1 import WorkflowExecutionInfo
from temporalio.client import WorkflowExecution, WorkflowExecutionStatus

from onthedot import naming
from onthedot.naming.run_address import RunAddress
from onthedot.scheduling.run import Links, RunCause, RunStatus, ShortRun
from onthedot.scheduling.stored.run_order import RunMemo
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.raw_rows import attribute_value, decoded, decoded_text

_RUN = {
    WorkflowExecutionStatus.RUNNING: RunStatus.RUNNING,
    WorkflowExecutionStatus.COMPLETED: RunStatus.SUCCEEDED,
    WorkflowExecutionStatus.FAILED: RunStatus.FAILED,
    WorkflowExecutionStatus.TIMED_OUT: RunStatus.TIMED_OUT,
    WorkflowExecutionStatus.CANCELED: RunStatus.CANCELLED,
    WorkflowExecutionStatus.TERMINATED: RunStatus.TERMINATED,
}
_OVERRIDE = {
    naming.State.SKIPPED: RunStatus.SKIPPED,
    naming.State.TIMED_OUT: RunStatus.TIMED_OUT,
}


async def short_run(temporal: Temporal, execution: WorkflowExecution) -> ShortRun:
    """A run as a list shows it."""
    attributes = execution.typed_search_attributes
    return _run(
        temporal,
        RunAddress(execution.id, execution.run_id),
        await execution.memo_value(naming.RUN_MEMO, None, type_hint=RunMemo),
        status=execution.status or WorkflowExecutionStatus.TERMINATED,
        state=attributes.get(naming.STATUS) or "",
        task_id=attributes.get(naming.TASK_ID) or "",
        cause=attributes.get(naming.CAUSE) or "",
        due=attributes.get(naming.DUE)
        or attributes.get(naming.SCHEDULED_START)
        or execution.start_time,
        ended=execution.close_time,
        requested_by=await execution.memo_value(naming.REQUESTED_BY, "", type_hint=str),
        note=await execution.memo_value(naming.NOTE, "", type_hint=str),
    )


async def own_run(
    temporal: Temporal, execution: WorkflowExecution, now: datetime
) -> ShortRun | None:
    """The run of a one-time task that came due; None for other tasks."""
    attributes = execution.typed_search_attributes
    due, status = attributes.get(naming.DUE), attributes.get(naming.STATUS)
    if attributes.get(naming.KIND) != "once" or due is None or due > now:
        return None
    if status in (naming.State.DELETED, naming.State.WITHDRAWN, naming.State.PAUSED):
        return None
    return await short_run(temporal, execution)


@dataclass(frozen=True)
class DueRun:
    """A run, and the instant by which lists sort and filter it."""

    run: ShortRun
    due: datetime


async def due_run(temporal: Temporal, row: WorkflowExecutionInfo) -> DueRun:
    """A raw row as a list shows it: only the needed fields are decoded."""
    attributes, memo = row.search_attributes.indexed_fields, row.memo.fields
    due = _at(attributes, naming.DUE.name) or _at(attributes, naming.SCHEDULED_START.name)
    due = due or row.start_time.ToDatetime(tzinfo=UTC)
    kept = None
    if naming.RUN_MEMO in memo:
        kept = await decoded(temporal.client, [memo[naming.RUN_MEMO]], RunMemo)
    run = _run(
        temporal,
        RunAddress(row.execution.workflow_id, row.execution.run_id),
        kept,
        status=WorkflowExecutionStatus(row.status),
        state=attribute_value(attributes, naming.STATUS.name) or "",
        task_id=attribute_value(attributes, naming.TASK_ID.name) or "",
        cause=attribute_value(attributes, naming.CAUSE.name) or "",
        due=due,
        ended=row.close_time.ToDatetime(tzinfo=UTC) if row.HasField("close_time") else None,
        requested_by=await _text(temporal, memo, naming.REQUESTED_BY),
        note=await _text(temporal, memo, naming.NOTE),
    )
    return DueRun(run, due)


def _run(
    temporal: Temporal,
    address: RunAddress,
    memo: RunMemo | None,
    *,
    status: WorkflowExecutionStatus,
    state: str,
    task_id: str,
    cause: str,
    due: datetime,
    ended: datetime | None,
    requested_by: str,
    note: str,
) -> ShortRun:
    shown = _RUN[status]
    if shown is not RunStatus.RUNNING:
        shown = _OVERRIDE.get(state, shown)
    return ShortRun(
        id=address.run_id,
        task_id=task_id,
        task_name=memo.name if memo else "",
        status=shown,
        scheduled_for=memo.scheduled_for if memo else due,
        started_at=memo.started_at if memo else None,
        finished_at=ended,
        lateness=memo.lateness if memo else None,
        attempts=memo.attempts if memo else 0,
        cause=RunCause(cause) if cause else RunCause.TRIGGER,
        requested_by=requested_by,
        note=note,
        error=memo.error if memo else None,
        links=Links(temporal_ui=temporal.ui_link(address.workflow_id, address.execution)),
    )


async def _text(temporal: Temporal, memo: Mapping[str, Payload], key: str) -> str:
    return await decoded_text(temporal.client, memo[key]) if key in memo else ""


def _at(attributes: Mapping[str, Payload], name: str) -> datetime | None:
    value = attribute_value(attributes, name)
    return datetime.fromisoformat(value).astimezone(UTC) if value else None
