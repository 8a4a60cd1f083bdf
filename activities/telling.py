"""Has many tasks look at their schedules, a few at a time: the next when those before have done so.

All of them at once would hold up the runs of other tasks, and each other until Temporal hands them
out once more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from onthedot import naming

_PAGE = 1000
#: How many look at their schedules at once.
_AT_ONCE = 32
_ASKED_EVERY = timedelta(seconds=0.25)
#: Those that do not do so within this time are waited for no longer.
_PATIENCE = timedelta(seconds=10)
#: Who is told in one go is held in memory.
_MOST = 20_000


@dataclass(frozen=True)
class Told:
    """How many are left that a query finds, and how many of them there was no time to tell."""

    waiting: int
    untold: int


async def have_them_look(
    client: Client,
    query: str,
    *,
    goes_on_for: timedelta,
    beat: Callable[[], None] = lambda: None,
) -> Told:
    """Have those look whom a query finds, and finds no longer once they have.

    `beat` is called all along. Raises RPCError where Temporal does not answer.
    """
    listed = client.list_workflows(query, page_size=_PAGE, limit=_MOST)
    users = [user.id async for user in listed]
    clock = asyncio.get_running_loop().time
    begun = heard = clock()
    told, taken_up, waiting = 0, 0, len(users)
    while waiting and clock() - begun < goes_on_for.total_seconds():
        if len(users) - waiting > taken_up:
            taken_up, heard = len(users) - waiting, clock()
        stuck = clock() - heard > _PATIENCE.total_seconds()
        if stuck and told == len(users):
            break
        room = _AT_ONCE if stuck else _AT_ONCE - (told - taken_up)
        if room > 0 and told < len(users):
            some = users[told : told + room]
            await asyncio.gather(*(_have_look(client, user) for user in some))
            told, heard = told + len(some), clock()
        beat()
        await asyncio.sleep(_ASKED_EVERY.total_seconds())
        waiting = (await client.count_workflows(query)).count
    return Told(waiting=waiting, untold=min(waiting, len(users) - told))


async def _have_look(client: Client, workflow_id: str) -> None:
    try:
        await client.get_workflow_handle(workflow_id).signal(naming.CHECK_SCHEDULE)
    except RPCError as error:
        # It may have ended meanwhile.
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
