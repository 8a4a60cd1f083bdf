"""Calendars on the page: created, viewed by month, kept while in use, edited by two people."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.site import HELLO, Site
from tests.waiting import wait_until

_PAYDAY = {
    "kind": "cron",
    "expression": "0 9 25 * *",
    "timezone": "Europe/Rome",
    "on_excluded": "previous_day",
}
_FEED = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//x//x//EN
BEGIN:VEVENT
UID:1
DTSTART;VALUE=DATE:20270302
SUMMARY:Stocktaking
END:VEVENT
END:VCALENDAR
"""


def _used_calendar(site: Site, name: str, **content: object) -> None:
    """A calendar, and a task that uses it."""
    site.rest.put(f"/calendars/{name}", json=content).raise_for_status()
    site.register(
        id=f"{name}-pay", trigger={**_PAYDAY, "exclude": [{"calendar": name}]}, action=HELLO
    )
    wait_until(lambda: site.rest.get(f"/calendars/{name}").json()["users"] == 1, "in use")


def test_a_calendar_of_each_kind_is_made(site: Site, name: str) -> None:
    page = site.page
    site.go("/calendars")
    site.link("New calendar").first.click()
    site.button("Create calendar").click()
    expect(page.locator("[data-field='name'] .error")).to_be_visible()
    site.field("Name").fill(f"{name}-it")
    site.field("Country").select_option("IT")
    expect(page.get_by_title("Christmas Day")).to_have_text("25")
    site.field("Part of it").select_option("MI")
    expect(page.get_by_title("Saint Ambrose's Day")).to_have_text("7")
    site.button("Create calendar").click()
    expect(site.toast(f"Created {name}-it.")).to_be_visible()
    expect(page.get_by_role("heading", name=f"{name}-it")).to_be_visible()
    assert site.rest.get(f"/calendars/{name}-it").json()["subdivision"] == "MI"

    site.go("/new-calendar")
    site.field("Name").fill(f"{name}-week")
    site.choose("Weekly")
    page.get_by_role("checkbox", name="Saturday").uncheck(force=True)
    page.get_by_role("checkbox", name="Friday").check(force=True)
    site.button("Create calendar").click()
    expect(page.get_by_text("Every Friday and Sunday").first).to_be_visible()

    site.go("/new-calendar?year=2027")
    site.field("Name").fill(f"{name}-text")
    site.choose("iCalendar")
    site.choose("From a text")
    site.field("iCalendar text").fill("BEGIN:VCARD")
    expect(page.locator("[data-field='content.text'] .error")).to_contain_text("iCalendar")
    site.field("iCalendar text").fill(_FEED)
    expect(page.get_by_title("Stocktaking")).to_have_text("2")
    site.button("Create calendar").click()
    expect(site.toast(f"Created {name}-text.")).to_be_visible()

    site.go("/new-calendar")
    site.field("Name").fill(f"{name}-text")
    site.choose("Any of")
    page.get_by_role("checkbox", name=f"{name}-week").check(force=True)
    page.get_by_role("checkbox", name=f"{name}-it").check(force=True)
    expect(page.get_by_title("Saint Ambrose's Day")).to_have_text("7")
    site.button("Create calendar").click()
    expect(page.locator("[data-field='name'] .error")).to_contain_text("already")
    site.field("Name").fill(f"{name}-off")
    site.button("Create calendar").click()
    expect(site.toast(f"Created {name}-off.")).to_be_visible()
    expect(page.get_by_text(f"Days of {name}-it or {name}-week").first).to_be_visible()


