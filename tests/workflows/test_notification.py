"""Notifications of failed runs, on a real server and to a real receiver."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import ScheduleActionExecutionStartWorkflow
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Worker

from onthedot import naming
from onthedot.naming.run_address import RunAddress
from onthedot.scheduling.action import HttpAction
from onthedot.scheduling.errors import InvalidDefinition
from onthedot.scheduling.notify import Notify
from onthedot.scheduling.task import NewTask, TaskDefinition
from onthedot.scheduling.trigger import IntervalTrigger, OnceTrigger
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.activities.receiver import Receiver
from tests.waiting import at_load, eventually, until
from tests.workflows.notifying import FAR_AWAY, bodies, listed, notifications, run_of, telling_task
from tests.workflows.notifying import receiver as receiver

pytestmark = pytest.mark.anyio


async def test_the_third_failure_in_a_row_and_the_recovery_are_told_once(
    temporal: Temporal, worker: Worker, receiver: Receiver
) -> None:
    task = telling_task(receiver, after=3)
    task_id = (await Tasks(temporal).create(task, by="t")).id
    for _ in range(2):
        await run_of(temporal, receiver, task_id, 404)
    await run_of(temporal, receiver, task_id, 200)
    assert await listed(temporal, task_id) == []
    failed = [await run_of(temporal, receiver, task_id, 404) for _ in range(4)]
    recovered = [await run_of(temporal, receiver, task_id, 200) for _ in range(2)]
    told_by = await notifications(temporal, task_id, 2)
    await Tasks(temporal).delete(task_id, by="t")
    assert len(told_by) == 2
    told = sorted(bodies(receiver), key=lambda body: str(body["event"]))
    assert [(t["event"], t["failures"], t["id"], t["status"]) for t in told] == [
        ("failed", 3, failed[2].id, "failed"),
        ("recovered", 4, recovered[0].id, "succeeded"),
    ]
    assert told[0]["task_name"] == "Report"
    assert {name: told[0][name] for name in ("task_id", "attempts", "cause")} == {
        "task_id": task_id,
        "attempts": 1,
        "cause": "manual",
    }
    assert told[0]["error"]["message"]


async def test_the_recovery_from_a_long_outage_is_told(
    temporal: Temporal, worker: Worker, receiver: Receiver
) -> None:
    """More consecutive failures than a list contains."""
    task = telling_task(receiver)
    task_id = (await Tasks(temporal).create(task, by="t")).id
    await run_of(temporal, receiver, task_id, 200)
    receiver.plan += [web.Response(status=404) for _ in range(103)]
    for _ in range(103):
        await Tasks(temporal).run_now(task_id)
    query = f"{naming.TASK_ID.name} = '{task_id}' AND ExecutionStatus = 'Failed'"

    async def failed() -> bool:
        return (await temporal.client.count_workflows(query)).count == 103

    await eventually(failed)
    receiver.requests.clear()
    recovered = await run_of(temporal, receiver, task_id, 200)

    async def told() -> list[dict[str, Any]]:
        return [body for body in bodies(receiver) if body["event"] == "recovered"]

    (body,) = await eventually(told)
    assert (body["id"], body["failures"]) == (recovered.id, 103)
    await run_of(temporal, receiver, task_id, 200)
    await Tasks(temporal).delete(task_id, by="t")
    assert len(await told()) == 1


async def test_the_recovery_is_told_when_the_failures_are_past_the_retention(
    temporal: Temporal, worker: Worker, receiver: Receiver
) -> None:
    """A schedule passes on the last failure, even if no run is left in lists."""
    # A schedule hands on what it knows by then: a busy machine takes a while to tell it.
    every = timedelta(seconds=math.ceil(min(at_load(2), 10)))
    task = telling_task(receiver, after=2).model_copy(
        update={"trigger": IntervalTrigger(every=every)}
    )
    # Enough for whatever else it takes until the failures are gone.
    receiver.plan += [web.Response(status=404) for _ in range(3)]
    task_id = (await Tasks(temporal).create(task, by="t")).id
    receiver.plan += [web.Response(status=200) for _ in range(20)]
    query = f"{naming.TASK_ID.name} = '{task_id}' AND ExecutionStatus = 'Failed'"
    gone: set[str] = set()
    schedule = temporal.client.get_schedule_handle(naming.schedule(task_id))

    async def forgotten() -> bool:
        if not [run async for run in temporal.client.list_workflows(query)]:
            return False
        running = (await schedule.describe()).info.running_actions
        awaited = {
            action.workflow_id
            for action in running
            if isinstance(action, ScheduleActionExecutionStartWorkflow)
        }
        async for run in temporal.client.list_workflows(query):
            if run.id in awaited:
                continue
            request = DeleteWorkflowExecutionRequest(
                namespace=temporal.client.namespace,
                workflow_execution=WorkflowExecution(workflow_id=run.id, run_id=run.run_id),
            )
            try:
                await temporal.client.workflow_service.delete_workflow_execution(
                    request, retry=True
                )
            except RPCError as error:
                # It is still listed although it was deleted before.
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise
            gone.add(run.run_id)
        return len(gone) >= 3

    await eventually(forgotten)

    async def told() -> list[dict[str, Any]]:
        return [body for body in bodies(receiver) if body["event"] == "recovered"]

    (body,) = await eventually(told)
    await Tasks(temporal).delete(task_id, by="t")
    assert body["failures"] == 3
    failed = [each for each in bodies(receiver) if each["event"] == "failed"]
    assert [each["failures"] for each in failed] == [2]


async def test_a_missed_one_time_task_is_told(
    temporal: Temporal, worker: Worker, receiver: Receiver
) -> None:
    at = temporal.now() + timedelta(seconds=at_load(2))
    task = telling_task(receiver).model_copy(
        update={"trigger": OnceTrigger(at=at), "catchup_window": timedelta(0), "paused": True}
    )
    task_id = (await Tasks(temporal).create(task, by="t")).id
    # Temporal's own lower bound of a catch-up window.
    await until(at + timedelta(seconds=10.2))
    await Tasks(temporal).resume(task_id, by="t")
    await notifications(temporal, task_id, 1)
    (told,) = bodies(receiver)
    assert (told["event"], told["status"], told["task_id"]) == ("missed", "skipped", task_id)
    assert told["error"]["type"] == "Missed"


async def test_a_task_without_notify_tells_nobody(
    temporal: Temporal, worker: Worker, receiver: Receiver
) -> None:
    task = telling_task(receiver).model_copy(update={"notify": None})
    task_id = (await Tasks(temporal).create(task, by="t")).id
    run = await run_of(temporal, receiver, task_id, 404)
    address = RunAddress.parse(run.id)
    handle = temporal.client.get_workflow_handle(address.workflow_id, run_id=address.execution)
    history = await handle.fetch_history()
    await Tasks(temporal).delete(task_id, by="t")
    assert await listed(temporal, task_id) == []
    assert naming.NOTIFY not in history.to_json()


async def test_whom_to_tell_is_checked_when_it_is_registered(temporal: Temporal) -> None:
    notify = Notify(url="ftp://example.com", headers={"Authorization": "Bearer literal"})
    definition = TaskDefinition(
        trigger=FAR_AWAY, action=HttpAction(url="https://example.com"), notify=notify
    )
    with pytest.raises(InvalidDefinition) as refused:
        await Tasks(temporal).create(NewTask(**dict(definition)), by="t")
    assert {problem.field for problem in refused.value.problems} == {
        "notify.url",
        "notify.headers.Authorization",
    }
