"""Every way in which a workflow of this project goes: what to do so that it does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from unittest.mock import patch

from aiohttp import web
from temporalio.client import Schedule
from temporalio.service import RPCError, RPCStatusCode

from onthedot import naming
from onthedot.activities.schedule.form import as_schedule
from onthedot.scheduling.calendars.content import AnyOfCalendar, DatesCalendar, IcsCalendar
from onthedot.scheduling.freezes.freeze import FreezeDefinition
from onthedot.scheduling.ledger.entries import Reason
from onthedot.scheduling.outages import NotInForce
from onthedot.scheduling.policy import OverlapPolicy
from onthedot.scheduling.run import RunStatus
from onthedot.scheduling.stored.backfill import BackfillStatus
from onthedot.scheduling.stored.schedule_order import ScheduleOrder
from onthedot.scheduling.task import Health, TaskStatus
from onthedot.service.calendars.calendars import Calendars
from onthedot.service.freezes.freezes import Freezes
from onthedot.service.ledger.ledger import Ledger
from onthedot.service.runs.backfills import Backfills
from onthedot.service.runs.listing import RunFilter, RunList
from onthedot.service.runs.runs import Runs
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.activities.receiver import Receiver
from tests.definitions import command, definition, every, http, new_task, once, unique
from tests.waiting import eventually, until

_END = datetime(2026, 3, 4, 5, tzinfo=UTC)
_QUICK = {"max_attempts": 3, "initial_interval": 0.02}


@dataclass(frozen=True)
class Shape:
    """What shapes are made with. `queue` is polled by somebody else's worker."""

    temporal: Temporal
    receiver: Receiver
    queue: str

    async def register(self, trigger: dict[str, Any], **more: Any) -> str:
        task_id = unique("shape")
        await Tasks(self.temporal).create(new_task(task_id, trigger, **more), by="capture")
        return task_id

    async def closed(self, task_id: str) -> list[str]:
        """Wait until a task is closed; its workflow."""

        async def is_closed() -> bool:
            status = (await Tasks(self.temporal).get(task_id)).status
            return status in (TaskStatus.COMPLETED, TaskStatus.FAILED, TaskStatus.CANCELLED)

        await eventually(is_closed)
        return [naming.task_workflow(task_id)]

    async def ran(self, action: dict[str, Any], **more: Any) -> list[str]:
        """A run by hand, to its end; its workflow."""
        task_id = await self.register(every(3600), action=action, paused=True, **more)
        asked = await Tasks(self.temporal).run_now(task_id)

        async def ended() -> bool:
            return (await Runs(self.temporal).get(asked.id)).finished_at is not None

        await eventually(ended)
        return [naming.RunAddress.parse(asked.id).workflow_id]


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
    await eventually(partial(_resumed, tasks, task_id))
    await tasks.replace(task_id, definition(once(0.1)), by="capture")
    return await shape.closed(task_id)


async def _resumed(tasks: Tasks, task_id: str) -> bool:
    return not (await tasks.get(task_id)).paused


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
    await eventually(partial(_resumed, tasks, task_id))
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
    await tasks.delete(task_id, by="capture")
    return [naming.task_workflow(task_id)]


async def run_succeeded(shape: Shape) -> list[str]:
    fast = await shape.ran(http(shape.receiver.url("/echo")))
    return [*fast, *await shape.ran({"kind": "log", "message": "hello"})]


async def run_tried_again(shape: Shape) -> list[str]:
    shape.receiver.plan += [web.Response(status=500), web.Response(status=503), web.Response()]
    return await shape.ran(http(shape.receiver.url("/planned")), retry=_QUICK)


async def run_failed_and_timed_out(shape: Shape) -> list[str]:
    expected = http(shape.receiver.url("/echo"), expect_status=[418])
    failed = await shape.ran(expected)
    refused = await shape.ran(http("http://127.0.0.1:9/"), retry=_QUICK)
    late = await shape.ran(command("sleep", "9"), deadline=1, timeout=20)
    return [*failed, *refused, *late]


async def run_of_somebody_elses(shape: Shape) -> list[str]:
    queue = {"task_queue": shape.queue}
    activity = {"kind": "activity", "name": "fail_twice", "arguments": ["ha"], **queue}
    child = {"kind": "workflow", "workflow_type": "Sleeper", "arguments": [0.1], **queue}
    nobody = {"kind": "activity", "name": "any", "task_queue": "nobody"}
    return [
        *await shape.ran(activity, retry=_QUICK),
        *await shape.ran(child),
        *await shape.ran(nobody, deadline=1),
    ]


