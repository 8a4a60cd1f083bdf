"""What a freeze holds, even if a worker cannot read freezes, and how it is released."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest
from temporalio.client import Client
from temporalio.worker import Worker

from onthedot import naming
from onthedot.activities.assembly import Activities
from onthedot.activities.freezes.watch import FreezeWatch
from onthedot.activities.permissions import Permissions
from onthedot.scheduling.freezes.freeze import release_after
from onthedot.scheduling.freezes.windows import without_present_window
from onthedot.scheduling.task import TaskStatus
from onthedot.service.freezes.freezes import Freezes
from onthedot.service.runs.listing import RunList
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.definitions import every, new_task, once, unique
from tests.outcomes import in_status
from tests.service.freezes.conftest import put_freeze, the_last_is_released, until_skipped
from tests.waiting import eventually
from tests.workers import on_its_own

pytestmark = pytest.mark.anyio


async def test_what_was_held_is_released_bit_by_bit() -> None:
    over = timedelta(seconds=60)
    starts = Counter(release_after(f"task-{n}", over) // timedelta(seconds=1) for n in range(500))
    assert set(starts) <= set(range(60))
    assert max(starts.values()) < 25
    assert release_after("task-1", timedelta(0)) == timedelta(0)


async def test_a_worker_that_cannot_read_freezes_holds_and_says_so(
    client: Client, temporal: Temporal, caplog: pytest.LogCaptureFixture
) -> None:
    alone, task_id = on_its_own(temporal), unique("blind")
    tasks = Tasks(alone)
    activities = Activities(client, Permissions())
    made = activities.all()
    async with Worker(client, task_queue=alone.task_queue, activities=made):
        # Temporal cannot be made to refuse this list alone, while the tasks go on.
        with patch.object(FreezeWatch, "_listed", side_effect=RuntimeError("no lists")):
            await tasks.create(new_task(task_id, once(0)), by="test")
            held = client.get_workflow_handle(naming.task_workflow(task_id))

            async def asked() -> bool:
                events = [event async for event in held.fetch_history_events()]
                return any(event.HasField("timer_started_event_attributes") for event in events)

            await eventually(asked)
            assert (await tasks.get(task_id)).status is TaskStatus.RUNNING
            assert "no run starts until the freezes can be read" in caplog.text
        await in_status(tasks, task_id, TaskStatus.COMPLETED)
    await activities.close()


async def test_a_window_that_a_change_ends_releases_what_it_held(
    temporal: Temporal, tasks: Tasks, run_list: RunList, name: str
) -> None:
    frozen = f"{name}-tagged"
    await tasks.create(new_task(frozen, every(1), tags=[name]), by="test")
    now = datetime.now(UTC)
    trigger = {"kind": "interval", "every": 86_400, "offset": int(now.timestamp() - 60) % 86_400}
    half_a_day = {"trigger": trigger, "duration": 43_200}
    made = await put_freeze(temporal, name, 0, until=None, then="hold", **half_a_day)
    assert made.in_force
    await until_skipped(run_list, frozen)
    rest = without_present_window(made, temporal.now())
    assert rest is not None
    ended, _ = await Freezes(temporal).put(name, rest, by="test")
    assert not ended.in_force
    assert ended.next_at is not None
    await the_last_is_released(tasks, run_list, frozen)
