"""Counts the tags of tasks, by health."""

from __future__ import annotations

from collections import defaultdict
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from temporalio.api.workflow.v1 import WorkflowExecutionInfo
from temporalio.client import WorkflowExecutionStatus

from onthedot import naming
from onthedot.messages.bulk import TagCount
from onthedot.scheduling.task import Health
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.paging import instant
from onthedot.service.temporal.raw_rows import attribute, raw_walk
from onthedot.service.temporal.translate import health_of

#: The most tasks that are counted, the newest first: a million would take half an hour.
MOST = 20_000


class _Tagged(NamedTuple):
    """One execution of a task, as far as it counts here."""

    began: datetime
    tags: frozenset[str]
    failing: bool
    paused: bool


@dataclass
class _Counts:
    tasks: int = 0
    failing: int = 0
    paused: int = 0


async def tag_counts(temporal: Temporal) -> tuple[list[TagCount], bool]:
    """Every tag of any task, including finished ones, by name; and whether all tasks were counted,
    of which at most `MOST` are read.

    Raises:
        TemporalUnavailable: Temporal does not respond.
    """
    at = instant(temporal.now())
    query = (
        f"WorkflowType = '{naming.TASK}' "
        # A task that continued as new during this walk keeps its old place in the walk.
        f"AND (ExecutionStatus != 'ContinuedAsNew' OR CloseTime > {at})"
    )
    latest: dict[str, _Tagged] = {}
    complete = True
    async with aclosing(raw_walk(temporal, query)) as pages:
        async for rows in pages:
            for row in rows:
                tagged, known = _tagged(row), latest.get(row.execution.workflow_id)
                # A finished task may have been armed again, or deleted.
                if known is None or known.began < tagged.began:
                    latest[row.execution.workflow_id] = tagged
            if len(latest) >= MOST:
                complete = False
                break
    found: dict[str, _Counts] = defaultdict(_Counts)
    for task in latest.values():
        for tag in task.tags:
            counts = found[tag]
            counts.tasks += 1
            counts.failing += task.failing
            counts.paused += task.paused
    return [TagCount(tag=tag, **vars(found[tag])) for tag in sorted(found)], complete


def _tagged(row: WorkflowExecutionInfo) -> _Tagged:
    began, state = row.start_time.ToDatetime(tzinfo=UTC), attribute(row, naming.STATUS.name)
    if state == naming.State.DELETED:
        return _Tagged(began, frozenset(), failing=False, paused=False)
    status = WorkflowExecutionStatus(row.status)
    kind, health = attribute(row, naming.KIND.name), attribute(row, naming.HEALTH.name)
    return _Tagged(
        began,
        frozenset(attribute(row, naming.TAGS.name) or ()),
        failing=health_of(status, kind, health) is Health.FAILING,
        paused=status is WorkflowExecutionStatus.RUNNING and state == naming.State.PAUSED,
    )
