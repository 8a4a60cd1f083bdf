"""The docs page in a real browser."""

from __future__ import annotations

import httpx
import pytest
from playwright.async_api import Request, async_playwright

from tests.browsers import NO_CHROMIUM, chromium

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

_BROWSER = chromium()


@pytest.mark.skipif(_BROWSER is None, reason=NO_CHROMIUM)
async def test_it_shows_every_call_and_asks_nobody_else(api: httpx.AsyncClient) -> None:
    base = str(api.base_url).rstrip("/")
    said: list[str] = []
    outside: list[str] = []

    def note(request: Request) -> None:
        if not request.url.startswith((base, "data:")):
            outside.append(request.url)

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=_BROWSER, args=["--no-sandbox"])
        page = await browser.new_page()
        page.on("console", lambda line: said.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", note)
        await page.goto(f"{base}/docs")
        await page.get_by_text("Register a task", exact=True).wait_for()
        await page.get_by_text("Preview a trigger", exact=True).click()
        await page.get_by_role("button", name="Try it out").click()
        await page.get_by_role("button", name="Execute", exact=True).click()
        await page.get_by_text("next_runs").first.wait_for()
        await (
            page.locator(".live-responses-table .response-col_status").get_by_text("200").wait_for()
        )
        await browser.close()
    assert said == []
    assert outside == []
