"""`python -m benchmarks.page`: whether the page meets its targets with many tasks, in Chromium.

1. Put tasks, and the failed runs of a night, into Temporal, and wait until everything is idle.
2. Open the list of tasks several times, each in a fresh browser profile.
3. Search while typing, for a word in the middle of a name; ask REST for the list; open the
   incidents, for the first time and again; follow a run until its row appears in the open log.
4. Leave many pages open where nothing happens: the cost of each for the server, in memory and CPU.
5. Let one command per page write, with all pages open: how soon each line is on its page.
6. Alternately with these pages and without: the share of the cores that is left for runs. See
   `watching.py`.

It ends with a table of targets. It takes about eight minutes on an idle machine with two cores.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median

import aiohttp
import httpx
from playwright.async_api import Browser

from benchmarks import live_output, watching
from benchmarks.datasets import fleet
from benchmarks.instruments.browser import chromium, opened, opened_output, until_shown
from benchmarks.instruments.ending import run
from benchmarks.instruments.figures import percentile
from benchmarks.instruments.machine import Snapshot, resident_bytes
from benchmarks.sides.ours import Ours
from benchmarks.sides.stack import Stack

_LOADS = 5
_SEARCHES = 10
_KEY_MS = 100
_RUNS = 3
_LISTS = 200
_PAGES = 10
_CALM_SECONDS = 40
_IDLE_SECONDS = 20
_WATCHED_SECONDS = 10
_PAIRS = 5
_NIGHT = timedelta(hours=10)
_REST = timedelta(minutes=1)
_PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


@dataclass(frozen=True)
class Target:
    """One target, and what was measured."""

    what: str
    target: str
    measured: str
    met: bool

    def __str__(self) -> str:
        return f"{self.what:58} {self.target:>10} {self.measured:>26} {_MET[self.met]}"


_MET = {True: "met", False: "MISSED"}


async def main() -> None:
    """Prints figures as they are measured, and the targets at the end."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.page", description=__doc__)
    parser.add_argument("--tasks", type=int, default=10_000)
    parser.add_argument("--failed", type=int, default=5_000)
    asked = parser.parse_args()
    began = time.monotonic()
    async with Stack({"allow_commands": "true"}) as stack, chromium() as browser:
        names = await _seeded(stack, asked.tasks, asked.failed)
        print(f"{asked.tasks:,} tasks are there after {time.monotonic() - began:.0f} s", flush=True)
        ours = Ours(stack)
        await ours.start()
        await stack.quiet(_REST)
        base = f"{stack.base}/ui"
        before = Snapshot.take(sum(stack.cpu().values()))
        await _loads(browser, base)
        targets: list[Target] = []
        for measuring in (
            _searches(browser, base, names),
            _lists(stack),
            _incidents(browser, base, asked.failed),
            _idle(browser, base, stack),
        ):
            targets.append(await measuring)
            print(targets[-1], flush=True)
        await _appearance(browser, base, ours)
        targets += await _live(browser, stack, ours)
        share = before.until(Snapshot.take(sum(stack.cpu().values())))
        await ours.close()
    print(f"\n{asked.tasks:,} tasks, after {time.monotonic() - began:.0f} s; others, the browser")
    print(f"among them, had {share.others:.0%} of the machine")
    print(*targets, sep="\n")


async def _seeded(stack: Stack, tasks: int, failed: int) -> list[str]:
    temporal = await fleet.prepared(stack)
    due = datetime.now(UTC).replace(microsecond=0) + timedelta(days=2)
    names = await fleet.waiting(temporal, tasks, due)
    await fleet.night(temporal, failed, _NIGHT)
    return names


async def _loads(browser: Browser, base: str) -> None:
    paints, rows = [], []
    for _ in range(_LOADS + 1):
        took, page = await until_shown(browser, f"{base}/tasks", "tr[data-task]")
        rows.append(1000 * took)
        paints.append(float(await page.evaluate(_PAINT)))
        await page.context.close()
    # The first one also warms the server.
    _say("first contentful paint of the list of tasks, ms", paints[1:])
    _say("until its rows show, ms", rows[1:])


async def _searches(browser: Browser, base: str, names: list[str]) -> Target:
    page = await opened(browser, f"{base}/tasks")
    await page.locator("tr[data-task]").first.wait_for()
    took = []
    for number in range(_SEARCHES):
        wanted = names[number * 7 % len(names)]
        await page.keyboard.press("/")
        await page.keyboard.press("Control+A")
        # A word in the middle: no name begins with it.
        word = wanted.partition("-")[2]
        await page.keyboard.type(word[:-1], delay=_KEY_MS)
        began = time.perf_counter()
        await page.keyboard.type(word[-1])
        await page.locator(f"tr[data-task='{wanted}']").wait_for()
        await page.wait_for_function("document.querySelectorAll('tr[data-task]').length === 1")
        took.append(time.perf_counter() - began)
    await page.context.close()
    measured = f"{median(took):.2f} s, worst {max(took):.2f}"
    what = "search, from the last key to the row (median)"
    return Target(what, "0.3 s", measured, median(took) <= 0.3)


