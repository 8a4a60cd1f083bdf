"""Warns about the clock changes of the coming year that affect an expression."""

from __future__ import annotations

import math
from datetime import datetime
from zoneinfo import ZoneInfo

from onthedot.scheduling.cron.expression import Cron
from onthedot.scheduling.cron.time_masks import SECONDS_OF_HOUR, seconds_in, span
from onthedot.scheduling.firing.clock_changes import SECONDS_OF_DAY, Change, changes, date_of
from onthedot.scheduling.wording.phrases import clock, joined

_YEAR = 366 * SECONDS_OF_DAY
#: Up to this many times of day are listed one by one.
_FEW = 3


def change_warnings(cron: Cron, zone: ZoneInfo, after: datetime) -> list[str]:
    """One sentence for each local day on which a clock change affects a listed time."""
    start = math.floor(after.timestamp())
    found = []
    for change in changes(zone, start, start + _YEAR):
        low, high = sorted((change.at + change.before, change.at + change.after))
        touched = _listed(cron, low, high)
        if touched and not (cron.wild and _goes_on(cron, high - low)):
            found.append(_sentence(cron, zone, change, touched))
    return found


def _listed(cron: Cron, low: int, high: int) -> list[int]:
    """Listed local times from `low` to `high`, in seconds since 1970 as clocks show them."""
    found = []
    for day in range(low // SECONDS_OF_DAY, (high - 1) // SECONDS_OF_DAY + 1):
        on, base = date_of(day), day * SECONDS_OF_DAY
        if cron.days.days(on.year, on.month) >> on.day & 1:
            part = span(max(0, low - base), min(SECONDS_OF_DAY, high - base))
            found += [base + second for second in seconds_in(cron.times & part)]
    return found


def _goes_on(cron: Cron, by: int) -> bool:
    """Whether the rhythm continues across the change, which moves times by `by` seconds."""
    hour_bits = cron.times & ((1 << SECONDS_OF_HOUR) - 1)
    by %= SECONDS_OF_HOUR
    moved = (hour_bits << by | hour_bits >> (SECONDS_OF_HOUR - by)) & ((1 << SECONDS_OF_HOUR) - 1)
    free = cron.days.day_of_month_is_free and cron.days.day_of_week_is_free
    return free and len(cron.days.months) == 12 and len(cron.hours) == 24 and moved == hour_bits


def _sentence(cron: Cron, zone: ZoneInfo, change: Change, touched: list[int]) -> str:
    low, high = sorted((change.at + change.before, change.at + change.after))
    day = date_of(low // SECONDS_OF_DAY).isoformat()
    times = [clock(second % SECONDS_OF_DAY) for second in touched]
    said = joined(times) if len(times) <= _FEW else f"{len(times)} listed times"
    between = f"{clock(low % SECONDS_OF_DAY)} to {clock(high % SECONDS_OF_DAY)}"
    if change.after > change.before:
        opening = f"On {day} clocks in {zone.key} skip {between}: "
        if cron.wild:
            return opening + f"{said} {'is' if len(times) == 1 else 'are'} left out that day."
        then = clock(high % SECONDS_OF_DAY)
        return opening + f"{said} {'runs' if len(times) == 1 else 'run'} at {then}, once."
    opening = f"On {day} clocks in {zone.key} show {between} twice: "
    if cron.wild:
        return opening + f"{said} {'runs' if len(times) == 1 else 'run'} both times."
    return opening + f"{said} {'runs' if len(times) == 1 else 'run'} the first time only."
