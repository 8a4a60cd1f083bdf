"""The page and REST over TLS, and behind a proxy that terminates it."""

from __future__ import annotations

import hashlib
import ssl
from pathlib import Path

import httpx
from playwright.sync_api import Browser, expect

from tests.certificates import certify
from tests.faults.part import Part, answers, up
from tests.faults.stack import Stack
from tests.ports import free_port
from tests.waiting import wait_until

_TOKENS = f"ada:sha256:{hashlib.sha256(b'correct horse').hexdigest()}"


def test_over_tls(stack: Stack, browser: Browser, tmp_path: Path) -> None:
    made, port = certify(tmp_path), free_port()
    server = stack.another_server(
        port,
        ONTHEDOT_API_TOKENS=_TOKENS,
        ONTHEDOT_TLS_CERT=str(made.certificate),
        ONTHEDOT_TLS_KEY=str(made.key),
    )
    trust = ssl.create_default_context(cafile=str(made.authority))
    base = f"https://127.0.0.1:{port}"
    with httpx.Client(verify=trust, trust_env=False, timeout=30) as client:
        server.is_up = answers(f"{base}/healthz", trust)
        with up(server):
            for path in ("/healthz", "/ui/login"):
                answered = client.get(f"{base}{path}")
                assert answered.headers["strict-transport-security"] == "max-age=31536000"
            _use(browser, base)


def _use(browser: Browser, base: str) -> None:
    context = browser.new_context(ignore_https_errors=True)
    page = context.new_page()
    page.goto(f"{base}/ui/settings")
    page.get_by_label("Token").fill("correct horse")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="You")).to_be_visible()
    page.wait_for_function("window.did_handshake === true")
    (cookie,) = (c for c in context.cookies() if c["name"] == "onthedot_session")
    flags = (cookie["secure"], cookie["httpOnly"], cookie["sameSite"], cookie["path"])
    assert flags == (True, True, "Lax", "/")
    context.close()


def test_only_a_named_proxy_is_believed(stack: Stack) -> None:
    said = {
        "X-Forwarded-For": "192.0.2.7, 127.0.0.1",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "tasks.example.com",
        "X-Forwarded-Prefix": "/tasks",
    }
    form = {"token": "correct horse"}
    for named, secure, path in (("127.0.0.0/8", True, "/tasks"), ("192.0.2.0/24", False, "/")):
        port = free_port()
        server = stack.another_server(
            port, ONTHEDOT_API_TOKENS=_TOKENS, ONTHEDOT_TRUSTED_PROXIES=named
        )
        with up(server):
            base = f"http://127.0.0.1:{port}"
            answered = httpx.post(f"{base}/ui/login", data=form, headers=said, trust_env=False)
            cookie = answered.headers["set-cookie"]
            assert ("Secure" in cookie, f"Path={path};" in f"{cookie};") == (secure, True)
            assert ("strict-transport-security" in answered.headers) is secure
            httpx.post(f"{base}/tasks", headers=said, trust_env=False)
            _logs(server, f'"address": "{"192.0.2.7" if secure else "127.0.0.1"}"')


def _logs(server: Part, words: str) -> None:
    """Wait for the line of a call, which is written after its response."""
    wait_until(lambda: words in server.said(), f"the log has {words}")
