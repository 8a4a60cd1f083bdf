"""A registered task: the workflow that holds its definition and sees that it fires.

A one-time task sleeps until it is due and is then its own run. A recurring task owns a Temporal
schedule, which is only its clock: this workflow is the only one that writes it. Every change comes
in as an Update; the loop in `run` is the only place that carries one out, so changes cannot mix,
and one that a crash cut in half is finished when a worker takes the task up again.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ApplicationError, FailureError, is_cancelled_exception

from onthedot import naming
from onthedot.scheduling.run import RunCause, RunError
from onthedot.scheduling.stored.run_order import RunOutcome
from onthedot.scheduling.stored.task_row import TaskRow
from onthedot.scheduling.stored.task_state import (
    Change,
    ChangeKind,
    RefusedChange,
    TaskState,
    apply_change,
)
from onthedot.scheduling.task import HealthReport
from onthedot.workflows import task_steps
from onthedot.workflows.execution import carry_out, skip

#: The same lower bound as Temporal has for its schedules.
_SHORTEST_CATCHUP = timedelta(seconds=10)


@workflow.defn(name=naming.TASK, sandboxed=False)
class Task:
    """One registered task, for as long as it exists."""

    @workflow.init
    def __init__(self, state: TaskState) -> None:
        self._state = _may_have_schedule(state)
        self._deleted = False
        self._running = False
        self._closing = False
        self._look_wanted = False
        self._settled = state.revision - 1
        """The latest revision that is in force; beyond any once the task has closed."""

    @workflow.run
    async def run(self, state: TaskState) -> RunOutcome | None:
        """Live until fired, finished or deleted.

        Returns:
            The outcome of a one-time task's run; None for everything else.

        Raises:
            ApplicationError: a one-time task's run failed, timed out or was missed.
            asyncio.CancelledError: the task, or its run, was cancelled.
        """
        if state.not_after is not None:
            # When Temporal took it, not when a worker did: that may be long after.
            # A deletion may have come already: changes are taken before this runs.
            self._deleted |= workflow.info().workflow_start_time > state.not_after
            self._state = self._state.model_copy(update={"not_after": None})
        try:
            outcome = await self._live()
        except (asyncio.CancelledError, FailureError) as error:
            self._closing = True
            if is_cancelled_exception(error) and not self._running:
                await self._remove_schedule()
                task_steps.mark(naming.State.WITHDRAWN)
            await self._close()
            raise
        await self._close()
        return outcome

    @workflow.signal(name=naming.LOOK)
    def look(self) -> None:
        """Have the task look at its schedule, and mend what is not as it should be."""
        self._look_wanted = True

    @workflow.signal(name=naming.HEALTH_REPORT)
    def report_health(self, report: HealthReport) -> None:
        """Note how a run went, if it ended after the one that was noted before."""
        before = self._state.health
        if self._closing or (before is not None and report.at <= before.at):
            return
        self._state = self._state.model_copy(update={"health": report})
        if workflow.info().typed_search_attributes.get(naming.WORDS) is None:
            # It was registered by an earlier release.
            task_steps.show(self._state)
        if before is None or before.health is not report.health:
            task_steps.show_health(report.health)

    @workflow.update(name=naming.CHANGE)
    async def change(self, change: Change) -> TaskState:
        """Carry out a change; answered when it is in force."""
        if change.kind is ChangeKind.DELETE:
            self._deleted = True
            if not self._running:
                await workflow.wait_condition(lambda: self._settled > self._state.revision)
            else:
                task_steps.mark(naming.State.DELETED)
            return self._state
        self._adopt(apply_change(self._state, change, at=workflow.now()))
        mine = self._state
        await workflow.wait_condition(lambda: self._settled >= mine.revision)
        return self._state if self._state.revision == mine.revision else mine

    @change.validator
    def _refuse(self, change: Change) -> None:
        refusal = self._refusal(change)
        if refusal is not None:
            raise ApplicationError(refusal, self._state.revision, type=refusal, non_retryable=True)

    def _refusal(self, change: Change) -> RefusedChange | None:
        if workflow.now() > change.not_after:
            return RefusedChange.EXPIRED
        if self._deleted:
            return RefusedChange.DELETED
        if change.expected_revision not in (None, self._state.revision):
            return RefusedChange.REVISION
        due = None if self._state.definition.paused else self._state.due
        came_due = self._running or (due is not None and workflow.now() >= due)
        if self._closing or (came_due and change.kind is not ChangeKind.DELETE):
            return RefusedChange.STATE
        return None

    async def _live(self) -> RunOutcome | None:
        while not self._deleted:
            if self._state.due is not None:
                if outcome := await self._once(self._state.due):
                    return outcome
            elif await self._recurring():
                return None
        await self._remove_schedule()
        return None

    async def _close(self) -> None:
        self._closing = True
        if self._deleted:
            task_steps.mark(naming.State.DELETED)
        self._settled = self._state.revision + 1
        await workflow.wait_condition(workflow.all_handlers_finished)

    async def _once(self, due: datetime) -> RunOutcome | None:
        state = self._state
        if state.scheduled:
            await self._remove_schedule(start_due=True)
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
        self._running = True
        order = state.order(cause=RunCause.TRIGGER)
        late = workflow.now() - due
        if late > max(state.definition.catchup_window, _SHORTEST_CATCHUP):
            reason = f"It came up {late} after it was due, past its catch-up window."
            outcome = await skip(order, due=due, error=RunError(type="Missed", message=reason))
            raise ApplicationError(reason, outcome, type="Missed", non_retryable=True)
        return await carry_out(order, due=due)

    async def _recurring(self) -> bool:
        self._state = state = _may_have_schedule(self._state)
        applied = await task_steps.bring_schedule_in_line(state)
        known = {"covered_until": applied.covered_until, "look": applied.look}
        self._state = self._state.model_copy(update=known)
        self._in_force(state.revision, since=applied.effective_at)
        self._settled = state.revision
        if self._changed_since(state.revision):
            return False
        left = applied.remaining if applied.finished else None
        self._state = self._state.model_copy(update={"remaining": left})
        if applied.finished:
            await self._remove_schedule()
            if self._changed_since(state.revision):
                return False
            workflow.upsert_memo({naming.TASK_MEMO: TaskRow.of(self._state)})
            return True
        await self._rest(applied.wake_at)
        return False

    async def _rest(self, wake_at: datetime | None) -> None:
        if await self._renew():
            return
        until = self._state.paused_until if self._state.definition.paused else None
        wakes = [at for at in (wake_at, until) if at is not None]
        first = min(wakes) if wakes else None
        changed = await self._changed_by(first, "Until the next look at the schedule")
        if not changed and until is not None and workflow.now() >= until:
            self._resume()

    async def _changed_by(self, at: datetime | None, why: str) -> bool:
        """Wait for a change, until `at` at the latest; whether there was one."""
        seen = self._state.revision

        def changed() -> bool:
            return self._look_wanted or self._changed_since(seen)

        while at is None or workflow.now() < at:
            timeout = None if at is None else at - workflow.now()
            try:
                await workflow.wait_condition(changed, timeout=timeout, timeout_summary=why)
            except TimeoutError:
                continue
            self._look_wanted = False
            return True
        return False

    def _changed_since(self, revision: int) -> bool:
        return self._deleted or self._state.revision != revision

    def _in_force(self, revision: int, *, since: datetime) -> None:
        revisions = range(self._settled + 1, revision + 1)
        if revision > 1:
            self._state = self._state.in_force(since, revisions)

    async def _renew(self) -> bool:
        """Continue as new when the history has become long; whether a change came instead."""
        if not workflow.info().is_continue_as_new_suggested():
            return False
        seen = self._state.revision
        await workflow.wait_condition(
            lambda: workflow.all_handlers_finished() or self._changed_since(seen)
        )
        if not self._changed_since(seen):
            memo = {naming.TASK_MEMO: TaskRow.of(self._state)}
            workflow.continue_as_new(self._state, memo=memo)
        return True

    async def _remove_schedule(self, *, start_due: bool = False) -> None:
        if self._state.scheduled:
            await task_steps.remove_schedule(self._state.id, start_due=start_due)
            gone = {"scheduled": False, "look": None, "covered_until": workflow.now()}
            self._state = self._state.model_copy(update=gone)

    def _resume(self) -> None:
        resume = Change(kind=ChangeKind.RESUME, by="pause until", not_after=workflow.now())
        self._adopt(apply_change(self._state, resume, at=workflow.now()))

    def _adopt(self, state: TaskState) -> None:
        self._state = state = _may_have_schedule(state)
        task_steps.show(state)


def _may_have_schedule(state: TaskState) -> TaskState:
    """Noted before the schedule is made, so that a crash in between leaves none behind."""
    return state.model_copy(update={"scheduled": state.scheduled or state.due is None})
