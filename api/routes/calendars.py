"""`/calendars`: named days that triggers skip or are limited to."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Body, Query, Response

from onthedot.api.calendar_parameters import (
    EXAMPLES,
    CalendarNamePath,
    CalendarsDep,
    ExpectedCalendarRevision,
)
from onthedot.api.deps import Caller, TemporalDep
from onthedot.api.documented import ETAG, LOCATION, refusals
from onthedot.api.etags import etag
from onthedot.api.json_body import JsonRoute
from onthedot.messages.calendars import (
    CalendarAnswer,
    CalendarBody,
    CalendarDay,
    CalendarDayList,
    CalendarFacts,
    CalendarList,
    answered,
    content_of,
)
from onthedot.service.calendars.calendars import FoundCalendar

router = APIRouter(route_class=JsonRoute, tags=["calendars"])

_YEAR = timedelta(days=365)


@router.get("/calendars", summary="List calendars", responses=refusals(503))
async def list_calendars(calendars: CalendarsDep) -> CalendarList:
    """All of them, by name."""
    return CalendarList(items=[_answer(found) for found in await calendars.all()])


@router.get(
    "/calendars/{name}",
    summary="Read a calendar",
    responses={200: {"headers": ETAG}, **refusals(404, 503)},
)
async def get_calendar(
    name: CalendarNamePath, calendars: CalendarsDep, response: Response
) -> CalendarAnswer:
    """Its content, how many tasks and calendars use it, and how many of those have not applied its
    last change yet."""
    found = await calendars.get(name)
    response.headers["ETag"] = etag(found.state.revision)
    return _answer(found)


@router.put(
    "/calendars/{name}",
    summary="Create or replace a calendar",
    responses={
        200: {"headers": ETAG},
        201: {
            "model": CalendarAnswer,
            "description": "The calendar is new.",
            "headers": ETAG | LOCATION,
        },
        **refusals(404, 412, 503, body=True),
    },
)
async def put_calendar(
    name: CalendarNamePath,
    body: Annotated[CalendarBody, Body(discriminator="kind", openapi_examples=EXAMPLES)],
    calendars: CalendarsDep,
    caller: Caller,
    expected: ExpectedCalendarRevision,
    response: Response,
) -> CalendarAnswer:
    """Every task that uses it applies the change automatically; `waiting` counts those that have
    not done so yet.

    A feed is read immediately, and then daily. You can send back the response of `GET`. If nothing
    changes, the revision stays.
    """
    found, made = await calendars.put(name, content_of(body), by=caller, if_match=expected)
    if made:
        response.status_code = 201
        response.headers["Location"] = f"/calendars/{name}"
    response.headers["ETag"] = etag(found.state.revision)
    return _answer(found)


@router.delete(
    "/calendars/{name}",
    status_code=204,
    response_class=Response,
    summary="Delete a calendar",
    responses=refusals(404, 409, 412, 503),
)
async def delete_calendar(
    name: CalendarNamePath,
    calendars: CalendarsDep,
    caller: Caller,
    expected: ExpectedCalendarRevision,
) -> None:
    """If it is in use, the response is a 409 that names its users."""
    await calendars.delete(name, by=caller, if_match=expected)


@router.get(
    "/calendars/{name}/days", summary="List the days of a calendar", responses=refusals(404, 503)
)
async def calendar_days(
    name: CalendarNamePath,
    calendars: CalendarsDep,
    temporal: TemporalDep,
    first: Annotated[
        date | None, Query(alias="from", description="The first day; today by default.")
    ] = None,
    until: Annotated[
        date | None, Query(description="The last day; a year after the first one by default.")
    ] = None,
) -> CalendarDayList:
    """With their names, both ends included; at most ten years."""
    begin = first or temporal.now().date()
    known, days = await calendars.days(name, begin, until or _a_year_after(begin))
    return CalendarDayList(
        name=name,
        items=[CalendarDay(date=day, name=", ".join(names)) for day, names in days],
        known_until=known.resolved.known_until,
    )


def _a_year_after(day: date) -> date:
    return min(day, date.max - _YEAR) + _YEAR


def _answer(found: FoundCalendar) -> CalendarAnswer:
    state, row = found.state, found.row
    return answered(
        state.content,
        CalendarFacts(
            name=state.name,
            revision=state.revision,
            updated_at=state.updated_at,
            updated_by=state.updated_by,
            checked_at=row.checked_at,
            problem=row.problem,
            known_until=state.resolved.known_until,
            users=found.users,
            waiting=found.waiting,
        ),
    )
