"""A walk through many open workflows that costs the same at each page.

With Temporal's own token, PostgreSQL reads every row before the page again: of a million rows, half
a million on average. So each page is asked for by when the last row of the one before began.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from temporalio.api.workflow.v1 import WorkflowExecutionInfo

from onthedot.naming.queries import instant
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.raw_rows import RawRows, raw_rows

_MICROSECOND = timedelta(microseconds=1)

#: Where nothing else is said: few enough to come in time from a Temporal that has much to do.
PAGE = 250


#: Holds for open workflows only, and not in every store: to PostgreSQL they close at the end of
#: time.
#: With this condition it finds those that began in a period without looking at others.
STILL_OPEN = "CloseTime = '9999-12-31T23:59:59Z'"


class OpenWalk:
    """Open workflows, the latest to begin first. One that is broken off goes on where it stood.

    Args:
        query: which of the open ones. Rows of one value of an indexed attribute come quickest.
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
            # The last row of the page before would be there: this store knows no end of time.
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
        # Stores may keep more of an instant than a microsecond.
        until = min(began.values()) + _MICROSECOND
        if self._until is not None and until >= self._until:
            # All of them began at one instant: only the token leads past it.
            self._token = found.token
        else:
            self._until, self._token = until, b""
        self._seen = {r: at for r, at in (self._seen | began).items() if at <= until}
