"""Every call that changes something leaves one line of JSON, refused ones too."""

from __future__ import annotations

import json
import random
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from onthedot.access.audit_log import changes_something
from onthedot.access.roles import OPEN, Role
from onthedot.service.temporal.calls import Temporal
from onthedot.settings import Settings
from tests.api.serving import a_token_for_each_role, as_role, serving
from tests.definitions import one_time, recurring, unique

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
async def guarded(
    temporal: Temporal, settings: Settings, worker: object
) -> AsyncIterator[httpx.AsyncClient]:
    """REST with a token for each role."""
    async with serving(a_token_for_each_role(settings), temporal) as client:
        yield client


def _lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    told = [r.getMessage() for r in caplog.records if r.name == "onthedot.audit"]
    assert not any("otd_" in line for line in told)
    return [json.loads(line) for line in told]


async def test_a_line_says_who_did_what(
    guarded: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "onthedot.audit")
    task_id = unique()
    await guarded.post("/tasks", json=recurring(id=task_id), headers=as_role("editor"))
    await guarded.post(f"/tasks/{task_id}/pause", headers=as_role("operator"))
    await guarded.delete(f"/tasks/{task_id}", headers=as_role("viewer"))
    await guarded.delete(f"/tasks/{task_id}", headers=as_role("wrong"))
    await guarded.get(f"/tasks/{task_id}", headers=as_role("viewer"))
    await guarded.post("/tasks", json={"id": "UPPER"}, headers=as_role("editor"))
    await guarded.delete(f"/tasks/{task_id}", headers=as_role("editor"))
    run = await guarded.post("/tasks:run", json={"ids": [task_id]}, headers=as_role("viewer"))
    assert run.status_code == 403
    lines = _lines(caplog)
    assert [(x["call"], x["who"], x["status"]) for x in lines] == [
        ("create_task", "an-editor", 201),
        ("pause_task", "an-operator", 200),
        ("delete_task", "an-viewer", 403),
        ("delete_task", None, 401),
        ("create_task", "an-editor", 422),
        ("delete_task", "an-editor", 204),
        ("run_tasks", "an-viewer", 403),
    ]
    assert [(x.get("task"), x.get("before"), x.get("after")) for x in lines] == [
        (task_id, 0, 1),
        (task_id, 1, 2),
        (task_id, None, None),
        (task_id, None, None),
        (None, None, None),
        (task_id, 2, None),
        (None, None, None),
    ]
    assert lines[0] | {"task": ""} == {
        **{"who": "an-editor", "role": "editor", "via": "token", "door": "rest"},
        **{"address": "127.0.0.1", "call": "create_task", "status": 201},
        **{"task": "", "before": 0, "after": 1},
    }


async def test_what_was_started_is_named(
    guarded: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    ids = [unique() for _ in range(2)]
    for task_id in ids:
        await guarded.post("/tasks", json=recurring(id=task_id), headers=as_role("editor"))
    caplog.set_level("INFO", "onthedot.audit")
    one = await guarded.post(f"/tasks/{ids[0]}/run", headers=as_role("operator"))
    many = await guarded.post("/tasks:run", json={"ids": ids}, headers=as_role("operator"))
    lines = _lines(caplog)
    assert [line["call"] for line in lines] == ["run_task", "run_tasks"]
    assert (lines[0]["task"], lines[0]["started"]) == (ids[0], one.json()["id"])
    started = {each["id"]: each["run"]["id"] for each in many.json()["results"]}
    assert {each["task"]: each["started"] for each in lines[1]["changes"]} == started


@pytest.mark.parametrize("calls", [200, pytest.param(1000, marks=pytest.mark.full)])
async def test_as_many_lines_as_calls_and_as_many_changes_as_revisions(
    guarded: httpx.AsyncClient, caplog: pytest.LogCaptureFixture, calls: int
) -> None:
    caplog.set_level("INFO", "onthedot.audit")
    chance, ids = random.Random(11), [unique() for _ in range(6)]
    sent = 0
    for _ in range(calls):
        task_id, role = chance.choice(ids), chance.choice(list(Role))
        address = f"/tasks/{task_id}"
        body: dict[str, Any] | None
        method, path, body = chance.choice(
            [
                ("POST", "/tasks", one_time(id=task_id)),
                ("PUT", address, one_time(delay=chance.randint(900, 9000))),
                ("POST", f"{address}/pause", None),
                ("POST", f"{address}/resume", None),
                ("POST", f"{address}/preview-edit", one_time()),
                ("GET", address, None),
            ]
        )
        await guarded.request(method, path, json=body, headers=as_role(role))
        sent += method != "GET" and not path.endswith("preview-edit")
    lines = _lines(caplog)
    assert len(lines) == sent
    assert all("before" not in line for line in lines if line["status"] >= 400)
    for task_id in ids:
        found = await guarded.get(f"/tasks/{task_id}", headers=as_role("viewer"))
        revision = found.json().get("revision", 0)
        steps = [line["after"] for line in lines if line.get("task") == task_id and "after" in line]
        assert steps == list(range(1, revision + 1))


async def test_no_address_can_forge_a_line_or_steer_a_terminal(
    guarded: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "onthedot.audit")
    wanted = 'a\n{"who":"x"}\x1b[2J\x7f\x9b31m\u2028\u202eü'
    await guarded.delete(f"/tasks/{quote(wanted)}", headers=as_role("editor"))
    (told,) = (r.getMessage() for r in caplog.records if r.name == "onthedot.audit")
    assert told.isprintable()
    assert "ü" in told
    assert json.loads(told)["task"] == wanted


def test_what_anyone_may_ask_is_no_change() -> None:
    assert not any(changes_something(call) for call in OPEN)
