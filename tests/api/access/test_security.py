"""Who may call."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

import httpx
import pytest

from onthedot.access.identity import Identity, Via
from onthedot.access.roles import Role
from onthedot.service.temporal.calls import Temporal
from onthedot.settings import Settings
from tests.api.problem import problem
from tests.api.serving import serving, token
from tests.definitions import one_time, unique

pytestmark = pytest.mark.anyio

TOKEN = "otd_a-token-of-a-test"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


def _signed_in(cookies: Mapping[str, str]) -> Identity | None:
    name = cookies.get("session")
    return Identity(name, Role.EDITOR, Via.TOKEN) if name else None


@pytest.fixture(scope="module")
async def guarded(temporal: Temporal, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """REST with two tokens configured."""
    tokens = token("ci", TOKEN), token("other", "otd_other")
    with_tokens = settings.model_copy(update={"api_tokens": tokens})
    async with serving(with_tokens, temporal, _signed_in) as client:
        yield client


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "localhost:8080", "[::1]:8080"])
async def test_without_a_token_loopback_may_call(api: httpx.AsyncClient, host: str) -> None:
    assert (await api.get("/tasks", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize(
    "host", ["example.com", "127.0.0.1.example.com", "10.0.0.1", "", "localhost@example.com", "["]
)
@pytest.mark.parametrize("path", ["/tasks", "/healthz", "/docs", "/ui", "/nowhere"])
async def test_a_host_that_is_not_loopback_is_refused(
    api: httpx.AsyncClient, host: str, path: str
) -> None:
    problem(await api.get(path, headers={"Host": host}), 403, "forbidden")


@pytest.mark.parametrize(
    "origin", ["https://example.com", "null", "http://localhost:1", "http://127.0.0.1", ""]
)
async def test_a_foreign_origin_is_refused(api: httpx.AsyncClient, origin: str) -> None:
    task_id = unique()
    answer = await api.post("/tasks", json=one_time(id=task_id), headers={"Origin": origin})
    problem(answer, 403, "forbidden")
    problem(await api.get(f"/tasks/{task_id}"), 404, "task-not-found")


async def test_ones_own_origin_may_call(api: httpx.AsyncClient) -> None:
    own = f"http://{api.base_url.netloc.decode()}"
    headers = {"Origin": own, "Sec-Fetch-Site": "same-origin"}
    assert (await api.post("/tasks", json=one_time(), headers=headers)).status_code == 201


async def test_another_site_is_refused(api: httpx.AsyncClient) -> None:
    problem(await api.get("/tasks", headers={"Sec-Fetch-Site": "cross-site"}), 403, "forbidden")


async def test_an_address_elsewhere_is_refused(
    api: httpx.AsyncClient, temporal: Temporal, settings: Settings
) -> None:
    """Headers of a proxy count only if it is configured."""
    said = {"X-Forwarded-For": "192.0.2.1"}
    problem(await api.get("/tasks", headers=said), 403, "forbidden")
    async with serving(
        settings.model_copy(update={"trusted_proxies": ("127.0.0.1",)}), temporal
    ) as behind_a_proxy:
        problem(await behind_a_proxy.get("/tasks", headers=said), 403, "forbidden")
        own = {"X-Forwarded-For": "127.0.0.1"}
        assert (await behind_a_proxy.get("/tasks", headers=own)).status_code == 200
        assert (await behind_a_proxy.get("/tasks")).status_code == 200


async def test_no_answer_lets_another_origin_read_it(api: httpx.AsyncClient) -> None:
    answer = await api.options(
        "/tasks", headers={"Origin": "https://example.com", "Access-Control-Request-Method": "GET"}
    )
    assert answer.status_code == 403
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("path", ["/tasks", "/openapi.json", "/docs", "/metrics", "/nowhere"])
async def test_with_tokens_one_is_needed(guarded: httpx.AsyncClient, path: str) -> None:
    answer = await guarded.get(path)
    problem(answer, 401, "missing-token")
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert (await guarded.get(path, headers=BEARER)).status_code in (200, 404)


@pytest.mark.parametrize(
    "header", ["Bearer wrong", "Bearer", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x", "Bearer é"]
)
async def test_a_wrong_token_is_refused(guarded: httpx.AsyncClient, header: str) -> None:
    answer = await guarded.get("/tasks", headers=[(b"Authorization", header.encode("latin1"))])
    problem(answer, 401, "wrong-token")
    assert TOKEN not in answer.text


@pytest.mark.parametrize("path", ["/tasks", "/healthz", "/ui/login"])
async def test_two_tokens_are_refused(guarded: httpx.AsyncClient, path: str) -> None:
    """A proxy may have accepted the call for one of them, while we would use the other."""
    bearer = ("Authorization", BEARER["Authorization"])
    for headers in ([bearer, bearer], [bearer, ("authorization", "Bearer otd_other")]):
        answer = await guarded.get(path, headers=headers)
        assert "Authorization" in problem(answer, 400, "http")["detail"]


@pytest.mark.parametrize("name", ["Idempotency-Key", "Origin", "Sec-Fetch-Site", "Content-Type"])
async def test_a_header_that_counts_once_is_sent_once(api: httpx.AsyncClient, name: str) -> None:
    headers = [(name, "same-origin"), (name, "other")]
    assert name in problem(await api.get("/tasks", headers=headers), 400, "http")["detail"]


async def test_health_needs_no_token(guarded: httpx.AsyncClient) -> None:
    assert (await guarded.get("/healthz")).status_code == 200
    stranger = await guarded.get("/readyz")
    assert stranger.status_code == 200
    assert all(worker["identity"] is None for worker in stranger.json()["workers"])


async def test_a_token_serves_from_anywhere_and_leaves_its_name(
    guarded: httpx.AsyncClient,
) -> None:
    headers = {**BEARER, "Host": "tasks.example.com", "X-Forwarded-For": "192.0.2.1"}
    answer = await guarded.post("/tasks", json=one_time(), headers=headers)
    assert answer.status_code == 201
    assert answer.json()["updated_by"] == "ci"
    assert TOKEN not in answer.text


async def test_the_document_says_that_a_token_is_needed(guarded: httpx.AsyncClient) -> None:
    found = (await guarded.get("/openapi.json", headers=BEARER)).json()
    assert found["security"] == [{"token": []}]
    assert found["paths"]["/healthz"]["get"]["security"] == []


SESSION = {"Cookie": "session=ada"}


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/docs/static/docs.js", "/tasks"])
async def test_who_is_signed_in_at_the_page_may_read(guarded: httpx.AsyncClient, path: str) -> None:
    assert (await guarded.get(path, headers=SESSION)).status_code == 200
    problem(await guarded.get(path, headers={"Cookie": "other=ada"}), 401, "missing-token")
    both = {**SESSION, "Authorization": "Bearer wrong"}
    problem(await guarded.get(path, headers=both), 401, "wrong-token")


async def test_a_session_changes_something_from_our_own_pages_alone(
    guarded: httpx.AsyncClient,
) -> None:
    own = f"http://{guarded.base_url.netloc.decode()}"
    for more in (
        {},
        {"Origin": "https://example.com"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": own, "Sec-Fetch-Site": "same-site"},
        {"Origin": own, "Sec-Fetch-Site": "cross-site"},
        {"Origin": own.replace("http:", "ftp:")},
        {"Origin": "https://evil.example", "X-Forwarded-Host": "evil.example"},
    ):
        refused = await guarded.post("/tasks", json=one_time(), headers={**SESSION, **more})
        problem(refused, 401, "missing-token")
    for more in ({"Origin": own}, {"Origin": own, "Sec-Fetch-Site": "same-origin"}):
        made = await guarded.post("/tasks", json=one_time(), headers={**SESSION, **more})
        assert made.status_code == 201
        assert made.json()["updated_by"] == "ada"


async def test_a_reader_of_the_docs_is_led_to_the_way_in(guarded: httpx.AsyncClient) -> None:
    led = await guarded.get("/docs", headers={"Accept": "text/html,*/*"})
    assert led.status_code == 303
    assert led.headers["location"] == "ui/login?next=/docs"
    wrong = {"Accept": "text/html", "Authorization": "Bearer wrong"}
    problem(await guarded.get("/docs", headers=wrong), 401, "wrong-token")
