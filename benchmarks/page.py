"""`python -m benchmarks.page`: how quick the page is with many tasks, in a real Chromium.

1. Register the tasks over REST, and let everything come to rest.
2. Open the list of tasks several times, each in a fresh browser profile: first contentful paint,
   and the time until its rows show.
3. Search as one types, by a word in the middle of a name; ask REST for the list; follow a run from
   its end until its row appears in the open log.
4. Open many pages side by side: what each costs the server in memory, and in CPU while it is idle.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sys
import time
from datetime import UTC, datetime, timedelta

import httpx
from playwright.async_api import Browser, Page, async_playwright

from benchmarks.figures import percentile
from benchmarks.in_flight import in_flight
from benchmarks.machine import Snapshot, resident_bytes
from benchmarks.sides.ours import Ours
from benchmarks.sides.stack import Stack

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_LOADS = 7
_SEARCHES = 10
_RUNS = 5
_LISTS = 200
_PAGES = 20
_IDLE_SECONDS = 20
_REST = timedelta(minutes=2)
_LIMIT_MS = 60_000
_PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


async def main() -> None:
    """Prints one line a figure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.page", description=__doc__)
    parser.add_argument("--tasks", type=int, default=10_000)
    tasks = parser.parse_args().tasks
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _BROWSERS)), None)
    if program is None:
        sys.exit("Install Chromium, or name one with CHROMIUM=/path/to/chromium.")
    async with Stack() as stack, async_playwright() as playwright:
        ours = Ours(stack)
        await ours.start()
        far = datetime.now(UTC).replace(microsecond=0) + timedelta(days=2)
        names = [f"task-{number:06}" for number in range(tasks)]
        await in_flight(lambda name: ours.once(name, far), names)
        await stack.quiet(_REST)
        browser = await playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        base = f"http://127.0.0.1:{stack.settings.port}/ui"
        before = Snapshot.take(sum(stack.cpu().values()))
        await _loads(browser, base)
        await _searches(browser, base, names)
        await _lists(stack.settings.port)
        await _appearance(browser, base, ours)
        await _side_by_side(browser, base, stack)
        share = before.until(Snapshot.take(sum(stack.cpu().values())))
        # The browser is not one of the measured processes.
        print(f"{tasks:,} tasks; others, the browser among them, {share.others:.0%} of the machine")
        await browser.close()
        await ours.close()


async def _open(browser: Browser, url: str) -> Page:
    page = await (await browser.new_context()).new_page()
    page.set_default_timeout(_LIMIT_MS)
    await page.goto(url)
    return page


async def _loads(browser: Browser, base: str) -> None:
    paints, rows = [], []
    for _ in range(_LOADS + 1):
        began = time.perf_counter()
        page = await _open(browser, f"{base}/tasks")
        await page.locator("tr[data-task]").first.wait_for()
        rows.append(1000 * (time.perf_counter() - began))
        paints.append(float(await page.evaluate(_PAINT)))
        await page.context.close()
    # The first one also warms the server.
    _say("first contentful paint of the list of tasks, ms", paints[1:])
    _say("until its rows show, ms", rows[1:])


async def _searches(browser: Browser, base: str, names: list[str]) -> None:
    page = await _open(browser, f"{base}/tasks")
    await page.locator("tr[data-task]").first.wait_for()
    took = []
    for number in range(_SEARCHES):
        wanted = names[number * 7 % len(names)]
        await page.keyboard.press("/")
        await page.keyboard.press("Control+A")
        # A word in the middle: no name begins with it.
        word = wanted.partition("-")[2]
        await page.keyboard.type(word[:-1])
        began = time.perf_counter()
        await page.keyboard.type(word[-1])
        row = page.locator(f"tr[data-task='{wanted}']")
        await row.wait_for()
        await page.wait_for_function("document.querySelectorAll('tr[data-task]').length === 1")
        took.append(1000 * (time.perf_counter() - began))
    await page.context.close()
    _say("search, from the last key to the one row, ms", took)


async def _lists(port: int) -> None:
    took = []
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        for _ in range(_LISTS):
            began = time.perf_counter()
            answer = await client.get("/tasks", params={"limit": 50})
            if answer.status_code == 200:
                took.append(1000 * (time.perf_counter() - began))
    said = f"median {percentile(sorted(took), 50):.0f}, p95 {percentile(sorted(took), 95):.0f}"
    print(f"a page of the list over REST, ms: {said} of {len(took)}, {_LISTS - len(took)} refused")


async def _appearance(browser: Browser, base: str, ours: Ours) -> None:
    page = await _open(browser, f"{base}/runs")
    await page.wait_for_load_state("networkidle")
    took = []
    for number in range(_RUNS):
        due = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=3)
        await ours.once(f"seen-{number}", due)
        await page.locator("tr[data-run]", has_text=f"seen-{number}").wait_for()
        took.append(1000 * (time.time() - due.timestamp()))
    await page.context.close()
    _say("a run's row in the open log, after it was due, ms", took)


async def _side_by_side(browser: Browser, base: str, stack: Stack) -> None:
    server = stack.process_id("server")
    await stack.quiet(_REST)
    resident, used = resident_bytes(server), stack.cpu()["server"]
    await asyncio.sleep(_IDLE_SECONDS)
    alone = (stack.cpu()["server"] - used) / _IDLE_SECONDS
    pages = [await _open(browser, f"{base}/tasks") for _ in range(_PAGES)]
    for page in pages:
        await page.locator("tr[data-task]").first.wait_for()
    await asyncio.sleep(5)
    used = stack.cpu()["server"]
    await asyncio.sleep(_IDLE_SECONDS)
    each = (stack.cpu()["server"] - used) / _IDLE_SECONDS - alone
    grown = (resident_bytes(server) - resident) / _PAGES
    print(f"server's memory for each open page, of {_PAGES}: {grown / 1e6:.2f} MB")
    print(f"server's CPU for each open page, idle: {each / _PAGES:.2%} of one core")
    for page in pages:
        await page.context.close()


def _say(what: str, figures: list[float]) -> None:
    middle, worst = percentile(sorted(figures), 50), max(figures)
    print(f"{what}: median {middle:.0f}, worst {worst:.0f} of {len(figures)}")


if __name__ == "__main__":
    asyncio.run(main())
    sys.stdout.flush()
    # The SDK can crash when an interpreter ends.
    os._exit(0)
