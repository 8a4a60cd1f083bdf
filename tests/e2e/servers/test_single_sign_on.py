"""Single sign-on with a real provider (Keycloak), two servers behind a balancer, and Chromium."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Open
from tests.e2e.servers.balancer import Balancer, balanced
from tests.e2e.servers.keycloak import CLIENT, OTHER, OTHER_SECRET, SECRET, Realm, realm
from tests.e2e.site import Site
from tests.faults.part import up
from tests.faults.stack import Stack
from tests.ports import free_port
from tests.waiting import wait_until

pytestmark = [pytest.mark.full, pytest.mark.timeout(1200)]


@dataclass
class Company:
    """A provider, and servers that accept its tokens."""

    realm: Realm
    forwarder: Balancer
    balancer: Balancer

    @property
    def provider(self) -> str:
        return f"127.0.0.1:{self.forwarder.port}"

    def tokens(self, user: str, client: str = CLIENT, secret: str = SECRET) -> dict[str, str]:
        return self.realm.token(f"http://{self.provider}", user, client, secret)

    def me(self, token: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"}
        url = f"http://127.0.0.1:{self.balancer.port}/me"
        return httpx.get(url, headers=headers, timeout=30, trust_env=False)


@pytest.fixture(scope="module")
def company(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with realm(tmp_path_factory.mktemp("keycloak")) as made:
        port = int(made.address.rpartition(":")[2])
        with balanced([port]) as forwarder:
            settings = {
                "ONTHEDOT_OIDC_ISSUER": f"http://127.0.0.1:{forwarder.port}/realms/{made.name}",
                "ONTHEDOT_OIDC_CLIENT_ID": CLIENT,
                "ONTHEDOT_OIDC_CLIENT_SECRET": SECRET,
                "ONTHEDOT_OIDC_ROLES": json.dumps({"platform": "admin", "ops-team": "operator"}),
                "ONTHEDOT_SESSION_KEY": "k" * 32,
            }
            servers = [stack.another_server(free_port(), **settings) for _ in range(2)]
            ports = [int(server.name.removeprefix("server-")) for server in servers]
            with up(*servers), balanced(ports) as balancer:
                yield Company(made, forwarder, balancer)


@pytest.fixture
def site(open_site: Open, company: Company) -> Site:
    theirs = ("Failed to load resource", "WebSocket", "Content Security", "DOM", "401", "403")
    return open_site(port=company.balancer.port, beside=(company.provider,), allowed=theirs)


def _sign_in(page: Page, user: str) -> None:
    page.get_by_role("link", name="Single sign-on").click(timeout=60_000)
    page.get_by_label("Username or email").fill(user, timeout=60_000)
    page.locator("#password").fill(f"{user}-password")
    page.get_by_role("button", name="Sign In").click()


def test_in_by_group_and_out_at_the_provider_too(site: Site, company: Company) -> None:
    page = site.page
    page.goto(f"{site.base}/ui/runs?status=failed")
    _sign_in(page, "ada")
    expect(page).to_have_url(f"{site.base}/ui/runs?status=failed")
    expect(page.get_by_text("ada@example.com, admin").first).to_be_visible()
    told = page.evaluate("fetch('/me').then(answer => answer.json())")
    assert told == {"name": "ada@example.com", "role": "admin", "via": "oidc"}
    cookies = [c for c in page.context.cookies() if c["name"].startswith("onthedot_session")]
    assert all(c["httpOnly"] and c["sameSite"] == "Lax" for c in cookies)

    page.get_by_role("button", name="Sign out").first.click()
    expect(page).to_have_url(f"{site.base}/ui/login", timeout=30_000)
    assert not [c for c in page.context.cookies() if c["name"].startswith("onthedot_session")]
    # Not let in by the provider's own session: that is over too.
    _sign_in(page, "bob")
    expect(page.get_by_text("bob@example.com, operator").first).to_be_visible()


def test_nobody_without_a_role(site: Site) -> None:
    site.page.goto(f"{site.base}/ui/")
    _sign_in(site.page, "eve")
    expect(site.page.get_by_role("alert")).to_contain_text("eve@example.com has no role here")
    site.page.goto(f"{site.base}/ui/tasks")
    expect(site.page.get_by_role("link", name="Single sign-on")).to_be_visible()


def test_a_sign_in_of_another_browser_is_not_finished(site: Site, company: Company) -> None:
    with httpx.Client(trust_env=False, base_url=site.base) as other:
        begun = other.get("/ui/sign-in?next=/tasks")
        state = httpx.URL(begun.headers["location"]).params["state"]
        assert httpx.URL(begun.headers["location"]).params["code_challenge_method"] == "S256"
    site.page.goto(f"{site.base}/ui/signed-in?code=stolen&state={state}")
    expect(site.page.get_by_role("alert")).to_contain_text("in another browser")


def test_tokens_of_the_provider_at_rest(company: Company) -> None:
    ours = company.tokens("bob")
    for name in ("access_token", "id_token"):
        told = company.me(ours[name]).json()
        assert told == {"name": "bob@example.com", "role": "operator", "via": "oidc"}
    theirs = company.tokens("bob", OTHER, OTHER_SECRET)
    for token, words in (
        (theirs["access_token"], "another audience"),
        (theirs["id_token"], "another audience"),
        (ours["refresh_token"], "not signed with a private key"),
        (f"{ours['access_token'][:-4]}AAAA", "signature is wrong"),
    ):
        answered = company.me(token)
        assert answered.status_code == 401
        assert words in answered.json()["detail"]
    assert company.me(company.tokens("eve")["access_token"]).status_code == 403


def test_a_role_that_is_taken_away_is_gone_and_a_provider_that_is_away_takes_none(
    site: Site, company: Company
) -> None:
    page = site.page
    page.goto(f"{site.base}/ui/tasks")
    _sign_in(page, "bob")
    expect(page.get_by_text("bob@example.com, operator").first).to_be_visible()
    before = _session(page)
    company.forwarder.away = True
    wait_until(lambda: _renewed(page) and _session(page) != before, "asked, and not answered", 120)
    site.go("/runs")
    expect(page.get_by_text("bob@example.com, operator").first).to_be_visible()
    company.forwarder.away = False

    company.realm.take_out("bob", "ops-team")
    wait_until(lambda: not _renewed(page), "asked, and signed out", 200)
    expect(page.get_by_role("link", name="Single sign-on")).to_be_visible()


def test_keys_rotate(company: Company) -> None:
    old = company.tokens("ada")["access_token"]
    assert company.me(old).status_code == 200
    company.realm.rotate_keys()
    new = company.tokens("ada")["access_token"]
    wait_until(lambda: company.me(new).status_code == 200, "the new key counts", 30)
    wait_until(lambda: company.me(old).status_code == 401, "the old one no longer does", 30)


def _session(page: Page) -> str:
    named = {c["name"]: c["value"] for c in page.context.cookies()}
    return "".join(value for name, value in sorted(named.items()) if "session" in name)


def _renewed(page: Page) -> bool:
    """Whether the page's session is still valid after a renewal."""
    page.wait_for_timeout(2_000)
    if "/ui/login" in page.url:
        return False
    status = page.evaluate(
        "fetch('/ui/renew', {method: 'POST'}).then(answer => answer.status, () => 0)"
    )
    if status == 401:
        page.reload()
    return bool(status == 200)
