"""Reports to a task how its last run went, if that changes the task's health.

1. A likely change is reported immediately, within the run: a failure, the first success after one,
   and any run in addition to the schedule. One read of the task shows whether it is a change.
2. Any other success most likely changes nothing: the run before succeeded too, or this is the first
   run. It is compared with the lists some seconds later, many in one query, at no cost to the run.
   So a task's first success shows with a delay of some seconds.
3. What was reported immediately is compared too: two reports may cross, each of them based on the
   task before the other. Where they differ, the run that ended last counts.
4. A worker that is killed leaves comparisons undone. So each worker compares, as it starts, the
   latest runs of all workers: one page of a list.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic

from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus
from temporalio.service import RPCError

from onthedot import naming
from onthedot.activities.attempts.starts_first import StartsFirst
from onthedot.activities.ended_runs import ENDED_RUNS, ended_runs, has_failed
from onthedot.activities.missing import missing_ok
from onthedot.naming.queries import instant, literals
from onthedot.scheduling.run import RunCause, RunStatus
from onthedot.scheduling.stored.run_order import RunRecord
from onthedot.scheduling.task import Health, HealthReport

log = logging.getLogger("onthedot.health")

#: How long an immediate report may take.
_PATIENCE_SECONDS = 3.0
#: By then earlier reports have arrived, and lists show them.
_SETTLED = timedelta(seconds=5)
_LOOK_EVERY_SECONDS = 1.0
#: How long one comparison may take, and the last one when the worker stops.
_COMPARISON_SECONDS = 60.0
_LEAVING_SECONDS = 2.0
#: How many tasks one query names.
_AT_ONCE = 100
#: How many tasks may wait to be compared while Temporal is unreachable.
_MOST = 20_000
#: How many of the latest runs a worker compares as it starts.
_RECALLED = 1000
#: Allowed difference between a worker's clock (`finished_at`) and Temporal's (`CloseTime`).
_CLOCKS = timedelta(seconds=10)

#: A cancelled, terminated or skipped run does not affect its task's health.
_HEALTH = {
    RunStatus.SUCCEEDED: Health.HEALTHY,
    RunStatus.FAILED: Health.FAILING,
    RunStatus.TIMED_OUT: Health.FAILING,
}


@dataclass
class _Ended:
    """A task's latest run that has yet to be compared."""

    report: HealthReport
    since: float
    """When the first uncompared run was noted, by the monotonic clock."""
    latest: float


