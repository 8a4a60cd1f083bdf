"""The use cases of a single task: register, read, replace, pause, resume, delete, run now."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from onthedot.activities.backfill_stops import stop_backfills
from onthedot.scheduling.errors import (
    FieldProblem,
    InvalidDefinition,
    RevisionMismatch,
    TaskExists,
    TaskNotFound,
    WrongState,
)
from onthedot.scheduling.outages import TemporalUnavailable
from onthedot.scheduling.run import ShortRun
from onthedot.scheduling.stored.task_change import Change, ChangeKind
from onthedot.scheduling.stored.task_state import TaskState
from onthedot.scheduling.task import NewTask, Task, TaskDefinition
from onthedot.service.arithmetic import SINGLE, Arithmetic
from onthedot.service.tasks import changes, manual_runs
from onthedot.service.tasks.forgetting import forget
from onthedot.service.tasks.history.restorations import Restorations
from onthedot.service.tasks.history.revisions import Revisions
from onthedot.service.tasks.reader import TaskReader
from onthedot.service.tasks.registering.registrations import Registrations
from onthedot.service.tasks.registering.starts import TaskStarts
from onthedot.service.tasks.replacements import Replacements
from onthedot.service.tasks.rows import task_status
from onthedot.service.temporal.calls import Temporal


class Tasks:
    """The registered tasks."""

    def __init__(self, temporal: Temporal, arithmetic: Arithmetic = SINGLE) -> None:
        self._temporal = temporal
        self._reader = TaskReader(temporal, arithmetic)
        self._starts = TaskStarts(temporal, self._reader)
        self._registrations = Registrations(temporal, self._reader, self._starts, arithmetic)
        self._restorations = Restorations(temporal, self._reader, self._starts)
        self._replacements = Replacements(temporal, self._reader, self._starts, arithmetic)

    async def create(self, new: NewTask, *, by: str, idempotency_key: str = "") -> Task:
        """Register a task; once this returns, it is durable.

        Raises:
            InvalidDefinition: the definition is invalid, or the task would never run.
            TaskExists: the id is in use; the task that has it is untouched.
            IdempotencyConflict: the key was used with another body.
            TemporalUnavailable: nothing was registered; `Unconfirmed` if that is not certain.
        """
        return await self._registrations.create(new, by=by, idempotency_key=idempotency_key)

    async def get(self, task_id: str) -> Task:
        """One task.

        Raises:
            TaskNotFound: there is none.
        """
        return await self._reader.answer(await self._reader.find(task_id))

    async def replace(
        self,
        task_id: str,
        definition: TaskDefinition,
        *,
        by: str,
        if_match: int | None = None,
        keeps_pause: bool = False,
    ) -> Task:
        """Replace the whole definition, kind included; a finished task is armed again.

        A definition that equals the stored one changes nothing, not even the revision. With
        `keeps_pause`, a paused task stays paused, whatever the definition says.

        Raises:
            InvalidDefinition, Busy, TaskNotFound, RevisionMismatch, WrongState,
            NotInForce, NoWorker.
        """
        return await self._replacements.replace(
            task_id, definition, by=by, if_match=if_match, keeps_pause=keeps_pause
        )

    async def put(
        self,
        task_id: str,
        definition: TaskDefinition,
        *,
        by: str,
        if_match: int | None = None,
        keeps_pause: bool = False,
    ) -> tuple[Task, bool]:
        """Replace a task's definition or, without a required revision, register a missing task;
        also returns whether it was registered. Raises like `replace` and `create`."""
        while True:
            with suppress(TaskNotFound):
                task = await self.replace(
                    task_id, definition, by=by, if_match=if_match, keeps_pause=keeps_pause
                )
                return task, False
            if if_match is not None:
                raise TaskNotFound(task_id)
            with suppress(TaskExists):
                return await self.create(NewTask(id=task_id, **dict(definition)), by=by), True

    async def pause(
        self,
        task_id: str,
        *,
        by: str,
        note: str = "",
        until: datetime | None = None,
        if_match: int | None = None,
    ) -> Task:
        """Keep a task from firing until it is resumed, or until `until`.

        Raises:
            TaskNotFound, RevisionMismatch, NoWorker.
            InvalidDefinition: `until` is past.
            WrongState: it is finished, or its only run is in progress.
        """
        now = self._temporal.now()
        if until is not None and until <= now:
            raise InvalidDefinition(FieldProblem("until", "must lie in the future"))
        change = self._change(ChangeKind.PAUSE, by, if_match, note=note, until=until)
        return await self._toggle(task_id, change)

    async def resume(
        self, task_id: str, *, by: str, note: str = "", if_match: int | None = None
    ) -> Task:
        """Let a paused task fire again. Raises like `pause`."""
        change = self._change(ChangeKind.RESUME, by, if_match, note=note)
        return await self._toggle(task_id, change)

    async def delete(
        self, task_id: str, *, by: str, note: str = "", if_match: int | None = None
    ) -> None:
        """End a task and its backfills; a run in progress finishes. It is kept for the retention.

        Raises:
            TaskNotFound, RevisionMismatch, NoWorker.
            KeyMissing: see `TaskReader.check_key`.
        """
        await self._reader.check_key(task_id)
        change = self._change(ChangeKind.DELETE, by, if_match, note=note)
        while (deleted := await changes.execute(self._temporal, task_id, change)) is None:
            found = await self._reader.find(task_id)
            if if_match not in (None, found.row.revision):
                raise RevisionMismatch(task_id, found.row.revision)
            status = task_status(found.execution, found.definition, self._temporal.now())
            if await forget(self._temporal, found.state, status=status, by=by, why=note):
                deleted = found.state
                break
        with suppress(TemporalUnavailable):
            # Its worker has removed it too, unless that is of an earlier release.
            await self._temporal.ask(
                stop_backfills(self._temporal.client, deleted.id, deleted.created_at)
            )

    async def restore(self, task_id: str, *, by: str) -> Task:
        """Restore a deleted task as it was, without its backfills.

        Raises:
            TaskNotFound: no task with this id was deleted within the retention.
            TaskExists: another task has the id, or it was already restored.
            WrongState: the run in progress at its deletion has not ended.
            TemporalUnavailable: it was not restored; `Unconfirmed` if that is not certain.
        """
        return await self._restorations.restore(task_id, by=by)

    async def deleted(self, task_id: str) -> Task | None:
        """A deleted task that is kept, if no other has its id; else None."""
        found = await self._reader.find_deleted_or_none(task_id)
        return await self._reader.answer(found) if found else None

    async def restore_revision(
        self, task_id: str, revision: int, *, by: str, if_match: int | None = None
    ) -> Task:
        """Replace a task's definition with an earlier one of its own, pause included.

        Raises:
            RevisionNotFound: there never was one, or it is older than the retention.
            InvalidDefinition: it cannot be scheduled any more, for example because it is past.
            TaskNotFound, RevisionMismatch, WrongState, NoWorker.
        """
        definition = await Revisions(self._temporal).definition(task_id, revision)
        return await self._replacements.replace(
            task_id, definition, by=by, if_match=if_match, keeps_pause=False, restores=revision
        )

    async def run_now(
        self,
        task_id: str,
        *,
        by: str = "",
        scheduled_for: datetime | None = None,
        changed: Mapping[str, Any] | None = None,
        through_freeze: bool = False,
        note: str = "",
    ) -> ShortRun:
        """Start a run immediately, in addition to the schedule; see `manual_runs`."""
        return await manual_runs.run_now(
            self._temporal,
            task_id,
            by=by,
            scheduled_for=scheduled_for,
            changed=changed,
            through_freeze=through_freeze,
            note=note,
        )

    async def state(self, task_id: str) -> TaskState:
        """A task's state, as far as it can be read without a worker. Raises TaskNotFound."""
        return (await self._reader.find(task_id)).state

    async def _toggle(self, task_id: str, change: Change) -> Task:
        await self._reader.check_key(task_id)
        state = await changes.execute(self._temporal, task_id, change)
        if state is None:
            await self._reader.find(task_id)
            raise WrongState(f"Task {task_id!r} is finished. PUT /tasks/{task_id} arms it again.")
        return await self._reader.settled(state)

    def _change(
        self,
        kind: ChangeKind,
        by: str,
        if_match: int | None,
        *,
        note: str = "",
        until: datetime | None = None,
    ) -> Change:
        return Change(
            kind=kind,
            by=by,
            not_after=self._temporal.expiry(),
            expected_revision=if_match,
            note=note,
            until=until,
        )
