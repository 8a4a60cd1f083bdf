"""`/tasks.ics`: upcoming runs, for calendar programs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from onthedot.api.deps import QueryText
from onthedot.api.documented import refusals
from onthedot.scheduling.values import TaskId
from onthedot.service.overview.feed import Feeds

router = APIRouter(tags=["triggers"])


async def _feeds(request: Request) -> Feeds:
    found: Feeds = request.app.state.feeds
    return found


class FeedQuery(BaseModel):
    """Whose runs."""

    model_config = ConfigDict(extra="forbid")

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
    query: Annotated[FeedQuery, Query()], feeds: Annotated[Feeds, Depends(_feeds)]
) -> Response:
    """An iCalendar feed of the next 60 days: at most 100 runs of each task, and 2,000 in all.

    Calendar programs cannot send a header, so the address may contain a token of the role `feed`,
    which gives access to nothing else."""
    content = await feeds.of(tag=query.tag or "", task_id=query.task or "")
    return Response(content, media_type="text/calendar; charset=utf-8")
