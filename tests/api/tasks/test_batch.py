"""`POST /tasks:batch`: each task has its own result."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.api.problem import fields
from tests.definitions import one_time, recurring, unique
from tests.waiting import PATIENCE, eventually

pytestmark = pytest.mark.anyio


async def test_each_task_is_answered_for_itself(api: httpx.AsyncClient) -> None:
    prefix = unique()
    await api.post("/tasks", json=recurring(id=f"{prefix}-taken"))
    answer = await api.post(
        "/tasks:batch",
        json={
            "tasks": [
                recurring(id=f"{prefix}-a"),
                one_time(id=f"{prefix}-taken"),
                {"trigger": {"kind": "cron"}, "more": 1},
                recurring(id=f"{prefix}-b", trigger={"kind": "cron", "expression": "nonsense"}),
                one_time(id=f"{prefix}-c"),
            ]
        },
    )
    assert answer.status_code == 200
    results = answer.json()["results"]
    assert [result["status"] for result in results] == [201, 409, 422, 422, 201]
    assert results[0]["task"]["id"] == f"{prefix}-a"
    assert set(results[0]) == {"status", "task"}
    assert set(results[1]) == {"status", "problem"}
    assert results[1]["problem"]["type"] == "/errors/task-exists"
    named = {error["field"] for error in results[2]["problem"]["errors"]}
    assert named == {"trigger.expression", "action", "more"}
    assert results[3]["problem"]["errors"][0]["field"] == "trigger.expression"
    assert (await api.get(f"/tasks/{prefix}-c")).status_code == 200


async def test_two_of_one_id_in_one_batch(api: httpx.AsyncClient) -> None:
    task_id = unique()
    batch = {"tasks": [recurring(id=task_id), one_time(id=task_id)]}
    results = (await api.post("/tasks:batch", json=batch)).json()["results"]
    assert sorted(result["status"] for result in results) == [201, 409]


async def test_a_key_makes_a_batch_safe_to_repeat(api: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": unique()}
    batch = {"tasks": [one_time(name=str(n)) for n in range(5)]}
    first, again = [await _registered(api, batch, headers) for _ in range(2)]
    assert len(set(first)) == 5
    assert again == first


async def test_a_thousand_at_once(api: httpx.AsyncClient) -> None:
    batch = {"tasks": [one_time() for _ in range(1000)]}
    ids = await _registered(api, batch, {"Idempotency-Key": unique()})
    assert len(set(ids)) == 1000


async def _registered(
    api: httpx.AsyncClient, batch: dict[str, Any], headers: dict[str, str]
) -> list[str]:
    """The ids. What a busy machine has no time for is answered 503, and can be sent again."""
    results: list[dict[str, Any]] = []

    async def all_there() -> bool:
        nonlocal results
        answer = await api.post("/tasks:batch", json=batch, headers=headers, timeout=4 * PATIENCE)
        if answer.status_code == 503:
            return False
        results = answer.json()["results"]
        assert {result["status"] for result in results} <= {201, 503}
        return all(result["status"] == 201 for result in results)

    await eventually(all_there, 4 * PATIENCE)
    return [result["task"]["id"] for result in results]


@pytest.mark.parametrize("tasks", [[], [{}] * 1001, [1], {}])
async def test_a_batch_has_1_to_1000_objects(api: httpx.AsyncClient, tasks: object) -> None:
    found = fields(await api.post("/tasks:batch", json={"tasks": tasks}))
    assert [name.partition(".")[0] for name in found] == ["tasks"]
