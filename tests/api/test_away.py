"""Temporal stopped, frozen and back; and no worker: 503 in time, and nothing half done."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

import httpx
import pytest
from temporalio.client import Client
from temporalio.worker import Worker

from onthedot.activities.assembly import Activities
from onthedot.activities.permissions import Permissions
from onthedot.plugin import OnTheDotPlugin
from onthedot.service.overview.workers import WorkersReader
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.connection import connect, prepare_namespace
from onthedot.settings import Settings
from tests.api.problem import problem
from tests.api.serving import serving
from tests.api.temporal_process import TemporalProcess, temporal_process
from tests.definitions import LOG, one_time, recurring, unique
from tests.waiting import at_load, eventually, until

pytestmark = pytest.mark.anyio

#: What a caller may wait for the news that Temporal is away, in seconds.
PATIENCE = 2.0


@dataclass
class Alone:
    """REST in front of a Temporal of its own, without a worker."""

    api: httpx.AsyncClient
    server: TemporalProcess
    temporal: Temporal

    async def until(self, status: int, method: str, path: str, **more: Any) -> httpx.Response:
        """The first response with this status: a busy machine may answer 503 before."""

        async def answered() -> httpx.Response | None:
            found = await self.api.request(method, path, **more)
            return found if found.status_code == status else None

        return await eventually(answered)


@pytest.fixture
async def alone(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Alone]:
    async with temporal_process() as server:
        monkeypatch.setenv("TEMPORAL_ADDRESS", server.address)
        settings = Settings(task_queue="away")
        client = await connect(settings, plugins=[OnTheDotPlugin()], lazy=True)
        temporal = Temporal(client, settings)
        async with serving(settings, temporal) as api:
            yield Alone(api, server, temporal)


async def timed(answer: asyncio.Future[httpx.Response]) -> httpx.Response:
    """An answer that says in time that Temporal is away, and when to come again."""
    began = monotonic()
    found = await answer
    assert monotonic() - began < at_load(PATIENCE), found.request.url
    problem(found, 503, "temporal-unavailable")
    assert int(found.headers["retry-after"]) > 0
    return found


async def all_say_so(alone: Alone, task_id: str) -> None:
    api = alone.api
    calls = (
        api.post("/tasks", json=one_time(id=task_id)),
        api.post("/tasks:batch", json={"tasks": [one_time(), recurring()]}),
        api.get("/tasks"),
        api.get("/runs"),
        api.get(f"/tasks/{task_id}"),
        api.put(f"/tasks/{task_id}", json=one_time()),
        api.post(f"/tasks/{task_id}/pause"),
        api.delete(f"/tasks/{task_id}"),
        api.post(f"/tasks/{task_id}/run"),
        api.post("/actions/test", json={"action": LOG}),
        api.get("/readyz"),
    )
    await asyncio.gather(*(timed(asyncio.ensure_future(call)) for call in calls))
    assert (await api.get("/healthz")).status_code == 200
    preview = await api.post("/triggers/preview", json={"trigger": recurring()["trigger"]})
    assert preview.status_code == 200


async def test_temporal_stopped(alone: Alone) -> None:
    task_id = unique()
    await alone.until(200, "GET", "/readyz")
    await alone.server.kill()
    await all_say_so(alone, task_id)


async def test_temporal_frozen_and_thawed(alone: Alone) -> None:
    task_id = unique()
    await alone.until(201, "POST", "/tasks", json=one_time())
    alone.server.freeze()
    await all_say_so(alone, task_id)
    alone.server.thaw()

    await alone.until(200, "GET", "/readyz")
    problem(await alone.until(404, "GET", f"/tasks/{task_id}"), 404, "task-not-found")
    assert len((await alone.until(200, "GET", "/tasks")).json()["items"]) == 1
    await alone.until(201, "POST", "/tasks", json=one_time(id=task_id))


async def test_a_registration_into_a_short_freeze_is_not_there_afterwards(alone: Alone) -> None:
    for _ in range(5):
        task_id = unique()
        alone.server.freeze()
        await timed(asyncio.ensure_future(alone.api.post("/tasks", json=recurring(id=task_id))))
        alone.server.thaw()

        await alone.until(200, "GET", "/readyz")
        problem(await alone.until(404, "GET", f"/tasks/{task_id}"), 404, "task-not-found")


async def test_without_a_worker_a_task_is_registered_but_not_changed(alone: Alone) -> None:
    task_id = unique()
    await alone.until(201, "POST", "/tasks", json=recurring(id=task_id))
    ready = (await alone.until(200, "GET", "/readyz")).json()
    assert ready["workers"] == []

    async def all_say_so() -> bool:
        began = monotonic()
        answers = await asyncio.gather(
            alone.api.put(f"/tasks/{task_id}", json=recurring(name="changed")),
            alone.api.post(f"/tasks/{task_id}/pause"),
            alone.api.delete(f"/tasks/{task_id}"),
        )
        assert monotonic() - began < at_load(PATIENCE)
        assert all(answer.headers["retry-after"] for answer in answers)
        assert {answer.status_code for answer in answers} == {503}
        return {answer.json()["type"] for answer in answers} == {"/errors/no-worker"}

    await eventually(all_say_so)
    await until(datetime.now(UTC) + alone.temporal.change_timeout)
    client = await Client.connect(alone.server.address, plugins=[OnTheDotPlugin()])
    activities = Activities(client, Permissions())
    async with Worker(client, task_queue="away", activities=activities.all()):
        changed = await alone.until(200, "PUT", f"/tasks/{task_id}", json=recurring(name="later"))
        assert changed.json()["revision"] == 2
    await activities.close()


async def test_a_read_that_every_caller_gave_up_logs_no_error(alone: Alone) -> None:
    """The tests' event loop takes an error that nobody retrieved for one of the test."""
    alone.server.freeze()
    caller = asyncio.create_task(WorkersReader(alone.temporal).read())
    await asyncio.sleep(0)
    caller.cancel()
    await eventually(lambda: all(task.get_name() != "workers" for task in asyncio.all_tasks()))
    del caller
    gc.collect()
    await asyncio.sleep(0)
    alone.server.thaw()


