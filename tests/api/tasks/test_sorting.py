"""The sorted list of tasks, page by page."""

from __future__ import annotations

import httpx
import pytest

from tests.api.problem import fields
from tests.api.reading import listed, walk
from tests.definitions import LOG, one_time, recurring, unique
from tests.waiting import eventually

pytestmark = pytest.mark.anyio


async def test_every_order_page_by_page(api: httpx.AsyncClient) -> None:
    tag = unique()
    hourly = {"kind": "interval", "every": 3600}
    made = {
        "yearly": recurring(name="b", tags=[tag]),
        "soon": one_time(60, name="Ä", tags=[tag]),
        "paused": recurring(name="C", tags=[tag], paused=True),
        "hourly": {"name": "a", "tags": [tag], "trigger": hourly, "action": LOG},
        "later": one_time(7200, name="d", tags=[tag]),
    }
    for name, body in made.items():
        assert (await api.post("/tasks", json={"id": f"{tag}-{name}", **body})).status_code == 201
    await listed(api, 5, tag=tag)

    async def order(sort: str, limit: int) -> list[str]:
        rows = await walk(api, "/tasks", tag=tag, sort=sort, limit=limit)
        return [row["id"].removeprefix(f"{tag}-") for row in rows]

    for limit in (1, 2, 50):
        assert await order("created", limit) == list(made)[::-1]
        assert await order("name", limit) == ["hourly", "yearly", "paused", "later", "soon"]
        coming = await order("next_run", limit)
        assert [each for each in coming if each != "hourly"] == [
            "soon",
            "later",
            "yearly",
            "paused",
        ]
    for name in ("paused", "yearly"):
        await api.post(f"/tasks/{tag}-{name}/run")

        async def first(name: str = name) -> bool:
            well = await walk(api, "/tasks", tag=tag, health="healthy")
            ran = any(row["id"] == f"{tag}-{name}" for row in well)
            return ran and (await order("last_run", 2))[0] == name

        await eventually(first)
    assert await order("last_run", 2) == ["yearly", "paused", *sorted(["soon", "hourly", "later"])]


async def test_an_order_that_is_none_and_a_cursor_of_another(api: httpx.AsyncClient) -> None:
    tag = unique()
    for _ in range(2):
        await api.post("/tasks", json=one_time(tags=[tag]))
    await listed(api, 2, tag=tag)
    assert list(fields(await api.get("/tasks?sort=colour"))) == ["sort"]
    query: dict[str, str | int] = {"tag": tag, "limit": 1, "sort": "name"}
    cursor = (await api.get("/tasks", params=query)).json()["next_cursor"]
    other = await api.get("/tasks", params={**query, "sort": "created", "cursor": cursor})
    assert list(fields(other, "invalid-definition")) == ["cursor"]
