"""Runs the occurrences of a past period: durable, bounded, and cancelled with all its runs."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import (
    ActivityError,
    ApplicationError,
    ChildWorkflowError,
    is_cancelled_exception,
)
from temporalio.workflow import ChildWorkflowHandle, ParentClosePolicy

from onthedot import naming
from onthedot.naming import attributes
from onthedot.scheduling.policy import OverlapPolicy
from onthedot.scheduling.stored.backfill import (
    SIDE_BY_SIDE,
    BackfillOrder,
    BackfillProgress,
    BackfillStop,
    Occurrences,
    OccurrencesWanted,
)
from onthedot.scheduling.stored.run_order import RunOutcome
from onthedot.workflows.refusals import Refusal, Refusals

#: How many occurrences an execution runs before it continues as new, to keep its history short.
_AT_A_TIME = 200

#: How often its progress in lists is updated.
_TELL_EVERY = timedelta(seconds=5)


@workflow.defn(name=naming.BACKFILL, sandboxed=False)
class Backfill:
    """One backfill of one recurring task."""

    @workflow.init
    def __init__(self, order: BackfillOrder) -> None:
        self._registered_at = order.registered_at
        self._stopped = False
        self._done = 0
        self._told = workflow.now()

    @workflow.signal(name=naming.STOP)
    def stop(self, stop: BackfillStop) -> None:
        """Begin no other run if the deleted task is this backfill's."""
        self._stopped |= self._registered_at in (None, stop.registered_at)

    @workflow.run
    async def run(self, order: BackfillOrder) -> BackfillProgress:
        """Run every occurrence of the period once, unless its task is deleted before.

        Raises:
            asyncio.CancelledError: it was cancelled, and so were its runs in progress.
        """
        listed = await self._listed(order)
        self._stopped |= listed.gone
        self._done = order.done
        running: deque[ChildWorkflowHandle[Any, RunOutcome]] = deque()
        wide = SIDE_BY_SIDE if order.overlap is OverlapPolicy.ALLOW_ALL else 1
        try:
            for nominal in listed.instants:
                if len(running) >= wide:
                    await self._finished(running.popleft(), order)
                if self._stopped:
                    break
                running.append(await _start(order, nominal))
            while running:
                await self._finished(running.popleft(), order)
        finally:
            progress = self._tell(order)
        if len(listed.instants) == _AT_A_TIME and not self._stopped:
            following = {"done": self._done, "after": listed.instants[-1]}
            workflow.continue_as_new(order.model_copy(update=following))
        return progress

    async def _listed(self, order: BackfillOrder) -> Occurrences:
        """The next occurrences. Lasting failures are waited out in a timer, not in a workflow task.

        Raises:
            ActivityError, ApplicationError: no attempt can list them, or it was cancelled.
        """
        refusals = Refusals()
        while True:
            try:
                listed: Occurrences = await workflow.execute_local_activity(
                    naming.LIST_OCCURRENCES,
                    OccurrencesWanted(
                        trigger=order.trigger,
                        key=order.run.task_id,
                        after=order.after or order.start - timedelta(microseconds=1),
                        until=order.end,
                        count=_AT_A_TIME,
                        registered_at=order.registered_at,
                    ),
                    result_type=Occurrences,
                    start_to_close_timeout=timedelta(seconds=30),
                    retry_policy=RetryPolicy(maximum_attempts=3),
                )
            except (ActivityError, ApplicationError) as error:
                refusal = Refusal.of(error)
                if refusal.final:
                    raise
            else:
                return listed
            with suppress(TimeoutError):
                await workflow.wait_condition(
                    lambda: self._stopped,
                    timeout=refusals.another(refusal),
                    timeout_summary="Until occurrences are listed again",
                )
            if self._stopped:
                return Occurrences(instants=(), gone=True)
            if workflow.info().is_continue_as_new_suggested():
                workflow.continue_as_new(order)

    async def _finished(
        self, run: ChildWorkflowHandle[Any, RunOutcome], order: BackfillOrder
    ) -> None:
        """Wait for a run; its own record shows how it ended."""
        try:
            await run
        except ChildWorkflowError as error:
            if is_cancelled_exception(error) and workflow.cancellation_reason() is not None:
                raise asyncio.CancelledError from error
        self._done += 1
        if workflow.now() - self._told >= _TELL_EVERY:
            self._tell(order)

    def _tell(self, order: BackfillOrder) -> BackfillProgress:
        self._told = workflow.now()
        progress = BackfillProgress(
            start=order.start,
            end=order.end,
            overlap=order.overlap,
            total=order.total,
            done=self._done,
            requested_by=order.run.requested_by,
            stopped=self._stopped,
        )
        workflow.upsert_memo({naming.BACKFILL_MEMO: progress})
        return progress


async def _start(order: BackfillOrder, nominal: datetime) -> ChildWorkflowHandle[Any, RunOutcome]:
    due = nominal + order.trigger.jitter
    run = order.run.model_copy(update={"scheduled_for": due})
    return await workflow.start_child_workflow(
        naming.TASK_RUN,
        run,
        id=naming.backfill_run(run.task_id, order.token, nominal),
        result_type=RunOutcome,
        task_timeout=naming.TASK_TIMEOUT,
        parent_close_policy=ParentClosePolicy.REQUEST_CANCEL,
        memo=attributes.run_memo(run),
        search_attributes=attributes.run_attributes(run),
        static_summary=attributes.run_summary(run),
    )
