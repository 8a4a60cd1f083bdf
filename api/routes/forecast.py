"""`/forecast`: the upcoming load."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from onthedot.api.deps import QueryInstant, QueryText
from onthedot.api.documented import refusals
from onthedot.api.json_body import JsonRoute
from onthedot.scheduling.forecast.report import Forecast
from onthedot.scheduling.values import Duration
from onthedot.service.overview.forecasts import Forecasts

router = APIRouter(route_class=JsonRoute, tags=["triggers"])


async def _forecasts(request: Request) -> Forecasts:
    found: Forecasts = request.app.state.forecasts
    return found


def _number(value: object) -> object:
    """In an address a number of seconds is a text as well."""
    return float(value) if isinstance(value, str) and value.isdecimal() else value


class ForecastQuery(BaseModel):
    """The period and the step."""

    model_config = ConfigDict(extra="forbid")

    since: QueryInstant | None = Field(
        None, alias="from", description="The first step; by default the current one."
    )
    until: QueryInstant | None = Field(
        None, description="Exclusive; by default a day after `from`, 92 days at most."
    )
    step: Annotated[Duration, BeforeValidator(_number)] | None = Field(
        None, description="Whole seconds; by default a minute (`PT1M`). 132,480 steps at most."
    )
    tag: QueryText | None = Field(None, description="Only tasks with this tag.")


@router.get("/forecast", summary="Forecast the upcoming load", responses=refusals(503))
async def forecast(
    query: Annotated[ForecastQuery, Query()], forecasts: Annotated[Forecasts, Depends(_forecasts)]
) -> Forecast:
    """How many starts are due in each step, over all tasks; the busiest seconds with their tasks;
    how late the last start would be, where `ONTHEDOT_CAPACITY_PER_SECOND` begin in a second; and
    what `H`, jitter or an offset would make of the busiest one.

    This counts occurrences, before the overlap policy applies. Tasks that are paused without an end
    are left out."""
    return await forecasts.of(
        since=query.since, until=query.until, step=query.step, tag=query.tag or ""
    )
