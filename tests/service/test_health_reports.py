"""Workers report every change of health, and nothing that is known already."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from temporalio.client import Client, Interceptor, OutboundInterceptor, SignalWorkflowInput

from onthedot import naming
from onthedot.activities.attempts.starts_first import StartsFirst
from onthedot.activities.health import HealthReports
from onthedot.scheduling.run import RunCause, RunStatus
from onthedot.scheduling.stored.run_order import RunRecord
from onthedot.scheduling.task import Health, HealthReport
from onthedot.service.tasks.lists.filter import TaskFilter
from onthedot.service.tasks.lists.listing import TaskList
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.definitions import YEARLY, command, new_task, unique
from tests.waiting import eventually

pytestmark = pytest.mark.anyio

FAILS = {"action": command("false"), "retry": {"max_attempts": 1}}
SECOND = timedelta(seconds=1)


class Calls(Interceptor):
    """Counts the calls of a client, and holds back its signals on request."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self.sending = asyncio.Event()
        self.may_arrive = asyncio.Event()
        self.may_arrive.set()

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        return _Counted(next, self)


class _Counted(OutboundInterceptor):
    def __init__(self, next: OutboundInterceptor, calls: Calls) -> None:
        super().__init__(next)
        self._calls = calls

    async def signal_workflow(self, input: SignalWorkflowInput) -> None:
        self._calls.made.append("signal")
        self._calls.sending.set()
        await self._calls.may_arrive.wait()
        await super().signal_workflow(input)

    async def describe_workflow(self, input: Any) -> Any:
        self._calls.made.append("describe")
        return await super().describe_workflow(input)


class Reports(HealthReports):
    """The reports of a separate worker."""

    def __init__(self, client: Client, settled: timedelta = timedelta(0)) -> None:
        self.calls = Calls()
        config = client.config(active_config=True)
        config["interceptors"] = [*config["interceptors"], self.calls]
        config["plugins"] = []
        super().__init__(Client(**config), StartsFirst(), settled=settled)


def _run(
    task_id: str,
    status: RunStatus,
    *,
    at: datetime,
    cause: RunCause = RunCause.TRIGGER,
    after_failure: bool = False,
) -> RunRecord:
    return RunRecord(
        task=task_id,
        run=f"{task_id}~20260101T000000Z~0",
        cause=cause,
        kind="cron",
        action="log",
        revision=1,
        status=status,
        scheduled_for=at,
        started_at=at,
        finished_at=at,
        lateness=timedelta(0),
        attempts=1,
        after_failure=after_failure,
    )


@asynccontextmanager
async def _task(temporal: Temporal, task_list: TaskList, **fields: Any) -> AsyncIterator[str]:
    task_id = unique("reported")
    await Tasks(temporal).create(new_task(task_id, YEARLY, tags=[task_id], **fields), by="t")
    await _listed(task_list, task_id, Health.NEVER_RAN)
    yield task_id
    await Tasks(temporal).delete(task_id, by="t")


async def _listed(task_list: TaskList, task_id: str, health: Health) -> None:
    """Wait until lists show a task's health."""

    async def so() -> bool:
        rows = await task_list.page(TaskFilter(tags=(task_id,), health=health))
        return len(rows.items) == 1

    await eventually(so)


async def _first_was(
    temporal: Temporal, task_list: TaskList, task_id: str, health: Health, at: datetime
) -> None:
    """Report a task's health, and wait until lists show it."""
    handle = temporal.client.get_workflow_handle(naming.task_workflow(task_id))
    await handle.signal(naming.HEALTH_REPORT, HealthReport(health=health, at=at))
    await _listed(task_list, task_id, health)


async def test_a_failure_that_crosses_a_success_counts(
    temporal: Temporal, task_list: TaskList
) -> None:
    async with _task(temporal, task_list) as task_id:
        now = datetime.now(UTC)
        await _first_was(temporal, task_list, task_id, Health.FAILING, now - 3 * SECOND)
        one, other = Reports(temporal.client), Reports(temporal.client)
        one.calls.may_arrive.clear()
        success = _run(task_id, RunStatus.SUCCEEDED, at=now - 2 * SECOND, after_failure=True)
        telling = asyncio.create_task(one.of(success))
        await one.calls.sending.wait()
        # It finds the task failing, as the success has not arrived.
        await other.of(_run(task_id, RunStatus.FAILED, at=now - SECOND))
        assert other.calls.made == ["describe"]
        one.calls.may_arrive.set()
        await telling
        await _listed(task_list, task_id, Health.HEALTHY)
        await other.compare()
        await _listed(task_list, task_id, Health.FAILING)
        # The success was the earlier one, so it changes nothing however late it is compared.
        await one.compare()
        await other.compare()
        assert (await Tasks(temporal).get(task_id)).health is Health.FAILING


