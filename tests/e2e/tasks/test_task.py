"""A task's own page beyond run, pause and delete: a pause that ends, a backfill."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.e2e.site import DAILY, HELLO, Site


def test_a_pause_that_ends_by_itself(site: Site, name: str) -> None:
    site.register(id=name, trigger=DAILY, action=HELLO)
    site.go(f"/tasks/{name}")
    site.button("Pause").click()
    site.dialog().get_by_label("Until").select_option("day")
    site.dialog().get_by_role("button", name="Pause").click()
    # Beside the task's state, and in its history.
    expect(site.page.get_by_text("until", exact=True)).to_have_count(2)
    until = datetime.fromisoformat(site.task(name)["paused_until"])
    assert abs(until - datetime.now(UTC) - timedelta(days=1)) < timedelta(minutes=1)


def test_a_backfill_says_how_many_runs_and_runs_them(site: Site, name: str) -> None:
    site.register(
        id=name, trigger={"kind": "cron", "expression": "0 */8 * * *"}, action=HELLO, overlap="skip"
    )
    site.go(f"/tasks/{name}")
    site.button("Backfill").click()
    expect(site.dialog()).to_contain_text("3 runs in this period")
    site.dialog().get_by_label("To").fill("2035-01-01T00:00:00")
    site.dialog().get_by_role("button", name="Start").click()
    expect(site.dialog()).to_contain_text("must be in the past")
    site.dialog().get_by_label("To").fill("2026-01-02T00:00:00")
    site.dialog().get_by_label("From").fill("2026-01-01T00:00:00")
    expect(site.dialog()).to_contain_text("3 runs in this period")
    site.dialog().get_by_role("button", name="Start").click()
    expect(site.toast("Started a backfill of")).to_be_visible()
    expect(site.runs().filter(has_text="backfill")).to_have_count(3)


def test_a_running_backfill_is_shown_and_can_be_cancelled(site: Site, name: str) -> None:
    site.register(id=name, trigger={"kind": "cron", "expression": "* * * * *"}, action=HELLO)
    site.rest.post(
        f"/tasks/{name}/backfill",
        json={"from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z"},
    ).raise_for_status()
    site.go(f"/tasks/{name}")
    expect(site.page.get_by_text("of 1,441")).to_be_visible()
    site.button("Cancel").click()
    expect(site.toast("Asked to cancel the backfill.")).to_be_visible()


@pytest.mark.parametrize("task_id", ["new", "edit", "batch", "runs"])
def test_a_task_may_be_called_as_a_page_is(site: Site, task_id: str) -> None:
    site.go(f"/tasks/{task_id}")
    expect(site.page.get_by_text("There is no such task")).to_be_visible()
    site.register(id=task_id, trigger=DAILY, action=HELLO)
    site.go(f"/tasks/{task_id}")
    expect(site.page.locator("h1", has_text=task_id)).to_be_visible()
    expect(site.button("Run now")).to_be_visible()
    site.go(f"/tasks/{task_id}/edit")
    expect(site.field("Name")).to_have_value(task_id)
    assert site.task(task_id)["id"] == task_id
    assert site.rest.get(f"/tasks/{task_id}/runs").status_code == 200
    site.rest.delete(f"/tasks/{task_id}")
