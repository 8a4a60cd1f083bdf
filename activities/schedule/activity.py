"""Reconciles a task's Temporal schedule with the task. Only this code and `removal.py` write
schedules.

Reconciling is one idempotent step:
1. Read the schedule. Remove it if another task left it behind under the same id. If it is as
   ordered, write nothing.
2. If there is none, create it. Its first patch reaches back to the instant from which the task's
   occurrences count, because a task may have been registered while no worker was up.
3. Otherwise replace it, provided that it has not changed since it was read (a start uses up one of
   `max_runs`). Temporal drops a conflicting update silently, so read back and repeat, unless a
   later change came first. Occurrences up to the update's own instant follow the earlier
   definition, later ones the new definition.
4. Start the occurrences that fell in between, with the id that the schedule would have used: those
   before its creation through the schedule, so that the next ones do not overlap with them.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial

from temporalio import activity
from temporalio.client import Client, Schedule, ScheduleBackfill, ScheduleDescription
from temporalio.exceptions import ApplicationError

from onthedot import naming
from onthedot.activities.calendars.stored import StoredCalendars
from onthedot.activities.schedule.calls import ScheduleCalls, ScheduleExists, owner_of, reach_of
from onthedot.activities.schedule.direct_starts import DirectStarts
from onthedot.activities.schedule.due import DueOccurrences, reach_back, timetable
from onthedot.activities.schedule.faults import explained
from onthedot.activities.schedule.form import (
    OVERLAP,
    as_schedule,
    catchup_window,
    is_as_ordered,
    keeps_count,
    order_of,
    remaining_runs,
)
from onthedot.activities.schedule.held import HeldOccurrences, with_held
from onthedot.activities.schedule.occurrence_starts import OccurrenceStarts
from onthedot.activities.schedule.off_loop import off_loop
from onthedot.activities.schedule.outlook import early_starts, is_over, not_yet_finished, outlook
from onthedot.activities.schedule.unprocessed import UnprocessedTimes
from onthedot.scheduling.calendars.days import CalendarDays
from onthedot.scheduling.checking.brevity import is_brief
from onthedot.scheduling.stored.schedule_order import Applied, Held, ScheduleOrder
from onthedot.scheduling.trigger import IntervalTrigger, Recurring

_SECOND = timedelta(seconds=1)


class ScheduleActivities:
    """The activity that writes schedules."""

    def __init__(self, client: Client) -> None:
        self._calls = ScheduleCalls(client)
        self._starts = OccurrenceStarts(client)
        self._direct = DirectStarts(self._calls, self._starts)
        self._due = DueOccurrences(self._starts)
        self._calendars = StoredCalendars(client)
        self._unprocessed = UnprocessedTimes(self._calls, self._starts, self._calendars)
        self._held = HeldOccurrences(self._calls, self._starts, self._direct, self._unprocessed)

    @activity.defn(name=naming.APPLY_SCHEDULE)
    async def apply(self, order: ScheduleOrder) -> Applied:
        """Reconcile the schedule; returns since when it is as ordered, and when to check again.

        Raises as `explained` says.
        """
        with explained():
            return await self._applied(order)

    async def _applied(self, order: ScheduleOrder) -> Applied:
        if _is_new(order):
            # Nearly always there is no schedule yet, which would take a call to find out.
            with suppress(ScheduleExists):
                return await self._reconciled(order, None, datetime.now(UTC))
        now = datetime.now(UTC)
        return await self._reconciled(order, await self._calls.find(order.run.task_id), now)

    async def _reconciled(
        self, order: ScheduleOrder, found: ScheduleDescription | None, now: datetime
    ) -> Applied:
        task_id = order.run.task_id
        if found is not None and await owner_of(found) != order.owner:
            await self._calls.remove(task_id)
            found = None
        held, calendars = order.held, await self._calendars.all_of(order.trigger)
        since: datetime | None = None
        if found is None:
            found, held = await self._create(order, now, calendars)
            since = order.covered_until
        elif not await is_as_ordered(found, order, self._calls.client, at=now, calendars=calendars):
            before = found
            found, since = await self._replace(found, order, now, calendars)
            if held is None and since is not None:
                held = await self._held.left_by(before, order, calendars, since=since)
        elif not order.paused and (order.look is None or order.look.at < found.info.created_at):
            # An interrupted attempt created it, and may not have reached the last step.
            found, held = await self._start_unseen(order, found, now, calendars)
        if held is not None:
            found, held = await self._held.released(
                held, order, found, calendars, at=datetime.now(UTC)
            )
        at = datetime.now(UTC)
        # The schedule does not know of runs that were started directly.
        finished = is_over(found) and not await self._starts.in_progress(task_id)
        since = since or found.info.last_updated_at or order.covered_until
        described = partial(
            outlook, found, order, since=since, at=at, calendars=calendars, finished=finished
        )
        applied = described() if _is_handed_over(order.trigger) else await off_loop(described)
        return with_held(not_yet_finished(applied) if order.look is None else applied, held)

    async def _create(
        self, order: ScheduleOrder, now: datetime, calendars: CalendarDays
    ) -> tuple[ScheduleDescription, Held | None]:
        task_id = order.run.task_id
        remaining = await self._due.remaining(order, now, calendars)
        missed = [] if order.paused else await self._due.missed(order, now, calendars)
        # Jitter may move the last one past `now`, though never past the next occurrence.
        moved = missed[-1:] if missed and missed[-1] + order.trigger.jitter > now else []
        missed = missed[: len(missed) - len(moved)]
        back = reach_back(missed, order.overlap, remaining)
        whole = len(back.missed) == len(missed)
        after = missed[len(back.missed) :] + moved
        patch = ScheduleBackfill(
            start_at=missed[0] if missed else now,
            end_at=after[0] - timedelta(milliseconds=1) if after else now,
            overlap=OVERLAP[order.overlap],
        )
        await self._calls.create(
            task_id,
            await _schedule(order, now, remaining and remaining - back.used, calendars),
            owner=order.owner,
            patch=[patch] if back.missed else [],
            reaches=now,
        )
        found = await self._calls.read_back(task_id)
        if order.paused or not whole:
            return found, None
        between = moved + await timetable(order, calendars).between(now, found.info.created_at)
        held = await self._held.taken_from(between, order, after=now)
        if not (missed and order.overlap.runs_one):
            found = await self._direct.pass_on(order, between, found)
        return await self._held.deducted(held, order, found)

    async def _replace(
        self,
        found: ScheduleDescription,
        order: ScheduleOrder,
        now: datetime,
        calendars: CalendarDays,
    ) -> tuple[ScheduleDescription, datetime | None]:
        """Write the order; returns the schedule as it is then, and the instant of the write."""
        client, since = self._calls.client, found.info.last_updated_at
        while not await is_as_ordered(found, order, client, at=now, calendars=calendars):
            if await _is_overtaken(found, order, client):
                raise ApplicationError("A later change was faster.", non_retryable=True)
            pausing = order.paused and not found.schedule.state.paused
            # The definition is the same, but its calendars or its zone's rules changed.
            other_days = order.look is not None and order.look.revision == order.run.revision
            counts_anew = order.trigger.max_runs is not None and not await keeps_count(
                found, order, client
            )
            # Occurrences that are already due would use up the new count.
            if pausing or other_days or counts_anew:
                found = await self._unprocessed.settled(found)
            before = found
            if counts_anew:
                remaining = await self._due.remaining(order, now, calendars)
            else:
                remaining = remaining_runs(found, order)
            schedule = await _schedule(order, now, remaining, calendars)
            found = await self._calls.write(found, schedule)
            if found.info.last_updated_at == before.info.last_updated_at:
                continue
            since = found.info.last_updated_at
            if other_days or (pausing and found.schedule.state.paused):
                due = await self._unprocessed.of(before, since or datetime.now(UTC))
                found = await self._direct.start(*due, found) if due else found
            if counts_anew and (early := early_starts(found, since=since, limit=remaining)):
                found = await self._calls.give_back(found, early)
            # The snapshot describes the schedule before this write.
            order = order.model_copy(update={"look": None})
        return found, since

    async def _start_unseen(
        self,
        order: ScheduleOrder,
        found: ScheduleDescription,
        now: datetime,
        calendars: CalendarDays,
    ) -> tuple[ScheduleDescription, Held | None]:
        """Start what was due after the patch's reach and before the schedule became active.

        That period may be long: Temporal creates a schedule immediately, but a crash may delay the
        first time it is processed, and its occurrences count only from then on.
        """
        made = found.info.created_at
        reach = (await reach_of(found) or made - _SECOND) - order.trigger.jitter
        since = max(order.covered_until, reach, now - catchup_window(order))
        unseen = await timetable(order, calendars).between(since, made)
        held = await self._held.taken_from(unseen, order, after=now)
        if found.schedule.state.limited_actions and found.info.last_updated_at is not None:
            # The interrupted attempt has deducted them.
            allowed = await self._due.remaining(order, now, calendars)
            await self._starts.start(order.run, unseen[:allowed])
            return found, held and held.model_copy(update={"deducted": True})
        used = reach_back(unseen, order.overlap, None).used
        found = await self._direct.start(order.run, unseen[len(unseen) - used :], found)
        return await self._held.deducted(held, order, found)


def _is_new(order: ScheduleOrder) -> bool:
    """Whether no attempt for this task has succeeded yet."""
    return order.look is None and order.run.revision == 1


async def _is_overtaken(found: ScheduleDescription, order: ScheduleOrder, client: Client) -> bool:
    """Whether a later change was carried out while this attempt's worker was suspended.

    A later revision that was there before is one whose acceptance was lost. If the worker's clock
    is behind Temporal's, it is taken for a later change until the task tries again.
    """
    written, at = await order_of(found, client), found.info.last_updated_at
    later = written is not None and written.revision > order.run.revision
    return later and at is not None and at > activity.info().scheduled_time


async def _schedule(
    order: ScheduleOrder, now: datetime, remaining: int | None, calendars: CalendarDays
) -> Schedule:
    queue = activity.info().task_queue
    compiled = partial(
        as_schedule, order, at=now, task_queue=queue, remaining=remaining, calendars=calendars
    )
    return compiled() if _is_handed_over(order.trigger) else await off_loop(compiled)


def _is_handed_over(trigger: Recurring) -> bool:
    """Whether there is nothing to compile: Temporal supports intervals itself."""
    return isinstance(trigger, IntervalTrigger) and is_brief(trigger)
