"""The meaning of a trigger with calendars, enumerated day by day, without our code."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from croniter import croniter

from onthedot.scheduling.trigger import OnExcluded
from tests.scheduling.differential.calendar_cases import Case, days_around

_ONE = timedelta(days=1)
_FARTHEST = 366
_STEPS = {OnExcluded.NEXT_DAY: _ONE, OnExcluded.PREVIOUS_DAY: -_ONE}


def instants(case: Case, after: datetime, until: datetime) -> list[datetime]:
    """When it is due after one instant, until another."""
    *time_fields, day_field, month_field, weekday_field = case.expression.split()
    second, minute, hour = ("0", *time_fields)[-3:]
    times = [
        time(h, m, s)
        for h in _values(hour, 1)
        for m in _values(minute, 0)
        for s in _values(second, 0)
    ]
    months = _values(month_field, 3)
    wild = minute.startswith("*") or hour.startswith("*")
    zone = ZoneInfo(case.zone)
    local: set[date] = set()
    for day in days_around(after.date(), until.date(), _FARTHEST + 2):
        if day.month not in months or not _matches(day, day_field, weekday_field, case):
            continue
        moved: date | None = day
        if case.setup.excluded(day):
            moved = _moved(day, case)
        if moved is not None:
            local.add(moved)
    found = {
        at
        for day in local
        for each in times
        for at in _shown(datetime.combine(day, each), zone, wild, case)
    }
    return sorted(at for at in found if after < at <= until)


def _moved(day: date, case: Case) -> date | None:
    step = _STEPS.get(case.on_excluded)
    for _ in range(_FARTHEST if step else 0):
        assert step is not None
        day += step
        if not case.setup.excluded(day):
            return day
    return None


def _values(field: str, place: int) -> set[int]:
    fields = ["*"] * 5
    fields[place] = field
    expanded, _ = croniter.expand(" ".join(fields))
    size = {0: 60, 1: 24, 3: 13}.get(place, 7)
    return set(range(size)) if expanded[place] == ["*"] else {int(v) for v in expanded[place]}


def _matches(day: date, day_field: str, weekday_field: str, case: Case) -> bool:
    by_date = any(_by_date(day, element, case) for element in day_field.split(","))
    by_week = any(_by_week(day, element) for element in weekday_field.split(","))
    if day_field.startswith("*") or weekday_field.startswith("*"):
        return by_date and by_week
    return by_date or by_week


def _by_date(day: date, element: str, case: Case) -> bool:
    length = monthrange(day.year, day.month)[1]
    month = [day.replace(day=n) for n in range(1, length + 1)]
    working = [one for one in month if case.setup.works(one)]
    if element == "*":
        return True
    if element == "L":
        return day.day == length
    if not working and "W" in element:
        return False
    if element == "LW":
        return day == working[-1]
    if found := re.fullmatch(r"LW-(\d+)", element):
        return int(found[1]) < len(working) and day == working[-1 - int(found[1])]
    if found := re.fullmatch(r"W#(\d+)", element):
        return int(found[1]) <= len(working) and day == working[int(found[1]) - 1]
    if found := re.fullmatch(r"(\d+)W", element):
        target = min(int(found[1]), length)
        nearest = min(abs(one.day - target) for one in working)
        return day == next(one for one in working if abs(one.day - target) == nearest)
    if found := re.fullmatch(r"\*/(\d+)", element):
        return (day.day - 1) % int(found[1]) == 0
    return day.day == int(element)


def _by_week(day: date, element: str) -> bool:
    length, on = monthrange(day.year, day.month)[1], day.isoweekday() % 7
    if element == "*":
        return True
    if found := re.fullmatch(r"(\d)#(\d)", element):
        return on == int(found[1]) and (day.day + 6) // 7 == int(found[2])
    if found := re.fullmatch(r"(\d)L", element):
        return on == int(found[1]) and day.day + 7 > length
    first, _, last = element.partition("-")
    return int(first) <= on <= int(last or first)


def _shown(local: datetime, zone: ZoneInfo, wild: bool, case: Case) -> list[datetime]:
    folds = [local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    true = [at for at in folds if at.astimezone(zone).replace(tzinfo=None) == local]
    if wild:
        return sorted(set(true))
    if true:
        return [min(true)]
    # Skipped: at the change, the first instant whose offset is the later one.
    low, high = min(folds), max(folds)
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return [] if case.setup.excluded(high.astimezone(zone).date()) else [high]
