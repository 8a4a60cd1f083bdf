"""Activities and workflows of other people."""

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


STARTED: list[str] = []
REPORTED: list[int] = []


@activity.defn
async def say(word: str) -> str:
    return word


@activity.defn
async def fail_always(word: str) -> None:
    STARTED.append(word)
    await asyncio.sleep(0.05)
    raise ApplicationError(f"no {word}", type="No")


@activity.defn
async def fail_twice_and_hang(word: str) -> None:
    if activity.info().attempt < 3:
        await fail_always(word)
    STARTED.append(word)
    await asyncio.sleep(60)


@activity.defn
async def die_once(word: str) -> int:
    """Stops responding at the first attempt, as if its worker had died."""
    STARTED.append(word)
    if activity.info().attempt == 1:
        await asyncio.sleep(60)
    return activity.info().attempt


@activity.defn
async def report_progress() -> None:
    for percent in range(1000):
        activity.heartbeat({"percent": percent})
        REPORTED.append(percent)
        await asyncio.sleep(0.05)


_ACTIVITIES = (
    fail_twice,
    refuse,
    sleep_long,
    say,
    fail_always,
    fail_twice_and_hang,
    die_once,
    report_progress,
)


@workflow.defn
class Sleeper:
    @workflow.run
    async def run(self, seconds: float) -> str:
        await workflow.sleep(seconds)
        return "slept"


@asynccontextmanager
async def foreign_worker(client: Client, queue: str = "") -> AsyncIterator[str]:
    """A worker of other people; returns the queue that it polls."""
    queue = queue or f"foreign-{uuid4().hex[:8]}"
    async with Worker(
        client,
        task_queue=queue,
        activities=_ACTIVITIES,
        workflows=[Sleeper],
        workflow_runner=UnsandboxedWorkflowRunner(),
    ):
        yield queue
