"""`python -m benchmarks.forecast`: how soon REST forecasts the starts of a day, over many tasks.

1. Register recurring tasks of several kinds with Temporal alone: no worker runs.
2. Start a server and ask it for a forecast over 24 hours: cold, again immediately, and when its
   list of tasks is outdated; then for another day, for which only the arithmetic is new.
3. Ask for its health meanwhile: the longest wait shows how long the event loop was delayed.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp

from benchmarks.datasets.fleet import prepared, seed
from benchmarks.instruments.ending import run
from benchmarks.instruments.machine import Snapshot
from benchmarks.sides.ours import Ours
from benchmarks.sides.stack import Stack

#: A list of tasks is cached for five seconds.
_OLD_SECONDS = 6
_DAY = timedelta(days=1)
_TICK_SECONDS = 0.01


async def main() -> None:
    """Prints a line for each response."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.forecast", description=__doc__)
    parser.add_argument("--tasks", type=int, default=10_000)
    tasks = parser.parse_args().tasks
    async with Stack() as stack:
        temporal = await prepared(stack)
        seeded = await seed(temporal, tasks, _task)
        print(f"{tasks:,} tasks registered in {seeded:.0f} s")
        await stack.quiet(timedelta(minutes=1))
        before = Snapshot.take(sum(stack.cpu().values()))
        ours = Ours(stack)
        await ours.start_one("server")
        async with aiohttp.ClientSession(stack.base) as session:
            today = datetime.now(UTC).replace(second=0, microsecond=0)
            await _asked(session, stack, "cold", today)
            await _asked(session, stack, "at once again", today)
            await asyncio.sleep(_OLD_SECONDS)
            await _asked(session, stack, "its list of tasks old", today)
            await _asked(session, stack, "another day", today + _DAY)
        await ours.close()
        share = before.until(Snapshot.take(sum(stack.cpu().values())))
        print(f"others: {share.others:.0%} of the machine")


def _task(number: int) -> dict[str, object]:
    """Half of them hourly or daily at some minute, the others with `H`, jitter or an interval."""
    minute, hour, zone = number % 60, number // 60 % 24, ("UTC", "Europe/Rome")[number % 2]
    triggers: tuple[dict[str, Any], ...] = (
        {"kind": "cron", "expression": f"{minute} * * * *"},
        {"kind": "cron", "expression": f"{minute} {hour} * * *", "timezone": zone},
        {"kind": "cron", "expression": f"*/15 {hour} * * 1-5", "timezone": zone},
        {"kind": "cron", "expression": "H H * * *", "timezone": zone},
        {"kind": "interval", "every": 600 + 60 * minute},
        {"kind": "cron", "expression": "0 * * * *", "jitter": 300},
    )
    return {
        "id": f"task-{number}",
        "name": f"Task number {number}",
        "trigger": triggers[number // 60 % len(triggers)],
        "action": {"kind": "log", "message": "hello"},
    }


async def _asked(session: aiohttp.ClientSession, stack: Stack, what: str, since: datetime) -> None:
    worst, done = 0.0, asyncio.Event()

    async def watch() -> None:
        nonlocal worst
        while not done.is_set():
            began = time.perf_counter()
            async with session.get("/healthz") as answer:
                await answer.read()
            worst = max(worst, time.perf_counter() - began)
            await asyncio.sleep(_TICK_SECONDS)

    watching, used, began = asyncio.create_task(watch()), stack.cpu(), time.perf_counter()
    asked = {"from": since.isoformat(), "until": (since + _DAY).isoformat()}
    async with session.get("/forecast", params=asked) as answer:
        body = await answer.json()
    took = time.perf_counter() - began
    done.set()
    await watching
    cpu = {name: stack.cpu()[name] - used[name] for name in ("temporal", "server")}
    said = f"{body['total']:,} starts" if answer.status == 200 else body
    print(
        f"{what:22} {answer.status} {took:6.2f} s, CPU: Temporal {cpu['temporal']:.2f} s, "
        f"server {cpu['server']:.2f} s; health at worst {1000 * worst:.0f} ms; {said}"
    )


if __name__ == "__main__":
    run(main())
