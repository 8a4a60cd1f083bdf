"""Namespaces for tests on a Temporal server that runs already."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

import pytest
from google.protobuf.duration_pb2 import Duration
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionExecutionStartWorkflow,
    ScheduleActionResult,
    ScheduleActionStartWorkflow,
    ScheduleHandle,
    ScheduleSpec,
)
from temporalio.service import RPCError, RPCStatusCode

from onthedot.plugin import OnTheDotPlugin
from onthedot.service.temporal.connection import prepare_namespace
from onthedot.settings import Settings
from tests.waiting import eventually

_DAY = timedelta(days=1)


async def connected(address: str, namespace: str | None) -> Client:
    """A client whose namespace is ready for tasks: the named one, or a fresh one."""
    if namespace is None:
        namespace = f"tests-{uuid4().hex[:8]}"
        await _register(await eventually(lambda: _reached(address)), namespace)
    client = await Client.connect(address, namespace=namespace, plugins=[OnTheDotPlugin()])
    await eventually(lambda: _is_there(client))
    await prepare_namespace(client, Settings())
    await _schedules_run(client)
    return client


@pytest.fixture(scope="session")
async def own_namespace(client: Client) -> Client:
    """A client of the same server, in a separate namespace."""
    return await connected(client.service_client.config.target_host, None)


async def _register(client: Client, namespace: str) -> None:
    retention = Duration()
    retention.FromTimedelta(_DAY)
    request = RegisterNamespaceRequest(
        namespace=namespace, workflow_execution_retention_period=retention
    )
    await client.workflow_service.register_namespace(request, retry=True)


async def _schedules_run(client: Client) -> None:
    """Wait for the worker that runs a namespace's schedules: the server starts it with a delay."""
    name = f"first-{uuid4().hex[:8]}"
    action = ScheduleActionStartWorkflow("First", id=name, task_queue=name)
    schedule = Schedule(action=action, spec=ScheduleSpec())
    handle = await client.create_schedule(name, schedule, trigger_immediately=True)
    started = (await eventually(lambda: _actions(handle)))[0].action
    await handle.delete()
    assert isinstance(started, ScheduleActionExecutionStartWorkflow)
    await client.get_workflow_handle(started.workflow_id).terminate()


async def _actions(handle: ScheduleHandle) -> Sequence[ScheduleActionResult]:
    return (await handle.describe()).info.recent_actions


async def _reached(address: str) -> Client | None:
    """A client of a server that may have just been started."""
    try:
        return await Client.connect(address)
    except RuntimeError:
        return None


async def _is_there(client: Client) -> bool:
    """Whether this server knows the namespace; it looks for new ones every few seconds."""
    try:
        await client.count_workflows()
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return False
    return True
