"""The list of tasks: search, filters in the address, the keyboard, and bulk actions."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.e2e.site import DAILY, Site


def test_search_as_one_types_and_back(site: Site, name: str, three: list[str]) -> None:
    site.go("/tasks")
    site.page.keyboard.press("/")
    site.page.keyboard.type(f"{name}-2")
    expect(site.row(three[1])).to_be_visible()
    expect(site.row(three[0])).to_have_count(0)
    expect(site.page).to_have_url(re.compile(rf"q={name}-2$"))

    site.row(three[1]).get_by_role("link").first.click()
    expect(site.page.get_by_role("heading", name=three[1])).to_be_visible()
    site.page.go_back()
    expect(site.row(three[1])).to_be_visible()
    expect(site.row(three[0])).to_have_count(0)
    expect(site.field("Search by words")).to_have_value(f"{name}-2")

    site.button("Clear").click()
    expect(site.page).to_have_url(f"{site.base}/ui/tasks")


def test_filters_come_with_the_address(site: Site, name: str, three: list[str]) -> None:
    site.rest.post(f"/tasks/{three[0]}/pause", json={})
    site.go(f"/tasks?tag={name}&status=paused")
    expect(site.row(three[0])).to_contain_text("Paused")
    expect(site.row(three[1])).to_have_count(0)
    site.page.get_by_label("Any status").select_option("scheduled")
    expect(site.row(three[1])).to_be_visible()
    expect(site.row(three[0])).to_have_count(0)
    site.page.get_by_label("Any kind").select_option("once")
    expect(site.page.get_by_text("No task matches")).to_be_visible()


def test_what_fails_and_what_the_address_does_not_mean(site: Site, name: str) -> None:
    fails = {"kind": "activity", "name": "nobody-has-it", "task_queue": name}
    site.register(
        id=f"{name}-1",
        name=f'The "{name}" one',
        tags=[name],
        trigger=DAILY,
        action=fails,
        timeout=1,
        deadline=1,
        retry={"max_attempts": 1},
    )
    site.rest.post(f"/tasks/{name}-1/run")
    site.go(f'/tasks?q="{name}"&status=failing')
    expect(site.row(f"{name}-1")).to_contain_text("Failing")
    site.go(f"/tasks?tag={name}&status=failed")
    expect(site.row(f"{name}-1")).to_be_visible()
    site.go(f"/tasks?tag={name}&status=healthy")
    expect(site.page.get_by_text("No task matches")).to_be_visible()
    site.go(f"/tasks?tag={name}&status=nonsense")
    expect(site.page.get_by_text("There is no status “nonsense”")).to_be_visible()


def test_by_keyboard_alone(site: Site, name: str, three: list[str]) -> None:
    site.go(f"/tasks?tag={name}")
    expect(site.row(three[0])).to_be_visible()
    site.page.keyboard.press("ArrowDown")
    expect(site.row(three[2])).to_be_focused()
    site.page.keyboard.press("ArrowDown")
    expect(site.row(three[1])).to_be_focused()
    site.page.keyboard.press("Space")
    expect(site.page.get_by_role("toolbar")).to_contain_text("1 chosen")
    site.page.keyboard.press("Enter")
    expect(site.page.get_by_role("heading", name=three[1])).to_be_visible()

    site.page.keyboard.press("Control+k")
    site.page.keyboard.type(three[2])
    expect(site.page.get_by_role("option", name=three[2])).to_be_visible()
    site.page.keyboard.press("Enter")
    expect(site.page.get_by_role("heading", name=three[2])).to_be_visible()

    site.page.keyboard.press("n")
    expect(site.page.get_by_role("heading", name="New task")).to_be_visible()


def test_the_menu_of_a_row(site: Site, name: str, three: list[str]) -> None:
    site.go(f"/tasks?tag={name}")
    site.page.get_by_label(f"More for {three[0]}").click()
    site.page.get_by_role("menuitem", name="Pause").click()
    site.field("Note").fill("until the bank opens")
    site.field("Until").select_option("day")
    site.dialog().get_by_role("button", name=f"Pause {three[0]}").click()
    expect(site.row(three[0])).to_contain_text("until the bank opens")
    expect(site.row(three[0])).to_contain_text("until tomorrow")
    site.toast(f"{three[0]} paused.").get_by_role("button", name="Undo").click()
    expect(site.row(three[0])).not_to_contain_text("Paused")
    site.page.get_by_label(f"More for {three[0]}").click()
    site.page.keyboard.press("Escape")
    expect(site.page.get_by_role("menu")).to_have_count(0)
    site.page.get_by_label(f"Run {three[1]} now").click()
    expect(site.row(three[1])).to_contain_text("Healthy")
    site.toast("Started").get_by_role("button", name="View run").click()
    expect(site.page.get_by_text("Timeline")).to_be_visible()
