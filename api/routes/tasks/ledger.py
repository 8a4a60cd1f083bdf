"""`/tasks/{id}/ledger` and `/tasks/{id}/why`: what happened at each instant."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from onthedot.api.deps import QueryInstant, StrictQuery, TaskIdPath, with_temporal
from onthedot.api.documented import refusals
from onthedot.api.json_body import JsonRoute
from onthedot.scheduling.ledger.entries import LedgerPage, Why
from onthedot.service.ledger.ledger import Ledger

router = APIRouter(route_class=JsonRoute, tags=["ledger"])


LedgerDep = Annotated[Ledger, with_temporal(Ledger)]


class LedgerQuery(StrictQuery):
    """The period of the ledger."""

    since: QueryInstant | None = Field(
        None, description="First instant; by default a day before `until`."
    )
    until: QueryInstant | None = Field(
        None, description="Last instant, which may lie in the future; by default now."
    )


class WhyQuery(StrictQuery):
    """The instant in question."""

    at: QueryInstant | None = Field(
        None, description="By default the last instant at which the task did not run."
    )


@router.get(
    "/tasks/{task_id}/ledger",
    summary="List what happened at every instant",
    responses=refusals(404, 503),
)
async def get_ledger(
    task_id: TaskIdPath, query: Annotated[LedgerQuery, Query()], ledger: LedgerDep
) -> LedgerPage:
    """Every instant at which the task should have fired, and what happened. At most 10,000."""
    return await ledger.of(task_id, query.since, query.until)


@router.get("/tasks/{task_id}/why", summary="Why did it not run?", responses=refusals(404, 503))
async def get_why(
    task_id: TaskIdPath, query: Annotated[WhyQuery, Query()], ledger: LedgerDep
) -> Why:
    """The answer in one sentence."""
    return await ledger.why(task_id, query.at)
