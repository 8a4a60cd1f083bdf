"""Keeps a task's Temporal schedule as the task says. The only place that writes one.

Bringing a schedule in line is one idempotent step:
1. Look at the schedule. If it is as ordered, nothing is written.
2. If there is none, create it. Its first patch reaches back to the instant from which the task's
   occurrences count, because a task may have been registered while no worker was up.
3. Otherwise replace it, on condition that it did not change since it was looked at (a start uses up
   one of `max_runs`); Temporal drops a conflicting update without a word, so read back and repeat.
   Occurrences up to the update's own instant follow the earlier definition, later ones the new.
4. Start what fell into the moment between, by the id that the schedule would have used, so that an
   occurrence cannot come to have two runs.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from temporalio import activity
from temporalio.api.workflowservice.v1 import UpdateScheduleRequest
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleBackfill,
    ScheduleDescription,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleState,
)
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

import naming
from activities.schedule_spec import to_schedule_spec
from scheduling.compilation import compile_trigger
from scheduling.occurrences import next_occurrences, occurrences
from scheduling.policy import OverlapPolicy
from scheduling.run_order import RunOrder
from scheduling.schedule_order import Applied, ScheduleOrder
from scheduling.trigger import Recurring

#: Temporal's own lower bound.
SHORTEST_CATCHUP = timedelta(seconds=10)

#: How far before its end a compiled schedule is compiled anew.
UPKEEP = timedelta(days=365 * 4 + 180)

#: How long after its last occurrence a task is looked at, and then again while a run goes on.
_SOON = timedelta(seconds=2)
_LOOK_AGAIN = timedelta(seconds=10)

_FEW = 1000
_OVERLAP = {policy: ScheduleOverlapPolicy[policy.name] for policy in OverlapPolicy}


class ScheduleActivities:
    """The activities that need a client to write schedules with."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @activity.defn(name=naming.REMOVE_SCHEDULE)
    async def remove(self, task_id: str) -> None:
        """Delete the task's schedule; fine if there is none."""
        try:
            await self._client.get_schedule_handle(naming.schedule(task_id)).delete()
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise

    @activity.defn(name=naming.APPLY_SCHEDULE)
    async def apply(self, order: ScheduleOrder) -> Applied:
        """Bring the schedule in line, and say from when on it is and when to look again."""
        now = datetime.now(UTC)
        found = await self._describe(order.run.task_id)
        if found is None:
            found = await self._create(order, now)
        elif not await self._as_ordered(found, order, now):
            found = await self._replace(found, order, now)
        return _applied(found, order, now)

    async def _describe(self, task_id: str) -> ScheduleDescription | None:
        try:
            return await self._client.get_schedule_handle(naming.schedule(task_id)).describe()
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return None

    async def _create(self, order: ScheduleOrder, now: datetime) -> ScheduleDescription:
        task_id = order.run.task_id
        schedule = _schedule(order, now)
        start = max(order.covered_until, now - max(order.catchup_window, SHORTEST_CATCHUP))
        missed = list(
            itertools.islice(_between(order.trigger, task_id, start, now), _FEW)
            if not order.paused
            else ()
        )
        if schedule.state.limited_actions:
            missed = missed[: schedule.state.remaining_actions]
            schedule.state.remaining_actions -= len(missed)
        reach_back = (
            [
                ScheduleBackfill(
                    start_at=missed[0], end_at=missed[-1], overlap=_OVERLAP[order.overlap]
                )
            ]
            if missed and not order.made_before
            else []
        )
        with suppress(ScheduleAlreadyRunningError):
            await self._client.create_schedule(
                naming.schedule(task_id), schedule, backfill=reach_back
            )
        found = await self._read_back(task_id)
        if order.made_before and order.overlap is not OverlapPolicy.ALLOW_ALL:
            missed = missed[-1:]
        await self._start(order, () if reach_back else missed)
        if not order.paused:
            since = _between(order.trigger, task_id, now, found.info.created_at)
            await self._start(order, list(itertools.islice(since, _FEW)))
        return found

    async def _replace(
        self, found: ScheduleDescription, order: ScheduleOrder, now: datetime
    ) -> ScheduleDescription:
        task_id = order.run.task_id
        while not await self._as_ordered(found, order, now):
            schedule = _schedule(order, now)
            state = found.schedule.state
            if order.remaining is None and state.limited_actions and schedule.state.limited_actions:
                schedule.state.remaining_actions = state.remaining_actions
            await self._client.workflow_service.update_schedule(
                UpdateScheduleRequest(
                    namespace=self._client.namespace,
                    schedule_id=naming.schedule(task_id),
                    # The SDK's own update cannot carry the token that makes it conditional.
                    schedule=await schedule._to_proto(self._client),
                    conflict_token=found.raw_description.conflict_token,
                    identity=self._client.identity,
                    request_id=str(uuid4()),
                )
            )
            found = await self._read_back(task_id)
        return found

    async def _read_back(self, task_id: str) -> ScheduleDescription:
        found = await self._describe(task_id)
        if found is None:
            raise ApplicationError(f"The schedule of task {task_id} vanished while it was written.")
        return found

    async def _as_ordered(
        self, found: ScheduleDescription, order: ScheduleOrder, now: datetime
    ) -> bool:
        """Whether the schedule is this revision's, paused as it should be and exact for long."""
        written = await _order_of(found, self._client)
        fresh = written.exact_until is None or written.exact_until - now > UPKEEP - timedelta(
            days=90
        )
        return (
            written.revision == order.run.revision
            and found.schedule.state.paused == order.paused
            and fresh
        )

    async def _start(self, order: ScheduleOrder, instants: Sequence[datetime]) -> None:
        for nominal in instants:
            due = nominal + order.trigger.jitter
            run = order.run.model_copy(update={"scheduled_for": due})
            try:
                await self._client.start_workflow(
                    naming.TASK_RUN,
                    run,
                    id=naming.scheduled_run(run.task_id, nominal),
                    task_queue=activity.info().task_queue,
                    id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                    task_timeout=naming.TASK_TIMEOUT,
                    search_attributes=naming.run_attributes(run),
                    static_summary=naming.run_summary(run),
                )
            except WorkflowAlreadyStartedError:
                continue