def test_an_edit_tells_whose_runs_change(site: Site, name: str) -> None:
    _used_calendar(site, name, kind="dates", dates=["2026-12-24"])
    page = site.page
    site.go(f"/calendars/{name}")
    expect(site.link(f"{name}-pay")).to_be_visible()
    page.get_by_role("link", name="Edit").click()

    def counted() -> bool:
        site.go(f"/calendars/{name}/edit")
        expect(page.get_by_text("is gained or lost.")).to_be_visible()
        return page.get_by_text("No run of 1 task ").is_visible()

    wait_until(counted, "the list of all tasks is read anew")
    year = site.rest.get("/calendars/" + name).json()["updated_at"][:4]
    site.field("Days").fill(f"2026-12-24\n{int(year) + 1}-01-25\nnever")
    expect(page.locator("[data-field='content.dates'] .error")).to_contain_text("never")
    site.field("Days").fill(f"2026-12-24\n{int(year) + 1}-01-25")
    changes = page.locator(".card", has_text="What saving changes")
    expect(changes.locator(".lost")).to_contain_text("25 Jan")
    expect(changes.locator(".gained")).to_contain_text("24 Jan")
    site.button(str(int(year) + 1)).click()
    expect(page.get_by_title("New: Monday")).to_have_text("25")
    site.button("Save").click()
    expect(site.toast(f"Saved {name}.")).to_be_visible()
    assert len(site.rest.get(f"/calendars/{name}").json()["dates"]) == 2
    expect(page.get_by_text("Up to date").or_(page.get_by_text("Used by")).first).to_be_visible()


def test_one_in_use_is_kept(site: Site, name: str) -> None:
    _used_calendar(site, name, kind="weekly", days=["sat", "sun"])
    site.go(f"/calendars/{name}")
    site.button("Delete").click()
    expect(site.dialog()).to_contain_text(f"{name} cannot be deleted")
    expect(site.dialog().get_by_role("link", name=f"{name}-pay")).to_be_visible()
    site.dialog().get_by_role("button", name="Close").click()
    site.rest.delete(f"/tasks/{name}-pay").raise_for_status()
    wait_until(lambda: site.rest.get(f"/calendars/{name}").json()["users"] == 0, "not in use")
    site.button("Delete").click()
    site.dialog().get_by_role("button", name="Delete", exact=True).click()
    expect(site.toast(f"Deleted the calendar {name}.")).to_be_visible()
    assert site.rest.get(f"/calendars/{name}").status_code == 404


def test_two_editors_are_told_of_each_other(site: Site, name: str) -> None:
    site.rest.put(
        f"/calendars/{name}", json={"kind": "dates", "dates": ["2027-01-04", "2027-01-05"]}
    ).raise_for_status()
    site.go(f"/calendars/{name}/edit?year=2027")
    site.field("Days").fill("2027-01-04\n2027-01-05\n2027-02-01")
    site.rest.put(
        f"/calendars/{name}", json={"kind": "dates", "dates": ["2027-01-05", "2027-03-01"]}
    ).raise_for_status()
    expect(site.page.get_by_text("changed this calendar")).to_be_visible(timeout=15_000)
    site.button("Save").click()
    expect(site.dialog()).to_contain_text("Someone else changed this calendar")
    site.dialog().get_by_role("button", name="Save both").click()
    expect(site.toast(f"Saved {name}.")).to_be_visible()
    days = site.rest.get(f"/calendars/{name}").json()["dates"]
    assert sorted(days) == ["2027-01-05", "2027-02-01", "2027-03-01"]


def test_a_feed_that_cannot_be_read_says_so(site: Site, name: str) -> None:
    site.go("/new-calendar")
    site.field("Name").fill(name)
    site.choose("iCalendar")
    site.field("Address of the feed").fill("http://127.0.0.1:9/none.ics")
    expect(site.page.get_by_text("A worker reads the feed")).to_be_visible()
    site.button("Create calendar").click()
    expect(site.page.get_by_role("alert").filter(has_text="feed could not be read")).to_be_visible()
    expect(site.page.get_by_text("It keeps the days that it had")).to_be_visible()
    site.go("/calendars")
    row = site.page.locator("tr", has=site.link(name))
    expect(row.get_by_text("Feed not read")).to_be_visible()


def test_what_is_typed_outlives_the_page(site: Site, name: str) -> None:
    page = site.page
    page.on("dialog", lambda dialog: dialog.accept())
    site.go("/new-calendar?year=2027")
    site.field("Name").fill(name)
    site.field("Country").select_option("DE")
    site.field("Part of it").select_option("BY")
    expect(page.get_by_title("Epiphany")).to_be_visible()
    page.reload()
    expect(page.get_by_text("What you had typed is back")).to_be_visible()
    expect(site.field("Name")).to_have_value(name)
    expect(site.field("Part of it")).to_have_value("BY")
    # The browser is told a moment after it shows what was typed, which is kept in any case.
    page.wait_for_function("otd.isUnsaved()")
    site.link("Tasks").first.click()
    expect(site.dialog()).to_contain_text("Leave without saving?")
