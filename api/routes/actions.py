"""`/actions`: test an action without registering a task."""

from __future__ import annotations

from fastapi import APIRouter

from onthedot.api.deps import Caller, RunsDep
from onthedot.api.documented import refusals
from onthedot.api.json_body import JsonRoute
from onthedot.messages.runs import ActionTest
from onthedot.scheduling.run import Run

router = APIRouter(route_class=JsonRoute, tags=["actions"])


@router.post("/actions/test", summary="Test an action", responses=refusals(503, body=True))
async def try_action(body: ActionTest, runs: RunsDep, caller: Caller) -> Run:
    """Runs it once, now, with one attempt, and responds when it has ended. The execution log does
    not list it."""
    return await runs.test(body.action, attempt_timeout=body.timeout, by=caller)
