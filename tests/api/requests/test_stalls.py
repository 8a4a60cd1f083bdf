"""No trigger, however expensive, keeps the server from answering others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from time import monotonic, process_time
from typing import Any

import httpx
import pytest
from temporalio.client import Client

from onthedot.settings import Settings
from tests.api.problem import fields, problem
from tests.api.serving import serving
from tests.definitions import LOG, unique
from tests.waiting import at_load, patient

pytestmark = pytest.mark.anyio

#: The longest that the event loop may be held, in seconds. What was found took up to 53.
MOST = 0.5

SECONDLY = {"kind": "cron", "expression": "* * * * * *"}
#: Laborious to refuse: different days, so that each day is looked at.
LABORIOUS = {
    "kind": "interval",
    "every": 61,
    "exclude": [f"{n % 60} {n % 24} {n % 28 + 1} {n % 12 + 1} *" for n in range(96)]
    + ["* 0-11 1-15 * *", "* 0-11 16-31 * *", "* 12-23 * * *"],
}
HOLIDAYS = [
    f"20{year}-{day}"
    for year in range(27, 30)
    for day in ("01-01", "01-06", "04-25", "05-01", "06-02", "08-15", "11-01", "12-08", "12-25")
]


@contextmanager
def longest_stall() -> Iterator[list[float]]:
    """How long the event loop was held at most while the block ran, in seconds of this process."""
    found = [0.0]

    async def beat() -> None:
        last = process_time()
        while True:
            await asyncio.sleep(0.01)
            now = process_time()
            found[0] = max(found[0], now - last)
            last = now

    beating = asyncio.create_task(beat())
    try:
        yield found
    finally:
        beating.cancel()


@pytest.fixture(scope="module")
async def alone(client: Client) -> AsyncIterator[httpx.AsyncClient]:
    """REST without a worker, which would share the event loop."""
    settings = Settings(task_queue="stalls")
    async with serving(settings, patient(client, settings)) as api:
        # What the first call of a process costs is not at issue.
        await api.post("/tasks", json=task({"kind": "interval", "every": 60, "exclude": HOLIDAYS}))
        yield api


def task(trigger: dict[str, Any]) -> dict[str, Any]:
    """A definition."""
    return {"id": unique(), "trigger": trigger, "action": LOG}


@pytest.mark.parametrize(
    ("trigger", "status"),
    [
        ({"kind": "interval", "every": 60, "exclude": ["2030-01-01/9999-12-31"]}, 201),
        ({"kind": "interval", "every": 60, "exclude": ["2030-01-01/9999-12-30"]}, 201),
        ({"kind": "interval", "every": 1, "exclude": ["* * * * *"]}, 422),
        ({**SECONDLY, "exclude": ["* * * * * *"]}, 422),
        (LABORIOUS, 422),
    ],
)
async def test_one_registration(
    alone: httpx.AsyncClient, trigger: dict[str, Any], status: int
) -> None:
    began = monotonic()
    with longest_stall() as stall:
        answer = await alone.post("/tasks", json=task(trigger))
    assert stall[0] < MOST
    assert monotonic() - began < at_load(5)
    if status == 422:
        assert "trigger.exclude" in fields(answer, "invalid-definition")
    else:
        assert answer.status_code == 201
        assert len(answer.json()["next_runs"]) == 5
        await alone.get(f"/tasks/{answer.json()['id']}")


async def test_a_batch_of_laborious_triggers(alone: httpx.AsyncClient) -> None:
    """It ends in bounded time, and other requests are answered meanwhile."""
    batch = {"tasks": [task(LABORIOUS) for _ in range(300)]}
    waits: list[float] = []
    with longest_stall() as stall:
        began = monotonic()
        answering = asyncio.create_task(alone.post("/tasks:batch", json=batch, timeout=100))
        while not answering.done():
            sent = monotonic()
            other = await alone.post("/tasks", json=task({"kind": "interval", "every": 60}))
            assert other.status_code == 201
            waits.append(monotonic() - sent)
            await asyncio.sleep(0.05)
    assert monotonic() - began < at_load(60)
    assert stall[0] < MOST
    assert max(waits) < at_load(2)
    statuses = [result["status"] for result in (await answering).json()["results"]]
    assert set(statuses) == {422, 503}
    assert statuses[0] == 422


async def test_a_batch_of_realistic_tasks(alone: httpx.AsyncClient) -> None:
    daily = {
        "kind": "cron",
        "expression": "0 9 * * 1-5",
        "timezone": "Europe/Rome",
        "exclude": HOLIDAYS,
    }
    batch = {"tasks": [task(daily) for _ in range(400)]}
    with longest_stall() as stall:
        results = (await alone.post("/tasks:batch", json=batch, timeout=100)).json()["results"]
        await alone.get("/tasks", params={"limit": 500})
    assert {result["status"] for result in results} == {201}, results[-1]
    assert stall[0] < MOST


async def test_many_keys_the_last_one_twice(alone: httpx.AsyncClient) -> None:
    keys = ", ".join(f'"k{n}": 1' for n in range(40_000))
    body = f'{{"trigger": {{{keys}, "k7": 2}}, "action": {{}}}}'
    with longest_stall() as stall:
        answer = await alone.post(
            "/tasks", content=body, headers={"content-type": "application/json"}
        )
    assert stall[0] < MOST
    problem(answer, 422, "invalid-request")
    assert "k7" in fields(answer)


async def test_one_very_long_object(alone: httpx.AsyncClient) -> None:
    """Its parser, written in C, would block the interpreter until its end."""
    keys = ", ".join(f'"k{n}": 1' for n in range(300_000))
    body = f'{{"action": {{"kind": "http", "url": "u", "body": {{"a": [{{{keys}}}]}}}}}}'
    with longest_stall() as stall:
        answer = await alone.post(
            "/tasks", content=body, headers={"content-type": "application/json"}, timeout=20
        )
    assert stall[0] < MOST / 4
    assert list(fields(answer)) == ["action.body"]


async def test_why_of_a_task_that_is_excluded_for_long(alone: httpx.AsyncClient) -> None:
    often = {"kind": "interval", "every": 1, "exclude": ["2026-01-05/2026-12-31"]}
    found = await alone.post("/tasks", json=task({**often, "end_at": "2100-01-01T00:00:00Z"}))
    assert found.status_code == 201
    with longest_stall() as stall:
        answer = await alone.get(f"/tasks/{found.json()['id']}/why", timeout=20)
    assert answer.status_code == 200
    assert stall[0] < MOST
