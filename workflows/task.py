"""A registered task: the workflow that keeps its definition and makes it run.

A one-time task sleeps until it is due, and is then its own run. A recurring task owns a Temporal
schedule, which is only its clock and which only this workflow changes. Changes arrive as Updates,
and only the loop in `run` carries them out. So changes cannot mix, and a change that a crash
interrupted is completed when a worker next picks up the task.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ApplicationError, FailureError, is_cancelled_exception

from onthedot import naming
from onthedot.scheduling.run import RunCause, RunError
from onthedot.scheduling.stored.run_order import RunOutcome
from onthedot.scheduling.stored.task_row import TaskRow
from onthedot.scheduling.stored.task_state import TaskState
from onthedot.scheduling.task import TaskStatus
from onthedot.scheduling.wording.phrases import duration
from onthedot.workflows import task_steps
from onthedot.workflows.freeze_gate import FreezeGate
from onthedot.workflows.refusals import Refusal
from onthedot.workflows.run.execution import execute_run, skip
from onthedot.workflows.task_changes import ChangeableTask, may_have_schedule

#: Temporal's lower bound for schedules.
_SHORTEST_CATCHUP = timedelta(seconds=10)

_LONG_AGO = datetime.fromtimestamp(0, UTC)

#: Labels of timers in Temporal's Web UI.
_NEXT_LOOK = "Until the next look at the schedule"
_TRIED_AGAIN = "Until the schedule is tried again"


@workflow.defn(name=naming.TASK, sandboxed=False)
class Task(ChangeableTask):
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
            self._state = self._state.model_copy(update={"not_after": None})
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
        self._state = self._state.model_copy(update={"frozen": by})
        task_steps.publish(self._state)

    async def _recurring(self) -> bool:
        self._state = state = may_have_schedule(self._state)
        applied = await task_steps.reconcile_schedule(state)
        if isinstance(applied, Refusal):
            await self._try_again_later(applied, state.revision)
            return False
        self._no_longer_refused()
        known = {
            "covered_until": applied.covered_until,
            "look": applied.look,
            "held": applied.held,
        }
        self._state = self._state.model_copy(update=known)
        self._in_force(state.revision, since=applied.effective_at)
        if applied.calendars != self._state.calendars:
            self._keep_to(applied.calendars, since=applied.effective_at)
        if applied.zone_rules and applied.zone_rules != self._state.zone_rules:
            self._compiled_with(applied.zone_rules)
        self._settled = state.revision
        if self._changed_since(state.revision):
            return False
        left = applied.remaining if applied.finished else None
        self._state = self._state.model_copy(update={"remaining": left})
        if applied.finished:
            refusal = await self._remove_schedule()
            if refusal or self._changed_since(state.revision):
                if refusal:
                    await self._try_again_later(refusal, state.revision)
                return False
            workflow.upsert_memo({naming.TASK_MEMO: TaskRow.of(self._state)})
            return True
        await self._rest(applied.wake_at)
        return False

    def _keep_to(self, calendars: dict[str, int], *, since: datetime) -> None:
        self._state = self._state.keeping_to(calendars, since=since)
        task_steps.show(self._state)

    def _compiled_with(self, zone_rules: str) -> None:
        self._state = self._state.model_copy(update={"zone_rules": zone_rules})
        task_steps.show(self._state)

    async def _rest(self, wake_at: datetime | None, why: str = _NEXT_LOOK) -> None:
        if await self._renew():
            return
        until = self._state.paused_until if self._state.definition.paused else None
        wakes = [at for at in (wake_at, until) if at is not None]
        first = min(wakes) if wakes else None
        changed = await self._changed_by(first, why)
        if not changed and until is not None and workflow.now() >= until:
            self._resume()

    async def _changed_by(self, at: datetime | None, why: str) -> bool:
        """Wait for a change, until `at` at the latest; returns whether there was one."""
        seen = self._state.revision

        def changed() -> bool:
            # Reports of runs lengthen the history without waking the task.
            return self._check_wanted or self._history_is_long or self._changed_since(seen)

        while at is None or workflow.now() < at:
            timeout = None if at is None else at - workflow.now()
            try:
                await workflow.wait_condition(changed, timeout=timeout, timeout_summary=why)
            except TimeoutError:
                # A change that arrived with the timer may have been handled after it.
                if not changed():
                    continue
            self._check_wanted = False
            return True
        return False

    def _in_force(self, revision: int, *, since: datetime) -> None:
        revisions = range(self._settled + 1, revision + 1)
        if revision > 1:
            self._state = self._state.in_force(since, revisions)

    @property
    def _history_is_long(self) -> bool:
        return workflow.info().is_continue_as_new_suggested()

    async def _renew(self) -> bool:
        """Continue as new if the history is long; returns True if a change arrived instead."""
        if not self._history_is_long:
            return False
        seen = self._state.revision
        await workflow.wait_condition(
            lambda: workflow.all_handlers_finished() or self._changed_since(seen)
        )
        if not self._changed_since(seen):
            memo = {naming.TASK_MEMO: TaskRow.of(self._state)}
            workflow.continue_as_new(self._state, memo=memo)
        return True

    async def _remove_schedule(self, *, start_due: bool = False) -> Refusal | None:
        if not self._state.scheduled:
            return None
        removed = await task_steps.remove_schedule(self._state, start_due=start_due)
        if isinstance(removed, Refusal):
            return removed
        self._no_longer_refused()
        gone = {"scheduled": False, "look": None, "covered_until": workflow.now(), "held": None}
        left = {} if removed.remaining is None else {"remaining": removed.remaining}
        self._state = self._state.model_copy(update=gone | left)
        return None

    async def _without_schedule(self) -> None:
        """Return when the schedule is gone; nothing else matters any more."""
        while refusal := await self._remove_schedule():
            self._show_problem(refusal.problem)
            wait, renew = self._removals.another(refusal), self._deleted and self._history_is_long
            if renew and workflow.all_handlers_finished():
                # This start is too late to count, which marks the new execution as a deletion.
                gone = self._state.model_copy(update={"not_after": _LONG_AGO})
                memo = {naming.TASK_MEMO: TaskRow.of(self._state)}
                workflow.continue_as_new(gone, memo=memo)
            self._check_wanted = False
            with suppress(TimeoutError):
                await workflow.wait_condition(
                    lambda: self._check_wanted, timeout=wait, timeout_summary=_TRIED_AGAIN
                )

    async def _try_again_later(self, refusal: Refusal, revision: int) -> None:
        self._show_problem(refusal.problem)
        # Waiting callers would keep a task with a long history from continuing as new.
        wait = self._refusals.another(refusal, report=self._history_is_long)
        if not self._changed_since(revision):
            await self._rest(workflow.now() + wait, why=_TRIED_AGAIN)

    def _no_longer_refused(self) -> None:
        self._refusals.over()
        self._show_problem("")

    def _show_problem(self, problem: str) -> None:
        if problem != self._state.problem:
            self._state = self._state.model_copy(update={"problem": problem})
            task_steps.publish(self._state)
