"""The history on a task's page, restoring a revision, and two people who edit one task."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.e2e.axe import serious
from tests.e2e.conftest import Open
from tests.e2e.site import DAILY, HELLO, Site

_LATER = {**DAILY, "expression": "0 4 * * *"}


def test_the_history_and_the_way_back(site: Site, name: str) -> None:
    site.register(id=name, name=name, trigger=DAILY, action=HELLO)
    site.rest.put(f"/tasks/{name}", json={"name": name, "trigger": _LATER, "action": HELLO})
    pause = {"note": "moving house", "until": "2100-01-07T08:00:00Z"}
    site.rest.post(f"/tasks/{name}/pause", json=pause)
    site.rest.post(f"/tasks/{name}/resume")
    site.go(f"/tasks/{name}")
    revisions = site.page.locator(".revision")
    expect(revisions).to_have_count(4)
    expect(revisions.nth(2)).to_contain_text("Changed")
    expect(revisions.nth(2).locator("del")).to_have_text("0 3 * * *")
    expect(revisions.nth(2).locator("ins")).to_have_text("0 4 * * *")
    expect(revisions.nth(1)).to_contain_text("moving house")
    expect(revisions.nth(1)).to_contain_text(re.compile("until .*2100"))
    # On a phone the button stays beside what it is about.
    site.page.set_viewport_size({"width": 390, "height": 844})
    first = revisions.nth(3)
    pill, back = (each.bounding_box() for each in (first.locator(".pill"), first.locator(".btn")))
    assert pill is not None
    assert back is not None
    assert back["y"] < pill["y"] + pill["height"]
    site.button("Restore revision 1").click()
    expect(site.dialog().locator("ins")).to_have_text("0 3 * * *")
    expect(site.dialog()).to_contain_text("gained")
    site.dialog().get_by_role("button", name="Restore").click()
    expect(site.toast("Restored revision 1")).to_be_visible()
    expect(revisions.first).to_contain_text("as revision 1")
    assert site.task(name)["trigger"]["expression"] == "0 3 * * *"
    # Again, it would change nothing, and does not claim to.
    site.button("Restore revision 1").click()
    expect(site.dialog()).to_contain_text("there is nothing to restore")
    expect(site.dialog().get_by_role("button", name="Restore")).to_have_count(0)
    # Beside each other, the two columns begin at the same height.
    site.dialog().get_by_role("button", name="Close").click()
    site.page.set_viewport_size({"width": 1280, "height": 860})
    columns = site.page.locator(".main-aside > .stack")
    tops = columns.evaluate_all(
        "all => all.map(each => [...each.querySelectorAll('.card')][0].getBoundingClientRect().top)"
    )
    assert tops[0] == tops[1]


def test_a_deleted_task_comes_back(site: Site, name: str) -> None:
    site.register(id=name, name=name, trigger=DAILY, action=HELLO, tags=[name])
    site.rest.post(f"/tasks/{name}/pause", json={"note": "moving house"})
    site.go(f"/tasks/{name}")
    site.button("Delete").click()
    site.dialog().get_by_role("button", name="Delete").click()
    site.toast("Deleted").get_by_role("button", name="Undo").click()
    expect(site.toast("Restored")).to_be_visible()
    assert (site.task(name)["status"], site.task(name)["note"]) == ("paused", "moving house")

    site.rest.delete(f"/tasks/{name}")
    site.go(f"/tasks/{name}")
    expect(site.page.get_by_text("was deleted")).to_be_visible()
    site.go(f"/tasks?status=deleted&tag={name}")
    expect(site.row(name)).to_contain_text("Deleted")
    site.page.get_by_label(f"Choose {name}").check()
    site.button("Restore").click()
    site.dialog().get_by_role("button", name="Restore").click()
    expect(site.toast("1 task restored")).to_be_visible()
    assert site.task(name)["note"] == "moving house"


def test_two_people_edit_one_task(open_site: Open, name: str) -> None:
    site = open_site(theme="dark")
    site.register(id=name, name="First", trigger=DAILY, action=HELLO)
    site.go(f"/tasks/{name}/edit")
    expect(site.field("Name")).to_have_value("First")
    theirs = {"name": "First", "trigger": _LATER, "action": HELLO, "paused": True}
    site.rest.put(f"/tasks/{name}", json=theirs)
    # Told before it is saved.
    notice = site.page.locator(".changed-meanwhile")
    expect(notice).to_contain_text("changed this task")
    expect(notice.locator("ins", has_text="0 4 * * *")).to_be_visible()
    assert serious(site) == []
    site.field("Name").fill("Second")
    site.button("Save").click()
    expect(site.dialog()).to_contain_text("Someone else changed this task")
    assert serious(site) == []
    assert site.task(name)["name"] == "First"
    site.dialog().get_by_role("button", name="Save both").click()
    expect(site.toast("Saved Second")).to_be_visible()
    saved = site.task(name)
    assert (saved["name"], saved["trigger"]["expression"]) == ("Second", "0 4 * * *")
    assert saved["paused"]

    site.go(f"/tasks/{name}/edit")
    site.field("Name").fill("Mine")
    site.rest.put(f"/tasks/{name}", json={**theirs, "name": "Theirs"})
    expect(notice).to_be_visible()
    site.button("Save").click()
    expect(site.dialog()).to_contain_text("Both changed name")
    expect(site.dialog().get_by_role("button", name="Save both")).to_be_disabled()
    site.dialog().get_by_role("button", name="Overwrite with yours").click()
    expect(site.toast("Saved Mine")).to_be_visible()
    assert site.task(name)["name"] == "Mine"
