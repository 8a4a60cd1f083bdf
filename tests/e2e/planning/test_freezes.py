"""Freezes on the page: created, changed, shown everywhere, ended early, deleted."""

from __future__ import annotations

from datetime import UTC, datetime

from playwright.sync_api import expect

from tests.e2e.site import DAILY, HELLO, Site


def test_a_freeze_is_made_shown_and_ended(site: Site, name: str) -> None:
    site.go("/freezes")
    site.button("New freeze").click()
    dialog = site.dialog()
    dialog.get_by_role("button", name="Freeze", exact=True).click()
    expect(dialog.get_by_text("must have 1 to 64")).to_be_visible()
    site.field("Name").fill(name)
    site.field("Why").fill("Database migration")
    site.field("Tags").fill(name)
    dialog.get_by_role("button", name="Freeze", exact=True).click()
    expect(site.toast(f"Frozen: {name}.")).to_be_visible()
    expect(site.page.get_by_text("In force", exact=True).first).to_be_visible()
    for path in ("/tasks", "/settings"):
        site.go(path)
        banner = site.page.locator(".banner", has_text=name)
        expect(banner).to_contain_text("Database migration")
    assert site.rest.get(f"/freezes/{name}").json()["then"] == "hold"
    site.register(id=f"{name}-task", tags=[name], trigger=DAILY, action=HELLO)
    site.go(f"/tasks/{name}-task")
    site.button("Run now").click()
    expect(site.dialog().get_by_text(f"frozen by {name}")).to_be_visible()
    site.button("Run it anyway").click()
    expect(site.toast(f"Started {name}-task.")).to_be_visible()
    site.go("/freezes")
    site.button(f"End {name} now").click()
    site.dialog().get_by_role("button", name="End now", exact=True).click()
    expect(site.toast(f"Ended {name}.")).to_be_visible()
    expect(site.page.locator(".banner", has_text=name)).to_have_count(0)
    assert site.rest.get(f"/freezes/{name}").status_code == 404


def test_windows_that_come_again(site: Site, name: str) -> None:
    page = site.page
    site.go("/freezes")
    site.button("New freeze").click()
    site.field("Name").fill(name)
    site.choose("Again and again")
    site.button("Sundays").click()
    site.field("Time zone").fill("Europe/Rome")
    site.field("Lasts").fill("1 d")
    preview = site.dialog().locator(".preview")
    expect(preview).to_contain_text("At 00:00, on Sunday")
    expect(preview.locator(".row")).to_have_count(5)
    site.field("Begins").fill("0 0 * *")
    expect(page.locator("[data-field='trigger.expression'] .error")).to_be_visible()
    # Each window lasts nearly until the next one, and neither begins nor ends during the test.
    begins = 0 if datetime.now(UTC).minute in range(5, 35) else 30
    site.field("Begins").fill(f"{begins} * * * *")
    site.field("Lasts").fill("59 min")
    site.field("Tags").fill(name)
    site.field("What is due").select_option("skip")
    site.field("What was held starts within").fill("5 min")
    site.dialog().get_by_role("button", name="Freeze", exact=True).click()
    expect(site.dialog()).to_have_count(0)
    made = site.rest.get(f"/freezes/{name}").json()
    assert (made["trigger"]["timezone"], made["duration"]) == ("Europe/Rome", "PT59M")
    assert (made["then"], made["release_over"], made["tags"]) == ("skip", "PT5M", [name])

    site.button(f"Edit {name}").click()
    expect(site.field("Lasts")).to_have_value("59 min")
    site.field("Begins").fill(f"{begins} */1 * * *")
    site.field("Lasts").fill("59 min 30 s")
    site.dialog().get_by_role("button", name="Save", exact=True).click()
    expect(site.toast(f"Saved: {name}.")).to_be_visible()
    expect(site.page.locator(".banner", has_text=name)).to_be_visible(timeout=15_000)
    site.button(f"End {name} now").click()
    expect(site.dialog()).to_contain_text("Its later windows stay.")
    site.dialog().get_by_role("button", name="End now", exact=True).click()
    expect(site.toast(f"Ended {name}.")).to_be_visible()
    assert site.rest.get(f"/freezes/{name}").json()["trigger"]["start_at"]

    site.button(f"Delete {name}").click()
    site.dialog().get_by_role("button", name="Delete", exact=True).click()
    expect(site.toast(f"Deleted the freeze {name}.")).to_be_visible()
    assert site.rest.get(f"/freezes/{name}").status_code == 404


def test_a_name_is_not_taken_twice(site: Site, name: str) -> None:
    body = {"from": "2099-01-01T00:00:00Z", "until": "2099-01-02T00:00:00Z", "tags": [name]}
    site.rest.put(f"/freezes/{name}", json=body).raise_for_status()
    site.go("/freezes")
    site.button("New freeze").click()
    site.field("Name").fill(name)
    site.dialog().get_by_role("button", name="Freeze", exact=True).click()
    expect(site.dialog().get_by_text("already")).to_be_visible()
    site.page.keyboard.press("Escape")
    site.button(f"Edit {name}").click()
    site.field("Why").fill("New year")
    # Somebody changes it in between: that is told once, and then overwritten.
    site.rest.put(f"/freezes/{name}", json={**body, "note": "theirs"}).raise_for_status()
    site.dialog().get_by_role("button", name="Save", exact=True).click()
    expect(site.toast("meanwhile")).to_be_visible()
    site.dialog().get_by_role("button", name="Save", exact=True).click()
    expect(site.toast(f"Saved: {name}.")).to_be_visible()
    assert site.rest.get(f"/freezes/{name}").json()["note"] == "New year"
    site.rest.delete(f"/freezes/{name}").raise_for_status()
