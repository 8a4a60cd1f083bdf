"""The calls on the server itself, and on all tasks: tags, incidents, the forecast, the feed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from onthedot.client.building import QueryValue, call
from onthedot.client.call import Call
from onthedot.messages.access import Me
from onthedot.messages.bulk import TagList
from onthedot.messages.health import Alive, Ready, Workers
from onthedot.scheduling.forecast.report import Forecast
from onthedot.scheduling.incidents.incident import Incidents


def alive() -> Call[Alive]:
    """Whether the server responds, and its version."""
    return call("GET", "/healthz", Alive)


def ready() -> Call[Ready]:
    """Whether Temporal responds, and which workers it has seen."""
    return call("GET", "/readyz", Ready)


def metrics() -> Call[str]:
    """The server's metrics, in the text form of Prometheus."""
    return call("GET", "/metrics", str)


def task_schema() -> Call[dict[str, Any]]:
    """The JSON Schema of files that hold tasks."""
    return call("GET", "/task.schema.json", dict)


def openapi() -> Call[dict[str, Any]]:
    """The OpenAPI document."""
    return call("GET", "/openapi.json", dict)


def list_workers() -> Call[Workers]:
    """The workers: how many actions each holds of how many places, and how many wait."""
    return call("GET", "/workers", Workers)


def me() -> Call[Me]:
    """Who the caller is: name, role, and means of authentication."""
    return call("GET", "/me", Me)


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
