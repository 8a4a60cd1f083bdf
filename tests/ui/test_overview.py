"""What the last runs tell: punctuality, and which tasks keep failing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from onthedot.scheduling.run import RunCause, RunStatus, ShortRun
from onthedot.service.overview.overview import failing, punctuality

_AT = datetime(2026, 5, 1, 12, tzinfo=UTC)


def _run(
    task: str, status: str = "succeeded", late: float | None = 0.1, cause: str = "trigger"
) -> ShortRun:
    return ShortRun(
        id=f"{task}~x~y",
        task_id=task,
        status=RunStatus(status),
        scheduled_for=_AT,
        lateness=None if late is None else timedelta(seconds=late),
        cause=RunCause(cause),
    )


def test_percentiles_of_runs_that_a_schedule_started() -> None:
    runs = [_run("a", late=n / 100) for n in range(1, 101)]
    runs += [_run("a", late=99, cause="manual"), _run("a", late=None)]
    found = punctuality(runs)
    assert found is not None
    assert found.sample == 100
    assert found.p50 == timedelta(seconds=0.5)
    assert found.p95 == timedelta(seconds=0.95)
    assert found.worst == timedelta(seconds=1)
    assert punctuality([]) is None


def test_a_task_fails_where_its_last_run_did() -> None:
    runs = [
        _run("a", "failed"),
        _run("b", "succeeded"),
        _run("a", "skipped"),
        _run("a", "timed_out"),
        _run("b", "failed"),
        _run("a", "succeeded"),
        _run("a", "failed"),
        _run("c", "cancelled"),
        _run("c", "failed"),
    ]
    found = failing(runs)
    # That a run was cancelled says nothing of its task.
    assert [(each.run.task_id, each.in_a_row) for each in found] == [("a", 2), ("c", 1)]
