"""Runs that are retried or cancelled over REST: one, and many."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.api.problem import problem
from tests.api.reading import ended
from tests.definitions import SLEEP, recurring, unique
from tests.waiting import eventually

pytestmark = pytest.mark.anyio

FAILS = {"kind": "command", "argv": ["sh", "-c", "exit 3"]}


async def _run(api: httpx.AsyncClient, task_id: str) -> str:
    run: dict[str, Any] = (await api.post(f"/tasks/{task_id}/run")).json()
    return str(run["id"])


async def test_a_run_is_retried(api: httpx.AsyncClient) -> None:
    task_id = unique()
    retry = {"max_attempts": 1}
    await api.post("/tasks", json=recurring(id=task_id, action=FAILS, retry=retry))
    first = await ended(api, await _run(api, task_id))
    response = await api.post(f"/runs/{first['id']}/retry")
    assert response.status_code == 202
    run = response.json()
    assert response.headers["location"] == f"/runs/{run['id']}"
    assert (run["cause"], run["task_id"], run["status"]) == ("retry", task_id, "running")
    assert run["scheduled_for"] == first["scheduled_for"]
    again = await ended(api, run["id"])
    assert (again["cause"], again["status"]) == ("retry", "failed")
    problem(await api.post("/runs/nothing/retry"), 404, "run-not-found")


async def test_many_runs_by_ids(api: httpx.AsyncClient) -> None:
    task_id = unique()
    await api.post("/tasks", json=recurring(id=task_id, action=SLEEP, timeout=90))
    run_id = await _run(api, task_id)
    response = await api.post("/runs:retry", json={"ids": [run_id, "nobody"]})
    assert response.status_code == 200
    told = response.json()["results"]
    assert [each["outcome"] for each in told] == ["refused", "refused"]
    assert [each["problem"]["status"] for each in told] == [409, 404]
    told = (await api.post("/runs:cancel", json={"ids": [run_id]})).json()["results"]
    assert [each["outcome"] for each in told] == ["done"]
    assert (await ended(api, run_id))["status"] == "cancelled"
    told = (await api.post("/runs:retry", json={"ids": [run_id]})).json()["results"]
    assert (told[0]["outcome"], told[0]["run"]["cause"]) == ("done", "retry")
    again = told[0]["run"]["id"]
    filtered = {"task_id": task_id, "since": "1000-01-01T00:00:00Z"}

    async def found() -> bool:
        answer = await api.post("/runs:cancel", json={**filtered, "dry_run": True})
        return [each["id"] for each in answer.json()["results"]] == [again]

    await eventually(found)
    told = (await api.post("/runs:cancel", json=filtered)).json()["results"]
    assert [(each["id"], each["outcome"]) for each in told] == [(again, "done")]
    assert (await ended(api, again))["status"] == "cancelled"


@pytest.mark.parametrize("call", ["retry", "cancel"])
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "ids"),
        ({"tag": []}, "ids"),
        ({"ids": ["a"], "task_id": "b"}, "ids"),
        ({"ids": []}, "ids"),
        ({"status": "broken"}, "status"),
        ({"since": "yesterday"}, "since"),
        ({"q": "words"}, "q"),
    ],
)
async def test_what_is_asked_wrongly(
    api: httpx.AsyncClient, call: str, body: dict[str, Any], field: str
) -> None:
    response = await api.post(f"/runs:{call}", json=body)
    assert response.status_code == 422
    assert field in {error["field"].partition(".")[0] for error in response.json()["errors"]}