class HealthReports:
    """The health reports of one worker.

    Args:
        settled: how long after its end a run is compared with the lists.
    """

    def __init__(
        self, client: Client, starts: StartsFirst, *, settled: timedelta = _SETTLED
    ) -> None:
        self._client = client
        self._starts = starts
        self._settled = settled.total_seconds()
        self._ended: dict[str, _Ended] = {}

    async def of(self, run: RunRecord) -> None:
        """Report an ended run to its task, if that cannot wait.

        If this fails, the comparison reports it later.
        """
        health = _HEALTH.get(run.status)
        own = run.kind == "once" and run.cause is RunCause.TRIGGER
        if health is None or own or not run.task:
            # A one-time task is its own run, and closes when the run ends.
            return
        report = HealthReport(health=health, at=run.finished_at)
        self._note(run.task, report)
        if health is Health.HEALTHY and run.cause is RunCause.TRIGGER and not run.after_failure:
            return
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await self._tell(run.task, report)
        except (RPCError, TimeoutError) as error:
            log.warning("the end of a run could not be reported to %s yet: %s", run.task, error)

    async def run(self) -> None:
        """Compare until cancelled, and once more then."""
        try:
            await self._starts.over()
            await self.recall()
            while True:
                await asyncio.sleep(_LOOK_EVERY_SECONDS)
                await self._starts.over()
                try:
                    async with asyncio.timeout(_COMPARISON_SECONDS):
                        await self.compare()
                except TimeoutError:
                    continue
                except Exception:  # One failure must not end the comparisons that follow.
                    log.exception("the health of tasks could not be compared; trying again")
        finally:
            with suppress(TimeoutError):
                async with asyncio.timeout(_LEAVING_SECONDS):
                    await self.compare(everything=True)

    async def recall(self) -> None:
        """Note the latest runs: a worker that was killed may not have reported them."""
        try:
            async with asyncio.timeout(_COMPARISON_SECONDS):
                latest = self._client.list_workflows(ENDED_RUNS, page_size=_RECALLED)
                await latest.fetch_next_page()
        except (RPCError, RuntimeError, TimeoutError) as error:
            log.warning("the runs that ended before this worker started are unknown: %s", error)
            return
        for run in latest.current_page or ():
            task = run.typed_search_attributes.get(naming.TASK_ID)
            if task and run.close_time:
                health = Health.FAILING if has_failed(run) else Health.HEALTHY
                self._note(task, HealthReport(health=health, at=run.close_time))

    async def compare(self, *, everything: bool = False) -> None:
        """Report their last run to the tasks whose health differs from it.

        Args:
            everything: include runs that have just ended.
        """
        now = monotonic()
        ripe: dict[Health, list[str]] = {Health.FAILING: [], Health.HEALTHY: []}
        for task, ended in self._ended.items():
            if everything or ended.since + self._settled <= now:
                ripe[ended.report.health].append(task)
        for health, tasks in ripe.items():
            for start in range(0, len(tasks), _AT_ONCE):
                chunk = tasks[start : start + _AT_ONCE]
                try:
                    await self._compared(chunk, health)
                except (RPCError, RuntimeError) as error:
                    # They stay noted, and are compared again.
                    log.warning("the health of %d tasks is not known yet: %s", len(chunk), error)
                    return
                self._forget(chunk, now)

    def _note(self, task: str, report: HealthReport) -> None:
        ended, now = self._ended.get(task), monotonic()
        if ended is None:
            if len(self._ended) >= _MOST:
                self._ended.pop(next(iter(self._ended)))
            self._ended[task] = _Ended(report, since=now, latest=now)
        elif report.at >= ended.report.at:
            ended.report, ended.latest = report, now

    def _forget(self, tasks: Sequence[str], now: float) -> None:
        """Keep only the runs noted after the comparison, or too shortly before it."""
        for task in tasks:
            ended = self._ended.get(task)
            if ended is not None and ended.latest + self._settled <= now:
                del self._ended[task]
            elif ended is not None:
                ended.since = ended.latest

    async def _compared(self, tasks: Sequence[str], health: Health) -> None:
        query = (
            f"WorkflowType = '{naming.TASK}' AND ExecutionStatus = 'Running' "
            f"AND ({naming.HEALTH.name} IS NULL OR {naming.HEALTH.name} != '{health.value}') "
            f"AND WorkflowId IN {literals(map(naming.task_workflow, tasks))}"
        )
        async for row in self._client.list_workflows(query, page_size=_AT_ONCE):
            await self._differs(row, health)

    async def _differs(self, row: WorkflowExecution, health: Health) -> None:
        task = naming.id_in(row.id)
        ended = self._ended.get(task)
        if ended is None or ended.report.health is not health:
            return
        report = ended.report
        with missing_ok:
            if row.typed_search_attributes.get(naming.HEALTH) is None:
                handle = self._client.get_workflow_handle(row.id, run_id=row.run_id)
                await handle.signal(naming.HEALTH_REPORT, report)
            else:
                await self._tell(task, await self._last(task, report))

    async def _tell(self, task: str, report: HealthReport) -> None:
        """Report to a task only what is a change: reading adds no event to its history."""
        handle = self._client.get_workflow_handle(naming.task_workflow(task))
        found = await handle.describe()
        known = found.typed_search_attributes.get(naming.HEALTH)
        if found.status is WorkflowExecutionStatus.RUNNING and known != report.health.value:
            await handle.signal(naming.HEALTH_REPORT, report)

    async def _last(self, task: str, report: HealthReport) -> HealthReport:
        """The report of the task's last run, this one or another."""
        query = f"{ended_runs(task)} AND CloseTime > {instant(report.at - _CLOCKS)}"
        async for run in self._client.list_workflows(query, page_size=1, limit=1):
            health = Health.FAILING if has_failed(run) else Health.HEALTHY
            closed = run.close_time or report.at
            if health is not report.health and closed > report.at:
                return HealthReport(health=health, at=closed)
        return report
