"""Walks through long lists of workflows, page by page."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta
from itertools import count
from typing import TypeVar

from temporalio.client import WorkflowExecution

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
    """Every row of a list, or those of its first pages. `patient` as in `patiently`."""
    listed = temporal.client.list_workflows(query, page_size=PAGE)
    for _ in count() if most_pages is None else range(most_pages):
        await patiently(
            lambda within: temporal.ask(listed.fetch_next_page(), within), patient=patient
        )
        for row in listed.current_page or ():
            yield row
        if not listed.next_page_token:
            return


async def first_rows(
    temporal: Temporal, query: str, *, limit: int = PAGE
) -> Sequence[WorkflowExecution]:
    """The first rows of a list."""
    listed = temporal.client.list_workflows(query, page_size=limit)
    await temporal.ask(listed.fetch_next_page())
    return listed.current_page or ()


async def patiently(
    read: Callable[[timedelta | None], Awaitable[T]],
    *,
    patient: bool,
    longest: timedelta | None = None,
) -> T:
    """The result of `read`, which is passed how long it may take: `longest`, else as any call. If
    `patient`, it may take longer, and is retried for minutes: no caller waits."""
    for _ in range(_TRIES - 1 if patient else 0):
        try:
            return await read(_PATIENCE)
        except TemporalUnavailable:
            await asyncio.sleep(_PAUSE.total_seconds())
    return await read(_PATIENCE if patient else longest)
