"""Activities and workflows that are none of this project's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.exceptions import ApplicationError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker


@activity.defn
async def fail_twice(word: str) -> str:
    number = activity.info().attempt
    if number < 3:
        raise ApplicationError(f"not yet: {number}", type="NotYet")
    return word * number


@activity.defn
async def refuse() -> None:
    raise ApplicationError("never", type="Never", non_retryable=True)


@activity.defn
async def sleep_long() -> None:
    while True:
        activity.heartbeat()
        await asyncio.sleep(0.2)


@workflow.defn
class Sleeper:
    @workflow.run
    async def run(self, seconds: float) -> str:
        await workflow.sleep(seconds)
        return "slept"


@asynccontextmanager
async def foreign_worker(client: Client) -> AsyncIterator[str]:
    """A worker of somebody else's; the queue that it polls."""
    queue = f"foreign-{uuid4().hex[:8]}"
    async with Worker(
        client,
        task_queue=queue,
        activities=[fail_twice, refuse, sleep_long],
        workflows=[Sleeper],
        workflow_runner=UnsandboxedWorkflowRunner(),
    ):
        yield queue
