"""No query parameter and no instant in a body causes a 500."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx
import pytest

from onthedot.service.runs.listing import RunFilter
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.paging import Cursor, cursor_key
from tests.api.problem import fields, problem
from tests.definitions import LOG, recurring, unique

pytestmark = pytest.mark.anyio

INSTANTS = (
    "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "1677-09-21T00:12:43Z",
    "1969-12-31T23:59:59.999999Z", "2262-04-11T23:47:17Z", "9999-12-31T23:59:59.999Z",
    "9999-12-31T23:59:59.999999-14:00", "10000-01-01T00:00:00Z",
)  # fmt: skip
TEXTS = (
    "", " ", '"', 'a"b', "'", "\\", "a\\'b", "%", "_", "a' OR '1' = '1", ")", "é", "\ud7ff",
    "😀" * 50, "x" * 200, "x" * 201, "\x00", "*", "NEAR",
)  # fmt: skip
NUMBERS = ("-1", "0", "501", "1e3", "9" * 400, "NaN", "", "\u0661", "1_0", "0x10", "\uff11")


def _cursors() -> list[str]:
    made = [
        {"t": "", "b": 0, "q": ""},
        {"t": "AAAA", "b": 1e300, "q": "0" * 32},
        {"t": "AAAA", "b": "NaN", "q": None},
        {"t": 1, "b": 0, "q": 0},
        {"t": "\udcff", "b": 0, "q": "é"},
        {"t": "AAAA", "b": [], "q": {}},
        [],
        None,
    ]
    plain = [base64.urlsafe_b64encode(json.dumps(one).encode()).decode() for one in made]
    return [*plain, "x", "=", "====", "é", "e" * 4096, base64.b64encode(b"[" * 2000).decode()]


@pytest.fixture(scope="module")
async def task_id(api: httpx.AsyncClient) -> str:
    """A recurring task."""
    task_id = unique()
    assert (await api.post("/tasks", json=recurring(id=task_id))).status_code == 201
    return task_id


@pytest.mark.parametrize(
    ("path", "names", "values"),
    [
        ("/tasks", ("tag", "q", "kind", "status", "health", "sort"), TEXTS),
        ("/tasks", ("limit",), NUMBERS),
        ("/tasks", ("cursor",), tuple(_cursors())),
        ("/runs", ("since", "until"), INSTANTS),
        ("/runs", ("since", "until", "status", "tag", "kind", "cause", "error", "q"), TEXTS),
        ("/runs", ("limit",), NUMBERS),
        ("/runs", ("cursor",), tuple(_cursors())),
        ("/tasks/{}/runs", ("since", "until"), INSTANTS),
        ("/tasks/{}/runs", ("cursor",), tuple(_cursors())),
        ("/tasks/{}/ledger", ("since", "until"), INSTANTS),
        ("/tasks/{}/ledger", ("since", "until"), TEXTS),
        ("/tasks/{}/why", ("at",), (*INSTANTS, *TEXTS)),
    ],
)
async def test_a_query(
    api: httpx.AsyncClient,
    task_id: str,
    path: str,
    names: tuple[str, ...],
    values: tuple[str, ...],
) -> None:
    wrong = []
    for name in names:
        for value in values:
            found = await api.get(path.format(task_id), params={name: value})
            if found.status_code not in (200, 422):
                wrong.append((name, value, found.status_code, found.json().get("detail")))
    assert wrong == []


@pytest.mark.parametrize("end", ["9999-12-31T23:59:59.999Z", "2500-01-01T00:00:00Z"])
async def test_far_away_is_without_end(api: httpx.AsyncClient, task_id: str, end: str) -> None:
    span = {"since": "0001-01-01T00:00:00Z", "until": end}
    assert (await api.get("/runs", params=span)).status_code == 200
    assert (await api.get(f"/tasks/{task_id}/ledger", params=span)).status_code == 200


@pytest.mark.parametrize("at", INSTANTS)
async def test_an_instant_in_a_body(api: httpx.AsyncClient, task_id: str, at: str) -> None:
    now = "2026-01-01T00:00:00Z"
    every = {"kind": "interval", "every": 3600, "jitter": 60}
    once = {"kind": "once", "at": at}
    calls: list[tuple[str, dict[str, Any]]] = [
        ("/triggers/preview", {"trigger": once}),
        ("/triggers/preview", {"trigger": {**once, "timezone": "Asia/Tokyo"}, "after": at}),
        ("/triggers/preview", {"trigger": every, "after": at, "id": task_id}),
        ("/triggers/preview", {"trigger": {**every, "exclude": ["2027-01-01"]}, "after": at}),
        ("/triggers/preview", {"trigger": {**every, "start_at": at}}),
        ("/triggers/preview", {"trigger": {**every, "end_at": at, "exclude": ["* 1 * * *"]}}),
        ("/tasks", {"trigger": once, "action": LOG, "catchup_window": "P36525D"}),
        ("/tasks", {"trigger": {**every, "start_at": at}, "action": LOG, "paused": True}),
        ("/tasks", {"trigger": {**every, "end_at": at}, "action": LOG, "paused": True}),
        (f"/tasks/{task_id}/preview-edit", {"trigger": {**every, "start_at": at}, "action": LOG}),
        (f"/tasks/{task_id}/backfill", {"from": at, "to": now}),
        (f"/tasks/{task_id}/backfill", {"from": now, "to": at}),
        (f"/tasks/{task_id}/backfill", {"from": at, "to": at}),
        (f"/tasks/{task_id}/pause", {"until": at}),
        (f"/tasks/{task_id}/resume", {}),
    ]
    wrong = []
    for path, body in calls:
        found = await api.post(path, json=body)
        if found.status_code not in (200, 201, 202, 422):
            wrong.append((path, body, found.status_code, found.json().get("detail")))
        if found.status_code == 201:
            await api.delete(f"/tasks/{found.json()['id']}")
    assert wrong == []


async def test_a_signed_cursor_that_temporal_does_not_know(
    api: httpx.AsyncClient, temporal: Temporal
) -> None:
    """As after a move to another store, whose only message is "please retry"."""
    key, query = await cursor_key(temporal), RunFilter().text
    cursor = Cursor(b"nonsense", temporal.now()).encoded(query, key)
    found = await api.get("/runs", params={"cursor": cursor})
    problem(found, 503, "temporal-unavailable")


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("/tasks?limit=1&limit=2", "limit"),
        ("/tasks?status=paused&q=a&status=scheduled", "status"),
        ("/runs?since=2026-01-01T00:00:00Z&since=2027-01-01T00:00:00Z", "since"),
        ("/forecast?tag=a&tag=b", "tag"),
        ("/tasks.ics?task=a&task=b", "task"),
    ],
)
async def test_a_parameter_with_one_value_is_sent_once(
    api: httpx.AsyncClient, address: str, field: str
) -> None:
    assert list(fields(await api.get(address))) == [field]


async def test_a_tag_may_come_several_times(api: httpx.AsyncClient) -> None:
    for path in ("/tasks", "/runs", "/incidents"):
        assert (await api.get(f"{path}?tag=a&tag=b")).status_code == 200
