"""A real Chromium for the benchmarks of the page."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, Page, async_playwright

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_LIMIT_MS = 120_000

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


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """The browser; it ends with the block. Exits where there is none on this machine."""
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if program is None:
        sys.exit("Install Chromium, or name one with CHROMIUM=/path/to/chromium.")
    async with async_playwright() as playwright:
        yield await playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])


async def opened(browser: Browser, url: str) -> Page:
    """A page in its own browser profile."""
    page = await (await browser.new_context()).new_page()
    page.set_default_timeout(_LIMIT_MS)
    await page.goto(url)
    return page


async def until_shown(browser: Browser, url: str, selector: str) -> tuple[float, Page]:
    """Opens an address; returns the seconds until the first such element, and the page."""
    began = time.perf_counter()
    page = await opened(browser, url)
    await page.locator(selector).first.wait_for()
    return time.perf_counter() - began, page


async def opened_output(browser: Browser, url: str) -> Page:
    """A run's page, which collects in `came` when each line was written, and when it arrived."""
    page = await opened(browser, url)
    await page.locator(".output .lines").first.wait_for()
    await page.evaluate(_COLLECT)
    return page
