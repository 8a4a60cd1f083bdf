"""The calls that concern all tasks: tags, incidents, the forecast, the calendar feed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from onthedot.client.building import QueryValue, call
from onthedot.client.call import Call
from onthedot.messages.bulk import TagList
from onthedot.scheduling.forecast.report import Forecast
from onthedot.scheduling.incidents.incident import Incidents


def list_tags() -> Call[TagList]:
    """The tags, with how many tasks each has."""
    return call("GET", "/tags", TagList)


def list_incidents(
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    tag: str | Sequence[str] | None = None,
) -> Call[Incidents]:
    """What went wrong: failures grouped by cause, what did not run, what started late."""
    query: dict[str, QueryValue] = {"since": since, "until": until, "tag": tag}
    return call("GET", "/incidents", Incidents, query=query)


def forecast(
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    step: timedelta | None = None,
    tag: str | None = None,
) -> Call[Forecast]:
    """How many starts are due in each step, and the busiest instants."""
    query = {"from": since, "until": until, "step": step, "tag": tag}
    return call("GET", "/forecast", Forecast, query=query)


def tasks_calendar(*, tag: str | None = None, task: str | None = None) -> Call[str]:
    """Upcoming runs as an iCalendar feed."""
    return call("GET", "/tasks.ics", str, query={"tag": tag, "task": task})
