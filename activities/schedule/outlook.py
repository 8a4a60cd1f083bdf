"""Reads a schedule's description: what is due, what was started, when to check again."""

from __future__ import annotations

from datetime import datetime, timedelta

from temporalio.client import ScheduleDescription

from onthedot import naming
from onthedot.activities.schedule.due import remaining_before
from onthedot.activities.schedule.form import SHORTEST_CATCHUP, compiled_digest, digest
from onthedot.scheduling.calendars.days import CalendarDays
from onthedot.scheduling.firing.occurrences import next_occurrences
from onthedot.scheduling.firing.zone_rules import release_for
from onthedot.scheduling.stored.schedule_order import Applied, ScheduleOrder, ScheduleSnapshot

#: How often every schedule is examined.
_UPKEEP_EVERY = timedelta(days=90)

#: How long after its last occurrence a task is examined, and then again while a run goes on:
#: after a quarter of the time that it has taken so far, within these bounds.
_SOON = timedelta(seconds=2)
_LATEST = timedelta(minutes=10)

#: Longer than an attempt at applying a schedule may take.
_GHOST = timedelta(seconds=30)

_FEW = 1000


def busy(found: ScheduleDescription) -> bool:
    """Whether a run of the schedule is in progress or waiting."""
    return bool(found.info.running_actions) or found.raw_description.info.buffer_size > 0


def is_over(found: ScheduleDescription) -> bool:
    """Whether a schedule starts nothing more, and none of the runs it knows of is in progress."""
    return not (found.info.next_action_times or found.schedule.state.paused or busy(found))


def due(found: ScheduleDescription, *, at: datetime) -> list[datetime]:
    """What the schedule should have started by `at` and has not processed yet; ten at most.

    Excludes what is past the catch-up window, which it will not start.
    """
    if found.schedule.state.paused:
        return []
    oldest = at - (found.schedule.policy.catchup_window or SHORTEST_CATCHUP)
    return [time for time in found.info.next_action_times if oldest <= time <= at]


def started(found: ScheduleDescription) -> set[datetime]:
    """The nominal instants of the last occurrences that the schedule started; ten at most."""
    actions = found.raw_description.info.recent_actions
    nominals = (naming.nominal_instant(run.start_workflow_result.workflow_id) for run in actions)
    return {nominal for nominal in nominals if nominal is not None}


def early_starts(found: ScheduleDescription, *, since: datetime | None, limit: int | None) -> int:
    """How many runs the `limit` written at `since` lost to occurrences that were due before it.

    Temporal processes what is due, then applies an update, and only then starts the runs and
    deducts them.
    """
    if limit is None or since is None:
        return 0
    later = [run for run in found.info.recent_actions if run.scheduled_at > since]
    return max(0, limit - found.schedule.state.remaining_actions - len(later))


def outlook(
    found: ScheduleDescription,
    order: ScheduleOrder,
    *,
    since: datetime,
    at: datetime,
    calendars: CalendarDays,
    finished: bool,
) -> Applied:
    """What the task has to know about a schedule that is as ordered `since` an instant."""
    state, info = found.schedule.state, found.info
    remaining = state.remaining_actions if state.limited_actions else None
    pending = due(found, at=at)
    covered = _covered_until(found, order, pending[0] if pending else None, at)
    waits = bool(found.raw_description.info.buffer_size)
    # What was due before its creation is already deducted, and may still wait in it.
    undecided = waits and remaining is not None and covered < info.created_at
    return Applied(
        effective_at=since,
        covered_until=order.covered_until if undecided else covered,
        wake_at=None if finished else _wake_at(found, order, at, remaining, calendars),
        finished=finished,
        remaining=remaining,
        calendars=calendars.revisions,
        zone_rules=release_for(order.trigger),
        look=ScheduleSnapshot(
            revision=order.run.revision,
            at=at,
            remaining=remaining_before(order) if undecided else remaining,
            compiled_at=at,
            compiled=compiled_digest(order, at, calendars),
            found=digest(found),
        ),
    )


def _covered_until(
    found: ScheduleDescription, order: ScheduleOrder, pending: datetime | None, at: datetime
) -> datetime:
    """The instant up to which every occurrence is decided: started, or not to be started.

    An occurrence that waits in the schedule for an earlier run is undecided, and not yet deducted
    from `remaining`. The schedule starts occurrences in order, so all after its last start count
    as undecided.
    """
    covered = pending - timedelta(microseconds=1) if pending else at
    if found.raw_description.info.buffer_size:
        actions = found.raw_description.info.recent_actions
        started = actions and naming.nominal_instant(actions[-1].start_workflow_result.workflow_id)
        covered = min(covered, started or order.covered_until)
    return max(order.covered_until, covered - order.trigger.jitter)


def _wake_at(
    found: ScheduleDescription,
    order: ScheduleOrder,
    at: datetime,
    remaining: int | None,
    calendars: CalendarDays,
) -> datetime:
    """The next upkeep, or soon after the last occurrence if that is earlier."""
    upkeep = at + _UPKEEP_EVERY
    if remaining is None and order.trigger.end_at is None:
        return upkeep
    count = _FEW if remaining is None else min(remaining, _FEW)
    ahead = next_occurrences(
        order.trigger, after=at, count=count, key=order.run.task_id, calendars=calendars
    )
    if ahead:
        return min(upkeep, ahead[-1] + order.trigger.jitter + _SOON)
    if found.schedule.state.paused:
        return upkeep
    actions = found.info.recent_actions
    started = actions[-1].started_at if actions else found.info.created_at
    return at + min(max((at - started) / 4, _SOON), _LATEST)


def not_yet_finished(applied: Applied) -> Applied:
    """Keep a schedule that was over when it was created, so that no lost attempt creates it again.

    A suspended worker process may resume its attempt after the schedule is gone. The patch of a
    second schedule would run the same occurrences again.
    """
    if not applied.finished:
        return applied
    return applied.model_copy(update={"finished": False, "wake_at": applied.covered_until + _GHOST})
