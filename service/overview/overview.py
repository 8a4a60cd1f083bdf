"""The recent past over all tasks: counts by hour, punctuality, and failing tasks."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from onthedot.naming.queries import instant
from onthedot.scheduling.run import RunCause, RunStatus, ShortRun
from onthedot.scheduling.task import TaskStatus
from onthedot.service.runs.listing import RunFilter, RunList
from onthedot.service.tasks.lists.filter import TaskFilter
from onthedot.service.tasks.lists.kept_counts import KeptCounts
from onthedot.service.temporal.calls import Temporal

HOUR = timedelta(hours=1)
#: How far back the chart reaches, in hours.
HOURS = 24
#: The most runs over which punctuality is computed.
SAMPLE = 1000
#: How long a sample is cached: reading one costs as much as twenty pages.
_SAMPLE_AGE = timedelta(seconds=10)

_FAILED = (RunStatus.FAILED, RunStatus.TIMED_OUT)


@dataclass(frozen=True)
class HourCount:
    """The runs that ended within one hour."""

    since: datetime
    succeeded: int = 0
    failed: int = 0
    other: int = 0


@dataclass(frozen=True)
class Punctuality:
    """How late runs started, over the last `sample` scheduled runs."""

    sample: int
    p50: timedelta
    p95: timedelta
    worst: timedelta


@dataclass(frozen=True)
class Failing:
    """A task whose last run failed, and how often in a row, as far as the sample reaches."""

    run: ShortRun
    in_a_row: int


@dataclass(frozen=True)
class Sample:
    """What the last runs show."""

    taken: datetime
    punctuality: Punctuality | None
    failing: tuple[Failing, ...]


@dataclass(frozen=True)
class TaskTotals:
    """How many tasks there are."""

    total: int
    paused: int


class OverviewReader:
    """Reads the overview, and caches the counts of past hours, which do not change."""

    def __init__(self, temporal: Temporal, counts: KeptCounts) -> None:
        self._temporal = temporal
        self._counts = counts
        self._past: dict[datetime, HourCount] = {}
        self._sample: Sample | None = None

    async def hours(self) -> list[HourCount]:
        """The runs that ended in each of the last 24 hours, oldest first."""
        now = self._temporal.now()
        this = now.replace(minute=0, second=0, microsecond=0)
        wanted = [this - HOUR * back for back in range(HOURS - 1, -1, -1)]
        missing = [hour for hour in wanted if hour not in self._past]
        answers = await asyncio.gather(
            *(self._hour(hour) for hour in missing), return_exceptions=True
        )
        counted = [answer for answer in answers if isinstance(answer, HourCount)]
        known = {**self._past, **{count.since: count for count in counted}}
        # Lists lag behind: an hour that has just passed is counted again.
        over = now - HOUR - timedelta(minutes=1)
        self._past = {hour: known[hour] for hour in wanted if hour < over and hour in known}
        for answer in answers:
            # Keep what did arrive; the next call reads the rest.
            if isinstance(answer, BaseException):
                raise answer
        return [known[hour] for hour in wanted]

    async def running(self) -> int:
        """How many runs are in progress."""
        return await RunList(self._temporal).count(RunFilter(status=RunStatus.RUNNING))

    async def tasks(self) -> TaskTotals | None:
        """How many tasks there are; None if they have not been counted yet, which may take long."""
        total, paused = await asyncio.gather(
            self._counts.of(TaskFilter()), self._counts.of(TaskFilter(status=TaskStatus.PAUSED))
        )
        return None if total is None or paused is None else TaskTotals(total, paused)

    async def sample(self) -> Sample:
        """Punctuality and failing tasks over the last 1,000 runs at most; up to ten seconds old."""
        now = self._temporal.now()
        if self._sample is None or now - self._sample.taken > _SAMPLE_AGE:
            page = await RunList(self._temporal).page(RunFilter(), limit=SAMPLE, with_names=False)
            ended = [run for run in page.items if run.status is not RunStatus.RUNNING]
            self._sample = Sample(now, punctuality(ended), failing(ended))
        return self._sample

    async def _hour(self, since: datetime) -> HourCount:
        query = (
            f"{RunFilter().query(self._temporal.now())} AND CloseTime >= {instant(since)} "
            f"AND CloseTime < {instant(since + HOUR)}"
        )
        client = self._temporal.client
        counted = await self._temporal.ask(
            client.count_workflows(f"{query} GROUP BY ExecutionStatus")
        )
        by_status = {str(group.group_values[0]): group.count for group in counted.groups}
        failed = sum(by_status.get(name, 0) for name in ("Failed", "TimedOut", "Terminated"))
        succeeded = by_status.get("Completed", 0)
        return HourCount(since, succeeded, failed, counted.count - succeeded - failed)


def punctuality(runs: Sequence[ShortRun]) -> Punctuality | None:
    """The percentiles of lateness; None if no run has any."""
    late = sorted(
        run.lateness for run in runs if run.lateness is not None and run.cause is RunCause.TRIGGER
    )
    if not late:
        return None
    return Punctuality(len(late), _percentile(late, 0.5), _percentile(late, 0.95), late[-1])


def failing(runs: Sequence[ShortRun]) -> tuple[Failing, ...]:
    """The tasks whose last run failed; `runs` come newest first."""
    first: dict[str, ShortRun] = {}
    row: dict[str, int] = {}
    over: set[str] = set()
    for run in runs:
        task = run.task_id
        if task in over:
            continue
        if run.status is RunStatus.SUCCEEDED:
            over.add(task)
        if run.status not in _FAILED:
            continue
        first.setdefault(task, run)
        row[task] = row.get(task, 0) + 1
    return tuple(Failing(run, row[task]) for task, run in first.items())


def _percentile(values: Sequence[timedelta], share: float) -> timedelta:
    return values[max(0, math.ceil(share * len(values)) - 1)]
