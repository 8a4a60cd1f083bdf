"""One-time tasks: fired, moved, missed, deleted, cancelled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

from onthedot import naming
from onthedot.service.runs.runs import Runs
from onthedot.service.tasks.tasks import Tasks
from tests.definitions import command, definition, once
from tests.replay.shapes.shape import Shape
from tests.waiting import eventually, until


async def once_fired(shape: Shape) -> list[str]:
    return await shape.closed(await shape.register(once(0.2)))


async def once_begun_late(shape: Shape) -> list[str]:
    was_due = datetime.now(UTC) - timedelta(seconds=30)
    return await shape.closed(await shape.register({"kind": "once", "at": was_due.isoformat()}))


async def once_asleep_in_temporal(shape: Shape) -> list[str]:
    task_id = await shape.register(once(7))
    return await shape.closed(task_id)


async def once_failed(shape: Shape) -> list[str]:
    return await shape.closed(
        await shape.register(once(0), action=command("false"), retry={"max_attempts": 1})
    )


async def once_edited_paused_and_resumed(shape: Shape) -> list[str]:
    task_id, tasks = await shape.register(once(3600)), Tasks(shape.temporal)
    await tasks.replace(task_id, definition(once(1800)), by="capture")
    await tasks.pause(task_id, by="capture", note="wait")
    await tasks.resume(task_id, by="capture")
    await tasks.pause(task_id, by="capture", until=datetime.now(UTC) + timedelta(seconds=1))
    await eventually(partial(shape.resumed, task_id))
    await tasks.replace(task_id, definition(once(0.1)), by="capture")
    return await shape.closed(task_id)


async def once_missed(shape: Shape) -> list[str]:
    task_id = await shape.register(once(0.1), paused=True, catchup_window=0)
    await until(datetime.now(UTC) + timedelta(seconds=10.5))
    await Tasks(shape.temporal).resume(task_id, by="capture")
    return await shape.closed(task_id)


async def once_deleted(shape: Shape) -> list[str]:
    task_id = await shape.register(once(3600))
    await Tasks(shape.temporal).delete(task_id, by="capture")
    return [naming.task_workflow(task_id)]


async def once_cancelled_before_and_after_it_was_due(shape: Shape) -> list[str]:
    before = await shape.register(once(3600))
    workflow_id = naming.task_workflow(before)
    await shape.temporal.client.get_workflow_handle(workflow_id).cancel()
    after = await shape.register(once(0), action=command("sleep", "60"), timeout=100)

    async def running() -> bool:
        last = (await Tasks(shape.temporal).get(after)).last_run
        if last is None:
            return False
        run = await Runs(shape.temporal).get(last.id)
        return run.attempts == 1 and bool(await Runs(shape.temporal).cancel(run.id))

    await eventually(running)
    return [*await shape.closed(before), *await shape.closed(after)]
