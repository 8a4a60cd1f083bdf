"""The forecast, and spreading its busiest instant."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

from tests.e2e.site import HELLO, Site

# Half an hour away: a page that is opened in the very minute shows one start less.
_STORM = {"kind": "cron", "expression": f"{(datetime.now(UTC).minute + 30) % 60} * * * *"}


def test_a_storm_is_seen_and_spread(site: Site, name: str) -> None:
    ids = [f"{name}-{n}" for n in range(6)]
    for task_id in ids:
        site.register(id=task_id, tags=[name], trigger=_STORM, action=HELLO)
    site.wait_until_listed(name, len(ids))
    site.go(f"/forecast?span=2h&tag={name}")
    expect(site.page.get_by_text("12 of 6 tasks")).to_be_visible()
    site.page.get_by_text("6 at once ").first.click()
    expect(site.link(ids[0]).first).to_be_visible()
    site.button("Spread by h as the minute").click()
    dialog = site.dialog()
    expect(dialog.get_by_text("move to other instants")).to_be_visible()
    dialog.get_by_role("button", name="Change 6 tasks").click()
    expect(site.toast("Spread 6 tasks.")).to_be_visible()
    written = {site.task(task_id)["trigger"]["expression"] for task_id in ids}
    assert written == {"H * * * *"}
    site.go("/")
    expect(site.page.get_by_role("heading", name="Coming starts")).to_be_visible()
    expect(site.page.locator(".skeleton")).to_have_count(0)
    busiest = site.page.get_by_role("link", name=re.compile("at once, at"))
    expect(busiest).to_be_visible()
    site.choose("24 hours")
    expect(site.page.get_by_role("img", name=re.compile(r"^[\d,]+ starts; "))).to_be_visible()
    busiest.click()
    expect(site.page).to_have_url(re.compile("/forecast.from="))
    # One instant is no span: it has one label, and none of the spans is chosen.
    expect(site.page.get_by_text("Starts at")).to_be_visible()
    expect(site.page.locator(".axis span")).to_have_count(1)
    expect(site.page.get_by_role("radio", name="24 hours")).not_to_be_checked()
    site.choose("6 hours")
    expect(site.page).to_have_url(re.compile("/forecast.span=6h"))


def test_a_step_of_the_chart_leads_to_its_tasks(site: Site, name: str) -> None:
    site.register(id=name, tags=[name], trigger=_STORM, action=HELLO)
    site.register(id=f"{name}-2", tags=[name], trigger=_STORM, action=HELLO)
    site.wait_until_listed(name, 2)
    site.go(f"/forecast?span=7d&tag={name}")
    expect(site.page.get_by_role("region", name="Starts by day and hour")).to_be_visible()
    site.page.locator(".chart .hit").nth(5).click()
    expect(site.page.get_by_text("Starts from")).to_be_visible()
    expect(site.page.get_by_text("2 of 2 tasks")).to_be_visible()
    # Without another click: who chose a step came for its tasks.
    expect(site.link(f"{name}-2")).to_be_visible()


def test_freezes_and_holidays_are_seen_in_the_heat_map(site: Site, name: str) -> None:
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    # Neither may contain the same hour tomorrow, whose cell is opened below.
    start = hour + timedelta(hours=30)
    holiday = {"kind": "dates", "dates": [f"{hour + timedelta(days=3):%Y-%m-%d}"]}
    site.rest.put(f"/calendars/{name}", json=holiday).raise_for_status()
    hourly = {"kind": "cron", "expression": "0 * * * *", "exclude": [{"calendar": name}]}
    site.register(id=name, tags=[name], trigger=hourly, action=HELLO)
    window = {"from": start.isoformat(), "until": (start + timedelta(hours=3)).isoformat()}
    site.rest.put(f"/freezes/{name}", json={**window, "tags": [name]}).raise_for_status()
    site.wait_until_listed(name)
    site.go(f"/forecast?span=7d&tag={name}")
    heat = site.page.get_by_role("region", name="Starts by day and hour")
    expect(heat.locator("td.frozen")).to_have_count(3)
    expect(heat.get_by_title("0 starts, frozen by " + name).first).to_be_visible()
    expect(heat.locator(".day-note")).to_have_text([name])
    expect(site.page.get_by_text("3 more frozen")).to_be_visible()
    expect(site.page.locator(".chart .shade")).to_have_count(1)
    expect(site.page.get_by_text("Busiest hour:")).to_be_visible()
    site.page.keyboard.press("Tab")
    heat.locator("[tabindex='0']").focus()
    site.page.keyboard.press("ArrowDown")
    site.page.keyboard.press("Enter")
    expect(site.page.get_by_text("Starts from")).to_be_visible()
    expect(site.page.get_by_text("1 of 1 task")).to_be_visible()
    site.rest.delete(f"/freezes/{name}").raise_for_status()
