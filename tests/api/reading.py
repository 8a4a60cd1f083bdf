"""Reads lists over REST to their end, and waits for tasks and runs."""

from __future__ import annotations

from typing import Any

import httpx

from tests.waiting import eventually


async def walk(api: httpx.AsyncClient, path: str, **query: Any) -> list[dict[str, Any]]:
    """All rows of a list, page by page."""
    rows: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        params = {**query, **({"cursor": cursor} if cursor else {})}
        answer = await api.get(path, params=params)
        assert answer.status_code == 200, answer.text
        rows += answer.json()["items"]
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            return rows


async def listed(api: httpx.AsyncClient, count: int, **query: Any) -> list[dict[str, Any]]:
    """The tasks of a filter, once visibility shows so many."""

    async def there() -> list[dict[str, Any]]:
        rows = await walk(api, "/tasks", **query)
        return rows if len(rows) >= count else []

    return await eventually(there)


async def ended(api: httpx.AsyncClient, run_id: str) -> dict[str, Any]:
    """The run, once it has ended."""

    async def over() -> dict[str, Any]:
        run: dict[str, Any] = (await api.get(f"/runs/{run_id}")).json()
        return {} if run["status"] == "running" else run

    return await eventually(over)


async def in_status(api: httpx.AsyncClient, task_id: str, status: str) -> dict[str, Any]:
    """The task, once it has this status."""

    async def found() -> dict[str, Any]:
        task: dict[str, Any] = (await api.get(f"/tasks/{task_id}")).json()
        return task if task["status"] == status else {}

    return await eventually(found)
