"""The keyboard: between pages, in rows, on a task; and the focus after a change of page."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Open
from tests.e2e.site import DAILY, HELLO, Site


@pytest.fixture
def task(site: Site, name: str) -> str:
    site.register(id=name, name=f"The {name}", tags=[name], trigger=DAILY, action=HELLO)
    site.wait_until_listed(name)
    return name


_PAGES = {
    "i": "/incidents",
    "t": "/tasks",
    "r": "/runs",
    "c": "/calendars",
    "f": "/forecast",
    "z": "/freezes",
    "s": "/settings",
    "o": "/",
}


def test_keys_go_to_pages_and_say_what_they_do(site: Site, task: str) -> None:
    site.go("/")
    keys = site.page.keyboard
    keys.press("?")
    expect(site.dialog()).to_contain_text("Pause or resume")
    keys.press("Escape")
    expect(site.dialog()).to_have_count(0)
    for letter, path in _PAGES.items():
        keys.press("g")
        keys.press(letter)
        expect(site.page).to_have_url(f"{site.base}/ui{path}")
        # The keyboard is in the page that came, for a screen reader too.
        expect(site.page.locator("#main")).to_be_focused()
        expect(site.page.get_by_role("main")).to_have_count(1)


def test_keys_act_on_a_row_and_on_its_page(site: Site, task: str) -> None:
    keys = site.page.keyboard
    site.go(f"/tasks?tag={task}")
    expect(site.row(task)).to_be_visible()
    keys.press("ArrowDown")
    keys.press("r")
    expect(site.toast(f"Started The {task}.")).to_be_visible()
    keys.press("Enter")
    expect(site.page.get_by_role("heading", name=f"The {task}")).to_be_visible()
    keys.press("p")
    expect(site.dialog()).to_contain_text(f"Pause The {task}?")
    keys.press("Control+Enter")
    expect(site.button("Resume")).to_be_visible()
    site.page.go_back()
    expect(site.row(task)).to_be_focused()
    expect(site.row(task)).to_contain_text("until resumed")
    keys.press("p")
    expect(site.row(task)).not_to_contain_text("until resumed")
    keys.press("e")
    expect(site.page).to_have_url(re.compile("/edit$"))


def test_a_click_that_reaches_no_server_is_not_dropped_in_silence(
    open_site: Open, task: str
) -> None:
    site = open_site(allowed=("WebSocket", "ERR_"))
    site.go(f"/tasks/{task}")
    expect(site.button("Run now")).to_be_visible()
    site.page.evaluate("window.socket.disconnect()")
    site.button("Run now").click()
    expect(site.toast("so nothing was done")).to_be_visible()
    assert site.rest.get(f"/tasks/{task}/runs").json()["items"] == []


def test_a_row_opened_without_a_server_is_not_dropped_in_silence(
    open_site: Open, task: str
) -> None:
    site = open_site(allowed=("WebSocket", "ERR_"))
    site.go(f"/tasks?q={task}")
    expect(site.row(task)).to_be_visible()
    site.page.evaluate("window.socket.disconnect()")
    site.row(task).click()
    expect(site.toast("so nothing was done")).to_be_visible()
    site.page.evaluate("window.socket.connect()")
    site.row(task).click()
    expect(site.page).to_have_url(re.compile(f"/tasks/{task}$"))


def test_a_key_that_reaches_no_server_is_not_dropped_in_silence(open_site: Open, task: str) -> None:
    site = open_site(allowed=("WebSocket", "ERR_"))
    site.go(f"/tasks?q={task}")
    site.row(task).focus()
    site.page.evaluate("window.socket.disconnect()")
    site.page.keyboard.press("p")
    expect(site.toast("so nothing was done")).to_be_visible()
    # Nor is it done later, when nobody expects it any more; what is typed meanwhile counts.
    site.page.locator("[data-search]").fill(f"{task} nothing")
    site.page.evaluate("window.socket.connect()")
    expect(site.row(task)).to_have_count(0)
    expect(site.dialog()).to_have_count(0)
