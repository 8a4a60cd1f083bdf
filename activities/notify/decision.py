"""Decides at the end of a run whether somebody is to be told, and starts what tells it.

1. The runs of the task that ended before are listed, newest first. The failures at the front are a
   row; cancelled, terminated and skipped runs neither lengthen nor end it.
2. A failure is told when it makes the row as long as the task asks, a success when it ends such a
   row, a missed occurrence always.
3. The notification is a workflow of its own, whose id is made from the first run of the row, so
   that a row is told once, however many runs see it.
"""

from __future__ import annotations

from temporalio import activity
from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus
from temporalio.common import SearchAttributePair, TypedSearchAttributes, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from onthedot import naming
from onthedot.scheduling.notify import EndedRun, NotificationOrder, Notify, NotifyEvent, message
from onthedot.scheduling.run import RunStatus

#: How many failures more than it takes are looked through for the first one of the row.
_FURTHER = 100

_FAILED = (WorkflowExecutionStatus.FAILED, WorkflowExecutionStatus.TIMED_OUT)


class NotifyActivities:
    """The activities that start notifications."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @activity.defn(name=naming.NOTIFY)
    async def notify(self, ended: EndedRun) -> None:
        """Start the notification of a run that has ended, if there is something to tell.

        At least once a row: a list that does not show the run before yet may tell a row twice.
        """
        wanted, run = ended.notify, ended.run
        if run.status is RunStatus.SKIPPED:
            if wanted.on_missed:
                await self._start(ended, NotifyEvent.MISSED, run.id, failures=0)
            return
        row = await self._row(run.task_id, wanted, one=run.status is RunStatus.SUCCEEDED)
        if row is None:
            return
        if run.status is not RunStatus.SUCCEEDED:
            row = [run.id.rpartition("~")[2], *row]
            if len(row) >= wanted.after:
                await self._start(ended, NotifyEvent.FAILED, row[-1], failures=len(row))
        elif wanted.on_recovery and len(row) >= wanted.after:
            await self._start(ended, NotifyEvent.RECOVERED, row[-1], failures=len(row))

    async def _row(self, task_id: str, wanted: Notify, *, one: bool) -> list[str] | None:
        """The executions that failed in a row before, newest first; None if they are too many.

        Args:
            one: most likely there is none, so look at one run before looking at more.
        """
        if one and not await self._failures(task_id, 1):
            return []
        most = wanted.after + _FURTHER
        found = await self._failures(task_id, most)
        return found if len(found) < most else None

    async def _failures(self, task_id: str, most: int) -> list[str]:
        runs = self._client.list_workflows(_query(task_id), page_size=most, limit=most)
        found = []
        async for run in runs:
            if not _failed(run):
                break
            found.append(run.run_id)
        return found

    async def _start(
        self, ended: EndedRun, event: NotifyEvent, first: str, *, failures: int
    ) -> None:
        run = ended.run
        body = message(event, name=ended.name, failures=failures, run=run.model_dump(mode="json"))
        await start_notification(
            self._client,
            NotificationOrder(
                event=event,
                task_id=run.task_id,
                run_id=run.id,
                at=run.scheduled_for,
                action=ended.notify.action(body),
            ),
            token=first,
            task_queue=activity.info().task_queue,
        )


async def start_notification(
    client: Client, order: NotificationOrder, *, token: str, task_queue: str
) -> bool:
    """Start telling it, once for each event and `token`; whether it was not started before."""
    try:
        await client.start_workflow(
            naming.NOTIFICATION,
            order,
            id=naming.notification(order.task_id, order.event.value, token),
            task_queue=task_queue,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            search_attributes=TypedSearchAttributes(
                [SearchAttributePair(naming.TASK_ID, order.task_id)]
            ),
            static_summary=f"{order.task_id}: tell that it {_SAID[order.event]}"[:200],
        )
    except WorkflowAlreadyStartedError:
        return False
    return True


_SAID = {
    NotifyEvent.FAILED: "failed",
    NotifyEvent.RECOVERED: "succeeded again",
    NotifyEvent.MISSED: "missed an occurrence",
}


def _query(task_id: str) -> str:
    return (
        f"{naming.TASK_ID.name} = '{task_id}' "
        f"AND ExecutionStatus IN ('Completed', 'Failed', 'TimedOut') "
        f"AND ((WorkflowType = '{naming.TASK_RUN}' AND ({naming.STATUS.name} IS NULL "
        f"OR {naming.STATUS.name} != '{naming.State.SKIPPED}')) "
        f"OR (WorkflowType = '{naming.TASK}' AND {naming.KIND.name} = 'once' "
        f"AND {naming.STATUS.name} NOT IN ('{naming.State.DELETED}', '{naming.State.SKIPPED}')))"
    )


def _failed(run: WorkflowExecution) -> bool:
    return run.status in _FAILED
