"""Changes many tasks, with a result for each; skips tasks that are already in the wanted state."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from onthedot import naming
from onthedot.messages.bulk import MOST_OF_A_CHANGE, Outcome, PauseState
from onthedot.scheduling.errors import (
    FieldProblem,
    InvalidDefinition,
    OnTheDotError,
    RevisionMismatch,
    TaskExists,
    TaskNotFound,
)
from onthedot.scheduling.revisions.revision import RevisionKind
from onthedot.scheduling.run import ShortRun
from onthedot.scheduling.task import Task
from onthedot.service.tasks.history.revisions import Revisions
from onthedot.service.tasks.lists.filter import TaskFilter
from onthedot.service.tasks.lists.listing import TaskList
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal

#: How many are changed at the same time.
_AT_ONCE = 8

#: How often to try again with a task that another caller changed in the meantime.
_TRIES = 3


@dataclass(frozen=True)
class Changed:
    """One task or run after a change to many."""

    id: str
    outcome: Outcome
    revision: int | None = None
    """With `before`: the revision that the change made."""
    before: PauseState | None = None
    """The state before, if the change can be undone."""
    run: ShortRun | None = None
    error: OnTheDotError | None = None


@dataclass
class BulkProgress:
    """The progress of a change, with which its caller can also stop it."""

    done: int = 0
    stopped: bool = False
    """Set to skip those that have not begun, which then get no result."""
    check: Callable[[], None] = lambda: None
    """Called before each change; an error refuses that change."""


class BulkChanges:
    """Changes to many tasks, on behalf of one caller."""

    def __init__(
        self,
        temporal: Temporal,
        *,
        by: str,
        dry_run: bool = False,
        progress: BulkProgress | None = None,
    ) -> None:
        self._temporal = temporal
        self._tasks = Tasks(temporal)
        self._by = by
        self._dry_run = dry_run
        self._progress = progress or BulkProgress()

    async def ids(self, which: TaskFilter) -> list[str]:
        """The ids of the tasks that match a filter.

        Raises:
            InvalidDefinition: more than `MOST_OF_A_CHANGE` match.
        """
        found: list[str] = []
        async for row in TaskList(self._temporal).walk(which):
            found.append(naming.id_in(row.id))
            if len(found) > MOST_OF_A_CHANGE:
                fix = f"more than {MOST_OF_A_CHANGE} tasks match; narrow the filter"
                raise InvalidDefinition(FieldProblem("filter", fix))
        return found

    async def pause(
        self, ids: Sequence[str], *, note: str = "", until: datetime | None = None
    ) -> list[Changed]:
        """Pause them. A task that is already paused keeps its note and end.

        Raises:
            InvalidDefinition: `until` is past.
        """
        if until is not None and until <= self._temporal.now():
            raise InvalidDefinition(FieldProblem("until", "must lie in the future"))

        def change(task_id: str, revision: int) -> Awaitable[Task]:
            return self._tasks.pause(
                task_id, by=self._by, note=note, until=until, if_match=revision
            )

        return await self._each(ids, lambda task_id: self._toggled(task_id, True, change))

    async def resume(self, ids: Sequence[str], *, note: str = "") -> list[Changed]:
        """Resume those that are paused."""

        def change(task_id: str, revision: int) -> Awaitable[Task]:
            return self._tasks.resume(task_id, by=self._by, note=note, if_match=revision)

        return await self._each(ids, lambda task_id: self._toggled(task_id, False, change))

    async def run(self, ids: Sequence[str], *, note: str = "") -> list[Changed]:
        """Run each once now, in addition to its schedule."""

        async def one(task_id: str) -> Changed:
            if self._dry_run:
                await self._tasks.state(task_id)
                return Changed(task_id, Outcome.WOULD_CHANGE)
            run = await self._tasks.run_now(task_id, by=self._by, note=note)
            return Changed(task_id, Outcome.DONE, run=run)

        return await self._each(ids, one)

    async def delete(self, ids: Sequence[str], *, note: str = "") -> list[Changed]:
        """Delete them."""

        async def one(task_id: str) -> Changed:
            if self._dry_run:
                await self._tasks.state(task_id)
                return Changed(task_id, Outcome.WOULD_CHANGE)
            await self._tasks.delete(task_id, by=self._by, note=note)
            return Changed(task_id, Outcome.DONE)

        return await self._each(ids, one)

    async def restore(self, ids: Sequence[str]) -> list[Changed]:
        """Restore deleted tasks. One that was restored before is left as it is: the call that did
        it may have been answered too late."""

        async def one(task_id: str) -> Changed:
            if self._dry_run:
                if await self._tasks.deleted(task_id) is None:
                    raise TaskNotFound(task_id)
                return Changed(task_id, Outcome.WOULD_CHANGE)
            try:
                task = await self._tasks.restore(task_id, by=self._by)
            except TaskExists:
                last = (await Revisions(self._temporal).page(task_id, limit=1)).items[0]
                if last.change is not RevisionKind.RESTORED or last.restores is not None:
                    raise
                return Changed(task_id, Outcome.UNCHANGED, last.revision)
            return Changed(task_id, Outcome.DONE, task.revision)

        return await self._each(ids, one)

    async def undo(self, changed: Sequence[Changed]) -> list[Changed]:
        """Restore the pauses that `pause` or `resume` changed, with their notes and ends.

        Refuses tasks that were changed since then.
        """
        touched = {each.id: each for each in changed if each.outcome is Outcome.DONE}

        async def one(task_id: str) -> Changed:
            before, revision = touched[task_id].before, touched[task_id].revision
            assert before is not None
            ended = before.until is not None and before.until <= self._temporal.now()
            if before.paused and not ended:
                task = await self._tasks.pause(
                    task_id, by=self._by, note=before.note, until=before.until, if_match=revision
                )
            elif before.paused:
                # Its pause would have ended by itself by now.
                return Changed(task_id, Outcome.UNCHANGED, revision)
            else:
                task = await self._tasks.resume(
                    task_id, by=self._by, note=before.note, if_match=revision
                )
            return Changed(task_id, Outcome.DONE, revision=task.revision)

        return await self._each(list(touched), one)

    async def _each(
        self, ids: Sequence[str], change: Callable[[str], Awaitable[Changed]]
    ) -> list[Changed]:
        return await for_each(ids, change, self._progress)

    async def _toggled(
        self, task_id: str, paused: bool, change: Callable[[str, int], Awaitable[Task]]
    ) -> Changed:
        for _ in range(_TRIES):
            state = await self._tasks.state(task_id)
            before = PauseState(
                paused=state.definition.paused, note=state.note, until=state.paused_until
            )
            if before.paused is paused:
                return Changed(task_id, Outcome.UNCHANGED, state.revision)
            if self._dry_run:
                return Changed(task_id, Outcome.WOULD_CHANGE, state.revision)
            try:
                task = await change(task_id, state.revision)
            except RevisionMismatch as error:
                mismatch = error
            else:
                return Changed(task_id, Outcome.DONE, task.revision, before)
        raise mismatch


async def for_each(
    ids: Sequence[str],
    change: Callable[[str], Awaitable[Changed]],
    progress: BulkProgress,
) -> list[Changed]:
    """Change each task once, a few at a time; a refusal does not affect the others."""
    places = asyncio.Semaphore(_AT_ONCE)

    async def one(changed_id: str) -> Changed | None:
        async with places:
            if progress.stopped:
                return None
            try:
                progress.check()
                return await change(changed_id)
            except OnTheDotError as error:
                return Changed(changed_id, Outcome.REFUSED, error=error)
            finally:
                progress.done += 1

    found = await asyncio.gather(*(one(each) for each in dict.fromkeys(ids)))
    return [each for each in found if each is not None]
