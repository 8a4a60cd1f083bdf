"""Whom a task tells when its runs go wrong, on a real server and to a real receiver."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import web
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import WorkflowExecution as ListedWorkflow
from temporalio.client import WorkflowExecutionStatus
from temporalio.worker import Worker

from onthedot import naming
from onthedot.activities.notify.result import NOTIFICATIONS
from onthedot.scheduling.action import HttpAction, SecretRef
from onthedot.scheduling.errors import InvalidDefinition
from onthedot.scheduling.notify import Notify
from onthedot.scheduling.policy import RetryPolicy
from onthedot.scheduling.run import Run, RunStatus
from onthedot.scheduling.task import NewTask, TaskDefinition
from onthedot.scheduling.trigger import CronTrigger, IntervalTrigger, OnceTrigger
from onthedot.service.runs.runs import Runs
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.activities.receiver import Receiver, open_receiver
from tests.waiting import eventually, until

pytestmark = pytest.mark.anyio

FAR_AWAY = CronTrigger(expression="0 0 1 1 *")
ONCE_ONLY = RetryPolicy(max_attempts=1)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with open_receiver() as made:
        yield made


def _task(receiver: Receiver, **notify: Any) -> NewTask:
    return NewTask(
        id=f"notify-{uuid4().hex[:10]}",
        name="Report",
        trigger=FAR_AWAY,
        action=HttpAction(url=receiver.url("/planned")),
        retry=ONCE_ONLY,
        notify=Notify(url=receiver.url("/echo"), **notify),
    )


async def _run(temporal: Temporal, receiver: Receiver, task_id: str, status: int) -> Run:
    """Have the task run now, and its action be answered with this status."""
    receiver.plan.append(web.Response(status=status))
    started = await Tasks(temporal).run_now(task_id)

    async def ended() -> Run | None:
        run = await Runs(temporal).get(started.id)
        return run if run.status is not RunStatus.RUNNING else None

    run = await eventually(ended)
    assert run is not None
    running = (
        f"{naming.TASK_ID.name} = '{task_id}' AND WorkflowType = '{naming.TASK_RUN}' "
        f"AND ExecutionStatus = 'Running'"
    )

    async def listed() -> bool:
        return not (await temporal.client.count_workflows(running)).count

    # The list is what the next run looks at.
    await eventually(listed)
    return run


async def _listed(temporal: Temporal, task_id: str) -> list[ListedWorkflow]:
    query = f"{naming.TASK_ID.name} = '{task_id}' AND WorkflowType = '{naming.NOTIFICATION}'"
    return [row async for row in temporal.client.list_workflows(query)]


async def _notifications(temporal: Temporal, task_id: str, count: int) -> list[str]:
    """The ids of all notifications, once so many have ended."""

    async def ended() -> list[str]:
        rows = await _listed(temporal, task_id)
        over = sum(row.status is not WorkflowExecutionStatus.RUNNING for row in rows)
        return [row.id for row in rows] if over >= count else []

    return await eventually(ended)


def _told(receiver: Receiver) -> list[dict[str, Any]]:
    return [json.loads(r.body) for r in receiver.requests if r.path == "/echo"]


async def test_the_third_failure_in_a_row_and_the_recovery_are_told_once(
    temporal: Temporal, worker: Worker, receiver: Receiver
) -> None:
    task = _task(receiver, after=3)
    task_id = (await Tasks(temporal).create(task, by="t")).id
    for _ in range(2):
        await _run(temporal, receiver, task_id, 404)
    await _run(temporal, receiver, task_id, 200)
    assert await _listed(temporal, task_id) == []
    failed = [await _run(temporal, receiver, task_id, 404) for _ in range(4)]
    recovered = [await _run(temporal, receiver, task_id, 200) for _ in range(2)]
    told_by = await _notifications(temporal, task_id, 2)
    await Tasks(temporal).delete(task_id, by="t")
    assert len(told_by) == 2
    told = sorted(_told(receiver), key=lambda body: str(body["event"]))
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
    """More failures in a row than are listed."""
    task = _task(receiver)
    task_id = (await Tasks(temporal).create(task, by="t")).id
    await _run(temporal, receiver, task_id, 200)
    receiver.plan += [web.Response(status=404) for _ in range(103)]
    for _ in range(103):
        await Tasks(temporal).run_now(task_id)
    query = f"{naming.TASK_ID.name} = '{task_id}' AND ExecutionStatus = 'Failed'"

    async def failed() -> bool:
        return (await temporal.client.count_workflows(query)).count == 103

    await eventually(failed)
    receiver.requests.clear()
    recovered = await _run(temporal, receiver, task_id, 200)

    async def told() -> list[dict[str, Any]]:
        return [body for body in _told(receiver) if body["event"] == "recovered"]

    (body,) = await eventually(told)
    assert (body["id"], body["failures"]) == (recovered.id, 103)
    await _run(temporal, receiver, task_id, 200)
    await Tasks(temporal).delete(task_id, by="t")
    assert len(await told()) == 1


async def test_the_recovery_is_told_when_the_failures_are_past_the_retention(
    temporal: Temporal, worker: Worker, receiver: Receiver
) -> None:
    """A schedule hands the last failure on, even where no run is left to be listed."""
    task = _task(receiver, after=2).model_copy(
        update={"trigger": IntervalTrigger(every=timedelta(seconds=2))}
    )
    # Enough for whatever else it takes until the failures are gone.
    receiver.plan += [web.Response(status=404) for _ in range(3)]
    task_id = (await Tasks(temporal).create(task, by="t")).id
    receiver.plan += [web.Response(status=200) for _ in range(20)]
    query = f"{naming.TASK_ID.name} = '{task_id}' AND ExecutionStatus = 'Failed'"
    gone: set[str] = set()

    async def forgotten() -> bool:
        async for run in temporal.client.list_workflows(query):
            handle = run.id, run.run_id
            request = DeleteWorkflowExecutionRequest(
                namespace=temporal.client.namespace,
                workflow_execution=WorkflowExecution(workflow_id=run.id, run_id=run.run_id),
            )
            await temporal.client.workflow_service.delete_workflow_execution(request)
            gone.add(handle[1])
        return len(gone) >= 3

    await eventually(forgotten)

    async def told() -> list[dict[str, Any]]:
        return [body for body in _told(receiver) if body["event"] == "recovered"]

    (body,) = await eventually(told)
    await Tasks(temporal).delete(task_id, by="t")
    assert body["failures"] == 3
    failed = [each for each in _told(receiver) if each["event"] == "failed"]
    assert [each["failures"] for each in failed] == [2]


async def test_what_is_sent_carries_headers_and_secrets_and_a_key(
    temporal: Temporal, worker: Worker, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONTHEDOT_SECRET_PAGER", "s3cret")
    headers = {"Authorization": SecretRef(secret="PAGER"), "X-Team": "ops"}
    task = _task(receiver, method="PUT", headers=headers, on_recovery=False)
    task_id = (await Tasks(temporal).create(task, by="t")).id
    run = await _run(temporal, receiver, task_id, 404)
    (told_by,) = await _notifications(temporal, task_id, 1)
    await _run(temporal, receiver, task_id, 200)
    await Tasks(temporal).delete(task_id, by="t")
    (request,) = [r for r in receiver.requests if r.path == "/echo"]
    assert request.method == "PUT"
    assert request.headers["Authorization"] == "s3cret"
    assert request.headers["X-Team"] == "ops"
    assert request.headers["X-OnTheDot-Run"] == run.id
    assert request.headers["Idempotency-Key"] == told_by
    history = await temporal.client.get_workflow_handle(told_by).fetch_history()
    assert "s3cret" not in history.to_json()


async def test_it_is_told_until_the_receiver_takes_it(
    temporal: Temporal, worker: Worker, receiver: Receiver
) -> None:
    task = _task(receiver).model_copy(
        update={"notify": Notify(url=receiver.url("/planned"), on_recovery=False)}
    )
    task_id = (await Tasks(temporal).create(task, by="t")).id
    receiver.plan.append(web.Response(status=404))
    await Tasks(temporal).run_now(task_id)
    receiver.plan += [web.Response(status=503), web.Response(status=200)]
    await _notifications(temporal, task_id, 1)
    await Tasks(temporal).delete(task_id, by="t")
    assert len({r.headers["Idempotency-Key"] for r in receiver.requests[1:]}) == 1
    assert [r.headers["X-OnTheDot-Attempt"] for r in receiver.requests[1:]] == ["1", "2"]


async def test_a_notification_that_is_refused_is_seen_and_fails_no_run(
    temporal: Temporal, worker: Worker, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    before = NOTIFICATIONS.labels("failed", "false")._value.get()
    task = _task(receiver).model_copy(
        update={"notify": Notify(url=receiver.url("/planned?token=abc"))}
    )
    task_id = (await Tasks(temporal).create(task, by="t")).id
    receiver.plan += [web.Response(status=404), web.Response(status=410)]
    await Tasks(temporal).run_now(task_id)
    (told_by,) = await _notifications(temporal, task_id, 1)
    described = await temporal.client.get_workflow_handle(told_by).describe()
    await Tasks(temporal).delete(task_id, by="t")
    assert described.status is WorkflowExecutionStatus.FAILED
    assert NOTIFICATIONS.labels("failed", "false")._value.get() == before + 1
    (line,) = [r for r in caplog.records if r.name == "onthedot.notifications"]
    assert line.levelname == "ERROR"
    said = json.loads(line.getMessage())
    assert (said["what"], said["task"], said["delivered"]) == ("notification", task_id, False)
    assert "token=abc" not in line.getMessage()


async def test_a_missed_one_time_task_is_told(
    temporal: Temporal, worker: Worker, receiver: Receiver
) -> None:
    at = temporal.now() + timedelta(seconds=3)
    task = _task(receiver).model_copy(
        update={"trigger": OnceTrigger(at=at), "catchup_window": timedelta(0), "paused": True}
    )
    task_id = (await Tasks(temporal).create(task, by="t")).id
    # Temporal's own lower bound of a catch-up window.
    await until(at + timedelta(seconds=10.2))
    await Tasks(temporal).resume(task_id, by="t")
    await _notifications(temporal, task_id, 1)
    (told,) = _told(receiver)
    assert (told["event"], told["status"], told["task_id"]) == ("missed", "skipped", task_id)
    assert told["error"]["type"] == "Missed"


async def test_a_task_without_notify_tells_nobody(
    temporal: Temporal, worker: Worker, receiver: Receiver
) -> None:
    task = _task(receiver).model_copy(update={"notify": None})
    task_id = (await Tasks(temporal).create(task, by="t")).id
    run = await _run(temporal, receiver, task_id, 404)
    address = naming.RunAddress.parse(run.id)
    handle = temporal.client.get_workflow_handle(address.workflow_id, run_id=address.execution)
    history = await handle.fetch_history()
    await Tasks(temporal).delete(task_id, by="t")
    assert await _listed(temporal, task_id) == []
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
