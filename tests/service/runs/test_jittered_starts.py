"""The first runs of a task with jitter are those of its preview."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from temporalio.client import Client, ScheduleActionResult, ScheduleHandle

from onthedot import naming
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.definitions import definition, every, new_task, once, unique
from tests.run_log import nominals
from tests.waiting import at_load, eventually, until
from tests.workers import on_its_own, polling

pytestmark = pytest.mark.anyio

_STEP = 6
_TRIGGER = every(_STEP, jitter=5)
_SECOND = timedelta(seconds=1)


async def test_the_first_run_is_the_one_that_registration_named(
    temporal: Temporal, tasks: Tasks
) -> None:
    names = [unique("jitter") for _ in range(6)]
    await until(_next_nominal() + 0.3 * _SECOND)
    first = {}
    for name in names:
        task = await tasks.create(new_task(name, _TRIGGER, overlap="allow_all"), by="test")
        first[name] = task.next_runs[0]
        shown = (await tasks.get(name)).next_runs[0]
        assert shown == first[name] or first[name] < datetime.now(UTC)
    await _begin_as_named(temporal, first)


async def test_a_task_that_becomes_recurring_counts_from_then(
    temporal: Temporal, tasks: Tasks
) -> None:
    names = [unique("jitter") for _ in range(6)]
    for name in names:
        await tasks.create(new_task(name, once(3600)), by="test")
    await until(_next_nominal() + 0.3 * _SECOND)
    first = {}
    for name in names:
        became = await tasks.replace(name, definition(_TRIGGER, overlap="allow_all"), by="test")
        first[name] = became.next_runs[0]
    await _begin_as_named(temporal, first)


async def test_what_a_late_worker_finds_nominally_due_keeps_its_jitter(
    client: Client, temporal: Temporal
) -> None:
    alone = on_its_own(temporal)
    tasks = Tasks(alone)
    nominal = _next_nominal(at_load(2))
    trigger = {**_TRIGGER, "start_at": nominal}
    first: dict[str, datetime] = {}
    while len(first) < 6 or max(first.values()) < nominal + 3.5 * _SECOND:
        name = unique("jitter")
        task = await tasks.create(new_task(name, trigger, overlap="allow_all"), by="test")
        first[name] = task.next_runs[0]
    await until(nominal + 0.5 * _SECOND)
    assert max(first.values()) > datetime.now(UTC)
    async with polling(client, alone.task_queue):
        await until(max(first.values()) + _SECOND)
        for name in first:
            await eventually(partial(_is_listed, client, name, nominal))
            started = min(await _starts(temporal, name))
            assert started >= first[name], name
            ran = await nominals(client, name)
            assert (min(ran), set(ran.values())) == (nominal, {1})
            await tasks.delete(name, by="test")


async def _is_listed(client: Client, task_id: str, nominal: datetime) -> bool:
    return nominal in await nominals(client, task_id)


def _next_nominal(least: float = 2.5) -> datetime:
    """The first one that is so many seconds away."""
    now = datetime.now(UTC).timestamp()
    return datetime.fromtimestamp((now + least) // _STEP * _STEP + _STEP, UTC)


async def _starts(temporal: Temporal, task_id: str) -> list[datetime]:
    query = f"{naming.TASK_ID.name} = '{task_id}' AND WorkflowType = '{naming.TASK_RUN}'"
    return [row.start_time async for row in temporal.client.list_workflows(query)]


async def _begin_as_named(temporal: Temporal, first: dict[str, datetime]) -> None:
    """The first run of each task was due at its instant, jitter included, as Temporal has it."""
    for name, at in first.items():
        schedule = temporal.client.get_schedule_handle(naming.schedule(name))

        async def begun(
            schedule: ScheduleHandle = schedule, at: datetime = at
        ) -> ScheduleActionResult | None:
            actions = (await schedule.describe()).info.recent_actions
            assert all(action.scheduled_at >= at for action in actions)
            # A busy Temporal may have to try again, and start a later one meanwhile.
            return next((action for action in actions if action.scheduled_at == at), None)

        assert (await eventually(begun)).started_at >= at
        await Tasks(temporal).delete(name, by="test")
