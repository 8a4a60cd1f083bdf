"""Lists the runs of a task's instants from Temporal's visibility, whatever started them."""

from __future__ import annotations

from datetime import datetime, timedelta

from onthedot import naming
from onthedot.naming.queries import instant, literal
from onthedot.scheduling.errors import FieldProblem, InvalidDefinition
from onthedot.scheduling.ledger.entries import MAX_INSTANTS
from onthedot.scheduling.ledger.evidence import SeenRun
from onthedot.scheduling.run import RunStatus
from onthedot.service.runs.listed import short_run
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.rows import rows

_SECOND = timedelta(seconds=1)


async def seen_runs(
    temporal: Temporal, task_id: str, *, since: datetime, until: datetime, jitter: timedelta
) -> list[SeenRun]:
    """The runs of instants from `since` to `until`, and those in progress at any of them.

    Manual runs belong to no instant, and are left out.

    Raises:
        InvalidDefinition: there are too many.
    """
    found: list[SeenRun] = []
    async for row in rows(temporal, _query(temporal, task_id, since, until, jitter)):
        run = await short_run(temporal, row)
        nominal = naming.nominal_instant(row.id) or run.scheduled_for
        if row.workflow_type == naming.TASK:
            nominal = row.typed_search_attributes.get(naming.DUE) or nominal
        closed = row.close_time if run.status is not RunStatus.RUNNING else None
        found.append(SeenRun(run, nominal, opened=row.start_time, closed=closed))
        if len(found) > 2 * MAX_INSTANTS:
            fix = "there are too many runs in this period; choose a shorter one"
            raise InvalidDefinition(FieldProblem("since", fix))
    return found


def _query(
    temporal: Temporal, task_id: str, since: datetime, until: datetime, jitter: timedelta
) -> str:
    # The id of a run that was started manually in Temporal has whole seconds.
    first, last = instant(since), instant(until + _SECOND)
    due, nominal = naming.DUE.name, naming.SCHEDULED_START.name
    return (
        f"{naming.TASK_ID.name} = {literal(task_id)} AND ("
        f"(WorkflowType = '{naming.TASK_RUN}' "
        f"AND {naming.CAUSE.name} IN ('trigger', 'backfill', 'retry') "
        f"AND (({nominal} >= {first} AND {nominal} <= {last}) "
        f"OR ({due} >= {first} AND {due} <= {instant(until + jitter + _SECOND)}) "
        f"OR (StartTime <= {last} AND (CloseTime >= {first} OR ExecutionStatus = 'Running')))) "
        f"OR (WorkflowType = '{naming.TASK}' AND {naming.KIND.name} = 'once' "
        f"AND {due} >= {first} AND {due} <= {last} AND {due} <= {instant(temporal.now())} "
        f"AND ExecutionStatus != 'ContinuedAsNew' "
        f"AND {naming.STATUS.name} NOT IN ('deleted', 'withdrawn', 'paused')))"
    )