async def _lists(stack: Stack) -> Target:
    # The search before this has work to finish.
    await stack.quiet(_REST)
    took, refused = [], 0
    async with httpx.AsyncClient(base_url=stack.base, trust_env=False) as client:
        for _ in range(_LISTS):
            began = time.perf_counter()
            answer = await client.get("/tasks", params={"limit": 50})
            if answer.status_code == 200:
                took.append(1000 * (time.perf_counter() - began))
            else:
                refused += 1
    p95 = percentile(sorted(took), 95)
    print(f"a page of the list over REST, ms: median {median(took):.0f}, {refused} refused")
    return Target("GET /tasks?limit=50, p95", "60 ms", f"{p95:.0f} ms of {len(took)}", p95 < 60)


async def _incidents(browser: Browser, base: str, failed: int) -> Target:
    took = []
    for _ in range(3):
        seconds, page = await until_shown(browser, f"{base}/incidents", ".incident")
        took.append(seconds)
        await page.get_by_text(f"{failed:,} runs").first.wait_for()
        await page.context.close()
    again = ", ".join(f"{seconds:.2f}" for seconds in took[1:])
    what = f"incidents with {failed:,} failed runs, opened for the first time"
    return Target(what, "1.5 s", f"{took[0]:.2f} s, again {again}", took[0] <= 1.5)


async def _appearance(browser: Browser, base: str, ours: Ours) -> None:
    page = await opened(browser, f"{base}/runs")
    await page.wait_for_load_state("networkidle")
    took = []
    for number in range(_RUNS):
        due = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=3)
        await ours.once(f"seen-{number}", due)
        await page.locator("tr[data-run]", has_text=f"seen-{number}").wait_for()
        took.append(1000 * (time.time() - due.timestamp()))
    await page.context.close()
    _say("a run's row in the open log, after it was due, ms", took)


async def _idle(browser: Browser, base: str, stack: Stack) -> Target:
    server = stack.process_id("server")
    await stack.quiet(_REST)
    resident = resident_bytes(server)
    alone = await stack.used_a_second(_IDLE_SECONDS)
    pages = [await opened(browser, f"{base}/tasks") for _ in range(_PAGES)]
    for page in pages:
        await page.locator("tr[data-task]").first.wait_for()
    await asyncio.sleep(_CALM_SECONDS)
    open_pages = await stack.used_a_second(_IDLE_SECONDS)
    grown = (resident_bytes(server) - resident) / _PAGES
    for page in pages:
        await page.context.close()
    each = (open_pages["server"] - alone["server"]) / _PAGES
    temporal = open_pages["temporal"] - alone["temporal"]
    print(f"server's memory for each open page, of {_PAGES}: {grown / 1e6:.2f} MB")
    print(f"Temporal's CPU for {_PAGES} open lists, which are read once: {temporal:.2%} of a core")
    what = f"an idle page, of {_PAGES}: the server's CPU, of one core"
    return Target(what, "0.1 %", f"{100 * each:.3f} %", each < 0.001)


async def _live(browser: Browser, stack: Stack, ours: Ours) -> list[Target]:
    async with aiohttp.ClientSession(stack.base) as rest:
        run_ids = [await live_output.begin(rest, number) for number in range(_PAGES)]
    pages = [await opened_output(browser, f"{stack.base}/ui/runs/{run_id}") for run_id in run_ids]
    took = sorted(await live_output.watched(pages, _WATCHED_SECONDS))
    print(f"a line in one of {_PAGES} pages: median {median(took):.2f} s of {len(took)}")
    for page in pages:
        await page.context.close()
    late = percentile(took, 99)
    costs = await watching.costs(stack, browser, run_ids, _PAIRS)
    left = watching.left_for_runs(costs)
    each = f"{100 * min(costs):.1f} to {100 * max(costs):.1f} % of a core"
    return [
        Target("live output, from written to the page (99 %)", "1 s", f"{late:.2f} s", late <= 1),
        Target(
            f"of {os.cpu_count()} cores, what {_PAGES} such pages leave for runs",
            ">= 0.97",
            f"{left:.3f} ({each})",
            left >= 0.97,
        ),
    ]


def _say(what: str, figures: list[float]) -> None:
    middle, worst = percentile(sorted(figures), 50), max(figures)
    print(f"{what}: median {middle:.0f}, worst {worst:.0f} of {len(figures)}", flush=True)


if __name__ == "__main__":
    run(main())
