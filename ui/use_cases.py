"""Every change that a page can make. Pages change nothing in any other way.

Each use case checks session and role itself, whatever the page shows: an open page outlives a
sign-out, and its messages can be forged.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from onthedot.access.audit_log import Line, audited
from onthedot.scheduling.action import Action
from onthedot.scheduling.calendars.content import CalendarContent
from onthedot.scheduling.errors import Forbidden, OnTheDotError
from onthedot.scheduling.freezes.freeze import Freeze, FreezeDefinition
from onthedot.scheduling.policy import OverlapPolicy
from onthedot.scheduling.run import Run, ShortRun
from onthedot.scheduling.stored.backfill import Backfill
from onthedot.scheduling.task import NewTask, Task, TaskDefinition
from onthedot.service.calendars.calendars import Calendars, FoundCalendar
from onthedot.service.freezes.freezes import Freezes
from onthedot.service.runs.backfills import Backfills
from onthedot.service.runs.bulk import BulkRuns
from onthedot.service.runs.retries import retry
from onthedot.service.runs.runs import Runs
from onthedot.service.tasks.bulk import BulkChanges, BulkProgress, Changed
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from onthedot.ui.access.sessions import Session, SignedOut


class TurnMissed(OnTheDotError):
    """An item of a bulk action was not begun, because the session had ended."""

    code = "forbidden"

    def __init__(self) -> None:
        super().__init__("Your sign-in ended, or your role changed, before its turn came.")


class UseCases:
    """The use cases that change something, on behalf of one session; named like the calls of REST.

    Each raises SignedOut, Forbidden, and what the service's use case of that name raises.
    """

    def __init__(self, temporal: Temporal, session: Session, address: str = "") -> None:
        self._temporal = temporal
        self._session = session
        self._address = address

    async def create_task(self, new: NewTask) -> Task:
        """Register a task."""
        with self._call("create_task") as by:
            return await Tasks(self._temporal).create(new, by=by)

    async def replace_task(
        self, task_id: str, definition: TaskDefinition, *, if_match: int | None
    ) -> Task:
        """Replace a task's definition."""
        with self._call("replace_task", task=task_id) as by:
            return await Tasks(self._temporal).replace(
                task_id, definition, by=by, if_match=if_match
            )

    async def pause_task(self, task_id: str, *, note: str, until: datetime | None) -> Task:
        """Pause a task."""
        with self._call("pause_task", task=task_id) as by:
            return await Tasks(self._temporal).pause(task_id, by=by, note=note, until=until)

    async def resume_task(self, task_id: str) -> Task:
        """Resume a task."""
        with self._call("resume_task", task=task_id) as by:
            return await Tasks(self._temporal).resume(task_id, by=by)

    async def delete_task(self, task_id: str) -> bool:
        """Delete a task; True when done."""
        with self._call("delete_task", task=task_id) as by:
            await Tasks(self._temporal).delete(task_id, by=by)
            return True

    async def restore_task(self, task_id: str) -> Task:
        """Restore a deleted task."""
        with self._call("restore_task", task=task_id) as by:
            return await Tasks(self._temporal).restore(task_id, by=by)

    async def restore_revision(self, task_id: str, revision: int, *, if_match: int) -> Task:
        """Restore an earlier definition."""
        with self._call("restore_revision", task=task_id) as by:
            return await Tasks(self._temporal).restore_revision(
                task_id, revision, by=by, if_match=if_match
            )

    async def run_task(self, task_id: str, *, through_freeze: bool = False) -> ShortRun:
        """Run a task now."""
        with self._call("run_task", task=task_id) as by:
            return await Tasks(self._temporal).run_now(
                task_id, by=by, through_freeze=through_freeze
            )

    async def put_freeze(
        self, name: str, definition: FreezeDefinition, *, if_match: Container[str] | None = None
    ) -> Freeze:
        """Create or replace a freeze; only if it is at one of these versions, if any are given."""
        with self._call("put_freeze", freeze=name) as by:
            freeze, _ = await Freezes(self._temporal).put(
                name, definition, by=by, if_match=if_match
            )
            return freeze

    async def delete_freeze(self, name: str) -> bool:
        """Lift a freeze; True when done."""
        with self._call("delete_freeze", freeze=name) as by:
            await Freezes(self._temporal).delete(name, by=by)
            return True

    async def put_calendar(
        self, name: str, content: CalendarContent, *, if_match: int | None
    ) -> FoundCalendar:
        """Create a calendar or, with a revision, replace its content."""
        with self._call("put_calendar", calendar=name) as by:
            found, _ = await Calendars(self._temporal).put(
                name, content, by=by, if_match=if_match, new=if_match is None
            )
            return found

    async def delete_calendar(self, name: str) -> bool:
        """Delete an unused calendar; True when done."""
        with self._call("delete_calendar", calendar=name) as by:
            await Calendars(self._temporal).delete(name, by=by)
            return True

    async def cancel_run(self, run_id: str) -> Run:
        """Ask a run to stop."""
        with self._call("cancel_run", run=run_id) as by:
            return await Runs(self._temporal).cancel(run_id, by=by)

    async def retry_run(self, run_id: str) -> ShortRun:
        """Run the occurrence of a run again."""
        with self._call("retry_run", run=run_id) as by:
            return await retry(self._temporal, run_id, by=by)

    async def try_action(self, action: Action, *, attempt_timeout: timedelta) -> Run:
        """Run an action once."""
        with self._call("try_action") as by:
            runs = Runs(self._temporal)
            return await runs.test(action, attempt_timeout=attempt_timeout, by=by)

    async def start_backfill(
        self, task_id: str, *, start: datetime, end: datetime, overlap: OverlapPolicy
    ) -> Backfill:
        """Run past occurrences."""
        with self._call("start_backfill", task=task_id) as by:
            return await Backfills(self._temporal).start(
                task_id, start=start, end=end, overlap=overlap, by=by
            )

    async def cancel_backfill(self, backfill_id: str) -> Backfill:
        """Stop a backfill."""
        with self._call("cancel_backfill", backfill=backfill_id) as by:
            return await Backfills(self._temporal).cancel(backfill_id, by=by)

    async def pause_tasks(
        self, ids: Sequence[str], progress: BulkProgress, *, note: str, until: datetime | None
    ) -> list[Changed]:
        """Pause many tasks."""
        with self._call("pause_tasks") as by:
            return await self._many(by, progress).pause(ids, note=note, until=until)

    async def resume_tasks(self, ids: Sequence[str], progress: BulkProgress) -> list[Changed]:
        """Resume many tasks."""
        with self._call("resume_tasks") as by:
            return await self._many(by, progress).resume(ids)

    async def run_tasks(self, ids: Sequence[str], progress: BulkProgress) -> list[Changed]:
        """Run many tasks now."""
        with self._call("run_tasks") as by:
            return await self._many(by, progress).run(ids)

    async def delete_tasks(self, ids: Sequence[str], progress: BulkProgress) -> list[Changed]:
        """Delete many tasks."""
        with self._call("delete_tasks") as by:
            return await self._many(by, progress).delete(ids)

    async def restore_tasks(self, ids: Sequence[str], progress: BulkProgress) -> list[Changed]:
        """Restore many deleted tasks."""
        with self._call("restore_tasks") as by:
            return await self._many(by, progress).restore(ids)

    async def undo(self, changed: Sequence[Changed], progress: BulkProgress) -> list[Changed]:
        """Restore the pauses that `pause_tasks` or `resume_tasks` changed."""
        with self._call("resume_tasks") as by:
            return await self._many(by, progress).undo(changed)

    async def retry_runs(self, ids: Sequence[str], progress: BulkProgress) -> list[Changed]:
        """Run the occurrences of many runs again."""
        with self._call("retry_runs") as by:
            return await self._many_runs(by, progress).retry(ids)

    async def cancel_runs(self, ids: Sequence[str], progress: BulkProgress) -> list[Changed]:
        """Ask many runs to stop."""
        with self._call("cancel_runs") as by:
            return await self._many_runs(by, progress).cancel(ids)

    def _many(self, by: str, progress: BulkProgress) -> BulkChanges:
        return BulkChanges(self._temporal, by=by, progress=self._watched(progress))

    def _many_runs(self, by: str, progress: BulkProgress) -> BulkRuns:
        return BulkRuns(self._temporal, by=by, progress=self._watched(progress))

    def _watched(self, progress: BulkProgress) -> BulkProgress:
        """A bulk action, which stops when the session ends."""
        progress.check = self._still_signed_in
        return progress

    def _still_signed_in(self) -> None:
        if not self._session.stands:
            raise TurnMissed

    @contextmanager
    def _call(self, name: str, **subject: str) -> Iterator[str]:
        """On whose behalf a call is made; `subject` is its object, for the audit."""
        identity = self._session.identity
        with audited(Line(name, "page", self._address, identity, subject, "done")) as line:
            try:
                self._session.check()
                if not identity.may(name):
                    raise Forbidden.of(identity, name)
                yield identity.name
            except SignedOut:
                line.status = "signed-out"
                raise
            except OnTheDotError as error:
                line.status = error.code
                raise
