"""Warnings about a registered task that cannot run at present."""

from __future__ import annotations

import pytest
from temporalio.client import Client

from onthedot.activities.assembly import RegisteredActivities
from onthedot.service.overview.workers import registered
from onthedot.service.tasks.registering.warnings import with_warnings
from onthedot.service.tasks.tasks import Tasks
from onthedot.settings import Settings
from tests.definitions import new_task, unique
from tests.waiting import eventually, patient
from tests.workers import polling

pytestmark = pytest.mark.anyio

YEARLY = {"kind": "cron", "expression": "0 0 1 1 *"}


@pytest.mark.parametrize("allowed", [True, False])
async def test_a_command_where_none_runs_is_warned_of(
    client: Client, settings: Settings, *, allowed: bool
) -> None:
    queue = unique("warned")
    alone = patient(client, settings.model_copy(update={"task_queue": queue}))
    tasks = Tasks(alone)

    async def said() -> tuple[str, ...]:
        _, told = await with_warnings(alone, plain, task)
        return told.warnings

    async def worker_tells() -> bool:
        return (await registered(alone)).commands is allowed

    names = RegisteredActivities((), (), commands=allowed)
    async with polling(client, queue, more=[names.registered]):
        plain = await tasks.create(new_task(unique("warned"), YEARLY), by="t")
        command = {"kind": "command", "argv": ["true"]}
        task = await tasks.create(new_task(unique("warned"), YEARLY, action=command), by="t")
        await eventually(worker_tells)
        if allowed:
            assert await said() == ()
        else:
            (warning,) = await eventually(said)
            assert "do not run commands" in warning
        first, second = await with_warnings(alone, plain, task)
        assert (first.id, first.warnings, second.id) == (plain.id, (), task.id)
