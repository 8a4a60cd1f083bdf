"""Sets of seconds of a day as one integer of 86,400 bits: unions and differences are one step."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import lru_cache

SECONDS_OF_HOUR = 3600
SECONDS_OF_DAY = 86_400
#: Every second of a day.
WHOLE_DAY = (1 << SECONDS_OF_DAY) - 1
_WHOLE_HOUR = (1 << SECONDS_OF_HOUR) - 1
#: As many seconds of a day as `* * * * *` names.
_FEW = 1440


def times_of_day(hours: Iterable[int], minutes: Iterable[int], seconds: Iterable[int]) -> int:
    """The seconds of a day whose hour, minute and second are all named."""
    minute_bits = sum(1 << s for s in set(seconds))
    hour_bits = sum(minute_bits << (60 * m) for m in set(minutes))
    return sum(hour_bits << (SECONDS_OF_HOUR * h) for h in set(hours))


def span(first: int, end: int) -> int:
    """The seconds from `first` up to, not including, `end`."""
    return ((1 << end) - 1) ^ ((1 << first) - 1) if end > first else 0


@lru_cache(maxsize=256)
def every(step: int, first: int) -> int:
    """The seconds of a day at `first`, `first + step`, and so on."""
    if first >= SECONDS_OF_DAY:
        return 0
    bits, reach = 1, step
    while reach < SECONDS_OF_DAY:
        bits |= bits << reach
        reach *= 2
    return (bits << first) & WHOLE_DAY


def seconds_in(mask: int, start: int = 0) -> Iterator[int]:
    """The seconds in a mask from `start` on, in order."""
    if (few := _few_seconds(mask)) is not None:
        yield from few[bisect_left(few, start) :] if start else few
        return
    yield from _spread(mask, start)


@lru_cache(maxsize=64)
def _few_seconds(mask: int) -> tuple[int, ...] | None:
    """All seconds in a mask, which most days of a trigger share; None if they are many."""
    return tuple(_spread(mask, 0)) if mask.bit_count() <= _FEW else None


def _spread(mask: int, start: int) -> Iterator[int]:
    for hour in range(start // SECONDS_OF_HOUR, 24):
        base = hour * SECONDS_OF_HOUR
        bits = (mask >> base) & _WHOLE_HOUR
        if start > base:
            bits &= ~((1 << (start - base)) - 1)
        while bits:
            lowest = bits & -bits
            yield base + lowest.bit_length() - 1
            bits ^= lowest


def boxes(mask: int) -> list[tuple[list[int], list[int], list[int]]]:
    """A mask as (hours, minutes, seconds) whose products together are the mask, without overlap."""
    hours: dict[int, list[int]] = {}
    for hour in range(24):
        bits = (mask >> (SECONDS_OF_HOUR * hour)) & _WHOLE_HOUR
        if bits:
            hours.setdefault(bits, []).append(hour)
    found = []
    for bits, named in hours.items():
        minutes: dict[int, list[int]] = {}
        for minute in range(60):
            part = (bits >> (60 * minute)) & ((1 << 60) - 1)
            if part:
                minutes.setdefault(part, []).append(minute)
        found += [
            (named, of_hour, [s for s in range(60) if part >> s & 1])
            for part, of_hour in minutes.items()
        ]
    return found
