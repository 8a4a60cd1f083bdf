"""The use cases of a single task: register, read, replace, pause, resume, delete, run now."""

from __future__ import annotations

import secrets
from datetime import datetime

from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

import naming
from scheduling.edit_preview import EditPreview, compare
from scheduling.errors import (
    FieldProblem,
    IdempotencyConflict,
    InvalidDefinition,
    RevisionMismatch,
    TaskExists,
    TemporalUnavailable,
    WrongState,
)
from scheduling.registration import Idempotency, generated_id, settle
from scheduling.run import Links, RunCause, RunStatus, ShortRun
from scheduling.task import NewTask, Task, TaskDefinition
from scheduling.task_row import TaskRow
from scheduling.task_state import Change, ChangeKind, TaskState, apply_change, max_runs
from scheduling.trigger import OnceTrigger
from service import changes
from service.next_runs import NextRuns
from service.task_reader import TaskReader
from service.temporal import RPC_TIMEOUT, Temporal

#: How many runs a preview of an edit compares.
PREVIEWED = 10


class Tasks:
    """The registered tasks."""

    def __init__(self, temporal: Temporal) -> None:
        self._temporal = temporal
        self._reader = TaskReader(temporal)
        self._next = NextRuns(temporal)

    async def create(self, new: NewTask, *, by: str, idempotency_key: str = "") -> Task:
        """Register a task; once this returns it is durable.

        Raises:
            InvalidDefinition: it is well-formed but means nothing, or could never fire.
            TaskExists: the id is in use; the task that has it is untouched.
            IdempotencyConflict: the key was used with another body.
            TemporalUnavailable: nothing was registered.
        """
        now = self._temporal.now()
        key = Idempotency.of(idempotency_key, new)
        task_id = new.id or generated_id(now, key, secrets.token_hex(5))
        definition = settle(new, task_id=task_id, now=now)
        state = TaskState(
            id=task_id,
            definition=definition,
            created_at=now,
            updated_at=now,
            updated_by=by,
            covered_until=now,
            not_after=self._temporal.expiry(),
            idempotency=str(key),
        ).journalled()
        try:
            await self._start(state, WorkflowIDReusePolicy.REJECT_DUPLICATE)
        except WorkflowAlreadyStartedError:
            found = await self._reader.look(task_id)
            if found is None:
                await self._start_again(state)
            else:
                if not key.same_key(found.row.idempotency):
                    raise TaskExists(task_id) from None
                if found.row.idempotency != str(key):
                    raise IdempotencyConflict from None
                return await self._reader.answer(found)
        return await self._reader.fresh(state)

    async def get(self, task_id: str) -> Task:
        """One task.

        Raises:
            TaskNotFound: there is none.
            TemporalUnavailable: Temporal does not answer.
        """
        return await self._reader.answer(await self._reader.find(task_id))

    async def replace(
        self, task_id: str, definition: TaskDefinition, *, by: str, if_match: int | None = None
    ) -> Task:
        """Replace the whole definition, kind included; a finished task is armed again.

        Raises:
            InvalidDefinition, TaskNotFound, RevisionMismatch, WrongState, NoWorker,
            TemporalUnavailable.
        """
        now = self._temporal.now()
        settled = settle(definition, task_id=task_id, now=now)
        change = self._change(ChangeKind.REPLACE, by, if_match, now, definition=settled)
        state = await changes.execute(self._temporal, task_id, change)
        if state is None:
            state = await self._arm_again(task_id, change, now)
        return await self._reader.settled(state)

    async def pause(
        self,
        task_id: str,
        *,
        by: str,
        note: str = "",
        until: datetime | None = None,
        if_match: int | None = None,
    ) -> Task:
        """Keep a task from firing, until it is resumed or `until` comes.

        Raises:
            TaskNotFound, RevisionMismatch, NoWorker, TemporalUnavailable.
            InvalidDefinition: `until` is past.
            WrongState: it is finished, or its only run is going on.
        """
        now = self._temporal.now()
        if until is not None and until <= now:
            raise InvalidDefinition(FieldProblem("until", "must lie in the future"))
        change = self._change(ChangeKind.PAUSE, by, if_match, now, note=note, until=until)
        return await self._toggle(task_id, change)

    async def resume(
        self, task_id: str, *, by: str, note: str = "", if_match: int | None = None
    ) -> Task:
        """Let a paused task fire again. Raises as `pause` does."""
        change = self._change(ChangeKind.RESUME, by, if_match, self._temporal.now(), note=note)
        return await self._toggle(task_id, change)

    async def delete(self, task_id: str, *, by: str, if_match: int | None = None) -> None:
        """End a task for good; a run in progress finishes.

        Raises:
            TaskNotFound, RevisionMismatch, NoWorker, TemporalUnavailable.
        """
        change = self._change(ChangeKind.DELETE, by, if_match, self._temporal.now())
        while await changes.execute(self._temporal, task_id, change) is None:
            found = await self._reader.find(task_id)
            if if_match not in (None, found.row.revision):
                raise RevisionMismatch(task_id, found.row.revision)
            if await changes.forget(self._temporal, found.state):
                return

    async def run_now(self, task_id: str) -> ShortRun:
        """Start a run at once, beside the schedule.

        Raises:
            TaskNotFound, TemporalUnavailable.
        """
        found, now = await self._reader.find(task_id), self._temporal.now()
        order = found.state.order(cause=RunCause.MANUAL, scheduled_for=now)
        workflow_id = naming.direct_run(task_id, f"manual-{secrets.token_hex(8)}")
        handle = await self._temporal.ask(
            self._temporal.client.start_workflow(
                naming.TASK_RUN,
                order,
                id=workflow_id,
                task_queue=self._temporal.task_queue,
                task_timeout=naming.TASK_TIMEOUT,
                search_attributes=naming.run_attributes(order),
                static_summary=naming.run_summary(order),
            )
        )
        execution = handle.first_execution_run_id or ""
        return ShortRun(
            id=naming.RunAddress(workflow_id, execution).run_id,
            task_id=task_id,
            status=RunStatus.RUNNING,
            scheduled_for=now,
            cause=RunCause.MANUAL,
            links=Links(temporal_ui=self._temporal.ui_link(workflow_id, execution)),
        )

    async def state(self, task_id: str) -> TaskState:
        """What a task remembers, as far as it can be read without a worker.

        Raises:
            TaskNotFound, TemporalUnavailable.
        """
        return (await self._reader.find(task_id)).state

    async def preview_edit(self, task_id: str, definition: TaskDefinition) -> EditPreview:
        """The next ten runs before and after replacing the definition, gained and lost.

        Raises:
            InvalidDefinition, TaskNotFound, TemporalUnavailable.
        """
        now, found = self._temporal.now(), await self._reader.find(task_id)
        settled = settle(definition, task_id=task_id, now=now)
        remaining = await self._reader.remaining(found)
        before = await self._previewed(task_id, found.definition, now, remaining, found.open)
        same = max_runs(settled) == max_runs(found.definition)
        left = remaining if same else max_runs(settled)
        after = await self._previewed(task_id, settled, now, left)
        return compare(before, after, count=PREVIEWED)

    async def _previewed(
        self,
        task_id: str,
        definition: TaskDefinition,
        now: datetime,
        remaining: int | None,
        fires: bool = True,
    ) -> tuple[datetime, ...]:
        if definition.paused or not fires:
            return ()
        return await self._next.of(
            task_id, definition, after=now, count=PREVIEWED, remaining=remaining
        )

    async def _toggle(self, task_id: str, change: Change) -> Task:
        state = await changes.execute(self._temporal, task_id, change)
        if state is None:
            await self._reader.find(task_id)
            raise WrongState(f"Task {task_id!r} is finished. PUT /tasks/{task_id} arms it again.")
        return await self._reader.settled(state)

    async def _arm_again(self, task_id: str, change: Change, now: datetime) -> TaskState:
        found = await self._reader.find(task_id)
        if change.expected_revision not in (None, found.row.revision):
            raise RevisionMismatch(task_id, found.row.revision)
        # A task that was terminated from outside left its schedule behind.
        scheduled = not isinstance(found.definition.trigger, OnceTrigger)
        state = apply_change(found.state, change, at=now).model_copy(
            update={"covered_until": now, "scheduled": scheduled, "not_after": change.not_after}
        )
        try:
            await self._start(state, WorkflowIDReusePolicy.ALLOW_DUPLICATE)
        except WorkflowAlreadyStartedError:
            raise RevisionMismatch(task_id, found.row.revision + 1) from None
        return state

    async def _start_again(self, state: TaskState) -> None:
        try:
            await self._start(state, WorkflowIDReusePolicy.ALLOW_DUPLICATE)
        except WorkflowAlreadyStartedError:
            if await self._reader.look(state.id) is not None:
                raise TaskExists(state.id) from None
            raise WrongState(
                f"Task {state.id!r} was deleted, but its last run goes on. The id is free when "
                f"that run has ended; cancel the run, or choose another id."
            ) from None

    async def _start(self, state: TaskState, policy: WorkflowIDReusePolicy) -> None:
        sent = self._temporal.now()
        handle = await self._temporal.ask(
            self._temporal.client.start_workflow(
                naming.TASK,
                state,
                id=naming.task_workflow(state.id),
                task_queue=self._temporal.task_queue,
                task_timeout=naming.TASK_TIMEOUT,
                id_reuse_policy=policy,
                memo={naming.TASK_MEMO: TaskRow.of(state)},
                search_attributes=naming.task_attributes(state),
                static_summary=naming.task_summary(state),
                rpc_timeout=RPC_TIMEOUT,
            )
        )
        clock = self._temporal.clock
        if not clock.stale:
            return
        answered = self._temporal.now()
        started = (await self._temporal.ask(handle.describe())).start_time
        clock.learn(sent=sent, answered=answered, stamped=started)
        if state.not_after is not None and started > state.not_after:
            raise TemporalUnavailable(self._temporal.address)

    def _change(
        self,
        kind: ChangeKind,
        by: str,
        if_match: int | None,
        now: datetime,
        *,
        definition: TaskDefinition | None = None,
        note: str = "",
        until: datetime | None = None,
    ) -> Change:
        return Change(
            kind=kind,
            by=by,
            not_after=self._temporal.expiry(),
            expected_revision=if_match,
            definition=definition,
            note=note,
            until=until,
        )
