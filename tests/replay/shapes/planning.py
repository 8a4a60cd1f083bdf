"""Freezes and calendars, and their effect on tasks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

from onthedot import naming
from onthedot.naming.run_address import RunAddress
from onthedot.scheduling.calendars.content import AnyOfCalendar, DatesCalendar, IcsCalendar
from onthedot.scheduling.freezes.freeze import FreezeDefinition
from onthedot.scheduling.ledger.entries import Reason
from onthedot.scheduling.run import RunStatus
from onthedot.service.calendars.calendars import Calendars
from onthedot.service.freezes.freezes import Freezes
from onthedot.service.ledger.ledger import Ledger
from onthedot.service.runs.listing import RunFilter, RunList
from onthedot.service.tasks.tasks import Tasks
from tests.definitions import every, once, unique
from tests.replay.shapes.shape import Shape
from tests.waiting import eventually


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
    named = [RunAddress.parse(run.id).workflow_id for run in runs]
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
