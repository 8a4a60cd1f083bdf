"""The form: what it shows while the user types, what it refuses, and that it never loses input."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.site import DAILY, HELLO, Site


def _preview(site: Site) -> str:
    return site.page.locator(
        ".card", has=site.page.get_by_role("heading", name="Next runs")
    ).inner_text()


def test_the_preview_follows_what_is_typed(site: Site) -> None:
    site.go("/new")
    expect(site.page.get_by_text("At 09:00, Monday to Friday")).to_be_visible()
    site.field("Cron expression").fill("30 6 * * 1")
    expect(site.page.get_by_text("At 06:30, on Monday")).to_be_visible()
    site.button("First of the month").click()
    expect(site.field("Cron expression")).to_have_value("0 9 1 * *")
    expect(site.page.get_by_text("At 09:00, on day 1 of the month")).to_be_visible()

    site.field("Time zone").fill("Asia/Tokyo")
    expect(site.page.get_by_text("09:00 Tokyo").first).to_be_visible()
    assert "01:00:00" in _preview(site) or "02:00:00" in _preview(site), "as seen from Rome"

    site.field("Cron expression").fill("61 * * * *")
    expect(site.page.locator("[data-field='trigger.expression'] .error")).to_be_visible()
    site.choose("At an interval")
    site.page.get_by_label("Every", exact=True).fill("90 s")
    expect(
        site.page.get_by_text("Every 90 seconds").or_(site.page.get_by_text("Every 1 minute"))
    ).to_be_visible()


def test_errors_stand_at_their_fields(site: Site, name: str) -> None:
    site.register(id=name, trigger=DAILY, action=HELLO)
    site.go("/new")
    site.field("Body").fill('{"broken": ')
    expect(site.page.locator("[data-field='action.body'] .error")).to_contain_text("line 1")
    site.button("Register task").click()
    expect(site.page.locator("[data-field='action.body'] .error")).to_be_visible()
    site.field("Body").fill('{"broken": false}')
    expect(site.page.get_by_text("Valid JSON, 17 bytes")).to_be_visible()
    expect(site.page.locator("[data-field='action.url'] .error")).to_have_text("Fill this in.")

    site.field("URL").fill("ftp://example.com/")
    # What is below the message moves up when it goes.
    expect(site.page.locator("[data-field='action.url'] .error")).to_have_count(0)
    site.button("Add header").click()
    site.page.get_by_label("Header 1: name").fill("Authorization")
    site.page.get_by_label("Header 1: value").fill("Bearer x")
    site.button("Register task").click()
    expect(site.page.locator("[data-field='action.url'] .error")).to_contain_text("http")
    expect(site.page.locator("[data-field='action.headers'] .error")).to_contain_text("secret")
    expect(site.field("URL")).to_be_focused()

    site.choose("Log line")
    site.page.get_by_label("Name", exact=True).fill(name)
    site.button("Register task").click()
    expect(site.page.locator("[data-field='id'] .error")).to_contain_text("in use")
    site.field("Timeout of one attempt")
    site.page.get_by_text("Retries, timeouts, overlap").click()
    site.field("Timeout of one attempt").fill("soon")
    expect(site.page.locator("[data-field='timeout'] .error")).to_be_visible()


def test_a_test_saves_nothing(site: Site) -> None:
    before = len(site.rest.get("/tasks?limit=500").json()["items"])
    site.go("/new")
    site.field("Method").select_option("GET")
    site.field("URL").fill(f"{site.base}/healthz")
    site.button("Test now").click()
    expect(site.page.get_by_label("Output of the test", exact=True)).to_contain_text(
        '"status": 200'
    )
    site.choose("Command")
    site.field("Program and arguments").fill("sh -c 'echo out; exit 3'")
    site.button("Test now").click()
    expect(site.page.get_by_label("Error of the test", exact=True)).to_contain_text("3")
    assert len(site.rest.get("/tasks?limit=500").json()["items"]) == before


def test_what_is_copied_is_what_rest_takes(site: Site, name: str) -> None:
    site.go("/new?action=log")
    site.page.get_by_label("Name", exact=True).fill(name)
    site.field("Tags").fill("one, two")
    site.page.get_by_text("Retries, timeouts, overlap").click()
    site.field("Timeout of one attempt").fill("1 min 30 s")
    code = site.page.get_by_label("The same over REST", exact=True)
    expect(code).to_contain_text('"timeout": 90')
    answer = site.rest.post(
        "/tasks", content=code.inner_text(), headers={"content-type": "application/json"}
    )
    assert answer.status_code == 201, answer.text
    assert answer.json()["tags"] == ["one", "two"]
    site.choose("curl")
    expect(code).to_contain_text(f"curl -X POST {site.base}/tasks")


def test_a_duplicate_starts_from_the_first(site: Site, name: str) -> None:
    site.register(
        id=name,
        name="First of two",
        trigger={"kind": "cron", "expression": "5 4 * * *", "timezone": "Asia/Tokyo"},
        action={"kind": "http", "url": "https://example.com/x", "headers": {"A": {"secret": "B"}}},
        retry={"max_attempts": 7},
    )
    site.go(f"/new?from={name}")
    expect(site.field("Cron expression")).to_have_value("5 4 * * *")
    expect(site.page.get_by_label("Header 1: kind")).to_have_value("secret")
    site.field("Id").fill(f"{name}-2")
    site.button("Register task").click()
    expect(site.page.get_by_role("heading", name="First of two (copy)")).to_be_visible()
    first, second = site.task(name), site.task(f"{name}-2")
    for key in ("trigger", "action", "retry"):
        assert first[key] == second[key]


def test_an_edit_tells_which_runs_it_gains_and_loses(site: Site, name: str) -> None:
    site.register(id=name, trigger=DAILY, action=HELLO)
    site.go(f"/tasks/{name}/edit")
    expect(site.page.get_by_text("No run is added or removed.")).to_be_visible()
    site.field("Cron expression").fill("0 3 * * 1")
    changes = site.page.locator(".card", has_text="What the edit changes")
    expect(changes.locator(".lost").first).to_be_visible()
    expect(changes.locator(".gained")).to_have_count(0)


def test_leaving_with_unsaved_changes_asks(site: Site) -> None:
    site.go("/tasks")
    site.link("New task").first.click()
    site.page.get_by_label("Name", exact=True).fill("unsaved")
    expect(site.page.get_by_label("The same over REST", exact=True)).to_contain_text("unsaved")
    site.link("Runs").first.click()
    expect(site.dialog()).to_contain_text("Leave without saving?")
    site.dialog().get_by_role("button", name="Keep editing").click()
    expect(site.page.get_by_label("Name", exact=True)).to_have_value("unsaved")

    site.page.go_back()
    expect(site.dialog()).to_contain_text("Leave without saving?")
    site.dialog().get_by_role("button", name="Keep editing").click()
    expect(site.page).to_have_url(f"{site.base}/ui/new")

    site.link("Runs").first.click()
    site.dialog().get_by_role("button", name="Leave").click()
    expect(site.page.get_by_role("heading", name="Runs", exact=True)).to_be_visible()


def test_what_is_half_typed_outlives_the_page(site: Site, name: str) -> None:
    page = site.page
    page.on("dialog", lambda dialog: dialog.accept())
    site.go("/new")
    site.choose("Command")
    site.field("Program and arguments").fill("/bin/echo one two")
    site.choose("Once")
    site.choose("After a delay")
    page.get_by_label("After", exact=True).fill("90 s")
    site.page.get_by_label("Name", exact=True).fill(f"The {name}")
    expect(
        page.get_by_text("In 1 min 30 s").or_(page.get_by_text("Once, on")).first
    ).to_be_visible()
    # The server is away: what is typed from here on never came to it.
    page.evaluate("window.socket.disconnect()")
    site.field("Description").fill("typed while nobody heard")
    page.reload()
    expect(page.get_by_text("What you had typed is back")).to_be_visible()
    expect(site.field("Program and arguments")).to_have_value("/bin/echo one two")
    expect(page.get_by_label("After", exact=True)).to_have_value("90 s")
    expect(site.field("Description")).to_have_value("typed while nobody heard")
    site.button("Register task").click()
    expect(page.get_by_role("heading", name=f"The {name}")).to_be_visible()
    assert site.task(f"the-{name}")["description"] == "typed while nobody heard"
    site.go("/new")
    expect(site.field("Description")).to_have_value("")


def test_the_form_speaks_its_own_words(site: Site, name: str) -> None:
    site.go("/new?trigger=cron&action=log")
    site.field("Time zone").fill("europe/ROME")
    site.field("Name").first.fill(name)
    expect(site.page.get_by_text("Rome").first).to_be_visible()
    site.field("Time zone").fill("Romw")
    expect(site.page.locator(".field .error", has_text="Did you mean Europe/Rome?")).to_be_visible()
    site.field("Time zone").fill("europe/ROME")
    site.page.get_by_text("Limits: from").click()
    site.field("Until").fill("2020-01-01T09:00:00")
    expect(site.page.locator(".field .error")).to_have_text(
        "This is past, so the task would never fire."
    )
    site.field("Until").fill("")
    site.button("Register task").click()
    expect(site.page).to_have_url(f"{site.base}/ui/tasks/{name}")
    assert site.task(name)["trigger"]["timezone"] == "Europe/Rome"
