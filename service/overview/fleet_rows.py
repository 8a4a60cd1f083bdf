"""The content of open tasks' rows, decoded once for each version of a task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from temporalio.api.workflow.v1 import WorkflowExecutionInfo

from onthedot import naming
from onthedot.scheduling.firing.jitter import jitter_seed
from onthedot.scheduling.forecast.fleet import FleetTask
from onthedot.scheduling.stored.task_row import TaskRow
from onthedot.scheduling.stored.task_state import max_runs
from onthedot.scheduling.trigger import OnceTrigger
from onthedot.service.tasks.rows import came_too_late, decoded_rows
from onthedot.service.temporal.calls import Temporal


@dataclass(frozen=True)
class KnownRow:
    """The content of a row's memo, and the hash of the memo."""

    memo: int
    row: TaskRow | None
    unread: bool = False


async def known_rows(
    temporal: Temporal,
    executions: Sequence[WorkflowExecutionInfo],
    before: Mapping[str, KnownRow],
    known: dict[str, KnownRow],
) -> list[tuple[str, TaskRow | None]]:
    """The ids and rows of tasks, added to `known`. Rows that have not changed are not decoded."""
    fresh: list[WorkflowExecutionInfo] = []
    for info in executions:
        workflow_id = info.execution.workflow_id
        if naming.TASK_MEMO not in info.memo.fields:
            known[workflow_id] = KnownRow(0, None)
            continue
        earlier = before.get(workflow_id)
        if earlier is not None and earlier.memo == _memo(info):
            known[workflow_id] = earlier
        else:
            fresh.append(info)
    async for info, row in decoded_rows(temporal, fresh):
        late = row and came_too_late(row, info.start_time.ToDatetime(tzinfo=UTC))
        known[info.execution.workflow_id] = KnownRow(
            _memo(info), None if late else row, row is None
        )
    ids = [info.execution.workflow_id for info in executions]
    return [(naming.id_in(id_), known[id_].row) for id_ in ids]


def _memo(info: WorkflowExecutionInfo) -> int:
    return hash(info.memo.fields[naming.TASK_MEMO].data)


def needs_more(row: TaskRow) -> bool:
    """Whether the row lacks something that a forecast needs."""
    trigger = row.definition.trigger
    cut = row.abridged and not isinstance(trigger, OnceTrigger) and bool(trigger.exclude)
    return cut or max_runs(row.definition) is not None


def fleet_task(task_id: str, row: TaskRow, namespace: str, now: datetime) -> FleetTask | None:
    """The task of a row; None if it will not fire, because it is paused without an end or its
    schedule is not in force."""
    definition = row.definition
    if row.problem or (definition.paused and row.paused_until is None):
        return None
    after = row.occurs_after or row.created_at
    if isinstance(definition.trigger, OnceTrigger):
        at = definition.trigger.at
        if at is None or (at <= now and not definition.paused):
            return None
        after = min(after, at - timedelta(seconds=1))
    elif definition.paused and row.paused_until is not None:
        after = max(after, row.paused_until)
    return FleetTask(
        id=task_id,
        name=definition.name,
        trigger=definition.trigger,
        revision=row.revision,
        after=after,
        tags=definition.tags,
        catchup=definition.catchup_window,
        jitter_seed=jitter_seed(namespace, naming.schedule(task_id)),
    )
