"""The tags that tasks have, and how those tasks are."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from temporalio.client import WorkflowExecution, WorkflowExecutionStatus

from onthedot import naming
from onthedot.messages.bulk import TagCount, TagList
from onthedot.scheduling.task import Health
from onthedot.service.tasks.lists.filter import TaskFilter
from onthedot.service.tasks.lists.listing import TaskList
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.translate import task_health

#: The most tasks that are counted: a page of a thousand takes a tenth of a second and more.
MOST = 20_000

#: What repeats comes first: the tags of one-time tasks are as good as always among theirs.
_KINDS = ("cron", "interval", "once")


@dataclass
class _Counts:
    tasks: int = 0
    failing: int = 0
    paused: int = 0


async def tag_counts(temporal: Temporal) -> TagList:
    """Every tag that a task has, finished ones included, by name. It walks through all tasks, or
    the first `MOST` of them, recurring ones first.

    Raises:
        TemporalUnavailable: Temporal does not answer.
    """
    found: dict[str, _Counts] = defaultdict(_Counts)
    read = 0
    for kind in _KINDS:
        async for row in TaskList(temporal).walk(TaskFilter(kind=kind)):
            if read == MOST:
                return _listed(found, complete=False)
            read += 1
            _count(found, row)
    return _listed(found, complete=True)


def _count(found: dict[str, _Counts], row: WorkflowExecution) -> None:
    attributes = row.typed_search_attributes
    waits = row.status is WorkflowExecutionStatus.RUNNING
    paused = waits and attributes.get(naming.STATUS) == naming.State.PAUSED
    failing = task_health(row) is Health.FAILING
    for tag in set(attributes.get(naming.TAGS) or ()):
        counts = found[tag]
        counts.tasks += 1
        counts.failing += failing
        counts.paused += paused


def _listed(found: dict[str, _Counts], *, complete: bool) -> TagList:
    items = [TagCount(tag=tag, **vars(found[tag])) for tag in sorted(found)]
    return TagList(items=items, complete=complete)
