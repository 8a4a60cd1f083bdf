"""Starts the workflow of a task: at its registration, and again after it has closed."""

from __future__ import annotations

from datetime import datetime, timedelta

from temporalio.client import WorkflowExecutionStatus
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from onthedot import naming
from onthedot.access.audit_log import note
from onthedot.naming import attributes
from onthedot.scheduling.errors import RevisionMismatch, TaskExists, WrongState
from onthedot.scheduling.outages import NamespaceUnprepared, TemporalUnavailable, Unconfirmed
from onthedot.scheduling.stored.attempt import LEAD
from onthedot.scheduling.stored.task_change import Change, apply_change
from onthedot.scheduling.stored.task_row import TaskRow
from onthedot.scheduling.stored.task_state import TaskState
from onthedot.scheduling.trigger import OnceTrigger
from onthedot.service.tasks.reader import TaskReader
from onthedot.service.tasks.registering.late_registrations import LateRegistrations
from onthedot.service.tasks.rows import row_of
from onthedot.service.temporal.calls import Temporal

#: How long before it is due a one-time task is dispatched to a worker, to wait there for its time.
_AWAKE = timedelta(seconds=5)
#: A start has to end this much sooner than other calls: including a check of the outcome, a 503 is
#: returned within two seconds.
_CHECK = timedelta(seconds=0.1)
#: A start that Temporal accepts in the last part of its time does not count. That part is for the
#: response, so that a registration answered 503 hardly ever counts.
_RESPONSE = timedelta(seconds=0.3)
#: A response this close to a registration's expiry does not prove that it counts.
_CLOSE = timedelta(seconds=0.3)
_LOOK = timedelta(seconds=0.3)
_UNCONFIRMED = (
    "The task is registered if Temporal stopped just after accepting it; otherwise it "
    "will not be. Try again shortly, with an Idempotency-Key or an id, so that it is "
    "registered only once."
)


class TaskStarts:
    """Starts the workflows that are the tasks."""

    def __init__(self, temporal: Temporal, reader: TaskReader) -> None:
        self._temporal = temporal
        self._reader = reader
        self._late = LateRegistrations(temporal)
        self._within = temporal.rpc_timeout - _CHECK

    async def first(self, state: TaskState) -> None:
        """Start a task under an id that was never used.

        Raises:
            WorkflowAlreadyStartedError: there is or was a task with that id.
            TemporalUnavailable: it was not started, or too late to count.
        """
        await self._start(state, WorkflowIDReusePolicy.REJECT_DUPLICATE)

    async def after_deletion(self, state: TaskState) -> None:
        """Start a task under the id of a deleted one.

        Raises:
            TaskExists: another caller was faster.
            WrongState: a run of the deleted task is in progress.
            TemporalUnavailable: see `first`.
        """
        try:
            await self._start(state, WorkflowIDReusePolicy.ALLOW_DUPLICATE)
        except WorkflowAlreadyStartedError:
            if await self._reader.find_or_none(state.id) is not None:
                raise TaskExists(state.id) from None
            # Either may have ended since it blocked the start.
            if await self._late.end(state.id) or not await self._goes_on(state.id):
                return await self.after_deletion(state)
            raise WrongState(
                f"Task {state.id!r} was deleted, but its last run is still in progress. The id "
                "is free once that run ends; cancel the run, or choose another id."
            ) from None

    async def _goes_on(self, task_id: str) -> bool:
        found = await self._temporal.described(naming.task_workflow(task_id))
        return found is not None and found.status is WorkflowExecutionStatus.RUNNING

    async def once_more(self, task_id: str, change: Change, now: datetime) -> TaskState:
        """Start a finished task again with a change; returns the state that it starts with.

        Raises:
            TaskNotFound: there is none.
            RevisionMismatch: it is at another revision, or another caller was faster.
            TemporalUnavailable: see `first`.
        """
        found = await self._reader.find(task_id)
        if change.expected_revision not in (None, found.row.revision):
            raise RevisionMismatch(task_id, found.row.revision)
        # A task that was terminated from outside may have left its schedule behind.
        scheduled = not isinstance(found.definition.trigger, OnceTrigger)
        state = apply_change(found.state, change, at=now).model_copy(
            update={
                "covered_until": now,
                "occurs_after": now,
                "problem": "",
                "scheduled": scheduled,
                "lead": LEAD,
            }
        )
        try:
            await self._start(state, WorkflowIDReusePolicy.ALLOW_DUPLICATE)
        except WorkflowAlreadyStartedError:
            raise RevisionMismatch(task_id, found.row.revision + 1) from None
        return state

    async def _start(self, state: TaskState, policy: WorkflowIDReusePolicy) -> None:
        state = state.model_copy(
            update={"not_after": self._temporal.expiry(self._within - _RESPONSE)}
        )
        await self._confirmed(state, policy)
        note(state.id, before=state.revision - 1, after=state.revision)

    async def _confirmed(self, state: TaskState, policy: WorkflowIDReusePolicy) -> None:
        try:
            await self._started(state, policy)
        except NamespaceUnprepared:
            raise
        except TemporalUnavailable:
            counts = await self._counts(state)
            if counts:
                return
            self._late.expect(state.id)
            if counts is None:
                raise Unconfirmed(self._temporal.address, _UNCONFIRMED) from None
            raise

    async def _counts(self, state: TaskState) -> bool | None:
        """Whether Temporal accepted this registration in time; None if that is unknown."""
        try:
            execution = await self._temporal.described(naming.task_workflow(state.id), _LOOK)
        except (TemporalUnavailable, RPCError):
            return None
        row = await row_of(execution) if execution else None
        return row is not None and row.not_after == state.not_after

    async def _started(self, state: TaskState, policy: WorkflowIDReusePolicy) -> None:
        sent = self._temporal.now()
        delay = None if state.ended_as else self._delay(state, sent)
        handle = await self._temporal.ask(
            self._temporal.client.start_workflow(
                naming.TASK,
                state,
                id=naming.task_workflow(state.id),
                task_queue=self._temporal.task_queue,
                task_timeout=naming.TASK_TIMEOUT,
                id_reuse_policy=policy,
                memo={naming.TASK_MEMO: TaskRow.of(state)},
                search_attributes=attributes.task_attributes(state),
                static_summary=attributes.task_summary(state),
                start_delay=delay,
                rpc_timeout=self._within,
            ),
            within=self._within,
        )
        clock, answered = self._temporal.clock, self._temporal.now()
        in_time = state.not_after is None or clock.theirs(answered) < state.not_after - _CLOSE
        if in_time and not clock.stale:
            return
        try:
            started = (await self._temporal.ask(handle.describe(), within=_LOOK)).start_time
        except TemporalUnavailable:
            if in_time:
                return
            raise
        clock.learn(sent=sent, answered=answered, stamped=started)
        if state.not_after is not None and started > state.not_after:
            raise TemporalUnavailable(self._temporal.address)

    def _delay(self, state: TaskState, now: datetime) -> timedelta | None:
        """How long Temporal delays the start of a one-time task. A change wakes it earlier; a task
        that has something to do first starts immediately."""
        if state.handed_out_at is None or state.definition.paused or state.scheduled:
            return None
        delay = state.handed_out_at - _AWAKE - self._temporal.clock.theirs(now)
        return delay if delay > timedelta(0) else None
