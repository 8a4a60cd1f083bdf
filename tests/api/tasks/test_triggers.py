"""`POST /triggers/preview`: when something would run."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import httpx
import pytest

from tests.api.problem import fields
from tests.definitions import YEARLY, unique

pytestmark = pytest.mark.anyio

WEEKDAYS = {"kind": "cron", "expression": "0 9 * * 1-5", "timezone": "Europe/Rome"}


async def preview(api: httpx.AsyncClient, trigger: dict[str, Any], **more: Any) -> dict[str, Any]:
    answer = await api.post("/triggers/preview", json={"trigger": trigger, **more})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_instants_words_and_warnings(api: httpx.AsyncClient) -> None:
    found = await preview(api, WEEKDAYS, count=3, after="2026-12-24T12:00:00+01:00")
    assert found["next_runs"] == [
        "2026-12-25T08:00:00Z",
        "2026-12-28T08:00:00Z",
        "2026-12-29T08:00:00Z",
    ]
    assert found["description"] == "At 09:00, Monday to Friday"
    both = await preview(api, {"kind": "cron", "expression": "0 0 31 * 1"})
    assert any("Day-of-month and day-of-week" in warning for warning in both["warnings"])


async def test_how_many(api: httpx.AsyncClient) -> None:
    assert len((await preview(api, WEEKDAYS))["next_runs"]) == 10
    assert len((await preview(api, WEEKDAYS, count=1000))["next_runs"]) == 1000
    limited = {**WEEKDAYS, "max_runs": 4}
    assert len((await preview(api, limited))["next_runs"]) == 4


async def test_it_agrees_with_the_task(api: httpx.AsyncClient) -> None:
    task_id = unique()
    trigger = {"kind": "cron", "expression": "H H * * *", "timezone": "America/New_York"}
    body = {"id": task_id, "trigger": trigger, "action": {"kind": "log", "message": "x"}}
    task = (await api.post("/tasks", json=body)).json()
    found = await preview(api, trigger, count=5, id=task_id)
    assert found["next_runs"] == task["next_runs"]
    assert found["next_runs"] != (await preview(api, trigger, count=5, id="other"))["next_runs"]


async def test_jitter_is_told_where_the_id_is(api: httpx.AsyncClient) -> None:
    trigger = {"kind": "interval", "every": "PT1H", "jitter": "PT10M"}
    nominal = (await preview(api, trigger))["next_runs"]
    jittered = (await preview(api, trigger, id="some-task"))["next_runs"]
    assert jittered != nominal
    assert jittered == (await preview(api, trigger, id="some-task"))["next_runs"]
    assert all(instant.endswith(":00:00Z") for instant in nominal)
    assert all(datetime.fromisoformat(instant).minute < 10 for instant in jittered)


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({}, "trigger", "invalid-request"),
        ({"trigger": YEARLY, "count": 0}, "count", "invalid-request"),
        ({"trigger": YEARLY, "count": 1001}, "count", "invalid-request"),
        ({"trigger": YEARLY, "after": "2026-01-01T00:00:00"}, "after", "invalid-request"),
        ({"trigger": YEARLY, "after": "9999-12-30T00:00:00Z"}, "after", "invalid-definition"),
        ({"trigger": YEARLY, "id": "No"}, "id", "invalid-request"),
        (
            {"trigger": {"kind": "cron", "expression": "0 0 30 2 *"}},
            "trigger.expression",
            "invalid-definition",
        ),
    ],
)
async def test_what_cannot_be_previewed(
    api: httpx.AsyncClient, body: dict[str, Any], field: str, code: str
) -> None:
    assert list(fields(await api.post("/triggers/preview", json=body), code)) == [field]


async def test_a_long_search_does_not_hold_up_other_calls(api: httpx.AsyncClient) -> None:
    hard = {"kind": "cron", "expression": "* * * * *", "exclude": ["* * * * *"]}
    searches = [
        asyncio.ensure_future(api.post("/triggers/preview", json={"trigger": hard}))
        for _ in range(4)
    ]
    assert (await api.get("/healthz")).status_code == 200
    assert not all(search.done() for search in searches)
    assert {answer.status_code for answer in await asyncio.gather(*searches)} == {422}
