"""Builds a task's schedule, and checks whether Temporal's copy still matches it."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleDescription,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleState,
)

from onthedot import naming
from onthedot.activities.schedule.off_loop import off_loop
from onthedot.activities.schedule.spec import to_schedule_spec
from onthedot.naming import attributes
from onthedot.scheduling.calendars.days import CalendarDays
from onthedot.scheduling.compiling.calendars import CompiledSpec
from onthedot.scheduling.compiling.compilation import compile_trigger
from onthedot.scheduling.policy import OverlapPolicy
from onthedot.scheduling.stored.run_order import RunOrder
from onthedot.scheduling.stored.schedule_order import ScheduleOrder
from onthedot.scheduling.trigger import Recurring, may_draw

#: Temporal's own lower bound.
SHORTEST_CATCHUP = timedelta(seconds=10)

#: How long before its end a compiled schedule is compiled again.
_UPKEEP = timedelta(days=365 * 4 + 90)

OVERLAP = {policy: ScheduleOverlapPolicy[policy.name] for policy in OverlapPolicy}


def as_schedule(
    order: ScheduleOrder,
    *,
    at: datetime,
    task_queue: str,
    remaining: int | None,
    calendars: CalendarDays,
) -> Schedule:
    """The schedule of an order, compiled at the instant `at`; no `remaining` means no limit."""
    trigger = order.trigger
    compiled = _compiled(trigger, order.run.task_id, at.astimezone(UTC).year, calendars)
    run = order.run.model_copy(update={"trigger": trigger, "exact_until": compiled.exact_until})
    return Schedule(
        action=ScheduleActionStartWorkflow(
            naming.TASK_RUN,
            run,
            id=naming.run_prefix(run.task_id),
            task_queue=task_queue,
            task_timeout=naming.TASK_TIMEOUT,
            typed_search_attributes=attributes.run_attributes(run),
            static_summary=attributes.run_summary(run),
        ),
        spec=to_schedule_spec(compiled),
        policy=SchedulePolicy(
            overlap=OVERLAP[order.overlap],
            catchup_window=catchup_window(order),
        ),
        state=ScheduleState(
            # Not encrypted even where payloads are, so never a user's own note.
            note=trigger_text(trigger),
            paused=order.paused,
            limited_actions=remaining is not None,
            remaining_actions=remaining or 0,
        ),
    )


def catchup_window(order: ScheduleOrder) -> timedelta:
    """How late an occurrence of the order may still start."""
    return max(order.catchup_window, SHORTEST_CATCHUP)


def trigger_text(trigger: Recurring) -> str:
    """The trigger as its author wrote it."""
    if trigger.kind == "cron":
        return f"{trigger.expression} ({trigger.timezone})"
    return f"every {trigger.every}"


async def order_of(found: ScheduleDescription, client: Client) -> RunOrder | None:
    """The order that the schedule starts its runs with; None if the schedule is not ours."""
    action = found.schedule.action
    if not isinstance(action, ScheduleActionStartWorkflow) or action.workflow != naming.TASK_RUN:
        return None
    try:
        orders = await client.data_converter.decode(list(action.args), [RunOrder])
    except (ValueError, RuntimeError):
        return None
    order: RunOrder = orders[0]
    return order


async def is_as_ordered(
    found: ScheduleDescription,
    order: ScheduleOrder,
    client: Client,
    *,
    at: datetime,
    calendars: CalendarDays,
) -> bool:
    """Whether the schedule matches the order's revision and pause, and is exact for long enough.

    If there is a snapshot of this revision, the schedule must also be unchanged since then, and
    the trigger must still have the same meaning under the zone's rules and its calendars.
    """
    run = await order_of(found, client)
    if run is None or run.revision != order.run.revision:
        return False
    if found.schedule.state.paused != order.paused:
        return False
    if run.exact_until is not None and run.exact_until - at < _UPKEEP:
        return False
    look = order.look
    if look is None or look.revision != order.run.revision:
        return True
    limited = found.schedule.state.limited_actions == (order.trigger.max_runs is not None)
    return (
        limited
        and look.found == digest(found)
        and look.compiled == await off_loop(compiled_digest, order, look.compiled_at, calendars)
    )


def digest(found: ScheduleDescription) -> str:
    """A digest of a schedule's content, without its pause and how often it fired."""
    schedule = found.raw_description.schedule
    parts = (schedule.spec, schedule.action, schedule.policies)
    return _hashed(b"".join(part.SerializeToString(deterministic=True) for part in parts))


def compiled_digest(order: ScheduleOrder, at: datetime, calendars: CalendarDays) -> str:
    """A digest of the order's compiled trigger, with its calendars and the installed zone rules."""
    return _digest(order.trigger, order.run.task_id, at.astimezone(UTC).year, calendars)


@lru_cache(maxsize=256)
def _digest(trigger: Recurring, key: str, year: int, calendars: CalendarDays) -> str:
    # The repr of a set has no fixed order; Temporal's spec has one.
    compiled = _compiled(trigger, key, year, calendars)
    return _hashed(repr(to_schedule_spec(compiled)).encode())


def _compiled(trigger: Recurring, key: str, year: int, calendars: CalendarDays) -> CompiledSpec:
    """The compiled trigger in a year, cached: reconciling needs it several times, a changed
    calendar affects many tasks, and many tasks have the same trigger."""
    return _compiled_for(trigger, key if may_draw(trigger) else "", year, calendars)


@lru_cache(maxsize=256)
def _compiled_for(trigger: Recurring, key: str, year: int, calendars: CalendarDays) -> CompiledSpec:
    return compile_trigger(
        trigger, key=key, at=datetime(year, 1, 1, tzinfo=UTC), calendars=calendars
    )


def _hashed(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


async def keeps_count(found: ScheduleDescription, order: ScheduleOrder, client: Client) -> bool:
    """Whether the runs that are left of `max_runs` are those that the schedule counts."""
    written = await order_of(found, client)
    limited = found.schedule.state.limited_actions
    return limited and written is not None and written.revision >= order.counted_from


def remaining_runs(found: ScheduleDescription, order: ScheduleOrder) -> int | None:
    """What is left of `max_runs`, as the schedule counts it; None without a limit."""
    return None if order.trigger.max_runs is None else found.schedule.state.remaining_actions
