"""Fixtures: setting and lifting a freeze, and the runs of a task."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from onthedot.scheduling.errors import FreezeNotFound
from onthedot.scheduling.freezes.freeze import FreezeDefinition
from onthedot.scheduling.run import ShortRun
from onthedot.service.freezes.freezes import Freezes
from onthedot.service.runs.listing import RunFilter, RunList
from onthedot.service.temporal.calls import Temporal
from tests.definitions import unique


@pytest.fixture
async def name(temporal: Temporal) -> AsyncIterator[str]:
    """The name of a freeze, which is lifted at the end; its tag is the same."""
    made = unique("freeze")
    yield made
    with contextlib.suppress(FreezeNotFound):
        await Freezes(temporal).delete(made, by="test")


async def put_freeze(temporal: Temporal, name: str, seconds: float, **more: Any) -> None:
    end = datetime.now(UTC) + timedelta(seconds=seconds)
    fields = {"until": end, "tags": (name,), "note": "year end", "release_over": 0, **more}
    await Freezes(temporal).put(name, FreezeDefinition.model_validate(fields), by="test")


async def runs_of(run_list: RunList, task_id: str) -> list[ShortRun]:
    found = await run_list.page(RunFilter(task_id=task_id), limit=100)
    return sorted(found.items, key=lambda run: run.scheduled_for)
