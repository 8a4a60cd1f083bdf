"""What bursts of runs lose by pages that show live output.

1. The measured processes share what cores are left by the browser, which has one of its own, as it
   has a machine of its own in real life; with one core alone it shares that.
2. Bursts come in pairs, without and with the pages, in turns. All of a burst's runs are due at one
   second, so that from then on the processes have all the work they can do.
3. What counts is the CPU time that our processes use for a run from that second on: how fast runs
   come by the clock also depends on what else the machine does, and varies by a factor of two.
"""

from __future__ import annotations

import asyncio
import math
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median

from playwright.async_api import Browser

from benchmarks.instruments import machine
from benchmarks.instruments.arrivals import read
from benchmarks.instruments.browser import opened_output
from benchmarks.instruments.errors import Void
from benchmarks.instruments.in_flight import in_flight
from benchmarks.sides.ours import Ours
from benchmarks.sides.stack import Stack

_OURS = ("temporal", "worker", "server")
_ARRIVE_SECONDS = 120.0
_LOOK_SECONDS = 0.05
#: So long, and longer for many tasks, registering a burst may take.
_UNTIL_DUE_SECONDS = 8
#: Between two bursts.
_PAUSE_SECONDS = 3
#: How many of the calls of a burst count: the last few come when they please.
_NEARLY_ALL = 0.95


@dataclass(frozen=True)
class Burst:
    """What one burst came to."""

    rate: float
    """Runs a second by the clock, until nearly all calls have come."""
    used: dict[str, float]
    """Milliseconds of CPU a run from when they were due, by process."""

    @property
    def cost(self) -> float:
        """Milliseconds of CPU a run, of our processes and Temporal."""
        return sum(self.used[process] for process in _OURS)

    def __str__(self) -> str:
        each = ", ".join(f"{process} {used:.1f}" for process, used in self.used.items())
        return f"{self.cost:.1f} ms of CPU a run ({each}), {self.rate:.0f} runs a second"


@dataclass(frozen=True)
class Pair:
    """A burst without pages, and one with them."""

    without: Burst
    watched: Burst

    @property
    def capacity(self) -> float:
        """How many runs the same CPU time is enough for with the pages, of those without."""
        return self.without.cost / self.watched.cost

    @property
    def speed(self) -> float:
        """The same by the clock."""
        return self.watched.rate / self.without.rate


async def pairs(
    stack: Stack,
    ours: Ours,
    browser: Browser,
    base: str,
    run_ids: list[str],
    count: int,
    number: int,
) -> list[Pair]:
    """So many pairs of bursts of `count` runs; a page for each of the runs that write."""
    found = []
    with _apart(stack):
        # The first burst of a process's life is slower than others.
        await _burst(stack, ours, "burst-first", count)
        for pair in range(number):
            burst: dict[bool, Burst] = {}
            # In turns, so that what comes first is no advantage.
            for live in (False, True) if pair % 2 else (True, False):
                pages = [
                    await opened_output(browser, f"{base}/ui/runs/{r}") for r in run_ids * live
                ]
                await asyncio.sleep(_PAUSE_SECONDS)
                burst[live] = await _burst(stack, ours, f"burst-{pair}-{live}".lower(), count)
                print(f"{len(pages):2} pages: {burst[live]}", flush=True)
                for page in pages:
                    await page.context.close()
            found.append(Pair(burst[False], burst[True]))
    return found


def told(found: list[Pair]) -> str:
    """The ratios, with their spread."""
    capacity, speed = (
        _spread(ratios) for ratios in ([p.capacity for p in found], [p.speed for p in found])
    )
    return (
        f"runs for the same CPU time with pages, of those without: {capacity}; "
        f"by the clock: {speed}"
    )


def _spread(ratios: Iterable[float]) -> str:
    known = sorted(ratios)
    return f"median {median(known):.3f}, {known[0]:.2f} to {known[-1]:.2f} of {len(known)}"


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


async def _burst(stack: Stack, ours: Ours, name: str, count: int) -> Burst:
    names = [f"{name}-{number}" for number in range(count)]
    due = math.ceil(time.time() + _UNTIL_DUE_SECONDS + count / 40)
    at = datetime.fromtimestamp(due, UTC)
    await in_flight(lambda task: ours.once(task, at), names)
    if time.time() > due:
        raise Void(f"{count} tasks could not be registered before they were due.")
    await asyncio.sleep(due - time.time())
    before, nearly = _each(stack), math.ceil(_NEARLY_ALL * count)
    for _ in range(int(_ARRIVE_SECONDS / _LOOK_SECONDS)):
        arrivals = read(stack.arrivals, names, due)
        if len(arrivals.late) >= nearly:
            break
        await asyncio.sleep(_LOOK_SECONDS)
    else:
        raise Void(f"{arrivals.lost} of {count} calls of a burst did not come.")
    came = len(arrivals.late)
    used = {
        process: 1000 * (each - before[process]) / came for process, each in _each(stack).items()
    }
    await asyncio.sleep(_PAUSE_SECONDS)
    return Burst(nearly / arrivals.late[nearly - 1], used)


def _each(stack: Stack) -> dict[str, float]:
    used = {name: stack.cpu()[name] for name in _OURS}
    others = machine.tree(os.getpid()) - stack.process_ids() - {os.getpid()}
    browser = 0.0
    for process_id in others:
        # One that has just ended.
        with suppress(OSError):
            browser += machine.cpu_seconds(process_id)
    return used | {"browser": browser}
