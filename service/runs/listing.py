"""The execution log: runs as Temporal's visibility lists them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from onthedot import naming
from onthedot.scheduling.run import RunStatus, ShortRun
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.paging import Cursor, Page, cursor_key, instant, literal
from onthedot.service.temporal.translate import short_run

_MILLISECOND = timedelta(milliseconds=1)
_STATUS = naming.STATUS.name


@dataclass(frozen=True)
class RunFilter:
    """Which runs to list; empty fields do not restrict. `since`, `until` mean `scheduled_for`."""

    task_id: str | None = None
    status: RunStatus | None = None
    since: datetime | None = None
    until: datetime | None = None

    def query(self, now: datetime | None) -> str:
        """The visibility query; without `now`, a text that only tells filters apart."""
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
            # The later end of the millisecond, for the same reason.
            parts.append(_due("<=", _floor(self.until) + _MILLISECOND))
        if self.status:
            parts.append(_status(self.status))
        return " AND ".join(parts)


class RunList:
    """Walks through the execution log."""

    def __init__(self, temporal: Temporal) -> None:
        self._temporal = temporal

    async def page(
        self, which: RunFilter, *, limit: int = 50, cursor: str | None = None
    ) -> Page[ShortRun]:
        """One page of runs: running ones first, then by finish, newest first.

        Raises:
            InvalidDefinition: the cursor does not belong to this walk.
            TemporalUnavailable: Temporal does not answer.
        """
        key = await cursor_key(self._temporal)
        place = Cursor.decoded(cursor, which.query(None), self._temporal.now(), key)
        listed = self._temporal.client.list_workflows(
            which.query(place.began), page_size=limit, next_page_token=place.token
        )
        await self._temporal.ask(listed.fetch_next_page())
        items = [await short_run(self._temporal, row) for row in listed.current_page or ()]
        token = listed.next_page_token
        following = Cursor(token, place.began).encoded(which.query(None), key) if token else None
        return Page(items, following)

    async def count(self, which: RunFilter) -> int:
        """How many runs there are.

        Raises:
            TemporalUnavailable: Temporal does not answer.
        """
        query = which.query(self._temporal.now())
        return (await self._temporal.ask(self._temporal.client.count_workflows(query))).count


async def last_run(temporal: Temporal, task_id: str) -> ShortRun | None:
    """The run of a task that is going on, or else the one that finished last."""
    page = await RunList(temporal).page(RunFilter(task_id=task_id), limit=1)
    return page.items[0] if page.items else None


def _floor(at: datetime) -> datetime:
    """The start of the millisecond: SQLite rounds what it compares with."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def _due(comparison: str, at: datetime) -> str:
    names = (naming.DUE.name, naming.SCHEDULED_START.name)
    return "(" + " OR ".join(f"{name} {comparison} {instant(at)}" for name in names) + ")"


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
