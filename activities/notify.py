"""Decides at the end of a run whether someone is to be notified, and starts the notification.

1. List the task's earlier runs, newest first. The failures at the front are a row; cancelled,
   terminated and skipped runs neither lengthen nor end it.
2. Count a row that is longer than the list, from the last success on. The schedule passes a row
   that outlasts Temporal's retention from run to run.
3. Notify of a failure that makes the row as long as the task asks, of a success that ends such a
   row, and of every missed occurrence.
4. The notification is a separate workflow. Its id is made from the first run of the row, so there
   is one per row, however many runs see it.
"""

from __future__ import annotations

import itertools
import logging

from prometheus_client import Counter
from temporalio import activity
from temporalio.client import Client, WorkflowExecution
from temporalio.common import SearchAttributePair, TypedSearchAttributes, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from onthedot import naming
from onthedot.activities.ended_runs import ended_runs, has_failed
from onthedot.naming.queries import instant
from onthedot.scheduling.notify import (
    EndedRun,
    FailureRow,
    NotificationOrder,
    Notified,
    NotifyEvent,
    message,
)
from onthedot.scheduling.run import RunStatus

#: How many more failures than necessary are listed, in case the run before could not notify.
_FURTHER = 100

_SAID = {
    NotifyEvent.FAILED: "failed",
    NotifyEvent.RECOVERED: "succeeded again",
    NotifyEvent.MISSED: "missed an occurrence",
}

log = logging.getLogger("onthedot.notifications")

NOTIFICATIONS = Counter(
    "onthedot_notifications", "Notifications that ended.", ["event", "delivered"]
)


class NotifyActivities:
    """The activities that start notifications."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @activity.defn(name=naming.NOTIFY)
    async def notify(self, ended: EndedRun) -> FailureRow | None:
        """Start the notification of a run that has ended, if one is due.

        At least once a row: if a list does not show the run before yet, a row may cause two.

        Returns:
            The row of failures that ends with this run, to be passed to the next run.
        """
        wanted, run = ended.notify, ended.run
        if run.status is RunStatus.SKIPPED:
            if wanted.on_missed:
                await self._start(ended, NotifyEvent.MISSED, run.id, failures=0)
            return None
        if run.status is RunStatus.SUCCEEDED:
            before = await self._before(ended) if wanted.on_recovery else None
            if before is not None and before.count >= wanted.after:
                await self._start(ended, NotifyEvent.RECOVERED, before.first, failures=before.count)
            return None
        row = _longer(await self._before(ended), by=run.id.rpartition("~")[2])
        if wanted.after <= row.count < wanted.after + _FURTHER and not row.told:
            await self._start(ended, NotifyEvent.FAILED, row.first, failures=row.count)
        return row.model_copy(update={"told": row.count >= wanted.after})

    async def _before(self, ended: EndedRun) -> FailureRow | None:
        """The row of failures before this run; None if the last run did not fail."""
        task_id, wanted = ended.run.task_id, ended.notify
        most = wanted.after + _FURTHER
        if ended.run.status is RunStatus.SUCCEEDED:
            # Most likely there is no row, so read one run before reading more.
            last = await self._ended(task_id, 1)
            if last and not has_failed(last[0]):
                return None
        runs = await self._ended(task_id, most)
        failed = [run.run_id for run in itertools.takewhile(has_failed, runs)]
        if len(failed) < len(runs):
            return FailureRow(count=len(failed), first=failed[-1]) if failed else None
        if ended.handed is not None and ended.handed.count >= len(failed):
            return ended.handed
        if len(failed) == most:
            return await self._counted(task_id)
        return FailureRow(count=len(failed), first=failed[-1]) if failed else None

    async def _ended(self, task_id: str, most: int) -> list[WorkflowExecution]:
        runs = self._client.list_workflows(ended_runs(task_id), page_size=most, limit=most)
        return [run async for run in runs]

    async def _counted(self, task_id: str) -> FailureRow:
        """A row that is too long to be listed."""
        failures = ended_runs(task_id, ("Failed", "TimedOut"))
        success = self._client.list_workflows(
            ended_runs(task_id, ("Completed",)), page_size=1, limit=1
        )
        first = "all"
        async for run in success:
            first = f"after-{run.run_id}"
            if run.close_time is not None:
                failures += f" AND CloseTime > {instant(run.close_time)}"
        counted = await self._client.count_workflows(failures)
        return FailureRow(count=counted.count, first=first)

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
    """Start the notification, once for each event and `token`; True if this call started it."""
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


def _longer(row: FailureRow | None, *, by: str) -> FailureRow:
    if row is None:
        return FailureRow(count=1, first=by)
    return row.model_copy(update={"count": row.count + 1})


# Prometheus sees the first increase only of a counter that already exists.
for _event in NotifyEvent:
    NOTIFICATIONS.labels(_event.value, "false")


@activity.defn(name=naming.NOTIFIED)
async def notified(told: Notified) -> None:
    """Write the line and count the notification. At least once."""
    level = logging.INFO if told.delivered else logging.ERROR
    log.log(level, told.model_dump_json())
    NOTIFICATIONS.labels(told.event.value, str(told.delivered).lower()).inc()
