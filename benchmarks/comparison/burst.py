"""Registration and burst: how fast tasks are registered, and how late they run if all are due at
once.

1. Register `probes` tasks that are not due: registrations a second, 50 in flight. The work that the
   worker then has to do for them is part of the CPU of a registration.
2. Register `count` tasks that are all due in the same second, soon.
3. Measure at the receiver how late each call arrives, and that each arrives exactly once.
4. Wait until every execution has closed. CPU is counted until then, from before our tasks wake,
   which is five seconds before they are due.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from benchmarks.comparison.runs import closed_runs
from benchmarks.instruments import Void
from benchmarks.instruments.arrivals import Arrivals, read
from benchmarks.instruments.figures import Figures, percentile
from benchmarks.instruments.in_flight import in_flight
from benchmarks.sides.side import Side

_FAR = timedelta(days=2)
_WARM_UP = 10
_SETTLE = timedelta(seconds=30)
_COUNTED_BEFORE_SECONDS = 6.0
_MARGIN_SECONDS = 9.0
_ARRIVE_SECONDS = 90.0

Register = Callable[[str, datetime], Awaitable[None]]


async def one_time(side: Side, *, count: int, probes: int) -> Figures:
    """A burst of one-time tasks."""
    return await _measure(side, side.once, "once", count=count, probes=probes)


async def recurring(side: Side, *, count: int, probes: int) -> Figures:
    """A burst of recurring tasks: each runs daily, at the same second."""
    return await _measure(side, side.recurring, "recurring", count=count, probes=probes)


async def _measure(
    side: Side, register: Register, kind: str, *, count: int, probes: int
) -> Figures:
    far = datetime.now(UTC).replace(microsecond=0) + _FAR
    if kind == "recurring":
        # Half a day away at any time of day.
        far = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=12)
    await in_flight(lambda name: register(name, far), _names(f"{kind}-warm", _WARM_UP))
    before, refused = side.stack.cpu(), side.refused
    took = await in_flight(lambda name: register(name, far), _names(f"{kind}-probe", probes))
    settled = took + await side.stack.quiet(_SETTLE)
    registration = _used(before, side.stack.cpu())
    figures = Figures(registrations_a_second=probes / took)
    figures.add_cpu("registration", registration, per=probes)

    due = math.ceil(time.time() + 1.5 * count * settled / probes + _MARGIN_SECONDS)
    since, names = datetime.now(UTC), _names(kind, count)
    at = datetime.fromtimestamp(due, UTC)
    await in_flight(lambda name: register(name, at), names)
    counted_from = due - _COUNTED_BEFORE_SECONDS
    await side.stack.quiet(timedelta(seconds=max(0.0, counted_from - time.time())))
    if time.time() > counted_from + 0.5:
        raise Void(f"registering {count} took longer than expected")
    before = side.stack.cpu()
    arrivals = await _arrived(side, names, due)
    runs = await closed_runs(side.client, side.run_types, since, count)
    used = _used(before, side.stack.cpu())
    arrivals = read(side.stack.arrivals, names, due)

    if arrivals.late:
        figures.update(
            lateness_p50=percentile(arrivals.late, 50),
            lateness_p99=percentile(arrivals.late, 99),
            lateness_max=arrivals.late[-1],
            executions_a_second=count / (runs.last_close - due),
        )
    figures.update(
        lost=arrivals.lost,
        twice=arrivals.twice,
        unclosed=runs.unclosed,
        failed=runs.failed,
        refused=side.refused - refused,
        tasks_timed_out=runs.timed_out,
        events_a_run=runs.events,
        round_trips_a_run=runs.round_trips,
    )
    # The client only watches meanwhile.
    used.pop("client")
    figures.add_cpu("run", used, per=count)
    return figures


async def _arrived(side: Side, names: list[str], due: float) -> Arrivals:
    while True:
        arrivals = read(side.stack.arrivals, names, due)
        if not arrivals.lost or time.time() > due + _ARRIVE_SECONDS:
            return arrivals
        side.stack.check()
        await asyncio.sleep(0.25)


def _names(prefix: str, count: int) -> list[str]:
    return [f"{prefix}-{number}" for number in range(count)]


def _used(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    """CPU seconds of each process in between. The receiver belongs to neither side."""
    used = {name: seconds - before.get(name, 0) for name, seconds in after.items()}
    del used["receiver"]
    return used
