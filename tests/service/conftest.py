"""Fixtures: the use cases on a real server with a real worker."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from temporalio.worker import Worker

from onthedot.service.calendars.calendars import Calendars
from onthedot.service.runs.backfills import Backfills
from onthedot.service.runs.listing import RunList
from onthedot.service.runs.runs import Runs
from onthedot.service.tasks.lists.listing import TaskList
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.activities.receiver import Receiver, open_receiver


@pytest.fixture
def tasks(temporal: Temporal, worker: Worker) -> Tasks:
    return Tasks(temporal)


@pytest.fixture
def runs(temporal: Temporal, worker: Worker) -> Runs:
    return Runs(temporal)


@pytest.fixture
def run_list(temporal: Temporal, worker: Worker) -> RunList:
    return RunList(temporal)


@pytest.fixture
def task_list(temporal: Temporal, worker: Worker) -> TaskList:
    return TaskList(temporal)


@pytest.fixture
def calendars(temporal: Temporal, worker: Worker) -> Calendars:
    return Calendars(temporal)


@pytest.fixture
def backfills(temporal: Temporal, worker: Worker) -> Backfills:
    return Backfills(temporal)


@pytest.fixture
async def receiver(anyio_backend: object) -> AsyncIterator[Receiver]:
    async with open_receiver() as opened:
        yield opened
