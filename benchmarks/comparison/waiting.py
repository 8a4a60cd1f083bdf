"""Many waiting tasks: the cost of lists, registrations and the worker's memory, and how soon the
first task fires after everything was killed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from benchmarks.instruments import Void, machine
from benchmarks.instruments.arrivals import read
from benchmarks.instruments.figures import Figures, percentile
from benchmarks.instruments.in_flight import in_flight
from benchmarks.sides.side import Side

_FAR = timedelta(days=2)
_SETTLE = timedelta(minutes=30)
_PAGES = 40
_SLICE = 1000
_DOWN_SECONDS = 2
_RESTART_LIMIT = 60.0
_MEGABYTE = 1e6


async def waiting(side: Side, *, levels: Sequence[int]) -> Figures:
    """Figures at each number of waiting tasks, and after a restart at the last one."""
    figures, have = Figures(), 0
    far = datetime.now(UTC).replace(microsecond=0) + _FAR
    await in_flight(lambda name: side.once(name, far), [f"warm-{n}" for n in range(10)])
    for level in (0, *levels):
        rates = []
        while have < level:
            names = [f"wait-{n}" for n in range(have, min(have + _SLICE, level))]
            rates.append(len(names) / await in_flight(lambda name: side.once(name, far), names))
            have += len(names)
        if rates:
            figures[f"registrations_a_second_up_to_{level}"] = rates[-1]
        await side.stack.quiet(_SETTLE)
        pages = sorted([await _timed_page(side) for _ in range(_PAGES)])
        figures[f"list_p50_ms_at_{level}"] = percentile(pages, 50)
        figures[f"list_p95_ms_at_{level}"] = percentile(pages, 95)
        resident = machine.resident_bytes(side.stack.process_id("worker"))
        figures[f"worker_mb_at_{level}"] = resident / _MEGABYTE
    figures["restart_to_first_firing"] = await _restart(side)
    return figures


async def _timed_page(side: Side) -> float:
    began = time.perf_counter()
    await side.page()
    return 1000 * (time.perf_counter() - began)


async def _restart(side: Side) -> float:
    """Seconds from a restart of everything until a task fires that came due meanwhile."""
    stack, due = side.stack, int(time.time()) + 6
    await side.once("restart", datetime.fromtimestamp(due, UTC))
    await asyncio.sleep(due - 1 - time.time())
    stack.kill("temporal", *side.programs)
    await asyncio.sleep(due + _DOWN_SECONDS - time.time())
    began = time.time()
    stack.start_temporal()
    starting = asyncio.create_task(side.start())
    while not (late := read(stack.arrivals, ["restart"], due).late):
        if time.time() - began > _RESTART_LIMIT:
            raise Void(f"nothing fired within {_RESTART_LIMIT:.0f} s after a restart")
        stack.check()
        await asyncio.sleep(0.02)
    await starting
    return due + late[0] - began
