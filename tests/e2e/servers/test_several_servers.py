"""Two servers behind a load balancer without sticky sessions, and restarts of servers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Open
from tests.e2e.servers.balancer import Balancer, balanced
from tests.e2e.site import DAILY, HELLO, Site
from tests.faults.part import Part, up
from tests.faults.stack import Stack
from tests.ports import free_port
from tests.waiting import wait_until

_TOKENS = f"ada:sha256:{hashlib.sha256(b'correct horse').hexdigest()}"

#: What a browser says of a request that a killed server leaves unanswered.
_AWAY = ("WebSocket connection", "Failed to load resource", "ERR_CONNECTION", "502")


@pytest.fixture
def servers(stack: Stack) -> Iterator[list[Part]]:
    """Two servers that share only their settings."""
    shared = {"ONTHEDOT_API_TOKENS": _TOKENS, "ONTHEDOT_SESSION_KEY": "k" * 32}
    found = [stack.another_server(free_port(), **shared) for _ in range(2)]
    with up(*found):
        yield found


@pytest.fixture
def balancer(servers: list[Part]) -> Iterator[Balancer]:
    with balanced([int(server.name.removeprefix("server-")) for server in servers]) as found:
        yield found


@pytest.fixture
def site(balancer: Balancer, open_site: Open, name: str) -> Site:
    """A page, signed in, with a task of that name."""
    found = open_site(port=balancer.port, allowed=_AWAY)
    found.register(id=name, trigger=DAILY, action=HELLO)
    _sign_in(found, "/")
    return found


def test_nobody_is_logged_out_and_a_page_in_use_stays_where_it_is(
    balancer: Balancer, servers: list[Part], open_site: Open, name: str
) -> None:
    site = open_site(port=balancer.port, allowed=_AWAY)
    site.register(id=name, trigger=DAILY, action=HELLO)
    _sign_in(site, f"/tasks/{name}")
    expect(site.page.get_by_role("heading", name=name)).to_be_visible()
    site.button("Run now").click()
    expect(site.toast("Started")).to_be_visible()

    for path in ("/", "/tasks", "/runs", "/new", f"/tasks/{name}/edit", "/settings"):
        site.go(path)
    site.go(f"/tasks?q={name}")
    expect(site.row(name)).to_be_visible()

    for server in servers:
        server.kill()
        _moved(site, balancer, servers)
        _still_at_work(site, name)
        expect(site.page.locator(".skeleton")).to_have_count(0)
        server.start()
        server.wait_until_up()
    used = {port for port, line in balancer.sent if "_nicegui_ws" in line}
    assert len(used) == 2, "both servers had pages"


def test_a_page_moves_without_being_loaded_again(
    balancer: Balancer, servers: list[Part], open_site: Open, name: str
) -> None:
    site = open_site(port=balancer.port, allowed=_AWAY)
    _sign_in(site, "/tasks")
    expect(site.page.get_by_role("heading", name="Tasks")).to_be_visible()
    site.page.evaluate("window.loadedOnce = true")
    site.link("Runs").first.click()
    expect(site.page.get_by_role("heading", name="Runs")).to_be_visible()
    expect(site.page.locator(".skeleton")).to_have_count(0)
    _holder(balancer, servers).kill()
    _moved(site, balancer, servers)
    expect(site.page.get_by_role("heading", name="Runs")).to_be_visible()
    site.link("Settings").first.click()
    expect(site.page.get_by_role("heading", name="You")).to_be_visible()
    assert site.page.evaluate("window.loadedOnce")


def test_a_page_that_moves_says_that_what_was_open_is_closed(
    balancer: Balancer, servers: list[Part], open_site: Open, name: str
) -> None:
    site = open_site(port=balancer.port, allowed=_AWAY)
    site.register(id=name, trigger=DAILY, action=HELLO)
    _sign_in(site, f"/tasks?q={name}")
    site.row(name).press("p")
    site.dialog().get_by_label("Note").fill("half writ")
    _holder(balancer, servers).kill()
    _moved(site, balancer, servers)
    expect(site.toast("dialogs were closed and selections cleared")).to_be_visible()
    expect(site.dialog()).to_have_count(0)
    assert site.task(name)["paused"] is False


def test_a_click_before_the_page_is_connected_is_done_or_said_not_to_be(
    balancer: Balancer, site: Site, name: str
) -> None:
    balancer.sockets.clear()
    site.page.goto(f"{site.base}/ui/tasks/{name}")
    site.link("Runs").first.click()
    balancer.sockets.set()
    expect(site.page.get_by_role("heading", name="Runs", exact=True)).to_be_visible()
    expect(site.page).to_have_url(f"{site.base}/ui/runs")

    balancer.sockets.clear()
    site.page.goto(f"{site.base}/ui/tasks")
    site.button("Export as YAML").click()
    balancer.sockets.set()
    expect(site.toast("so nothing was done")).to_be_visible()
    expect(site.row(name)).to_be_visible()


def test_a_row_opened_before_the_page_is_connected_opens(
    balancer: Balancer, site: Site, name: str
) -> None:
    for key in ("", "Enter"):
        balancer.sockets.clear()
        site.page.goto(f"{site.base}/ui/tasks?q={name}")
        site.page.locator(".theme button").first.click()
        if key:
            site.row(name).press(key)
        else:
            site.row(name).click()
        balancer.sockets.set()
        expect(site.page).to_have_url(f"{site.base}/ui/tasks/{name}")
        expect(site.page.get_by_role("heading", name=name)).to_be_visible()
        expect(site.toast("so nothing was done")).to_have_count(0)


def test_a_key_pressed_before_the_page_is_connected_is_said_not_to_count(
    balancer: Balancer, site: Site, name: str
) -> None:
    balancer.sockets.clear()
    site.page.goto(f"{site.base}/ui/tasks?q={name}")
    site.row(name).press("p")
    balancer.sockets.set()
    expect(site.toast("so nothing was done")).to_be_visible()
    site.row(name).press("p")
    expect(site.dialog()).to_be_visible()


def test_what_is_typed_before_the_page_is_connected_is_kept(
    balancer: Balancer, site: Site, name: str
) -> None:
    site.register(id=f"{name}-other", name="elsewhere", trigger=DAILY, action=HELLO)
    balancer.sockets.clear()
    site.page.goto(f"{site.base}/ui/tasks")
    search = site.page.locator("[data-search]")
    search.press_sequentially("elsewher")
    balancer.sockets.set()
    expect(site.row(name)).to_have_count(0)
    expect(site.row(f"{name}-other")).to_be_visible()
    expect(search).to_have_value("elsewher")
    expect(search).to_be_focused()
    site.page.keyboard.type("e")
    expect(site.page).to_have_url(f"{site.base}/ui/tasks?q=elsewhere")


def test_a_cookie_counts_at_every_server_and_at_none_once_its_token_is_gone(
    servers: list[Part], stack: Stack
) -> None:
    ports = [server.name.removeprefix("server-") for server in servers]
    with httpx.Client(trust_env=False) as client:
        form = {"token": "correct horse"}
        client.post(f"http://127.0.0.1:{ports[0]}/ui/login", data=form)
        for port in ports:
            assert client.get(f"http://127.0.0.1:{port}/me").json()["name"] == "ada"
        servers[0].kill()
        servers[0].start()
        servers[0].wait_until_up()
        assert client.get(f"http://127.0.0.1:{ports[0]}/me").json()["name"] == "ada"
        other = f"ada:sha256:{hashlib.sha256(b'another').hexdigest()}"
        last = free_port()
        changed = stack.another_server(
            last, ONTHEDOT_API_TOKENS=other, ONTHEDOT_SESSION_KEY="k" * 32
        )
        with up(changed):
            assert client.get(f"http://127.0.0.1:{last}/me").status_code == 401


def _sign_in(site: Site, path: str) -> None:
    site.page.goto(f"{site.base}/ui{path}")
    site.page.get_by_label("Token").fill("correct horse")
    site.page.get_by_role("button", name="Sign in").click()
    _lives(site.page)


def _lives(page: Page) -> None:
    expect(page.locator("#boot")).to_have_count(0)
    page.wait_for_function("window.did_handshake === true")


def _holder(balancer: Balancer, servers: list[Part]) -> Part:
    """The server that the page's socket last reached."""
    port = [port for port, line in balancer.sent if "_nicegui_ws" in line][-1]
    return next(each for each in servers if each.name == f"server-{port}")


def _moved(site: Site, balancer: Balancer, servers: list[Part]) -> None:
    """The page is connected to a running server."""
    wait_until(lambda: _holder(balancer, servers).running, "the socket is at a server that lives")
    site.page.wait_for_function("window.socket.connected")


def _still_at_work(site: Site, name: str) -> None:
    """The page is where it was, and responds."""
    row = site.row(name)
    expect(row).to_be_visible()
    expect(site.page).to_have_url(f"{site.base}/ui/tasks?q={name}")
    before = _runs(site, name)
    row.get_by_role("button", name=f"Run {name} now").click()
    wait_until(lambda: _runs(site, name) > before, "the page started a run")


def _runs(site: Site, name: str) -> int:
    return len(site.rest.get(f"/tasks/{name}/runs").json()["items"])
