"""A registered task: the workflow that keeps its definition and makes it run.

A one-time task sleeps until it is due, and is then its own run. A recurring task owns a Temporal
schedule, which is only its clock and which only this workflow changes. Changes arrive as Updates,
and only the loop in `run` carries them out. So changes cannot mix, and a change that a crash
interrupted is completed when a worker next picks up the task.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ApplicationError, FailureError, is_cancelled_exception

from onthedot import naming
from onthedot.scheduling.run import RunCause, RunError
from onthedot.scheduling.stored.run_order import RunOutcome
from onthedot.scheduling.stored.task_state import TaskState
from onthedot.scheduling.task import TaskStatus
from onthedot.scheduling.wording.phrases import duration
from onthedot.workflows import task_steps
from onthedot.workflows.freeze_gate import FreezeGate
from onthedot.workflows.run.execution import execute_run, skip
from onthedot.workflows.task_schedule import ScheduledTask

#: Temporal's lower bound for schedules.
_SHORTEST_CATCHUP = timedelta(seconds=10)


@workflow.defn(name=naming.TASK, sandboxed=False)
class Task(ScheduledTask):
    """One registered task, for as long as it exists."""

    @workflow.init
    def __init__(self, state: TaskState) -> None:
        super().__init__(state)
        self._held_by = ""
        self._gate = FreezeGate(state.id)

    @workflow.run
    async def run(self, state: TaskState) -> RunOutcome | None:
        """Run until the task has fired, is finished, or is deleted.

        Returns:
            The outcome of a one-time task's run; None for everything else.

        Raises:
            ApplicationError: a one-time task's run failed, timed out or was missed.
            asyncio.CancelledError: the task, or its run, was cancelled.
        """
        if state.not_after is not None:
            # By when Temporal accepted it; a worker may pick it up much later.
            # A deletion may have arrived already: Updates are handled before this runs.
            self._deleted |= workflow.info().workflow_start_time > state.not_after
            self._set(not_after=None)
        if state.ended_as and not self._deleted:
            await self._as_it_had_ended(state.ended_as)
            return None
        try:
            outcome = await self._live()
        except (asyncio.CancelledError, FailureError) as error:
            self._closing = True
            if is_cancelled_exception(error) and not self._running:
                await self._without_schedule()
                task_steps.mark(naming.State.WITHDRAWN)
            await self._close()
            raise
        await self._close()
        return outcome

    async def _as_it_had_ended(self, status: str) -> None:
        await self._close()
        if status == TaskStatus.FAILED:
            reason = "Its run had failed when it was deleted. It is restored as it was."
            raise ApplicationError(reason, type="Restored", non_retryable=True)

    async def _live(self) -> RunOutcome | None:
        while not self._deleted:
            if self._state.due is not None:
                if outcome := await self._once(self._state.due):
                    return outcome
            elif await self._recurring():
                return None
        await self._without_schedule()
        return None

    async def _close(self) -> None:
        self._closing = True
        if self._deleted:
            task_steps.mark_deleted(self._state)
        self._settled = self._state.revision + 1
        await workflow.wait_condition(workflow.all_handlers_finished)

    async def _once(self, due: datetime) -> RunOutcome | None:
        state = self._state
        if state.scheduled:
            if refusal := await self._remove_schedule(start_due=True):
                await self._try_again_later(refusal, state.revision)
            else:
                self._in_force(state.revision, since=self._state.covered_until)
            return None
        self._settled = state.revision
        if await self._renew():
            return None
        if state.definition.paused:
            if not await self._changed_by(state.paused_until, "Paused"):
                self._resume()
            return None
        if await self._changed_by(state.handed_out_at, "Until it is due"):
            return None
        if await self._frozen(due):
            return None
        self._running = True
        order = state.order(cause=RunCause.TRIGGER)
        late = workflow.now() - due
        if late > max(state.definition.catchup_window, _SHORTEST_CATCHUP):
            why = f"{self._held_by}. " if self._held_by else ""
            length = duration(timedelta(seconds=round(late.total_seconds())))
            reason = f"{why}It came up {length} after it was due, past its catch-up window."
            outcome = await skip(order, due=due, error=RunError(type="Missed", message=reason))
            raise ApplicationError(reason, outcome, type="Missed", non_retryable=True)
        # The catch-up window limits how late it may begin, not the deadline.
        return await execute_run(order, due=due, begun=workflow.now())

    async def _frozen(self, due: datetime) -> bool:
        """Whether the task has to start over, because a freeze held it or it was changed."""
        seen = self._state.revision
        last = due + max(self._state.definition.catchup_window, _SHORTEST_CATCHUP)
        freeze = await self._gate.freeze(due=due, until=last)
        if freeze is None or freeze.until is None:
            return self._changed_since(seen)
        self._held_by = freeze.reason
        self._show_frozen(freeze.reason)
        await self._changed_by(freeze.until + freeze.release_after, freeze.reason)
        self._show_frozen("")
        return True

    def _show_frozen(self, by: str) -> None:
        self._set(frozen=by)
        task_steps.publish(self._state)
