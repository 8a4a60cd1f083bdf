"""The execution log, one JSON line a run, and the metrics of runs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

from prometheus_client import Counter, Histogram
from temporalio import activity
from temporalio.client import Client
from temporalio.service import RPCError

from onthedot import naming
from onthedot.activities.attempts.seen import attempts_seen
from onthedot.activities.attempts.starts_first import StartsFirst
from onthedot.activities.health import HealthReports
from onthedot.scheduling.run import RunCause
from onthedot.scheduling.stored.run_order import Attempts, RunRecord, corrected

log = logging.getLogger("onthedot.runs")
_LOG = logging.getLogger("onthedot.record")

#: How long the look-up of a run's attempts may take: together with the other waits here, less than
#: the time after which a run has its record written again.
_LOOK_UP_SECONDS = 10.0

RUNS = Counter("onthedot_runs", "Runs that ended.", ["status", "cause", "action"])
ATTEMPTS = Counter("onthedot_attempts", "Attempts that runs made.", ["action"])
LATENESS = Histogram(
    "onthedot_lateness_seconds",
    "From when a run was due until its first attempt started.",
    ["kind", "cause"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 3600),
)
DURATION = Histogram(
    "onthedot_run_duration_seconds",
    "From a run's first attempt until its end.",
    ["action"],
    buckets=(0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 1800, 3600),
)


class RecordActivities:
    """Records runs, but only when no burst of others is beginning."""

    def __init__(self, starts: StartsFirst, client: Client) -> None:
        self._starts = starts
        self._client = client
        self.health = HealthReports(client, starts)
        # Prometheus sees the first increase only of a counter that already exists.
        for kind in ("once", "cron", "interval"):
            LATENESS.labels(kind, RunCause.TRIGGER.value)

    @activity.defn(name=naming.RECORD)
    async def record(self, run: RunRecord) -> Attempts | None:
        """Write the line and count the run.

        At least once: if a worker dies at this moment, there may be two lines with the same `run`.

        Returns:
            The attempts of a run that is `unsure` of them, as found in its history.
        """
        await self._starts.over()
        attempts = await self._looked_up() if run.unsure else None
        if attempts is not None:
            run = corrected(run, attempts)
        log.info("%s", run.model_dump_json(exclude={"unsure", "after_failure"}))
        RUNS.labels(run.status.value, run.cause.value, run.action).inc()
        ATTEMPTS.labels(run.action).inc(run.attempts)
        LATENESS.labels(run.kind or "none", run.cause.value).observe(run.lateness.total_seconds())
        DURATION.labels(run.action).observe((run.finished_at - run.started_at).total_seconds())
        await self.health.of(run)
        return attempts

    async def _looked_up(self) -> Attempts | None:
        info = activity.info()
        if info.workflow_id is None or info.workflow_run_id is None:
            return None
        try:
            async with asyncio.timeout(_LOOK_UP_SECONDS):
                return await attempts_seen(self._client, info.workflow_id, info.workflow_run_id)
        except (RPCError, TimeoutError) as error:
            # The record of an ended run must not wait for this.
            _LOG.warning("the attempts of %s could not be looked up: %r", info.workflow_id, error)
            return None


@asynccontextmanager
async def health_reports(activities: Iterable[Callable[..., Any]]) -> AsyncIterator[None]:
    """Report the health of tasks as their runs are recorded, while the block runs."""
    owners = {id(o): o for o in (getattr(one, "__self__", None) for one in activities)}
    records = [owner for owner in owners.values() if isinstance(owner, RecordActivities)]
    running = [asyncio.create_task(each.health.run()) for each in records]
    try:
        yield
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
