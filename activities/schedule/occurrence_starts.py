"""Starts occurrences that a schedule did not start, and finds those that it did.

An occurrence gets the workflow id that its schedule would have used. Temporal refuses that id the
second time, so no occurrence gets two runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from temporalio import activity
from temporalio.client import Client
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from onthedot import naming
from onthedot.activities.missing import missing_ok
from onthedot.naming import attributes
from onthedot.naming.queries import instant
from onthedot.scheduling.run import RunCause
from onthedot.scheduling.stored.run_order import RunOrder

_MOST = 1000
#: After this many consecutive occurrences without a run, the search ends.
_IN_A_ROW = 20


class OccurrenceStarts:
    """The runs of occurrences."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def start(self, run: RunOrder, nominals: Iterable[datetime]) -> int:
        """Start those that have no run yet; returns how many."""
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
                    search_attributes=attributes.run_attributes(order),
                    static_summary=attributes.run_summary(order),
                )
            except WorkflowAlreadyStartedError:
                continue
            started += 1
        return started

    async def exists(self, task_id: str, nominal: datetime) -> bool:
        """Whether the occurrence has a run."""
        handle = self._client.get_workflow_handle(naming.scheduled_run(task_id, nominal))
        with missing_ok:
            await handle.describe()
            return True
        return False

    async def in_progress(self, task_id: str) -> bool:
        """Whether a run is in progress, as far as lists show it."""
        query = f"{_of_schedule(task_id)} AND ExecutionStatus = 'Running'"
        return (await self._client.count_workflows(query)).count > 0

    async def latest(self, task_id: str, since: datetime) -> datetime | None:
        """The latest occurrence whose run started after `since`, as far as lists show it."""
        query = f"{_of_schedule(task_id)} AND StartTime > {instant(since)}"
        listed = self._client.list_workflows(query, page_size=_MOST)
        await listed.fetch_next_page()
        found = (naming.nominal_instant(row.id) for row in listed.current_page or ())
        return max((nominal for nominal in found if nominal is not None), default=None)

    async def begun(self, run: RunOrder, after: datetime, due: Sequence[datetime]) -> int:
        """How many occurrences after an instant were started, of which `due` are the latest.

        Lists lag behind, and in no fixed order. So the occurrences around the latest listed one are
        looked up one by one.
        """
        start, key = naming.SCHEDULED_START.name, naming.DUE.name
        query = (
            f"{_of_schedule(run.task_id)} AND ({start} > {instant(after)} OR "
            f"({start} IS NULL AND {key} > {instant(after + run.jitter)}))"
        )
        rows = self._client.list_workflows(query, page_size=_MOST)
        found = [naming.nominal_instant(row.id) async for row in rows]
        # A store may round an instant, and so find it later than itself.
        listed = {nominal for nominal in found if nominal is not None and nominal > after}
        latest = max(listed, default=after)
        unlisted = [nominal for nominal in due if nominal not in listed]
        begun = len(listed)
        for nominal in [each for each in unlisted if each < latest][-_IN_A_ROW:]:
            begun += await self.exists(run.task_id, nominal)
        missing = 0
        for nominal in (each for each in unlisted if each > latest):
            there = await self.exists(run.task_id, nominal)
            begun, missing = begun + there, 0 if there else missing + 1
            if missing == _IN_A_ROW:
                break
        return begun


def _of_schedule(task_id: str) -> str:
    return (
        f"WorkflowType = '{naming.TASK_RUN}' AND {naming.TASK_ID.name} = '{task_id}' AND "
        f"{naming.CAUSE.name} = '{RunCause.TRIGGER.value}'"
    )
