"""The history of a task over REST, and restoring an earlier definition or a deleted task."""

from __future__ import annotations

import httpx
import pytest

from tests.api.problem import problem
from tests.api.reading import ended, in_status
from tests.definitions import one_time, recurring, unique
from tests.waiting import eventually

pytestmark = pytest.mark.anyio


async def test_the_history_in_pages(api: httpx.AsyncClient) -> None:
    task_id = unique()
    await api.post("/tasks", json=recurring(id=task_id))
    pause = {"note": "moving house", "until": "2100-01-07T08:00:00Z"}
    await api.post(f"/tasks/{task_id}/pause", json=pause)
    named = recurring(name="Renamed")
    await api.put(f"/tasks/{task_id}", json=named)
    first = (await api.get(f"/tasks/{task_id}/revisions", params={"limit": 2})).json()
    assert [(row["revision"], row["change"], row["by"]) for row in first["items"]] == [
        (3, "replaced", "local"),
        (2, "paused", "local"),
    ]
    assert first["items"][0]["diff"] == [{"path": "name", "from": task_id, "to": "Renamed"}]
    assert (first["items"][1]["note"], first["items"][1]["at"][-1]) == ("moving house", "Z")
    assert [row["until"] for row in first["items"]] == [None, pause["until"]]
    following = {"limit": 2, "cursor": first["next_cursor"]}
    last = (await api.get(f"/tasks/{task_id}/revisions", params=following)).json()
    assert [(row["revision"], row["change"], row["diff"]) for row in last["items"]] == [
        (1, "created", [])
    ]
    assert last["next_cursor"] is None

    was = (await api.get(f"/tasks/{task_id}/revisions/1")).json()
    assert (was["name"], was["paused"]) == (task_id, False)
    unchanged = await api.put(f"/tasks/{task_id}", json=was | {"name": "Renamed", "paused": True})
    assert unchanged.json()["revision"] == 3
    address = f"/tasks/{task_id}/revisions/1/restore"
    problem(await api.post(address, headers={"If-Match": '"2"'}), 412, "revision-mismatch")
    restored = await api.post(address, headers={"If-Match": '"3"'})
    assert restored.headers["etag"] == '"4"'
    assert {name: restored.json()[name] for name in was} == was
    row = (await api.get(f"/tasks/{task_id}/revisions", params={"limit": 1})).json()["items"][0]
    assert (row["change"], row["restores"]) == ("restored", 1)

    problem(await api.get(f"/tasks/{task_id}/revisions/9"), 404, "revision-not-found")
    problem(await api.post(f"/tasks/{task_id}/revisions/9/restore"), 404, "revision-not-found")
    problem(await api.get(f"/tasks/{unique()}/revisions"), 404, "task-not-found")
    for wrong in ({"cursor": "x"}, {"limit": 0}):
        assert (await api.get(f"/tasks/{task_id}/revisions", params=wrong)).status_code == 422


async def test_a_deleted_task_comes_back(api: httpx.AsyncClient) -> None:
    task_id = unique()
    made = (await api.post("/tasks", json=recurring(id=task_id, tags=[task_id]))).json()
    await api.delete(f"/tasks/{task_id}")
    query = {"status": "deleted", "tag": task_id}

    async def listed() -> bool:
        return len((await api.get("/tasks", params=query)).json()["items"]) == 1

    await eventually(listed)
    row = (await api.get("/tasks", params=query)).json()["items"][0]
    assert (row["status"], row["deleted_by"], row["id"]) == ("deleted", "local", task_id)
    assert (await api.get(f"/tasks/{task_id}/revisions")).json()["items"][0]["change"] == "deleted"
    back = await api.post(f"/tasks/{task_id}/restore")
    assert (back.status_code, back.headers["etag"]) == (200, '"3"')
    anew = {"revision", "changed_at", "next_runs"}
    assert {k: v for k, v in back.json().items() if k not in anew} == {
        k: v for k, v in made.items() if k not in anew
    }
    problem(await api.post(f"/tasks/{task_id}/restore"), 409, "task-exists")
    problem(await api.post(f"/tasks/{unique()}/restore"), 404, "task-not-found")


async def test_a_finished_task_keeps_why_it_was_deleted(api: httpx.AsyncClient) -> None:
    task_id = unique()
    await api.post("/tasks", json=one_time(1, id=task_id))
    await in_status(api, task_id, "completed")
    answer = await api.delete(f"/tasks/{task_id}", params={"note": "done with it"})
    assert answer.status_code == 204
    last = (await api.get(f"/tasks/{task_id}/revisions")).json()["items"][0]
    assert (last["change"], last["note"]) == ("deleted", "done with it")


async def test_runs_say_who_asked_for_them(api: httpx.AsyncClient) -> None:
    task_id = unique()
    slow = {"kind": "command", "argv": ["sleep", "60"]}
    await api.post("/tasks", json=recurring(id=task_id, action=slow, timeout=90))
    run = (await api.post(f"/tasks/{task_id}/run", json={"note": "a try"})).json()
    assert (run["requested_by"], run["note"]) == ("local", "a try")
    begun = (await api.get(f"/runs/{run['id']}")).json()
    assert (begun["requested_by"], begun["note"]) == ("local", "a try")
    await api.post(f"/runs/{run['id']}/cancel")
    read = await ended(api, run["id"])
    assert read["status"] == "cancelled"
    assert (read["requested_by"], read["cancel_requested_by"]) == ("local", "local")
    again = (await api.post(f"/runs/{run['id']}/retry")).json()
    assert (again["cause"], again["requested_by"]) == ("retry", "local")
    await api.post(f"/runs/{again['id']}/cancel")

    async def listed() -> bool:
        items = (await api.get(f"/tasks/{task_id}/runs")).json()["items"]
        return [item["requested_by"] for item in items] == ["local", "local"]

    await eventually(listed)
    await api.delete(f"/tasks/{task_id}")
