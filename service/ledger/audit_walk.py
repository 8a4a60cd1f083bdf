"""Finds the tasks whose runs differ from what is due, by walking two lists and reading no task.

The walk holds what is due in the span in memory: an audit's span is short for that reason.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from anyio import to_thread
from temporalio.client import (
    WorkflowExecution,
    WorkflowExecutionAsyncIterator,
    WorkflowExecutionStatus,
)

from onthedot import naming
from onthedot.scheduling.calendars.days import CalendarDays
from onthedot.scheduling.errors import TemporalUnavailable
from onthedot.scheduling.firing.occurrences import occurrences
from onthedot.scheduling.ledger.audit import AuditOrder, Finding
from onthedot.scheduling.ledger.entries import MAX_INSTANTS, LedgerState, Reason
from onthedot.scheduling.ledger.explanation import detail
from onthedot.scheduling.stored.task_row import TaskRow
from onthedot.scheduling.trigger import OnceTrigger
from onthedot.service.calendars.lookup import calendars_for
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.paging import instant
from onthedot.service.temporal.translate import row_of

_PAGE = 500
_SECOND = timedelta(seconds=1)

#: After an outage Temporal has much to do: how long a page may take, and how often it is asked for.
_PAGE_PATIENCE = timedelta(seconds=10)
_PAUSE = timedelta(seconds=2)
_TRIES = 20

#: A change this long before the span may still reach into it.
_CHANGE_MARGIN = timedelta(minutes=1)


@dataclass
class Walk:
    """What the two lists tell."""

    tasks: int = 0
    instants: int = 0
    differing: dict[str, set[datetime]] = field(default_factory=dict)
    """By task: what is due and has no run, what has a run and is not due, what has two."""
    changed: set[str] = field(default_factory=set)
    """Tasks of which a list does not tell what was due, as they changed."""
    terminated: list[Finding] = field(default_factory=list)


async def walk(temporal: Temporal, order: AuditOrder, *, patient: bool = True) -> Walk:
    """Compare the two lists over a span; `patient` where nobody waits for it.

    Raises:
        TemporalUnavailable: Temporal does not answer.
    """
    found = Walk()
    due, jitter = await _due(temporal, order, found, patient)
    seen: set[tuple[str, datetime]] = set()
    async for row in _rows(temporal, _runs(order, jitter), patient):
        task_id = row.typed_search_attributes.get(naming.TASK_ID)
        nominal = naming.nominal_instant(row.id)
        if task_id not in due or nominal is None or not order.since < nominal <= order.until:
            continue
        if nominal in due[task_id] and (task_id, nominal) not in seen:
            seen.add((task_id, nominal))
        else:
            found.differing.setdefault(task_id, set()).add(nominal)
    for task_id, instants in due.items():
        if without := {at for at in instants if (task_id, at) not in seen}:
            found.differing.setdefault(task_id, set()).update(without)
    async for row in _rows(temporal, _once_terminated(order), patient):
        at = row.typed_search_attributes.get(naming.DUE)
        if at is not None:
            found.differing.setdefault(row.id.partition(":")[2], set()).add(at)
    return found


async def _due(
    temporal: Temporal, order: AuditOrder, found: Walk, patient: bool
) -> tuple[dict[str, set[datetime]], timedelta]:
    due: dict[str, set[datetime]] = {}
    jitter = timedelta(0)
    async for row in _rows(temporal, _recurring(order), patient):
        memo = await row_of(row)
        if memo is None or isinstance(memo.definition.trigger, OnceTrigger):
            continue
        found.tasks += 1
        task_id = row.id.partition(":")[2]
        if row.status is WorkflowExecutionStatus.TERMINATED:
            found.terminated.append(_terminated(task_id, row.close_time or order.until))
        since = max(filter(None, (memo.updated_at, memo.calendars_since)))
        later = memo.revision > 1 or memo.calendars_since is not None
        if later and since > order.since - _CHANGE_MARGIN:
            found.changed.add(task_id)
            continue
        jitter = max(jitter, memo.definition.trigger.jitter)
        # The worker does more than this.
        calendars = await calendars_for(temporal, memo.definition.trigger)
        due[task_id] = await to_thread.run_sync(
            _instants, task_id, memo, order, row.close_time, calendars
        )
        found.instants += len(due[task_id])
    return due, jitter


def _instants(
    task_id: str,
    memo: TaskRow,
    order: AuditOrder,
    ended_at: datetime | None,
    calendars: CalendarDays,
) -> set[datetime]:
    if memo.definition.paused:
        return set()
    after = max(order.since, memo.created_at)
    until = min(order.until, ended_at) if ended_at else order.until
    due = occurrences(
        memo.definition.trigger, after=after, until=until, key=task_id, calendars=calendars
    )
    return set(islice(due, MAX_INSTANTS))


def _terminated(task_id: str, at: datetime) -> Finding:
    state, reason = LedgerState.UNKNOWN, Reason.TASK_TERMINATED
    return Finding(task=task_id, at=at, state=state, reason=reason, detail=detail(state, reason))


def _recurring(order: AuditOrder) -> str:
    return (
        f"WorkflowType = '{naming.TASK}' AND {naming.KIND.name} IN ('cron', 'interval') "
        f"AND {naming.STATUS.name} != '{naming.State.DELETED}' "
        f"AND (ExecutionStatus = 'Running' OR (CloseTime > {instant(order.since)} "
        f"AND ExecutionStatus != 'ContinuedAsNew'))"
    )


def _once_terminated(order: AuditOrder) -> str:
    return (
        f"WorkflowType = '{naming.TASK}' AND {naming.KIND.name} = 'once' "
        f"AND {naming.STATUS.name} = '{naming.State.SCHEDULED}' "
        f"AND ExecutionStatus = 'Terminated' AND {naming.DUE.name} > {instant(order.since)} "
        f"AND {naming.DUE.name} <= {instant(order.until)}"
    )


def _runs(order: AuditOrder, jitter: timedelta) -> str:
    since, until = instant(order.since), instant(order.until + jitter + _SECOND)
    nominal, due = naming.SCHEDULED_START.name, naming.DUE.name
    return (
        f"WorkflowType = '{naming.TASK_RUN}' AND {naming.CAUSE.name} = 'trigger' "
        f"AND (({nominal} > {since} AND {nominal} <= {until}) "
        f"OR ({due} > {since} AND {due} <= {until}))"
    )


async def _rows(temporal: Temporal, query: str, patient: bool) -> AsyncIterator[WorkflowExecution]:
    listed = temporal.client.list_workflows(query, page_size=_PAGE)
    while True:
        if patient:
            await _turned(temporal, listed)
        else:
            await temporal.ask(listed.fetch_next_page())
        for row in listed.current_page or ():
            yield row
        if not listed.next_page_token:
            return


async def _turned(temporal: Temporal, listed: WorkflowExecutionAsyncIterator) -> None:
    """Fetch the next page. The walk stands where it is until that works, or the patience ends."""
    for _ in range(_TRIES - 1):
        try:
            await temporal.ask(listed.fetch_next_page(), _PAGE_PATIENCE)
        except TemporalUnavailable:
            await asyncio.sleep(_PAUSE.total_seconds())
        else:
            return
    await temporal.ask(listed.fetch_next_page(), _PAGE_PATIENCE)
