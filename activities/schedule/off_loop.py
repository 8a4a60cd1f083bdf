"""Runs arithmetic on triggers outside the worker's event loop.

A rare trigger takes seconds (each step is bounded by the days until 2100), and would delay all the
worker's other work.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

#: The work is CPU-bound: more threads would only slow down the event loop.
_THREADS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="triggers")


async def off_loop(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return or raise what `work` does. It must not use the loop."""
    return await asyncio.get_running_loop().run_in_executor(
        _THREADS, partial(work, *args, **kwargs)
    )
