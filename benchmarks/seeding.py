"""Many tasks at once, for what is measured with them: registered with Temporal alone, without REST.

A worker that runs meanwhile takes them up; without one they are listed all the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from benchmarks.errors import Void
from benchmarks.in_flight import in_flight
from benchmarks.sides.stack import Stack
from benchmarks.sides.temporal_client import connected
from onthedot.plugin import OnTheDotPlugin
from onthedot.scheduling.errors import OnTheDotError, TaskExists
from onthedot.scheduling.task import NewTask
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.connection import prepare_namespace

_TRIES = 100
_PAUSE_SECONDS = 0.5


async def prepared(stack: Stack) -> Temporal:
    """A stack's Temporal, as soon as it is up and prepared. Raises Void where it does not come."""
    await prepare_namespace(await connected(stack), stack.settings)
    client = await connected(stack, OnTheDotPlugin())
    return Temporal(client, stack.settings)


async def seed(
    temporal: Temporal, tasks: int, definition: Callable[[int], Mapping[str, Any]]
) -> float:
    """Register so many tasks, each as `definition` has it by its number; in how many seconds.

    Raises Void where Temporal does not take one.
    """
    made = Tasks(temporal)

    async def registered(number: str) -> None:
        new = NewTask.model_validate(definition(int(number)))
        for _ in range(_TRIES):
            try:
                await made.create(new, by="benchmark")
            except TaskExists:
                # It was answered too late, and was there all the same.
                return
            except OnTheDotError as error:
                if not error.retryable:
                    raise
                await asyncio.sleep(_PAUSE_SECONDS)
            else:
                return
        raise Void(f"task {number} was not registered")

    return await in_flight(registered, [str(number) for number in range(tasks)])
