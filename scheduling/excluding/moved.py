"""Explains occurrences that moved from an excluded day to another one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from onthedot.scheduling.calendars.days import CalendarDays
from onthedot.scheduling.excluding.moved_run import MovedRun
from onthedot.scheduling.firing.clock_changes import SECONDS_OF_DAY, date_of, local_day, offset_at
from onthedot.scheduling.firing.occurrences import Occurrence
from onthedot.scheduling.firing.recurrence import Recurrence, recurrence
from onthedot.scheduling.firing.times import CronTimes
from onthedot.scheduling.trigger import OnceTrigger, Trigger
from onthedot.scheduling.wording.phrases import MONTH_NAMES, WEEKDAY_NAMES, joined


def moved_runs(
    trigger: Trigger,
    found: Iterable[Occurrence],
    *,
    key: str,
    calendars: CalendarDays,
) -> tuple[MovedRun, ...]:
    """The moved ones among some occurrences of a checked trigger."""
    if isinstance(trigger, OnceTrigger):
        return ()
    plan = recurrence(trigger, key, calendars)
    return tuple(
        MovedRun(at=one.at, named=date_of(day), reason=reason, text=_text(day, reason))
        for one in found
        if (day := moved_from(plan, one.nominal)) is not None
        for reason in [reason_of(plan, day)]
    )


def moved_from(plan: Recurrence, nominal: datetime) -> int | None:
    """The local day that an occurrence moved from, the nearest of several; None if it did not
    move."""
    if plan.moves is None or not isinstance(plan.times, CronTimes):
        return None
    at = int(nominal.timestamp())
    day, second = divmod(at + offset_at(plan.zone, at), SECONDS_OF_DAY)
    if plan.times.on(day) & ~plan.exclusions.on(day) >> second & 1:
        return None
    sources = plan.moves.sources(day, second)
    return min(sources, key=lambda source: abs(source - day), default=None)


def why_moved(plan: Recurrence, nominal: datetime) -> str:
    """Such as `moved from Fri 25 Dec: Christmas Day`; empty for one that did not move."""
    day = moved_from(plan, nominal)
    return "" if day is None else _text(day, reason_of(plan, day))


def why_excluded(plan: Recurrence, nominal: datetime) -> str:
    """Why calendars exclude the day of an instant; empty if they do not."""
    at = int(nominal.timestamp())
    return joined(plan.exclusions.reasons(local_day(plan.zone, at)))


def reason_of(plan: Recurrence, day: int) -> str:
    """Why a day is excluded."""
    return joined(plan.exclusions.reasons(day)) or "`exclude` names it"


def _text(day: int, reason: str) -> str:
    on = date_of(day)
    weekday, month = WEEKDAY_NAMES[on.isoweekday() % 7], MONTH_NAMES[on.month - 1]
    return f"moved from {weekday[:3]} {on.day} {month[:3]}: {reason}"
