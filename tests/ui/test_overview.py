"""Statistics over the last runs, and the overview's reads on a real Temporal with a worker."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from temporalio.worker import Worker

from onthedot.scheduling.action import LogAction
from onthedot.scheduling.run import RunCause, RunStatus, ShortRun
from onthedot.scheduling.task import NewTask
from onthedot.scheduling.trigger import CronTrigger, IntervalTrigger, OnceTrigger
from onthedot.service.overview.due_next import DueReader
from onthedot.service.overview.overview import OverviewReader, failing, punctuality
from onthedot.service.runs.recent import recent_runs
from onthedot.service.tasks.lists.kept_counts import KeptCounts
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.waiting import eventually

_AT = datetime(2026, 5, 1, 12, tzinfo=UTC)

pytestmark = pytest.mark.anyio

_HELLO = LogAction(message="hello")


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


async def test_hours_and_recent_runs_count_what_ran(temporal: Temporal, worker: Worker) -> None:
    tasks, reader = Tasks(temporal), OverviewReader(temporal, KeptCounts(temporal))
    daily = CronTrigger(expression="0 0 1 1 *")
    names = [f"recent-{uuid4().hex[:8]}" for _ in range(3)]
    before = (await reader.hours())[-1]
    for count, name in enumerate(names):
        await tasks.create(NewTask(id=name, trigger=daily, action=_HELLO), by="test")
        for _ in range(count):
            await tasks.run_now(name)

    async def counted() -> bool:
        found = await recent_runs(temporal, names)
        return [sum(r.status == "succeeded" for r in found[name]) for name in names] == [0, 1, 2]

    await eventually(counted)
    hours = await reader.hours()
    assert len(hours) == 24
    assert hours[-1].since.minute == 0
    if hours[-1].since == before.since:
        assert hours[-1].succeeded >= before.succeeded + 3
    for name in names:
        await tasks.delete(name, by="test")


async def test_due_next_knows_one_time_and_recurring(temporal: Temporal, worker: Worker) -> None:
    tasks, reader = Tasks(temporal), DueReader(temporal)
    mark = uuid4().hex[:8]
    soon = datetime.now(UTC) + timedelta(seconds=300)
    once = NewTask(id=f"once-{mark}", trigger=OnceTrigger(at=soon), action=_HELLO)
    often = NewTask(
        id=f"often-{mark}", trigger=IntervalTrigger(every=timedelta(seconds=60)), action=_HELLO
    )
    for new in (once, often):
        await tasks.create(new, by="test")

    async def found() -> bool:
        reader.forget()
        due = await reader.next(1000)
        return {once.id, often.id} <= {each.task_id for each in due.due}

    await eventually(found)
    due = await reader.next(1000)
    instants = [each.at for each in due.due]
    assert instants == sorted(instants)
    assert next(each.at for each in due.due if each.task_id == once.id) == soon
    for new in (once, often):
        await tasks.delete(str(new.id), by="test")