async def test_a_success_that_crosses_a_failure_counts(
    temporal: Temporal, task_list: TaskList
) -> None:
    async with _task(temporal, task_list) as task_id:
        now = datetime.now(UTC)
        await _first_was(temporal, task_list, task_id, Health.HEALTHY, now - 3 * SECOND)
        one, other = Reports(temporal.client), Reports(temporal.client)
        one.calls.may_arrive.clear()
        failure = _run(task_id, RunStatus.FAILED, at=now - 2 * SECOND)
        telling = asyncio.create_task(one.of(failure))
        await one.calls.sending.wait()
        by_hand = _run(task_id, RunStatus.SUCCEEDED, at=now - SECOND, cause=RunCause.MANUAL)
        await other.of(by_hand)
        one.calls.may_arrive.set()
        await telling
        await _listed(task_list, task_id, Health.FAILING)
        await other.compare()
        await _listed(task_list, task_id, Health.HEALTHY)


async def test_successes_cost_their_runs_nothing(temporal: Temporal, task_list: TaskList) -> None:
    async with _task(temporal, task_list) as task_id:
        reports, now = Reports(temporal.client), datetime.now(UTC)
        await reports.of(_run(task_id, RunStatus.SUCCEEDED, at=now - SECOND))
        assert reports.calls.made == []
        await reports.compare()
        assert reports.calls.made == ["signal"]
        await _listed(task_list, task_id, Health.HEALTHY)
        await reports.of(_run(task_id, RunStatus.SUCCEEDED, at=now))
        await reports.compare()
        assert reports.calls.made == ["signal"]


async def test_a_worker_that_leaves_tells_what_it_knows(
    temporal: Temporal, task_list: TaskList
) -> None:
    async with _task(temporal, task_list) as task_id:
        reports = Reports(temporal.client, settled=timedelta(hours=1))
        running = asyncio.create_task(reports.run())
        await asyncio.sleep(0)
        await reports.of(_run(task_id, RunStatus.SUCCEEDED, at=datetime.now(UTC)))
        await reports.compare()
        assert reports.calls.made == []
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert reports.calls.made == ["signal"]
        await _listed(task_list, task_id, Health.HEALTHY)


async def test_what_could_not_be_told_is_told_later(
    temporal: Temporal, task_list: TaskList, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with _task(temporal, task_list) as task_id:
        reports = Reports(temporal.client)
        # The real limit, only shorter.
        monkeypatch.setattr("onthedot.activities.health._PATIENCE_SECONDS", 0.2)
        reports.calls.may_arrive.clear()
        await reports.of(_run(task_id, RunStatus.FAILED, at=datetime.now(UTC)))
        reports.calls.may_arrive.set()
        await reports.compare()
        await _listed(task_list, task_id, Health.FAILING)


async def test_the_run_counts_that_ended_last_whoever_compares(
    temporal: Temporal, task_list: TaskList
) -> None:
    async with _task(temporal, task_list, **FAILS) as task_id:
        reports, before = Reports(temporal.client), datetime.now(UTC)
        await reports.of(_run(task_id, RunStatus.SUCCEEDED, at=before))
        await Tasks(temporal).run_now(task_id)
        await _listed(task_list, task_id, Health.FAILING)
        await reports.compare()
        assert reports.calls.made == ["describe"]
        assert (await Tasks(temporal).get(task_id)).health is Health.FAILING


async def test_a_worker_tells_what_a_killed_one_could_not(
    temporal: Temporal,
    task_list: TaskList,
    worker: object,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The moment between a run's end and its report is too short to kill a process in.
    async def killed(_: HealthReports, __: RunRecord) -> None:
        """It dies before it can report."""

    async with _task(temporal, task_list) as task_id:
        monkeypatch.setattr(HealthReports, "of", killed)
        await Tasks(temporal).run_now(task_id)

        async def repaired() -> bool:
            following = Reports(temporal.client)
            await following.recall()
            await following.compare()
            return (await Tasks(temporal).get(task_id)).health is Health.HEALTHY

        await eventually(repaired)
