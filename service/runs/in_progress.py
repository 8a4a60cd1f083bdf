"""Which tasks have a run in progress."""

from __future__ import annotations

from collections.abc import Sequence

from temporalio.client import WorkflowExecution, WorkflowExecutionStatus

from onthedot import naming
from onthedot.naming.queries import literals
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.rows import PAGE, rows

#: The most runs that are read; if there are more, the latest.
MOST = 5000

#: How many runs are read first. Usually fewer are in progress.
_FEW = 20

#: Lists begin with what is in progress, so reading stops at the first row that has ended. SQLite
#: would scan every waiting task for a query for running ones, and likewise for the condition that
#: Temporal adds to a query that does not name the division.
_IN_ORDER = (
    f"WorkflowType = '{naming.TASK_RUN}' AND {naming.TASK_ID.name} IS NOT NULL "
    f"AND (TemporalNamespaceDivision IS NULL OR TemporalNamespaceDivision = '-')"
)


async def tasks_with_runs(temporal: Temporal, among: Sequence[str] | None = None) -> list[str]:
    """The ids of those tasks, of all or `among` some; without one-time ones, their own runs."""
    if among is not None and not among:
        return []
    listed = temporal.client.list_workflows(_IN_ORDER, page_size=_FEW)
    await temporal.ask(listed.fetch_next_page())
    first = listed.current_page or ()
    found = dict.fromkeys(_task_of(run) for run in first if _goes_on(run))
    if listed.next_page_token and all(map(_goes_on, first)):
        # There are more.
        found = dict.fromkeys(await (_of_all(temporal) if among is None else _of(temporal, among)))
    return sorted(found if among is None else found.keys() & set(among))


async def _of_all(temporal: Temporal) -> list[str]:
    found = []
    async for run in rows(temporal, _IN_ORDER, most_pages=MOST // PAGE):
        if not _goes_on(run):
            break
        found.append(_task_of(run))
    return found


async def _of(temporal: Temporal, among: Sequence[str]) -> list[str]:
    query = (
        f"WorkflowType = '{naming.TASK_RUN}' AND ExecutionStatus = 'Running' "
        f"AND {naming.TASK_ID.name} IN {literals(among)}"
    )
    return [_task_of(run) async for run in rows(temporal, query, most_pages=MOST // PAGE)]


def _goes_on(run: WorkflowExecution) -> bool:
    return run.status is WorkflowExecutionStatus.RUNNING


def _task_of(run: WorkflowExecution) -> str:
    return run.typed_search_attributes.get(naming.TASK_ID) or ""
