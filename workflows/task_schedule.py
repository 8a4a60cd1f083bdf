"""How a task keeps its schedule in line, removes it, and tries again if Temporal refuses."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from temporalio import workflow

from onthedot import naming
from onthedot.scheduling.stored.task_row import TaskRow
from onthedot.scheduling.stored.task_state import LONG_AGO
from onthedot.workflows import task_steps
from onthedot.workflows.refusals import Refusal
from onthedot.workflows.task_changes import ChangeableTask, may_have_schedule

#: Labels of timers in Temporal's Web UI.
_NEXT_LOOK = "Until the next look at the schedule"
_TRIED_AGAIN = "Until the schedule is tried again"


class ScheduledTask(ChangeableTask):
    """A task and its schedule."""

    async def _recurring(self) -> bool:
        """Bring the schedule in line, and wait for a reason to look again; whether the task is
        finished."""
        self._state = state = may_have_schedule(self._state)
        applied = await task_steps.reconcile_schedule(state)
        if isinstance(applied, Refusal):
            await self._try_again_later(applied, state.revision)
            return False
        self._no_longer_refused()
        self._set(covered_until=applied.covered_until, look=applied.look, held=applied.held)
        self._in_force(state.revision, since=applied.effective_at)
        if applied.calendars != self._state.calendars:
            self._state = self._state.keeping_to(applied.calendars, since=applied.effective_at)
            task_steps.show(self._state)
        if applied.zone_rules and applied.zone_rules != self._state.zone_rules:
            self._set(zone_rules=applied.zone_rules)
            task_steps.show(self._state)
        self._settled = state.revision
        if self._changed_since(state.revision):
            return False
        self._set(remaining=applied.remaining if applied.finished else None)
        if not applied.finished:
            await self._rest(applied.wake_at, _NEXT_LOOK)
            return False
        if refusal := await self._remove_schedule():
            await self._try_again_later(refusal, state.revision)
        if refusal or self._changed_since(state.revision):
            return False
        task_steps.publish(self._state)
        return True

    def _in_force(self, revision: int, *, since: datetime) -> None:
        revisions = range(self._settled + 1, revision + 1)
        if revision > 1:
            self._state = self._state.in_force(since, revisions)

    async def _remove_schedule(self, *, start_due: bool = False) -> Refusal | None:
        if not self._state.scheduled:
            return None
        removed = await task_steps.remove_schedule(self._state, start_due=start_due)
        if isinstance(removed, Refusal):
            return removed
        self._no_longer_refused()
        self._set(scheduled=False, look=None, covered_until=workflow.now(), held=None)
        if removed.remaining is not None:
            self._set(remaining=removed.remaining)
        return None

    async def _without_schedule(self) -> None:
        """Return when the schedule is gone; nothing else matters any more."""
        while refusal := await self._remove_schedule():
            self._show_problem(refusal.problem)
            wait, renew = self._removals.another(refusal), self._deleted and self._history_is_long
            if renew and workflow.all_handlers_finished():
                gone = self._state.model_copy(update={"not_after": LONG_AGO})
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
            await self._rest(workflow.now() + wait, _TRIED_AGAIN)

    def _no_longer_refused(self) -> None:
        self._refusals.over()
        self._show_problem("")

    def _show_problem(self, problem: str) -> None:
        if problem != self._state.problem:
            self._set(problem=problem)
            task_steps.publish(self._state)