def _between(trigger: Recurring, key: str, after: datetime, until: datetime) -> Sequence[datetime]:
    return list(
        itertools.islice(
            itertools.takewhile(lambda at: at <= until, occurrences(trigger, after=after, key=key)),
            _FEW,
        )
    )


def _schedule(order: ScheduleOrder, now: datetime) -> Schedule:
    trigger = order.trigger
    compiled = compile_trigger(trigger, key=order.run.task_id, at=now)
    run = order.run.model_copy(update={"trigger": trigger, "exact_until": compiled.exact_until})
    remaining = order.remaining if order.remaining is not None else trigger.max_runs
    return Schedule(
        action=ScheduleActionStartWorkflow(
            naming.TASK_RUN,
            run,
            id=naming.run_prefix(run.task_id),
            task_queue=activity.info().task_queue,
            task_timeout=naming.TASK_TIMEOUT,
            typed_search_attributes=naming.run_attributes(run),
            static_summary=naming.run_summary(run),
        ),
        spec=to_schedule_spec(compiled),
        policy=SchedulePolicy(
            overlap=_OVERLAP[order.overlap],
            catchup_window=max(order.catchup_window, SHORTEST_CATCHUP),
        ),
        state=ScheduleState(
            note=order.note or trigger_text(trigger),
            paused=order.paused,
            limited_actions=remaining is not None and trigger.max_runs is not None,
            remaining_actions=remaining or 0 if trigger.max_runs is not None else 0,
        ),
    )


def trigger_text(trigger: Recurring) -> str:
    """The trigger as its author wrote it."""
    if trigger.kind == "cron":
        return f"{trigger.expression} ({trigger.timezone})"
    return f"every {trigger.every}"


async def _order_of(found: ScheduleDescription, client: Client) -> RunOrder:
    action = found.schedule.action
    assert isinstance(action, ScheduleActionStartWorkflow)
    orders = await client.data_converter.decode(list(action.args), [RunOrder])
    order: RunOrder = orders[0]
    return order


def _applied(found: ScheduleDescription, order: ScheduleOrder, now: datetime) -> Applied:
    state, info = found.schedule.state, found.info
    effective_at = info.last_updated_at or info.created_at
    remaining = state.remaining_actions if state.limited_actions else None
    coming = bool(info.next_action_times) or state.paused
    exhausted = remaining == 0 or not info.next_action_times
    busy = bool(info.running_actions) or found.raw_description.info.buffer_size > 0
    finished = exhausted and not coming and not busy
    return Applied(
        effective_at=effective_at,
        wake_at=None if finished else _wake_at(order, now, remaining),
        finished=finished,
        remaining=remaining,
    )


def _wake_at(order: ScheduleOrder, now: datetime, remaining: int | None) -> datetime:
    """The next upkeep, or soon after the last occurrence if that comes before."""
    upkeep = now + timedelta(days=90)
    if remaining is None and order.trigger.end_at is None:
        return upkeep
    count = min(remaining, _FEW) if remaining is not None else _FEW
    ahead = next_occurrences(order.trigger, after=now, count=max(count, 1), key=order.run.task_id)
    if not ahead or remaining == 0:
        return now + _LOOK_AGAIN
    return min(upkeep, ahead[-1] + order.trigger.jitter + _SOON)
