"""Starting occurrences that a schedule did not, and finding those that it did.

The workflow id of an occurrence is the one that its schedule would have used, and Temporal refuses
the second of two: whatever is started here cannot come to have two runs.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from temporalio import activity
from temporalio.client import Client
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from onthedot import naming
from onthedot.scheduling.run import RunCause
from onthedot.scheduling.stored.run_order import RunOrder

_MOST = 1000


class OccurrenceStarts:
    """The runs of occurrences."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def start(self, run: RunOrder, nominals: Iterable[datetime]) -> int:
        """Start those that have no run yet; how many that were."""
        started = 0
        for nominal in nominals:
            order = run.model_copy(update={"scheduled_for": nominal + run.jitter})
            try:
                await self._client.start_workflow(
                    naming.TASK_RUN,
                    order,
                    id=naming.scheduled_run(run.task_id, nominal),
                    task_queue=activity.info().task_queue,
                    id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                    task_timeout=naming.TASK_TIMEOUT,
                    search_attributes=naming.run_attributes(order),
                    static_summary=naming.run_summary(order),
                )
            except WorkflowAlreadyStartedError:
                continue
            started += 1
        return started

    async def exists(self, task_id: str, nominal: datetime) -> bool:
        """Whether this occurrence has a run."""
        handle = self._client.get_workflow_handle(naming.scheduled_run(task_id, nominal))
        try:
            await handle.describe()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return False
            raise
        return True

    async def latest(self, task_id: str, since: datetime) -> datetime | None:
        """The latest occurrence whose run was started after `since`, as far as lists know it."""
        query = f"{_of_schedule(task_id)} AND StartTime > {_literal(since)}"
        listed = self._client.list_workflows(query, page_size=_MOST)
        await listed.fetch_next_page()
        found = (naming.nominal_instant(row.id) for row in listed.current_page or ())
        return max((nominal for nominal in found if nominal is not None), default=None)

    async def count(self, run: RunOrder, after: datetime) -> int:
        """How many occurrences after an instant were started."""
        start, due = naming.SCHEDULED_START.name, naming.DUE.name
        query = (
            f"{_of_schedule(run.task_id)} AND ({start} > {_literal(after)} OR "
            f"({start} IS NULL AND {due} > {_literal(after + run.jitter)}))"
        )
        return (await self._client.count_workflows(query)).count


def _of_schedule(task_id: str) -> str:
    return (
        f"WorkflowType = '{naming.TASK_RUN}' AND {naming.TASK_ID.name} = '{task_id}' AND "
        f"{naming.CAUSE.name} = '{RunCause.TRIGGER.value}'"
    )


def _literal(instant: datetime) -> str:
    return "'" + instant.astimezone(UTC).isoformat().replace("+00:00", "Z") + "'"
