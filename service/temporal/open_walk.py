"""A walk through many open workflows whose pages all cost the same.

With Temporal's own token, PostgreSQL reads every row before the page again: half a million on
average if there are a million. So each page is selected by the start time of the last row before.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from temporalio.api.workflow.v1 import WorkflowExecutionInfo

from onthedot.naming.queries import instant
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.raw_rows import RawRows, raw_rows

_MICROSECOND = timedelta(microseconds=1)

#: Rows of a page by default: few enough for a busy Temporal to return in time.
PAGE = 250


#: True only for open workflows, and only on PostgreSQL, where they close at the end of time. With
#: this condition, it finds those that began in a period without reading others.
STILL_OPEN = "CloseTime = '9999-12-31T23:59:59Z'"


class OpenWalk:
    """Open workflows, latest start first. After an error, the walk continues where it was.

    Args:
        query: selects among the open ones. One value of an indexed attribute is fastest.
        limit: rows of a page.
    """

    def __init__(self, temporal: Temporal, query: str, *, limit: int = PAGE) -> None:
        self._temporal = temporal
        self._query = f"{query} AND ExecutionStatus = 'Running'"
        self._limit = limit
        self._until: datetime | None = None
        self._token = b""
        self._seen: dict[str, datetime] = {}
        """Those that the next page may begin with again, and when they began."""
        self._closes = True
        self.over = False

    async def page(self, within: timedelta | None = None) -> list[WorkflowExecutionInfo]:
        """The next rows, none of them twice; `over` says whether they are the last.

        Raises:
            TemporalUnavailable: Temporal does not respond; the next call asks for the same rows.
        """
        found = await self._asked(within)
        if not found.rows and self._closes:
            # The page would begin with the last row before it: this store lacks that condition.
            self._closes = False
            found = await self._asked(within)
        fresh = [row for row in found.rows if row.execution.run_id not in self._seen]
        self._moved(found)
        return fresh

    async def _asked(self, within: timedelta | None) -> RawRows:
        query = self._query
        if self._until is not None:
            query += f" AND StartTime <= {instant(self._until)}"
            if self._closes:
                query += f" AND {STILL_OPEN}"
        return await raw_rows(
            self._temporal, query, limit=self._limit, token=self._token, within=within
        )

    def _moved(self, found: RawRows) -> None:
        self.over = not found.token or not found.rows
        if self.over:
            return
        began = {row.execution.run_id: row.start_time.ToDatetime(tzinfo=UTC) for row in found.rows}
        # Stores may have instants with more digits than microseconds.
        until = min(began.values()) + _MICROSECOND
        if self._until is not None and until >= self._until:
            # All of them began at the same instant: only the token leads past it.
            self._token = found.token
        else:
            self._until, self._token = until, b""
        self._seen = {r: at for r, at in (self._seen | began).items() if at <= until}
