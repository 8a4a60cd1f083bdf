"""Small pieces of English: lists, ranges, durations, days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

WEEKDAY_NAMES = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
MONTH_NAMES = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
ORDINALS = ("first", "second", "third", "fourth", "fifth")
_UNITS = ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def joined(items: Sequence[str], word: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {word} {items[-1]}"


def runs(values: Iterable[int]) -> list[tuple[int, int]]:
    """Values as runs of consecutive ones."""
    found: list[tuple[int, int]] = []
    for value in sorted(values):
        if found and found[-1][1] == value - 1:
            found[-1] = (found[-1][0], value)
        else:
            found.append((value, value))
    return found


def listed(values: Iterable[int], names: Sequence[str] | None = None) -> str:
    """Values with `to` for three and more in a row: `1, 2 and 5 to 9`."""
    parts = []
    for first, last in runs(values):
        said = [names[v] if names else str(v) for v in (first, last)]
        if last - first > 1:
            parts.append(f"{said[0]} to {said[1]}")
        else:
            parts += said[: last - first + 1]
    return joined(parts)


def rhythm(values: Iterable[int], size: int) -> int | None:
    """The step of values that are evenly spaced from 0 in a field of `size`; else None."""
    ordered = sorted(values)
    step = size // len(ordered)
    return step if len(ordered) > 1 and ordered == list(range(0, size, step)) else None


def every(count: int, unit: str) -> str:
    """`Every second`, `Every 5 minutes`."""
    return f"Every {unit}" if count == 1 else f"Every {count} {unit}s"


def duration(value: timedelta) -> str:
    """A length of time in the largest unit that fits: `90 seconds`, `2 hours`."""
    seconds = value.total_seconds()
    for size, unit in _UNITS:
        if seconds % size == 0:
            count = int(seconds // size)
            return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
    return f"{seconds:g} seconds"


def clock(second_of_day: int) -> str:
    """A time of day, with seconds only if they are not zero."""
    minutes, second = divmod(second_of_day, 60)
    text = f"{minutes // 60:02}:{minutes % 60:02}"
    return f"{text}:{second:02}" if second else text
