"""A task with a long history continues in a new execution, without any visible change."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from temporalio.client import Client, ScheduleDescription
from temporalio.common import WorkflowIDConflictPolicy

from onthedot import naming
from onthedot.activities.schedule.calls import ScheduleCalls
from onthedot.activities.schedule.form import order_of
from onthedot.scheduling.errors import RevisionMismatch
from onthedot.scheduling.stored.task_change import Change, ChangeKind
from onthedot.scheduling.stored.task_state import TaskState
from onthedot.scheduling.task import Health, HealthReport
from onthedot.service.tasks.lists.filter import TaskFilter
from onthedot.service.tasks.lists.listing import TaskList
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.definitions import definition, every, new_task, once, unique
from tests.run_log import instants, nominals
from tests.waiting import eventually
from tests.workers import on_its_own, polling
from tests.workflows.private_temporal import PrivateTemporal
from tests.workflows.renewals import executions, renewed

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
async def renewing(
    anyio_backend: object, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Temporal]:
    """A server that has workflows go on in a new execution early, and a worker."""
    limits = {"limit.historyCount.suggestContinueAsNew": 40}
    server = PrivateTemporal(tmp_path_factory.mktemp("temporal"), **limits)
    temporal = await server.start()
    server.start_worker()
    yield temporal
    server.end()


async def test_edits_go_on_through_renewals(renewing: Temporal) -> None:
    tasks, task_list, task_id = Tasks(renewing), TaskList(renewing), unique("renewed")
    await tasks.create(new_task(task_id, every(1), overlap="allow_all"), by="test")
    await eventually(lambda: nominals(renewing.client, task_id))
    for revision in range(1, 31):
        trigger = every(1) if revision % 10 else once(3600)
        new = definition(trigger, overlap="allow_all", name=f"{revision}")
        answer = await tasks.replace(task_id, new, by="test", if_match=revision)
        assert answer.revision == revision + 1
        if revision % 10 == 0:
            await renewed(renewing, task_id, revision // 10 + 1)
    assert (await tasks.get(task_id)).name == "30"
    with pytest.raises(RevisionMismatch):
        await tasks.pause(task_id, by="test", if_match=7)

    async def listed() -> bool:
        rows = (await task_list.page(TaskFilter(q=task_id))).items
        return [row.revision for row in rows] == [31]

    await eventually(listed)
    ran = await nominals(renewing.client, task_id)
    assert set(ran.values()) == {1}
    await tasks.delete(task_id, by="test")


async def test_looks_alone_renew_too(renewing: Temporal) -> None:
    tasks, task_id = Tasks(renewing), unique("looked")
    await tasks.create(new_task(task_id, every(1), overlap="allow_all"), by="test")
    handle = renewing.client.get_workflow_handle(naming.task_workflow(task_id))

    async def looked() -> bool:
        await handle.signal(naming.CHECK_SCHEDULE)
        return await executions(renewing, task_id) >= 2

    await eventually(looked)
    await eventually(lambda: nominals(renewing.client, task_id))
    task = await tasks.get(task_id)
    assert task.revision == 1
    assert [row.id for row in (await TaskList(renewing).page(TaskFilter(q=task_id))).items] == [
        task_id
    ]
    await tasks.delete(task_id, by="test")
    ran = await nominals(renewing.client, task_id)
    assert set(ran) == instants(min(ran), max(ran), timedelta(seconds=1))


async def test_reports_of_runs_renew_too(renewing: Temporal) -> None:
    tasks, task_id = Tasks(renewing), unique("reported")
    await tasks.create(new_task(task_id, every(3600)), by="test")
    handle = renewing.client.get_workflow_handle(naming.task_workflow(task_id))

    async def reported() -> bool:
        report = HealthReport(health=Health.FAILING, at=datetime.now(UTC))
        await handle.signal(naming.HEALTH_REPORT, report)
        return await executions(renewing, task_id) >= 2

    await eventually(reported)
    assert (await tasks.get(task_id)).health is Health.FAILING
    await tasks.delete(task_id, by="test")


async def test_a_change_that_arrives_first_dates_no_earlier_one_anew(
    client: Client, temporal: Temporal
) -> None:
    alone, task_id = on_its_own(temporal), unique("arrived-first")
    async with polling(client, alone.task_queue):
        await Tasks(alone).create(new_task(task_id, every(3600)), by="test")
        paused = await _changed(alone, task_id, ChangeKind.PAUSE)
    await client.start_workflow(
        naming.TASK,
        paused,
        id=naming.task_workflow(task_id),
        task_queue=alone.task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.TERMINATE_EXISTING,
    )
    # Temporal delivers it with the first workflow task, before anything else is done.
    change = asyncio.create_task(_changed(alone, task_id, ChangeKind.RESUME))
    async with polling(client, alone.task_queue):
        resumed = await change
        await Tasks(alone).delete(task_id, by="test")
    assert resumed.journal[:-1] == paused.journal
    assert resumed.journal[-1].since > paused.journal[-1].since


async def test_a_report_that_arrives_as_it_renews_undoes_no_change(
    renewing: Temporal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One follows each write of the schedule, so that one arrives just then."""
    alone, task_id, written = on_its_own(renewing), unique("reported"), list[int]()
    handle = alone.client.get_workflow_handle(naming.task_workflow(task_id))
    write = ScheduleCalls.write

    async def reported(calls: ScheduleCalls, *schedule: Any) -> ScheduleDescription:
        found = await write(calls, *schedule)
        order = await order_of(found, calls.client)
        assert order is not None
        written.append(order.revision)
        report = HealthReport(health=Health.HEALTHY, at=datetime.now(UTC))
        await handle.signal(naming.HEALTH_REPORT, report)
        return found

    monkeypatch.setattr(ScheduleCalls, "write", reported)
    async with polling(alone.client, alone.task_queue):
        await Tasks(alone).create(new_task(task_id, every(3600)), by="test")
        for at_least in (2, 3):
            for _ in range(4):
                await _changed(alone, task_id, ChangeKind.PAUSE)
                await _changed(alone, task_id, ChangeKind.RESUME)
            await renewed(alone, task_id, at_least)
        await Tasks(alone).delete(task_id, by="test")
    assert written == sorted(written)


async def _changed(temporal: Temporal, task_id: str, kind: ChangeKind) -> TaskState:
    handle = temporal.client.get_workflow_handle(naming.task_workflow(task_id))
    change = Change(kind=kind, by="test", not_after=temporal.expiry(timedelta(minutes=1)))
    state: TaskState = await handle.execute_update(naming.CHANGE, change, result_type=TaskState)
    return state
