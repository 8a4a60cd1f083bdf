"""The calls on calendars and freezes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from onthedot.client.building import call
from onthedot.client.call import Call, Walk
from onthedot.messages.calendars import CalendarAnswer, CalendarDayList, CalendarList
from onthedot.messages.freezes import FreezePage
from onthedot.scheduling.freezes.freeze import Freeze, FreezeDefinition

Json = dict[str, Any]


def list_calendars() -> Walk[CalendarAnswer]:
    """Every calendar."""
    return Walk(lambda _: call("GET", "/calendars", CalendarList))


def get_calendar(name: str) -> Call[Json]:
    """One calendar."""
    return call("GET", "/calendars/{name}", dict, path={"name": name})


def put_calendar(
    name: str, calendar: Mapping[str, Any], *, if_match: int | None = None
) -> Call[Json]:
    """Creates or replaces a calendar; the change reaches every task that uses it."""
    path = {"name": name}
    return call("PUT", "/calendars/{name}", dict, path=path, body=calendar, if_match=if_match)


def delete_calendar(name: str) -> Call[None]:
    """Deletes a calendar that no task uses."""
    return call("DELETE", "/calendars/{name}", type(None), path={"name": name})


def calendar_days(
    name: str, *, since: date | None = None, until: date | None = None
) -> Call[CalendarDayList]:
    """The days of a calendar, with their names: by default the year from today on."""
    query = {
        "from": None if since is None else since.isoformat(),
        "until": None if until is None else until.isoformat(),
    }
    path = {"name": name}
    return call("GET", "/calendars/{name}/days", CalendarDayList, path=path, query=query)


def list_freezes() -> Walk[Freeze]:
    """Every freeze that is in force or has an upcoming window."""
    return Walk(lambda cursor: call("GET", "/freezes", FreezePage, query={"cursor": cursor}))


def get_freeze(name: str) -> Call[Freeze]:
    """One freeze."""
    return call("GET", "/freezes/{name}", Freeze, path={"name": name})


def put_freeze(
    name: str, freeze: FreezeDefinition | Mapping[str, Any], *, if_match: str | None = None
) -> Call[Freeze]:
    """Creates or replaces a freeze: nothing starts while it is in force. With the `version` of a
    freeze as `if_match`, replaces only that one."""
    path = {"name": name}
    return call("PUT", "/freezes/{name}", Freeze, path=path, body=freeze, if_match=if_match)


def delete_freeze(name: str, *, if_match: str | None = None) -> Call[None]:
    """Lifts a freeze; with `if_match`, only the one with that `version`."""
    path = {"name": name}
    return call("DELETE", "/freezes/{name}", type(None), path=path, if_match=if_match)
