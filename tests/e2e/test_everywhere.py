"""Every page is accessible in both themes, and never wider than the screen."""

from __future__ import annotations

from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.e2e.axe import serious
from tests.e2e.conftest import Open
from tests.e2e.site import DAILY, HELLO, Site, register
from tests.faults.stack import Stack
from tests.waiting import wait_until

_LONG = "a-name-without-any-blank-" * 6


#: Every colour of a terminal, and a line of JSON that folds.
_COLOURS = {
    "kind": "command",
    "argv": [
        "sh",
        "-c",
        "for c in 0 1 2 3 4 5 6 7; do"
        " printf '\\033[3%sm%s \\033[4%s;30m%s\\033[0m\\n' $c one $c two; done;"
        "echo oh >&2; printf '[%s]\\n' $(seq -s, 100)",
    ],
}


@pytest.fixture(scope="module")
def pages(stack: Stack) -> dict[str, str]:
    """Every page with content, by its address."""
    rest, name = stack.client, f"t{uuid4().hex[:10]}"
    register(
        rest,
        id=name,
        name=_LONG,
        description="What it is for. " * 12,
        tags=["one", "two"],
        trigger=DAILY,
        action={"kind": "http", "url": f"https://example.com/{_LONG}", "body": {"deep": [1, 2]}},
    )
    register(rest, id=f"{name}-2", trigger=DAILY, action=HELLO)
    earlier = {"trigger": DAILY, "action": {**HELLO, "message": "hello again"}}
    rest.put(f"/tasks/{name}-2", json=earlier).raise_for_status()
    register(rest, id=f"{name}-3", trigger=DAILY, action=_COLOURS)
    for number in (2, 3):
        rest.post(f"/tasks/{name}-{number}/run").raise_for_status()
    wait_until(
        lambda: bool(rest.get(f"/tasks/{name}-2/runs?status=succeeded").json()["items"]), "ran"
    )
    it = {"kind": "holidays", "country": "IT"}
    rest.put(f"/calendars/{name}", json=it).raise_for_status()
    run, coloured = (
        rest.get(f"/tasks/{name}-{number}/runs").json()["items"][0]["id"] for number in (2, 3)
    )
    return {
        "overview": "/",
        "incidents": "/incidents",
        "tasks": "/tasks",
        "task": f"/tasks/{name}-2",
        "long task": f"/tasks/{name}",
        "new": "/new",
        "edit": f"/tasks/{name}/edit",
        "runs": "/runs",
        "run": f"/runs/{run}",
        "output": f"/runs/{coloured}",
        "calendars": "/calendars",
        "calendar": f"/calendars/{name}?year=2027",
        "new calendar": "/new-calendar",
        "edit calendar": f"/calendars/{name}/edit?year=2027",
        "forecast": "/forecast?span=7d",
        "freezes": "/freezes",
        "settings": "/settings",
        "deleted tasks": "/tasks?status=deleted",
        "no such task": "/tasks/never-was",
        "no such run": "/runs/never~was~there",
    }


@pytest.mark.timeout(600)
def test_every_page_is_accessible(open_site: Open, pages: dict[str, str]) -> None:
    site = open_site(theme="light")
    found: dict[str, list[str]] = {}
    for name, path in pages.items():
        site.go(path)
        expect(site.page.locator(".skeleton")).to_have_count(0)
        site.no_sideways()
        expect(site.page.get_by_role("main")).to_have_count(1)
        if kept_out := serious(site):
            found[name] = kept_out
        site.page.get_by_role("radio", name="Dark").first.click()
        expect(site.page.locator("html.dark")).to_have_count(1)
        if kept_out := serious(site, colours=True):
            found[f"{name}, dark"] = kept_out
        site.page.get_by_role("radio", name="Light").first.click()
    assert found == {}


def test_every_page_fits_a_narrow_screen(open_site: Open, pages: dict[str, str]) -> None:
    site = open_site(phone=True)
    for path in pages.values():
        site.page.set_viewport_size({"width": 390, "height": 1000})
        site.go(path)
        expect(site.page.locator(".skeleton")).to_have_count(0)
        site.no_sideways()
        site.page.set_viewport_size({"width": 768, "height": 1000})
        site.no_sideways()
    for width in (768, 390):
        site.page.set_viewport_size({"width": width, "height": 1000})
        assert serious(site) == []


def test_an_address_that_is_none(open_site: Open) -> None:
    site = open_site(allowed=("404",))
    site.go("/nowhere/at/all")
    expect(site.page.get_by_text("There is no such page")).to_be_visible()
    assert serious(site) == []
    site.button("Tasks").click()
    expect(site.page.get_by_role("heading", name="Tasks", exact=True)).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_opens_over_a_page(open_site: Open, pages: dict[str, str], theme: str) -> None:
    site = open_site(theme=theme)
    of_colours = theme == "dark"
    site.go(pages["task"])
    site.button("Restore revision 1").click()
    expect(site.dialog().locator("ins")).to_be_visible()
    assert serious(site, colours=of_colours) == []
    site.page.keyboard.press("Escape")
    expect(site.dialog()).to_have_count(0)
    site.button("Delete").click()
    expect(site.dialog()).to_be_visible()
    assert serious(site, colours=of_colours) == []
    site.page.keyboard.press("Escape")
    expect(site.dialog()).to_have_count(0)
    site.button("Run now").click()
    expect(site.toast("Started")).to_be_visible()
    site.page.keyboard.press("Control+k")
    expect(site.page.get_by_role("option").first).to_be_visible()
    assert serious(site, colours=of_colours) == []
    site.page.keyboard.press("Escape")
    site.link("Tasks").first.click()
    site.page.get_by_label("More for").first.click()
    assert serious(site, colours=of_colours) == []
    site.go("/freezes")
    site.button("New freeze").click()
    site.choose("Again and again")
    expect(site.dialog().locator(".preview .row")).to_have_count(5)
    assert serious(site, colours=of_colours) == []


def test_the_theme_is_chosen_and_kept(site: Site) -> None:
    site.go("/tasks")
    dark = "document.documentElement.classList.contains('dark')"
    assert not site.page.evaluate(dark)
    site.page.get_by_role("radio", name="Dark").first.click()
    assert site.page.evaluate(dark)
    site.page.reload()
    assert site.page.evaluate(dark)
