"""Runs: started manually, read with their output, cancelled; and tests of actions."""

from __future__ import annotations

from collections.abc import Awaitable
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from tests.api.problem import fields, problem
from tests.api.reading import ended
from tests.definitions import LOG, SLEEP, recurring, unique
from tests.waiting import eventually

pytestmark = pytest.mark.anyio


async def test_a_run_is_cancelled_once(api: httpx.AsyncClient) -> None:
    task_id = unique()
    await api.post("/tasks", json=recurring(id=task_id, action=SLEEP, timeout=90))
    answer = await api.post(f"/tasks/{task_id}/run")
    run = answer.json()
    assert (answer.status_code, answer.headers["location"]) == (202, f"/runs/{run['id']}")
    assert (run["task_id"], run["cause"]) == (task_id, "manual")
    assert (await api.post(f"/runs/{run['id']}/cancel")).status_code == 202
    assert (await ended(api, run["id"]))["status"] == "cancelled"
    problem(await api.post(f"/runs/{run['id']}/cancel"), 409, "wrong-state")


@pytest.mark.parametrize(
    "run_id",
    [
        "nothing",
        "a~b~c",
        "~",
        "~~",
        "a~once~00000000-0000-0000-0000-000000000000",
        "a~20260101T000000Z~00000000-0000-0000-0000-000000000000",
        "%00",
        "%F0%9F%98%80",
        "a" * 1000,
    ],
)
async def test_a_run_that_is_not_there(api: httpx.AsyncClient, run_id: str) -> None:
    problem(await api.get(f"/runs/{run_id}"), 404, "run-not-found")
    problem(await api.post(f"/runs/{run_id}/cancel"), 404, "run-not-found")


async def test_an_action_is_tried_without_a_trace(api: httpx.AsyncClient) -> None:
    answer = await api.post("/actions/test", json={"action": LOG})
    assert answer.status_code == 200
    run = answer.json()
    assert run["status"] == "succeeded"
    assert run["output"] == {"message": "hello"}
    assert (run["task_id"], run["requested_by"]) == ("", "local")
    listed = (await api.get("/runs", params={"limit": 500})).json()["items"]
    assert run["id"] not in [row["id"] for row in listed]


async def test_a_trial_tells_its_failure(api: httpx.AsyncClient) -> None:
    action = {"kind": "command", "argv": ["sh", "-c", "echo out; exit 3"]}
    run = (await api.post("/actions/test", json={"action": action})).json()
    assert run["status"] == "failed"
    assert run["attempts"] == 1
    assert run["error"]["message"]
    slow = await api.post("/actions/test", json={"action": SLEEP, "timeout": 1})
    assert slow.json()["status"] in ("failed", "timed_out")


async def test_a_trial_that_ends_as_it_is_given_up_is_answered(
    api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def too_late(result: Awaitable[object], _seconds: float) -> None:
        await result
        raise TimeoutError

    # That it ends within the milliseconds after its time cannot be arranged.
    waits = SimpleNamespace(wait_for=too_late)
    monkeypatch.setattr("onthedot.service.runs.runs.asyncio", waits)
    answer = await api.post("/actions/test", json={"action": LOG})
    assert (answer.status_code, answer.json()["status"]) == (200, "succeeded")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "action"),
        ({"action": {"kind": "http"}}, "action.url"),
        ({"action": LOG, "timeout": 0}, "timeout"),
        ({"action": LOG, "timeout": "PT6M"}, "timeout"),
    ],
)
async def test_a_trial_is_checked(api: httpx.AsyncClient, body: dict[str, Any], field: str) -> None:
    assert list(fields(await api.post("/actions/test", json=body))) == [field]


async def test_a_backfill_runs_the_past(api: httpx.AsyncClient) -> None:
    task_id = unique()
    await api.post("/tasks", json=recurring(id=task_id))
    span = {"from": "2020-01-01T00:00:00Z", "to": "2022-06-01T00:00:00Z"}
    answer = await api.post(f"/tasks/{task_id}/backfill", json=span)
    assert answer.status_code == 202
    assert answer.json()["total"] == 3
    address = answer.headers["location"]

    async def done() -> bool:
        return bool((await api.get(address)).json()["status"] == "completed")

    await eventually(done)

    async def runs() -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = (await api.get(f"/tasks/{task_id}/runs")).json()["items"]
        return rows if len(rows) == 3 else []

    found = await eventually(runs)
    assert {run["cause"] for run in found} == {"backfill"}
    assert {run["scheduled_for"] for run in found} == {
        f"{year}-01-01T00:00:00Z" for year in (2020, 2021, 2022)
    }

    async def listed() -> bool:
        rows = (await api.get(f"/tasks/{task_id}/backfills")).json()["items"]
        return [row["id"] for row in rows] == [answer.json()["id"]]

    await eventually(listed)
    problem(await api.post(f"{address}/cancel"), 409, "wrong-state")


@pytest.mark.parametrize(
    ("span", "field"),
    [
        ({"from": "2022-01-01T00:00:00Z", "to": "2021-01-01T00:00:00Z"}, "to"),
        ({"from": "2022-01-01T00:00:00Z", "to": "2099-01-01T00:00:00Z"}, "to"),
        ({"from": "2022-02-01T00:00:00Z", "to": "2022-03-01T00:00:00Z"}, "from"),
        (
            {
                "from": "0001-01-01T00:00:00Z",
                "to": "2020-01-01T00:00:00Z",
                "overlap": "cancel_other",
            },
            "overlap",
        ),
    ],
)
async def test_a_backfill_is_checked(
    api: httpx.AsyncClient, span: dict[str, str], field: str
) -> None:
    task_id = unique()
    await api.post("/tasks", json=recurring(id=task_id))
    answer = await api.post(f"/tasks/{task_id}/backfill", json=span)
    assert list(fields(answer, "invalid-definition")) == [field]
    problem(await api.get("/backfills/nothing"), 404, "backfill-not-found")
