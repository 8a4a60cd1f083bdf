"""Previews an unsaved calendar: its days, and the effect on its users.

1. Find the days of the coming year that would change.
2. Recompute the calendars that include it.
3. For each task that uses one of them, compare the runs around the first changed day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from time import thread_time

from anyio import CapacityLimiter

from onthedot.scheduling.calendars.content import AnyOfCalendar, CalendarContent, feed_of
from onthedot.scheduling.calendars.days import CalendarDays, KnownCalendar, missing_calendar
from onthedot.scheduling.calendars.resolved import ResolvedDays, days_between, union
from onthedot.scheduling.firing.clock_changes import date_of
from onthedot.scheduling.firing.edit_preview import EditPreview, compare
from onthedot.scheduling.firing.occurrences import occurrences
from onthedot.scheduling.forecast.fleet import FleetTask
from onthedot.scheduling.trigger import OnceTrigger
from onthedot.service.arithmetic import Arithmetic
from onthedot.service.calendars.resolving import resolved_content
from onthedot.service.calendars.users import users_of
from onthedot.service.overview.fleet import FleetReader
from onthedot.service.temporal.calls import Temporal

#: How far ahead days are compared, and where runs are: one may move from before the first day.
_AHEAD, _BEFORE, _LOOKED_AT = timedelta(days=366), timedelta(days=31), timedelta(days=93)
#: How many runs of one task are compared.
_RUNS = 2000
#: How much processor time one comparison may take, in seconds.
_BUDGET = 1.5

_COMPARISONS = Arithmetic(CapacityLimiter(1))


@dataclass(frozen=True)
class ChangedUser:
    """A task whose runs would change."""

    task: FleetTask
    preview: EditPreview


@dataclass(frozen=True)
class DraftEffect:
    """The effect of saving a calendar on its users."""

    users: int
    """How many tasks use it, directly or through other calendars."""
    changed: tuple[ChangedUser, ...]
    compared: int
    """How many of them were compared."""


class CalendarDrafts:
    """Previews unsaved calendars."""

    def __init__(self, temporal: Temporal, fleet: FleetReader) -> None:
        self._temporal = temporal
        self._fleet = fleet

    async def known(self, name: str, content: CalendarContent) -> KnownCalendar | None:
        """The calendar as it would be; None for a feed, which only a worker can read.

        Raises:
            InvalidDefinition: the content is invalid.
        """
        resolved = await resolved_content(self._temporal, name, content)
        if feed_of(content) is not None:
            stored = await self._temporal.ask(self._temporal.calendars.find(name))
            same = stored is not None and stored.state.content == content
            return stored.present if stored is not None and same else None
        return KnownCalendar(name, 0, resolved.days)

    async def effect(self, proposed: KnownCalendar, revision: int) -> DraftEffect:
        """The effect of saving it over the given current revision.

        Raises:
            Busy: other comparisons are in progress.
        """
        others = await self._others(proposed, revision)
        fleet = await self._fleet.tasks()
        users = [task for task in fleet.tasks if any(name in task.calendars for name in others)]
        changed, compared = await _COMPARISONS.work_out(
            _compared, users, others, self._temporal.now()
        )
        return DraftEffect(len(users), changed, compared)

    async def _others(self, proposed: KnownCalendar, revision: int) -> dict[str, KnownCalendar]:
        """The proposed calendar, and those that include it, as they would be."""
        found = {proposed.name: proposed}
        for user in await users_of(self._temporal, proposed.name, revision):
            if user.is_task:
                continue
            stored = await self._temporal.ask(self._temporal.calendars.find(user.id))
            if stored is None or not isinstance(stored.state.content, AnyOfCalendar):
                continue
            parts = [await self._part(name, proposed) for name in stored.state.content.calendars]
            found[user.id] = KnownCalendar(user.id, 0, union(parts))
        return found

    async def _part(self, name: str, proposed: KnownCalendar) -> ResolvedDays:
        if name == proposed.name:
            return proposed.resolved
        stored = await self._temporal.ask(self._temporal.calendars.find(name))
        return (stored.present if stored else missing_calendar(name)).resolved


def _compared(
    users: Sequence[FleetTask], others: Mapping[str, KnownCalendar], now: datetime
) -> tuple[tuple[ChangedUser, ...], int]:
    found, compared, began = [], 0, thread_time()
    first: dict[tuple[str, KnownCalendar], date | None] = {}
    for task in users:
        if thread_time() - began > _BUDGET:
            break
        compared += 1
        days = []
        for one in task.calendars.calendars:
            if (other := others.get(one.name)) is not None:
                key = (one.name, one)
                if key not in first:
                    first[key] = _first_other_day(one, other, now.date())
                days.append(first[key])
        differing = [day for day in days if day is not None]
        if differing and (preview := _preview(task, others, min(differing), now)):
            found.append(ChangedUser(task, preview))
    return tuple(found), compared


def _first_other_day(one: KnownCalendar, other: KnownCalendar, today: date) -> date | None:
    for day in days_between(today - timedelta(days=1), today + _AHEAD):
        if (day in one) != (day in other):
            return date_of(day)
    return None


def _preview(
    task: FleetTask, others: Mapping[str, KnownCalendar], first: date, now: datetime
) -> EditPreview | None:
    """None if no run is gained or lost."""
    if isinstance(task.trigger, OnceTrigger):
        return None
    start = datetime.combine(first, time(), UTC)
    after, until = max(now, start - _BEFORE), max(now, start) + _LOOKED_AT
    calendars = CalendarDays.of(others.get(c.name, c) for c in task.calendars.calendars)
    before = _runs(task, after, until)
    found = compare(before, _runs(replace(task, calendars=calendars), after, until), count=_RUNS)
    return found if found.gained or found.lost else None


def _runs(task: FleetTask, after: datetime, until: datetime) -> list[datetime]:
    coming = occurrences(
        task.trigger,
        after=max(task.after, after),
        until=until,
        key=task.id,
        calendars=task.calendars,
        jitter_seed=task.jitter_seed,
        nominal_after=task.after,
    )
    return list(islice(coming, _RUNS))
