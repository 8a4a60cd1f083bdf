"""`python -m benchmarks.live_output`: how soon live output shows, and what watching it costs.

1. Start commands that repeatedly write a line with the time in it.
2. Open a page for each, in a real Chromium: from writing a line until it is on the page. The same
   over REST, as server-sent events.
3. Measure the CPU that Temporal, worker and server use, alternately with these pages and without.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import time

import aiohttp
from playwright.async_api import Page

from benchmarks import watching
from benchmarks.instruments.browser import chromium, opened_output
from benchmarks.instruments.ending import run
from benchmarks.instruments.figures import percentile
from benchmarks.sides.ours import Ours
from benchmarks.sides.rest import sent
from benchmarks.sides.stack import Stack

_PAGES = 10
_WATCHED_SECONDS = 15
#: Seconds after the last page was opened, because that keeps the machine busy; and after the last
#: counted line was written, so that late arrivals count too.
_SETTLED_SECONDS = 3
_WRITES = "while :; do date +'line %s.%N'; sleep 0.7; done"


async def main() -> None:
    """Prints one line a figure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.live_output", description=__doc__)
    parser.add_argument("--pairs", type=int, default=5, help="with pages and without")
    arguments = parser.parse_args()
    async with Stack({"allow_commands": "true"}) as stack, chromium() as browser:
        ours = Ours(stack)
        await ours.start()
        async with aiohttp.ClientSession(stack.base) as rest:
            run_ids = [await begin(rest, number) for number in range(_PAGES)]
            await _over_rest(rest, run_ids[0])
        pages = [
            await opened_output(browser, f"{stack.base}/ui/runs/{run_id}") for run_id in run_ids
        ]
        took = await watched(pages, _WATCHED_SECONDS)
        _say(f"a line in one of {_PAGES} pages, after it was written", took)
        for page in pages:
            await page.context.close()
        costs = await watching.costs(stack, browser, run_ids, arguments.pairs)
        print(
            f"{_PAGES} pages leave {watching.left_for_runs(costs):.3f} of {os.cpu_count()} cores "
            f"for runs; they cost {min(costs):.1%} to {max(costs):.1%} of one"
        )
        await ours.close()


async def begin(rest: aiohttp.ClientSession, number: int) -> str:
    """Runs a command that keeps writing lines; returns the run's id."""
    name = f"writes-{number}"
    action = {"kind": "command", "argv": ["sh", "-c", _WRITES]}
    trigger = {"kind": "cron", "expression": "0 0 1 1 *"}
    task = {"id": name, "trigger": trigger, "action": action, "timeout": "PT1H"}
    await sent(rest, "/tasks", task)
    return str((await sent(rest, f"/tasks/{name}/run"))["id"])


async def _over_rest(rest: aiohttp.ClientSession, run_id: str) -> None:
    took: list[float] = []
    async with rest.get(f"/runs/{run_id}/output?follow=true") as answer:
        began = time.time()
        async for line in answer.content:
            if line.startswith(b"data: ") and b'"text"' in line:
                came = time.time()
                words = json.loads(line[6:])["text"].split()
                # Earlier lines are not measured.
                took += [came - float(at) for at in words[1::2] if float(at) > began]
            if time.time() - began > _WATCHED_SECONDS:
                break
    _say("a line over REST, after it was written", took)


async def watched(pages: list[Page], seconds: float) -> list[float]:
    """How long each line took from being written to its page, for lines written after all pages
    were open, within this many seconds."""
    await asyncio.sleep(_SETTLED_SECONDS)
    since = time.time()
    await asyncio.sleep(seconds)
    until = time.time()
    await asyncio.sleep(_SETTLED_SECONDS)
    return [
        came - at
        for page in pages
        for at, came in await page.evaluate("came")
        if since <= at <= until
    ]


def _say(what: str, seconds: list[float]) -> None:
    found = sorted(seconds)
    print(
        f"{what}: median {percentile(found, 50):.2f} s, 99 % within {percentile(found, 99):.2f} s, "
        f"worst {found[-1]:.2f} s of {len(found)}"
    )


if __name__ == "__main__":
    run(main())
