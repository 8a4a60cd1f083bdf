"""Without a session, only the sign-in and its files are served, cheaply."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import httpx
import pytest
from fastapi import FastAPI
from nicegui import __version__ as nicegui_version
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from onthedot.settings import Settings
from onthedot.ui.access.entrance import entrance
from onthedot.ui.access.gate import Gate
from onthedot.ui.access.headers import PageHeaders
from onthedot.ui.access.session_cookies import COOKIE
from onthedot.ui.access.sessions import Sessions
from onthedot.ui.loading.static_files import STATIC, KeptFiles, address
from tests.api.serving import token

pytestmark = pytest.mark.anyio


@dataclass
class Page:
    """Replaces NiceGUI's app, each request of which costs memory."""

    asked: list[str] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked.append(scope["path"])
        await PlainTextResponse("the page")(scope, receive, send)


@pytest.fixture
def page() -> Page:
    return Page()


@pytest.fixture
async def stranger(page: Page) -> AsyncIterator[httpx.AsyncClient]:
    sessions = Sessions(Settings(api_tokens=(token("ada", "right"),)))
    gate = PageHeaders(Gate(page, sessions, entrance(sessions)))
    app = FastAPI()
    app.mount("/ui", gate)
    transport = httpx.ASGITransport(app, client=("192.0.2.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


@pytest.mark.parametrize(
    "path", ["/ui/login", "/ui/static/styles.css", "/ui/favicon.ico", "/ui/static/none.css"]
)
async def test_the_way_in_does_not_touch_the_page(
    stranger: httpx.AsyncClient, page: Page, path: str
) -> None:
    response = await stranger.get(path)
    assert response.status_code == (404 if "none" in path else 200)
    assert page.asked == []


async def test_all_style_sheets_are_served_as_one(stranger: httpx.AsyncClient) -> None:
    served = await stranger.get("/ui/static/styles.css")
    assert served.headers["content-type"].startswith("text/css")
    for sheet in (STATIC / "styles").rglob("*.css"):
        assert sheet.read_text() in served.text


async def test_files_are_kept_for_as_long_as_their_address_says_what_is_in_them(
    stranger: httpx.AsyncClient,
) -> None:
    for name in ("styles.css", "scripts.js", "icons.svg", "time.js"):
        for asked, kept in ((address(name), "immutable"), (f"/static/{name}", "max-age=86400")):
            served = await stranger.get(f"/ui{asked}")
            assert served.status_code == 200
            assert kept in served.headers["cache-control"]
        of_another_release = await stranger.get(f"/ui/static/{name}?0123456789ab")
        assert of_another_release.headers["cache-control"] == "no-cache"


async def test_all_scripts_are_served_as_one(stranger: httpx.AsyncClient) -> None:
    served = await stranger.get(f"/ui{address('scripts.js')}")
    assert served.headers["content-type"].startswith("text/javascript")
    for script in STATIC.glob("*.js"):
        assert script.read_text() in served.text


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        (f"/_nicegui/{nicegui_version}/static/nicegui.js", "immutable"),
        (f"/_nicegui/{nicegui_version}/components/1/ours.js", "max-age=86400"),
        (f"/_nicegui/{nicegui_version}/dynamic_resources/x", None),
        ("/tasks", None),
    ],
)
async def test_the_librarys_files_are_kept_below_a_path_too(path: str, kept: str | None) -> None:
    app = FastAPI()
    app.mount("/ui", KeptFiles(Page()))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://test"
    ) as client:
        served = (await client.get(f"/ui{path}")).headers.get("cache-control")
    assert (kept in (served or "")) if kept else served is None


@pytest.mark.parametrize(
    "path",
    ["/ui/loginx", "/ui/login/", "/ui/login/x", "/ui/staticx", "/ui/favicon.icox", "/ui/logoutx"],
)
async def test_what_looks_like_the_way_in_is_not(
    stranger: httpx.AsyncClient, page: Page, path: str
) -> None:
    response = await stranger.get(path)
    assert response.status_code == 303
    assert response.headers["location"].startswith("/ui/login?next=")
    assert page.asked == []


async def test_wrong_tokens_are_throttled_and_the_right_one_is_not(
    stranger: httpx.AsyncClient, page: Page
) -> None:
    statuses = [
        (await stranger.post("/ui/login", data={"token": "wrong"})).status_code for _ in range(30)
    ]
    assert statuses == [401] * 10 + [429] * 20
    refused = await stranger.post("/ui/login", data={"token": "wrong"})
    assert int(refused.headers["retry-after"]) > 0
    right = await stranger.post("/ui/login?next=/tasks", data={"token": "right"})
    assert right.status_code == 303
    assert right.headers["location"] == "/ui/tasks"
    assert right.cookies[COOKIE]
    assert (await stranger.get("/ui/tasks")).text == "the page"


@pytest.mark.parametrize(
    "body", [b"", b"token=" + b"x" * 100_000, b"\xff\xfe", b"&" * 4000, b"token=%ff%00", b"{}"]
)
async def test_a_form_that_is_none_is_a_wrong_token(
    stranger: httpx.AsyncClient, body: bytes
) -> None:
    response = await stranger.post("/ui/login", content=body)
    assert response.status_code == 401
    assert "not configured here" in response.text


async def test_only_scripts_with_the_nonce_run_at_the_way_in(stranger: httpx.AsyncClient) -> None:
    response = await stranger.get("/ui/login")
    nonce = response.headers["content-security-policy"].partition("'nonce-")[2].partition("'")[0]
    assert nonce
    assert response.text.count("<script") == response.text.count(f'<script nonce="{nonce}"') > 0
