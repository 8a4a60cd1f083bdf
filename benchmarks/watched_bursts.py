"""What bursts of runs lose by pages that show live output: runs a second, and CPU by process.

On one machine the browser would take time of the processes that are measured. So it gets a core of
its own, as it is on a machine of its own in real life; with one core alone it shares that.
"""

from __future__ import annotations

import asyncio
import math
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from playwright.async_api import Browser

from benchmarks.instruments import machine
from benchmarks.instruments.arrivals import read
from benchmarks.instruments.browser import opened_output
from benchmarks.instruments.in_flight import in_flight
from benchmarks.sides.ours import Ours
from benchmarks.sides.stack import Stack

_ARRIVE_SECONDS = 120.0
_LOOK_SECONDS = 0.2
#: Between two bursts.
_PAUSE_SECONDS = 3
#: How many of the calls of a burst count: the last few come when they please.
_NEARLY_ALL = 0.95


async def rates(
    stack: Stack,
    ours: Ours,
    browser: Browser,
    base: str,
    run_ids: list[str],
    count: int,
    pairs: int,
) -> list[float]:
    """Runs a second with pages open, as a share of those without any, one a pair; the browser has a
    core of its own meanwhile."""
    ratios = []
    with _apart(stack):
        # The first burst of a process's life is slower than others.
        await _rate(stack, ours, "burst-first", count)
        for pair in range(pairs):
            rate: dict[bool, float] = {}
            # In turns, so that what comes first is no advantage.
            for live in (False, True) if pair % 2 else (True, False):
                pages = [
                    await opened_output(browser, f"{base}/ui/runs/{r}") for r in run_ids * live
                ]
                name = f"burst-{pair}-{live}".lower()
                rate[live], used = await _rate(stack, ours, name, count)
                told = ", ".join(f"{name} {each:.1f}" for name, each in used.items())
                print(
                    f"{len(pages):2} pages: {rate[live]:.1f} runs a second; ms of CPU a run, "
                    f"from before they were due: {told}",
                    flush=True,
                )
                for page in pages:
                    await page.context.close()
            ratios.append(rate[True] / rate[False])
    return ratios


@contextmanager
def _apart(stack: Stack) -> Iterator[None]:
    """In the block the browser, and whoever registers tasks, have the last core for themselves."""
    cores = sorted(os.sched_getaffinity(0))
    measured = stack.process_ids()
    others = machine.tree(os.getpid()) - measured
    machine.keep_to(others, cores[-1:])
    machine.keep_to(measured, cores[:-1] or cores)
    try:
        yield
    finally:
        machine.keep_to(machine.tree(os.getpid()), cores)


async def _rate(stack: Stack, ours: Ours, name: str, count: int) -> tuple[float, dict[str, float]]:
    """Runs a second, and milliseconds of CPU a run by process, the browser's as well."""
    names = [f"{name}-{number}" for number in range(count)]
    due = math.ceil(time.time() + 8 + count / 40)
    at = datetime.fromtimestamp(due, UTC)
    await in_flight(lambda task: ours.once(task, at), names)
    await asyncio.sleep(max(0.0, due - 5.5 - time.time()))
    before = _each(stack)
    for _ in range(int(_ARRIVE_SECONDS / _LOOK_SECONDS)):
        arrivals = read(stack.arrivals, names, due)
        if not arrivals.lost:
            break
        await asyncio.sleep(_LOOK_SECONDS)
    used = {
        process: 1000 * (each - before[process]) / count for process, each in _each(stack).items()
    }
    await asyncio.sleep(_PAUSE_SECONDS)
    nearly = math.ceil(_NEARLY_ALL * count)
    return nearly / arrivals.late[nearly - 1], used


def _each(stack: Stack) -> dict[str, float]:
    used = {name: stack.cpu()[name] for name in ("temporal", "worker", "server")}
    others = machine.tree(os.getpid()) - stack.process_ids() - {os.getpid()}
    browser = 0.0
    for process_id in others:
        # One that has just ended.
        with suppress(OSError):
            browser += machine.cpu_seconds(process_id)
    return used | {"browser": browser}
