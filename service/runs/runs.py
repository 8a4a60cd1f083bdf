"""The use cases of single runs: read, cancel, and test an action without a task."""

from __future__ import annotations

import asyncio
import secrets
from datetime import timedelta
from typing import Any

from temporalio.client import WorkflowFailureError, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode

from onthedot import naming
from onthedot.naming import attributes
from onthedot.naming.run_address import RunAddress
from onthedot.scheduling.action import Action
from onthedot.scheduling.checking.action import check_action
from onthedot.scheduling.errors import InvalidDefinition, WrongState
from onthedot.scheduling.outages import NoWorker
from onthedot.scheduling.policy import RetryPolicy
from onthedot.scheduling.run import Run, RunCause, RunStatus
from onthedot.scheduling.stored.run_order import RunOrder
from onthedot.service.ledger.skipped import SkippedRuns
from onthedot.service.overview import health
from onthedot.service.runs.reading import read_run
from onthedot.service.temporal.calls import Temporal

_GRACE = timedelta(seconds=10)


class Runs:
    """The executions of tasks."""

    def __init__(self, temporal: Temporal) -> None:
        self._temporal = temporal

    async def get(self, run_id: str) -> Run:
        """One run with its output.

        Raises:
            RunNotFound: there is none, or it is past the retention.
        """
        address = RunAddress.parse(run_id)
        if address.execution == naming.NO_EXECUTION:
            return await SkippedRuns(self._temporal).one(address)
        return (await read_run(self._temporal, run_id)).run

    async def cancel(self, run_id: str, *, by: str = "") -> Run:
        """Ask a run to stop; its action is cancelled, and the run ends as cancelled.

        Raises:
            RunNotFound.
            WrongState: it has ended already.
        """
        run = await self.get(run_id)
        if run.status is not RunStatus.RUNNING:
            raise WrongState(f"Run {run_id} has ended already: {run.status.value}.")
        address = RunAddress.parse(run_id)
        handle = self._temporal.client.get_workflow_handle(
            address.workflow_id, run_id=address.execution
        )
        await self._temporal.ask(handle.cancel(reason=naming.cancel_reason(by)))
        return run

    async def test(self, action: Action, *, attempt_timeout: timedelta, by: str = "") -> Run:
        """Run an action once, on behalf of `by`, without registering it; returns the ended run.

        Raises:
            InvalidDefinition.
            NoWorker: no worker picked it up.
        """
        if problems := check_action(action):
            raise InvalidDefinition(*problems)
        if not (await health.check(self._temporal)).ready:
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
            requested_by=by,
        )
        workflow_id = naming.direct_run("", f"test-{secrets.token_hex(8)}")
        handle = await self._temporal.ask(
            self._temporal.client.start_workflow(
                naming.TASK_RUN,
                order,
                id=workflow_id,
                task_queue=self._temporal.task_queue,
                task_timeout=naming.TASK_TIMEOUT,
                memo=attributes.run_memo(order),
                search_attributes=attributes.run_attributes(order),
                static_summary=attributes.run_summary(order),
                rpc_timeout=self._temporal.rpc_timeout,
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
                if await _withdrawn(handle):
                    raise NoWorker(self._temporal.task_queue) from None
        execution = handle.first_execution_run_id or ""
        return await self.get(RunAddress(workflow_id, execution).run_id)


async def _withdrawn(test: WorkflowHandle[Any, Any]) -> bool:
    """Terminate a test that no worker has ended; False if it has ended just now."""
    try:
        await test.terminate(reason="No worker started the test.")
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return False
    return True
