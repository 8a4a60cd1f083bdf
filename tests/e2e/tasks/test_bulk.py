"""Bulk actions: selected, confirmed, with progress, a result for each, and undo."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.e2e.conftest import Open
from tests.e2e.site import DAILY, HELLO, Site


def _bar(site: Site) -> Locator:
    return site.page.get_by_role("toolbar")


def _pause(site: Site, task_id: str) -> tuple[str, str, str | None]:
    task = site.task(task_id)
    return task["status"], task["note"], task["paused_until"]


def test_a_pause_of_many_and_its_undo_restore_what_was(
    site: Site, name: str, three: list[str]
) -> None:
    meant = {"note": "the bank is closed", "until": "2126-01-01T00:00:00Z"}
    site.rest.post(f"/tasks/{three[0]}/pause", json=meant)
    site.rest.post(f"/tasks/{three[1]}/resume", json={"note": "mended by ada"})
    before = [_pause(site, each) for each in three]
    site.go(f"/tasks?tag={name}")
    expect(site.row(three[0])).to_contain_text("the bank is closed")
    site.page.get_by_label("Choose all on this page").check()
    # At once: the bar comes when the server was told of the choice.
    site.page.keyboard.press("b")
    expect(_bar(site)).to_contain_text("3 chosen")
    expect(_bar(site).get_by_role("button", name="Run", exact=True)).to_be_focused()
    site.page.keyboard.press("ArrowRight")
    site.page.keyboard.press("Enter")
    expect(site.dialog()).to_contain_text("Pause 3 tasks?")
    site.field("Note").fill("nobody is in")
    site.field("Until").select_option("at")
    site.dialog().get_by_label("At").fill("2025-01-01T06:00")
    site.dialog().get_by_role("button", name="Pause 3 tasks").click()
    expect(site.dialog()).to_contain_text("This time is past.")
    site.dialog().get_by_label("At").fill("2126-03-01T06:00")
    site.dialog().get_by_role("button", name="Pause 3 tasks").click()
    expect(site.toast("2 tasks paused, 1 left as it was.")).to_be_visible()
    # Six in the morning in Rome, where the reader is.
    assert _pause(site, three[2]) == ("paused", "nobody is in", "2126-03-01T05:00:00Z")
    assert _pause(site, three[0]) == before[0]

    site.toast("2 tasks paused").get_by_role("button", name="Undo").click()
    expect(site.toast("2 tasks put back.")).to_be_visible()
    assert [_pause(site, each) for each in three] == before


def test_each_that_is_refused_is_named_with_the_reason(
    site: Site, name: str, three: list[str]
) -> None:
    site.go(f"/tasks?tag={name}")
    site.page.get_by_label(f"Choose {three[0]}").check()
    # With Shift, all between.
    site.page.get_by_label(f"Choose {three[2]}").click(modifiers=["Shift"])
    expect(_bar(site)).to_contain_text("3 chosen")
    site.rest.delete(f"/tasks/{three[1]}")
    _bar(site).get_by_role("button", name="Run", exact=True).click()
    site.dialog().get_by_role("button", name="Run 3 tasks").click()
    site.toast("2 tasks started, 1 refused.").get_by_role("button", name="Which").click()
    expect(site.dialog().get_by_role("listitem")).to_have_count(1)
    expect(site.dialog()).to_contain_text("It is gone")
    site.dialog().get_by_role("button", name="Close").click()


def test_all_that_a_filter_finds_on_a_phone(open_site: Open, name: str) -> None:
    site = open_site(phone=True)
    tasks = [{"id": f"{name}-{n:03}", "tags": [name], "trigger": DAILY, "action": HELLO}
             for n in range(60)]  # fmt: skip
    site.register_all(tasks)
    site.wait_until_listed(name, 60)
    site.go(f"/tasks?tag={name}")
    site.page.locator("tr[data-task] input").first.check()
    expect(_bar(site)).to_contain_text("1 chosen")
    site.no_sideways()
    site.button("Choose all 60").click()
    # At once: all are meant, although the server is still looking for them.
    _bar(site).get_by_role("button", name="Delete").click()
    site.dialog().get_by_role("textbox").fill("60")
    site.dialog().get_by_role("button", name="Delete 60 tasks").click()
    expect(site.toast("Deleting 60 tasks")).to_be_visible()
    expect(site.toast("60 tasks deleted.")).to_be_visible()
    expect(site.page.get_by_text("No task matches")).to_be_visible()
