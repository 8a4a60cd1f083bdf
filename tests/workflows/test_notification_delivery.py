"""What is sent, how often, and what happens if the receiver refuses it."""

from __future__ import annotations

import json

import pytest
from aiohttp import web
from temporalio.client import WorkflowExecutionStatus
from temporalio.worker import Worker

from onthedot.activities.notify import NOTIFICATIONS
from onthedot.scheduling.action import SecretRef
from onthedot.scheduling.notify import Notify
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.activities.receiver import Receiver
from tests.workflows.notifying import notifications, run_of, telling_task
from tests.workflows.notifying import receiver as receiver

pytestmark = pytest.mark.anyio


async def test_what_is_sent_carries_headers_and_secrets_and_a_key(
    temporal: Temporal, worker: Worker, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONTHEDOT_SECRET_PAGER", "s3cret")
    headers = {"Authorization": SecretRef(secret="PAGER"), "X-Team": "ops"}
    task = telling_task(receiver, method="PUT", headers=headers, on_recovery=False)
    task_id = (await Tasks(temporal).create(task, by="t")).id
    run = await run_of(temporal, receiver, task_id, 404)
    (told_by,) = await notifications(temporal, task_id, 1)
    await run_of(temporal, receiver, task_id, 200)
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
    task = telling_task(receiver).model_copy(
        update={"notify": Notify(url=receiver.url("/planned"), on_recovery=False)}
    )
    task_id = (await Tasks(temporal).create(task, by="t")).id
    receiver.plan.append(web.Response(status=404))
    await Tasks(temporal).run_now(task_id)
    receiver.plan += [web.Response(status=503), web.Response(status=200)]
    await notifications(temporal, task_id, 1)
    await Tasks(temporal).delete(task_id, by="t")
    assert len({r.headers["Idempotency-Key"] for r in receiver.requests[1:]}) == 1
    assert [r.headers["X-OnTheDot-Attempt"] for r in receiver.requests[1:]] == ["1", "2"]


async def test_a_notification_that_is_refused_is_seen_and_fails_no_run(
    temporal: Temporal, worker: Worker, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    before = NOTIFICATIONS.labels("failed", "false")._value.get()
    task = telling_task(receiver).model_copy(
        update={"notify": Notify(url=receiver.url("/planned?token=abc"))}
    )
    task_id = (await Tasks(temporal).create(task, by="t")).id
    receiver.plan += [web.Response(status=404), web.Response(status=410)]
    await Tasks(temporal).run_now(task_id)
    (told_by,) = await notifications(temporal, task_id, 1)
    described = await temporal.client.get_workflow_handle(told_by).describe()
    await Tasks(temporal).delete(task_id, by="t")
    assert described.status is WorkflowExecutionStatus.FAILED
    assert NOTIFICATIONS.labels("failed", "false")._value.get() == before + 1
    (line,) = [r for r in caplog.records if r.name == "onthedot.notifications"]
    assert line.levelname == "ERROR"
    said = json.loads(line.getMessage())
    assert (said["what"], said["task"], said["delivered"]) == ("notification", task_id, False)
    assert "token=abc" not in line.getMessage()
