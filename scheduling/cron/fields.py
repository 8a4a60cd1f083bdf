"""The fields of a cron expression: their syntax, and the values that they name.

A field is a comma-separated list of elements: `*`, a value, a range, each with an optional step,
or `H`, a value derived from the task's key. Months and weekdays have names. croniter determines
which values an element names; elements that it reads differently from other programs are refused.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache

from croniter import CroniterError, croniter

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")

_HASH = re.compile(r"^H(?:\((\d+)-(\d+)\))?(?:/(\d+))?$", re.ASCII)
_DIGITS = re.compile(r"^\d{1,9}$", re.ASCII)


class CronError(ValueError):
    """An invalid cron expression; the message names the field and the fix."""


@dataclass(frozen=True)
class Field:
    """One of the six fields: its name in messages, its bounds, and the names of its values."""

    name: str
    low: int
    high: int
    #: Highest value of `H`: for the day of the month, one that every month has.
    hash_high: int
    names: tuple[str, ...] = ()

    def problem(self, element: str, fix: str) -> CronError:
        """The error for one element of this field."""
        return CronError(f"{self.name} field: {element!r} {fix}")


SECOND = Field("second", 0, 59, 59)
MINUTE = Field("minute", 0, 59, 59)
HOUR = Field("hour", 0, 23, 23)
DAY = Field("day-of-month", 1, 31, 28)
MONTH = Field("month", 1, 12, 12, MONTHS)
WEEKDAY = Field("day-of-week", 0, 6, 6, WEEKDAYS)

_ORDER = (MINUTE, HOUR, DAY, MONTH, WEEKDAY, SECOND)


def starts_with_star(text: str) -> bool:
    """Whether a field starts with a star or is `?`, which decides how the day fields combine."""
    return text.startswith(("*", "?"))


def values(field: Field, text: str, key: str) -> frozenset[int]:
    """All values that a comma-separated field names. Raises CronError."""
    return frozenset().union(*(element_values(field, e, key) for e in text.split(",")))


def element_values(field: Field, element: str, key: str) -> frozenset[int]:
    """The values that one element names. Raises CronError."""
    if not element:
        raise CronError(f"{field.name} field: an element is missing next to a comma.")
    if element.startswith("H"):
        return _hashed(field, element, key)
    body, slash, step_text = element.partition("/")
    step = _step(field, element, step_text) if slash else 1
    if body == "*":
        return _meaning(field, element)
    if "-" in body:
        return _range(field, element, body, step)
    start = value(field, element, body)
    if slash and field is WEEKDAY and start and (7 - start) % step == 0:
        raise field.problem(
            element,
            f"leaves open whether Sunday is meant. Write {start % 7}-6/{step} or list the days.",
        )
    return _meaning(field, element)


def value(field: Field, element: str, text: str) -> int:
    """One value or name of a field; 7 stays 7 in the day of the week. Raises CronError."""
    if text in field.names:
        return field.names.index(text) + field.low
    high = 7 if field is WEEKDAY else field.high
    if _DIGITS.match(text) and field.low <= int(text) <= high:
        return int(text)
    wanted = f"{field.low} to {high}" + (
        f" or {field.names[0]} to {field.names[-1]}" if field.names else ""
    )
    raise field.problem(element, f"is not understood. Use {wanted}.")


def _step(field: Field, element: str, text: str) -> int:
    if not _DIGITS.match(text) or int(text) == 0:
        raise field.problem(element, "needs a step of 1 or more after the slash.")
    return int(text)


def _range(field: Field, element: str, body: str, step: int) -> frozenset[int]:
    first_text, _, last_text = body.partition("-")
    first, last = value(field, element, first_text), value(field, element, last_text)
    if first == last:
        raise field.problem(
            element,
            f"is read as one value by some programs and as all by others. Write {first} or *.",
        )
    if field is WEEKDAY and first == 7:
        first = 0
    size = field.high - field.low + 1
    end = last if first <= last else last + size
    counted = {(v - field.low) % size + field.low for v in range(first, end + 1, step)}
    if _meaning(field, element) != counted:
        # In a range that wraps around, croniter does not count on from the last value.
        listed = ",".join(map(str, sorted(counted)))
        raise field.problem(
            element, f"is counted differently by different programs. Write {listed}."
        )
    return frozenset(counted)


@lru_cache(maxsize=4096)
def _meaning(field: Field, element: str) -> frozenset[int]:
    """The values of a well-formed element, from croniter, which has the seconds last."""
    fields = ["*"] * len(_ORDER)
    fields[_ORDER.index(field)] = element
    try:
        expanded, _ = croniter.expand(" ".join(fields))
    except CroniterError as error:
        raise field.problem(element, f"is not understood ({error}).") from None
    named = expanded[_ORDER.index(field)]
    if named == ["*"]:
        return frozenset(range(field.low, field.high + 1))
    return frozenset(int(v) % 7 if field is WEEKDAY else int(v) for v in named)


def _hashed(field: Field, element: str, key: str) -> frozenset[int]:
    match = _HASH.match(element)
    if match is None:
        raise field.problem(element, "is not understood. Use H, H/15, H(0-7) or H(0-29)/10.")
    first_text, last_text, step_text = match.groups()
    first = value(field, element, first_text) if first_text else field.low
    last = value(field, element, last_text) if last_text else field.hash_high
    if first > last:
        raise field.problem(element, f"counts down. Write H({last}-{first}).")
    drawn = _draw(field, key)
    if step_text is None:
        chosen = {first + drawn % (last - first + 1)}
    else:
        step = _step(field, element, step_text)
        start = first + drawn % min(step, last - first + 1)
        chosen = set(range(start, last + 1, step))
    return frozenset(v % 7 for v in chosen) if field is WEEKDAY else frozenset(chosen)


def _draw(field: Field, key: str) -> int:
    """A number that depends only on the key and the field, on every machine, forever."""
    digest = hashlib.sha256(f"{key}\n{field.name}".encode()).digest()
    return int.from_bytes(digest[:8], "big")
