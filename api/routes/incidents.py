"""`/incidents`: what went wrong, over all tasks."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from onthedot.api.deps import QueryInstant, QueryTags, StrictQuery, from_app
from onthedot.api.documented import refusals
from onthedot.api.json_body import JsonRoute
from onthedot.scheduling.incidents.incident import Incidents
from onthedot.service.incidents.incidents import IncidentReader

router = APIRouter(route_class=JsonRoute, tags=["incidents"])


IncidentsDep = Annotated[IncidentReader, from_app("incidents")]


class IncidentQuery(StrictQuery):
    """The period, and the tasks."""

    since: QueryInstant | None = Field(
        None, description="Due at or after it; by default a day before `until`."
    )
    until: QueryInstant | None = Field(None, description="Due at or before it; by default now.")
    tag: QueryTags = Field([])


@router.get("/incidents", summary="What went wrong", responses=refusals(503))
async def list_incidents(
    query: Annotated[IncidentQuery, Query()], incidents: IncidentsDep
) -> Incidents:
    """Runs that failed or timed out, grouped by cause; occurrences that were missed, or dropped by
    the overlap policy; runs that started late. Over all tasks; the period applies to when they were
    due."""
    return await incidents.read(query.since, query.until, query.tag)
