"""One change to many tasks over REST, and the tags that name groups of them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.definitions import one_time, recurring, unique
from tests.waiting import eventually

pytestmark = pytest.mark.anyio


async def _registered(api: httpx.AsyncClient, tag: str) -> list[str]:
    ids = [f"{tag}-{n}" for n in range(3)]
    paused = recurring(id=ids[0], tags=[tag, "odd/" + tag], paused=True)
    batch = [paused, *(recurring(id=task_id, tags=[tag]) for task_id in ids[1:])]
    await api.post("/tasks:batch", json={"tasks": batch})

    async def there() -> bool:
        return len((await api.get("/tasks", params={"tag": tag})).json()["items"]) == 3

    await eventually(there)
    return ids


def _outcomes(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 200, answer.text
    return {each["id"]: each["outcome"] for each in answer.json()["results"]}


async def test_pause_and_resume_by_filter_and_by_ids(api: httpx.AsyncClient) -> None:
    tag = unique()
    ids = await _registered(api, tag)
    body: dict[str, Any] = {"tag": [tag], "note": "for all"}
    dry = _outcomes(await api.post("/tasks:pause", json={**body, "dry_run": True}))
    assert dry == dict(zip(ids, ["unchanged", "would_change", "would_change"], strict=True))
    answer = await api.post("/tasks:pause", json=body)
    assert _outcomes(answer) == dict(zip(ids, ["unchanged", "done", "done"], strict=True))
    (first,) = [each for each in answer.json()["results"] if each["id"] == ids[1]]
    assert (first["revision"], first["before"]["paused"], first["problem"]) == (2, False, None)
    assert (await api.get(f"/tasks/{ids[0]}")).json()["note"] == ""
    assert (await api.get(f"/tasks/{ids[1]}")).json()["note"] == "for all"
    answer = await api.post("/tasks:resume", json={"ids": [*ids[1:], "nobody"]})
    assert list(_outcomes(answer).values()) == ["done", "done", "refused"]
    assert answer.json()["results"][2]["problem"]["status"] == 404


async def test_run_and_delete(api: httpx.AsyncClient) -> None:
    tag = unique()
    ids = await _registered(api, tag)
    answer = await api.post("/tasks:run", json={"ids": ids[1:], "note": "once more"})
    runs = [each["run"] for each in answer.json()["results"]]
    assert [(run["task_id"], run["note"]) for run in runs] == [
        (id_, "once more") for id_ in ids[1:]
    ]

    async def healthy() -> bool:
        query = {"tag": tag, "health": "healthy"}
        return len((await api.get("/tasks", params=query)).json()["items"]) == 2

    await eventually(healthy)
    counts = {each["tag"]: each for each in (await api.get("/tags")).json()["items"]}
    assert counts[tag] == {"tag": tag, "tasks": 3, "failing": 0, "paused": 1}
    assert counts[f"odd/{tag}"] == {"tag": f"odd/{tag}", "tasks": 1, "failing": 0, "paused": 1}
    read = (await api.get(f"/runs/{runs[0]['id']}")).json()
    listed = (await api.get(f"/tasks/{ids[1]}/runs")).json()["items"][0]
    assert (read["status"], read["note"], listed["note"]) == ("succeeded", "once more", "once more")
    unneeded = {"tag": tag, "health": "healthy", "note": "the branch closed"}
    assert set(_outcomes(await api.post("/tasks:delete", json=unneeded))) == set(ids[1:])
    last = (await api.get(f"/tasks/{ids[1]}/revisions")).json()["items"][0]
    assert (last["change"], last["note"]) == ("deleted", "the branch closed")
    assert (await api.get(f"/tasks/{ids[1]}")).status_code == 404
    assert (await api.get(f"/tasks/{ids[0]}")).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "ids"),
        ({"q": " "}, "ids"),
        ({"tag": []}, "ids"),
        ({"ids": ["a"], "tag": "b"}, "ids"),
        ({"ids": []}, "ids"),
        ({"status": "failing"}, "status"),
        ({"health": "well"}, "health"),
        ({"tag": "x", "kind": "cron"}, "kind"),
        ({"ids": ["a"], "until": "2020-01-01T00:00:00Z"}, "until"),
    ],
)
async def test_what_is_no_selection(
    api: httpx.AsyncClient, body: dict[str, Any], field: str
) -> None:
    answer = await api.post("/tasks:pause", json=body)
    assert answer.status_code == 422
    assert field in {error["field"].partition(".")[0] for error in answer.json()["errors"]}


async def test_a_filter_that_fits_nothing_changes_nothing(api: httpx.AsyncClient) -> None:
    await api.post("/tasks", json=one_time(id=unique()))
    answer = await api.post("/tasks:delete", json={"tag": "nobody-has-it"})
    assert answer.json() == {"results": []}
