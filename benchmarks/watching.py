"""The CPU that pages with live output take from the runs beside them.

Watching costs CPU by the second, not by the run: a server asks each worker twice a second. If runs
keep all cores busy, they lose that share. It is measured separately, because bursts of runs differ
by a factor of two, which hides a few percent. The browser is not counted: it normally runs on the
readers' machines.

1. Commands write lines all the time.
2. Alternately without and with a page for each: the CPU that Temporal, the worker and the server
   use.
"""

from __future__ import annotations

import asyncio
import os
from statistics import median

from playwright.async_api import Browser

from benchmarks.instruments.browser import opened_output
from benchmarks.sides.stack import Stack

_OURS = ("temporal", "worker", "server")
#: Wait until effects of opening or closing pages are over.
_CALM_SECONDS = 5
_MEASURED_SECONDS = 15


async def costs(stack: Stack, browser: Browser, run_ids: list[str], number: int) -> list[float]:
    """CPU seconds per second that a page for each of these runs costs, pair by pair."""
    found = []
    for pair in range(number):
        used: dict[bool, float] = {}
        # Alternately, so that slow changes of the machine favour neither.
        for open_ in (False, True) if pair % 2 else (True, False):
            pages = [
                await opened_output(browser, f"{stack.base}/ui/runs/{r}") for r in run_ids * open_
            ]
            await asyncio.sleep(_CALM_SECONDS)
            each = await stack.used_a_second(_MEASURED_SECONDS)
            used[open_] = sum(each[name] for name in _OURS)
            for page in pages:
                await page.context.close()
        print(
            f"CPU of Temporal, worker and server, of one core: {used[False]:.1%} with nobody who "
            f"watches {len(run_ids)} commands that write, {used[True]:.1%} with as many pages",
            flush=True,
        )
        found.append(used[True] - used[False])
    return found


def left_for_runs(found: list[float]) -> float:
    """The share of this machine's cores that the pages leave for runs."""
    return 1 - max(0.0, median(found)) / (os.cpu_count() or 1)
