"""Parameters and examples of the calls on calendars."""

from __future__ import annotations

import re
from functools import partial
from typing import Annotated

from fastapi import Depends, Path
from fastapi.openapi.models import Example

from onthedot.api.deps import with_temporal
from onthedot.api.etags import IfMatch, expected_revision
from onthedot.scheduling.errors import CalendarChanged, CalendarNotFound
from onthedot.service.calendars.calendars import Calendars

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")

EXAMPLES: dict[str, Example] = {
    "holidays": {
        "summary": "The public holidays of a country",
        "value": {"kind": "holidays", "country": "IT"},
    },
    "dates": {
        "summary": "Days that are listed",
        "value": {"kind": "dates", "dates": ["2026-12-24", "2027-01-01/2027-01-06"]},
    },
    "weekly": {
        "summary": "Days of every week",
        "value": {"kind": "weekly", "days": ["sat", "sun"]},
    },
}


CalendarsDep = Annotated[Calendars, with_temporal(Calendars)]


async def _name(
    name: Annotated[str, Path(description="The calendar's name.", examples=["it"])],
) -> str:
    if not _NAME.fullmatch(name):
        raise CalendarNotFound(name)
    return name


#: A name in an address. An impossible name gets the same response as an unused one.
CalendarNamePath = Annotated[str, Depends(_name)]


async def _expected(
    name: CalendarNamePath, calendars: CalendarsDep, if_match: IfMatch = None
) -> int | None:
    """The revision that a change is meant for, or None for any."""

    async def current() -> int:
        return (await calendars.get(name)).state.revision

    return await expected_revision(if_match, current, partial(CalendarChanged, name))


#: What `If-Match` asks for.
ExpectedCalendarRevision = Annotated[int | None, Depends(_expected)]
