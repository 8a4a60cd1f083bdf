"""Lists: filters, and cursors that neither repeat nor lose a row."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx
import pytest

from tests.api.problem import fields
from tests.api.reading import listed, walk
from tests.definitions import SLEEP, one_time, recurring, unique
from tests.waiting import eventually

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("limit", [1, 7, 500])
async def test_a_walk_through_tasks_neither_repeats_nor_loses(
    api: httpx.AsyncClient, limit: int
) -> None:
    tag = unique()
    batch = [(recurring if n % 2 else one_time)(id=f"{tag}-{n:02}", tags=[tag]) for n in range(20)]
    await api.post("/tasks:batch", json={"tasks": batch})
    await listed(api, 20, tag=tag, limit=500)
    rows = [row["id"] for row in await walk(api, "/tasks", tag=tag, limit=limit)]
    assert sorted(rows) == [f"{tag}-{n:02}" for n in range(20)]


async def test_tasks_registered_during_a_walk_do_not_disturb_it(api: httpx.AsyncClient) -> None:
    tag = unique()
    await api.post(
        "/tasks:batch", json={"tasks": [one_time(id=f"{tag}-{n}", tags=[tag]) for n in range(6)]}
    )
    await listed(api, 6, tag=tag)
    first = (await api.get("/tasks", params={"tag": tag, "limit": 3})).json()
    await api.post("/tasks", json=one_time(id=f"{tag}-new", tags=[tag]))
    await listed(api, 7, tag=tag)
    rest = await api.get("/tasks", params={"tag": tag, "cursor": first["next_cursor"]})
    walked = [row["id"] for row in (*first["items"], *rest.json()["items"])]
    assert sorted(set(walked) - {f"{tag}-new"}) == [f"{tag}-{n}" for n in range(6)]
    assert len(walked) == len(set(walked))


async def test_filters(api: httpx.AsyncClient) -> None:
    tag = unique()
    made = {
        "once": one_time(id=f"{tag}-once", name="Überfällig", tags=[tag, "it's"]),
        "cron": recurring(id=f"{tag}-cron", name="Nightly REPORT", tags=[tag]),
        "paused": recurring(id=f"{tag}-paused", name="nightly backup", paused=True, tags=[tag]),
        "done": one_time(0, id=f"{tag}-done", tags=[tag]),
    }
    await api.post("/tasks:batch", json={"tasks": list(made.values())})

    async def done() -> list[dict[str, Any]]:
        return await walk(api, "/tasks", tag=tag, status="completed")

    await eventually(done)

    async def ids(**query: Any) -> set[str]:
        rows = await walk(api, "/tasks", **{"tag": tag, **query})
        return {row["id"].removeprefix(f"{tag}-") for row in rows}

    assert await ids() == set(made)
    assert await ids(kind="once") == {"once", "done"}
    assert await ids(kind="cron") == {"cron", "paused"}
    assert await ids(status="paused") == {"paused"}
    assert await ids(status="scheduled") == {"once", "cron"}
    assert await ids(status="completed") == {"done"}
    assert await ids(q="nightly") == {"cron", "paused"}
    assert await ids(q="NIGHTLY r") == {"cron"}
    assert await ids(q="über") == {"once"}
    assert await ids(q=f"{tag}-c") == {"cron"}
    assert await ids(q="' OR '1' = '1") == set()
    assert await ids(tag="it's") >= {"once"}
    assert await ids(tag="nobody") == set()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("limit=many", "limit"),
        ("status=bogus", "status"),
        ("status=failing", "status"),
        ("health=failed", "health"),
        ("kind=weekly", "kind"),
        ("q=%00", "q"),
        ("colour=red", "colour"),
        (f"cursor={'A' * 5000}", "cursor"),
    ],
)
async def test_a_query_is_read_strictly(api: httpx.AsyncClient, query: str, field: str) -> None:
    assert list(fields(await api.get(f"/tasks?{query}"))) == [field]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("since=2026-01-01T00:00:00", "offset"),
        ("since=2026-01-01", "instant"),
        ("since=1767225600", "instant"),
        ("until=9999-12-31T23:59:59-01:00", "outside the supported years"),
    ],
)
async def test_an_instant_needs_an_offset(api: httpx.AsyncClient, query: str, said: str) -> None:
    [(field, message)] = fields(await api.get(f"/runs?{query}")).items()
    assert field == query.partition("=")[0]
    assert said in message


async def test_a_cursor_belongs_to_its_list_and_filters(api: httpx.AsyncClient) -> None:
    tag = unique()
    await api.post("/tasks:batch", json={"tasks": [one_time(tags=[tag]) for _ in range(3)]})
    await listed(api, 3, tag=tag)
    cursor = (await api.get("/tasks", params={"tag": tag, "limit": 1})).json()["next_cursor"]
    inner = json.loads(base64.urlsafe_b64decode(cursor + "=="))
    changed = {**inner, "t": base64.b64encode(b"junk").decode()}
    nested = base64.urlsafe_b64encode(b"[" * 2900).decode()
    for path, query in (
        ("/tasks", {"cursor": cursor}),
        ("/tasks", {"cursor": cursor, "tag": tag, "kind": "cron"}),
        ("/runs", {"cursor": cursor}),
        ("/tasks", {"cursor": "nonsense", "tag": tag}),
        ("/tasks", {"cursor": nested, "tag": tag}),
        (
            "/tasks",
            {"cursor": base64.urlsafe_b64encode(json.dumps(changed).encode()).decode(), "tag": tag},
        ),
    ):
        answer = await api.get(path, params=query)
        assert list(fields(answer, "invalid-definition")) == ["cursor"]


async def test_the_execution_log(api: httpx.AsyncClient) -> None:
    task_id = unique()
    await api.post("/tasks", json=recurring(id=task_id))
    runs = [(await api.post(f"/tasks/{task_id}/run")).json() for _ in range(5)]

    async def log(**query: Any) -> list[str]:
        return [row["id"] for row in await walk(api, f"/tasks/{task_id}/runs", **query)]

    async def all_ended() -> bool:
        return len(await log(status="succeeded")) == 5

    await eventually(all_ended)
    ids = [run["id"] for run in runs]
    assert sorted(await log(limit=2)) == sorted(ids)
    assert await log(status="failed") == []
    third = runs[2]["scheduled_for"]
    assert set(await log(since=third)) == set(ids[2:])
    assert set(await log(until=third)) == set(ids[:3])
    unescaped = third.replace("Z", "+00:00")
    assert (await api.get(f"/runs?since={unescaped}")).status_code == 200
    everything = [row["id"] for row in await walk(api, "/runs", limit=500)]
    assert set(ids) <= set(everything)
    assert len(everything) == len(set(everything))


async def test_running_ones_come_first(api: httpx.AsyncClient) -> None:
    task_id = unique()
    await api.post("/tasks", json=recurring(id=task_id, action=SLEEP, timeout=90))
    running = (await api.post(f"/tasks/{task_id}/run")).json()["id"]
    await api.put(f"/tasks/{task_id}", json=recurring())
    ended = (await api.post(f"/tasks/{task_id}/run")).json()["id"]

    async def both() -> bool:
        rows = (await api.get(f"/tasks/{task_id}/runs")).json()["items"]
        states = [(row["id"], row["status"]) for row in rows]
        return states == [(running, "running"), (ended, "succeeded")]

    await eventually(both)
    assert (await api.post(f"/runs/{running}/cancel")).status_code == 202
