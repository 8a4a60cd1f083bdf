"""What all addresses share: methods, errors, documents, measurements, the log."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from onthedot.api import problems as catalogue
from onthedot.api.errors import LastResort, install
from onthedot.scheduling import errors
from tests.api.problem import problem
from tests.definitions import one_time, unique

pytestmark = pytest.mark.anyio

_DOCS = Path(__file__).parents[3] / "docs" / "reference"
_METHODS = ("get", "post", "put", "delete")


@pytest.mark.parametrize("path", ["/nowhere", "/tasks/", "/tasks/a/b", "/tasks/a%2Fb", "//tasks"])
async def test_an_address_that_is_not_there(api: httpx.AsyncClient, path: str) -> None:
    # As it is: the client would take // for the start of a host.
    url = api.base_url.copy_with(raw_path=path.encode())
    problem(await api.get(url), 404, "not-found")


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PATCH", "/tasks", "GET, HEAD, OPTIONS, POST"),
        ("DELETE", "/tasks", "GET, HEAD, OPTIONS, POST"),
        ("POST", "/tasks/a", "DELETE, GET, HEAD, OPTIONS, PUT"),
        ("GET", "/tasks:batch", "OPTIONS, POST"),
        ("HEAD", "/tasks/a/run", "OPTIONS, POST"),
    ],
)
async def test_a_method_that_is_not_for_it(
    api: httpx.AsyncClient, method: str, path: str, allow: str
) -> None:
    answer = await api.request(method, path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == allow
    if method != "HEAD":
        problem(answer, 405, "method-not-allowed")
    options = await api.options(path)
    assert (options.status_code, options.headers["allow"]) == (204, allow)


async def test_head_is_get_without_the_body(api: httpx.AsyncClient) -> None:
    task_id = unique()
    await api.post("/tasks", json=one_time(id=task_id))
    for path in (f"/tasks/{task_id}", "/healthz", "/docs", "/openapi.json"):
        got, head = await api.get(path), await api.head(path)
        assert head.status_code == 200
        assert head.content == b""
        assert head.headers["content-length"] == got.headers["content-length"]
    assert (await api.head(f"/tasks/{task_id}")).headers["etag"] == '"1"'
    assert (await api.head("/tasks/nobody")).status_code == 404


async def test_the_root_leads_to_the_page(api: httpx.AsyncClient) -> None:
    answer = await api.get("/")
    assert (answer.status_code, answer.headers["location"]) == (307, "/ui")


async def test_health(api: httpx.AsyncClient) -> None:
    assert (await api.get("/healthz")).json()["status"] == "ok"
    ready = (await api.get("/readyz")).json()
    assert ready["status"] == "ready"
    assert ready["workers"][0]["identity"]
    assert ready["workers"][0]["last_seen"].endswith("Z")
    assert ready["backlog"] >= 0


async def test_metrics_go_by_route_not_by_id(api: httpx.AsyncClient) -> None:
    task_id = unique("very-own-id")
    await api.post("/tasks", json=one_time(id=task_id))
    await api.get(f"/tasks/{task_id}?secret=1", params={})
    await api.get(f"/nowhere/{task_id}")
    text = (await api.get("/metrics")).text
    name = "onthedot_http_request_seconds_count"
    assert f'{name}{{method="GET",route="/tasks/{{task_id}}",status="200"}}' in text
    assert f'{name}{{method="POST",route="/tasks",status="201"}}' in text
    assert f'{name}{{method="GET",route="none",status="404"}}' in text
    assert task_id not in text


async def test_the_log_holds_no_query_and_no_secret(
    api: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "onthedot"):
        await api.get("/tasks?q=confidential", headers={"Authorization": "Bearer confidential"})
        await api.get("/no%0Awhere?confidential")
        action = {"kind": "http", "url": "https://a/?confidential", "headers": {}}
        await api.post("/tasks", json=one_time(action=action))
    lines = [r.getMessage() for r in caplog.records if r.name == "onthedot.access"]
    assert lines[0].startswith("GET /tasks 200 ")
    assert lines[1].startswith("GET /no%0Awhere 404 ")
    assert "confidential" not in "".join(record.getMessage() for record in caplog.records)


async def test_a_fault_of_ours_tells_nothing(caplog: pytest.LogCaptureFixture) -> None:
    app = FastAPI()
    install(app)
    app.add_middleware(LastResort)

    @app.get("/fault")
    async def fault() -> None:
        raise KeyError("an inner detail")

    transport = httpx.ASGITransport(app, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.get("/fault?confidential")
    problem(answer, 500, "internal")
    assert "inner detail" not in answer.text
    assert "KeyError: 'an inner detail'" in caplog.text
    assert "confidential" not in caplog.text


def leaves(error: type[errors.OnTheDotError]) -> list[type[errors.OnTheDotError]]:
    return [found for child in error.__subclasses__() for found in (child, *leaves(child))]


def test_every_error_of_ours_has_a_kind() -> None:
    """REST never returns those of the page."""
    for leaf in leaves(errors.OnTheDotError):
        if leaf.__module__.startswith("onthedot.ui."):
            continue
        assert leaf.code in catalogue.KINDS, leaf
        assert (catalogue.KINDS[leaf.code].status == 503) == leaf.retryable


def test_every_kind_is_documented() -> None:
    text = (_DOCS / "errors.md").read_text()
    rows = dict(re.findall(r"^\| `/errors/([a-z-]+)` \| (\d{3}) \|", text, re.MULTILINE))
    assert rows == {code: str(kind.status) for code, kind in catalogue.KINDS.items()}


async def test_every_call_is_documented(api: httpx.AsyncClient) -> None:
    found = (await api.get("/openapi.json")).json()
    text = (_DOCS / "rest.md").read_text()
    for path, calls in found["paths"].items():
        for method in calls:
            assert f"`{method.upper()} {path.replace('{task_id}', '{id}')}`" in text


async def test_the_document_is_openapi_31_with_all_that_is_answered(
    api: httpx.AsyncClient,
) -> None:
    found = (await api.get("/openapi.json")).json()
    assert found["openapi"].startswith("3.1")
    for path, calls in found["paths"].items():
        for method, call in calls.items():
            assert method in _METHODS
            assert call["summary"]
            assert re.fullmatch(r"[a-z_]+", call["operationId"])
            for status, answer in call["responses"].items():
                assert answer["description"], (path, status)
                if status.startswith(("4", "5")):
                    assert list(answer["content"]) == ["application/problem+json"]
            if "requestBody" in call:
                assert {"413", "415", "422"} <= set(call["responses"])
    assert not _refers_nowhere(found)


async def test_examples_of_the_document_work(api: httpx.AsyncClient) -> None:
    found = (await api.get("/openapi.json")).json()
    body = found["paths"]["/tasks"]["post"]["requestBody"]["content"]["application/json"]
    for example in body["examples"].values():
        value = {**example["value"], "id": unique()}
        assert (await api.post("/tasks", json=value)).status_code == 201


def _refers_nowhere(document: dict[str, Any]) -> set[str]:
    wanted = set(re.findall(r"'#/components/schemas/([^']+)'", str(document)))
    return wanted - set(document["components"]["schemas"])


async def test_the_docs_page_asks_nothing_of_other_hosts(api: httpx.AsyncClient) -> None:
    page = await api.get("/docs")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "http" not in policy
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(addresses) >= 4
    for address in addresses:
        assert address.startswith("/docs/static/")
        assert (await api.get(address)).status_code == 200
    assert (await api.get("/docs/static/../app.py")).status_code == 404
    assert (await api.get("/docs/static/%2e%2e/app.py")).status_code == 404


async def test_every_answer_has_safe_headers(api: httpx.AsyncClient) -> None:
    for path in ("/tasks", "/nowhere", "/docs", "/metrics"):
        headers = (await api.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "server" not in headers


async def test_workers_say_how_full_they_are(api: httpx.AsyncClient) -> None:
    listed = (await api.get("/workers")).json()
    ready = (await api.get("/readyz")).json()
    assert listed["items"][0]["identity"] == ready["workers"][0]["identity"]
    for worker in (listed["items"][0], ready["workers"][0]):
        assert 0 <= worker["held"] <= worker["places"] == 100
        assert worker["commands"]["places"] == 10
    assert (listed["runs_waiting"], listed["actions_waiting"]) == (0, 0)
