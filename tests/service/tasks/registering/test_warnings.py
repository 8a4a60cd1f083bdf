"""Warnings about a registered task that cannot run at present."""

from __future__ import annotations

import pytest

from onthedot.activities.assembly import RegisteredActivities
from onthedot.service.overview.workers import registered
from onthedot.service.tasks.registering.warnings import with_warnings
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.definitions import YEARLY, command, new_task, unique
from tests.waiting import eventually
from tests.workers import on_its_own, polling

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("allowed", [True, False])
async def test_a_command_where_none_runs_is_warned_of(temporal: Temporal, *, allowed: bool) -> None:
    alone = on_its_own(temporal)
    tasks = Tasks(alone)

    async def said() -> tuple[str, ...]:
        _, told = await with_warnings(alone, plain, task)
        return told.warnings

    async def worker_tells() -> bool:
        return (await registered(alone)).commands is allowed

    names = RegisteredActivities((), (), commands=allowed)
    async with polling(alone.client, alone.task_queue, more=[names.registered]):
        plain = await tasks.create(new_task(unique("warned"), YEARLY), by="t")
        new = new_task(unique("warned"), YEARLY, action=command("true"))
        task = await tasks.create(new, by="t")
        await eventually(worker_tells)
        if allowed:
            assert await said() == ()
        else:
            (warning,) = await eventually(said)
            assert "do not run commands" in warning
        first, second = await with_warnings(alone, plain, task)
        assert (first.id, first.warnings, second.id) == (plain.id, (), task.id)
