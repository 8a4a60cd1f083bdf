"""A trigger whose arithmetic always fails: runs go on, backfills end, and nothing loops."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any
from uuid import uuid4

import pytest
from temporalio.worker import Worker

from onthedot import naming
from onthedot.activities.schedule.off_loop import off_loop
from onthedot.scheduling.errors import TaskNotFound
from onthedot.scheduling.policy import OverlapPolicy
from onthedot.scheduling.run import RunStatus
from onthedot.scheduling.stored.backfill import BackfillStatus
from onthedot.scheduling.stored.run_order import RunOrder, RunOutcome
from onthedot.service.runs.backfills import Backfills
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.definitions import LOG, every, new_task, unique
from tests.run_log import nominals
from tests.waiting import PATIENCE, eventually

pytestmark = pytest.mark.anyio

_ROOM = "onthedot.activities.schedule"


async def test_a_check_that_fails_does_not_hold_up_its_run(
    temporal: Temporal, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whatever is accepted can be listed: only a fault of ours, which is not known, ends so.
    monkeypatch.setattr(f"{_ROOM}.occurrence_list.next_occurrences", _impossible)
    order = RunOrder.model_validate(
        {
            "task_id": "t",
            "name": "t",
            "revision": 1,
            "action": LOG,
            "timeout": 5,
            "deadline": 60,
            "retry": {},
            "trigger": every(60),
            "scheduled_for": datetime.now(UTC),
            "exact_until": datetime(2026, 1, 1, tzinfo=UTC),
        }
    )
    outcome: RunOutcome = await temporal.client.execute_workflow(
        naming.TASK_RUN,
        order,
        id=naming.direct_run("t", uuid4().hex),
        task_queue=temporal.task_queue,
        result_type=RunOutcome,
        execution_timeout=timedelta(seconds=PATIENCE),
    )
    assert outcome.status is RunStatus.SUCCEEDED


async def test_a_backfill_that_can_list_nothing_fails(
    temporal: Temporal, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks, backfills, task_id = Tasks(temporal), Backfills(temporal), unique("unlisted")
    await tasks.create(new_task(task_id, every(3600)), by="test")
    monkeypatch.setattr(f"{_ROOM}.occurrence_list.occurrences", _impossible)
    end = datetime(2026, 3, 4, 5, tzinfo=UTC)
    started = await backfills.start(
        task_id, start=end - timedelta(hours=3), end=end, overlap=OverlapPolicy.BUFFER_ALL
    )

    async def failed() -> bool:
        found = await backfills.of_task(task_id)
        return [(one.id, one.status) for one in found] == [(started.id, BackfillStatus.FAILED)]

    await eventually(failed)


@pytest.mark.parametrize(
    "trigger",
    [every(1), {"kind": "cron", "expression": "* * * * * *", "timezone": "Europe/Rome"}],
    ids=["interval", "cron"],
)
async def test_an_exclusion_without_an_end_holds_nobody_up(
    temporal: Temporal, worker: Worker, trigger: dict[str, Any]
) -> None:
    tasks, task_id = Tasks(temporal), unique("endless")
    endless = {**trigger, "exclude": ["0001-01-01/2020-12-31", "2030-01-01/9999-12-31"]}
    await tasks.create(new_task(task_id, endless, overlap="allow_all"), by="test")
    await eventually(lambda: nominals(temporal.client, task_id))
    assert (await tasks.get(task_id)).problem == ""
    await tasks.delete(task_id, by="test")
    with pytest.raises(TaskNotFound):
        await tasks.get(task_id)
    await tasks.create(new_task(task_id, every(3600)), by="test")


async def test_others_go_on_while_a_trigger_is_worked_out() -> None:
    began, went_on = Event(), Event()

    def laborious() -> bool:
        began.set()
        return went_on.wait(PATIENCE)

    work = asyncio.create_task(off_loop(laborious))
    await eventually(began.is_set)
    went_on.set()
    assert await work


def _impossible(*_: object, **__: object) -> None:
    raise ValueError("year 10000 is out of range")
