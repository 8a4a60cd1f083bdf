"""Which tasks have a run in progress."""

from __future__ import annotations

from collections.abc import Sequence

from onthedot import naming
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.paging import literal
from onthedot.service.temporal.rows import PAGE, rows

#: How many runs are looked through at most; of more, the ones that began last.
MOST = 5000


async def tasks_with_runs(temporal: Temporal, among: Sequence[str] | None = None) -> list[str]:
    """The ids of those tasks, of all or `among` some; not of one-time ones that are their own run.

    Raises:
        TemporalUnavailable: Temporal does not answer.
    """
    if among is not None and not among:
        return []
    query = (
        f"WorkflowType = '{naming.TASK_RUN}' AND ExecutionStatus = 'Running' "
        f"AND {naming.TASK_ID.name} IS NOT NULL"
    )
    if among is not None:
        query += f" AND {naming.TASK_ID.name} IN ({', '.join(map(literal, among))})"
    found: dict[str, None] = {}
    async for run in rows(temporal, query, most_pages=MOST // PAGE):
        found[run.typed_search_attributes.get(naming.TASK_ID) or ""] = None
    return sorted(found)
