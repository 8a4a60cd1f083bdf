"""User input never runs as a script, nobody gets in without permission, and foreign pages are
refused."""

from __future__ import annotations

import hashlib
import re
import socket
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import expect

from tests.e2e.axe import serious
from tests.e2e.conftest import Open
from tests.e2e.site import DAILY, HELLO, Site
from tests.faults.part import up
from tests.faults.stack import Stack
from tests.ports import free_port
from tests.waiting import wait_until

_EVIL = "<img src=x onerror=window.broken=1><script>window.broken=1</script>{{window.broken=1}}"


def test_what_users_write_never_runs(site: Site, name: str) -> None:
    body = {":x": "window.broken=1", "__proto__": {"a": 1}, "</script>": _EVIL}
    site.register(
        id=name,
        name=_EVIL,
        description=_EVIL,
        tags=["<b>x</b>"],
        trigger=DAILY,
        action={
            "kind": "http",
            "url": "https://example.com/",
            "headers": {"X": _EVIL},
            "body": body,
        },
    )
    site.register(
        id=f"{name}-2",
        name=f"`${{window.broken=1}}` {name}",
        trigger=DAILY,
        action={"kind": "command", "argv": ["sh", "-c", f"echo '{_EVIL}'; exit 1"]},
        retry={"max_attempts": 1},
    )
    run = site.rest.post(f"/tasks/{name}-2/run").json()["id"]
    wait_until(lambda: site.rest.get(f"/runs/{run}").json()["status"] == "failed", "the run failed")
    for path in (
        "/", "/tasks", f"/tasks?q={name}", f"/tasks/{name}", f"/tasks/{name}/edit", f"/runs/{run}",
        f"/tasks/{name}-2", f"/new?from={name}-2", "/runs", f"/tasks?q={_EVIL}&tag={_EVIL}",
        "/tasks/%3Cimg%20src=x%20onerror=alert(1)%3E",
    ):  # fmt: skip
        site.go(path)
        expect(site.page.locator(".skeleton")).to_have_count(0)
        assert site.page.evaluate("window.broken") is None, path
    site.page.keyboard.press("Control+k")
    expect(site.page.get_by_role("option").first).to_be_visible()
    assert site.page.evaluate("window.broken") is None


def test_scripts_of_others_are_refused_by_the_browser(open_site: Open) -> None:
    site = open_site(allowed=("Content Security Policy", "404"))
    answer = site.rest.get("/ui/tasks")
    policy = answer.headers["content-security-policy"]
    nonce = re.search(r"'nonce-([^']+)'", policy)
    assert nonce is not None
    assert f'<script nonce="{nonce[1]}"' in answer.text
    assert answer.headers["x-frame-options"] == "DENY"
    again = site.rest.get("/ui/tasks").headers["content-security-policy"]
    assert nonce[1] not in again
    # Not even a file of our own runs where somebody else asked for it.
    assert re.search("script-src [^;]*'self'", policy) is None
    site.go("/tasks")
    site.page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.broken=1\">');"
        "document.body.append(Object.assign(document.createElement('script'),"
        " {textContent: 'window.broken = 1'}))"
    )
    site.page.wait_for_timeout(200)
    assert site.page.evaluate("window.broken") is None


@pytest.mark.parametrize(
    ("origin", "status"), [(None, 101), ("own", 101), ("http://evil.example", 403), ("null", 403)]
)
def test_only_our_own_origin_may_open_a_socket(
    stack: Stack, origin: str | None, status: int
) -> None:
    own = f"http://127.0.0.1:{stack.port}"
    given = f"Origin: {own if origin == 'own' else origin}\r\n" if origin else ""
    with socket.create_connection(("127.0.0.1", stack.port), 5) as connection:
        connection.sendall(
            "GET /ui/_nicegui_ws/socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n"
            f"Host: 127.0.0.1:{stack.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            f"{given}\r\n".encode()
        )
        answered = connection.recv(200).decode(errors="replace")
    assert answered.startswith(f"HTTP/1.1 {status}")


@pytest.fixture
def guarded(stack: Stack) -> Iterator[int]:
    """The port of a second server, which requires a token."""
    port = free_port()
    digest = hashlib.sha256(b"correct horse").hexdigest()
    viewer = hashlib.sha256(b"only looking").hexdigest()
    tokens = f"ada:sha256:{digest},eve:viewer:sha256:{viewer}"
    server = stack.another_server(port, ONTHEDOT_API_TOKENS=tokens)
    with up(server):
        yield port


def test_who_has_a_token_gets_in_and_out(guarded: int, open_site: Open, name: str) -> None:
    site = open_site(port=guarded, allowed=("401",))
    with httpx.Client(base_url=site.base, trust_env=False) as plain:
        _in_and_out(site, plain, name)


