"""What other schedulers do with a cron expression when clocks change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from onthedot.importing.clocks.nights import HORIZON, NightRule
from onthedot.scheduling.cron.expression import Cron, parse_cron
from onthedot.scheduling.cron.time_masks import seconds_in, span
from onthedot.scheduling.firing.clock_changes import changes, date_of, instant
from onthedot.scheduling.firing.exclusions import parse_exclusions
from onthedot.scheduling.firing.recurrence import CronTimes, Recurrence
from onthedot.scheduling.trigger import CronTrigger, Recurring


def _shown(trigger: Recurring, key: str, after: datetime, until: datetime) -> list[datetime]:
    """Every instant at which clocks show a listed time, as often as they show it."""
    if not isinstance(trigger, CronTrigger):
        return []
    cron = replace(parse_cron(trigger.expression, key), wild=True)
    plan = Recurrence(
        CronTimes(cron), ZoneInfo(trigger.timezone), parse_exclusions(trigger.exclude, key)
    )
    found = plan.instants(int(after.timestamp()))
    last = int(until.timestamp())
    return [
        due
        for due in map(instant, takewhile(lambda second: second <= last, found))
        if (trigger.start_at is None or due >= trigger.start_at)
        and (trigger.end_at is None or due <= trigger.end_at)
    ]


def _first_shown(trigger: Recurring, key: str, after: datetime, until: datetime) -> list[datetime]:
    """Each listed time that exists, once: the first time it is shown."""
    zone = ZoneInfo(trigger.timezone)
    return [d for d in _shown(trigger, key, after, until) if not d.astimezone(zone).fold]


def _airflow(trigger: Recurring, key: str, after: datetime, until: datetime) -> list[datetime]:
    """Where hours are restricted, once for each listed time: the last time it is shown, and as
    long after the gap as it lies in it where it is skipped. Else whenever it is shown."""
    shown = _shown(trigger, key, after, until)
    if not isinstance(trigger, CronTrigger):
        return shown
    cron = parse_cron(trigger.expression, key)
    if len(cron.hours) == 24:
        return shown
    zone = ZoneInfo(trigger.timezone)
    last_shown = [d for d in shown if not _comes_again(d, zone)]
    moved = _moved_by_gaps(cron, zone, after, until)
    return sorted({*last_shown, *moved})


def _robfig(trigger: Recurring, key: str, after: datetime, until: datetime) -> list[datetime]:
    """Whenever a listed time is shown; but robfig/cron looks for the day at midnight, and a day
    without one confuses it.

    1. It goes on hour by hour from a listed day into the next. Without a midnight it does not
       notice that this is another day, and fires at its first listed time.
    2. It goes on day by day to a listed one. East of Greenwich it lands an hour short of it, and
       then past it.
    """
    shown = _shown(trigger, key, after, until)
    if not isinstance(trigger, CronTrigger):
        return shown
    cron = parse_cron(trigger.expression, key)
    zone = ZoneInfo(trigger.timezone)
    for change in changes(zone, int(after.timestamp()), int(until.timestamp())):
        for day, first, end in change.skipped:
            if first:
                continue
            listed, listed_before = _is_listed(cron, day), _is_listed(cron, day - 1)
            on = date_of(day)
            if listed and not listed_before and change.before > 0:
                shown = [due for due in shown if due.astimezone(zone).date() != on]
            elif listed_before and not listed and 23 not in cron.hours:
                false = next(seconds_in(cron.times, end), None)
                if false is not None:
                    shown.append(instant(change.at + false - end))
    return sorted(shown)


def _is_listed(cron: Cron, day: int) -> bool:
    on = date_of(day)
    return bool(cron.days.days(on.year, on.month) >> on.day & 1)


def _comes_again(due: datetime, zone: ZoneInfo) -> bool:
    local = due.astimezone(zone)
    return not local.fold and local.replace(fold=1).utcoffset() != local.utcoffset()


def _moved_by_gaps(
    cron: Cron, zone: ZoneInfo, after: datetime, until: datetime
) -> Iterator[datetime]:
    for change in changes(zone, int(after.timestamp()), int(until.timestamp())):
        passed = 0
        for day, first, end in change.skipped:
            if _is_listed(cron, day):
                for second in seconds_in(cron.times & span(first, end)):
                    yield instant(change.at) + timedelta(seconds=passed + second - first)
            passed += end - first


def crowded(trigger: CronTrigger, key: str, at: datetime) -> list[datetime]:
    """Changes at which several skipped times are due, which Debian's cron runs one by one."""
    cron = parse_cron(trigger.expression, key)
    if cron.wild:
        return []
    zone = ZoneInfo(trigger.timezone)
    start, end = int(at.timestamp()), int((at + HORIZON).timestamp())
    found = []
    for change in changes(zone, start, end):
        skipped = sum(
            (cron.times & span(first, stop)).bit_count() if _is_listed(cron, day) else 0
            for day, first, stop in change.skipped
        )
        if skipped > 1:
            found.append(instant(change.at))
    return found


#: robfig/cron, the library that Kubernetes uses.
KUBERNETES = NightRule("Kubernetes", _robfig)
#: As systemd 252 does it.
SYSTEMD = NightRule("systemd", _first_shown)
#: As Airflow 3 does it with its cron timetables.
AIRFLOW = NightRule("Airflow", _airflow)
