"""Finding tasks: by a word in the middle, by tags, sorted, by page; and empty lists."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.site import DAILY, HELLO, Site
from tests.waiting import wait_until


@pytest.fixture
def three(site: Site, name: str) -> list[str]:
    """Three tasks, registered in an order that is not that of their names."""
    ids = [f"{name}-{n}" for n in (1, 2, 3)]
    for task_id, title in zip(ids, ("Middle", "alpha", "Zulu"), strict=True):
        site.register(
            id=task_id,
            name=f"{title} {name} ledger export",
            tags=[name, f"{name}-{title}"],
            trigger=DAILY,
            action=HELLO,
        )
    site.wait_until_listed(name, 3)
    return ids


def _order(site: Site) -> list[str]:
    return [str(row.get_attribute("data-task")) for row in site.page.locator("tr[data-task]").all()]


def test_by_a_word_in_the_middle(site: Site, name: str, three: list[str]) -> None:
    site.go("/tasks")
    site.page.keyboard.press("/")
    site.page.keyboard.type(f"ledger {name} zulu")
    expect(site.row(three[2])).to_be_visible()
    expect(site.page.locator("tr[data-task]")).to_have_count(1)
    site.page.keyboard.press("Escape")
    site.page.keyboard.press("Control+k")
    site.page.keyboard.type(f"export {name} alpha")
    expect(site.dialog().get_by_role("option", name="alpha")).to_be_visible()
    expect(site.dialog().get_by_role("option")).to_have_count(1)
    site.page.keyboard.press("Enter")
    expect(site.page.get_by_role("heading", name=f"alpha {name} ledger export")).to_be_visible()

    site.rest.post(f"/tasks/{three[0]}/run").raise_for_status()
    site.go(f"/runs?q=ledger+{name}")
    expect(site.runs()).to_have_count(1)
    expect(site.runs().first).to_contain_text(f"Middle {name} ledger export")


def test_tags_are_completed_and_counted(site: Site, name: str, three: list[str]) -> None:
    site.rest.post(f"/tasks/{three[1]}/pause", json={})
    wait_until(
        lambda: any(
            each["tag"] == name and each["paused"] == 1
            for each in site.rest.get("/tags").json()["items"]
        ),
        "counted as paused",
    )
    site.go("/tasks")
    tags = site.page.get_by_role("combobox", name="Tags")
    tags.click()
    tags.press_sequentially(name[:8])
    option = site.page.get_by_role("option").filter(has=site.page.get_by_text(name, exact=True))
    expect(option).to_contain_text("1 paused")
    expect(option).to_contain_text("3")
    option.click()
    expect(site.page).to_have_url(re.compile(rf"tag={name}$"))
    expect(site.page.locator("tr[data-task]")).to_have_count(3)
    tags.press_sequentially(f"{name}-zu")
    tags.press("ArrowDown")
    tags.press("Enter")
    expect(site.page.locator("tr[data-task]")).to_have_count(1)
    site.page.reload()
    expect(tags).to_have_value(f"{name} {name}-Zulu")
    expect(site.page.locator("tr[data-task]")).to_have_count(1)

    site.page.keyboard.press("Control+k")
    site.page.keyboard.type(f"{name}-zu")
    site.dialog().get_by_role("option", name=f"{name}-Zulu tag · 1 task").click()
    expect(site.page).to_have_url(re.compile(rf"/tasks\?tag={name}-Zulu$"))
    expect(site.page.locator("tr[data-task]")).to_have_count(1)


def test_orders_stay_in_the_address(site: Site, name: str, three: list[str]) -> None:
    site.go(f"/tasks?tag={name}")
    expect(site.row(three[0])).to_be_visible()
    assert _order(site) == three[::-1]
    site.page.get_by_role("columnheader", name="Task").get_by_role("button").click()
    expect(site.page).to_have_url(re.compile("sort=name"))
    expect(site.page.locator("th[aria-sort=ascending]")).to_have_text("Task")
    wait_until(lambda: _order(site) == [three[1], three[0], three[2]], "sorted by name")
    site.page.reload()
    expect(site.row(three[0])).to_be_visible()
    assert _order(site) == [three[1], three[0], three[2]]


def test_pages_stay_in_the_address(site: Site, name: str) -> None:
    tasks = [
        {"id": f"{name}-{n:03}", "tags": [name], "trigger": DAILY, "action": HELLO}
        for n in range(60)
    ]
    site.register_all(tasks)
    site.wait_until_listed(name, 60)
    for order in ("&sort=name", ""):
        # As from a link that somebody sent: no page before it was seen.
        site.go(f"/tasks?tag={name}{order}&page=2")
        expect(site.page.get_by_text("51–60 of 60")).to_be_visible()
        expect(site.page.locator("tr[data-task]")).to_have_count(10)
    site.row(f"{name}-000").get_by_role("link").first.click()
    expect(site.page.get_by_role("heading", name=f"{name}-000")).to_be_visible()
    site.page.go_back()
    expect(site.page.get_by_text("51–60 of 60")).to_be_visible()
    site.button("Back").click()
    expect(site.page.get_by_text("1–50 of 60")).to_be_visible()
    expect(site.page).not_to_have_url(re.compile("page="))
    site.page.get_by_label("Choose all on this page").check()
    site.button("Choose all 60").click()
    expect(site.page.get_by_role("toolbar")).to_contain_text("60 chosen")
    site.button("Next").click()
    expect(site.page.get_by_text("51–60 of 60")).to_be_visible()
    site.go(f"/tasks?tag={name}&page=7")
    expect(site.page.get_by_text("There is no page 7")).to_be_visible()
    site.link("First page").click()
    expect(site.page.get_by_text("1–50 of 60")).to_be_visible()