def test_a_dark_phone_can_sign_in(guarded: int, open_site: Open) -> None:
    site = open_site(port=guarded, phone=True, theme="dark")
    site.page.goto(f"{site.base}/ui/freezes")
    expect(site.page.get_by_label("Token")).to_be_visible()
    site.no_sideways()
    assert serious(site) == []


def _in_and_out(site: Site, plain: httpx.Client, name: str) -> None:
    assert plain.get("/ui/tasks").status_code == 303
    assert plain.get("/ui/_nicegui_ws/socket.io/?EIO=4&transport=polling").status_code == 403

    page = site.page
    page.goto(f"{site.base}/ui/tasks?status=paused")
    expect(page.get_by_role("main")).to_have_count(1)
    expect(page.get_by_label("Token")).to_be_focused()
    assert serious(site) == []
    page.get_by_label("Token").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("This token is not configured")).to_be_visible()
    assert serious(site) == []
    page.get_by_label("Token").fill("correct horse")
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{site.base}/ui/tasks?status=paused")
    cookie = next(c for c in page.context.cookies() if c["name"] == "onthedot_session")
    assert cookie["httpOnly"]
    assert "correct" not in cookie["value"]

    site.register(id=name, trigger=DAILY, action=HELLO)
    site.go(f"/tasks/{name}")
    site.button("Run now").click()
    expect(site.toast("Started")).to_be_visible()

    # An open page outlives a logout elsewhere, but does nothing any more.
    second = page.context.new_page()
    second.goto(f"{site.base}/ui/")
    second.get_by_role("button", name="Sign out").first.click()
    expect(second.get_by_label("Token")).to_be_visible()
    expect(page.get_by_label("Token")).to_be_visible()
    old = {"cookie": f"{cookie['name']}={cookie['value']}"}
    assert plain.get("/ui/tasks", headers=old).status_code == 303


def test_a_viewer_sees_what_is_not_hers_to_do(guarded: int, open_site: Open, name: str) -> None:
    site = open_site(port=guarded)
    site.register(id=name, trigger=DAILY, action=HELLO)
    site.page.goto(f"{site.base}/ui/tasks/{name}")
    site.page.get_by_label("Token").fill("only looking")
    site.page.get_by_role("button", name="Sign in").click()
    expect(site.button("Run now")).to_be_disabled()
    expect(site.button("Run now")).to_have_attribute("title", "Needs the role operator")
    expect(site.button("Delete")).to_have_attribute("title", "Needs the role editor")
    for label in ("Edit", "New task"):
        expect(site.link(label)).to_have_count(0)
        expect(site.button(label)).to_have_attribute("title", "Needs the role editor")
    expect(site.page.get_by_text("eve, viewer").first).to_be_visible()
    expect(site.page.locator(".who").first).to_have_attribute("title", re.compile("^Reads every"))
    # What the page hides can be asked for all the same.
    site.button("Run now").evaluate("each => { each.disabled = false; each.click(); }")
    expect(site.toast("This needs the role operator")).to_be_visible()
    assert site.rest.get(f"/tasks/{name}/runs").json()["items"] == []

    site.go(f"/tasks?q={name}")
    row = site.row(name)
    expect(row.get_by_role("button", name=f"Run {name} now")).to_be_disabled()
    row.get_by_role("button", name=f"More for {name}").click()
    expect(site.page.get_by_role("menuitem", name="Pause")).to_be_disabled()
    expect(site.page.get_by_role("menuitem", name="Its runs")).to_be_enabled()
    site.go("/settings")
    expect(site.page.get_by_role("heading", name="You")).to_be_visible()
    expect(site.page.get_by_role("heading", name="Temporal")).to_have_count(0)


def test_the_way_in_leads_nowhere_else(guarded: int, open_site: Open) -> None:
    site = open_site(port=guarded)
    site.page.goto(f"{site.base}/ui/login?next=//evil.example/")
    site.page.get_by_label("Token").fill("correct horse")
    site.page.get_by_role("button", name="Sign in").click()
    expect(site.page).to_have_url(f"{site.base}/ui/")


def test_who_signed_in_reads_the_docs_and_tries_them_out(guarded: int, open_site: Open) -> None:
    site = open_site(port=guarded, allowed=("401",))
    page = site.page
    page.goto(f"{site.base}/docs")
    page.get_by_label("Token").fill("correct horse")
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{site.base}/docs")
    page.get_by_text("Preview a trigger", exact=True).click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute", exact=True).click()
    status = page.locator(".live-responses-table .response-col_status")
    expect(status.get_by_text("200")).to_be_visible()
