"""Each kind of task, registered by clicking: it fires, is in the log, can be edited and deleted."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Open
from tests.e2e.site import Site


def _http(site: Site) -> None:
    site.choose("HTTP call")
    site.field("Method").select_option("GET")
    site.field("URL").fill(f"{site.base}/healthz")
    site.button("Add header").click()
    site.page.get_by_label("Header 1: name").fill("X-Team")
    site.page.get_by_label("Header 1: value").fill("shop")


def _command(site: Site) -> None:
    site.choose("Command")
    site.field("Program and arguments").fill("echo 'two words'")


def _activity(site: Site) -> None:
    site.choose("Activity")
    offered = site.page.locator("[data-field='action.name'] datalist option")
    expect(offered).to_have_attribute("value", "add-up")
    site.field("Name of the activity").fill("add-up")
    site.field("Arguments").fill("[40, 2]")


def _workflow(site: Site) -> None:
    site.choose("Workflow")
    site.field("Name of the workflow").fill("Greeting")
    site.field("Arguments").fill('["Ada"]')


def _log(site: Site) -> None:
    site.choose("Log line")
    site.field("Message").fill("written by a test")


def _every_second(site: Site) -> None:
    site.choose("At an interval")
    site.page.get_by_label("Every", exact=True).fill("1 s")


def _cron(site: Site) -> None:
    site.choose("By cron")
    site.field("Cron expression").fill("* * * * * *")
    expect(site.page.get_by_text("Every second", exact=False).first).to_be_visible()


def _once(site: Site) -> None:
    site.choose("Once")
    site.choose("After a delay")
    site.page.get_by_label("After", exact=True).fill("1 s")


KINDS = [
    pytest.param(_http, _every_second, '"status": 200', id="http at an interval"),
    pytest.param(_command, _cron, "two words", id="command by cron"),
    pytest.param(_activity, _once, "42", id="activity once"),
    pytest.param(_workflow, _once, "Hello, Ada", id="workflow once"),
    pytest.param(_log, _every_second, "written by a test", id="log at an interval"),
]


@pytest.mark.parametrize(("action", "trigger", "output"), KINDS)
def test_registered_by_clicking_it_fires(
    site: Site,
    name: str,
    action: Callable[[Site], None],
    trigger: Callable[[Site], None],
    output: str,
) -> None:
    site.go("/tasks")
    site.link("New task").first.click()
    action(site)
    trigger(site)
    site.page.get_by_label("Name", exact=True).fill(name)
    site.button("Register task").click()

    expect(site.toast(f"Registered {name}.")).to_be_visible()
    expect(site.page).to_have_url(f"{site.base}/ui/tasks/{name}")
    done = site.runs().filter(has_text="Succeeded").first
    expect(done).to_be_visible()

    site.link("Runs").first.click()
    site.field("Search by words").fill(name)
    done = site.runs().filter(has_text=name).filter(has_text="Succeeded").first
    expect(done).to_be_visible()
    done.click()
    shown = site.page.get_by_role("region").filter(has_text=output).first
    expect(shown).to_be_visible()
    expect(site.page.get_by_text("Started", exact=True).first).to_be_visible()
    site.rest.delete(f"/tasks/{name}")


@pytest.mark.parametrize("phone", [False, True], ids=["wide", "phone"])
def test_a_task_from_first_to_last(open_site: Open, name: str, phone: bool) -> None:
    site = open_site(phone=phone)
    site.go("/new?action=log&trigger=interval")
    site.page.get_by_label("Name", exact=True).fill(name)
    site.page.get_by_label("Every", exact=True).fill("1 h")
    site.button("Register task").click()
    expect(site.page.get_by_role("heading", name=name)).to_be_visible()

    site.button("Run now").click()
    expect(site.toast(f"Started {name}.")).to_be_visible()
    expect(site.runs().filter(has_text="Succeeded").first).to_be_visible()

    site.link("Edit").click()
    site.page.get_by_label("Every", exact=True).fill("2 h")
    expect(site.page.get_by_text("lost", exact=False).first).to_be_visible()
    site.button("Save").click()
    expect(site.toast(f"Saved {name}.")).to_be_visible()
    expect(site.page.get_by_text("Every 2 hours").first).to_be_visible()
    assert site.task(name)["trigger"]["every"] == "PT2H"
    assert site.task(name)["revision"] == 2

    site.button("Pause").click()
    site.dialog().get_by_label("Note").fill("while we look")
    site.dialog().get_by_role("button", name="Pause").click()
    expect(site.page.get_by_text("while we look", exact=True).first).to_be_visible()
    assert site.task(name)["status"] == "paused"
    site.toast("Paused").get_by_role("button", name="Undo").click()
    expect(site.toast(f"{name} put back.")).to_be_visible()
    assert site.task(name)["status"] == "scheduled"
    expect(site.button("Pause")).to_be_visible()

    site.button("Delete").click()
    site.dialog().get_by_role("button", name="Delete").click()
    expect(site.dialog().get_by_text(f"Type {name} exactly.")).to_be_visible()
    site.dialog().get_by_role("textbox").fill(name)
    site.dialog().get_by_role("button", name="Delete").click()
    expect(site.toast(f"Deleted {name}.")).to_be_visible()
    expect(site.page).to_have_url(f"{site.base}/ui/tasks")
    assert site.rest.get(f"/tasks/{name}").status_code == 404
