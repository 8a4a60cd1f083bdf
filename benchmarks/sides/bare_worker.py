"""The baseline's worker: bare temporalio, tuned as well as we know how, making the same HTTP call.

A workflow with a timer (or a schedule), one ordinary activity, an aiohttp pool. The default sandbox
stays, because such code normally runs in it; aiohttp is passed through. Cache, slots and server are
those of our own worker.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import Worker

with workflow.unsafe.imports_passed_through():
    import aiohttp

TASK_QUEUE = "bare"
READY = "ready"

#: As many connections as one host gets from our worker.
_CONNECTIONS = 20


@dataclass
class Call:
    """What to send where; `due` in seconds since the epoch, 0 for now."""

    url: str
    body: str
    due: float = 0


class Calls:
    """The activity, and its connections."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    @activity.defn
    async def post(self, call: Call) -> str:
        async with self._session.post(call.url, data=call.body) as answer:
            answer.raise_for_status()
            return await answer.text()


@workflow.defn
class Fire:
    """Waits until the call is due and makes it."""

    @workflow.run
    async def run(self, call: Call) -> str:
        wait = call.due - workflow.now().timestamp()
        if wait > 0:
            await workflow.sleep(wait)
        return await workflow.execute_activity_method(
            Calls.post, call, start_to_close_timeout=timedelta(seconds=30)
        )


async def _work(address: str, namespace: str, cached: int, tasks: int, activities: int) -> None:
    client = await Client.connect(address, namespace=namespace)
    pool = aiohttp.TCPConnector(limit_per_host=_CONNECTIONS)
    async with (
        aiohttp.ClientSession(connector=pool) as session,
        Worker(
            client,
            task_queue=TASK_QUEUE,
            workflows=[Fire],
            activities=[Calls(session).post],
            max_cached_workflows=cached,
            max_concurrent_workflow_tasks=tasks,
            max_concurrent_activities=activities,
        ),
    ):
        print(READY, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_work(sys.argv[1], sys.argv[2], *(int(number) for number in sys.argv[3:6])))
