"""The form: days of calendars are excluded, moved, and shown."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.site import Site


def test_days_of_calendars_are_left_out_or_moved_off(site: Site, name: str) -> None:
    it = {"kind": "holidays", "country": "IT"}
    site.rest.put(f"/calendars/{name}", json=it).raise_for_status()
    site.go("/new")
    site.field("Cron expression").fill("0 9 25 12 *")
    site.page.get_by_text("Days: holidays").click()
    site.field("Except on days of").fill(name)
    site.field("On an excluded day").select_option("next_day")
    expect(site.page.get_by_text("moved from Fri 25 Dec: Christmas Day")).to_be_visible()
    site.choose("Log line")
    site.page.get_by_label("Name", exact=True).fill(name)
    site.button("Register task").click()
    expect(site.page.get_by_text(f"days in calendar {name}").first).to_be_visible()

    site.go("/calendars")
    site.page.get_by_role("link", name=name).click()
    site.button("2027").click()
    expect(site.page.get_by_title("Easter Monday")).to_have_text("29")


def test_working_days_are_said_in_the_form(site: Site, name: str) -> None:
    it, weekend = f"{name}-it", f"{name}-we"
    site.rest.put(f"/calendars/{it}", json={"kind": "holidays", "country": "IT"})
    site.rest.put(f"/calendars/{weekend}", json={"kind": "weekly", "days": ["sat", "sun"]})
    page = site.page
    site.go("/new?action=log")
    site.button("Last working day").click()
    page.get_by_text("Days: holidays").click()
    site.field("Except on days of").fill(it)
    expect(page.get_by_text(f"on the last working day of the month ({it})")).to_be_visible()
    site.button("Third working day").click()
    expect(page.get_by_text(f"on the third working day of the month ({it})")).to_be_visible()
    # The last day of the month, or the working day before it.
    site.button("Last day of the month").click()
    site.field("Except on days of").fill(f"{it}, {weekend}")
    site.field("On an excluded day").select_option("previous_day")
    expect(page.get_by_text("moved to the previous day")).to_be_visible()
    page.get_by_label("Name", exact=True).fill(name)
    site.button("Register task").click()
    expect(page.locator(".agenda .moved").first).to_contain_text("moved from")
    assert site.task(name)["trigger"]["on_excluded"] == "previous_day"
    site.go(f"/tasks/{name}/edit")
    expect(site.field("Only on days of")).to_be_visible()
    expect(site.field("Except on days of")).to_have_value(f"{it}, {weekend}")


def test_calendars_are_chosen_by_a_click(site: Site, name: str) -> None:
    # Few are shown to choose from: this one comes first of all.
    first = f"0-{name}"
    site.rest.put(f"/calendars/{first}", json={"kind": "weekly", "days": ["sat"]})
    site.go("/new?action=log")
    site.page.get_by_text("Days: holidays").click()
    site.field("Except on days of").fill("other")
    site.button(first).click()
    expect(site.field("Except on days of")).to_have_value(f"other, {first}")
    site.button(first).click()
    expect(site.field("Except on days of")).to_have_value("other")
