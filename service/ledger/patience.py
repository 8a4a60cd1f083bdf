"""Reads pages of a long list from a Temporal that has much to do, as after an outage."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from temporalio.client import WorkflowExecutionAsyncIterator

from onthedot.scheduling.outages import TemporalUnavailable
from onthedot.service.temporal.calls import RPC_TIMEOUT, Temporal

#: How long a page may take where nobody waits for it, and how often it is asked for.
_PATIENCE = timedelta(seconds=10)
_PAUSE = timedelta(seconds=2)
_TRIES = 20


async def turn(
    temporal: Temporal, listed: WorkflowExecutionAsyncIterator, *, patient: bool
) -> None:
    """Fetch the next page. A patient walk stands where it is until that works, or patience ends.

    Raises:
        TemporalUnavailable: Temporal does not answer.
    """
    for _ in range(_TRIES - 1 if patient else 0):
        try:
            await temporal.ask(listed.fetch_next_page(), _PATIENCE)
        except TemporalUnavailable:
            await asyncio.sleep(_PAUSE.total_seconds())
        else:
            return
    await temporal.ask(listed.fetch_next_page(), _PATIENCE if patient else RPC_TIMEOUT)
