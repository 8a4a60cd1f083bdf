"""Both clients against a real server: requests, results and exceptions."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import httpx
import pytest
from anyio import to_thread

from onthedot import client
from onthedot.client import AsyncOnTheDot, OnTheDot
from onthedot.scheduling.run import RunStatus
from onthedot.scheduling.task import NewTask, Task, TaskStatus
from tests.definitions import LOG, recurring, unique
from tests.waiting import eventually, wait_until

pytestmark = pytest.mark.anyio

T = TypeVar("T")


@pytest.fixture
async def server(api: httpx.AsyncClient) -> AsyncIterator[AsyncOnTheDot]:
    async with AsyncOnTheDot(str(api.base_url)) as made:
        yield made


async def _blocking(url: str, use: Callable[[OnTheDot], T]) -> T:
    """Uses the client that blocks in a thread: the server runs in this one."""

    def run() -> T:
        with OnTheDot(url) as made:
            return use(made)

    return await to_thread.run_sync(run)


async def test_a_task_lives_through_the_client(server: AsyncOnTheDot) -> None:
    task_id = unique()
    made = await server.create_task(NewTask.model_validate(recurring(id=task_id)))
    assert isinstance(made, Task)
    assert made.revision == 1
    paused = await server.pause_task(task_id, note="holiday", if_match=made.revision)
    assert (paused.status, paused.note) == (TaskStatus.PAUSED, "holiday")
    await server.resume_task(task_id)
    read = await server.get_task(task_id)
    changed = read.model_copy(update={"description": "new"})
    replaced = await server.replace_task(task_id, changed, if_match=read.revision)
    assert replaced.description == "new"
    run = await server.run_task(task_id)
    assert (await server.get_run(run.id)).task_id == task_id
    assert run.id in [found.id async for found in server.list_task_runs(task_id)]
    assert (await server.get_why(task_id)).answer
    assert (await server.get_ledger(task_id)).task_id == task_id
    await server.delete_task(task_id)
    with pytest.raises(client.NotFound) as refused:
        await server.get_task(task_id)
    assert refused.value.code == "task-not-found"


async def test_the_blocking_client_does_the_same(api: httpx.AsyncClient) -> None:
    task_id = unique()

    def use(server: OnTheDot) -> tuple[Task, list[str], str]:
        made = server.create_task(recurring(id=task_id, tags=[task_id]))
        # Lists lag behind.
        listed = wait_until(
            lambda: [task.id for task in server.list_tasks(tag=task_id)], "it is listed"
        )
        previewed = server.preview_trigger(made.trigger, count=3, task_id=task_id)
        server.delete_task(task_id)
        return made, listed, previewed.description

    made, listed, description = await _blocking(str(api.base_url), use)
    assert isinstance(made, Task)
    assert listed == [task_id]
    assert description


async def test_lists_go_on_over_pages(server: AsyncOnTheDot) -> None:
    tag = unique("tag")
    batch = await server.create_tasks([recurring(id=f"{tag}-{n}", tags=[tag]) for n in range(5)])
    assert [result.status for result in batch.results] == [201] * 5

    async def all_listed() -> bool:
        found = [task.id async for task in server.list_tasks(tag=tag, page_size=2)]
        return sorted(found) == [f"{tag}-{n}" for n in range(5)]

    await eventually(all_listed)


async def test_problems_are_typed(server: AsyncOnTheDot) -> None:
    task_id = unique()
    made = await server.create_task(recurring(id=task_id))
    with pytest.raises(client.Conflict, match="in use"):
        await server.create_task(recurring(id=task_id))
    with pytest.raises(client.RevisionMismatch) as mismatch:
        await server.delete_task(task_id, if_match=made.revision + 5)
    assert mismatch.value.current_revision == made.revision
    with pytest.raises(client.Invalid) as invalid:
        await server.create_task({"trigger": {"kind": "cron", "expression": "61 * * * *"}})
    assert invalid.value.problem.errors
    await server.delete_task(task_id)


async def test_an_action_a_preview_and_a_backfill(server: AsyncOnTheDot) -> None:
    tried = await server.try_action(LOG, timeout=timedelta(seconds=20))
    assert tried.status is RunStatus.SUCCEEDED
    task_id = unique()
    made = await server.create_task(recurring(id=task_id))
    previewed = await server.preview_edit(task_id, made.model_copy(update={"paused": True}))
    assert previewed.lost
    end = datetime(2026, 6, 1, tzinfo=UTC)
    backfill = await server.start_backfill(
        task_id, start=end - timedelta(days=400), end=end, overlap="allow_all"
    )
    assert backfill.total == 1

    async def listed() -> list[str]:
        return [one.id for one in (await server.list_backfills(task_id)).items]

    assert await eventually(listed) == [backfill.id]
    assert (await server.get_backfill(backfill.id)).id == backfill.id
    await server.delete_task(task_id)


async def test_what_the_server_does_not_have_is_a_problem(server: AsyncOnTheDot) -> None:
    with pytest.raises(client.ProblemResponse):
        await server.get_calendar("there is/none")


async def test_health(server: AsyncOnTheDot) -> None:
    assert (await server.alive()).status == "ok"
    assert (await server.ready()).workers
    assert "process_cpu_seconds_total" in await server.metrics()
    assert (await server.openapi())["openapi"].startswith("3.1")
