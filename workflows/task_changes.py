"""How a task accepts changes, as Updates, in order, each answered when it is in force; and how it
waits for them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from onthedot import naming
from onthedot.scheduling.stored.task_change import Change, ChangeKind, RefusedChange, apply_change
from onthedot.scheduling.stored.task_row import TaskRow
from onthedot.scheduling.stored.task_state import TaskState
from onthedot.scheduling.task import HealthReport
from onthedot.workflows import task_steps
from onthedot.workflows.refusals import Refusals

#: Enough for a new workflow task. Temporal takes up to a second.
_SHORTEST = timedelta(milliseconds=1)
_RENEWS = "Until it continues as new"

#: How many changes may precede a renewal, so that it comes although there is always another one.
_MOST_POSTPONED = 100


class ChangeableTask:
    """A task's state and its message handlers; the subclass carries out the changes."""

    def __init__(self, state: TaskState) -> None:
        self._state = may_have_schedule(state)
        self._deleted = False
        self._running = False
        self._closing = False
        self._check_wanted = False
        self._postponed = 0
        self._refusals = Refusals()
        self._removals = Refusals()
        # A task that continues as new knows what its schedule followed then.
        self._settled = state.look.revision if state.look else state.revision - 1
        """The latest revision that is in force; higher than any once the task has closed."""

    @workflow.signal(name=naming.CHECK_SCHEDULE)
    def check_schedule(self) -> None:
        """Make the task check its schedule, and repair it if necessary."""
        self._check_wanted = True

    @workflow.signal(name=naming.HEALTH_REPORT)
    def report_health(self, report: HealthReport) -> None:
        """Note the health after a run, if the run ended after the last one noted."""
        before = self._state.health
        if self._closing or (before is not None and report.at <= before.at):
            return
        self._set(health=report)
        if workflow.info().typed_search_attributes.get(naming.WORDS) is None:
            # An earlier release registered the task.
            task_steps.show(self._state)
        if before is None or before.health is not report.health:
            task_steps.show_health(report.health)

    @workflow.update(name=naming.CHANGE)
    async def change(self, change: Change) -> TaskState:
        """Make a change; returns when it is in force, or raises if that is impossible for now."""
        if change.kind is ChangeKind.DELETE:
            self._check_wanted |= self._deleted
            if not self._deleted:
                self._set(deleted_at=workflow.now(), deleted_by=change.by)
            self._deleted = True
            if not self._running:
                await self._in_force_by(
                    lambda: self._settled > self._state.revision, self._removals
                )
            else:
                task_steps.mark_deleted(self._state)
            return self._state
        self._adopt(apply_change(self._state, change, at=workflow.now()))
        mine = self._state
        await self._in_force_by(lambda: self._settled >= mine.revision, self._refusals)
        return self._state if self._state.revision == mine.revision else mine

    async def _in_force_by(self, settled: Callable[[], bool], refusals: Refusals) -> None:
        reported = refusals.reported
        await workflow.wait_condition(lambda: settled() or refusals.reported > reported)
        if not settled():
            problem = self._state.problem
            raise ApplicationError(problem, type=RefusedChange.NOT_YET, non_retryable=True)

    @change.validator
    def _refuse(self, change: Change) -> None:
        refusal = self._refusal(change)
        if refusal is not None:
            raise ApplicationError(refusal, self._state.revision, type=refusal, non_retryable=True)

    def _refusal(self, change: Change) -> RefusedChange | None:
        if workflow.now() > change.not_after:
            return RefusedChange.EXPIRED
        if self._deleted and (change.kind is not ChangeKind.DELETE or self._leaving):
            return RefusedChange.DELETED
        if change.expected_revision not in (None, self._state.revision):
            return RefusedChange.REVISION
        due = None if self._state.definition.paused else self._state.due
        came_due = self._running or (due is not None and workflow.now() >= due)
        if self._closing or (came_due and change.kind is not ChangeKind.DELETE):
            return RefusedChange.STATE
        return None

    @property
    def _leaving(self) -> bool:
        """Whether another deletion would be pointless."""
        return self._closing or self._running

    def _changed_since(self, revision: int) -> bool:
        return self._deleted or self._state.revision != revision

    async def _rest(self, wake_at: datetime | None, why: str) -> None:
        """Wait for a change, or until `wake_at`; a pause that ends by itself ends here."""
        if await self._renew():
            return
        until = self._state.paused_until if self._state.definition.paused else None
        wakes = [at for at in (wake_at, until) if at is not None]
        changed = await self._changed_by(min(wakes, default=None), why)
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
        if not self._changed_since(seen) and self._postponed < _MOST_POSTPONED:
            await self._recorded(seen)
        if not self._changed_since(seen):
            memo = {naming.TASK_MEMO: TaskRow.of(self._state)}
            workflow.continue_as_new(self._state, memo=memo)
        return True

    async def _recorded(self, seen: int) -> None:
        """Wait until what this workflow task did is recorded, or until another change.

        A signal that arrives while a workflow task ends the workflow discards what the task did:
        the schedule would follow a change that was not accepted.
        """
        if workflow.patched(naming.RENEWS_APART):
            with suppress(TimeoutError):
                await workflow.wait_condition(
                    lambda: self._changed_since(seen), timeout=_SHORTEST, timeout_summary=_RENEWS
                )
                self._postponed += 1

    def _set(self, **known: Any) -> None:
        self._state = self._state.model_copy(update=known)

    def _resume(self) -> None:
        resume = Change(kind=ChangeKind.RESUME, by="pause until", not_after=workflow.now())
        self._adopt(apply_change(self._state, resume, at=workflow.now()))

    def _adopt(self, state: TaskState) -> None:
        self._state = state = may_have_schedule(state)
        task_steps.show(state)


def may_have_schedule(state: TaskState) -> TaskState:
    """The state before a schedule is created: thus a crash in between leaves no schedule behind."""
    return state.model_copy(update={"scheduled": state.scheduled or state.due is None})