async def run_interrupted_and_told(shape: Shape) -> list[str]:
    """By its deadline in the middle of a retry, by silence, and by a cancel after a response."""
    told = {"url": shape.receiver.url("/echo")}
    hanging = http(shape.receiver.url("/hang"))
    late = await shape.ran(hanging, retry=_QUICK, timeout=1.5, deadline=4, notify=told)
    silent: dict[str, Any] = {"kind": "activity", "name": "die_once", "arguments": ["shape"]}
    silent |= {"task_queue": shape.queue, "heartbeat_timeout": 1}
    task_id = await shape.register(every(3600), action=http(shape.receiver.url("/trickle")))
    asked = await Runs(shape.temporal).get((await Tasks(shape.temporal).run_now(task_id)).id)
    await eventually(lambda: shape.receiver.trickled >= 20)
    await Runs(shape.temporal).cancel(asked.id)

    async def ended() -> bool:
        return (await Runs(shape.temporal).get(asked.id)).finished_at is not None

    await eventually(ended)
    return [*late, *await shape.ran(silent), naming.RunAddress.parse(asked.id).workflow_id]


async def run_cancelled(shape: Shape) -> list[str]:
    found = []
    for action in (command("sleep", "60"), http(shape.receiver.url("/hang"))):
        task_id = await shape.register(every(3600), action=action, timeout=50)
        asked = await Tasks(shape.temporal).run_now(task_id)

        async def attempted(run_id: str = asked.id) -> bool:
            return (await Runs(shape.temporal).get(run_id)).attempts == 1

        await eventually(attempted)
        await Runs(shape.temporal).cancel(asked.id)

        async def ended(run_id: str = asked.id) -> bool:
            return (await Runs(shape.temporal).get(run_id)).finished_at is not None

        await eventually(ended)
        found.append(naming.RunAddress.parse(asked.id).workflow_id)
    return found


async def backfill_done_and_cancelled(shape: Shape) -> list[str]:
    task_id = await shape.register(every(60))
    slow = await shape.register(every(60), action=command("sleep", "5"), timeout=20)
    backfills, found = Backfills(shape.temporal), []
    for name, minutes, overlap in (
        (task_id, 3, OverlapPolicy.BUFFER_ALL),
        (task_id, 205, OverlapPolicy.ALLOW_ALL),
        (slow, 3, OverlapPolicy.BUFFER_ALL),
    ):
        start = _END - timedelta(minutes=minutes)
        made = await backfills.start(name, start=start, end=_END, overlap=overlap)
        if name == slow:
            goes_on = RunFilter(task_id=slow, status=RunStatus.RUNNING)
            await eventually(partial(RunList(shape.temporal).count, goes_on))
            await backfills.cancel(made.id)

        async def ended(backfill_id: str = made.id) -> bool:
            return (await backfills.get(backfill_id)).status is not BackfillStatus.RUNNING

        await eventually(ended)
        found.append(f"backfill:{made.id}")
    return found


async def backfill_of_a_deleted_task(shape: Shape) -> list[str]:
    task_id = await shape.register(every(60), action=command("sleep", "1"), timeout=20)
    backfills = Backfills(shape.temporal)
    made = await backfills.start(
        task_id, start=_END - timedelta(hours=9), end=_END, overlap=OverlapPolicy.BUFFER_ALL
    )
    await asyncio.sleep(1)
    await Tasks(shape.temporal).delete(task_id, by="capture")

    async def ended() -> bool:
        return (await backfills.get(made.id)).status is not BackfillStatus.RUNNING

    await eventually(ended)
    return [f"backfill:{made.id}"]


async def recurring_told_of_its_health(shape: Shape) -> list[str]:
    """It fails, then it succeeds; its runs by hand say so."""
    yearly = {"kind": "cron", "expression": "0 0 1 1 *"}
    fails = {"action": command("false"), "retry": {"max_attempts": 1}}
    task_id = await shape.register(yearly, **fails)
    for health in (Health.FAILING, Health.HEALTHY):
        await Tasks(shape.temporal).run_now(task_id)

        async def known(health: Health = health) -> bool:
            return (await Tasks(shape.temporal).get(task_id)).health is health

        await eventually(known)
        await Tasks(shape.temporal).replace(task_id, definition(yearly), by="capture")
    await Tasks(shape.temporal).delete(task_id, by="capture")
    return [naming.task_workflow(task_id)]


