"""Arithmetic on triggers, kept off the worker's event loop.

A rare trigger takes seconds, and each of its steps is bounded by the days until 2100. On the loop
it would delay every other task of the worker.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

#: They are bound by CPU: more at once would only slow the event loop down.
_THREADS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="triggers")


async def off_loop(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What `work` returns or raises. It must not use the loop."""
    return await asyncio.get_running_loop().run_in_executor(
        _THREADS, partial(work, *args, **kwargs)
    )
