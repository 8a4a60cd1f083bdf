"""When a task should have fired, computed only from its definitions over time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from onthedot.scheduling.calendars.days import NO_CALENDARS, CalendarDays
from onthedot.scheduling.errors import FieldProblem, InvalidDefinition
from onthedot.scheduling.excluding.moved import why_excluded, why_moved
from onthedot.scheduling.firing.occurrences import (
    last_occurrence,
    named_instants,
    next_occurrences,
    occurrences,
)
from onthedot.scheduling.firing.recurrence import recurrence
from onthedot.scheduling.ledger.entries import MAX_INSTANTS
from onthedot.scheduling.stored.task_state import JournalEntry
from onthedot.scheduling.trigger import OnceTrigger

_JUST_BEFORE = timedelta(microseconds=1)

#: How far to search for the instants around a time, step by step.
_LOOK_BACK = tuple(timedelta(hours=hours) for hours in (1, 24, 24 * 31, 24 * 366))


@dataclass(frozen=True)
class Period:
    """A definition, and when it was in force: after `since`, up to and including `until`."""

    entry: JournalEntry
    since: datetime
    until: datetime | None = None
    sure_since: datetime | None = None
    sure_until: datetime | None = None
    """When this definition was certainly in force, if the exact times are unknown."""

    calendars: CalendarDays = NO_CALENDARS
    """The calendars that the trigger names, as they were then."""

    def holds(self, at: datetime) -> bool:
        """Whether this definition was certainly in force at `at`."""
        return (self.sure_since is None or at > self.sure_since) and (
            self.sure_until is None or at <= self.sure_until
        )


@dataclass(frozen=True)
class Expected:
    """An instant that a definition names."""

    at: datetime
    due: datetime
    """The end of its jitter window."""
    entry: JournalEntry
    excluded: bool = False
    why: str = ""
    """Why calendars exclude or move it, if they do."""
    sure: bool = True
    """Whether its definition was certainly in force, not just possibly, near a change."""

    @property
    def recurring(self) -> bool:
        """Whether a schedule starts it, not the task itself."""
        return not isinstance(self.entry.trigger, OnceTrigger)


def expected(
    periods: Sequence[Period],
    *,
    since: datetime,
    until: datetime,
    key: str,
    limit: int = MAX_INSTANTS,
) -> list[Expected]:
    """Every instant from `since` to `until`, both included, in order; excluded ones too.

    `periods` are in order. If two name the same instant, the later one counts.

    Raises:
        InvalidDefinition: there are more than `limit` of them.
    """
    found: dict[datetime, Expected] = {}
    for period in periods:
        for one in islice(_of(period, since, until, key), limit + 1):
            found[one.at] = one
        if len(found) > limit:
            raise InvalidDefinition(
                FieldProblem(
                    "since",
                    f"more than {limit:,} instants lie between `since` and `until`; "
                    f"choose a shorter span",
                )
            )
    return [found[at] for at in sorted(found)]


def _of(period: Period, since: datetime, until: datetime, key: str) -> Iterator[Expected]:
    entry, last = period.entry, until if period.until is None else min(until, period.until)
    trigger = entry.trigger
    if isinstance(trigger, OnceTrigger):
        # It may have been registered, or resumed, after its instant.
        if trigger.at is not None and since <= trigger.at <= last:
            yield Expected(trigger.at, trigger.at, entry)
        return
    first = max(period.since, since - _JUST_BEFORE)
    plan = recurrence(trigger, key, period.calendars)
    kept = occurrences(trigger, after=first, key=key, calendars=period.calendars)
    following = next(kept, None)
    for at in named_instants(trigger, plan, after=first, until=last):
        while following is not None and following < at:
            following = next(kept, None)
        excluded = following != at
        yield Expected(
            at,
            at + trigger.jitter,
            entry,
            excluded=excluded,
            why=why_excluded(plan, at) if excluded else why_moved(plan, at),
            sure=period.holds(at),
        )


def limited(
    instants: Sequence[Expected], *, now: datetime, remaining: int | None
) -> list[Expected]:
    """The instants without future ones that exceed `max_runs`."""
    if remaining is None:
        return list(instants)
    kept, left = [], remaining
    for one in instants:
        if one.at > now and not one.excluded:
            left -= 1
            if left < 0:
                continue
        kept.append(one)
    return kept


def instants_around(
    periods: Sequence[Period], at: datetime, key: str
) -> tuple[datetime | None, datetime | None]:
    """The last instant before `at` and the first one after it, if they are near."""
    before = None
    for back in _LOOK_BACK:
        if before is None:
            before = _last_before(periods, at - back, at, key)
    after = None
    for period in periods:
        first, last = max(period.since, at), at + _LOOK_BACK[-1]
        if period.until is not None:
            last = min(last, period.until)
        found = next_occurrences(
            period.entry.trigger, after=first, count=1, key=key, calendars=period.calendars
        )
        if found and found[0] <= last:
            after = found[0] if after is None else min(after, found[0])
    return before, after


def _last_before(
    periods: Sequence[Period], since: datetime, at: datetime, key: str
) -> datetime | None:
    """The last instant in [`since`, `at`) that is not excluded."""
    last = None
    for period in periods:
        trigger, until = period.entry.trigger, at - _JUST_BEFORE
        if period.until is not None:
            until = min(until, period.until)
        first = max(period.since, since - _JUST_BEFORE)
        found = last_occurrence(
            trigger, after=first, until=until, key=key, calendars=period.calendars
        )
        if found is not None:
            last = found if last is None else max(last, found)
    return last
