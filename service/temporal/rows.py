"""Walks through long lists of workflows, page by page."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from itertools import count
from typing import TypeVar

from temporalio.client import WorkflowExecution, WorkflowExecutionAsyncIterator

from onthedot.scheduling.outages import TemporalUnavailable
from onthedot.service.temporal.calls import Temporal

T = TypeVar("T")

#: The most rows that Temporal gives at a time.
PAGE = 1000

#: How long a page may take if no caller waits, and how often it is requested.
_PATIENCE = timedelta(seconds=10)
_PAUSE = timedelta(seconds=2)
_TRIES = 20


async def rows(
    temporal: Temporal, query: str, *, most_pages: int | None = None, patient: bool = False
) -> AsyncIterator[WorkflowExecution]:
    """Every row of a list, or those of its first pages. `patient` as in `fetch_page`."""
    listed = temporal.client.list_workflows(query, page_size=PAGE)
    for _ in count() if most_pages is None else range(most_pages):
        await fetch_page(temporal, listed, patient=patient)
        for row in listed.current_page or ():
            yield row
        if not listed.next_page_token:
            return


async def fetch_page(
    temporal: Temporal, listed: WorkflowExecutionAsyncIterator, *, patient: bool
) -> None:
    """Fetch the next page. If `patient`, retry for minutes: no caller waits."""
    await patiently(lambda within: temporal.ask(listed.fetch_next_page(), within), patient=patient)


async def patiently(
    read: Callable[[timedelta | None], Awaitable[T]],
    *,
    patient: bool,
    longest: timedelta | None = None,
) -> T:
    """The result of `read`, which is passed how long it may take: `longest`, by default as any
    call, or if `patient`, as long as in `fetch_page`.
    """
    for _ in range(_TRIES - 1 if patient else 0):
        try:
            return await read(_PATIENCE)
        except TemporalUnavailable:
            await asyncio.sleep(_PAUSE.total_seconds())
    return await read(_PATIENCE if patient else longest)
