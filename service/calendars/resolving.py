"""The days of a calendar's content, before it is stored."""

from __future__ import annotations

from dataclasses import dataclass

from onthedot.activities.calendars.stored import StoredCalendar
from onthedot.scheduling.calendars.content import (
    AnyOfCalendar,
    CalendarContent,
    CalendarError,
    IcsCalendar,
    feed_of,
)
from onthedot.scheduling.calendars.resolve import resolve
from onthedot.scheduling.calendars.resolved import ResolvedDays
from onthedot.scheduling.calendars.source import source_of
from onthedot.scheduling.errors import FieldProblem, InvalidDefinition
from onthedot.service.arithmetic import SINGLE
from onthedot.service.temporal.calls import Temporal

NOT_READ = "It was not read yet."


@dataclass(frozen=True)
class ResolvedContent:
    """The days of a content, as far as they are known here: a worker reads feeds."""

    days: ResolvedDays
    source: str = ""
    problem: str = ""
    calendars: tuple[tuple[str, int], ...] = ()


async def resolved_content(
    temporal: Temporal, name: str, content: CalendarContent
) -> ResolvedContent:
    """The days of a content under a name. Raises InvalidDefinition."""
    parts: dict[str, ResolvedDays] = {}
    revisions = []
    if isinstance(content, AnyOfCalendar):
        for n, part in enumerate(content.calendars):
            stored = await stored_calendar(temporal, part)
            parts[part] = _part(name, n, part, stored)
            revisions.append((part, stored.state.revision if stored else 0))
    if isinstance(content, IcsCalendar) and (content.text is None) == (content.url is None):
        raise InvalidDefinition(FieldProblem("text", "give either `text` or `url`, not both"))
    today = temporal.now().date()
    try:
        days = await SINGLE.work_out(resolve, content, today=today, parts=parts)
    except CalendarError as error:
        raise InvalidDefinition(FieldProblem(error.field, str(error))) from None
    return ResolvedContent(
        days=days,
        source=source_of(content, today=today),
        problem=NOT_READ if feed_of(content) is not None else "",
        calendars=tuple(revisions),
    )


async def stored_calendar(temporal: Temporal, name: str) -> StoredCalendar | None:
    """The stored calendar; None if there is none. Raises TemporalUnavailable."""
    stored = await temporal.ask(temporal.calendars.find(name))
    return None if stored is None or stored.state.deleted else stored


def _part(name: str, n: int, part: str, stored: StoredCalendar | None) -> ResolvedDays:
    """Raises InvalidDefinition."""
    if stored is None:
        raise InvalidDefinition(FieldProblem(f"calendars.{n}", f"there is no calendar {part!r}"))
    if part == name or isinstance(stored.state.content, AnyOfCalendar):
        message = f"{part!r} is made of other calendars itself; name those"
        raise InvalidDefinition(FieldProblem(f"calendars.{n}", message))
    return stored.state.resolved
