"""Search: tags and words are found as written, and no query is an error."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest

from tests.api.reading import listed, walk
from tests.definitions import one_time, unique
from tests.waiting import eventually

pytestmark = pytest.mark.anyio
_ODD = [
    'a"b', "it's", "back\\slash", "C:\\", "x*", "NEAR", "OR", "(", "ä", "Ä", "日本", "'", '"', "%",
    ":",
]  # fmt: skip


async def test_a_tag_is_found_as_it_is_written_whatever_it_is_made_of(
    api: httpx.AsyncClient,
) -> None:
    mine = unique()
    cased = [mine, mine.upper()]
    batch = [one_time(id=f"{mine}-{n}", tags=[mine, tag]) for n, tag in enumerate(_ODD)]
    await api.post("/tasks:batch", json={"tasks": [*batch, one_time(id=mine, tags=cased)]})
    await listed(api, len(_ODD) + 1, tag=mine)
    for n, tag in enumerate(_ODD):
        rows = await walk(api, "/tasks", tag=[mine, tag])
        assert [row["id"] for row in rows] == [f"{mine}-{n}"], tag
    assert [row["id"] for row in await walk(api, "/tasks", tag=mine.upper())] == [mine]
    assert [row["id"] for row in await walk(api, "/tasks", tag=cased)] == [mine]
    assert await walk(api, "/tasks", tag=[mine, "NOBODY"]) == []


async def test_words_are_found_wherever_they_stand(api: httpx.AsyncClient) -> None:
    mine = unique()
    url = f"https://api.example.com/{mine}/invoices?key=hidden"
    made = {
        "name": one_time(name=f'The "Überfällige" C:\\temp report {mine}'),
        "about": one_time(description="x " * 1900 + f"it's {mine} for Ναύπλιο, 東京"),
        "tag": one_time(tags=[mine, "Quarter/3"]),
        "url": one_time(action={"kind": "http", "method": "GET", "url": url}),
        "argv": one_time(action={"kind": "command", "argv": ["/usr/bin/rsync", f"--to={mine}"]}),
        "queue": one_time(action={"kind": "activity", "name": f"sync-{mine}-ledger"}),
        "id": one_time(id=f"{mine}-by-id"),
    }
    for name, definition in made.items():
        answer = await api.post("/tasks", json={"id": f"{name}-{unique()}", **definition})
        assert answer.status_code == 201, answer.text

    async def found(q: str) -> set[str]:
        rows = await walk(api, "/tasks", q=q)
        return {row["id"].split("-")[0 if row["id"][:2] != "t-" else 3] for row in rows}

    await eventually(lambda: _all(found, mine, set(made)))
    for q, expected in {
        f"{mine} uberfallige REPORT": {"name"},
        f'"Überfällige" {mine}': {"name"},
        f"{mine} C:\\temp": {"name"},
        f"{mine} rep": {"name"},
        f"{mine} ναυπλιο": {"about"},
        f"東京 {mine}": {"about"},
        f"it's {mine}": {"about"},
        f"{mine} quarter/3": {"tag"},
        f"api.example.com {mine}": {"url"},
        f"{mine} hidden": set(),
        f"rsync {mine}": {"argv"},
        f"{mine} ledger sync": {"queue"},
        f"{mine}-by": {"id"},
        f"{mine} OR nothing": set(),
        f"{mine}' OR '1' = '1": set(),
    }.items():
        assert await found(q) == expected, q


async def _all(found: Callable[[str], Awaitable[set[str]]], q: str, expected: set[str]) -> bool:
    return await found(q) == expected


@pytest.mark.parametrize("q", ["'", '"', "\\", "*", "%", "_", "!", "a'", '"*', "NEAR(", "'' OR"])
async def test_no_search_is_an_error_or_finds_what_does_not_have_it(
    api: httpx.AsyncClient, q: str
) -> None:
    mine = unique()
    await api.post("/tasks", json=one_time(id=mine, tags=[mine]))
    await listed(api, 1, tag=mine)
    assert await walk(api, "/tasks", q=q, tag=mine) == []
