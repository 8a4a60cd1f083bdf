"""Temporal refuses to store a task's schedule, for long: quota, rights, or the schedule itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from onthedot import naming
from onthedot.activities.schedule.form import as_schedule
from onthedot.scheduling.errors import TaskNotFound
from onthedot.scheduling.outages import NotInForce
from onthedot.service.tasks.lists.filter import TaskFilter
from onthedot.service.tasks.lists.listing import TaskList
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.definitions import definition, every, new_task, once, unique
from tests.run_log import lists_caught_up, nominals
from tests.waiting import eventually
from tests.workers import on_its_own
from tests.workflows.refusing import Gate, gated_worker

pytestmark = pytest.mark.anyio

_AS_SCHEDULE = "onthedot.activities.schedule.activity.as_schedule"
_DENIED = RPCStatusCode.PERMISSION_DENIED


@dataclass
class Refusing:
    """Tasks whose worker is behind a gate."""

    temporal: Temporal
    tasks: Tasks
    gate: Gate
    made: list[str] = field(default_factory=list)

    async def registered(self, trigger: dict[str, object], **more: object) -> str:
        task_id = unique("refused")
        self.made.append(task_id)
        await self.tasks.create(new_task(task_id, trigger, **more), by="test")
        return task_id

    async def told(self, task_id: str, what: str) -> None:
        """Wait until a task tells of a problem."""

        async def told() -> bool:
            return what in (await self.tasks.get(task_id)).problem

        await eventually(told)

    async def in_line(self, task_id: str) -> None:
        """Wait until a task tells of no problem any more."""

        async def in_line() -> bool:
            return not (await self.tasks.get(task_id)).problem

        await eventually(in_line)

    async def scheduled(self, task_id: str) -> None:
        """Wait until a task has its schedule and rests."""
        handle = self.temporal.client.get_schedule_handle(naming.schedule(task_id))

        async def there() -> bool:
            try:
                return bool(await handle.describe())
            except RPCError:
                return False

        await eventually(there)

    async def asleep(self, task_id: str) -> None:
        """Wait until a task waits in a durable timer, with no step in progress."""
        handle = self.temporal.client.get_workflow_handle(naming.task_workflow(task_id))

        async def asleep() -> bool:
            raw = (await handle.describe()).raw_description
            return not raw.HasField("pending_workflow_task")

        await eventually(asleep)

    async def look(self, task_id: str) -> None:
        handle = self.temporal.client.get_workflow_handle(naming.task_workflow(task_id))
        await handle.signal(naming.CHECK_SCHEDULE)


@pytest.fixture
async def refusing(client: Client, temporal: Temporal) -> AsyncIterator[Refusing]:
    alone = on_its_own(temporal)
    async with gated_worker(client, alone.task_queue) as gate:
        refusing = Refusing(alone, Tasks(alone), gate)
        yield refusing
        gate.status = None
        for task_id in refusing.made:
            with suppress(TaskNotFound):
                await refusing.tasks.delete(task_id, by="test")


async def test_a_refusal_shows_and_is_waited_out_in_a_timer(refusing: Refusing) -> None:
    refusing.gate.status = _DENIED
    task_id = await refusing.registered(every(1), overlap="allow_all")
    await refusing.told(task_id, "PERMISSION_DENIED: not for you")
    await refusing.asleep(task_id)
    assert (await refusing.tasks.get(task_id)).next_runs == ()
    await lists_caught_up(refusing.temporal.client)
    (row,) = (await TaskList(refusing.temporal).page(TaskFilter(q=task_id))).items
    assert "PERMISSION_DENIED" in row.problem
    refusing.gate.status = None
    await eventually(lambda: nominals(refusing.temporal.client, task_id))
    await refusing.in_line(task_id)
    assert (await refusing.tasks.get(task_id)).next_runs


async def test_a_change_that_is_refused_says_that_it_was_taken(refusing: Refusing) -> None:
    task_id = await refusing.registered(every(3600))
    await refusing.scheduled(task_id)
    refusing.gate.status = RPCStatusCode.RESOURCE_EXHAUSTED
    with pytest.raises(NotInForce, match=r"accepted the change.*RESOURCE_EXHAUSTED"):
        await refusing.tasks.replace(task_id, definition(every(60)), by="test")
    task = await refusing.tasks.get(task_id)
    assert task.revision == 2
    assert "RESOURCE_EXHAUSTED" in task.problem
    await refusing.asleep(task_id)
    refusing.gate.status = None
    await refusing.in_line(task_id)
    assert (await refusing.tasks.pause(task_id, by="test")).problem == ""


async def test_a_deletion_that_is_refused_can_be_repeated(refusing: Refusing) -> None:
    task_id = await refusing.registered(every(3600))
    await refusing.scheduled(task_id)
    refusing.gate.status = _DENIED
    for _ in range(2):
        with pytest.raises(NotInForce, match="PERMISSION_DENIED"):
            await refusing.tasks.delete(task_id, by="test")
    assert "PERMISSION_DENIED" in (await refusing.tasks.get(task_id)).problem
    refusing.gate.status = None
    await refusing.tasks.delete(task_id, by="test")
    with pytest.raises(TaskNotFound):
        await refusing.tasks.get(task_id)
    await refusing.tasks.create(new_task(task_id, once(3600)), by="test")


@pytest.mark.parametrize("fault", ["trigger", "temporal"])
async def test_what_no_attempt_can_mend_is_final(
    refusing: Refusing, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    # What is accepted can be put in force: only a fault of ours, which is not known, ends so.
    def impossible(*_: object, **__: object) -> None:
        raise ValueError("year 10000 is out of range")

    if fault == "trigger":
        monkeypatch.setattr(_AS_SCHEDULE, impossible)
    else:
        refusing.gate.status = RPCStatusCode.INVALID_ARGUMENT
        refusing.gate.spared = {"delete_schedule"}
    task_id = await refusing.registered(every(60))
    other = await refusing.registered(every(60))
    await refusing.told(task_id, "10000" if fault == "trigger" else "INVALID_ARGUMENT")
    await refusing.asleep(task_id)
    assert (await refusing.tasks.get(task_id)).next_runs == ()
    assert refusing.gate.refused <= 2
    await refusing.tasks.delete(task_id, by="test")
    with pytest.raises(TaskNotFound):
        await refusing.tasks.get(task_id)
    with pytest.raises(NotInForce):
        await refusing.tasks.replace(other, definition(every(90)), by="test")
    monkeypatch.setattr(_AS_SCHEDULE, as_schedule)
    refusing.gate.status = None
    mended = await refusing.tasks.replace(other, definition(every(120)), by="test")
    assert mended.problem == ""
    assert (await refusing.tasks.create(new_task(task_id, every(60)), by="test")).revision == 1
