"""What a caller sees is the same on every store.

`make test` runs this on the embedded server's SQLite, `make cluster-test` on PostgreSQL. Nothing
here asks which one it is: both have to give the one answer that is written down.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import httpx
import pytest

from tests.api.reading import listed, walk
from tests.definitions import one_time, recurring, unique
from tests.waiting import at_load, eventually

pytestmark = pytest.mark.anyio

#: Names that stores compare and order each in their own way.
_NAMES = {
    "upper": "ZEBRA crossing",
    "lower": "zebra stripes",
    "umlaut": "Äpfel und Öl",
    "umlaut-apart": "a\u0308hnlich",
    "sharp": "Große STRASSE",
    "greek": "Ναύπλιο",
    "dotted": "İstanbul",
    "kanji": "日本の報告",
    "emoji": "🚀 launch",
    "underscore": "a_b report",
    "percent": "100%_done",
    "escape": "wow!_such",
    "quote": 'say "hi"',
    "backslash": "C:\\temp",
    "apostrophe": "it's here",
}

#: What each search finds, among the names above.
_FOUND: dict[str, set[str]] = {
    "zebra": {"upper", "lower"},
    "ZEBRA S": {"lower"},
    "ZeBrA c": {"upper"},
    "apfel": {"umlaut"},
    "Äpfel": {"umlaut"},
    "ähn": {"umlaut-apart"},
    "AHNLICH": {"umlaut-apart"},
    "strasse": {"sharp"},
    "große": {"sharp"},
    "ΝΑΥΠΛΙΟ": {"greek"},
    "istanbul": {"dotted"},
    "報告": {"kanji"},
    "launch": {"emoji"},
    "a_b": {"underscore"},
    "axb": set(),
    "100%": {"percent"},
    "100x": set(),
    'say "hi"': {"quote"},
    "c:\\temp": {"backslash"},
    "it's": {"apostrophe"},
}


@pytest.fixture(scope="module")
async def tag(api: httpx.AsyncClient) -> str:
    """The tag of one task for each of the names."""
    mine = unique()
    batch = [one_time(id=f"{mine}-{key}", name=name, tags=[mine]) for key, name in _NAMES.items()]
    await api.post("/tasks:batch", json={"tasks": batch})
    await listed(api, len(_NAMES), tag=mine)
    return mine


@pytest.mark.parametrize("q", _FOUND)
async def test_a_search_finds_the_same(api: httpx.AsyncClient, tag: str, q: str) -> None:
    assert await _keys(api, tag, q=q) == _FOUND[q]


async def test_the_start_of_an_id_is_found_without_regard_to_case(
    api: httpx.AsyncClient, tag: str
) -> None:
    """A single letter is not indexed as a word's beginning, so the store itself compares it."""
    for q in (f"{tag}-z", f"{tag}-Z", f"{tag}-z".upper()):
        assert await _keys(api, tag, q=q) == set(), q
    for q in (f"{tag}-g", f"{tag}-G", f"{tag}-g".upper()):
        assert await _keys(api, tag, q=q) == {"greek"}, q


@pytest.mark.parametrize("limit", [1, 4, 500])
async def test_by_name_the_order_is_the_same(api: httpx.AsyncClient, tag: str, limit: int) -> None:
    rows = await walk(api, "/tasks", tag=tag, sort="name", limit=limit)
    expected = sorted(_NAMES.values(), key=str.casefold)
    assert [row["name"] for row in rows] == expected


async def test_the_newest_open_task_comes_first(api: httpx.AsyncClient) -> None:
    mine = unique()
    for number in range(5):
        await api.post("/tasks", json=recurring(id=f"{mine}-{number}", tags=[mine]))
    rows = await listed(api, 5, tag=mine)
    assert [row["id"] for row in rows] == [f"{mine}-{number}" for number in (4, 3, 2, 1, 0)]


async def test_a_filter_by_time_takes_both_ends_in(api: httpx.AsyncClient) -> None:
    """Stores round to a millisecond, each in its own way, so one more may match."""
    task = unique()
    await api.post("/tasks", json=recurring(id=task))
    for _ in range(3):
        assert (await api.post(f"/tasks/{task}/run")).status_code == 202

    async def runs(**query: Any) -> list[str]:
        return [run["id"] for run in await walk(api, f"/tasks/{task}/runs", **query)]

    async def ended() -> bool:
        return len(await runs(status="succeeded")) == 3

    await eventually(ended)
    found = await walk(api, f"/tasks/{task}/runs")
    middle = sorted(found, key=lambda run: str(run["scheduled_for"]))[1]
    at = datetime.fromisoformat(middle["scheduled_for"])
    tick = timedelta(milliseconds=2)
    assert await runs(since=at.isoformat(), until=at.isoformat()) == [middle["id"]]
    assert await runs(since=(at - tick).isoformat(), until=at.isoformat()) == [middle["id"]]
    assert middle["id"] not in await runs(since=(at + tick).isoformat())
    assert middle["id"] not in await runs(until=(at - tick).isoformat())


async def test_a_new_task_is_in_the_list_within_a_second(api: httpx.AsyncClient) -> None:
    mine = unique()
    await api.post("/tasks", json=one_time(id=mine, tags=[mine]))
    began = monotonic()
    await listed(api, 1, tag=mine)
    assert monotonic() - began < at_load(1)


async def _keys(api: httpx.AsyncClient, tag: str, **query: Any) -> set[str]:
    rows = await walk(api, "/tasks", tag=tag, **query)
    return {row["id"].removeprefix(f"{tag}-") for row in rows}