async def test_before_the_namespace_is_set_up_nothing_can_be_registered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with temporal_process(prepared=False) as server:
        monkeypatch.setenv("TEMPORAL_ADDRESS", server.address)
        client = await connect(Settings(), plugins=[OnTheDotPlugin()], lazy=True)
        temporal = Temporal(client, Settings())
        async with serving(Settings(), temporal) as api:
            for answer in (await api.post("/tasks", json=one_time()), await api.get("/tasks")):
                problem(answer, 503, "temporal-unavailable")
                assert "onthedot setup-namespace" in answer.json()["detail"]
            await prepare_namespace(client, Settings())
            assert (await api.post("/tasks", json=one_time())).status_code == 201


@pytest.mark.parametrize("frozen", [0.9, 1.15, 1.3, 1.49])
async def test_thawed_at_the_edge_each_is_what_was_answered(alone: Alone, frozen: float) -> None:
    """However late Temporal comes back: a 201 is registered, and a 503 is not, unless it says that
    this is uncertain. Registrations that arrive too late never count."""
    await alone.until(201, "POST", "/tasks", json=one_time())
    ids = [unique() for _ in range(30)]
    alone.server.freeze()
    began = datetime.now(UTC)
    sent = [asyncio.create_task(alone.api.post("/tasks", json=one_time(id=one))) for one in ids]
    await until(began + timedelta(seconds=frozen))
    alone.server.thaw()
    answers = await asyncio.gather(*sent)
    assert {answer.status_code for answer in answers} <= {201, 503}
    for one, answer in zip(ids, answers, strict=True):
        if "just after accepting" not in answer.text:
            assert await _is_there(alone, one) == (answer.status_code == 201), answer.text


async def _is_there(alone: Alone, task_id: str) -> bool:
    async def settled() -> httpx.Response | None:
        found = await alone.api.get(f"/tasks/{task_id}")
        return found if found.status_code in (200, 404) else None

    return (await eventually(settled)).status_code == 200


@pytest.mark.parametrize("size", [30, 1000])
async def test_a_batch_while_it_is_frozen(alone: Alone, size: int) -> None:
    await alone.until(201, "POST", "/tasks", json=one_time())
    alone.server.freeze()
    try:
        await timed(
            asyncio.ensure_future(
                alone.api.post("/tasks:batch", json={"tasks": [recurring()] * size})
            )
        )
    finally:
        alone.server.thaw()


async def test_a_freeze_while_temporal_is_away_is_not_there_afterwards(alone: Alone) -> None:
    tonight = {"until": (datetime.now(UTC) + timedelta(hours=8)).isoformat(), "note": "first"}
    await alone.until(201, "PUT", "/freezes/kept", json=tonight)
    alone.server.freeze()
    for name in ("kept", "new"):
        changed = {**tonight, "note": "second"}
        await timed(asyncio.ensure_future(alone.api.put(f"/freezes/{name}", json=changed)))
    await timed(asyncio.ensure_future(alone.api.delete("/freezes/kept")))
    alone.server.thaw()

    await alone.until(200, "GET", "/readyz")
    problem(await alone.until(404, "GET", "/freezes/new"), 404, "freeze-not-found")
    assert (await alone.until(200, "GET", "/freezes/kept")).json()["note"] == "first"
    listed = (await alone.until(200, "GET", "/freezes")).json()["items"]
    assert [found["name"] for found in listed] == ["kept"]
