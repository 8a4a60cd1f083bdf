"""`/incidents`: what went wrong, over all tasks."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from onthedot.api.deps import QueryInstant, QueryText
from onthedot.api.documented import refusals
from onthedot.api.json_body import JsonRoute
from onthedot.scheduling.incidents.incident import Incidents
from onthedot.service.incidents.incidents import IncidentReader

router = APIRouter(route_class=JsonRoute, tags=["incidents"])


async def _incidents(request: Request) -> IncidentReader:
    found: IncidentReader = request.app.state.incidents
    return found


IncidentsDep = Annotated[IncidentReader, Depends(_incidents)]


class IncidentQuery(BaseModel):
    """The period, and the tasks."""

    model_config = ConfigDict(extra="forbid")

    since: QueryInstant | None = Field(
        None, description="Due at or after it; by default a day before `until`."
    )
    until: QueryInstant | None = Field(None, description="Due at or before it; by default now.")
    tag: list[QueryText] = Field(
        [], max_length=20, description="A tag of the task; several times: all of them."
    )


@router.get("/incidents", summary="What went wrong", responses=refusals(503))
async def list_incidents(
    query: Annotated[IncidentQuery, Query()], incidents: IncidentsDep
) -> Incidents:
    """Runs that failed or timed out, grouped by cause; occurrences that were missed, or dropped by
    the overlap policy; runs that started late. Over all tasks; the period applies to when they were
    due."""
    return await incidents.read(query.since, query.until, query.tag)
