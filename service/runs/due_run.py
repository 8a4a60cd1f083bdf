"""A run as long lists show it: only the needed fields of its row are decoded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from temporalio.api.common.v1 import Payload
from temporalio.api.workflow.v1 import WorkflowExecutionInfo
from temporalio.client import WorkflowExecutionStatus

from onthedot import naming
from onthedot.scheduling.run import ShortRun
from onthedot.scheduling.stored.run_order import RunMemo
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.raw_rows import attribute_value, decoded, decoded_text
from onthedot.service.temporal.translate import ListedRun, run_of


@dataclass(frozen=True)
class DueRun:
    """A run, and the instant by which lists sort and filter it."""

    run: ShortRun
    due: datetime


async def due_run(temporal: Temporal, row: WorkflowExecutionInfo) -> DueRun:
    """A row as a list shows it."""
    attributes, memo = row.search_attributes.indexed_fields, row.memo.fields
    start = row.start_time.ToDatetime(tzinfo=UTC)
    due = _at(attributes, naming.DUE.name) or _at(attributes, naming.SCHEDULED_START.name)
    listed = ListedRun(
        workflow_id=row.execution.workflow_id,
        execution=row.execution.run_id,
        status=WorkflowExecutionStatus(row.status),
        start_time=start,
        close_time=row.close_time.ToDatetime(tzinfo=UTC) if row.HasField("close_time") else None,
        task_id=attribute_value(attributes, naming.TASK_ID.name) or "",
        state=attribute_value(attributes, naming.STATUS.name) or "",
        cause=attribute_value(attributes, naming.CAUSE.name) or "",
        due=due,
        requested_by=await _text(temporal, memo, naming.REQUESTED_BY),
        note=await _text(temporal, memo, naming.NOTE),
    )
    kept = None
    if naming.RUN_MEMO in memo:
        kept = await decoded(temporal.client, [memo[naming.RUN_MEMO]], RunMemo)
    return DueRun(run_of(temporal, listed, kept), due or start)


async def _text(temporal: Temporal, memo: Mapping[str, Payload], key: str) -> str:
    return await decoded_text(temporal.client, memo[key]) if key in memo else ""


def _at(attributes: Mapping[str, Payload], name: str) -> datetime | None:
    value = attribute_value(attributes, name)
    return datetime.fromisoformat(value).astimezone(UTC) if value else None
