"""Which runs the log lists: by what their task is, by why they ran, by how they failed."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.api.problem import fields
from tests.api.reading import walk
from tests.definitions import SLEEP, one_time, recurring, unique
from tests.waiting import eventually

pytestmark = pytest.mark.anyio

FALSE = {"kind": "command", "argv": ["false"]}


async def test_runs_of_tasks_as_they_are_described(api: httpx.AsyncClient) -> None:
    tag = unique()
    tasks = {
        "once": one_time(0, name='The "odd" Überlauf', tags=[tag, 'a"b']),
        "fails": recurring(name="Nightly report", tags=[tag], action=FALSE, retry=ONE),
        "sleeps": recurring(name="Long one", tags=[tag], action=SLEEP),
    }
    for name, body in tasks.items():
        await api.post("/tasks", json={"id": f"{tag}-{name}", **body})
    for name in ("fails", "sleeps"):
        assert (await api.post(f"/tasks/{tag}-{name}/run")).json()["task_name"]
    end = "2026-01-01T00:00:00Z"
    await api.post(f"/tasks/{tag}-fails/backfill", json={"from": "2025-12-01T00:00:00Z", "to": end})

    async def found(**query: Any) -> list[str]:
        rows = await walk(api, "/runs", **{"tag": tag, **query})
        assert all(row["task_name"] == _named(row, tasks) for row in rows)
        return sorted(f"{row['task_id'].removeprefix(tag + '-')} {row['cause']}" for row in rows)

    once, manual, backfill = "once trigger", "fails manual", "fails backfill"
    sleeps = "sleeps manual"

    async def all_of_them() -> bool:
        ended = await found(status="failed") == sorted([manual, backfill])
        return ended and await found() == sorted([once, manual, backfill, sleeps])

    await eventually(all_of_them)
    assert await found(status="running") == [sleeps]
    (going,) = await walk(api, "/runs", tag=tag, status="running")
    assert (await api.get(f"/runs/{going['id']}")).json()["task_name"] == "Long one"
    assert await found(kind="once") == [once]
    assert await found(kind="cron", status="failed") == sorted([manual, backfill])
    assert await found(cause="trigger") == [once]
    assert await found(cause="manual") == sorted([manual, sleeps])
    assert await found(cause="backfill") == [backfill]
    assert await found(tag=[tag, 'a"b']) == [once]
    assert await found(tag=[tag, "A"]) == []
    assert await found(q="uberlauf odd") == [once]
    assert await found(q=f"{tag}-fails") == sorted([manual, backfill])
    assert await found(q="'") == []
    assert await found(error="ExitCode") == sorted([manual, backfill])
    assert await found(error="ExitCode", limit=1, cause="manual") == [manual]
    assert await found(error="HttpStatus") == []
    (run,) = await walk(api, "/runs", tag=tag, cause="backfill")
    assert (await api.get(f"/runs/{run['id']}")).json()["task_name"] == "Nightly report"
    # The runs of a deleted recurring task stay readable, by what it was, too.
    await api.delete(f"/tasks/{tag}-fails")
    assert await found(cause="backfill") == [backfill]


ONE = {"max_attempts": 1}


def _named(row: dict[str, Any], tasks: dict[str, dict[str, Any]]) -> str:
    name: str = tasks[row["task_id"].rpartition("-")[2]]["name"]
    return name


@pytest.mark.parametrize("query", ["cause=chance", "kind=weekly", "tag=%00", "error=%0a"])
async def test_a_query_of_runs_is_read_strictly(api: httpx.AsyncClient, query: str) -> None:
    (field,) = fields(await api.get(f"/runs?{query}"))
    assert field.partition(".")[0] == query.partition("=")[0]
