"""The tasks of runs: finds them by their attributes, and looks up their names."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from onthedot import naming
from onthedot.naming.queries import literals
from onthedot.scheduling.errors import FieldProblem, InvalidDefinition
from onthedot.scheduling.outages import LaterRelease
from onthedot.scheduling.run import ShortRun
from onthedot.scheduling.stored.task_row import TaskRow
from onthedot.service.tasks.lists.filter import TaskFilter
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.rows import first_rows, rows

#: The most tasks whose runs can be listed at once.
MOST = 5000


async def task_ids(temporal: Temporal, which: TaskFilter) -> list[str]:
    """The ids of matching tasks, including deleted ones that Temporal still keeps.

    Raises:
        InvalidDefinition: more than `MOST` match.
    """
    parts = [f"WorkflowType = '{naming.TASK}'", *which.described()]
    found: set[str] = set()
    async for row in rows(temporal, " AND ".join(parts)):
        found.add(naming.id_in(row.id))
        if len(found) > MOST:
            field = "q" if which.q else "tag" if which.tags else "kind"
            fix = f"more than {MOST} tasks match; narrow it down, for instance by another tag"
            raise InvalidDefinition(FieldProblem(field, fix))
    return sorted(found)


async def named(temporal: Temporal, runs: Sequence[ShortRun]) -> list[ShortRun]:
    """The runs, each with the name of its task; most ended runs already contain it."""
    missing = {run.task_id for run in runs if run.task_id and not run.task_name}
    names = await task_names(temporal, missing)
    return [
        run
        if run.task_name
        else run.model_copy(update={"task_name": names.get(run.task_id, run.task_id)})
        for run in runs
    ]


async def task_names(temporal: Temporal, ids: Collection[str]) -> dict[str, str]:
    """The names of at most 1,000 tasks, by id; missing tasks are left out, and those that a later
    release stored in a form this release does not know.
    """
    return {id_: row.definition.name for id_, row in (await task_rows(temporal, ids)).items()}


async def task_rows(temporal: Temporal, ids: Collection[str]) -> dict[str, TaskRow]:
    """The list rows of at most 1,000 tasks, by id; missing tasks are left out."""
    if not ids:
        return {}
    query = (
        f"WorkflowType = '{naming.TASK}' AND {naming.TASK_ID.name} IN {literals(sorted(ids))} "
        f"AND ExecutionStatus != 'ContinuedAsNew'"
    )
    found: dict[str, TaskRow] = {}
    # Oldest first, so that the latest execution of a task wins.
    for row in sorted(await first_rows(temporal, query), key=lambda row: row.start_time):
        try:
            memo = await row.memo_value(naming.TASK_MEMO, None, type_hint=TaskRow)
        except LaterRelease:
            continue
        if memo is not None:
            found[naming.id_in(row.id)] = memo
    return found
