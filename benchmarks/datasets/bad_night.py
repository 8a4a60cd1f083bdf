"""Three hundred tasks after a bad night: the data for `jobs.py`."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import aiohttp

from benchmarks.instruments import Void
from benchmarks.sides.ours import Ours
from benchmarks.sides.rest import sent
from benchmarks.sides.stack import Stack

_TASKS = 300
_EVERY_MINUTE = 12
_DOWN_SECONDS = 90
#: Few enough for a busy machine to process in time.
_AT_ONCE = 50
#: Each has its own failed runs, so that retrying them does not affect another job.
TEAMS = ("orders", "invoices", "refunds", "payouts")
_CITIES = ("milan", "turin", "naples", "genoa", "parma")
_NEVER = {"kind": "cron", "expression": "0 0 1 1 *"}
_WRITES = "n=0; while :; do n=$((n+1)); echo line $n; sleep 0.5; done"


async def bad_night(stack: Stack, ours: Ours) -> None:
    """Registers the tasks over REST, lets some fail, and some not run for lack of a worker."""
    async with aiohttp.ClientSession(stack.base) as rest:
        tasks = [_export(number) for number in range(_TASKS)]
        tasks += [_minutely(number) for number in range(_EVERY_MINUTE)]
        writes = {"kind": "command", "argv": ["sh", "-c", _WRITES]}
        tasks.append({"id": "writes", "trigger": _NEVER, "action": writes, "timeout": "PT1H"})
        await _register(rest, [tasks.pop(1)])
        for minute in (31, 32):
            # First: an edit needs the worker, which is soon busy.
            changed = _export(1) | {"trigger": {"kind": "cron", "expression": f"{minute} 2 * * *"}}
            await sent(rest, "/tasks/export-0001", changed, method="PUT")
        await _register(rest, tasks)
        await sent(rest, "/tasks:run", {"tag": "billing"})
        await asyncio.sleep(60 - time.time() % 60 + 5)
        stack.kill("worker")
        await asyncio.sleep(_DOWN_SECONDS)
        await ours.start_one("worker")
        for _ in range(400):
            async with rest.get("/incidents") as answered:
                found = await answered.json()
            if found.get("items") and found.get("missed"):
                return
            await asyncio.sleep(1)
    raise Void("There are no incidents.")


async def _register(rest: aiohttp.ClientSession, tasks: list[dict[str, Any]]) -> None:
    while tasks:
        some, tasks = tasks[:_AT_ONCE], tasks[_AT_ONCE:]
        answer = await sent(rest, "/tasks:batch", {"tasks": some})
        pairs = zip(some, answer["results"], strict=True)
        # On a busy machine it may be registered already, or is sent again.
        tasks += [task for task, result in pairs if result["status"] not in (201, 409)]


def _export(number: int) -> dict[str, Any]:
    city = _CITIES[number % len(_CITIES)]
    fails = number % 15 == 2
    url = "http://127.0.0.1:9/orders" if fails else f"https://{city}.example.com/export"
    return {
        "id": f"export-{number:04}",
        "name": f"Nightly export of {city} {number:04} to the ledger",
        "tags": [city, *(["billing", TEAMS[number // 15 % len(TEAMS)]] if fails else [])],
        "trigger": {"kind": "cron", "expression": f"{number % 60} {number % 24} * * *"},
        "action": {"kind": "http", "url": url},
        "retry": {"max_attempts": 1},
    }


def _minutely(number: int) -> dict[str, Any]:
    return {
        "id": f"check-{number}",
        "name": f"Check of the queue {number}",
        "tags": ["checks"],
        "trigger": {"kind": "cron", "expression": "* * * * *"},
        "action": {"kind": "log", "message": "checked"},
        "timeout": "PT10S",
        # Runs that no worker picks up by then do not run.
        "deadline": "PT20S",
    }
