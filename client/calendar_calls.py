"""The calls on calendars, freezes and the forecast. Results are plain JSON where the server's
models are not shared yet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from onthedot.client.building import call
from onthedot.client.call import Call, Walk
from onthedot.client.history_calls import Json
from onthedot.messages.calendars import CalendarAnswer, CalendarDayList, CalendarList
from onthedot.messages.freezes import FreezePage
from onthedot.scheduling.forecast.report import Forecast
from onthedot.scheduling.freezes.freeze import Freeze, FreezeDefinition


def list_calendars() -> Walk[CalendarAnswer]:
    """Every calendar."""
    return Walk(lambda _: call("GET", "/calendars", CalendarList))


def get_calendar(name: str) -> Call[Json]:
    """One calendar."""
    return call("GET", "/calendars/{name}", dict, path={"name": name})


def put_calendar(
    name: str, calendar: Mapping[str, Any], *, if_match: int | None = None
) -> Call[Json]:
    """Makes or replaces a calendar; the change reaches every task that uses it."""
    path = {"name": name}
    return call("PUT", "/calendars/{name}", dict, path=path, body=calendar, if_match=if_match)


def delete_calendar(name: str) -> Call[None]:
    """Deletes a calendar that no task uses."""
    return call("DELETE", "/calendars/{name}", type(None), path={"name": name})


def calendar_days(
    name: str, *, since: date | None = None, until: date | None = None
) -> Call[CalendarDayList]:
    """The days of a calendar, with their names: a year from today on by default."""
    query = {
        "from": None if since is None else since.isoformat(),
        "until": None if until is None else until.isoformat(),
    }
    path = {"name": name}
    return call("GET", "/calendars/{name}/days", CalendarDayList, path=path, query=query)


def list_freezes() -> Walk[Freeze]:
    """Every freeze that is in force, or has a window to come."""
    return Walk(lambda cursor: call("GET", "/freezes", FreezePage, query={"cursor": cursor}))


def get_freeze(name: str) -> Call[Freeze]:
    """One freeze."""
    return call("GET", "/freezes/{name}", Freeze, path={"name": name})


def put_freeze(name: str, freeze: FreezeDefinition | Mapping[str, Any]) -> Call[Freeze]:
    """Makes or replaces a freeze: nothing begins while it lasts."""
    return call("PUT", "/freezes/{name}", Freeze, path={"name": name}, body=freeze)


def delete_freeze(name: str) -> Call[None]:
    """Ends a freeze."""
    return call("DELETE", "/freezes/{name}", type(None), path={"name": name})


def forecast(
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    step: timedelta | None = None,
    tag: str | None = None,
) -> Call[Forecast]:
    """How many starts are due, a step at a time, and the busiest instants."""
    query = {"from": since, "until": until, "step": step, "tag": tag}
    return call("GET", "/forecast", Forecast, query=query)


def tasks_calendar(*, tag: str | None = None, task: str | None = None) -> Call[str]:
    """Coming runs as an iCalendar feed."""
    return call("GET", "/tasks.ics", str, query={"tag": tag, "task": task})
