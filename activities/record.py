"""The execution log: one JSON line a run, and the metrics that are counted from it."""

from __future__ import annotations

import logging

from prometheus_client import Counter, Histogram
from temporalio import activity

from onthedot import naming
from onthedot.activities.starts_first import StartsFirst
from onthedot.scheduling.run import RunCause
from onthedot.scheduling.stored.run_order import RunRecord

log = logging.getLogger("onthedot.runs")

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
    """Records runs, but not while there are others to begin."""

    def __init__(self, starts: StartsFirst) -> None:
        self._starts = starts
        # A counter that is there from the start shows its first increase.
        for kind in ("once", "cron", "interval"):
            LATENESS.labels(kind, RunCause.TRIGGER.value)

    @activity.defn(name=naming.RECORD)
    async def record(self, run: RunRecord) -> None:
        """Write the line and count the run.

        At least once: after a worker's death in the very moment a line may stand twice, with the
        same `run`.
        """
        await self._starts.over()
        log.info("%s", run.model_dump_json())
        RUNS.labels(run.status.value, run.cause.value, run.action).inc()
        ATTEMPTS.labels(run.action).inc(run.attempts)
        LATENESS.labels(run.kind or "none", run.cause.value).observe(run.lateness.total_seconds())
        DURATION.labels(run.action).observe((run.finished_at - run.started_at).total_seconds())
