"""Changes many runs, with a result for each.

A retry by a filter is safe to repeat: it retries the latest run of each occurrence, and skips
occurrences of which a retry succeeded or is in progress.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime

from onthedot.messages.bulk import MOST_OF_A_CHANGE, Outcome
from onthedot.scheduling.errors import FieldProblem, InvalidDefinition, WrongState
from onthedot.scheduling.run import RunCause, RunStatus, ShortRun
from onthedot.service.runs.listing import RunFilter, RunList
from onthedot.service.runs.retries import retry
from onthedot.service.runs.runs import Runs
from onthedot.service.tasks.bulk import BulkProgress, Changed, for_each
from onthedot.service.temporal.calls import Temporal

#: The runs that a retry by a filter without a status selects.
_WENT_WRONG = (RunStatus.FAILED, RunStatus.TIMED_OUT)

_PAGE = 500


class BulkRuns:
    """Changes to many runs."""

    def __init__(
        self,
        temporal: Temporal,
        *,
        by: str = "",
        dry_run: bool = False,
        progress: BulkProgress | None = None,
    ) -> None:
        self._temporal = temporal
        self._by = by
        self._runs = Runs(temporal)
        self._list = RunList(temporal)
        self._dry_run = dry_run
        self._progress = progress or BulkProgress()

    async def retry(self, ids: Sequence[str]) -> list[Changed]:
        """Start a new run of the occurrence of each run, however often it was retried before."""

        async def one(run_id: str) -> Changed:
            if self._dry_run:
                if (await self._runs.get(run_id)).status is RunStatus.RUNNING:
                    raise WrongState(f"Run {run_id} is still in progress.")
                return Changed(run_id, Outcome.WOULD_CHANGE)
            return Changed(
                run_id, Outcome.DONE, run=await retry(self._temporal, run_id, by=self._by)
            )

        return await for_each(ids, one, self._progress)

    async def retry_all(self, which: RunFilter) -> list[Changed]:
        """Start a new run of each occurrence whose run matches a filter.

        Without a status, these are the runs that failed or timed out.

        Raises:
            InvalidDefinition: more than `MOST_OF_A_CHANGE` match, or the status is `running`.
        """
        if which.status is RunStatus.RUNNING:
            fix = "a run in progress cannot be retried; cancel it first"
            raise InvalidDefinition(FieldProblem("status", fix))
        wanted, left = await self.to_retry(which)
        done = await self.retry(wanted)
        return [*done, *(Changed(run_id, Outcome.UNCHANGED) for run_id in left)]

    async def to_retry(
        self, which: RunFilter, most: int = MOST_OF_A_CHANGE
    ) -> tuple[list[str], list[str]]:
        """The ids of the runs that a retry by this filter selects, and of those that it skips.

        Raises:
            InvalidDefinition: more than `most` match.
        """
        found: list[ShortRun] = []
        for status in (which.status,) if which.status else _WENT_WRONG:
            found += await self._found(replace(which, status=status), most)
        _refuse_too_many(found, most)
        repeated = await self._repeated(which)
        latest: dict[tuple[str, datetime], ShortRun] = {}
        for run in sorted(found, key=lambda run: (run.scheduled_for, _ended(run))):
            latest[_occurrence(run)] = run
        left = [run.id for of, run in latest.items() if of in repeated]
        return [run.id for of, run in latest.items() if of not in repeated], left

    async def cancel(self, ids: Sequence[str]) -> list[Changed]:
        """Ask them to stop."""

        async def one(run_id: str) -> Changed:
            if self._dry_run:
                run = await self._runs.get(run_id)
            else:
                run = await self._runs.cancel(run_id, by=self._by)
            if run.status is not RunStatus.RUNNING:
                raise WrongState(f"Run {run_id} has ended already: {run.status.value}.")
            return Changed(run_id, Outcome.WOULD_CHANGE if self._dry_run else Outcome.DONE)

        return await for_each(ids, one, self._progress)

    async def cancel_all(self, which: RunFilter) -> list[Changed]:
        """Ask all matching runs in progress to stop. Raises like `retry_all`."""
        if which.status not in (None, RunStatus.RUNNING):
            raise InvalidDefinition(FieldProblem("status", "only running runs can be cancelled"))
        found = await self._found(replace(which, status=RunStatus.RUNNING), MOST_OF_A_CHANGE)
        _refuse_too_many(found, MOST_OF_A_CHANGE)
        return await self.cancel([run.id for run in found])

    async def _found(self, which: RunFilter, most: int) -> list[ShortRun]:
        found = []
        async for run in self._walk(which):
            found.append(run)
            if len(found) > most:
                break
        return found

    async def _repeated(self, which: RunFilter) -> set[tuple[str, datetime]]:
        """The occurrences of which a retry succeeded or is still in progress."""
        retried = replace(which, cause=RunCause.RETRY, error=None, failure=None)
        return {
            _occurrence(run)
            for status in (RunStatus.SUCCEEDED, RunStatus.RUNNING)
            async for run in self._walk(replace(retried, status=status))
        }

    async def _walk(self, which: RunFilter) -> AsyncIterator[ShortRun]:
        cursor: str | None = None
        while True:
            page = await self._list.page(which, limit=_PAGE, cursor=cursor, with_names=False)
            for run in page.items:
                yield run
            if (cursor := page.next_cursor) is None:
                return


def _refuse_too_many(found: Sequence[ShortRun], most: int) -> None:
    if len(found) > most:
        fix = f"more than {most} runs match; narrow the filter"
        raise InvalidDefinition(FieldProblem("filter", fix))


def _occurrence(run: ShortRun) -> tuple[str, datetime]:
    """Identifies the occurrence of a run, to the millisecond, which is what stores keep."""
    at = run.scheduled_for
    return run.task_id, at.replace(microsecond=at.microsecond // 1000 * 1000)


def _ended(run: ShortRun) -> datetime:
    return run.finished_at or run.scheduled_for
