"""`/forecast`: the starts to come; `/tasks.ics`: upcoming runs for calendar programs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BeforeValidator, Field

from onthedot.api.deps import QueryInstant, QueryText, StrictQuery, from_app
from onthedot.api.documented import refusals
from onthedot.api.json_body import JsonRoute
from onthedot.scheduling.forecast.report import Forecast
from onthedot.scheduling.values import Duration, TaskId
from onthedot.service.overview.feed import Feeds
from onthedot.service.overview.forecasts import Forecasts

router = APIRouter(route_class=JsonRoute, tags=["triggers"])


def _number(value: object) -> object:
    """In a query, a number of seconds is text."""
    return float(value) if isinstance(value, str) and value.isdecimal() else value


class ForecastQuery(StrictQuery):
    """The period and the step."""

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
    query: Annotated[ForecastQuery, Query()], forecasts: Annotated[Forecasts, from_app("forecasts")]
) -> Forecast:
    """How many starts are due in each step, over all tasks; the busiest seconds with their tasks;
    how late the last start would be if `ONTHEDOT_CAPACITY_PER_SECOND` can start in a second; and
    the effect of `H`, jitter or an offset on the busiest one.

    This counts occurrences, before the overlap policy applies. Tasks that are paused without an end
    are left out.
    """
    return await forecasts.of(
        since=query.since, until=query.until, step=query.step, tag=query.tag or ""
    )


class FeedQuery(StrictQuery):
    """The tasks in the feed."""

    tag: QueryText | None = Field(None, description="Only tasks with this tag.")
    task: TaskId | None = Field(None, description="Only this task.")
    token: str | None = Field(
        None,
        max_length=200,
        description="A token of the role `feed`, if the server requires tokens.",
    )


@router.get(
    "/tasks.ics",
    summary="Subscribe to upcoming runs",
    response_class=Response,
    responses={
        200: {"content": {"text/calendar": {"schema": {"type": "string"}}}},
        **refusals(404, 503),
    },
)
async def tasks_calendar(
    query: Annotated[FeedQuery, Query()], feeds: Annotated[Feeds, from_app("feeds")]
) -> Response:
    """An iCalendar feed of the next 60 days: at most 100 runs of each task, and 2,000 in all.

    Calendar programs cannot send a header, so the address may contain a token of the role `feed`,
    which gives access to nothing else."""
    content = await feeds.of(tag=query.tag or "", task_id=query.task or "")
    return Response(content, media_type="text/calendar; charset=utf-8")
