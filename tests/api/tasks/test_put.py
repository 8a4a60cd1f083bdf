"""PUT: registering where there is none, sending back what was read, and changing nothing."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from onthedot.messages.tasks import TaskReplacement
from onthedot.scheduling.task import Task
from tests.api.problem import fields, problem
from tests.api.reading import ended, in_status
from tests.definitions import LOG, one_time, recurring, unique
from tests.waiting import eventually

pytestmark = pytest.mark.anyio

RICH: dict[str, Any] = {
    "name": "Rich",
    "description": "with much in it",
    "tags": ["a", "b"],
    "trigger": {
        "kind": "cron",
        "expression": "0 9 * * 1-5",
        "timezone": "Europe/Rome",
        "jitter": 30,
        "max_runs": 5,
        "exclude": ["2030-12-25", "* 9 * 8 *"],
        "end_at": "2040-01-01T00:00:00+02:00",
    },
    "action": {
        "kind": "http",
        "url": "https://example.com/",
        "headers": {"Authorization": {"secret": "TOKEN"}},
        "body": {"n": [1, 2.5, None, "é"]},
    },
    "timeout": 12,
    "retry": {"max_attempts": 3, "initial_interval": "PT1S"},
    "overlap": "buffer_one",
    "catchup_window": "PT2H",
}


async def read(api: httpx.AsyncClient, task_id: str) -> dict[str, Any]:
    """A task as GET answers it."""
    found = await api.get(f"/tasks/{task_id}")
    assert found.status_code == 200
    answered: dict[str, Any] = found.json()
    return answered


@pytest.mark.parametrize(
    "definition",
    [
        RICH,
        one_time(),
        one_time(action={"kind": "command", "argv": ["true"], "env": {"A": "b"}}),
        recurring(action={"kind": "http", "url": "https://e.com/", "body": "x" * 10_000}),
        recurring(paused=True),
        {
            "trigger": {"kind": "once", "at": "2099-06-01T09:00:00", "timezone": "Europe/Rome"},
            "action": LOG,
        },
    ],
)
async def test_what_was_read_changes_nothing(
    api: httpx.AsyncClient, definition: dict[str, Any]
) -> None:
    task_id = unique()
    assert (await api.post("/tasks", json={"id": task_id, **definition})).status_code == 201
    before = await read(api, task_id)
    for headers in ({}, {"If-Match": '"1"'}, {"If-Match": "*"}):
        found = await api.put(f"/tasks/{task_id}", json=before, headers=headers)
        assert found.status_code == 200, found.text
        assert found.headers["etag"] == '"1"'
        assert found.json()["updated_at"] == before["updated_at"]
    if "delay" not in definition["trigger"]:
        assert (await api.put(f"/tasks/{task_id}", json=definition)).json()["revision"] == 1
    wrong = await api.put(f"/tasks/{task_id}", json=before, headers={"If-Match": '"7"'})
    problem(wrong, 412, "revision-mismatch")
    changed = await api.put(f"/tasks/{task_id}", json={**before, "description": "another"})
    assert (changed.json()["revision"], changed.json()["description"]) == (2, "another")


async def test_unknown_fields_are_refused_still(api: httpx.AsyncClient) -> None:
    task_id = unique()
    await api.post("/tasks", json=recurring(id=task_id))
    sent = {**await read(api, task_id), "colour": "red"}
    assert list(fields(await api.put(f"/tasks/{task_id}", json=sent))) == ["colour"]
    refused = await api.post("/tasks", json=await read(api, task_id))
    assert "revision" in fields(refused)


def test_every_read_only_field_is_known() -> None:
    assert set(TaskReplacement.model_fields) == set(Task.model_fields)


async def test_a_finished_task_as_it_was_read(api: httpx.AsyncClient) -> None:
    task_id = unique()
    await api.post("/tasks", json=one_time(0.1, id=task_id, catchup_window=1))
    await in_status(api, task_id, "completed")
    found = await api.put(f"/tasks/{task_id}", json=await read(api, task_id))
    assert (found.status_code, found.json()["status"]) == (200, "completed")
    assert found.json()["revision"] == 1
    assert found.json()["last_run"] is not None


async def test_without_a_word_of_the_pause_it_stays(api: httpx.AsyncClient) -> None:
    task_id = unique()
    await api.post("/tasks", json=recurring(id=task_id))
    await api.post(f"/tasks/{task_id}/pause", json={"note": "maintenance"})
    put = await api.put(f"/tasks/{task_id}", json=recurring(description="new"))
    assert (put.json()["status"], put.json()["note"]) == ("paused", "maintenance")
    assert put.json()["revision"] == 3
    preview = await api.post(f"/tasks/{task_id}/preview-edit", json=recurring(description="x"))
    assert preview.json()["after"] == []
    put = await api.put(f"/tasks/{task_id}", json=recurring(description="new", paused=False))
    assert (put.json()["status"], put.json()["revision"]) == ("scheduled", 4)


async def test_create_where_there_is_none(api: httpx.AsyncClient) -> None:
    task_id = unique()
    problem(await api.put(f"/tasks/{task_id}", json=recurring()), 404, "task-not-found")
    address = f"/tasks/{task_id}?create=true"
    absent = await api.put(address, json=recurring(), headers={"If-Match": '"1"'})
    problem(absent, 404, "task-not-found")
    made = await api.put(address, json=recurring(paused=True))
    assert (made.status_code, made.headers["etag"]) == (201, '"1"')
    assert made.headers["location"] == f"/tasks/{task_id}"
    assert (made.json()["id"], made.json()["status"]) == (task_id, "paused")
    again = await api.put(address, json=recurring(paused=True))
    assert (again.status_code, again.json()["revision"]) == (200, 1)
    other = await api.put(address, json=recurring(name="other"))
    assert (other.status_code, other.json()["revision"]) == (200, 2)
    # A copy of it, as it was read, under another id.
    copy = unique()
    copied = await api.put(f"/tasks/{copy}?create=true", json=await read(api, task_id))
    assert (copied.status_code, copied.json()["id"], copied.json()["name"]) == (201, copy, "other")
    await api.delete(f"/tasks/{task_id}")
    assert (await api.put(address, json=recurring())).status_code == 201


@pytest.mark.parametrize("call", ["put", "pause", "resume"])
async def test_the_last_run_is_answered(api: httpx.AsyncClient, call: str) -> None:
    task_id = unique()
    await api.post("/tasks", json=recurring(id=task_id))
    run_id = (await api.post(f"/tasks/{task_id}/run")).json()["id"]

    async def succeeded() -> bool:
        last = (await read(api, task_id))["last_run"]
        return bool(last and last["status"] == "succeeded")

    await eventually(succeeded)
    if call == "put":
        found = await api.put(f"/tasks/{task_id}", json=recurring(description="new"))
    else:
        found = await api.post(f"/tasks/{task_id}/{call}")
    assert found.status_code == 200, found.text
    assert found.json()["last_run"]["id"] == run_id
    listed = (await api.get(f"/tasks/{task_id}/runs")).json()["items"][0]
    one = (await api.get(f"/runs/{run_id}")).json()
    for field in ("started_at", "finished_at", "lateness", "attempts", "status", "scheduled_for"):
        assert listed[field] == one[field], field
    assert found.json()["last_run"]["finished_at"] == one["finished_at"]


async def test_a_run_with_values_of_its_own(api: httpx.AsyncClient) -> None:
    task_id = unique()
    printed = {"kind": "command", "argv": ["sh", "-c", "echo $A $B"], "env": {"A": "1", "B": "2"}}
    await api.post("/tasks", json=recurring(id=task_id, action=printed))
    due = "2026-01-02T03:04:05Z"
    body = {"env": {"B": "9"}, "scheduled_for": due}
    started = await api.post(f"/tasks/{task_id}/run", json=body)
    assert (started.status_code, started.json()["scheduled_for"]) == (202, due)
    run = await ended(api, started.json()["id"])
    assert (run["status"], run["scheduled_for"], run["cause"]) == ("succeeded", due, "manual")
    assert "1 9" in str(run["output"])
    assert (await read(api, task_id))["action"]["env"] == {"A": "1", "B": "2"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"arguments": [1]}, "arguments"),
        ({"body": None}, "body"),
        ({"env": {"A=": "1"}}, "env"),
        ({"scheduled_for": "2099-01-01T00:00:00Z"}, "scheduled_for"),
        ({"colour": 1}, "colour"),
    ],
)
async def test_a_run_with_values_that_do_not_fit(
    api: httpx.AsyncClient, body: dict[str, Any], field: str
) -> None:
    task_id = unique()
    await api.post(
        "/tasks", json=recurring(id=task_id, action={"kind": "command", "argv": ["true"]})
    )
    found = await api.post(f"/tasks/{task_id}/run", json=body)
    assert found.status_code == 422
    assert [e["field"].partition(".")[0] for e in found.json()["errors"]] == [field]
