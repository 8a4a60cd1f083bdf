"""`python -m benchmarks.live_output`: how soon live output shows, and what watching costs.

1. Start commands that write a line with the time in it again and again.
2. Open a page for each, in a real Chromium: from when a line is written until it is in the page.
   The same over REST, as server-sent events.
3. Measure the CPU that Temporal, worker and server use: with these pages open, and with none.
4. Have a burst of HTTP tasks run, in turns without and with the pages open: runs a second, from
   when they are due until the last call has come. On one machine the browser takes time of the
   processes that are measured, and that is in the ratio.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import os
import shutil
import sys
import time
from datetime import UTC, datetime
from statistics import median
from typing import Any

import aiohttp
from playwright.async_api import Browser, Page, async_playwright

from benchmarks.instruments.arrivals import read
from benchmarks.instruments.figures import percentile
from benchmarks.instruments.in_flight import in_flight
from benchmarks.sides.ours import Ours
from benchmarks.sides.stack import Stack

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_PAGES = 10
_WATCHED_SECONDS = 15
_CPU_SECONDS = 20
_ARRIVE_SECONDS = 120.0
_LIMIT_MS = 120_000
_LOOK_SECONDS = 0.2
#: Between two bursts.
_PAUSE_SECONDS = 3
_WRITES = "while :; do date +'line %s.%N'; sleep 0.7; done"

#: Collects, in the page, when each line came into it.
_COLLECT = """() => {
  window.came = [];
  new MutationObserver((changes) => {
    const now = Date.now() / 1000;
    for (const { addedNodes } of changes)
      for (const node of addedNodes)
        for (const [, at] of (node.textContent ?? "").matchAll(/line (\\d+\\.\\d+)/g))
          window.came.push([Number(at), now]);
  }).observe(document.querySelector(".output pre"), { childList: true, subtree: true });
}"""


async def main() -> None:
    """Prints one line a figure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.live_output", description=__doc__)
    parser.add_argument("--n", type=int, default=300, help="tasks of a burst")
    parser.add_argument("--pairs", type=int, default=5)
    arguments = parser.parse_args()
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _BROWSERS)), None)
    if program is None:
        sys.exit("Install Chromium, or name one with CHROMIUM=/path/to/chromium.")
    async with Stack({"allow_commands": "true"}) as stack, async_playwright() as playwright:
        ours = Ours(stack)
        await ours.start()
        base = f"http://127.0.0.1:{stack.settings.port}"
        async with aiohttp.ClientSession(base) as rest:
            run_ids = [await begin(rest, number) for number in range(_PAGES)]
            await _over_rest(rest, run_ids[0])
            idle = await _cpu(stack)
            browser = await playwright.chromium.launch(
                executable_path=program, args=["--no-sandbox"]
            )
            pages = [await opened(browser, f"{base}/ui/runs/{run_id}") for run_id in run_ids]
            await asyncio.sleep(_WATCHED_SECONDS)
            took = [came - at for page in pages for at, came in await page.evaluate("came")]
            _say(f"a line in one of {_PAGES} pages, after it was written", took)
            watched = await _cpu(stack)
            print(
                f"CPU of Temporal, worker and server, of one core: {idle:.1%} with nobody who "
                f"watches {_PAGES} commands that write, {watched:.1%} with {_PAGES} pages"
            )
            for page in pages:
                await page.context.close()
            ratios = await rates(stack, ours, browser, base, run_ids, arguments.n, arguments.pairs)
            print(f"ratio: median {median(ratios):.3f}, least {min(ratios):.3f} of {len(ratios)}")
            await browser.close()
        await ours.close()


async def begin(rest: aiohttp.ClientSession, number: int) -> str:
    """Runs a command that writes lines on and on; the id of the run."""
    name = f"writes-{number}"
    action = {"kind": "command", "argv": ["sh", "-c", _WRITES]}
    trigger = {"kind": "cron", "expression": "0 0 1 1 *"}
    task = {"id": name, "trigger": trigger, "action": action, "timeout": "PT1H"}
    async with rest.post("/tasks", json=task) as answer:
        answer.raise_for_status()
    async with rest.post(f"/tasks/{name}/run") as answer:
        answer.raise_for_status()
        run: dict[str, Any] = await answer.json()
    return str(run["id"])


async def _over_rest(rest: aiohttp.ClientSession, run_id: str) -> None:
    took: list[float] = []
    async with rest.get(f"/runs/{run_id}/output?follow=true") as answer:
        began = time.time()
        async for line in answer.content:
            if line.startswith(b"data: ") and b'"text"' in line:
                came = time.time()
                words = json.loads(line[6:])["text"].split()
                # What was written before is not measured.
                took += [came - float(at) for at in words[1::2] if float(at) > began]
            if time.time() - began > _WATCHED_SECONDS:
                break
    _say("a line over REST, after it was written", took)


async def opened(browser: Browser, url: str) -> Page:
    """A run's page, which collects in `came` when each line was written, and when it came."""
    page = await (await browser.new_context()).new_page()
    page.set_default_timeout(_LIMIT_MS)
    await page.goto(url)
    await page.locator(".output .lines").first.wait_for()
    await page.evaluate(_COLLECT)
    return page


async def _cpu(stack: Stack) -> float:
    """Seconds of CPU a second that the measured processes use."""
    before = _used(stack)
    await asyncio.sleep(_CPU_SECONDS)
    return (_used(stack) - before) / _CPU_SECONDS


def _used(stack: Stack) -> float:
    return sum(used for name, used in stack.cpu().items() if name not in ("client", "receiver"))


async def rates(
    stack: Stack,
    ours: Ours,
    browser: Browser,
    base: str,
    run_ids: list[str],
    count: int,
    pairs: int,
) -> list[float]:
    """Runs a second with pages open, as a share of those without any, one a pair."""
    ratios = []
    for pair in range(pairs):
        rate: dict[bool, float] = {}
        # In turns, so that what comes first is no advantage.
        for watched in (False, True) if pair % 2 else (True, False):
            watching = [await opened(browser, f"{base}/ui/runs/{r}") for r in run_ids * watched]
            rate[watched] = await _rate(stack, ours, f"burst-{pair}-{watched}".lower(), count)
            for page in watching:
                await page.context.close()
        ratios.append(rate[True] / rate[False])
        print(
            f"runs a second: {rate[False]:.1f} without pages, {rate[True]:.1f} with {_PAGES}, "
            f"ratio {ratios[-1]:.3f}"
        )
    return ratios


async def _rate(stack: Stack, ours: Ours, name: str, count: int) -> float:
    names = [f"{name}-{number}" for number in range(count)]
    due = math.ceil(time.time() + 8 + count / 40)
    at = datetime.fromtimestamp(due, UTC)
    await in_flight(lambda task: ours.once(task, at), names)
    await asyncio.sleep(max(0.0, due - 5.5 - time.time()))
    for _ in range(int(_ARRIVE_SECONDS / _LOOK_SECONDS)):
        arrivals = read(stack.arrivals, names, due)
        if not arrivals.lost:
            break
        await asyncio.sleep(_LOOK_SECONDS)
    await asyncio.sleep(_PAUSE_SECONDS)
    return count / max(arrivals.late)


def _say(what: str, seconds: list[float]) -> None:
    found = sorted(seconds)
    print(
        f"{what}: median {percentile(found, 50):.2f} s, 99 % within {percentile(found, 99):.2f} s, "
        f"worst {found[-1]:.2f} s of {len(found)}"
    )


if __name__ == "__main__":
    asyncio.run(main())
    sys.stdout.flush()
    # The SDK can crash when an interpreter ends.
    os._exit(0)
