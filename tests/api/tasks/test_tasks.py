"""A task's life over REST."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import httpx
import pytest

from tests.api.problem import problem
from tests.api.reading import in_status
from tests.definitions import EVERY_MINUTE, LOG, YEARLY, one_time, recurring, unique

pytestmark = pytest.mark.anyio


async def test_registering_answers_the_task_with_its_address(api: httpx.AsyncClient) -> None:
    task_id = unique()
    answer = await api.post("/tasks", json=recurring(id=task_id, name="Nightly", tags=["reports"]))
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/tasks/{task_id}"
    assert answer.headers["etag"] == '"1"'
    task = answer.json()
    assert task["id"] == task_id
    assert task["name"] == "Nightly"
    assert task["status"] == "scheduled"
    assert task["revision"] == 1
    assert task["updated_by"] == "local"
    assert task["retry"] == {
        "max_attempts": 3,
        "initial_interval": "PT1S",
        "backoff": 2.0,
        "max_interval": "PT1M",
    }
    assert len(task["next_runs"]) == 5
    assert task["next_runs"][0].endswith("-01-01T00:00:00Z")
    read = await api.get(answer.headers["location"])
    assert read.headers["etag"] == '"1"'
    assert read.json() == task


async def test_an_id_and_a_name_are_made_where_none_is_given(api: httpx.AsyncClient) -> None:
    first = (await api.post("/tasks", json=one_time())).json()
    second = (await api.post("/tasks", json=one_time())).json()
    assert first["id"] < second["id"]
    assert first["name"] == first["id"]


async def test_a_delay_is_answered_as_an_instant(api: httpx.AsyncClient) -> None:
    task = (await api.post("/tasks", json=one_time("PT10M"))).json()
    due = datetime.fromisoformat(task["trigger"]["at"])
    assert (due - datetime.fromisoformat(task["created_at"])).total_seconds() == 600
    assert task["trigger"]["at"].endswith("Z")
    assert task["next_runs"] == [task["trigger"]["at"]]


async def test_an_offset_becomes_utc(api: httpx.AsyncClient) -> None:
    trigger = {"kind": "once", "at": "2099-12-24T18:00:00+01:00"}
    task = (await api.post("/tasks", json={"trigger": trigger, "action": LOG})).json()
    assert task["trigger"]["at"] == "2099-12-24T17:00:00Z"


async def test_a_one_time_task_fires_and_is_its_run(api: httpx.AsyncClient) -> None:
    task_id = unique()
    await api.post("/tasks", json=one_time(0.2, id=task_id))
    task = await in_status(api, task_id, "completed")
    assert task["next_runs"] == []
    run = task["last_run"]
    assert run["status"] == "succeeded"
    assert run["scheduled_for"] == task["trigger"]["at"]
    assert run["attempts"] == 1
    whole = (await api.get(f"/runs/{run['id']}")).json()
    assert whole["output"] == {"message": "hello"}
    assert whole["lateness"].startswith("PT")


@pytest.mark.parametrize("kind", ["once", "cron"])
async def test_an_id_in_use_is_refused_whatever_the_kind(api: httpx.AsyncClient, kind: str) -> None:
    task_id = unique()
    first = await api.post("/tasks", json=recurring(id=task_id, name="first"))
    other = one_time(id=task_id) if kind == "once" else recurring(id=task_id, name="second")
    problem(await api.post("/tasks", json=other), 409, "task-exists")
    assert (await api.get(f"/tasks/{task_id}")).json() == first.json()


async def test_what_is_unknown_is_404(api: httpx.AsyncClient) -> None:
    definition = recurring()
    for method, path, body in (
        ("GET", "", None),
        ("PUT", "", definition),
        ("DELETE", "", None),
        ("POST", "/pause", None),
        ("POST", "/resume", None),
        ("POST", "/run", None),
        ("POST", "/preview-edit", definition),
        ("GET", "/runs", None),
        ("GET", "/backfills", None),
    ):
        for task_id in ("nobody-has-this", "Not-an-id", "%00"):
            answer = await api.request(method, f"/tasks/{task_id}{path}", json=body)
            problem(answer, 404, "task-not-found")


async def test_replacing_takes_the_whole_definition(api: httpx.AsyncClient) -> None:
    task_id = unique()
    await api.post("/tasks", json=recurring(id=task_id, name="before", tags=["a"]))
    answer = await api.put(f"/tasks/{task_id}", json=recurring(name="after"))
    assert answer.status_code == 200
    assert answer.headers["etag"] == '"2"'
    assert answer.json()["name"] == "after"
    assert answer.json()["tags"] == []
    assert (await api.get(f"/tasks/{task_id}")).json() == answer.json()


async def test_the_kind_can_be_replaced(api: httpx.AsyncClient) -> None:
    task_id = unique()
    await api.post("/tasks", json=one_time(id=task_id))
    triggers: list[dict[str, Any]] = [
        YEARLY,
        {"kind": "interval", "every": 86400},
        {"kind": "once", "delay": 99},
    ]
    for revision, trigger in enumerate(triggers, start=2):
        answer = await api.put(f"/tasks/{task_id}", json={"trigger": trigger, "action": LOG})
        assert answer.status_code == 200, answer.text
        assert answer.json()["revision"] == revision
        assert answer.json()["trigger"]["kind"] == trigger["kind"]
        assert answer.json()["next_runs"]


async def test_pause_and_resume(api: httpx.AsyncClient) -> None:
    task_id = unique()
    await api.post("/tasks", json={"id": task_id, "trigger": EVERY_MINUTE, "action": LOG})
    paused = await api.post(f"/tasks/{task_id}/pause", json={"note": "maintenance"})
    assert paused.status_code == 200
    assert paused.headers["etag"] == '"2"'
    assert paused.json()["status"] == "paused"
    assert paused.json()["note"] == "maintenance"
    assert paused.json()["next_runs"] == []
    resumed = await api.post(f"/tasks/{task_id}/resume")
    assert resumed.json()["status"] == "scheduled"
    assert resumed.json()["next_runs"]
    until = await api.post(f"/tasks/{task_id}/pause", json={"until": "2099-01-01T00:00:00+02:00"})
    assert until.json()["paused_until"] == "2098-12-31T22:00:00Z"


async def test_a_finished_task_is_not_paused_but_armed_again(api: httpx.AsyncClient) -> None:
    task_id = unique()
    await api.post("/tasks", json=one_time(0, id=task_id))
    await in_status(api, task_id, "completed")
    problem(await api.post(f"/tasks/{task_id}/pause"), 409, "wrong-state")
    armed = await api.put(f"/tasks/{task_id}", json=one_time())
    assert armed.status_code == 200
    assert armed.json()["status"] == "scheduled"
    assert armed.json()["revision"] == 2


async def test_deleting_frees_the_id(api: httpx.AsyncClient) -> None:
    task_id = unique()
    for body in (recurring(id=task_id), one_time(id=task_id)):
        assert (await api.post("/tasks", json=body)).status_code == 201
        answer = await api.delete(f"/tasks/{task_id}")
        assert answer.status_code == 204
        assert answer.content == b""
        problem(await api.get(f"/tasks/{task_id}"), 404, "task-not-found")
        problem(await api.delete(f"/tasks/{task_id}"), 404, "task-not-found")


async def test_an_edit_is_previewed_without_being_made(api: httpx.AsyncClient) -> None:
    task_id = unique()
    before = await api.post("/tasks", json=recurring(id=task_id))
    answer = await api.post(
        f"/tasks/{task_id}/preview-edit",
        json=recurring(trigger={"kind": "cron", "expression": "0 0 1 1,7 *"}),
    )
    assert answer.status_code == 200
    found = answer.json()
    assert len(found["before"]) == len(found["after"]) == 10
    assert found["lost"] == []
    assert all("-07-01T" in instant for instant in found["gained"])
    assert (await api.get(f"/tasks/{task_id}")).json() == before.json()
