"""`python -m benchmarks.calendars`: how soon all users of a calendar apply a change to it.

1. Register tasks that exclude the days of one calendar. A few of them fire every few seconds.
2. When all schedules exist, replace the calendar over REST, and ask REST until no task waits.
3. Compare the runs of those few tasks with what was due meanwhile: lost, or run twice.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp

from benchmarks.datasets.fleet import prepared, seed
from benchmarks.instruments import Void
from benchmarks.instruments.ending import run
from benchmarks.instruments.machine import Snapshot
from benchmarks.sides.ours import Ours
from benchmarks.sides.rest import sent
from benchmarks.sides.stack import Stack
from onthedot import naming
from onthedot.service.temporal.calls import Temporal

#: Few, because their cost is part of what is measured.
_FIRING = 5
_EVERY = timedelta(seconds=10)
_LIMIT_SECONDS = 900


async def main() -> None:
    """Prints the figures of one change."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.calendars", description=__doc__)
    parser.add_argument("--tasks", type=int, default=1000)
    parser.add_argument("--changes", type=int, default=1)
    asked = parser.parse_args()
    async with Stack() as stack:
        temporal = await prepared(stack)
        ours = Ours(stack)
        await ours.start()
        async with aiohttp.ClientSession(stack.base) as session:
            await _put(session, 0)
            seeded = await seed(temporal, asked.tasks, _task)
            await _until_none_waits(session, asked.tasks)
            print(f"{asked.tasks:,} tasks registered in {seeded:.0f} s")
            # Never idle: some of them fire all the time.
            await asyncio.sleep(_EVERY.total_seconds())
            for number in range(1, asked.changes + 1):
                await _changed(session, stack, temporal, number, asked.tasks)
        await ours.close()


async def _changed(
    session: aiohttp.ClientSession, stack: Stack, temporal: Temporal, number: int, tasks: int
) -> None:
    since = datetime.now(UTC)
    before, used, began = Snapshot.take(sum(stack.cpu().values())), stack.cpu(), time.perf_counter()
    await _put(session, number)
    await _until_none_waits(session, tasks)
    took, after = time.perf_counter() - began, stack.cpu()
    share = before.until(Snapshot.take(sum(after.values())))
    names = ("temporal", "worker", "server")
    cpu = {name: 1000 * (after[name] - used[name]) / tasks for name in names}
    until = datetime.now(UTC)
    # By then, the lists show the last runs.
    await asyncio.sleep(2 * _EVERY.total_seconds())
    lost, doubled, due = await _compared(temporal, min(_FIRING, tasks), since, until)
    said = ", ".join(f"{name} {spent:.1f}" for name, spent in cpu.items())
    print(
        f"{tasks:,} users of one calendar know of its change after {took:.1f} s; "
        f"of {due:,} instants lost {lost}, doubled {doubled}; "
        f"CPU ms a task {sum(cpu.values()):.1f} ({said}); others {share.others:.0%} of the machine"
    )


def _task(number: int) -> dict[str, object]:
    every = int(_EVERY.total_seconds())
    firing = {"kind": "interval", "every": every, "offset": number % every}
    expression = f"{number % 60} {number // 60 % 24} * * 1-5"
    daily = {"kind": "cron", "expression": expression, "timezone": "Europe/Rome"}
    return {
        "id": f"task-{number}",
        "trigger": {**(firing if number < _FIRING else daily), "exclude": [{"calendar": "shared"}]},
        "action": {"kind": "log", "message": "hello"},
        # On a busy machine a run may still be in progress when the next one is due.
        "overlap": "allow_all",
    }


async def _put(session: aiohttp.ClientSession, number: int) -> None:
    # Days in the past and in later years, so that today's runs start.
    days = [
        f"2001-01-{number % 28 + 1:02}",
        f"{datetime.now(UTC).year + 2}-05-{number % 28 + 1:02}",
    ]
    content = {"kind": "dates", "dates": days}
    await sent(session, "/calendars/shared", content, method="PUT", tries=1)


async def _until_none_waits(session: aiohttp.ClientSession, tasks: int) -> None:
    limit = time.monotonic() + _LIMIT_SECONDS
    body: dict[str, Any] = {}
    while time.monotonic() < limit:
        async with session.get("/calendars/shared") as answer:
            body = await answer.json()
            if answer.status == 200 and (body["users"], body["waiting"]) == (tasks, 0):
                return
        await asyncio.sleep(0.5)
    raise Void(f"some tasks wait still: {body}")


async def _compared(
    temporal: Temporal, firing: int, since: datetime, until: datetime
) -> tuple[int, int, int]:
    """How many instants of the frequent tasks did not run, ran more than once, and were due."""
    every, lost, doubled, due = int(_EVERY.total_seconds()), 0, 0, 0
    for number in range(firing):
        query = f"WorkflowType = '{naming.TASK_RUN}' AND {naming.TASK_ID.name} = 'task-{number}'"
        nominals = [
            naming.nominal_instant(row.id) async for row in temporal.client.list_workflows(query)
        ]
        ran = Counter(round(at.timestamp()) for at in nominals if at is not None)
        first, last = int(since.timestamp()) + 1, int(until.timestamp())
        wanted = [at for at in range(first, last + 1) if at % every == number % every]
        due += len(wanted)
        lost += sum(at not in ran for at in wanted)
        doubled += sum(ran[at] - 1 for at in wanted if ran[at] > 1)
    return lost, doubled, due


if __name__ == "__main__":
    run(main())
