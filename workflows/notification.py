"""Sends a notification about a run, durably and independently of the run."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError

from onthedot import naming
from onthedot.scheduling.notify import NotificationOrder, Notified
from onthedot.scheduling.stored.attempt import (
    CLOSING,
    HEARTBEAT_TIMEOUT,
    PLACE_WAIT,
    AttemptResult,
    HttpAttempt,
)

#: How long one call may take, and how long it is retried.
_TIMEOUT = timedelta(seconds=30)
_GIVE_UP = timedelta(hours=24)

_MARGIN = timedelta(seconds=10)


@workflow.defn(name=naming.NOTIFICATION, sandboxed=False)
class Notification:
    """One notification to one receiver."""

    @workflow.run
    async def run(self, order: NotificationOrder) -> None:
        """Call the receiver until it accepts the notification.

        Raises:
            ApplicationError: the receiver refused it, or did not accept it within a day.
        """
        info = workflow.info()
        told = Notified(
            task=order.task_id,
            run=order.run_id,
            event=order.event,
            url=order.action.url.partition("?")[0],
            delivered=True,
        )
        try:
            await workflow.execute_activity(
                naming.HTTP,
                HttpAttempt(
                    action=order.action,
                    task_id=order.task_id,
                    run_id=order.run_id,
                    idempotency_key=info.workflow_id,
                    scheduled_for=order.at,
                    timeout=_TIMEOUT,
                ),
                result_type=AttemptResult,
                start_to_close_timeout=_TIMEOUT + PLACE_WAIT + CLOSING,
                schedule_to_close_timeout=_GIVE_UP,
                heartbeat_timeout=HEARTBEAT_TIMEOUT,
                retry_policy=RetryPolicy(maximum_interval=timedelta(minutes=5)),
            )
        except ActivityError as error:
            reason = str(error.cause or error)
            await _record(told.model_copy(update={"delivered": False, "error": reason[:500]}))
            raise ApplicationError(reason, type="NotDelivered", non_retryable=True) from error
        await _record(told)


async def _record(told: Notified) -> None:
    try:
        await workflow.execute_local_activity(
            naming.NOTIFIED,
            told,
            start_to_close_timeout=_MARGIN,
            retry_policy=RetryPolicy(maximum_attempts=3),
        )
    except (ActivityError, ApplicationError):
        workflow.logger.warning("The end of a notification of %s could not be logged", told.task)
