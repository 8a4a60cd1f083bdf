"""Finds tasks whose runs differ from what is due, by comparing two lists without reading tasks.

1. What is due comes from memory, what ran from Temporal's list of runs.
2. Tasks for which they differ are read again, and their due instants computed again.
3. All due instants of the period are in memory, so periods are short.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from onthedot import naming
from onthedot.naming.queries import instant
from onthedot.scheduling.ledger.audit_report import JUST_BEFORE, Finding
from onthedot.scheduling.ledger.entries import LedgerState, Reason
from onthedot.scheduling.ledger.explanation import detail
from onthedot.service.ledger.recurring import RecurringTasks
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.rows import rows

_SECOND = timedelta(seconds=1)

#: A change this long before the period may still affect it.
_CHANGE_MARGIN = timedelta(minutes=1)


@dataclass
class Walk:
    """The result of comparing the two lists."""

    tasks: int = 0
    instants: int = 0
    differing: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)
    """By task, the bounds of what is due and has no run, has a run and is not due, or has two; the
    whole period if the task changed in it."""
    terminated: list[Finding] = field(default_factory=list)


async def walk(
    temporal: Temporal,
    tasks: RecurringTasks,
    since: datetime,
    until: datetime,
    *,
    patient: bool = False,
) -> Walk:
    """Compare the two lists after `since` and up to `until`; `patient` if nobody waits."""
    await tasks.refresh()
    due = await tasks.due(since, until)
    found = Walk(tasks=len(tasks.all), instants=sum(map(len, due.values())))
    jitter = max((task.jitter for task in tasks.all), default=timedelta(0))
    ran: dict[str, list[datetime]] = {}
    async for row in rows(temporal, _runs(since, until, jitter), patient=patient):
        nominal = naming.nominal_instant(row.id)
        task_id = row.typed_search_attributes.get(naming.TASK_ID)
        if task_id and nominal is not None and since < nominal <= until:
            ran.setdefault(task_id, []).append(nominal)
    differing = [id_ for id_ in {*due, *ran} if _difference(due.get(id_, ()), ran.get(id_, ()))]
    # Runs of deleted tasks do not count.
    executions = await tasks.read_again(set(differing))
    again = await tasks.due(since, until, executions)
    for task_id in {task.task_id for task in executions}:
        if instants := _difference(again.get(task_id, ()), ran.get(task_id, ())):
            found.differing[task_id] = (min(instants) - JUST_BEFORE, max(instants))
    for task in tasks.all:
        if task.changed_at is not None and task.changed_at > since - _CHANGE_MARGIN:
            found.differing[task.task_id] = (since, until)
        if task.terminated and task.ended_at and since < task.ended_at <= until:
            found.terminated.append(_terminated(task.task_id, task.ended_at))
    async for row in rows(temporal, _once_terminated(since, until), patient=patient):
        at = row.typed_search_attributes.get(naming.DUE)
        if at is not None:
            found.differing.setdefault(naming.id_in(row.id), (at - JUST_BEFORE, at))
    return found


def _difference(due: Iterable[datetime], ran: Iterable[datetime]) -> set[datetime]:
    """What is due and did not run, ran and is not due, or ran more than once."""
    seen: set[datetime] = set()
    twice = {at for at in ran if at in seen or seen.add(at)}  # type: ignore[func-returns-value]
    return (set(due) ^ seen) | twice


def _terminated(task_id: str, at: datetime) -> Finding:
    state, reason = LedgerState.UNKNOWN, Reason.TASK_TERMINATED
    return Finding(task=task_id, at=at, state=state, reason=reason, detail=detail(state, reason))


def _once_terminated(since: datetime, until: datetime) -> str:
    return (
        f"WorkflowType = '{naming.TASK}' AND {naming.KIND.name} = 'once' "
        f"AND {naming.STATUS.name} = '{naming.State.SCHEDULED}' "
        f"AND ExecutionStatus = 'Terminated' AND {naming.DUE.name} > {instant(since)} "
        f"AND {naming.DUE.name} <= {instant(until)}"
    )


def _runs(since: datetime, until: datetime, jitter: timedelta) -> str:
    first, last = instant(since), instant(until + jitter + _SECOND)
    nominal, due = naming.SCHEDULED_START.name, naming.DUE.name
    return (
        f"WorkflowType = '{naming.TASK_RUN}' AND {naming.CAUSE.name} = 'trigger' "
        f"AND (({nominal} > {first} AND {nominal} <= {last}) "
        f"OR ({due} > {first} AND {due} <= {last}))"
    )
