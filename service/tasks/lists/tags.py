"""The tags that tasks have, and how those tasks are."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from temporalio.client import WorkflowExecutionStatus

from onthedot import naming
from onthedot.messages.bulk import TagCount
from onthedot.scheduling.task import Health
from onthedot.service.tasks.lists.filter import TaskFilter
from onthedot.service.tasks.lists.listing import TaskList
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.translate import task_health


@dataclass
class _Counts:
    tasks: int = 0
    failing: int = 0
    paused: int = 0


async def tag_counts(temporal: Temporal) -> list[TagCount]:
    """Every tag that a task has, finished ones included, by name. It walks through all tasks.

    Raises:
        TemporalUnavailable: Temporal does not answer.
    """
    found: dict[str, _Counts] = defaultdict(_Counts)
    async for row in TaskList(temporal).walk(TaskFilter()):
        attributes = row.typed_search_attributes
        waits = row.status is WorkflowExecutionStatus.RUNNING
        paused = waits and attributes.get(naming.STATUS) == naming.State.PAUSED
        failing = task_health(row) is Health.FAILING
        for tag in set(attributes.get(naming.TAGS) or ()):
            counts = found[tag]
            counts.tasks += 1
            counts.failing += failing
            counts.paused += paused
    return [TagCount(tag=tag, **vars(found[tag])) for tag in sorted(found)]
