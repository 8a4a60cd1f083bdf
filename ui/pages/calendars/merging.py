"""Differences between two versions of a calendar, and merging two people's changes."""

from __future__ import annotations

from typing import Any

from onthedot.scheduling.calendars.content import CalendarContent, DatesCalendar
from onthedot.scheduling.revisions.revision import Difference


def content_differences(before: CalendarContent, after: CalendarContent) -> list[Difference]:
    """The changes, field by field; for listed days, the removed and the added ones."""
    if isinstance(before, DatesCalendar) and isinstance(after, DatesCalendar):
        gone = [day for day in before.dates if day not in after.dates]
        come = [day for day in after.dates if day not in before.dates]
        if not gone and not come:
            return []
        return [Difference(path="dates", before=_listed(gone), after=_listed(come))]
    was, now = before.model_dump(mode="json"), after.model_dump(mode="json")
    names = dict.fromkeys([*was, *now])
    return [
        Difference(path=name, before=was.get(name), after=now.get(name))
        for name in names
        if was.get(name) != now.get(name)
    ]


def merged(
    base: CalendarContent, theirs: CalendarContent, mine: CalendarContent
) -> CalendarContent | None:
    """Both changes merged; None if they conflict."""
    if mine in (base, theirs):
        return theirs
    if isinstance(base, DatesCalendar):
        if not isinstance(theirs, DatesCalendar) or not isinstance(mine, DatesCalendar):
            return None
        gone = {day for side in (theirs, mine) for day in base.dates if day not in side.dates}
        every = dict.fromkeys((*theirs.dates, *mine.dates))
        kept = tuple(day for day in every if day not in gone)
        return DatesCalendar(dates=kept) if kept else None
    if not base.kind == theirs.kind == mine.kind:
        return None
    sides = [side.model_dump() for side in (base, theirs, mine)]
    both: dict[str, Any] = {}
    for name, was in sides[0].items():
        others, own = sides[1][name], sides[2][name]
        if others != own and was not in (others, own):
            return None
        both[name] = others if own == was else own
    return type(base)(**both)


def _listed(days: list[str]) -> str | None:
    return ", ".join(days) or None
