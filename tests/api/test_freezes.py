"""`/freezes` over REST: registered, read, replaced, lifted; what is refused names the field."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.api.problem import fields, problem
from tests.definitions import recurring, unique
from tests.waiting import eventually

pytestmark = pytest.mark.anyio

_HOUR = timedelta(hours=1)


async def test_a_freeze_is_made_replaced_and_lifted(api: httpx.AsyncClient) -> None:
    name, tag, task_id = unique("freeze"), unique("tag"), unique()
    body = {"until": _later(_HOUR), "tags": [tag], "then": "hold", "note": "year end"}
    made = await api.put(f"/freezes/{name}", json=body)
    assert made.status_code == 201
    assert made.json() | body == made.json() | {"until": body["until"]}
    assert (made.json()["in_force"], made.json()["release_over"]) == (True, "PT1M")
    assert (await api.get(f"/freezes/{name}")).json() == made.json()

    await api.post("/tasks", json=recurring(id=task_id, tags=[tag]))

    async def refused() -> httpx.Response | None:
        """It is in force within five seconds."""
        answer = await api.post(f"/tasks/{task_id}/run")
        return None if answer.status_code == 202 else answer

    assert name in problem(await eventually(refused), 409, "frozen")["detail"]
    asked = {"through_freeze": True}
    assert (await api.post(f"/tasks/{task_id}/run", json=asked)).status_code == 202

    weekly = {"kind": "cron", "expression": "0 3 * * 0", "timezone": "Europe/Rome"}
    again = await api.put(f"/freezes/{name}", json={"trigger": weekly, "duration": "PT2H"})
    assert (again.status_code, again.json()["tags"]) == (200, "all")
    assert again.json()["created_at"] == made.json()["created_at"]

    async def listed() -> bool:
        items = (await api.get("/freezes")).json()["items"]
        return [(i["trigger"] or {}).get("kind") for i in items if i["name"] == name] == ["cron"]

    await eventually(listed)
    assert (await api.delete(f"/freezes/{name}")).status_code == 204
    problem(await api.get(f"/freezes/{name}"), 404, "freeze-not-found")
    problem(await api.delete(f"/freezes/{name}"), 404, "freeze-not-found")
    problem(await api.delete("/freezes/Not%20a%20name"), 404, "freeze-not-found")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "until"),
        ({"until": "2026-01-01T00:00:00Z"}, "until"),
        ({"until": "2099-01-01T00:00:00Z", "duration": "PT1H"}, "duration"),
        ({"trigger": {"kind": "interval", "every": 60}}, "duration"),
        ({"trigger": {"kind": "interval", "every": 60}, "duration": "P90D"}, "duration"),
        (
            {
                "trigger": {"kind": "interval", "every": 60},
                "duration": 5,
                "until": "2099-01-01T00:00:00Z",
            },
            "until",
        ),
        (
            {"trigger": {"kind": "interval", "every": 60, "jitter": 5}, "duration": 5},
            "trigger.jitter",
        ),
        (
            {"trigger": {"kind": "cron", "expression": "61 * * * *"}, "duration": 5},
            "trigger.expression",
        ),
    ],
)
async def test_what_is_never_in_force_is_refused(
    api: httpx.AsyncClient, body: dict[str, Any], field: str
) -> None:
    refused = await api.put(f"/freezes/{unique('freeze')}", json=body)
    assert field in fields(refused, "invalid-definition")


async def test_names_and_unknown_fields_are_checked(api: httpx.AsyncClient) -> None:
    body = {"until": _later(_HOUR)}
    refused = await api.put("/freezes/Year%20end", json=body)
    assert "name" in fields(refused, "invalid-definition")
    assert fields(await api.put("/freezes/x", json={**body, "at": 1}))


async def test_of_two_editors_the_second_is_told(api: httpx.AsyncClient) -> None:
    name = unique("freeze")
    path, body = f"/freezes/{name}", {"until": _later(_HOUR), "tags": [name]}
    made = await api.put(path, json=body)
    assert (made.status_code, made.headers["location"]) == (201, path)
    seen = {"If-Match": made.headers["etag"]}
    assert (await api.get(path)).headers["etag"] == made.headers["etag"]
    notes = ("first", "second", "third")
    answers = await asyncio.gather(
        *(api.put(path, json={**made.json(), "note": note}, headers=seen) for note in notes)
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412]
    for answer in answers:
        if answer.status_code == 412:
            problem(answer, 412, "revision-mismatch")
    problem(await api.delete(path, headers=seen), 412, "revision-mismatch")
    now = (await api.get(path)).headers["etag"]
    assert (await api.delete(path, headers={"If-Match": f'"x", {now}'})).status_code == 204
    problem(await api.put(path, json=body, headers=seen), 404, "freeze-not-found")
    assert list(fields(await api.put(path, json=body, headers={"If-Match": "x"}))) == ["If-Match"]


def _later(by: timedelta) -> str:
    return (datetime.now(UTC).replace(microsecond=0) + by).isoformat().replace("+00:00", "Z")
