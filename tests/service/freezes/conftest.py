"""Fixtures: setting and lifting a freeze, and the runs of a task."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from onthedot.scheduling.errors import FreezeNotFound
from onthedot.scheduling.freezes.freeze import Freeze, FreezeDefinition
from onthedot.scheduling.run import RunCause, RunStatus, ShortRun
from onthedot.service.freezes.freezes import Freezes
from onthedot.service.runs.listing import RunFilter, RunList
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.definitions import unique
from tests.waiting import eventually


@pytest.fixture
async def name(temporal: Temporal) -> AsyncIterator[str]:
    """The name of a freeze, which is lifted at the end; its tag is the same."""
    made = unique("freeze")
    yield made
    with contextlib.suppress(FreezeNotFound):
        await Freezes(temporal).delete(made, by="test")


async def put_freeze(temporal: Temporal, name: str, seconds: float, **more: Any) -> Freeze:
    end = datetime.now(UTC) + timedelta(seconds=seconds)
    fields = {"until": end, "tags": (name,), "note": "year end", "release_over": 0, **more}
    made, _ = await Freezes(temporal).put(name, FreezeDefinition.model_validate(fields), by="test")
    return made


async def runs_of(run_list: RunList, task_id: str) -> list[ShortRun]:
    found = await run_list.page(RunFilter(task_id=task_id), limit=100)
    return sorted(found.items, key=lambda run: run.scheduled_for)


async def until_skipped(run_list: RunList, task_id: str) -> None:
    """Return once three runs of a task were skipped."""

    async def three() -> bool:
        found = await runs_of(run_list, task_id)
        return sum(run.status is RunStatus.SKIPPED for run in found) >= 3

    await eventually(three)


async def the_last_is_released(tasks: Tasks, run_list: RunList, task_id: str) -> None:
    """Of what was skipped, the last occurrence runs after all, and no other. Deletes the task."""

    async def released() -> list[ShortRun]:
        return [run for run in await runs_of(run_list, task_id) if run.cause is RunCause.RETRY]

    held = await eventually(released)
    await tasks.delete(task_id, by="test")
    runs = await runs_of(run_list, task_id)
    last = max(run.scheduled_for for run in runs if run.status is RunStatus.SKIPPED)
    assert [run.scheduled_for for run in held] == [last]
