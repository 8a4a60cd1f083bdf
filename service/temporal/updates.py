"""Updates of workflows: sends them, and gives up as soon as no worker can answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from typing import Any, TypeVar
from uuid import uuid4

from temporalio.service import RPCError, RPCStatusCode

from onthedot.scheduling.errors import OnTheDotError
from onthedot.scheduling.outages import (
    NamespaceUnprepared,
    NoWorker,
    TemporalUnavailable,
    Unconfirmed,
)
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.task_queues import task_queue

T = TypeVar("T")

#: In seconds, before the second and each further try to send an Update.
_BETWEEN_TRIES = (0.1, 0.2, 0.4, 0.8, 1.6)

_PAUSE = timedelta(seconds=0.5)

#: A workflow task failed, or the workflow was about to go on in a new execution; Temporal reports
#: the latter as `RESOURCE_EXHAUSTED` with the cause `BUSY_WORKFLOW`.
_PASSING = (RPCStatusCode.FAILED_PRECONDITION, RPCStatusCode.RESOURCE_EXHAUSTED)


async def sent(send: Callable[[str], Awaitable[T]]) -> T:
    """The result of `send`, which gets the Update's id; the id keeps a repeat from counting twice.

    Its workflow task may fail, for example because something else arrived as the workflow closed,
    or because a worker on a busy machine took too long. Or the workflow goes on in a new execution.

    Raises:
        RPCError: any other failure of `send`, or the last one of this kind.
    """
    update_id = uuid4().hex
    for pause in _BETWEEN_TRIES:
        try:
            return await send(update_id)
        except RPCError as error:
            if error.status not in _PASSING:
                raise
            await asyncio.sleep(pause)
    return await send(update_id)


async def answered(
    update: Coroutine[Any, Any, T], hopeless: Coroutine[Any, Any, OnTheDotError]
) -> T:
    """The result of an Update. Raises what `hopeless` returns if that ends first."""
    answer, watch = asyncio.create_task(update), asyncio.create_task(hopeless)
    try:
        await asyncio.wait({answer, watch}, return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            raise watch.result()
        return answer.result()
    finally:
        for task in (answer, watch):
            task.cancel()
        await asyncio.gather(answer, watch, return_exceptions=True)


async def why_hopeless(temporal: Temporal, what: str) -> OnTheDotError | None:
    """Why no worker can answer an Update of `what`, after half a second; None if one may."""
    await asyncio.sleep(_PAUSE.total_seconds())
    try:
        # Together with the pause, as long as any other call may take.
        queue = await task_queue(temporal, within=temporal.rpc_timeout - _PAUSE)
    except NamespaceUnprepared as error:
        return error
    except TemporalUnavailable:
        return Unconfirmed(
            temporal.address,
            f"The change may still be made within {temporal.change_timeout.total_seconds():.0f} "
            f"seconds, but not later. Read the {what} before you repeat it, or repeat it with "
            "If-Match.",
        )
    return None if queue.pollers else NoWorker(temporal.task_queue)
