"""The execution log: runs as Temporal's visibility lists them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from onthedot import naming
from onthedot.naming.queries import instant, literal, literals
from onthedot.scheduling.incidents.cause import cause_id
from onthedot.scheduling.run import RunCause, RunStatus, ShortRun
from onthedot.service.runs.listed import short_run
from onthedot.service.runs.of_tasks import named, task_ids
from onthedot.service.tasks.lists.filter import TaskFilter
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.paging import Cursor, Page, cursor_key

_MILLISECOND = timedelta(milliseconds=1)
_STATUS = naming.STATUS.name

#: The most pages that are searched for a run with a certain error.
_LOOKED_THROUGH = 20


@dataclass(frozen=True)
class RunFilter:
    """Which runs to list; empty fields do not restrict. `since`, `until` mean `scheduled_for`."""

    task_id: str | None = None
    status: RunStatus | None = None
    since: datetime | None = None
    until: datetime | None = None
    cause: RunCause | None = None
    error: str | None = None
    """The type of its error. Stores cannot filter by it, so matching runs are read."""
    failure: str | None = None
    """The cause of its failure, as incidents name it. Stores cannot filter by it either."""
    tasks: TaskFilter | None = None
    """Its task: only kind, tags and words of this filter are used."""

    def query(self, now: datetime | None, tasks: Sequence[str] | None = None) -> str:
        """The visibility query; without `now`, a text that only identifies the filter.

        Args:
            tasks: the matching tasks, if the filter restricts tasks.
        """
        at = instant(now) if now else "now"
        parts = [
            f"((WorkflowType = '{naming.TASK_RUN}' AND {naming.TASK_ID.name} IS NOT NULL) OR "
            f"(WorkflowType = '{naming.TASK}' AND {naming.KIND.name} = 'once' AND "
            f"{naming.DUE.name} <= {at} AND ExecutionStatus != 'ContinuedAsNew' AND "
            f"{_STATUS} NOT IN ('deleted', 'withdrawn', 'paused')))"
        ]
        if self.task_id is not None:
            parts.append(f"{naming.TASK_ID.name} = {literal(self.task_id)}")
        if self.since:
            parts.append(_due(">=", _floor(self.since)))
        if self.until:
            # The end of the millisecond, for the same reason.
            parts.append(_due("<=", _floor(self.until) + _MILLISECOND))
        if self.status:
            parts.append(_status(self.status))
        if self.cause:
            parts.append(_cause(self.cause))
        if self.looks_through:
            ended = "ExecutionStatus NOT IN ('Running', 'Terminated')"
            parts.append(f"{ended} AND (ExecutionStatus != 'Completed' OR {_STATUS} = 'skipped')")
        if tasks is not None:
            parts.append(f"{naming.TASK_ID.name} IN {literals(tasks)}")
        return " AND ".join(parts)

    @property
    def looks_through(self) -> bool:
        """Whether it needs fields that only the runs themselves contain."""
        return self.error is not None or self.failure is not None

    def fits(self, run: ShortRun) -> bool:
        """Whether a run that a store found also matches by the fields that stores do not have."""
        if not self.looks_through:
            return True
        return (
            run.error is not None
            and self.error in (None, run.error.type)
            and self.failure in (None, cause_id(run.error))
        )

    @property
    def text(self) -> str:
        """A text that identifies the filter."""
        described = self.tasks.described() if self.tasks else ()
        return "\n".join((self.query(None), self.error or "", self.failure or "", *described))


class RunList:
    """Walks through the execution log."""

    def __init__(self, temporal: Temporal) -> None:
        self._temporal = temporal

    async def page(
        self,
        which: RunFilter,
        *,
        limit: int = 50,
        cursor: str | None = None,
        with_names: bool = True,
    ) -> Page[ShortRun]:
        """One page of runs: running ones first, then by finish, newest first.

        With an `error` or a `failure`, a page with fewer runs than `limit` need not be the last.

        Args:
            with_names: look up the task's name if a run does not contain it.

        Raises:
            InvalidDefinition: the cursor does not belong to this walk, or too many tasks match.
        """
        key = await cursor_key(self._temporal)
        place = Cursor.decoded(cursor, which.text, self._temporal.now(), key)
        tasks = await self._tasks(which)
        if tasks is not None and not tasks:
            return Page([])
        listed = self._temporal.client.list_workflows(
            which.query(place.began, tasks), page_size=limit, next_page_token=place.token
        )
        items: list[ShortRun] = []
        for _ in range(_LOOKED_THROUGH if which.looks_through else 1):
            await self._temporal.ask(listed.fetch_next_page())
            runs = [await short_run(self._temporal, row) for row in listed.current_page or ()]
            items = [run for run in runs if which.fits(run)]
            if items or not listed.next_page_token:
                break
        token = listed.next_page_token
        following = Cursor(token, place.began).encoded(which.text, key) if token else None
        return Page(await named(self._temporal, items) if with_names else items, following)

    async def count(self, which: RunFilter) -> int:
        """How many runs match, ignoring `error`.

        Raises:
            InvalidDefinition: too many tasks match.
        """
        tasks = await self._tasks(which)
        if tasks is not None and not tasks:
            return 0
        return await self._temporal.count(which.query(self._temporal.now(), tasks))

    async def _tasks(self, which: RunFilter) -> list[str] | None:
        if which.tasks is None or not which.tasks.described():
            return None
        return await task_ids(self._temporal, which.tasks)


async def last_run(temporal: Temporal, task_id: str) -> ShortRun | None:
    """The run of a task in progress, or else the last one that finished."""
    page = await RunList(temporal).page(RunFilter(task_id=task_id), limit=1, with_names=False)
    return page.items[0] if page.items else None


def _floor(at: datetime) -> datetime:
    """The start of the millisecond: SQLite rounds the values that it compares with."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def _due(comparison: str, at: datetime) -> str:
    names = (naming.DUE.name, naming.SCHEDULED_START.name)
    return "(" + " OR ".join(f"{name} {comparison} {instant(at)}" for name in names) + ")"


def _cause(cause: RunCause) -> str:
    if cause is RunCause.TRIGGER:
        # A one-time task that came due is its own run.
        return f"(WorkflowType = '{naming.TASK}' OR {naming.CAUSE.name} = 'trigger')"
    return f"{naming.CAUSE.name} = {literal(cause.value)}"


def _status(status: RunStatus) -> str:
    plain = f"({_STATUS} IS NULL OR {_STATUS} NOT IN ('skipped', 'timed_out'))"
    match status:
        case RunStatus.RUNNING:
            return "ExecutionStatus = 'Running'"
        case RunStatus.SUCCEEDED:
            return f"ExecutionStatus = 'Completed' AND {plain}"
        case RunStatus.FAILED:
            return f"ExecutionStatus = 'Failed' AND {plain}"
        case RunStatus.TIMED_OUT:
            return f"(ExecutionStatus = 'TimedOut' OR {_STATUS} = 'timed_out')"
        case RunStatus.CANCELLED:
            return "ExecutionStatus = 'Canceled'"
        case RunStatus.TERMINATED:
            return "ExecutionStatus = 'Terminated'"
        case RunStatus.SKIPPED:
            return f"{_STATUS} = 'skipped'"
