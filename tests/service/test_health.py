"""The health of tasks in lists matches their runs, for every kind of task."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from temporalio.common import TypedSearchAttributes

from onthedot import naming
from onthedot.naming import attributes
from onthedot.scheduling.policy import OverlapPolicy
from onthedot.scheduling.stored.task_state import TaskState
from onthedot.scheduling.task import Health, TaskStatus
from onthedot.service.runs.backfills import Backfills
from onthedot.service.tasks.lists.filter import TaskFilter
from onthedot.service.tasks.lists.listing import TaskList
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.activities.receiver import Receiver
from tests.definitions import YEARLY, command, definition, every, http, new_task, once, unique
from tests.service.tasks.editing import settled_runs
from tests.waiting import eventually

pytestmark = pytest.mark.anyio

FAILS = {"action": command("false"), "retry": {"max_attempts": 1}}


async def _ids(task_list: TaskList, which: TaskFilter) -> set[str]:
    return {task.id for task in (await task_list.page(which, limit=500)).items}


async def _healthy(task_list: TaskList, tag: str, **expected: set[str]) -> None:
    """Wait until the tasks of a tag are as expected, in the list and by every filter."""

    async def so() -> bool:
        for health in Health:
            which = TaskFilter(tags=(tag,), health=health)
            if await _ids(task_list, which) != expected.get(health.value, set()):
                return False
        tasks = (await task_list.page(TaskFilter(tags=(tag,)))).items
        return all(task.id in expected[task.health.value] for task in tasks)

    try:
        await eventually(so)
    except TimeoutError:
        found = (await task_list.page(TaskFilter(tags=(tag,)))).items
        pytest.fail(f"{ {task.id: task.health.value for task in found} }, not {expected}")


async def test_health_is_what_the_last_run_says(
    temporal: Temporal, tasks: Tasks, task_list: TaskList
) -> None:
    tag = unique("health")
    ids = {name: f"{tag}-{name}" for name in ("well", "fails", "new", "once", "failed", "soon")}
    await tasks.create(new_task(ids["well"], every(1), tags=[tag]), by="t")
    await tasks.create(new_task(ids["fails"], every(1), tags=[tag], **FAILS), by="t")
    await tasks.create(new_task(ids["new"], YEARLY, tags=[tag]), by="t")
    await tasks.create(new_task(ids["once"], once(0), tags=[tag]), by="t")
    await tasks.create(new_task(ids["failed"], once(0), tags=[tag], **FAILS), by="t")
    await tasks.create(new_task(ids["soon"], once(3600), tags=[tag]), by="t")
    await _healthy(
        task_list,
        tag,
        healthy={ids["well"], ids["once"]},
        failing={ids["fails"], ids["failed"]},
        never_ran={ids["new"], ids["soon"]},
    )
    assert (await tasks.get(ids["fails"])).health is Health.FAILING
    for name in ("well", "fails"):
        await tasks.pause(ids[name], by="t")
        await settled_runs(temporal, ids[name])
    # Runs by hand count like any other; a finished task that is armed again keeps what it was.
    await tasks.replace(ids["fails"], definition(YEARLY, tags=[tag]), by="t")
    await tasks.run_now(ids["fails"])
    await tasks.run_now(ids["new"])
    await tasks.replace(ids["failed"], definition(once(3600), tags=[tag]), by="t")
    await _healthy(
        task_list,
        tag,
        healthy={ids["well"], ids["once"], ids["fails"], ids["new"]},
        failing={ids["failed"]},
        never_ran={ids["soon"]},
    )
    for task_id in ids.values():
        await tasks.delete(task_id, by="t")


async def test_a_task_hears_of_a_change_only(temporal: Temporal, tasks: Tasks) -> None:
    task_id = unique("steady")
    await tasks.create(new_task(task_id, every(1)), by="t")
    handle = temporal.client.get_workflow_handle(naming.task_workflow(task_id))

    async def known() -> int:
        found = await handle.describe()
        well = found.typed_search_attributes.get(naming.HEALTH) == "healthy"
        return found.history_length if well else 0

    length = await eventually(known)
    ran = f"{naming.TASK_ID.name} = '{task_id}' AND ExecutionStatus = 'Completed'"

    async def several() -> bool:
        return (await temporal.client.count_workflows(ran)).count >= 4

    await eventually(several)
    assert await known() == length
    await tasks.delete(task_id, by="t")


async def test_a_backfill_counts_too(
    tasks: Tasks, task_list: TaskList, backfills: Backfills
) -> None:
    tag = unique("backfill")
    await tasks.create(new_task(tag, every(3600), tags=[tag], **FAILS), by="t")
    end = datetime(2026, 3, 4, 5, tzinfo=UTC)
    start = end - timedelta(hours=2)
    await backfills.start(tag, start=start, end=end, overlap=OverlapPolicy.ALLOW_ALL)
    await _healthy(task_list, tag, failing={tag})
    await tasks.delete(tag, by="t")


async def test_what_runs_is_listed_as_running(
    tasks: Tasks, task_list: TaskList, receiver: Receiver
) -> None:
    tag = unique("running")
    hangs = {"tags": [tag], "action": http(receiver.url("/hang"))}
    names = ("clock", "hand", "once", "rests", "paused")
    ids = {name: f"{tag}-{name}" for name in names}
    await tasks.create(new_task(ids["clock"], every(1), **hangs), by="t")
    await tasks.create(new_task(ids["hand"], YEARLY, **hangs), by="t")
    await tasks.create(new_task(ids["once"], once(0), **hangs), by="t")
    await tasks.create(new_task(ids["rests"], YEARLY, **hangs), by="t")
    await tasks.create(new_task(ids["paused"], YEARLY, **hangs), by="t")
    await tasks.run_now(ids["hand"])
    await tasks.run_now(ids["paused"])
    await tasks.pause(ids["paused"], by="t")
    running = {ids["clock"], ids["hand"], ids["once"]}

    async def so() -> bool:
        for status, expected in {
            TaskStatus.RUNNING: running,
            TaskStatus.SCHEDULED: {ids["rests"]},
            TaskStatus.PAUSED: {ids["paused"]},
        }.items():
            which = TaskFilter(tags=(tag,), status=status)
            tasks_so = (await task_list.page(which)).items
            if {task.id for task in tasks_so} != expected:
                return False
            if {task.status for task in tasks_so} != {status}:
                return False
            if await task_list.count(which) != len(expected):
                return False
        return True

    await eventually(so)
    found = await tasks.get(ids["clock"])
    assert (found.status, bool(found.next_runs)) == (TaskStatus.RUNNING, True)
    for name in ("clock", "hand", "rests", "paused"):
        await tasks.delete(ids[name], by="t")


async def test_a_task_of_an_earlier_release_is_found_and_catches_up(
    tasks: Tasks, task_list: TaskList, monkeypatch: pytest.MonkeyPatch
) -> None:
    tag = unique("earlier")
    new = {naming.WORDS.name, naming.MORE_WORDS.name, naming.LABELS.name}
    complete = attributes.task_attributes

    # What the earlier release registered: it cannot be installed beside this one here.
    def as_before(state: TaskState, *, status: str = "") -> TypedSearchAttributes:
        pairs = complete(state, status=status).search_attributes
        return TypedSearchAttributes([pair for pair in pairs if pair.key.name not in new])

    monkeypatch.setattr(attributes, "task_attributes", as_before)
    await tasks.create(new_task(tag, YEARLY, name="Old but gold", tags=[tag]), by="t")
    for which in (TaskFilter(tags=(tag,)), TaskFilter(q="old BUT"), TaskFilter(q=tag)):

        async def found(which: TaskFilter = which) -> bool:
            return tag in await _ids(task_list, which)

        await eventually(found)
    gold = TaskFilter(q=f"gold {tag}")
    assert await _ids(task_list, gold) == set()
    await tasks.run_now(tag)

    async def caught_up() -> bool:
        return await _ids(task_list, gold) == {tag}

    await eventually(caught_up)
    assert await _ids(task_list, TaskFilter(tags=(tag,), health=Health.HEALTHY)) == {tag}
    await tasks.delete(tag, by="t")
