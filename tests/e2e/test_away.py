"""Temporal or the workers are unavailable: a banner says so, the data stays, and it recovers."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.conftest import Open, frozen
from tests.e2e.site import DAILY, HELLO
from tests.faults.stack import Stack


def test_temporal_away_and_back(open_site: Open, stack: Stack, name: str) -> None:
    site = open_site()
    site.register(id=name, trigger=DAILY, action=HELLO)
    site.go(f"/tasks?q={name}")
    expect(site.row(name)).to_be_visible()
    with frozen(stack.temporal):
        banner = site.page.get_by_role("alert")
        expect(banner).to_contain_text("Temporal cannot be reached")
        expect(site.row(name)).to_be_visible()
        site.page.get_by_label(f"Run {name} now").click()
        expect(site.toast("does not respond")).to_be_visible()
        site.link("Runs").first.click()
        expect(site.page).to_have_url(f"{site.base}/ui/runs")
        site.page.go_back()
    expect(site.page.get_by_role("alert")).to_have_count(0)
    expect(site.row(name)).to_be_visible()
    stack.wait_until_ready()
