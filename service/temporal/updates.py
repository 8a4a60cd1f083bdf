"""Repeats an Update whose workflow task failed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import uuid4

from temporalio.service import RPCError, RPCStatusCode

T = TypeVar("T")

_TRIES = 5


async def sent(send: Callable[[str], Awaitable[T]]) -> T:
    """The result of `send`, which gets the Update's id; the id keeps a repeat from counting twice.

    Its workflow task may fail, for example because something else arrived as the workflow closed.

    Raises:
        RPCError: any other failure of `send`, or the fifth one of this kind.
    """
    update_id = uuid4().hex
    for tries_left in reversed(range(_TRIES)):
        try:
            return await send(update_id)
        except RPCError as error:
            if error.status is not RPCStatusCode.FAILED_PRECONDITION or not tries_left:
                raise
            await asyncio.sleep(0.1)
    raise AssertionError("the last try returns or raises")
