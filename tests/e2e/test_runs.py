"""The execution log: live, filtered, exported; a run that is cancelled and retried."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from tests.e2e.site import DAILY, HELLO, Site
from tests.waiting import at_load, wait_until


def test_new_runs_appear_by_themselves(site: Site, name: str) -> None:
    site.register(id=name, trigger=DAILY, action=HELLO)
    site.go(f"/runs?task={name}")
    expect(site.page.get_by_text("No run matches")).to_be_visible()
    for count in (1, 2):
        site.rest.post(f"/tasks/{name}/run").raise_for_status()
        expect(site.runs()).to_have_count(count, timeout=at_load(5) * 1000)
    expect(site.runs().first).to_contain_text("by hand")

    # As if the tab were hidden, and then looked at again.
    site.page.evaluate("emitEvent('otd_looked', false)")
    site.rest.post(f"/tasks/{name}/run").raise_for_status()
    site.page.evaluate("emitEvent('otd_looked', true)")
    expect(site.runs()).to_have_count(3, timeout=5_000)


def test_filters_and_export(site: Site, name: str) -> None:
    site.register(
        id=name,
        trigger=DAILY,
        action={"kind": "command", "argv": ["false"]},
        retry={"max_attempts": 1},
    )
    site.rest.post(f"/tasks/{name}/run").raise_for_status()
    wait_until(
        lambda: bool(site.rest.get(f"/tasks/{name}/runs?status=failed").json()["items"]),
        "the run failed",
    )
    site.go(f"/runs?task={name}")
    site.page.get_by_label("Any status").select_option("succeeded")
    expect(site.page.get_by_text("No run matches")).to_be_visible()
    site.page.get_by_label("Any status").select_option("failed")
    expect(site.runs()).to_have_count(1)
    site.page.get_by_label("Any time").select_option("1h")
    expect(site.runs()).to_have_count(1)

    with site.page.expect_download() as download:
        site.button("Export as CSV").click()
    rows = list(
        csv.DictReader(Path(download.value.path()).read_text(encoding="utf-8").splitlines())
    )
    assert [(row["task_id"], row["status"]) for row in rows] == [(name, "failed")]
    with site.page.expect_download() as download:
        site.button("Export as JSON").click()
    runs = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert [run["task_id"] for run in runs] == [name]


def test_what_went_wrong_is_read_in_the_list(site: Site, name: str) -> None:
    nowhere = {"kind": "http", "url": "http://127.0.0.1:1/hook"}
    site.register(id=name, trigger=DAILY, action=nowhere, retry={"max_attempts": 1})
    site.rest.post(f"/tasks/{name}/run").raise_for_status()
    site.go(f"/runs?task={name}")
    error = site.runs().locator(".c-error .clip")
    for width in (1280, 390):
        site.page.set_viewport_size({"width": width, "height": 844})
        expect(error).to_contain_text("(Connection refused)", timeout=at_load(10) * 1000)
        cut = error.evaluate("each => each.scrollHeight > each.clientHeight + 1")
        assert not cut, f"at {width} px the cause is cut off"


def test_a_run_is_cancelled_and_repeated(site: Site, name: str) -> None:
    site.register(
        id=name, trigger=DAILY, action={"kind": "command", "argv": ["sleep", "60"]}, timeout="PT2M"
    )
    site.go(f"/tasks/{name}")
    site.button("Run now").click()
    expect(site.runs().first).to_contain_text("Running")
    site.runs().first.click()
    expect(site.page.get_by_text("It shows here when the run ends.")).to_be_visible()
    expect(site.page.get_by_text("Attempt 1 in progress")).to_be_visible()
    site.button("Cancel").click()
    expect(site.page.locator(".head .pill")).to_have_text("Cancelled")
    site.button("Run now").click()
    wait_until(lambda: len(_runs(site, name)) == 2, "a second run is there")
    due = site.rest.get(f"/tasks/{name}/runs?status=cancelled").json()["items"][0]["scheduled_for"]
    site.button("Run again").click()
    started = site.toast(f"Started {name} again, as the same occurrence.")
    started.get_by_role("button", name="View run").click()
    expect(site.page.get_by_text("Started as a retry")).to_be_visible()
    (retried,) = site.rest.get("/runs", params={"q": name, "cause": "retry"}).json()["items"]
    assert retried["scheduled_for"] == due
    site.rest.delete(f"/tasks/{name}")


def test_long_json_in_an_output_folds(site: Site, name: str) -> None:
    site.register_all([{"id": f"{name}-{n}", "trigger": DAILY, "action": HELLO} for n in (1, 2)])
    url = f"{site.base}/tasks?limit=2"
    site.register(id=name, trigger=DAILY, action={"kind": "http", "method": "GET", "url": url})
    run = site.rest.post(f"/tasks/{name}/run").json()["id"]
    site.go(f"/runs/{run}")
    output = site.page.get_by_role("region", name="Output")
    items = output.get_by_role("button", name='"items": [')
    expect(items).to_contain_text("2 entries")
    expect(output).not_to_contain_text('"trigger"')
    items.click()
    site.button("Unfold all").click()
    expect(output).to_contain_text('"expression": "0 3 * * *"')
    site.button("Fold all").click()
    expect(output).not_to_contain_text('"trigger"')


def test_chosen_runs_are_repeated_and_cancelled(site: Site, name: str) -> None:
    failing = {"kind": "command", "argv": ["false"]}
    retry = {"max_attempts": 1}
    site.register(id=name, trigger=DAILY, action=failing, retry=retry, timeout="PT2M")
    for _ in range(3):
        site.rest.post(f"/tasks/{name}/run").raise_for_status()
    site.go(f"/runs?task={name}&status=failed")
    expect(site.runs()).to_have_count(3)
    site.page.get_by_label("Choose all on this page").check()
    bar = site.page.get_by_role("toolbar")
    expect(bar).to_contain_text("3 chosen")
    site.runs().first.get_by_role("checkbox").uncheck()
    expect(bar).to_contain_text("2 chosen")
    bar.get_by_role("button", name="Run again").click()
    site.dialog().get_by_role("button", name="Run 2 runs again").click()
    expect(site.toast("2 runs started again.")).to_be_visible()
    expect(site.runs()).to_have_count(5)
    site.go(f"/runs?task={name}&cause=retry")
    expect(site.runs()).to_have_count(2)
    expect(site.runs().first).to_contain_text("as a retry")
    site.page.get_by_label("Choose all on this page").check()
    bar.get_by_role("button", name="Cancel").click()
    site.dialog().get_by_role("button", name="Cancel 2 runs").click()
    expect(site.toast("0 runs asked to stop, 2 refused")).to_be_visible()


def test_the_overview_counts_and_leads(site: Site, name: str) -> None:
    soon = datetime.now(UTC) + timedelta(minutes=2)
    site.register(
        id=name, name=f"Soon {name}", trigger={"kind": "once", "at": soon.isoformat()}, action=HELLO
    )
    site.go("/")
    expect(site.page.get_by_role("img", name="Runs by hour")).to_be_visible()
    due = site.page.locator(".card", has=site.page.get_by_role("heading", name="Due next"))
    due.get_by_text(f"Soon {name}").click()
    expect(site.page).to_have_url(f"{site.base}/ui/tasks/{name}")
    site.page.go_back()
    site.page.locator("a.tile", has_text="Runs").first.click()
    expect(site.page).to_have_url(f"{site.base}/ui/runs?span=24h")
    site.rest.delete(f"/tasks/{name}")


def _runs(site: Site, name: str) -> list[dict[str, Any]]:
    answer = site.rest.get(f"/tasks/{name}/runs").json()
    found: list[dict[str, Any]] = answer.get("items", [])
    return found
