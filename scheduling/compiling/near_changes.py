"""Where clock changes come near: local times at which Temporal's calendars cannot be relied on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

from onthedot.scheduling.cron.time_masks import SECONDS_OF_HOUR, span
from onthedot.scheduling.firing.clock_changes import SECONDS_OF_DAY, changes


@dataclass(frozen=True)
class NearChange:
    """The part of a local day that is near a clock change."""

    #: Seconds of the day, as bits: whole hours, one more on each side of the change.
    seconds: int
    #: Clocks never show the midnight that the day would start with.
    without_midnight: bool


@lru_cache(maxsize=256)
def near_changes(zone: ZoneInfo, days: range) -> dict[int, NearChange]:
    """The local days near a clock change of a zone, among (and just beside) the given days."""
    found: dict[int, NearChange] = {}
    for change in changes(zone, days.start * SECONDS_OF_DAY, days.stop * SECONDS_OF_DAY):
        low, high = sorted((change.at + change.before, change.at + change.after))
        start = (low // SECONDS_OF_HOUR - 1) * SECONDS_OF_HOUR
        end = ((high - 1) // SECONDS_OF_HOUR + 2) * SECONDS_OF_HOUR
        for day in range(start // SECONDS_OF_DAY, (end - 1) // SECONDS_OF_DAY + 1):
            midnight = day * SECONDS_OF_DAY
            skipped = change.after > change.before and low <= midnight < high
            part = span(max(0, start - midnight), min(SECONDS_OF_DAY, end - midnight))
            known = found.get(day, NearChange(0, False))
            found[day] = NearChange(part | known.seconds, skipped or known.without_midnight)
    return found
