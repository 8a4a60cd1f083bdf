"""Calendar expressions of systemd: `Mon..Fri *-*-* 09:00:00 Europe/Rome` and its short forms."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from onthedot.importing.clocks.calendar import (
    DAYS,
    HOURS,
    MONTHS,
    SIXTY,
    WEEKDAYS,
    YEARS,
    Calendar,
    CalendarError,
)
from onthedot.scheduling.firing.zones import ZoneError, zone_named

_SHORT = {
    "minutely": "*-*-* *:*:00",
    "hourly": "*-*-* *:00:00",
    "daily": "*-*-* 00:00:00",
    "weekly": "Mon *-*-* 00:00:00",
    "monthly": "*-*-01 00:00:00",
    "quarterly": "*-01,04,07,10-01 00:00:00",
    "semiannually": "*-01,07-01 00:00:00",
    "semi-annually": "*-01,07-01 00:00:00",
    "bi-annually": "*-01,07-01 00:00:00",
    "biannually": "*-01,07-01 00:00:00",
    "yearly": "*-01-01 00:00:00",
    "annually": "*-01-01 00:00:00",
}
_WEEKDAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
#: systemd's week begins on Monday, so ranges do not wrap around.
_WEEK = (1, 2, 3, 4, 5, 6, 0)
_DATE = re.compile(r"(?:([^-~\s]+)-)?([^-~\s]+)([-~])([^-~\s]+)")
_TIME = re.compile(r"([^:\s]+):([^:\s]+)(?::([^:\s]+))?")
_PART = re.compile(r"(\d{1,4})(?:\.\.(\d{1,4}))?(?:/(\d{1,4}))?", re.ASCII)
_STAMP = re.compile(r"@(\d{1,11})", re.ASCII)


@dataclass(frozen=True)
class OnCalendar:
    """What one expression means: a calendar, or a single instant."""

    calendar: Calendar
    #: None if it names no zone, which means the machine's.
    zone: str | None
    once: datetime | None = None


def parse_on_calendar(text: str) -> OnCalendar:
    """The meaning of an expression.

    Raises:
        CalendarError: systemd refuses it, or it has no counterpart here.
    """
    stamp = _STAMP.fullmatch(text.strip())
    if stamp is not None:
        at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(stamp[1]))
        return OnCalendar(Calendar(), "UTC", at)
    words = text.split()
    zone = _zone(words[-1]) if words else None
    if zone is not None:
        words.pop()
    if len(words) == 1 and words[0].lower() in _SHORT:
        words = _SHORT[words[0].lower()].split()
    weekdays = WEEKDAYS
    if words and words[0][0].isalpha():
        weekdays = _weekdays(words.pop(0).rstrip(","))
        if not words:
            words = ["*-*-*"]
    if not words or len(words) > 2:
        raise CalendarError(f"{text!r} is not understood.")
    has_date = ":" not in words[0]
    day = _date(words[0]) if has_date else {}
    clock = words[1] if has_date and len(words) == 2 else "00:00:00" if has_date else words[0]
    if not has_date and len(words) == 2:
        raise CalendarError(f"{text!r} is not understood.")
    return OnCalendar(replace(Calendar(weekdays=weekdays), **day, **_time(clock)), zone)


def _zone(word: str) -> str | None:
    """The zone that a word names, if any; `utc` is case-insensitive."""
    if word.upper() == "UTC":
        return "UTC"
    if not word[0].isalpha() or word.lower() in _SHORT:
        return None
    try:
        return zone_named(word).key
    except ZoneError:
        if "/" in word:
            raise CalendarError(f"{word!r} is not a time zone.") from None
        return None


def _weekdays(text: str) -> frozenset[int]:
    found: set[int] = set()
    for part in text.split(","):
        ends = [_weekday(each) for each in re.split(r"\.\.|-", part)]
        if len(ends) > 2:
            raise CalendarError(f"{part!r} is not a range of weekdays.")
        first, last = _WEEK.index(ends[0]), _WEEK.index(ends[-1])
        if first > last:
            raise CalendarError(f"{part!r} ends before it begins; systemd refuses that.")
        found |= set(_WEEK[first : last + 1])
    return frozenset(found)


def _weekday(text: str) -> int:
    lower = text.lower()
    for n, name in enumerate(_WEEKDAYS):
        if lower in (name, name[:3]):
            return n
    raise CalendarError(f"{text!r} is not a weekday.")


def _date(text: str) -> dict[str, Any]:
    match = _DATE.fullmatch(text)
    if match is None:
        raise CalendarError(f"{text!r} is not a date.")
    year, month, mark, day = match.groups()
    found: dict[str, Any] = {"months": _values(month, MONTHS)}
    if year is not None and year != "*":
        found["years"] = _values(year, YEARS, century=True)
    if mark == "~":
        found["days_from_end"] = _from_end(day)
    else:
        found["days"] = _values(day, DAYS)
    return found


def _time(text: str) -> dict[str, Any]:
    match = _TIME.fullmatch(text)
    if match is None:
        raise CalendarError(f"{text!r} is not a time.")
    hour, minute, second = match.groups()
    if second is not None and "." in second.replace("..", ""):
        raise CalendarError("fractions of a second: schedules are exact to the second.")
    return {
        "hours": _values(hour, HOURS),
        "minutes": _values(minute, SIXTY),
        "seconds": frozenset({0}) if second is None else _values(second, SIXTY),
    }


def _values(text: str, every: frozenset[int], *, century: bool = False) -> frozenset[int]:
    """The values of one component: `*`, `1,3`, `8..17/2`, `0/15`."""
    if text == "*":
        return every
    found: set[int] = set()
    for part in text.split(","):
        first, last, step = _range(part)
        if century:
            first, last = _full_year(first), last if last is None else _full_year(last)
        end = max(every) if last is None and step else first if last is None else last
        if first > end or (first not in every and not century) or end > max(every):
            raise CalendarError(f"{part!r} is out of range.")
        found |= set(range(first, end + 1, step or 1))
    return frozenset(found) & every


def _from_end(text: str) -> frozenset[int]:
    """Days counted from the end of a month, towards which repetitions go."""
    if text == "*":
        raise CalendarError("'~*' is not understood.")
    found: set[int] = set()
    for part in text.split(","):
        first, last, step = _range(part)
        if first not in DAYS or (last is not None and (last < first or step)):
            raise CalendarError(f"'~{part}' has no counterpart.")
        found |= set(
            range(first, last + 1) if last else range(first, 0, -step) if step else (first,)
        )
    return frozenset(found)


def _range(part: str) -> tuple[int, int | None, int]:
    match = _PART.fullmatch(part)
    if match is None or (match[3] is not None and int(match[3]) == 0):
        raise CalendarError(f"{part!r} is not understood.")
    return int(match[1]), int(match[2]) if match[2] else None, int(match[3] or 0)


def _full_year(year: int) -> int:
    """A year with two digits, completed as in systemd."""
    return year + 2000 if year < 70 else year + 1900 if year < 100 else year
