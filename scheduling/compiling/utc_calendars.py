"""The instants of a recurrence over some years, as calendars in UTC."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from onthedot.scheduling.compiling.calendars import Calendar, Dates, Times
from onthedot.scheduling.compiling.dated import dated
from onthedot.scheduling.cron.time_masks import WHOLE_DAY, boxes
from onthedot.scheduling.firing.clock_changes import SECONDS_OF_DAY
from onthedot.scheduling.firing.recurrence import Recurrence


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
