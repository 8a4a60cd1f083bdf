"""The use cases of a single run: read, cancel, and a test of an action without a task."""

from __future__ import annotations

import asyncio
import secrets
from datetime import datetime, timedelta
from typing import Any

from temporalio.api.enums.v1 import PendingActivityState, TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import (
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
    WorkflowFailureError,
)
from temporalio.service import RPCError, RPCStatusCode

from onthedot import naming
from onthedot.encryption.failures import opened
from onthedot.scheduling.action import Action, ActivityAction, WorkflowAction
from onthedot.scheduling.checking.action import check_action
from onthedot.scheduling.errors import InvalidDefinition, NoWorker, RunNotFound, WrongState
from onthedot.scheduling.policy import RetryPolicy
from onthedot.scheduling.run import AttemptMade, Links, Run, RunCause, RunStatus
from onthedot.scheduling.stored.run_order import RunOrder, RunOutcome
from onthedot.service.ledger.history import RunHistory, run_history
from onthedot.service.ledger.skipped import SkippedRuns
from onthedot.service.overview import health
from onthedot.service.runs.progress import progress
from onthedot.service.temporal.calls import RPC_TIMEOUT, Temporal
from onthedot.service.temporal.translate import short_run

_GRACE = timedelta(seconds=10)

#: How often a run is read that ends just as it is read.
_LOOKS = 3


