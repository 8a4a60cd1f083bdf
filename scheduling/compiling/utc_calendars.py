"""The instants of a recurrence over some years, as calendars in UTC."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from onthedot.scheduling.compiling.calendars import ALL_DAYS, ALL_WEEKDAYS, Calendar, Dates, Times
from onthedot.scheduling.cron.days import month_shape
from onthedot.scheduling.cron.time_masks import WHOLE_DAY, boxes
from onthedot.scheduling.firing.clock_changes import SECONDS_OF_DAY, date_of
from onthedot.scheduling.firing.recurrence import Recurrence

#: Days of the month and weekdays that together name some days of one month.
_Shape = tuple[frozenset[int], frozenset[int]]


def dated(days: Iterable[int]) -> list[Dates]:
    """Sets of dates that name exactly these days (since 1970-01-01), each once."""
    of_month: dict[tuple[int, int], set[int]] = defaultdict(set)
    for day in days:
        on = date_of(day)
        of_month[on.year, on.month].add(on.day)
    months_of: dict[_Shape, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for (year, month), named in of_month.items():
        months_of[_shape(year, month, named)][year].add(month)
    found = []
    for (month_days, weekdays), by_year in months_of.items():
        years_of: dict[frozenset[int], set[int]] = defaultdict(set)
        for year, months in by_year.items():
            years_of[frozenset(months)].add(year)
        found += [
            Dates(frozenset(years), months, month_days, weekdays)
            for months, years in years_of.items()
        ]
    return found


def _shape(year: int, month: int, days: set[int]) -> _Shape:
    """The simplest description of these days: all, some weekdays, a range, or a list."""
    length, first_weekday = month_shape(year, month)
    weekday_of = {day: (first_weekday + day - 1) % 7 for day in range(1, length + 1)}
    if len(days) == length:
        return ALL_DAYS, ALL_WEEKDAYS
    weekdays = frozenset(weekday_of[day] for day in days)
    if days == {day for day, weekday in weekday_of.items() if weekday in weekdays}:
        return ALL_DAYS, weekdays
    stretch = frozenset(range(min(days), max(days) + 1))
    if len(days) > len(weekdays) and days == {d for d in stretch if weekday_of[d] in weekdays}:
        return stretch, weekdays
    return frozenset(days), ALL_WEEKDAYS


def utc_days(plan: Recurrence, days: range, *, excluded_too: bool) -> dict[int, int]:
    """For each UTC day on which the plan fires, the seconds as bits.

    Equal days share one integer, so that thousands of days cost as little as a few.
    """
    pieces_of: dict[int, tuple[int, ...]] = {}
    cut: dict[tuple[int, int], tuple[tuple[int, tuple[int, ...]], ...]] = {}
    pieces: dict[int, int] = {}
    for base, mask in _chunks(plan, days, excluded_too):
        day, shift = divmod(base, SECONDS_OF_DAY)
        known = cut.get((id(mask), shift))
        if known is None:
            parts = tuple(_cut(mask << shift))
            # Also keeps the mask alive, so that no other mask can get its id.
            pieces |= {id(part): part for _, part in parts} | {id(mask): mask}
            known = tuple((after, (id(part),)) for after, part in parts)
            cut[id(mask), shift] = known
        for after, named in known:
            on = day + after
            if on in days:
                pieces_of[on] = pieces_of[on] + named if on in pieces_of else named
    return _joined(pieces_of, pieces)


def utc_calendars(masks: dict[int, int], days: range) -> tuple[Calendar, ...]:
    """Calendars of the given seconds of days. If all `days` are equal, they have no end."""
    alike: dict[int, list[int]] = defaultdict(list)
    for day, mask in masks.items():
        alike[id(mask)].append(day)
    days_of: dict[int, list[int]] = defaultdict(list)
    for named in alike.values():
        days_of[masks[named[0]]] += named
    return tuple(
        Calendar(dates, Times(frozenset(hours), frozenset(minutes), frozenset(seconds)))
        for mask, named in days_of.items()
        for hours, minutes, seconds in boxes(mask)
        for dates in ([Dates()] if len(named) == len(days) else dated(named))
    )


def _cut(bits: int) -> Iterator[tuple[int, int]]:
    """Bits cut at each midnight: how many days after the first, and the seconds of that day."""
    after = 0
    while bits:
        if bits & WHOLE_DAY:
            yield after, bits & WHOLE_DAY
        after, bits = after + 1, bits >> SECONDS_OF_DAY


def _joined(pieces_of: dict[int, tuple[int, ...]], pieces: dict[int, int]) -> dict[int, int]:
    joined: dict[tuple[int, ...], int] = {}
    for named in set(pieces_of.values()):
        mask = 0
        for piece in named:
            mask |= pieces[piece]
        joined[named] = mask
    return {day: joined[named] for day, named in pieces_of.items()}


def _chunks(plan: Recurrence, days: range, excluded_too: bool) -> Iterator[tuple[int, int]]:
    start, end = (days.start - 2) * SECONDS_OF_DAY, (days.stop + 2) * SECONDS_OF_DAY
    for base, mask in plan.chunks(start, excluded_too=excluded_too):
        if base > end:
            return
        yield base, mask
