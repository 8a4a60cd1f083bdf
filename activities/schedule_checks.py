"""Asks many tasks to check their schedules, a few at a time.

All at once, they would delay the runs of other tasks, and exceed their workflow task timeouts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from temporalio.client import Client

from onthedot import naming
from onthedot.activities.missing import missing_ok

_PAGE = 1000
#: How many tasks check their schedules at a time.
_AT_ONCE = 32
_COUNTED_EVERY = timedelta(seconds=0.25)
#: How long to wait for tasks that do not respond.
_PATIENCE = timedelta(seconds=10)
#: The most in one call: their ids are held in memory.
_MOST = 20_000


@dataclass(frozen=True)
class Checks:
    """How many tasks the query still finds, and how many of those there was no time to ask."""

    waiting: int
    not_asked: int


async def request_checks(
    client: Client,
    query: str,
    *,
    at_most: timedelta,
    beat: Callable[[], None] = lambda: None,
) -> Checks:
    """Ask the tasks that a query finds to check their schedules; afterwards it finds them no more.

    `beat` is called repeatedly. Raises RPCError if Temporal does not respond.
    """
    listed = client.list_workflows(query, page_size=_PAGE, limit=_MOST)
    users = [user.id async for user in listed]
    clock = asyncio.get_running_loop().time
    begun = heard = clock()
    asked, taken_up, waiting = 0, 0, len(users)
    while waiting and clock() - begun < at_most.total_seconds():
        if len(users) - waiting > taken_up:
            taken_up, heard = len(users) - waiting, clock()
        stuck = clock() - heard > _PATIENCE.total_seconds()
        if stuck and asked == len(users):
            break
        room = _AT_ONCE if stuck else _AT_ONCE - (asked - taken_up)
        if room > 0 and asked < len(users):
            some = users[asked : asked + room]
            await asyncio.gather(*(_request(client, user) for user in some))
            asked, heard = asked + len(some), clock()
        beat()
        await asyncio.sleep(_COUNTED_EVERY.total_seconds())
        waiting = (await client.count_workflows(query)).count
    return Checks(waiting=waiting, not_asked=min(waiting, len(users) - asked))


async def _request(client: Client, workflow_id: str) -> None:
    with missing_ok:
        await client.get_workflow_handle(workflow_id).signal(naming.CHECK_SCHEDULE)
