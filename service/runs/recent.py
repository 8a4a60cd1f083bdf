"""The last few runs of several tasks at once, for a page of tasks."""

from __future__ import annotations

from collections.abc import Sequence

from onthedot import naming
from onthedot.naming.queries import literals
from onthedot.scheduling.run import ShortRun
from onthedot.service.runs.listed import short_run
from onthedot.service.runs.listing import RunFilter
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.rows import first_rows

#: Runs read at a time. The busiest tasks may fill a page; then the others are queried again.
_PAGE = 500
_ROUNDS = 3
_EACH = 14


async def recent_runs(temporal: Temporal, task_ids: Sequence[str]) -> dict[str, list[ShortRun]]:
    """The last runs of these tasks, at most 14 per task: running ones first, then newest first.

    A task that ran far less often than the others may have more runs than are returned.
    """
    found: dict[str, list[ShortRun]] = {task_id: [] for task_id in task_ids}
    missing = list(task_ids)
    for _ in range(_ROUNDS):
        if not missing:
            break
        query = (
            f"{RunFilter().query(temporal.now())} AND {naming.TASK_ID.name} IN {literals(missing)}"
        )
        rows = await first_rows(temporal, query, limit=_PAGE)
        fresh: dict[str, list[ShortRun]] = {task_id: [] for task_id in missing}
        for row in rows:
            task_id = row.typed_search_attributes.get(naming.TASK_ID) or ""
            if task_id in fresh and len(fresh[task_id]) < _EACH:
                fresh[task_id].append(await short_run(temporal, row))
        found.update(fresh)
        if len(rows) < _PAGE:
            break
        missing = [task_id for task_id in missing if len(fresh[task_id]) < _EACH]
    return found
