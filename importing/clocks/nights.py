"""Finds and describes the nights of clock changes on which a task differs from its original.

Our rule is that of Debian's cron. Apart from clock changes, all sources agree with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, takewhile
from zoneinfo import ZoneInfo

from onthedot.importing.imported import Difference
from onthedot.scheduling.firing.clock_changes import changes, instant
from onthedot.scheduling.firing.occurrences import occurrences
from onthedot.scheduling.trigger import Recurring
from onthedot.scheduling.wording.phrases import joined

#: How far ahead to search for differences.
HORIZON = timedelta(days=731)
#: How far before and after a change times may differ: a day, and an hour of the next.
_AROUND = timedelta(hours=25)
#: Nights that a note names; more are counted.
_NAMED = 3


@dataclass(frozen=True)
class NightRule:
    """When the original fires around a clock change."""

    #: The name of the original in sentences.
    original: str
    #: The instants in (start, end] of a trigger for the task with a key.
    fires: Callable[[Recurring, str, datetime, datetime], Sequence[datetime]]


def nights(zone: ZoneInfo, at: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Separate windows around the clock changes of the two years after `at`."""
    start, end = int(at.timestamp()), int((at + HORIZON).timestamp())
    last: tuple[datetime, datetime] | None = None
    for change in changes(zone, start, end):
        opens, closes = instant(change.at) - _AROUND, instant(change.at) + _AROUND
        if last is not None and opens <= last[1]:
            last = (last[0], closes)
            continue
        if last is not None:
            yield last
        last = (max(opens, at), closes)
    if last is not None:
        yield last


def differences(trigger: Recurring, key: str, rule: NightRule, at: datetime) -> list[Difference]:
    """The instants of two years that only one of the two has, in order."""
    found = []
    for opens, closes in nights(ZoneInfo(trigger.timezone), at):
        here = set(
            takewhile(
                lambda due, closes=closes: due <= closes,  # type: ignore[misc]
                occurrences(trigger, after=opens, key=key),
            )
        )
        there = set(rule.fires(trigger, key, opens, closes))
        found += [Difference(key, due, due in here) for due in sorted(here ^ there)]
    return found


def in_words(found: Sequence[Difference], zone_name: str, original: str) -> str:
    """The differences, night by night, for a note."""
    zone = ZoneInfo(zone_name)
    by_date = groupby(found, lambda difference: difference.at.astimezone(zone).date())
    by_day = [(day, list(of_day)) for day, of_day in by_date]
    said = []
    for day, of_day in by_day[:_NAMED]:
        parts = [
            f"only {who} at {_times([d.at.astimezone(zone) for d in of_day if d.here == here])}"
            for who, here in (("here", True), (f"in {original}", False))
            if any(d.here == here for d in of_day)
        ]
        said.append(f"on {day} {' and '.join(parts)}")
    more = len(by_day) - _NAMED
    days = "day" if more == 1 else "days"
    rest = f"; and on {more} more {days} within two years" if more > 0 else ""
    return f"Clock changes in {zone_name}: it fires {'; '.join(said)}{rest}."


def _times(local: Sequence[datetime]) -> str:
    shown = [f"{due:%H:%M}{f':{due:%S}' if due.second else ''} ({due:%Z})" for due in local]
    if len(shown) < 5:
        return joined(shown)
    return f"{', '.join(shown[:3])} and {len(shown) - 3} times more"
