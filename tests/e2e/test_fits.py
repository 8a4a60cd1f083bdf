"""Layout: the end of a pause, days by hours, a message's buttons fit next to their neighbours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.site import DAILY, HELLO, Site


def _overflows(part: Locator) -> bool:
    return bool(part.evaluate("each => each.scrollWidth > each.clientWidth"))


@pytest.mark.parametrize("width", [1280, 768])
def test_the_end_of_a_pause_keeps_off_the_buttons(site: Site, name: str, width: int) -> None:
    site.page.set_viewport_size({"width": width, "height": 860})
    site.register(id=name, tags=[name], trigger=DAILY, action=HELLO)
    until = (datetime.now(UTC) + timedelta(days=200)).isoformat()
    body = {"until": until, "note": "the bank is closed"}
    site.rest.post(f"/tasks/{name}/pause", json=body).raise_for_status()
    site.go(f"/tasks?tag={name}")
    cell = site.row(name).locator(".c-next")
    expect(cell).to_contain_text("until")
    assert not _overflows(cell)


def test_all_hours_of_a_day_are_seen_on_a_tablet(site: Site, name: str) -> None:
    site.page.set_viewport_size({"width": 768, "height": 1024})
    site.register(id=name, tags=[name], trigger=DAILY, action=HELLO)
    site.go(f"/forecast?span=7d&tag={name}")
    days = site.page.locator(".heat-box")
    expect(days).to_be_visible()
    assert not _overflows(days)


def test_a_short_message_has_its_buttons_beside_it(site: Site, name: str) -> None:
    site.register(id=name, tags=[name], trigger=DAILY, action=HELLO)
    site.go(f"/tasks/{name}")
    site.button("Run now").click()
    toast = site.toast("Started")
    expect(toast).to_be_visible()
    text = toast.locator("span").bounding_box()
    close = toast.get_by_role("button", name="Dismiss").bounding_box()
    assert text is not None
    assert close is not None
    assert text["y"] < close["y"] + close["height"]
    assert close["y"] < text["y"] + text["height"]
