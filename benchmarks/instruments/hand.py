"""A user of the page, for `jobs.py`."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.async_api import Locator, Page, expect


class Hand:
    """A user of a page, whose steps are counted."""

    def __init__(self, page: Page, base: str, shots: Path | None, look: str, team: str) -> None:
        """`team` is the tag of the tasks that are theirs."""
        self.page = page
        self._base = base
        self._shots = shots
        self._look = look
        self.team = team
        self.steps = 0

    async def begin(self, path: str) -> None:
        """Go to where the job begins; this is not counted."""
        await self.page.goto(f"{self._base}/ui{path}")
        await self.page.wait_for_function("window.did_handshake === true")
        await expect(self.page.locator(".skeleton")).to_have_count(0)
        self.steps = 0

    async def click(self, what: Locator) -> None:
        self.steps += 1
        await what.first.click()

    async def choose(self, what: Locator, value: str) -> None:
        self.steps += 1
        await what.first.select_option(value)

    async def type(self, what: Locator, words: str) -> None:
        self.steps += 1
        await what.first.fill(words)

    async def see(self, what: Locator) -> None:
        await expect(what.first).to_be_visible()

    async def shot(self, name: str) -> None:
        if self._shots is not None:
            await self.page.screenshot(
                path=self._shots / f"{name}-{self._look}.png", animations="disabled"
            )

    def button(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("button", name=name)

    def dialog(self) -> Locator:
        return self.page.locator("dialog[open]")
