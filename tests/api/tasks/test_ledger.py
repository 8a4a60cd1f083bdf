"""The ledger, "why" and `notify` over REST."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.definitions import LOG, every, unique
from tests.waiting import eventually

pytestmark = pytest.mark.anyio


async def _ran(api: httpx.AsyncClient, task_id: str) -> dict[str, Any] | None:
    answer = await api.get(f"/tasks/{task_id}/ledger")
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page if page["counts"].get("ran", 0) >= 2 else None


async def test_a_task_accounts_for_its_instants(api: httpx.AsyncClient) -> None:
    task_id = unique("ledger")
    new = {"id": task_id, "trigger": every(1), "action": LOG, "overlap": "allow_all"}
    await api.post("/tasks", json=new)
    page = await eventually(lambda: _ran(api, task_id))
    assert page is not None
    why = await api.get(f"/tasks/{task_id}/why")
    asked = await api.get(f"/tasks/{task_id}/why", params={"at": page["items"][0]["at"]})
    await api.delete(f"/tasks/{task_id}")
    assert set(page) == {"task_id", "since", "until", "counts", "items"}
    first = page["items"][0]
    assert (first["state"], first["reason"], first["revision"]) == ("ran", None, 1)
    assert first["run"]["scheduled_for"] == first["at"]
    assert why.status_code == 200
    assert why.json()["answer"].startswith("It did run: the occurrence of ")
    assert asked.json()["answer"] == f"The occurrence of {first['at']} ran on time."
    gone = await api.get(f"/tasks/{task_id}/ledger")
    assert gone.status_code == 404
    assert (await api.get(f"/tasks/{task_id}/why")).status_code == 404


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"since": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"}, "since"),
        ({"since": "2999-01-01T00:00:00Z"}, "since"),
        ({"until": "2090-01-01T00:00:00Z", "since": "2026-01-01T00:00:00Z"}, "since"),
        ({"since": "yesterday"}, "since"),
        ({"from": "2026-01-01T00:00:00Z"}, "from"),
    ],
)
async def test_a_span_that_makes_no_sense_is_refused(
    api: httpx.AsyncClient, query: dict[str, str], field: str
) -> None:
    task_id = unique("ledger")
    await api.post("/tasks", json={"id": task_id, "trigger": every(1), "action": LOG})
    answer = await api.get(f"/tasks/{task_id}/ledger", params=query)
    await api.delete(f"/tasks/{task_id}")
    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_notify_comes_back_as_it_was_given(api: httpx.AsyncClient) -> None:
    notify = {"url": "https://example.com/alerts", "headers": {"X-Api-Key": {"secret": "PAGER"}}}
    body = {"trigger": every(3600), "action": LOG, "notify": {**notify, "after": 3}}
    made = (await api.post("/tasks", json=body)).json()
    read = (await api.get(f"/tasks/{made['id']}")).json()
    await api.delete(f"/tasks/{made['id']}")
    whole = {**notify, "method": "POST", "after": 3, "on_recovery": True, "on_missed": True}
    assert made["notify"] == read["notify"] == whole


@pytest.mark.parametrize(
    ("notify", "field"),
    [
        ({"url": "not a url"}, "notify.url"),
        ({"url": "https://example.com", "headers": {"Cookie": "a=b"}}, "notify.headers.Cookie"),
        ({"url": "https://example.com", "after": 0}, "notify.after"),
        ({"url": "https://example.com", "method": "GET"}, "notify.method"),
        ({"after": 2}, "notify.url"),
        ({"url": "https://example.com", "on_success": True}, "notify.on_success"),
    ],
)
async def test_a_notify_that_cannot_work_is_refused(
    api: httpx.AsyncClient, notify: dict[str, Any], field: str
) -> None:
    body = {"trigger": every(3600), "action": LOG, "notify": notify}
    answer = await api.post("/tasks", json=body)
    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == [field]
