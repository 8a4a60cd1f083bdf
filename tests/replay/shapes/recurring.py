"""Recurring tasks: ended, edited, refused, renewed, and changed from another kind."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from unittest.mock import patch

from temporalio.client import Schedule
from temporalio.service import RPCError, RPCStatusCode

from onthedot import naming
from onthedot.activities.schedule.form import as_schedule
from onthedot.scheduling.outages import NotInForce
from onthedot.scheduling.stored.schedule_order import ScheduleOrder
from onthedot.scheduling.task import Health
from onthedot.service.tasks.tasks import Tasks
from tests.definitions import YEARLY, command, definition, every, new_task, once
from tests.replay.shapes.shape import Shape
from tests.waiting import eventually, until
from tests.workflows.renewals import renewed


async def recurring_to_its_end(shape: Shape) -> list[str]:
    return await shape.closed(await shape.register(every(1, max_runs=2)))


async def recurring_edited_paused_and_deleted(shape: Shape) -> list[str]:
    task_id, tasks = await shape.register(every(3600)), Tasks(shape.temporal)
    cron = {"kind": "cron", "expression": "0 9 * * 1-5", "timezone": "Europe/Rome"}
    await tasks.replace(task_id, definition(cron), by="capture")
    await asyncio.gather(
        *(tasks.replace(task_id, definition(every(n)), by="capture") for n in (60, 90))
    )
    await tasks.pause(task_id, by="capture", until=datetime.now(UTC) + timedelta(seconds=1))
    await eventually(partial(shape.resumed, task_id))
    await tasks.pause(task_id, by="capture")
    await tasks.resume(task_id, by="capture")
    await tasks.delete(task_id, by="capture")
    return [naming.task_workflow(task_id)]


async def recurring_looked_at_and_mended(shape: Shape) -> list[str]:
    task_id, tasks = await shape.register(every(3600)), Tasks(shape.temporal)
    handle = shape.temporal.client.get_workflow_handle(naming.task_workflow(task_id))
    await handle.signal(naming.CHECK_SCHEDULE)
    schedule = shape.temporal.client.get_schedule_handle(naming.schedule(task_id))
    made = partial(_has_schedule, shape, task_id)
    await eventually(made)
    await schedule.delete()
    await handle.signal(naming.CHECK_SCHEDULE)
    await eventually(made)
    await tasks.pause(task_id, by="capture")
    return [naming.task_workflow(task_id)]


async def _has_schedule(shape: Shape, task_id: str) -> bool:
    try:
        return bool(
            await shape.temporal.client.get_schedule_handle(naming.schedule(task_id)).describe()
        )
    except RPCError:
        return False


async def recurring_refused_now_and_then(shape: Shape) -> list[str]:
    """Temporal refuses its schedule at first, and again at an edit. Deleted in the end."""
    tasks, refused = Tasks(shape.temporal), {"refused-shape"}

    # Temporal cannot be made to refuse one schedule and take the others.
    def gated(order: ScheduleOrder, **more: Any) -> Schedule:
        if order.run.task_id in refused:
            raise RPCError("not for you", RPCStatusCode.PERMISSION_DENIED, b"")
        return as_schedule(order, **more)

    async def told(what: bool) -> bool:
        return bool((await tasks.get(task_id)).problem) is what

    with patch("onthedot.activities.schedule.activity.as_schedule", gated):
        task_id = "refused-shape"
        new = new_task(task_id, every(10, jitter=9), overlap="allow_all")
        await tasks.create(new, by="capture")
        await eventually(lambda: told(True))
        await until(_next(timedelta(seconds=10)) + timedelta(seconds=0.2))
        refused.clear()
        await shape.temporal.client.get_workflow_handle(naming.task_workflow(task_id)).signal(
            naming.CHECK_SCHEDULE
        )
        await eventually(lambda: told(False))
        await until(_next(timedelta(seconds=10)))
        refused.add(task_id)
        with suppress(NotInForce):
            await tasks.replace(task_id, definition(every(60)), by="capture")
        await tasks.delete(task_id, by="capture")
    return [naming.task_workflow(task_id)]


def _next(step: timedelta) -> datetime:
    """The next instant of an interval."""
    epoch = datetime.fromtimestamp(0, UTC)
    return epoch + ((datetime.now(UTC) - epoch) // step + 1) * step


async def recurring_cancelled(shape: Shape) -> list[str]:
    task_id = await shape.register(every(3600))
    await eventually(partial(_has_schedule, shape, task_id))
    await shape.temporal.client.get_workflow_handle(naming.task_workflow(task_id)).cancel()
    return await shape.closed(task_id)


async def every_kind_after_every_other(shape: Shape) -> list[str]:
    task_id, tasks = await shape.register(once(3600)), Tasks(shape.temporal)
    for trigger in (every(3600), once(3600), every(60), once(0.1)):
        await tasks.replace(task_id, definition(trigger), by="capture")
    workflow_ids = await shape.closed(task_id)
    await tasks.replace(task_id, definition(every(3600)), by="capture")
    return workflow_ids


async def continued_as_new(shape: Shape) -> list[str]:
    task_id, tasks = await shape.register(every(3600)), Tasks(shape.temporal)
    for number in range(15):
        await tasks.replace(task_id, definition(every(3600 + number)), by="capture")
    await renewed(shape.temporal, task_id, at_least=2)
    await tasks.delete(task_id, by="capture")
    return [naming.task_workflow(task_id)]


async def recurring_told_of_its_health(shape: Shape) -> list[str]:
    """It fails, then it succeeds; its runs by hand say so."""
    fails = {"action": command("false"), "retry": {"max_attempts": 1}}
    task_id = await shape.register(YEARLY, **fails)
    for health in (Health.FAILING, Health.HEALTHY):
        await Tasks(shape.temporal).run_now(task_id)

        async def known(health: Health = health) -> bool:
            return (await Tasks(shape.temporal).get(task_id)).health is health

        await eventually(known)
        await Tasks(shape.temporal).replace(task_id, definition(YEARLY), by="capture")
    await Tasks(shape.temporal).delete(task_id, by="capture")
    return [naming.task_workflow(task_id)]
