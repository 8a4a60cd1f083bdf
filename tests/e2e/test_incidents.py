"""The page of incidents."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

from tests.e2e.axe import serious
from tests.e2e.conftest import Open
from tests.e2e.site import DAILY, HELLO, Site
from tests.waiting import wait_until

_FAILS = {
    "trigger": DAILY,
    "action": {"kind": "http", "url": "http://127.0.0.1:9/orders"},
    "retry": {"max_attempts": 1},
}


def _trouble(site: Site, name: str) -> None:
    """Two tasks whose host is gone, and one that started late."""
    for number in (1, 2):
        site.register(id=f"{name}-{number}", name=f"Sync {number}", tags=[name], **_FAILS)
        site.rest.post(f"/tasks/{name}-{number}/run").raise_for_status()
    due = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()
    late = {"kind": "once", "at": due}
    site.register(id=f"{name}-late", name="Letter", tags=[name], trigger=late, action=HELLO)

    def known() -> bool:
        found = site.rest.get("/incidents", params={"tag": name}).json()
        return bool(found["late"]) and [one["runs"] for one in found["items"]] == [2]

    wait_until(known, "it is known what went wrong")


def test_a_group_leads_to_its_runs_and_runs_them_again(site: Site, name: str) -> None:
    _trouble(site, name)
    site.go("/")
    site.page.locator("a.trouble").click()
    expect(site.page.get_by_role("heading", name="Incidents", exact=True)).to_be_visible()
    site.field("Tag of the tasks").fill(name)
    expect(site.page).to_have_url(re.compile(f"tag={name}"))
    group = site.page.locator(".incident")
    expect(group).to_have_count(1)
    expect(group).to_contain_text("2 ×")
    expect(group).to_contain_text("no connection (Connection refused)")
    expect(group).to_contain_text("2 tasks: Sync")
    expect(group).to_contain_text("Ongoing")
    expect(site.page.get_by_role("link", name=re.compile("Letter"))).to_contain_text("5 min")

    site.page.get_by_role("link", name=re.compile("^Runs that failed")).click()
    expect(site.page.get_by_text("Those that failed for one cause")).to_be_visible()
    expect(site.runs()).to_have_count(2)
    site.page.go_back()
    expect(group).to_have_count(1)
    assert f"tag={name}" in site.page.url

    site.page.get_by_role("button", name=re.compile("^Run these again")).click()
    site.dialog().get_by_role("button", name="Run 2 runs again").click()
    expect(site.toast("2 runs started again.")).to_be_visible()
    wait_until(
        lambda: (
            len(site.rest.get("/runs", params={"tag": name, "cause": "retry"}).json()["items"]) == 2
        ),
        "both were run again",
    )
    site.page.get_by_role("radio", name="Last 7 days").check(force=True)
    expect(group).to_contain_text("4 ×")
    site.field("Tag of the tasks").fill(f"{name}-none")
    expect(site.page.get_by_text("Nothing went wrong")).to_be_visible()


def test_what_failed_stays_where_it_is_while_more_is_looked_for(site: Site, name: str) -> None:
    _trouble(site, name)
    site.go(f"/incidents?span=hour&tag={name}")
    group = site.page.locator(".incident").element_handle()
    assert group is not None
    top = group.bounding_box()
    expect(site.page.get_by_text("Still looking")).to_have_count(0)
    expect(site.page.get_by_role("link", name=re.compile("Letter"))).to_be_visible()
    assert group.evaluate("each => each.isConnected")
    assert group.bounding_box() == top


def test_it_is_accessible_and_fits_a_phone(open_site: Open, name: str) -> None:
    for theme, phone in (("light", False), ("dark", True)):
        site = open_site(theme=theme, phone=phone)
        if theme == "light":
            _trouble(site, name)
        site.go(f"/incidents?span=hour&tag={name}")
        expect(site.page.locator(".incident")).to_have_count(1)
        site.no_sideways()
        assert serious(site) == []
