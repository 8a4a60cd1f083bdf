"""A client of a stack's Temporal."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from google.protobuf.duration_pb2 import Duration
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client, Plugin

from benchmarks.instruments import Void
from benchmarks.sides.stack import Stack

_PATIENCE_SECONDS = 5


async def connected(stack: Stack, *plugins: Plugin) -> Client:
    """A client with these plug-ins, once Temporal and its namespace are ready. Raises Void if they
    do not get ready."""
    for _ in range(600):
        stack.check()
        try:
            # One that is only just starting may leave a call unanswered.
            async with asyncio.timeout(_PATIENCE_SECONDS):
                if stack.fresh:
                    await _register(await Client.connect(stack.address), stack.namespace)
                    stack.fresh = False
                client = await Client.connect(
                    stack.address, namespace=stack.namespace, plugins=plugins
                )
                await client.count_workflows("")
        except Exception:
            await asyncio.sleep(0.1)
        else:
            return client
    raise Void("Temporal did not come up.")


async def _register(client: Client, namespace: str) -> None:
    retention = Duration()
    retention.FromTimedelta(timedelta(days=1))
    request = RegisterNamespaceRequest(
        namespace=namespace, workflow_execution_retention_period=retention
    )
    await client.workflow_service.register_namespace(request)
