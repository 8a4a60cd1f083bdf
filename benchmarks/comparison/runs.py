"""How the runs of a burst ended, according to Temporal."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus

_LIMIT_SECONDS = 120.0
_POLL_SECONDS = 0.25

#: Events that show a round trip to a worker.
_ROUND_TRIPS = (
    EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED,
    EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED,
)
_TIMED_OUT = EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT


@dataclass(frozen=True)
class Runs:
    """All executions that closed in a burst."""

    last_close: float
    """Seconds since the epoch."""
    events: int
    """Of one run; the most frequent number."""
    round_trips: int
    """Of that run: workflow tasks and activities that a worker answered."""
    timed_out: int
    """Workflow tasks that were dispatched again, in all runs; the usual run stands for its like."""
    unclosed: int
    failed: int


async def closed_runs(client: Client, types: Sequence[str], since: datetime, count: int) -> Runs:
    """Waits until `count` executions of these types have closed since that instant, for two
    minutes at most."""
    names = ", ".join(f"'{name}'" for name in types)
    query = (
        f"WorkflowType IN ({names}) AND ExecutionStatus != 'Running' "
        f"AND CloseTime >= '{since.astimezone(UTC).isoformat()}'"
    )
    limit = time.monotonic() + _LIMIT_SECONDS
    while time.monotonic() < limit:
        if (await client.count_workflows(query)).count >= count:
            break
        await asyncio.sleep(_POLL_SECONDS)
    rows = [row async for row in client.list_workflows(query, page_size=1000)]
    if not rows:
        return Runs(0, 0, 0, 0, unclosed=count, failed=0)
    usual, times = Counter(row.history_length for row in rows).most_common(1)[0]
    sample = next(row for row in rows if row.history_length == usual)
    unusual = [row for row in rows if row.history_length != usual]
    return Runs(
        last_close=max(row.close_time.timestamp() for row in rows if row.close_time),
        events=usual,
        round_trips=await _events(client, sample, *_ROUND_TRIPS),
        timed_out=times * await _events(client, sample, _TIMED_OUT)
        + sum([await _events(client, row, _TIMED_OUT) for row in unusual]),
        unclosed=max(0, count - len(rows)),
        failed=sum(row.status != WorkflowExecutionStatus.COMPLETED for row in rows),
    )


async def _events(client: Client, row: WorkflowExecution, *kinds: EventType.ValueType) -> int:
    handle = client.get_workflow_handle(row.id, run_id=row.run_id)
    return sum([event.event_type in kinds async for event in handle.fetch_history_events()])
