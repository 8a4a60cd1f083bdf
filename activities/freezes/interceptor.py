"""Gives workflows a function that reads the worker's list of freezes without a history event."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any

from temporalio.worker import Interceptor, WorkflowInboundInterceptor, WorkflowInterceptorClassInput

from onthedot import naming
from onthedot.activities.freezes.watch import FreezeWatch


class FreezeInterceptor(Interceptor):
    """Passes a watch's function to the workflows of a worker."""

    def __init__(self, watch: FreezeWatch) -> None:
        self._watch = watch

    def workflow_interceptor_class(
        self, input: WorkflowInterceptorClassInput
    ) -> type[WorkflowInboundInterceptor] | None:
        """Pass the function to workflows; nothing is intercepted."""
        input.unsafe_extern_functions[naming.MAY_BE_FROZEN] = self._watch.may_be_in_force
        return None


def watches_of(activities: Iterable[Callable[..., Any]]) -> list[FreezeWatch]:
    """The watches whose activities a worker has."""
    owners = [getattr(one, "__self__", None) for one in activities]
    return list({id(o): o for o in owners if isinstance(o, FreezeWatch)}.values())


@asynccontextmanager
async def watching(watches: Iterable[FreezeWatch]) -> AsyncIterator[None]:
    """Run the watches; on entry each has read the list once, if Temporal responds in time."""
    chosen = list(watches)
    running = [asyncio.create_task(watch.run()) for watch in chosen]
    try:
        await asyncio.gather(*(watch.ready() for watch in chosen))
        yield
    finally:
        for task in running:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
