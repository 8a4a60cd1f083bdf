"""`/actions`: try one without registering it."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter
from pydantic import Field

from onthedot.api.deps import RunsDep
from onthedot.api.documented import refusals
from onthedot.api.json_body import JsonRoute
from onthedot.scheduling.action import Action
from onthedot.scheduling.run import Run
from onthedot.scheduling.values import Duration, Model

#: The call waits for the run, so its attempt is bounded.
LONGEST = timedelta(minutes=5)

router = APIRouter(route_class=JsonRoute, tags=["actions"])


class ActionTest(Model):
    """An action to run once."""

    action: Action = Field(examples=[{"kind": "log", "message": "just a test"}])
    timeout: Duration = Field(
        default=timedelta(seconds=30),
        gt=timedelta(0),
        le=LONGEST,
        description="Of the one attempt; five minutes at most.",
    )


@router.post("/actions/test", summary="Test an action", responses=refusals(503, body=True))
async def try_action(body: ActionTest, runs: RunsDep) -> Run:
    """Runs it once, now, with one attempt, and answers when it has ended. It is in no log."""
    return await runs.test(body.action, attempt_timeout=body.timeout)
