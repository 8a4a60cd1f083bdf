"""A Temporal server that is there already, which tests are to run on."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from google.protobuf.duration_pb2 import Duration
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from onthedot.plugin import OnTheDotPlugin
from onthedot.service.temporal.connection import prepare_namespace
from onthedot.settings import Settings
from tests.waiting import eventually

_DAY = timedelta(days=1)


async def connected(address: str, namespace: str | None) -> Client:
    """A client whose namespace is ready for tasks: the one that is named, or else a fresh one."""
    if namespace is None:
        namespace = f"tests-{uuid4().hex[:8]}"
        await _register(await Client.connect(address), namespace)
    client = await Client.connect(address, namespace=namespace, plugins=[OnTheDotPlugin()])
    await eventually(lambda: _is_there(client))
    await prepare_namespace(client, Settings())
    return client


async def _register(client: Client, namespace: str) -> None:
    retention = Duration()
    retention.FromTimedelta(_DAY)
    request = RegisterNamespaceRequest(
        namespace=namespace, workflow_execution_retention_period=retention
    )
    await client.workflow_service.register_namespace(request)


async def _is_there(client: Client) -> bool:
    """Whether this server knows the namespace; it looks for new ones every few seconds."""
    try:
        await client.count_workflows()
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return False
    return True