class Runs:
    """The executions of tasks."""

    def __init__(self, temporal: Temporal) -> None:
        self._temporal = temporal

    async def get(self, run_id: str) -> Run:
        """One run with its output: all from its own history, while it runs also from what waits.

        Raises:
            RunNotFound: there is none, or it is past the retention.
            TemporalUnavailable: Temporal does not answer.
        """
        address = naming.RunAddress.parse(run_id)
        if address.execution == naming.NO_EXECUTION:
            return await SkippedRuns(self._temporal).one(address)
        handle = self._temporal.client.get_workflow_handle(
            address.workflow_id, run_id=address.execution
        )
        try:
            for look in range(_LOOKS):
                fetched = await self._temporal.ask(handle.fetch_history(rpc_timeout=RPC_TIMEOUT))
                history = await run_history(self._temporal.client, fetched)
                if not _is_run(history, self._temporal.now()):
                    raise RunNotFound(run_id)
                if history.status is not RunStatus.RUNNING:
                    break
                described = await self._temporal.ask(handle.describe(rpc_timeout=RPC_TIMEOUT))
                # One that ended in between has an output by now.
                if described.status is WorkflowExecutionStatus.RUNNING or look + 1 == _LOOKS:
                    return await self._running(described, history)
        except RPCError as error:
            if error.status in (RPCStatusCode.NOT_FOUND, RPCStatusCode.INVALID_ARGUMENT):
                raise RunNotFound(run_id) from error
            raise
        return self._closed(address, history)

    async def cancel(self, run_id: str, *, by: str = "") -> Run:
        """Ask a run to stop; its action is told, and the run ends as cancelled.

        Raises:
            RunNotFound, TemporalUnavailable.
            WrongState: it has ended already.
        """
        run = await self.get(run_id)
        if run.status is not RunStatus.RUNNING:
            raise WrongState(f"Run {run_id} has ended already: {run.status.value}.")
        address = naming.RunAddress.parse(run_id)
        handle = self._temporal.client.get_workflow_handle(
            address.workflow_id, run_id=address.execution
        )
        await self._temporal.ask(handle.cancel(reason=naming.cancel_reason(by)))
        return run

    async def test(self, action: Action, *, attempt_timeout: timedelta) -> Run:
        """Run an action once without registering it, and wait for how it ends.

        Raises:
            InvalidDefinition, TemporalUnavailable.
            NoWorker: nobody took it up.
        """
        if problems := check_action(action):
            raise InvalidDefinition(*problems)
        if not (await health.check(self._temporal)).workers:
            raise NoWorker(self._temporal.task_queue)
        now = self._temporal.now()
        order = RunOrder(
            task_id="",
            name="Test",
            revision=0,
            action=action,
            timeout=attempt_timeout,
            deadline=attempt_timeout + _GRACE,
            retry=RetryPolicy(max_attempts=1),
            cause=RunCause.MANUAL,
            scheduled_for=now,
        )
        workflow_id = naming.direct_run("", f"test-{secrets.token_hex(8)}")
        handle = await self._temporal.ask(
            self._temporal.client.start_workflow(
                naming.TASK_RUN,
                order,
                id=workflow_id,
                task_queue=self._temporal.task_queue,
                task_timeout=naming.TASK_TIMEOUT,
                search_attributes=naming.run_attributes(order),
                static_summary=naming.run_summary(order),
                rpc_timeout=RPC_TIMEOUT,
            )
        )
        with self._temporal.translated():
            try:
                await asyncio.wait_for(
                    handle.result(), (attempt_timeout + _GRACE + _GRACE).total_seconds()
                )
            except WorkflowFailureError:
                pass
            except TimeoutError:
                await handle.terminate(reason="No worker took the test up.")
                raise NoWorker(self._temporal.task_queue) from None
        execution = handle.first_execution_run_id or ""
        return await self.get(naming.RunAddress(workflow_id, execution).run_id)

    async def _running(self, described: WorkflowExecutionDescription, history: RunHistory) -> Run:
        run = await short_run(self._temporal, described)
        pending = list(described.raw_description.pending_activities)
        converter = self._temporal.client.data_converter
        left = [p.last_failure for p in pending if p.HasField("last_failure")]
        failures = [(await opened(converter, failure)).message for failure in left]
        if not pending and history.last_failure:
            failures = [history.last_failure]
        now = await progress(self._temporal, described, history, due=run.scheduled_for)
        started_at, lateness = now.started_at, None
        if started_at is not None:
            lateness = max(started_at - run.scheduled_for, timedelta(0))
        known = {"attempts": now.begun, "started_at": started_at, "lateness": lateness}
        return Run(
            **{**dict(run), **known},
            cancel_requested_by=history.cancelled_by,
            phase=now.phase,
            phase_since=now.since,
            attempt=now.attempt,
            next_attempt_at=now.next_attempt_at,
            attempts_made=now.made,
            waiting_for=failures[-1] if failures else await self._waiting(pending, history),
        )

    async def _waiting(self, pending: list[Any], history: RunHistory) -> str:
        action = history.order.action if history.order else None
        action = history.state.definition.action if history.state else action
        queue = None
        if isinstance(action, ActivityAction | WorkflowAction):
            queue = action.task_queue
        scheduled = PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED
        if isinstance(action, ActivityAction) and not any(p.state == scheduled for p in pending):
            return ""
        kind = (
            TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY
            if isinstance(action, ActivityAction)
            else TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW
        )
        name = queue or self._temporal.task_queue
        described = await self._temporal.ask(
            self._temporal.client.workflow_service.describe_task_queue(
                DescribeTaskQueueRequest(
                    namespace=self._temporal.client.namespace,
                    task_queue=TaskQueue(name=name),
                    task_queue_type=kind,
                )
            )
        )
        return "" if described.pollers else f"No worker polls the task queue {name!r}."

    def _closed(self, address: naming.RunAddress, history: RunHistory) -> Run:
        outcome, memo = history.outcome, history.memo
        told = outcome or memo
        order, state = history.order, history.state
        due = told.scheduled_for if told else _due(history)
        last, looked_up = history.last, history.looked_up
        output = looked_up.output if looked_up else last.output if last else None
        made = looked_up.made if looked_up else last.made if last else ()
        return Run(
            id=address.run_id,
            task_id=order.task_id if order else state.id if state else "",
            task_name=order.name if order else state.definition.name if state else "",
            status=history.status,
            scheduled_for=due or self._temporal.now(),
            started_at=told.started_at if told else None,
            finished_at=history.closed_at or (outcome.finished_at if outcome else None),
            lateness=told.lateness if told else None,
            attempts=max(told.attempts if told else 0, history.attempts),
            cause=order.cause if order else RunCause.TRIGGER,
            requested_by=order.requested_by if order else "",
            cancel_requested_by=history.cancelled_by,
            error=(told.error if told else None) or history.reason,
            output=outcome.output if outcome else output,
            attempts_made=(outcome.attempts_made or _only(outcome)) if outcome else made,
            links=Links(temporal_ui=self._temporal.ui_link(address.workflow_id, address.execution)),
        )


def _only(outcome: RunOutcome) -> tuple[AttemptMade, ...]:
    """The attempt of a run that made one, which is not stored beside the run's own times."""
    if outcome.attempts != 1:
        return ()
    times = {"started_at": outcome.started_at, "ended_at": outcome.finished_at}
    return (AttemptMade(attempt=1, **times, error=outcome.error),)


def _due(history: RunHistory) -> datetime | None:
    if history.order is not None:
        return history.order.scheduled_for or (
            history.nominal + history.order.jitter if history.nominal else None
        )
    return history.state.due if history.state else None


def _is_run(history: RunHistory, now: datetime) -> bool:
    """A one-time task is a run once it has come due."""
    if history.state is None:
        return history.order is not None
    if history.memo is not None:
        return True
    due = history.state.due
    return history.status is RunStatus.RUNNING and due is not None and due <= now
