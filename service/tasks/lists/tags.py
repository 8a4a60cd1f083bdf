"""Counts the tags of tasks, by health."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from temporalio.api.workflow.v1 import WorkflowExecutionInfo
from temporalio.client import WorkflowExecutionStatus

from onthedot import naming
from onthedot.messages.bulk import TagCount
from onthedot.naming.queries import instant
from onthedot.scheduling.task import Health
from onthedot.service.tasks.rows import health_of
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.open_walk import OpenWalk
from onthedot.service.temporal.raw_rows import attribute, raw_walk

#: The most tasks that are counted, the newest first: a million would take half an hour.
MOST = 20_000


_TASKS = f"WorkflowType = '{naming.TASK}'"

#: How long a page may take once the first page has shown that Temporal responds.
_LATER = timedelta(seconds=5)


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


class TagCounter:
    """Counts the tags of all tasks once. What it has counted so far can be read meanwhile."""

    def __init__(self, temporal: Temporal) -> None:
        self._temporal = temporal
        self._latest: dict[str, _Tagged] = {}
        self.complete = False
        """Whether all tasks were counted."""

    @property
    def begun(self) -> bool:
        """Whether any task was counted."""
        return bool(self._latest)

    def counts(self) -> list[TagCount]:
        """Every tag so far, including those of finished tasks, by name."""
        found: dict[str, _Counts] = defaultdict(_Counts)
        for task in self._latest.values():
            for tag in task.tags:
                counts = found[tag]
                counts.tasks += 1
                counts.failing += task.failing
                counts.paused += task.paused
        return [TagCount(tag=tag, **vars(found[tag])) for tag in sorted(found)]

    async def count(self) -> None:
        """Read the rows of all tasks, up to `MOST` of them."""
        open_ones = OpenWalk(self._temporal, _TASKS)
        within: timedelta | None = None
        while not open_ones.over:
            if not self._room_after(await open_ones.page(within)):
                return
            within = _LATER
        # To PostgreSQL, open ones close at the end of time.
        future = instant(self._temporal.now() + timedelta(days=1))
        closed = f"{_TASKS} AND ExecutionStatus != 'ContinuedAsNew' AND CloseTime < {future}"
        async with aclosing(raw_walk(self._temporal, closed)) as pages:
            async for rows in pages:
                if not self._room_after(rows):
                    return
        self.complete = True

    def _room_after(self, rows: Sequence[WorkflowExecutionInfo]) -> bool:
        for row in rows:
            tagged, known = _tagged(row), self._latest.get(row.execution.workflow_id)
            # A finished one may have been started again, or deleted.
            if known is None or known.began < tagged.began:
                self._latest[row.execution.workflow_id] = tagged
        return len(self._latest) < MOST


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
