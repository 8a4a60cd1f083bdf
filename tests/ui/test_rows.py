"""Tasks and runs as rows: status pills and durations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from onthedot.scheduling.action import LogAction
from onthedot.scheduling.run import Links, RunStatus, ShortRun
from onthedot.scheduling.task import Task, TaskStatus
from onthedot.scheduling.trigger import CronTrigger
from onthedot.ui.rows import run_row, task_row

_AT = datetime(2026, 5, 1, 12, tzinfo=UTC)


def _task(status: TaskStatus = TaskStatus.SCHEDULED) -> Task:
    return Task(
        id="a",
        name="<b>A</b>",
        trigger=CronTrigger(expression="0 9 * * 1-5", timezone="Europe/Rome"),
        action=LogAction(message="x"),
        status=status,
        next_runs=(_AT,),
        created_at=_AT,
        updated_at=_AT,
        updated_by="ada",
        revision=1,
        links=Links(),
    )


def _run(status: RunStatus, seconds: float = 1) -> ShortRun:
    return ShortRun(
        id=f"a~{status}~1",
        task_id="a",
        status=status,
        scheduled_for=_AT,
        started_at=_AT,
        finished_at=None if status is RunStatus.RUNNING else _AT + timedelta(seconds=seconds),
    )


@pytest.mark.parametrize(
    ("status", "runs", "label"),
    [
        (TaskStatus.SCHEDULED, [], "Scheduled"),
        (TaskStatus.SCHEDULED, [RunStatus.SUCCEEDED, RunStatus.FAILED], "Healthy"),
        (TaskStatus.SCHEDULED, [RunStatus.FAILED, RunStatus.SUCCEEDED], "Failing"),
        (TaskStatus.SCHEDULED, [RunStatus.TIMED_OUT], "Failing"),
        (TaskStatus.SCHEDULED, [RunStatus.SKIPPED, RunStatus.FAILED], "Failing"),
        (TaskStatus.SCHEDULED, [RunStatus.RUNNING, RunStatus.FAILED], "Running"),
        (TaskStatus.PAUSED, [RunStatus.FAILED], "Paused"),
        (TaskStatus.COMPLETED, [RunStatus.SUCCEEDED], "Completed"),
    ],
)
def test_a_task_is_told_by_its_last_run(
    status: TaskStatus, runs: list[RunStatus], label: str
) -> None:
    row = task_row(_task(status), [_run(each) for each in runs])
    assert row["status"]["label"] == label


def test_a_row_says_words_above_the_expression() -> None:
    row = task_row(_task(), [])
    assert row["words"] == "At 09:00, Monday to Friday"
    assert row["expression"].split() == ["0", "9", "*", "*", "1-5", "Europe/Rome"]
    assert row["name"] == "<b>A</b>"
    assert row["next"] == "2026-05-01T12:00:00Z"


def test_a_run_says_how_long_it_took_once_it_ended() -> None:
    assert run_row(_run(RunStatus.SUCCEEDED, 2.5))["took"] == 2.5
    assert run_row(_run(RunStatus.RUNNING))["took"] is None
    assert run_row(_run(RunStatus.RUNNING))["live"]
