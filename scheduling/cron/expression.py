"""The cron dialect: the meaning of an expression, as sets of days and times of day.

Five fields (minute hour day-of-month month day-of-week), or six with seconds first. The meaning is
croniter's; an expression that established programs interpret differently is refused with the fix.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from onthedot.scheduling.cron.days import DayRule, parse_days
from onthedot.scheduling.cron.fields import (
    HOUR,
    MINUTE,
    MONTH,
    SECOND,
    CronError,
    starts_with_star,
    values,
)
from onthedot.scheduling.cron.time_masks import times_of_day

#: Names for whole expressions.
MACROS = {
    "@HOURLY": "0 * * * *",
    "@DAILY": "0 0 * * *",
    "@MIDNIGHT": "0 0 * * *",
    "@WEEKLY": "0 0 * * 0",
    "@MONTHLY": "0 0 1 * *",
    "@YEARLY": "0 0 1 1 *",
    "@ANNUALLY": "0 0 1 1 *",
}

_FIELD = re.compile(r"\S+", re.ASCII)


@dataclass(frozen=True)
class Cron:
    """A parsed expression.

    `wild`: the minute or hour field starts with `*`, so that it fires at every instant whose local
    time matches; any other fires once for each listed time on every local day.
    """

    fields: tuple[str, ...]
    seconds: frozenset[int]
    minutes: frozenset[int]
    hours: frozenset[int]
    days: DayRule
    wild: bool
    #: Seconds of a local day at which it fires, as bits: bit 0 is midnight.
    times: int

    @property
    def has_seconds(self) -> bool:
        """Whether it was written with six fields."""
        return self.fields[0] != ""


@lru_cache(maxsize=2048)
def parse_cron(expression: str, key: str) -> Cron:
    """The meaning of an expression; `H` depends on the key, the task's id. Raises CronError."""
    second, minute, hour, day, month, weekday = fields = split_fields(expression)
    if "?" in second + minute + hour + month:
        raise CronError("'?' is for the day-of-month and day-of-week fields. Use * here.")
    seconds = values(SECOND, second or "0", key)
    minutes = values(MINUTE, minute, key)
    hours = values(HOUR, hour, key)
    return Cron(
        fields=fields,
        seconds=seconds,
        minutes=minutes,
        hours=hours,
        days=parse_days(day, values(MONTH, month, key), weekday, key),
        wild=starts_with_star(minute) or starts_with_star(hour),
        times=times_of_day(hours, minutes, seconds),
    )


def split_fields(expression: str) -> tuple[str, str, str, str, str, str]:
    """The six fields in capitals, the seconds empty if omitted. Raises CronError."""
    text = expression.strip().upper()
    if text.startswith("@"):
        if text not in MACROS:
            known = ", ".join(name.lower() for name in MACROS)
            raise CronError(
                f"{expression.strip()!r} is not known. Use one of {known}; for a fixed distance, "
                f"use an interval trigger."
            )
        text = MACROS[text]
    fields = _FIELD.findall(text)
    if len(fields) == 5:
        fields.insert(0, "")
    if len(fields) != 6:
        years = " Years are not part of it: use start_at and end_at." if len(fields) == 7 else ""
        raise CronError(
            f"The expression has {len(fields)} fields. Write five (minute hour day-of-month month "
            f"day-of-week), or six with seconds first.{years}"
        )
    return (fields[0], fields[1], fields[2], fields[3], fields[4], fields[5])
