"""Fixtures: a real browser, and the running system (Temporal, worker and server) as processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, Request, Response, expect, sync_playwright

from tests.browsers import NO_CHROMIUM, chromium
from tests.e2e.profiles import Profile, Profiles
from tests.e2e.site import Site
from tests.faults.stack import Stack
from tests.waiting import PATIENCE

_ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    directory = tmp_path_factory.mktemp("e2e")
    made = Stack(directory, ONTHEDOT_MODULES="tests.e2e.own_code", PYTHONPATH=str(_ROOT))
    with closing(made):
        made.start()
        yield made


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    program = chromium()
    if program is None:
        pytest.skip(NO_CHROMIUM)
    expect.set_options(timeout=PATIENCE * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass
class Watched:
    """What a page did that no page may do."""

    faults: list[str] = field(default_factory=list)
    allowed: tuple[str, ...] = ()

    def attach(self, page: Page, *hosts: str) -> None:
        page.on("console", lambda m: self._console(m.type, m.text))
        page.on("pageerror", lambda error: self.faults.append(f"page error: {error}"))
        page.on("request", lambda request: self._request(request, hosts))
        page.on("response", self._response)

    def _console(self, kind: str, text: str) -> None:
        if kind in ("error", "warning") and not any(part in text for part in self.allowed):
            self.faults.append(f"console {kind}: {text}")

    def _request(self, request: Request, hosts: tuple[str, ...]) -> None:
        ours = tuple(f"{scheme}://{host}" for host in hosts for scheme in ("http", "ws"))
        if not request.url.startswith((*ours, "data:", "blob:")):
            self.faults.append(f"outside request: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 500 and "500" not in self.allowed:
            self.faults.append(f"{response.status}: {response.url}")


@pytest.fixture(scope="package")
def profiles(browser: Browser) -> Iterator[Profiles]:
    kept = Profiles(browser)
    yield kept
    kept.close()


Open = Callable[..., Site]


@pytest.fixture
def open_site(profiles: Profiles, stack: Stack) -> Iterator[Open]:
    """Opens pages: `open_site(phone=True, theme="dark", allowed=(…))`.

    Each page is in a separate browser profile, and shares no cookie with others.
    """
    lent: list[tuple[Profile, str, bool]] = []
    watched: list[Watched] = []

    def opened(
        *,
        phone: bool = False,
        theme: str = "light",
        port: int = 0,
        beside: tuple[str, ...] = (),
        allowed: tuple[str, ...] = (),
    ) -> Site:
        host = f"127.0.0.1:{port or stack.port}"
        profile = profiles.lend(phone=phone, dark=theme == "dark")
        lent.append((profile, host, bool(port or beside)))
        page = profile.context.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        each = Watched(allowed=allowed)
        each.attach(page, host, *beside)
        watched.append(each)
        return Site(page, f"http://{host}", stack.client)

    yield opened
    for profile, host, went_elsewhere in lent:
        if went_elsewhere:
            profile.context.close()
        else:
            profiles.take_back(profile, f"http://{host}")
    assert [fault for each in watched for fault in each.faults] == []


@pytest.fixture
def site(open_site: Open) -> Site:
    """A wide page in the light theme."""
    return open_site()


@pytest.fixture
def name() -> str:
    """A name that no other test uses; also valid as an id."""
    return f"t{uuid4().hex[:10]}"


@contextmanager
def frozen(part: Any) -> Iterator[None]:
    """A process that does not respond while the block runs."""
    part.freeze()
    try:
        yield
    finally:
        part.thaw()
