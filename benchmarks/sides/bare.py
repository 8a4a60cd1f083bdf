"""Bare temporalio: workflows and schedules started by its own client."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime, timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleIntervalSpec,
    SchedulePolicy,
    ScheduleSpec,
)

from benchmarks.sides.bare_worker import READY, TASK_QUEUE, Call, Fire
from benchmarks.sides.stack import Stack
from benchmarks.sides.temporal_client import connected

_DAY = timedelta(days=1)


class Bare:
    """The baseline."""

    programs: Sequence[str] = ("worker",)
    run_types: Sequence[str] = ("Fire",)

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.client: Client
        #: The client sends again by itself, unseen.
        self.refused = 0

    async def start(self) -> None:
        self.client = await connected(self.stack)
        settings, before = self.stack.settings, self._readies()
        self.stack.start(
            "worker",
            [
                sys.executable,
                "-m",
                "benchmarks.sides.bare_worker",
                self.stack.address,
                self.stack.namespace,
                settings.max_cached_workflows,
                settings.max_concurrent_workflow_tasks,
                settings.max_concurrent_activities,
            ],
        )
        await self.stack.until(lambda: self._readies() > before, "the bare worker")

    async def close(self) -> None:
        """Nothing to close."""

    async def once(self, name: str, due: datetime) -> None:
        await self.client.start_workflow(
            Fire.run,
            Call(self.stack.url, name, due.timestamp()),
            id=name,
            task_queue=TASK_QUEUE,
        )

    async def recurring(self, name: str, due: datetime) -> None:
        offset = timedelta(seconds=due.timestamp() % _DAY.total_seconds())
        await self.client.create_schedule(
            name,
            Schedule(
                action=ScheduleActionStartWorkflow(
                    Fire.run, Call(self.stack.url, name), id=name, task_queue=TASK_QUEUE
                ),
                spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=_DAY, offset=offset)]),
                policy=SchedulePolicy(catchup_window=timedelta(hours=1)),
            ),
        )

    async def page(self) -> None:
        rows = 0
        async for _ in self.client.list_workflows("ExecutionStatus = 'Running'", page_size=50):
            rows += 1
            if rows == 50:
                return

    def _readies(self) -> int:
        log = self.stack.directory / "worker.out"
        return log.read_text().count(READY) if log.exists() else 0
