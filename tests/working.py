"""A worker within the process of the tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from temporalio.client import Client
from temporalio.worker import Worker

from onthedot.activities.assembly import Activities
from onthedot.activities.permissions import Permissions
from onthedot.settings import Settings


@asynccontextmanager
async def working(client: Client, settings: Settings) -> AsyncIterator[Worker]:
    """A worker in the namespace of a client that runs tasks, and may call loopback."""
    permissions = Permissions(
        allow_commands=True,
        allow_hosts=("localhost", "127.0.0.0/8"),
        secret_hosts={"PAGER": ("127.0.0.1",)},
    )
    activities = Activities(client, permissions)
    made = Worker(client, task_queue=settings.task_queue, activities=activities.all())
    # Not as a context: a worker that fails would cancel the task that all tests run in.
    running = asyncio.create_task(made.run())
    yield made
    await made.shutdown()
    await running
    await activities.close()
