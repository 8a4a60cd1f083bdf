"""How other schedulers apply a cron expression when clocks change."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import takewhile
from zoneinfo import ZoneInfo

from onthedot.importing.clocks.nights import HORIZON, NightRule
from onthedot.scheduling.cron.expression import Cron, parse_cron
from onthedot.scheduling.cron.time_masks import seconds_in, span, times_of_day
from onthedot.scheduling.excluding.exclusions import parse_exclusions
from onthedot.scheduling.firing.clock_changes import changes, date_of, instant, offset_at
from onthedot.scheduling.firing.recurrence import Recurrence
from onthedot.scheduling.firing.times import CronTimes
from onthedot.scheduling.trigger import CronTrigger, Recurring


def _shown(trigger: Recurring, key: str, after: datetime, until: datetime) -> list[datetime]:
    """Every instant at which clocks show a listed time."""
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
        if _within(trigger, due)
    ]


def _first_shown(trigger: Recurring, key: str, after: datetime, until: datetime) -> list[datetime]:
    """Each existing listed time once: the first time that clocks show it."""
    zone = ZoneInfo(trigger.timezone)
    return [d for d in _shown(trigger, key, after, until) if not d.astimezone(zone).fold]


def _airflow(trigger: Recurring, key: str, after: datetime, until: datetime) -> list[datetime]:
    """From one run to the next:

    1. Take the local time of the run, and the next listed local time after it.
    2. If every hour is listed, add their distance as real time.
    3. Otherwise run at that local time: the second time that clocks show it or, if they skip it,
       as long after the gap as the time lies within it.
    """
    if not isinstance(trigger, CronTrigger):
        return []
    cron = replace(parse_cron(trigger.expression, key), wild=True)
    local_times = Recurrence(CronTimes(cron), ZoneInfo("UTC"), parse_exclusions((), key))
    zone = ZoneInfo(trigger.timezone)
    at, last = int(after.timestamp()), int(until.timestamp())
    found = []
    while True:
        shown = at + offset_at(zone, at)
        following = next(local_times.instants(shown), None)
        if following is None:
            break
        at = at + following - shown if len(cron.hours) == 24 else _made_aware(following, zone)
        if at > last:
            break
        found.append(instant(at))
    return [due for due in found if _within(trigger, due)]


def _made_aware(local: int, zone: ZoneInfo) -> int:
    """The instant of a local time, given as if it were UTC."""
    naive = instant(local).replace(tzinfo=zone)
    later = int(naive.replace(fold=1).timestamp())
    skipped = later + offset_at(zone, later) != local
    return int(naive.timestamp()) if skipped else later


def _robfig(trigger: Recurring, key: str, after: datetime, until: datetime) -> list[datetime]:
    """Whenever clocks show a listed time. But robfig/cron searches for days at midnight, and a day
    without a midnight confuses it.

    1. It continues hour by hour from a listed day into the next. Without a midnight it does not
       notice the new day, and fires at its first listed time.
    2. It continues day by day to a listed one. East of Greenwich it ends up an hour before it, and
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


def _cron_parser(trigger: Recurring, key: str, after: datetime, until: datetime) -> list[datetime]:
    """Whenever clocks show a listed time, if every hour is listed. Otherwise:

    1. A time that occurs twice counts the first time.
    2. If clocks skip a listed hour, the listed minutes of the hour after the gap count; if they
       skip midnight, only if 23:00 is listed too, from which it continues hour by hour.
    """
    shown = _shown(trigger, key, after, until)
    if not isinstance(trigger, CronTrigger):
        return shown
    cron = parse_cron(trigger.expression, key)
    if len(cron.hours) == 24:
        return shown
    zone = ZoneInfo(trigger.timezone)
    found = {due for due in shown if not due.astimezone(zone).fold}
    for change in changes(zone, int(after.timestamp()), int(until.timestamp())):
        hours = {
            second // 3600
            for day, first, end in change.skipped
            if _is_listed(cron, day) and (first or (23 in cron.hours and _is_listed(cron, day - 1)))
            for second in range(first, end, 3600)
        }
        if hours & cron.hours:
            minutes = seconds_in(times_of_day((0,), cron.minutes, cron.seconds))
            found |= {instant(change.at + second) for second in minutes}
    return sorted(found)


def changes_by_less_than_an_hour(trigger: CronTrigger, at: datetime) -> bool:
    """Whether its zone has such a change within two years, which confuses other schedulers."""
    start, end = int(at.timestamp()), int((at + HORIZON).timestamp())
    coming = changes(ZoneInfo(trigger.timezone), start, end)
    return any((change.after - change.before) % 3600 for change in coming)


def _is_listed(cron: Cron, day: int) -> bool:
    on = date_of(day)
    return bool(cron.days.days(on.year, on.month) >> on.day & 1)


def _within(trigger: Recurring, due: datetime) -> bool:
    """Whether an instant is within the trigger's bounds."""
    return (trigger.start_at is None or due >= trigger.start_at) and (
        trigger.end_at is None or due <= trigger.end_at
    )


def crowded(trigger: CronTrigger, key: str, at: datetime) -> list[datetime]:
    """Changes at which several skipped times are due, which Debian's cron runs separately."""
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
#: As cron-parser 5 does it, the library that BullMQ uses.
BULLMQ = NightRule("BullMQ", _cron_parser)
