"""What people do on the page, as methods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx
from playwright.sync_api import Locator, Page, expect

from tests.waiting import wait_until


@dataclass
class Site:
    """One open page, with REST to set up and to check."""

    page: Page
    base: str
    rest: httpx.Client

    def go(self, path: str) -> None:
        """Open an address, and wait until the page works."""
        self.page.goto(f"{self.base}/ui{path}")
        expect(self.page.locator("#boot")).to_have_count(0)
        self.page.wait_for_function("window.did_handshake === true")
        expect(self.page.locator("h1, .empty h2").first).to_be_visible()

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def link(self, name: str) -> Locator:
        return self.page.get_by_role("link", name=name, exact=True)

    def field(self, label: str) -> Locator:
        typed = self.page.locator("input:not([type=radio]), textarea, select")
        return self.page.get_by_label(label).and_(typed).first

    def choose(self, name: str) -> None:
        """Choose one of a few that are all visible."""
        self.page.get_by_role("radio", name=name, exact=True).check(force=True)

    def row(self, task_id: str) -> Locator:
        return self.page.locator(f"tr[data-task='{task_id}']")

    def runs(self) -> Locator:
        return self.page.locator("tr[data-run]")

    def toast(self, words: str) -> Locator:
        return self.page.locator(".toast", has_text=words)

    def dialog(self) -> Locator:
        return self.page.locator("dialog[open]")

    def register(self, **task: Any) -> None:
        """Register a task over REST."""
        register(self.rest, **task)

    def register_all(self, tasks: list[dict[str, Any]]) -> None:
        """Register many tasks over REST; repeats those that a busy machine refuses."""
        left = tasks

        def all_are() -> bool:
            nonlocal left
            answer = self.rest.post("/tasks:batch", json={"tasks": left}, timeout=60)
            results = answer.json().get("results", [{"status": 503}] * len(left))
            pairs = zip(left, results, strict=True)
            left = [task for task, result in pairs if result["status"] not in (201, 409)]
            return not left

        wait_until(all_are, "all are registered")

    def task(self, task_id: str) -> dict[str, Any]:
        answer = self.rest.get(f"/tasks/{task_id}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def wait_until_listed(self, tag: str, number: int = 1) -> None:
        """Return once the list has so many tasks with a tag."""

        def all_are() -> bool:
            answer = self.rest.get("/tasks", params={"tag": tag, "limit": 500})
            return len(answer.json().get("items", [])) == number

        wait_until(all_are, "listed by tag")

    def no_sideways(self) -> None:
        """Check that nothing is wider than the page."""
        wide, room = self.page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert wide <= room, f"{self.page.url}: {wide} px in {room} px"


def register(rest: httpx.Client, **task: Any) -> None:
    answer = rest.post("/tasks", json=task)
    assert answer.status_code == 201, answer.text


HELLO = {"kind": "log", "message": "hello"}
DAILY = {"kind": "cron", "expression": "0 3 * * *", "timezone": "Europe/Rome"}
