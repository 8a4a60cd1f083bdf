"""Processes that lack a key: they name it, and nothing fails because of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Worker

from onthedot import current_run, naming
from onthedot.naming.run_address import RunAddress
from onthedot.scheduling.outages import NoWorker
from onthedot.scheduling.run import RunStatus
from onthedot.service.runs.runs import Runs
from onthedot.service.tasks.tasks import Tasks
from onthedot.settings import Settings
from tests.api.serving import serving
from tests.definitions import every, new_task, once, unique
from tests.encryption.systems import System, Systems
from tests.encryption.test_keys import ONE, TWO
from tests.waiting import at_load, eventually

pytestmark = pytest.mark.anyio

READS = (
    "/tasks",
    "/tasks/{id}",
    "/tasks/{id}/runs",
    "/tasks/{id}/revisions",
    "/tasks/{id}/ledger",
    "/tasks/{id}/why",
    "/runs",
    "/runs/{run}",
    "/runs/{run}/output",
    "/forecast",
    "/tasks.ics",
)
DEFINITION = {"trigger": every(86_400), "action": {"kind": "log", "message": "another"}}
CHANGES: tuple[tuple[str, str, object], ...] = (
    ("PUT", "/tasks/{id}", DEFINITION),
    ("POST", "/tasks/{id}/run", {}),
    ("POST", "/tasks/{id}/pause", {}),
    ("POST", "/tasks/{id}/preview-edit", DEFINITION),
    ("DELETE", "/tasks/{id}", None),
)


@pytest.mark.parametrize("keys", ["", TWO], ids=["no key", "another key"])
async def test_every_call_names_the_key_that_is_missing(
    systems: Systems, settings: Settings, keys: str
) -> None:
    sealed = await systems.start(ONE)
    task_id = unique("missing")
    await Tasks(sealed.temporal).create(new_task(task_id, every(86_400)), by="t")
    run_id = (await Tasks(sealed.temporal).run_now(task_id)).id
    await sealed.ended(task_id)
    asking = await systems.asking(keys)
    said = {}
    async with serving(settings, asking.temporal) as api:
        for method, path, body in [*(("GET", path, None) for path in READS), *CHANGES]:
            url = path.format(id=task_id, run=run_id)
            answered = await api.request(method, url, json=body)
            said[f"{method} {path}"] = answered.status_code
            if answered.status_code == 503:
                assert answered.json()["type"] == "/errors/key-missing"
                assert "'one'" in answered.json()["detail"]
                assert "ONTHEDOT_ENCRYPTION_KEYS" in answered.json()["detail"]
                assert "retry-after" in answered.headers
    print(said)
    assert set(said.values()) == {503}, said
    assert (await Tasks(sealed.temporal).get(task_id)).revision == 1
    await Tasks(sealed.temporal).delete(task_id, by="t")


async def test_a_task_waits_for_a_worker_that_has_the_key(systems: Systems, client: Client) -> None:
    sealed = await systems.start(ONE)
    tasks = Tasks(sealed.temporal)
    due, changed = unique("due"), unique("changed")
    await tasks.create(new_task(due, once(at_load(2))), by="t")
    await tasks.create(new_task(changed, every(86_400)), by="t")
    await systems.start("")
    handle = client.get_workflow_handle(naming.task_workflow(due))

    async def was_taken_up_in_vain() -> bool:
        pending = (await handle.describe()).raw_description.pending_workflow_task
        return pending.attempt > 1

    await eventually(was_taken_up_in_vain)
    again = await systems.start(ONE)
    assert (await again.ended(due)).status is RunStatus.SUCCEEDED

    async def deleted() -> bool:
        try:
            await Tasks(again.temporal).delete(changed, by="t")
        except NoWorker:
            # Temporal offers it again only a while after a worker without the key had it.
            return False
        return True

    await eventually(deleted)


@activity.defn
async def tell(word: str) -> str:
    """Returns which run it belongs to."""
    run = current_run()
    return f"{word} {run.task_id if run else ''}"


@asynccontextmanager
async def _hands(system: System, queue: str) -> AsyncIterator[None]:
    """A worker with activities alone."""
    worker = Worker(
        system.temporal.client,
        task_queue=queue,
        activities=[tell],
    )
    running = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        await worker.shutdown()
        await running


async def test_an_attempt_without_the_key_does_not_count(systems: Systems, client: Client) -> None:
    """The worker of the action lacks the key; the worker of the task has it."""
    sealed = await systems.start(ONE)
    queue, task_id = unique("hands"), unique("hands")
    action = {"kind": "activity", "name": "tell", "arguments": ["it is"], "task_queue": queue}
    async with _hands(await systems.asking(""), queue):
        definition = new_task(task_id, every(86_400), action=action, retry={"max_attempts": 1})
        await Tasks(sealed.temporal).create(definition, by="t")
        run_id = (await Tasks(sealed.temporal).run_now(task_id)).id
        address = RunAddress.parse(run_id)
        handle = client.get_workflow_handle(address.workflow_id, run_id=address.execution)

        async def was_taken_up_in_vain() -> bool:
            return any("FAILED" in str(event) for event in (await handle.fetch_history()).events)

        await eventually(was_taken_up_in_vain)
        assert (await Runs(sealed.temporal).get(run_id)).status is RunStatus.RUNNING
    # A key that opens is enough, as in the first step of turning encryption on.
    async with _hands(await systems.asking(f"plain,{ONE}"), queue):
        run = await sealed.ended(task_id)
    assert (run.status, run.output, run.attempts) == (RunStatus.SUCCEEDED, f"it is {task_id}", 1)
    await Tasks(sealed.temporal).delete(task_id, by="t")
