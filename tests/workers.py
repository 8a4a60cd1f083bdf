"""Separate workers: in this process, or as processes that are killed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from temporalio.client import Client
from temporalio.worker import Worker

from onthedot.activities.assembly import Activities
from onthedot.activities.permissions import Permissions
from onthedot.service.temporal.calls import Temporal
from tests.command_line import COMMAND, environment
from tests.definitions import unique
from tests.faults.part import Part, answers
from tests.ports import free_port

#: Commands and calls to loopback, which tests make.
EVERYTHING = Permissions(
    allow_commands=True,
    allow_hosts=("localhost", "127.0.0.0/8"),
    secret_hosts={"PAGER": ("127.0.0.1",)},
)


def on_its_own(temporal: Temporal) -> Temporal:
    """The same Temporal, with a queue that no worker polls yet."""
    settings = temporal.settings.model_copy(update={"task_queue": unique("alone")})
    return replace(temporal, settings=settings)


@asynccontextmanager
async def polling(
    client: Client,
    task_queue: str,
    permissions: Permissions | None = None,
    more: Sequence[Callable[..., Any]] = (),
) -> AsyncIterator[Worker]:
    """Run tasks of this queue for a while, with this client's rights, and `more` activities."""
    activities = Activities(client, permissions or Permissions())
    worker = Worker(client, task_queue=task_queue, activities=[*activities.all(), *more])
    # Not as a context: a worker that fails would cancel the test's own task.
    running = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        await worker.shutdown()
        await running
        await activities.close()


def start_worker(directory: Path, settings: Mapping[str, str], *, forked: bool = True) -> Part:
    """One with these settings, whose log is in `directory`. Does not wait for it.

    Args:
        forked: from a process with its modules loaded, which has its own zone database too.
    """
    port = free_port()
    command = ["worker"] if forked else [*COMMAND, "worker"]
    worker = Part(
        "worker",
        command,
        environment({**settings, "ONTHEDOT_METRICS_PORT": str(port)}),
        directory / "worker.log",
        answers(f"http://127.0.0.1:{port}/readyz"),
        is_ours=forked,
    )
    worker.start()
    return worker