async def run_frozen_and_released(shape: Shape) -> list[str]:
    """Skipped by a freeze that holds, and once more at its end; the freeze itself."""
    name = unique("shape-freeze")
    await _frozen(shape, name, 8)
    task_id = await shape.register(every(3600, offset=_soon(5) % 3600), tags=[name])
    log = RunList(shape.temporal)
    which = RunFilter(task_id=task_id, status=RunStatus.SUCCEEDED)
    await eventually(partial(log.count, which))
    runs = (await log.page(RunFilter(task_id=task_id))).items
    await Tasks(shape.temporal).delete(task_id, by="capture")
    freeze = shape.temporal.client.get_workflow_handle(naming.freeze(name))
    await freeze.result()
    named = [naming.RunAddress.parse(run.id).workflow_id for run in runs]
    return [*sorted(set(named)), naming.freeze(name)]


async def once_held_and_lifted(shape: Shape) -> list[str]:
    """Held by a freeze, which is lifted; the freeze that was, and the one that lifted it."""
    name = unique("shape-freeze")
    await _frozen(shape, name, 3600)
    task_id = await shape.register(once(5), tags=[name])

    async def held() -> bool:
        return (await Ledger(shape.temporal).why(task_id)).reason is Reason.FROZEN

    await eventually(held)
    await Freezes(shape.temporal).delete(name, by="capture")
    closed = await shape.closed(task_id)
    await shape.temporal.client.get_workflow_handle(naming.freeze(name)).result()
    return [*closed, naming.freeze(name)]


async def _frozen(shape: Shape, name: str, seconds: int) -> None:
    end = datetime.now(UTC) + timedelta(seconds=seconds)
    fields = {"until": end, "tags": (name,), "then": "hold", "release_over": 0}
    await Freezes(shape.temporal).put(name, FreezeDefinition.model_validate(fields), by="capture")


async def calendar_changed_and_deleted(shape: Shape) -> list[str]:
    """One that a task keeps to by another one, and that changes; a feed; the task."""
    calendars, name = Calendars(shape.temporal), unique("shape-calendar")
    whole, feed = f"{name}-any", f"{name}-feed"
    await calendars.put(name, DatesCalendar(dates=("2001-01-01",)), by="capture")
    await calendars.put(whole, AnyOfCalendar(calendars=(name,)), by="capture")
    await calendars.put(feed, IcsCalendar(url=shape.receiver.url("/planned")), by="capture")
    task_id = await shape.register(every(3600, exclude=[{"calendar": whole}]))

    async def known(revision: int) -> bool:
        found = await calendars.get(whole)
        return (found.state.revision, found.users, found.waiting) == (revision, 1, 0)

    await eventually(partial(known, 1))
    await calendars.put(name, DatesCalendar(dates=("2026-12-25",)), by="capture")
    await eventually(partial(known, 2))
    await Tasks(shape.temporal).delete(task_id, by="capture")
    for one in (feed, whole, name):
        await _deleted(shape, one)
    return [*map(naming.calendar, (name, whole, feed)), naming.task_workflow(task_id)]


async def _deleted(shape: Shape, name: str) -> None:
    calendars = Calendars(shape.temporal)

    async def unused() -> bool:
        return (await calendars.get(name)).users == 0

    await eventually(unused)
    await calendars.delete(name, by="capture")
    # Its last execution ends as soon as a worker takes it up.
    await shape.temporal.client.get_workflow_handle(naming.calendar(name)).result()


def _soon(seconds: int) -> int:
    return int(datetime.now(UTC).timestamp()) + seconds


#: Each brings its shape about and names the workflows whose histories are to be kept.
SHAPES: dict[str, Callable[[Shape], Awaitable[list[str]]]] = {
    shape.__name__.replace("_", "-"): shape
    for shape in (
        once_fired,
        once_begun_late,
        once_asleep_in_temporal,
        once_failed,
        once_edited_paused_and_resumed,
        once_missed,
        once_deleted,
        once_cancelled_before_and_after_it_was_due,
        recurring_to_its_end,
        recurring_edited_paused_and_deleted,
        recurring_looked_at_and_mended,
        recurring_refused_now_and_then,
        recurring_cancelled,
        every_kind_after_every_other,
        continued_as_new,
        run_succeeded,
        run_tried_again,
        run_failed_and_timed_out,
        run_of_somebody_elses,
        run_interrupted_and_told,
        run_frozen_and_released,
        once_held_and_lifted,
        run_cancelled,
        calendar_changed_and_deleted,
        backfill_done_and_cancelled,
        backfill_of_a_deleted_task,
        recurring_told_of_its_health,
    )
}
